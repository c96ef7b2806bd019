/* SPDX-License-Identifier: MIT */
/*
 * EVENT_DNS: an answer of a name server, as a process got it. Before each attempt that the process
 * makes after it. Compiled by both sides.
 */
#ifndef CONTRACT_DNS_H
#define CONTRACT_DNS_H

#include "contract/record.h"

/* The port of name servers (RFC 1035, 4.2). */
#define DNS_PORT 53

/* Of an answer, at most so many bytes are taken: what RFC 1035 (4.2.1) has UDP carry. */
#define DNS_COPY_MAX 512

/* dns_record.flags */
#define DNS_STREAM    (1u << 0) /* TCP: a length of two bytes may come before the message */
#define DNS_FLAGS_ALL 0x1u

struct dns_record {
	struct record head;
	__u64 time_ns;		/* CLOCK_BOOTTIME */
	__u64 process_start_ns; /* CLOCK_BOOTTIME; with pid and exec_id, the image */
	__u32 pid;
	__u32 exec_id;
	__u32 flags; /* DNS_* */
	__u32 size;  /* of what the process got, bytes; data has its beginning */
	__u8 data[];
};

_Static_assert(sizeof(struct dns_record) == 40, "struct dns_record has holes or has grown");

#endif
