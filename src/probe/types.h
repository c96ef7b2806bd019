/* SPDX-License-Identifier: MIT */
/*
 * What loading needs to know of the kernel's types, taken from its BTF in one reading. libbpf by
 * itself looks through all of them, some 50,000, once for each type and each program of the object.
 */
#ifndef PROBE_TYPES_H
#define PROBE_TYPES_H

#include <stddef.h>

#include <bpf/btf.h>

/* A type that has to be found. */
struct kernel_type {
	const char *name;
	__u32 kind; /* BTF_KIND_* */
	int id;	    /* 0: the kernel has none such */
};

/* Bytes of a path that types_open() writes, with its NUL. */
#define TYPES_PATH_MAX 32

/*
 * Makes an empty file in memory. Returns its descriptor, for types_close(), or -errno: -EFBIG where
 * the limit of file sizes (RLIMIT_FSIZE, which counts for memory as well) leaves it no room,
 * -ENOENT where /proc, which alone names it, is not mounted. Its path goes to `path`.
 */
int types_open(char path[static TYPES_PATH_MAX]);

/* Once the object is loaded. A descriptor below 0 is none. */
void types_close(int *fd);

/*
 * Looks up `wanted`, and fills the file (fd; -1: there is none) with a BTF that has, under their
 * ids of the kernel's, the types that the object's have a name in common with, and all that these
 * consist of: the rest is `void *`. Returns 0 or -errno: the kernel tells no BTF, or there is no
 * memory.
 */
int types_fill(int fd, const struct btf *object, struct kernel_type *wanted, size_t n);

#endif
