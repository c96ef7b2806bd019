/* SPDX-License-Identifier: MIT */
/*
 * The arguments of processes, which --args asks for: what exec(2) was given, where that was seen
 * (exec.bpf.c). The process itself can change them in its memory later.
 */
#ifndef BPF_ARGS_BPF_H
#define BPF_ARGS_BPF_H

#include "bpf/scratch.bpf.h"
#include "contract/process.h"

/* Bytes of a script's name, with its NUL. A longer one is left out: it is an argument as well. */
#define SCRIPT_MAX 256

struct executed {
	__u64 start_ns; /* with exec_id: of which image */
	__u32 exec_id;
	__u32 all;	   /* bytes of all arguments */
	__u16 size;	   /* of args */
	__u16 script_size; /* 0: it is no script */
	__u32 reserved;
	char script[SCRIPT_MAX + 1];
	char args[ARGS_MAX];
};

/*
 * By thread group id: what it was last executed with. Of a process that is evicted, the arguments
 * are those of its memory. 11 MiB; without --args there is no such map.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct executed);
} executed SEC(".maps") SHARED;

/*
 * Reads the beginning of the current process's arguments, which are in its memory from one address
 * to another: fewer than ARGS_MAX bytes, as many as a mask lets through that every verifier
 * understands. Returns how many; or a negative number if they are not known: their page was given
 * back (MADV_DONTNEED) or swapped out.
 */
static __always_inline long args_read(char to[ARGS_MAX], __u64 from, __u64 until, __u32 *ret_all)
{
	__u64 all = until - from, size = all < ARGS_MAX ? all : ARGS_MAX - 1;
	long err;

	/* prctl(PR_SET_MM) lets a process set them to anything. */
	if (all > 0xffffffff)
		return -1;
	asm volatile("" : "+r"(size));
	size &= ARGS_MAX - 1;
	err = bpf_probe_read_user(to, size, (const void *)from);
	*ret_all = all;
	return err ? err : (long)size;
}

#endif
