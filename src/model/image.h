/* SPDX-License-Identifier: MIT */
/*
 * Who makes attempts: an image is what a process runs between two execs. The decoded form of
 * contract/process.h. Texts belong to whoever made the struct; NULL: not known.
 */
#ifndef MODEL_IMAGE_H
#define MODEL_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/process.h"

/* Before the end of an executable's path, where that alone is known; and before a memfd's name. */
#define EXE_TAIL_PREFIX ".../"
#define MEMFD_PREFIX	"memfd:"

/* No padding: compared and hashed as bytes. */
struct image_key {
	uint64_t start_ns; /* CLOCK_BOOTTIME: the process's start */
	uint32_t pid;
	uint32_t exec_id; /* raised by each exec */
};

struct ancestor {
	uint64_t start_ns; /* CLOCK_BOOTTIME */
	uint32_t pid;
	char comm[COMM_LEN]; /* NUL-terminated, any bytes */
};

/* image.has */
enum image_has {
	IMAGE_HAS_REAL_UID = 1 << 0,
	IMAGE_HAS_LOGIN_UID = 1 << 1,
	IMAGE_HAS_SESSION_ID = 1 << 2,
	IMAGE_HAS_EXE_FILE = 1 << 3, /* exe_inode, exe_major, exe_minor */
	IMAGE_HAS_ARGS = 1 << 4,     /* args may still be empty: then the process has none */
};

struct image {
	struct image_key key;
	uint64_t serial; /* of these contents, in a run; 0: they have none */
	uint32_t has;	 /* IMAGE_HAS_* */
	uint32_t real_uid, login_uid, session_id;

	/* The executable: one of exe, exe_tail and memfd, or none where nothing is known of it. */
	const char *exe;      /* absolute, in the mount namespace in which it was executed */
	const char *exe_tail; /* the end of a path whose beginning is not known: "bin/curl" */
	const char *memfd;    /* the name that memfd_create(2) was given */
	bool exe_deleted;
	uint64_t exe_inode;
	uint32_t exe_major, exe_minor;

	const char *cwd; /* absolute; NULL also where it was removed, or only its end is known */
	const char *hostname; /* of a UTS namespace that is not the host's */
	const char *script;

	/* Arguments: args_size bytes, a NUL behind each but for the last, which may be cut. */
	const char *args;
	size_t args_size;
	bool args_exec; /* as at the exec; else as the process has them now */
	bool args_cut;	/* there are more bytes */

	struct ancestor ancestors[ANCESTORS_MAX]; /* the parent first */
	size_t n_ancestors;
};

#endif
