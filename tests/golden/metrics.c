// SPDX-License-Identifier: MIT
/*
 * metrics: prints a file of metrics as `record --metrics-file` writes it, of a made-up host on
 * which everything has happened; metrics FILE: whether FILE is the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/metrics.h"
#include "util/array.h"
#include "util/clock.h"

static const struct cgroup cgroups[] = {
	{.serial = 1, .path = "/system.slice/nginx.service", .unit = "nginx.service"},
	{.serial = 2,
	 .path = "/system.slice/docker-0123456789abcdef.scope",
	 .container_id = "0123456789abcdef"},
	{.serial = 3, .container_name = "say \"hi\"\\\n\x1b[31m\xff"},
	{.serial = 4,
	 .path = "/user.slice/user-0.slice/session-1.scope",
	 .unit = "session-1.scope"},
};

static const struct event base = {
	.time_ns = 1000 * NSEC_PER_SEC,
	.start_ns = 999 * NSEC_PER_SEC,
	.cpu = 2,
	.has = EVENT_HAS_LATENCY,
	.family = 4,
	.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
};

static void add(struct metrics *metrics, enum event_kind kind, const struct event *event)
{
	struct event one = *event;

	one.kind = kind;
	metrics_add(metrics, &one, 1795390000 * (int64_t)NSEC_PER_SEC);
}

/* 100 attempts: 90 established in 1 to 90 ms, 5 refused, 3 timed out, 2 given up. */
static void add_web(struct metrics *metrics, const struct cgroup *cgroup)
{
	struct event event = base;

	event.cgroup = cgroup;
	for (unsigned int i = 0; i < 100; i++) {
		add(metrics, EVENT_CONNECT, &event);
		event.error = i < 95 ? ECONNREFUSED : ETIMEDOUT;
		event.latency_ns = (i + 1) * NSEC_PER_MSEC;
		add(metrics,
		    i < 90   ? EVENT_ESTABLISHED
		    : i < 98 ? EVENT_FAILED
			     : EVENT_CANCELLED,
		    &event);
	}
}

static void add_ends(struct metrics *metrics)
{
	struct event event = base;

	event.cgroup = &cgroups[1];
	event.bytes_sent = 1000;
	event.bytes_received = 123456789;
	for (unsigned int i = ENDED_UNKNOWN; i < ENDED_END; i++) {
		event.ended = (enum ended)i;
		add(metrics, EVENT_CLOSE, &event);
	}
	add(metrics, EVENT_RETRY, &event);
}

static void add_others(struct metrics *metrics)
{
	struct event event = base;

	event.cgroup = &cgroups[3];
	event.dst.port = 50000;
	add(metrics, EVENT_CONNECT, &event);
	event.family = 6;
	event.dst = (struct endpoint){.addr = {0x20, 1, 0xd, 0xb8, [15] = 7}, .port = 25};
	event.latency_ns = 8 * NSEC_PER_SEC;
	add(metrics, EVENT_ESTABLISHED, &event);
	event.cgroup = NULL;
	add(metrics, EVENT_CONNECT, &event);
}

static void put(struct buffer *out)
{
	static const struct metrics_store store = {
		.bytes = 1 << 30,
		.segments = 17,
		.oldest_ns = 1795300000 * NSEC_PER_SEC,
	};
	static const struct metrics_self self = {
		.version = "0.1.0",
		.books = {.sent = 1000,
			  .written = 900,
			  .filtered = 60,
			  .lost = {.ring = 40, .store = 3}},
		.ring_used = 1 << 20,
		.ring_size = 4 << 20,
		.tracked = 12,
		.store = &store,
		.process = {.cpu_ns = 1234567890,
			    .start_ns = 1795380000 * NSEC_PER_SEC,
			    .resident = 6 << 20,
			    .virtual = 12 << 20,
			    .open_fds = 30,
			    .max_fds = 1024},
	};
	struct metrics *metrics;

	if (metrics_new(~0u, &metrics))
		exit(1);
	add_web(metrics, &cgroups[0]);
	add_web(metrics, &cgroups[2]);
	add_ends(metrics);
	add_others(metrics);
	metrics_put(out, metrics, &self);
	metrics_free(metrics);
}

static bool is_same(const struct buffer *out, const char *path)
{
	static char expected[1 << 20];
	FILE *file = fopen(path, "r");
	size_t n = file ? fread(expected, 1, sizeof(expected), file) : 0;

	if (file)
		fclose(file);
	return file && n == out->len && !memcmp(expected, out->data, n);
}

int main(int argc, char **argv)
{
	static char room[1 << 20];
	struct buffer out = {.data = room, .cap = sizeof(room)};

	put(&out);
	if (out.overflow)
		return 1;
	if (argc > 1 && !is_same(&out, argv[1])) {
		fprintf(stderr, "metrics: what is written now is not what %s has\n", argv[1]);
		return 1;
	}
	return argc > 1 ? 0 : fwrite(out.data, 1, out.len, stdout) != out.len;
}
