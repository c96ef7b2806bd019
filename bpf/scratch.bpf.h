/* SPDX-License-Identifier: MIT */
/*
 * Where a record of variable size is put together. The ring gives no room whose size is not known
 * beforehand, and the stack has no room.
 *
 * All that is known of the record lies here as well, so that a loop over the components of a path
 * can call a global function without arguments for each: the verifier goes through that once, and
 * not once for each round.
 */
#ifndef BPF_SCRATCH_BPF_H
#define BPF_SCRATCH_BPF_H

#include "bpf/compat.bpf.h"
#include "bpf/maps.bpf.h"
#include "contract/interface.h"
#include "contract/process.h"

/*
 * NAME_MAX of linux/limits.h, with a NUL. Not every file system holds to that: names of cgroups, of
 * FUSE and of FAT can be longer. What is longer is not taken, rather than cut to another name.
 */
#define NAME_ROOM 256

/* What is being announced: an image and its cgroups, as the attempt has them. */
struct announced {
	__u64 task; /* that all is read from */
	__u64 start_ns;
	__u64 cgroup_id;
	__u64 cgroup1_id;
	__u32 pid;
	__u32 exec_id;
	__u64 image, cgroups, both;	 /* fingerprints: contract/told.h */
	bool image_known, cgroups_known; /* to who reads an iterator: told, or just written */
};

/* A way from a file or cgroup up to its root. */
struct walk {
	__u64 at;    /* struct dentry or kernfs_node: whose name comes next */
	__u64 mount; /* struct mount that the dentry is in, and its root */
	__u64 mount_root;
	__u32 depth;	/* components that were taken */
	__u32 complete; /* the root was reached */
};

/*
 * Who uses it. An iterator may be preempted, and must not keep programs at tracepoints from theirs.
 */
enum scratch_use { SCRATCH_PROGRAM, SCRATCH_ITERATOR, SCRATCH_USES };

struct scratch {
	__u64 n_claims;
	__u64 use; /* enum scratch_use */
	struct announced of;
	struct walk walk;
	__u32 size; /* of the record, so far */
	__u32 end;  /* how far the text may go that is being written */
	/* A name is read behind what there is, and then seen to fit; arguments are longer. */
	__u8 record[RECORD_SIZE_MAX + ARGS_MAX];
};

/* Programs stay on their CPU, but not always alone: see scratch_claim(). */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, SCRATCH_USES);
	__type(key, __u32);
	__type(value, struct scratch);
} scratches SEC(".maps") SHARED;

/* Never NULL, but the verifier does not know that. */
static __always_inline struct scratch *scratch_of(__u32 use)
{
	return bpf_map_lookup_elem(&scratches, &use);
}

/*
 * That of programs. Who uses it is in process context, where an interrupt's programs do not use it;
 * but where raw tracepoints can be preempted, another thread's may. As in slot_claim(), of two that
 * claim it at once, neither may have it.
 */
static __always_inline struct scratch *scratch_claim(void)
{
	struct scratch *scratch = scratch_of(SCRATCH_PROGRAM);

	if (!scratch)
		return NULL;
	__sync_fetch_and_add(&scratch->n_claims, 1);
	if (*(volatile __u64 *)&scratch->n_claims == 1)
		return scratch;
	__sync_fetch_and_add(&scratch->n_claims, -1);
	return NULL;
}

static __always_inline void scratch_release(struct scratch *scratch)
{
	__sync_fetch_and_add(&scratch->n_claims, -1);
}

/* The next text of the record; end: how far it may go. */
static __always_inline void text_begin(struct scratch *scratch, __u32 end)
{
	scratch->end = end;
}

/*
 * Behind what there is of the record. The mask is for the verifier, which does not know what lies
 * in memory.
 */
static __always_inline void *scratch_place(struct scratch *scratch)
{
	return &scratch->record[scratch->size & (RECORD_SIZE_MAX - 1)];
}

/* Adds what is at a kernel's address up to its NUL, if it fits. */
static __always_inline bool text_add(struct scratch *scratch, const void *name)
{
	/* A byte more than fits, which tells what is too long. */
	long n = bpf_probe_read_kernel_str(scratch_place(scratch), NAME_ROOM + 1, name);

	if (n <= 1 || n > NAME_ROOM || scratch->size + n > scratch->end)
		return false;
	scratch->size += n;
	return true;
}

static __always_inline void walk_begin(struct scratch *scratch, const void *at)
{
	scratch->walk.at = (__u64)at;
	scratch->walk.depth = 0;
	scratch->walk.complete = false;
}

/* Fills in the record's head. Returns its size. */
static __always_inline __u32 record_end(struct scratch *scratch, enum event_kind kind)
{
	struct record *head = (struct record *)scratch->record;
	__u32 size = scratch->size & (RECORD_SIZE_MAX - 1);

	head->interface = INTERFACE;
	head->kind = kind;
	head->size = size;
	return size;
}

/*
 * Sends the record, if the ring has room. Unlike event_submit() this does not know where in memory
 * the record will lie: it wakes the reader whenever much is waiting.
 */
static __always_inline bool scratch_send(struct scratch *scratch, enum event_kind kind)
{
	__u32 size = record_end(scratch, kind);
	__u64 flags = BPF_RB_NO_WAKEUP;

	if (bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA) >= config.wakeup_size)
		flags = BPF_RB_FORCE_WAKEUP;
	if (!bpf_ringbuf_output(&ring, scratch->record, size, flags))
		return true;
	COUNT(context);
	return false;
}

#endif
