/* SPDX-License-Identifier: MIT */
/* For tests: events and gauges of connections, as src/top gets them. */
#ifndef UNIT_LIVE_EVENTS_H
#define UNIT_LIVE_EVENTS_H

#include <netinet/tcp.h>
#include <string.h>

#include "model/decode.h"
#include "model/event.h"
#include "util/clock.h"

#define SECOND NSEC_PER_SEC
#define MSEC   NSEC_PER_MSEC

static const struct image curl_image = {.exe = "/usr/bin/curl"};
static const struct cgroup curl_cgroup = {
	.path = "/system.slice/curl.service",
	.unit = "curl.service",
};

/* Of curl, pid 7, to 192.0.2.1:443. id names the connection, which began a second earlier. */
static inline struct event live_of(enum event_kind kind, uint64_t id, uint64_t time_ns)
{
	return (struct event){
		.kind = kind,
		.has = EVENT_HAS_PROCESS | EVENT_HAS_CGROUP | EVENT_HAS_RETRIES,
		.time_ns = time_ns,
		.start_ns = id,
		.cpu = 1,
		.pid = 7,
		.process_start_ns = 70,
		.uid = 1000,
		.cgroup_id = 5,
		.comm = "curl",
		.family = 4,
		.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
		.image = &curl_image,
		.cgroup = &curl_cgroup,
	};
}

static inline struct event live_established(uint64_t id, uint64_t time_ns, uint64_t latency_ns)
{
	struct event event = live_of(EVENT_ESTABLISHED, id, time_ns);

	event.has |= EVENT_HAS_LATENCY;
	event.latency_ns = latency_ns;
	return event;
}

static inline struct event live_failed(uint64_t id, uint64_t time_ns, uint16_t error)
{
	struct event event = live_of(EVENT_FAILED, id, time_ns);

	event.has |= EVENT_HAS_ERROR;
	event.error = error;
	return event;
}

/* It was open before tracing began. */
static inline struct event live_open(uint64_t id, uint64_t time_ns, uint8_t state)
{
	struct event event = live_of(EVENT_OPEN, id, time_ns);

	event.preexisting = true;
	event.open.direction = DIRECTION_OUT;
	event.open.state = state;
	return event;
}

static inline struct event live_close(uint64_t id, uint64_t time_ns, uint64_t tx, uint64_t rx)
{
	struct event event = live_of(EVENT_CLOSE, id, time_ns);

	event.bytes_sent = tx;
	event.bytes_received = rx;
	return event;
}

static inline struct gauge live_gauge_of(uint64_t id, uint64_t tx, uint64_t rx)
{
	return (struct gauge){
		.start_ns = id,
		.cpu = 1,
		.state = TCP_ESTABLISHED,
		.bytes_sent = tx,
		.bytes_received = rx,
	};
}

#endif
