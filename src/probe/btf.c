// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>

#include "probe/btf.h"
#include "util/cleanup.h"
#include "util/readable.h"

/* A field of struct pt_regs that no other architecture has. */
#if defined(__x86_64__)
#define ARCH_FIELD "orig_ax"
#elif defined(__aarch64__)
#define ARCH_FIELD "syscallno"
#endif

static const struct btf_type *find_struct(const struct btf *btf, const char *name)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return id < 0 ? NULL : btf__type_by_id(btf, (__u32)id);
}

static bool has_field(const struct btf *btf, const struct btf_type *type, const char *name)
{
	for (int i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), name))
			return true;
	return false;
}

static bool is_vmlinux(__u32 id)
{
	_cleanup_close_ int fd = bpf_btf_get_fd_by_id(id);
	char name[16] = "";
	struct bpf_btf_info info = {.name = (__u64)(unsigned long)name, .name_len = sizeof(name)};
	__u32 size = sizeof(info);

	return fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &size) && info.kernel_btf &&
	       !strcmp(name, "vmlinux");
}

/*
 * The kernel's own; NULL if it has none, or does not tell. What sysfs does not show, BPF may: since
 * Linux 5.11 (5329722057d4), with CAP_SYS_ADMIN.
 */
static struct btf *btf_of_kernel(void)
{
	struct btf *btf = btf__parse_raw("/sys/kernel/btf/vmlinux");
	__u32 id = 0;

	while (!btf && !bpf_btf_get_next_id(id, &id))
		if (is_vmlinux(id))
			return btf__load_from_kernel_by_id(id);
	return btf;
}

static bool is_same(const struct btf *a, const struct btf *b)
{
	__u32 a_size, b_size;
	const void *a_bytes = btf__raw_data(a, &a_size), *b_bytes = btf__raw_data(b, &b_size);

	return a_bytes && b_bytes && a_size == b_size && !memcmp(a_bytes, b_bytes, a_size);
}

/* What is wrong with it; NULL: nothing that could be told. */
static const char *objection(const struct btf *btf)
{
	struct btf *own;
	bool same;

	if (btf__find_by_name_kind(btf, "btf_trace_inet_sock_set_state", BTF_KIND_TYPEDEF) < 0)
		return "it is not the BTF of a kernel";
	if (!has_field(btf, find_struct(btf, "pt_regs"), ARCH_FIELD))
		return "it is of a kernel for another architecture";
	own = btf_of_kernel();
	same = !own || is_same(btf, own);
	btf__free(own);
	return same ? NULL : "it is of another kernel than the one that runs";
}

int btf_check(const char *path, struct error *error)
{
	const char *reason = unreadable_reason(path);
	struct btf *btf;

	if (reason)
		return error_set(error, -EINVAL, "cannot read %s: %s", path, reason);
	btf = btf__parse(path, NULL);
	reason = btf ? objection(btf) : "it holds no BTF";
	btf__free(btf);
	if (!reason)
		return 0;
	return error_set(error, -EINVAL,
			 "cannot use %s: %s; give what was built with this very kernel, such as "
			 "its vmlinux",
			 path, reason);
}
