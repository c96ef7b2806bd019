/* SPDX-License-Identifier: MIT */
/*
 * EVENT_OPEN: a TCP socket as it is now, once for each process that has a descriptor of it.
 * EVENT_GAUGE: what a connection that is tracked has carried so far. Compiled by both sides.
 *
 * Neither comes through the ring: iterators write them (bpf/open.bpf.c, bpf/gauge.bpf.c), among
 * records of EVENT_PROCESS and EVENT_CGROUP, and user space reads them as a stream of bytes.
 */
#ifndef CONTRACT_OPEN_H
#define CONTRACT_OPEN_H

#include "contract/attempt.h"
#include "contract/record.h"

/* Who opened a connection: docs/open.md says what that rests on. */
enum direction {
	DIRECTION_UNKNOWN, /* the evidence says nothing, or contradicts itself */
	DIRECTION_OUT,	   /* this host did */
	DIRECTION_IN,	   /* the peer did */
	DIRECTION_END,
};

/* open_record.flags */
#define OPEN_HELD      (1u << 0) /* the attempt's process holds it, by fd; else no holder is known */
#define OPEN_WANTED    (1u << 1) /* the filters want it of this holder */
#define OPEN_KERNEL    (1u << 2) /* a socket of the kernel's own */
#define OPEN_HAS_IDLE  (1u << 3) /* idle_ns is known */
#define OPEN_FLAGS_ALL 0xfu

/*
 * base.attempt: the socket's addresses; with OPEN_HELD, its holder as process, thread, user and
 * cgroup, whose attempt it need not have been; without, cgroup_id is that of the socket, which is
 * its creator's, or 0. start_ns and cpu name the connection: those of its entry, where it has one,
 * else the moment of the record. base.time_ns is the moment of the record.
 */
struct open_record {
	struct attempt_record base;
	__u64 socket;	  /* the same number in all records of a socket; never shown */
	__u64 bytes_sent; /* payload, each byte once */
	__u64 bytes_received;
	__u64 idle_ns;	   /* since the last segment was sent or received */
	__u32 unacked;	   /* bytes sent that the peer has not acknowledged yet */
	__u32 retransmits; /* as the kernel counts, over its whole life */
	__u32 rtt_us;	   /* smoothed round-trip time; 0: never measured */
	__u32 fd;	   /* with OPEN_HELD: the descriptor's number */
	__u8 state;	   /* TCP_* of the kernel's net/tcp_states.h */
	__u8 direction;	   /* enum direction */
	__u16 flags;	   /* OPEN_* */
	__u32 reserved;
};

/* start_ns and cpu name the connection, as in struct attempt. */
struct gauge_record {
	struct record head;
	__u64 start_ns;
	__u64 bytes_sent; /* these, as in struct open_record */
	__u64 bytes_received;
	__u64 idle_ns;
	__u32 unacked;
	__u32 retransmits;
	__u32 rtt_us;
	__u16 cpu;
	__u8 state;
	__u8 reserved;
};

_Static_assert(sizeof(struct open_record) == 176 + 56, "struct open_record has holes or has grown");
_Static_assert(sizeof(struct gauge_record) == 56, "struct gauge_record has holes or has grown");
_Static_assert(sizeof(struct open_record) <= RECORD_SIZE_MAX, "raise RECORD_SIZE_MAX");

#endif
