/* SPDX-License-Identifier: MIT */
/*
 * The head of the records that the kernel side sends through the ring buffer, and their kinds:
 * compiled by both sides. Fixed widths, host byte order, no padding.
 *
 * A record is a head and a body, whose size depends on its kind and may vary from record to record.
 */
#ifndef CONTRACT_RECORD_H
#define CONTRACT_RECORD_H

#include <linux/types.h>

/* Bytes of the largest record. */
#define RECORD_SIZE_MAX 4096

/* The events of an attempt's life, in the order in which they can happen. */
enum event_kind {
	EVENT_CONNECT = 1, /* the attempt begins */
	EVENT_RETRY,	   /* a SYN was sent again */
	EVENT_ESTABLISHED, /* the handshake is complete */
	EVENT_FAILED,	   /* the attempt failed; attempt_record.error says why */
	EVENT_CANCELLED,   /* this host gave the attempt up */
	EVENT_CLOSE,	   /* an established connection ended: struct close_record */
	EVENT_OPEN,	   /* it was open before tracing began, or is open now: open.h */
	EVENT_KIND_END,

	/* Whom attempts refer to: before the first that does, and in no order with other events. */
	EVENT_PROCESS = 64, /* process.h */
	EVENT_CGROUP,	    /* cgroup.h */
	EVENT_GAUGE,	    /* open.h */
	EVENT_DNS,	    /* dns.h */
};

#define EVENT_BIT(kind) (1u << (kind))

/* Every record begins so. */
struct record {
	__u32 interface; /* INTERFACE: the contract that the sender was built with */
	__u16 kind;	 /* enum event_kind */
	__u16 size;	 /* of the whole record, bytes: RECORD_SIZE_MAX at most */
};

_Static_assert(sizeof(struct record) == 8, "struct record has holes or has grown");

#endif
