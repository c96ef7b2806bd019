/* SPDX-License-Identifier: MIT */
/* Events of any kind, with what such may have. */
#ifndef UNIT_RANDOM_EVENT_H
#define UNIT_RANDOM_EVENT_H

#include <errno.h>
#include <stddef.h>

#include "model/event.h"
#include "unit/random.h"

static inline void random_bytes(void *to, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = (uint8_t)next_random(seed);
}

static inline struct event random_event(uint64_t *seed)
{
	static const uint16_t errors[] = {ECONNREFUSED, EADDRNOTAVAIL, EPERM, 4095};
	struct event event = {
		.kind = EVENT_CONNECT + next_random(seed) % (EVENT_KIND_END - 1),
		.has = next_random(seed) % (2 * EVENT_HAS_IDLE),
		.time_ns = next_random(seed),
		.pid = next_random(seed) % 4194305,
		.family = next_random(seed) % 2 ? 4 : 6,
		.error = errors[next_random(seed) % 4],
		.latency_ns = (uint64_t)next_random(seed) << next_random(seed) % 16,
		.ended = next_random(seed) % ENDED_END,
		.duration_ns = random_bits(seed, 60) >> next_random(seed) % 60,
		.bytes_sent = random_bits(seed, 64) >> next_random(seed) % 64,
		.bytes_received = random_bits(seed, 64) >> next_random(seed) % 64,
		.rtt_us = next_random(seed) >> next_random(seed) % 31,
		.retransmits = next_random(seed) >> next_random(seed) % 31,
		.dst.port = (uint16_t)next_random(seed),
		.src.port = (uint16_t)next_random(seed),
		.observed_ns = random_bits(seed, 60) >> next_random(seed) % 60,
		.holders = next_random(seed) % 3,
		.open = {.idle_ns = random_bits(seed, 60),
			 .unacked = next_random(seed),
			 .state = 1 + next_random(seed) % 9, /* TCP_ESTABLISHED to TCP_LAST_ACK */
			 .direction = next_random(seed) % DIRECTION_END},
	};

	random_bytes(event.dst.addr, 16, seed);
	random_bytes(event.src.addr, 16, seed);
	random_bytes(event.comm, next_random(seed) % COMM_LEN, seed);
	if (event.kind != EVENT_FAILED && event.kind != EVENT_RETRY && event.kind != EVENT_CLOSE)
		event.has &= ~EVENT_HAS_ERROR;
	if (event.kind == EVENT_CLOSE)
		event.has &= ~EVENT_HAS_LATENCY;
	event.preexisting =
		event.kind == EVENT_OPEN || (event.kind == EVENT_CLOSE && !(next_random(seed) % 4));
	event.has &= event.preexisting ? ~(EVENT_HAS_LATENCY | EVENT_HAS_DURATION)
				       : ~(EVENT_HAS_HOLDERS | EVENT_HAS_OBSERVED);
	if (event.kind == EVENT_FAILED && !(next_random(seed) % 4))
		event.repeated = 1 + random_bits(seed, 23); /* of a second; see repeats.h */
	return event;
}

#endif
