/* SPDX-License-Identifier: MIT */
/*
 * EVENT_PROCESS: who makes attempts, once for each image (what a process runs between two execs),
 * before the first of its attempts that the filters want. Compiled by both sides.
 */
#ifndef CONTRACT_PROCESS_H
#define CONTRACT_PROCESS_H

#include "contract/attempt.h"
#include "contract/record.h"

/* Parents, grandparents and so on that are named. */
#define ANCESTORS_MAX 6

/* Components of a path that are taken; of a longer one, those at its end. */
#define PATH_DEPTH_MAX 32

/* Of the arguments, fewer bytes than that are taken. */
#define ARGS_MAX 1024

/*
 * The texts of a record, one behind the other. A path is its components, the last one first, each
 * with a NUL behind it; of `/` there is none.
 */
enum process_text {
	TEXT_EXE, /* of the executable; with PROCESS_EXE_MEMFD, what memfd_create(2) was given */
	TEXT_CWD, /* of the working directory */
	TEXT_HOSTNAME, /* of the UTS namespace, where that is not the host's; NUL-terminated */
	TEXT_SCRIPT,   /* what exec(2) was given, where a `#!` line of it, or binfmt_misc, named the
			  executable; NUL-terminated */
	TEXT_ARGS,     /* with a NUL behind each; the last may be cut */
	PROCESS_TEXTS,
};

/* process_record.flags */
#define PROCESS_HAS_EXE	    (1u << 0) /* the executable is known: its file, and a path or name */
#define PROCESS_EXE_DELETED (1u << 1)
#define PROCESS_EXE_MEMFD   (1u << 2)
#define PROCESS_EXE_CUT	    (1u << 3) /* of the path, only its end is known */
#define PROCESS_HAS_CWD	    (1u << 4)
#define PROCESS_CWD_DELETED (1u << 5)
#define PROCESS_CWD_CUT	    (1u << 6)
#define PROCESS_HAS_ARGS    (1u << 7)
#define PROCESS_ARGS_EXEC   (1u << 8) /* as they were at the exec; else as the process has them */
#define PROCESS_ARGS_CUT    (1u << 9)
#define PROCESS_FLAGS_ALL   0x3ffu

/* No uid, no login and no audit session: unset. */
#define PROCESS_ID_UNSET 0xffffffffu

struct process_ancestor {
	__u64 start_ns; /* CLOCK_BOOTTIME */
	__u32 pid;
	__u32 reserved;
	char comm[COMM_LEN];
};

struct process_record {
	struct record head;
	__u64 start_ns; /* CLOCK_BOOTTIME; with pid and exec_id, the image: see struct attempt */
	__u32 pid;
	__u32 exec_id;
	__u32 flags;		    /* PROCESS_* */
	__u32 ruid;		    /* initial user namespace, like attempt.uid */
	__u32 login_uid;	    /* PROCESS_ID_UNSET where there is none */
	__u32 session_id;	    /* likewise */
	__u64 exe_inode;	    /* with exe_device, the executable's file */
	__u32 exe_device;	    /* as the kernel has it: 12 bits major, 20 bits minor */
	__u32 args_size;	    /* of all arguments, bytes, those that were cut off included */
	__u16 sizes[PROCESS_TEXTS]; /* bytes of each text; 0: there is none */
	__u16 n_ancestors;
	__u32 reserved;
	/* The parent first: as they were at its birth, or else those that live. */
	struct process_ancestor ancestors[ANCESTORS_MAX];
	char texts[];
};

_Static_assert(sizeof(struct process_record) == 72 + ANCESTORS_MAX * 32,
	       "struct process_record has holes or has grown");
_Static_assert(__builtin_offsetof(struct process_record, texts) == sizeof(struct process_record),
	       "texts moved");

#endif
