/* SPDX-License-Identifier: MIT */
/*
 * The path of a file, its last component first, up to the top of the mount namespace that it is in:
 * a chroot does not shorten it. The helper bpf_d_path() is refused at tracepoints. No lock is held:
 * a rename in this very moment can mix the old names with the new.
 */
#ifndef BPF_PATH_BPF_H
#define BPF_PATH_BPF_H

#include "bpf/scratch.bpf.h"
#include "contract/process.h"

/* A step for each component, and for each mount on the way, of which there are rarely two. */
#define PATH_STEPS (PATH_DEPTH_MAX + 8)

/* linux/nsfs.h: what anonymous mount namespaces have since Linux 6.18. */
#define MNT_NS_ANON_INO 0xEFFFFFF7u

static __always_inline void mount_enter(struct walk *walk, struct mount *mount)
{
	walk->mount = (__u64)mount;
	walk->mount_root = (__u64)BPF_CORE_READ(mount, mnt.mnt_root);
}

static __always_inline void path_begin(struct scratch *scratch, const struct path *path)
{
	struct vfsmount *mnt = BPF_CORE_READ(path, mnt);

	walk_begin(scratch, BPF_CORE_READ(path, dentry));
	mount_enter(&scratch->walk, (void *)mnt - bpf_core_field_offset(struct mount, mnt));
}

/*
 * Whether a topmost mount is that of a namespace which processes can be in. Detached by umount -l
 * it is in none; not yet attached, in one that has no number.
 */
static __always_inline bool mount_is_attached(const struct mount *mount)
{
	__u32 number = BPF_CORE_READ(mount, mnt_ns, ns.inum);

	return number && number != MNT_NS_ANON_INO;
}

/* From the root of a mount to where it is mounted; returns whether there is more. */
static __always_inline int mount_leave(struct walk *walk)
{
	struct mount *mount = (struct mount *)walk->mount;
	struct mount *parent = BPF_CORE_READ(mount, mnt_parent);

	if (parent == mount) {
		walk->complete = mount_is_attached(mount);
		return 0;
	}
	walk->at = (__u64)BPF_CORE_READ(mount, mnt_mountpoint);
	mount_enter(walk, parent);
	return 1;
}

/* A step up in the scratch of that use; returns whether there is more. */
__weak __noinline int path_step(__u32 use)
{
	struct scratch *scratch = scratch_of(use);
	struct dentry *dentry, *parent;
	struct walk *walk;

	if (!scratch)
		return 0;
	walk = &scratch->walk;
	if (walk->at == walk->mount_root)
		return mount_leave(walk);
	dentry = (struct dentry *)walk->at;
	parent = BPF_CORE_READ(dentry, d_parent);
	/* Its own parent: known to the file system by its number alone. */
	if (parent == dentry || walk->depth >= PATH_DEPTH_MAX ||
	    !text_add(scratch, BPF_CORE_READ(dentry, d_name.name)))
		return 0;
	walk->depth++;
	walk->at = (__u64)parent;
	return 1;
}

/* Adds the path's components. Returns whether these are all. */
static __always_inline bool path_add(struct scratch *scratch, const struct path *path, __u32 end)
{
	text_begin(scratch, end);
	path_begin(scratch, path);
#pragma clang loop unroll(disable)
	for (int i = 0; i < PATH_STEPS && path_step(scratch->use); i++)
		;
	return scratch->walk.complete;
}

/* As the kernel's own d_unlinked(). */
static __always_inline bool dentry_is_deleted(const struct dentry *dentry)
{
	return !BPF_CORE_READ(dentry, d_hash.pprev) && BPF_CORE_READ(dentry, d_parent) != dentry;
}

#endif
