/* SPDX-License-Identifier: MIT */
/* For tests of records: one of each kind, and to decode it. */
#ifndef UNIT_DECODED_H
#define UNIT_DECODED_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "contract/interface.h"
#include "model/decode.h"

static const struct attempt sample_attempt = {
	.start_ns = 1000,
	.process_start_ns = 500,
	.cgroup_id = 77,
	.pid = 10,
	.tid = 11,
	.ppid = 9,
	.uid = 1000,
	.netns = 4026531840,
	.cpu = 3,
	.dport = 443,
	.sport = 40000,
	.requested_port = 80,
	.family = 4,
	.origin = ORIGIN_CONNECT,
	.daddr = {[10] = 0xff, 0xff, 192, 0, 2, 1},
	.saddr = {[10] = 0xff, 0xff, 192, 0, 2, 2},
	.requested = {[10] = 0xff, 0xff, 192, 0, 2, 3},
	.comm = "curl",
	.thread_comm = "worker",
};

/* A valid record of that kind, up to EVENT_CLOSE; others than that use the first part only. */
static inline struct close_record sample(enum event_kind kind)
{
	size_t size =
		kind == EVENT_CLOSE ? sizeof(struct close_record) : sizeof(struct attempt_record);

	return (struct close_record){
		.base =
			{
				.head.interface = INTERFACE,
				.head.size = (__u16)size,
				.head.kind = (__u16)kind,
				.error = kind == EVENT_FAILED ? ECONNREFUSED : 0,
				.syn_retransmits = 2,
				.time_ns = 5000,
				.attempt = sample_attempt,
			},
		.established_ns = 2000,
		.bytes_sent = 100,
		.bytes_received = 200,
		.retransmits = 4,
		.rtt_us = 30,
	};
}

/* A socket that sample_attempt's process holds. */
static inline struct open_record sample_open(void)
{
	struct open_record record = {
		.base = sample(EVENT_CONNECT).base,
		.socket = 0xffff888012345678,
		.bytes_sent = 100,
		.bytes_received = 200,
		.idle_ns = 300,
		.unacked = 5,
		.retransmits = 4,
		.rtt_us = 30,
		.fd = 7,
		.state = 1, /* TCP_ESTABLISHED */
		.direction = DIRECTION_OUT,
		.flags = OPEN_HELD | OPEN_WANTED | OPEN_HAS_IDLE,
	};

	record.base.head.kind = EVENT_OPEN;
	record.base.head.size = sizeof(record);
	return record;
}

/*
 * Decodes from an allocation of exactly that size, so that a sanitizer sees any byte read beyond.
 * What is left in *ret on failure must be what was there before.
 */
static inline int decode_bytes(const void *record, size_t size, struct event *ret)
{
	struct event before;
	void *copy = malloc(size ? size : 1);
	int err;

	memset(ret, 0xa5, sizeof(*ret));
	before = *ret;
	memcpy(copy, record, size);
	err = event_decode(copy, size, ret);
	free(copy);
	if (err)
		assert_memory_equal(ret, &before, sizeof(before));
	return err;
}

static inline int decode(const struct close_record *record, struct event *ret)
{
	return decode_bytes(record, record->base.head.size, ret);
}

static inline struct event decoded(const struct close_record *record)
{
	struct event event;

	assert_int_equal(decode(record, &event), 0);
	return event;
}

#endif
