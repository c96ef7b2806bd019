/* SPDX-License-Identifier: MIT */
/*
 * The records of an attempt's life and of the connection that it became: compiled by both sides.
 *
 * Addresses are always 16 bytes: an IPv4 address a.b.c.d is stored as ::ffff:a.b.c.d (RFC 4291,
 * 2.5.5.2), so that both families take one path through the code.
 */
#ifndef CONTRACT_ATTEMPT_H
#define CONTRACT_ATTEMPT_H

#include "contract/record.h"

/* TASK_COMM_LEN of the kernel's sched.h, with its terminating NUL. */
#define COMM_LEN 16

/* How the attempt came about. */
enum origin {
	ORIGIN_UNKNOWN,
	ORIGIN_CONNECT,	 /* connect(2) of the native system call table */
	ORIGIN_COMPAT,	 /* a 32-bit or x32 system call */
	ORIGIN_IO_URING, /* IORING_OP_CONNECT: inline, worker or SQPOLL thread */
	ORIGIN_SENDMSG,	 /* TCP Fast Open through sendto or sendmsg */
	ORIGIN_KERNEL,	 /* a socket of the kernel's own */
	ORIGIN_MPTCP,	 /* a subflow of an MPTCP connection */
	ORIGIN_REPAIR,	 /* TCP_REPAIR: no handshake took place */
	ORIGIN_END,
};

/* How a connection ended, as far as this host has seen: RFC 9293, 3.6 for FIN, 3.10.7 for RST. */
enum ended {
	ENDED_UNKNOWN,
	ENDED_FIN,	      /* both sides have finished, and each knows of the other's end */
	ENDED_LOCAL,	      /* this host closed; nothing was seen of the peer's end */
	ENDED_RESET_SENT,     /* this host sent a RST */
	ENDED_RESET_RECEIVED, /* the peer, or who speaks for it, did */
	ENDED_TIMEOUT,	      /* the peer answered no more */
	ENDED_ABORTED,	      /* a program of this host destroyed the socket: ss -K */
	ENDED_END,
};

/* attempt.flags */
#define ATTEMPT_NOT_SENT  (1u << 0) /* failed before a SYN was built */
#define ATTEMPT_DEFERRED  (1u << 1) /* TCP_FASTOPEN_CONNECT: the SYN left with the first write */
#define ATTEMPT_REQUESTED (1u << 2) /* requested and requested_port are known */
#define ATTEMPT_MAPPED	  (1u << 3) /* IPv4 through an AF_INET6 socket */
#define ATTEMPT_UNTIMED	  (1u << 4) /* the moment of its result went unseen: no latency */
#define ATTEMPT_UNTRACKED (1u << 5) /* of its result, only what connect(2) returned is known */
#define ATTEMPT_PREEXISTING                                                                        \
	(1u << 6)		    /* it was open before tracing began: who opened it, and when,  \
				       is not known; the process, if there is one, holds it */
#define ATTEMPT_FOLLOWED  (1u << 7) /* the command's, or a descendant's of it: FILTER_MARKED */
#define ATTEMPT_FLAGS_ALL 0xffu

/*
 * What is fixed when the attempt begins; saddr and sport follow once they are assigned. Where it is
 * not known whose attempt it is, nothing is: of process, thread, user and cgroup, all are 0.
 */
struct attempt {
	__u64 start_ns;		/* CLOCK_BOOTTIME, ns */
	__u64 process_start_ns; /* CLOCK_BOOTTIME, ns: the group leader's start */
	__u64 cgroup_id;	/* cgroup v2 id */
	__u64 cgroup1_id;	/* of the pids controller, where version 1 has it; else 0 */
	__u32 pid;		/* thread group id, initial pid namespace; 0: not known whose */
	__u32 tid;
	__u32 ppid;
	__u32 uid;	/* effective, initial user namespace */
	__u32 netns;	/* inode number of the socket's network namespace */
	__u32 scope_id; /* interface index of a link-local daddr; 0: not known, or no such daddr */
	__u32 exec_id;	/* with pid and process_start_ns, the image: see process.h */
	__u16 cpu;	/* where it began: with start_ns, names the attempt */
	__u16 dport;	/* host byte order, like all ports here */
	__u16 sport;	/* 0: not assigned */
	__u16 requested_port;
	__u8 family; /* 4 or 6: what daddr is */
	__u8 origin; /* enum origin */
	__u16 flags; /* ATTEMPT_* */
	__u8 daddr[16];
	__u8 saddr[16];
	__u8 requested[16];	    /* what the program asked for; valid with ATTEMPT_REQUESTED */
	char comm[COMM_LEN];	    /* the group leader's */
	char thread_comm[COMM_LEN]; /* the connecting thread's */
};

/* What each event of an attempt says. */
struct attempt_record {
	struct record head;
	__u32 syn_retransmits; /* SYNs sent again so far: those that left this host */
	/*
	 * Positive errno. EVENT_FAILED: why, never 0; EVENT_RETRY: why the SYN could not leave this
	 * host; EVENT_CLOSE: the socket's; of other kinds 0.
	 */
	__u16 error;
	__u8 ended; /* EVENT_CLOSE: enum ended; of other kinds 0 */
	__u8 reserved;
	__u64 time_ns; /* CLOCK_BOOTTIME, ns */
	struct attempt attempt;
};

/* EVENT_CLOSE says what the connection was as well. */
struct close_record {
	struct attempt_record base;
	__u64 established_ns; /* CLOCK_BOOTTIME, ns; 0: not known */
	__u64 bytes_sent;     /* payload, each byte once */
	__u64 bytes_received;
	__u32 retransmits; /* segments sent again over its whole life: those that left this host */
	__u32 rtt_us;	   /* smoothed round-trip time; 0: never measured */
};

_Static_assert(sizeof(struct attempt) == 152, "struct attempt has holes or has grown");
_Static_assert(__builtin_offsetof(struct attempt, daddr) == 72, "struct attempt moved");
_Static_assert(sizeof(struct attempt_record) == 176,
	       "struct attempt_record has holes or has grown");
_Static_assert(__builtin_offsetof(struct attempt_record, attempt) == 24, "attempt_record moved");
_Static_assert(sizeof(struct close_record) == 208, "struct close_record has holes or has grown");
_Static_assert(__builtin_offsetof(struct close_record, established_ns) == 176,
	       "close_record moved");
_Static_assert(sizeof(struct close_record) <= RECORD_SIZE_MAX, "raise RECORD_SIZE_MAX");

#endif
