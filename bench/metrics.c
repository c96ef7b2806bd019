// SPDX-License-Identifier: MIT
/*
 * metrics: what --metrics-file adds to the reader: ns for each event, and for each file. The
 * median (and range) of many runs; SERVICES with DESTINATIONS each, connections in random order.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "metrics/metrics.h"
#include "util/array.h"

#define RUNS	     21
#define CONNECTIONS  50000
#define SERVICES_MAX 16

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const char *name, double ns[RUNS])
{
	qsort(ns, RUNS, sizeof(ns[0]), compare);
	printf("%-34s %10.1f ns  (%.1f .. %.1f)\n", name, ns[RUNS / 2], ns[0], ns[RUNS - 1]);
	return ns[RUNS / 2];
}

static void add_connection(struct metrics *metrics, struct event *event)
{
	event->kind = EVENT_CONNECT;
	metrics_add(metrics, event, 0);
	event->kind = EVENT_ESTABLISHED;
	metrics_add(metrics, event, 0);
	event->kind = EVENT_CLOSE;
	metrics_add(metrics, event, 0);
}

/* Returns ns an event. */
static double run(struct metrics *metrics, const struct cgroup *cgroups, unsigned int services,
		  unsigned int destinations)
{
	struct event event = {
		.has = EVENT_HAS_LATENCY,
		.family = 4,
		.ended = ENDED_FIN,
		.bytes_sent = 100,
		.bytes_received = 1000,
		.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
	};
	unsigned int random = 1;
	long begin = now();

	for (int i = 0; i < CONNECTIONS; i++) {
		random = random * 1103515245 + 12345;
		event.time_ns++;
		event.latency_ns = 100000 + (random >> 8);
		event.cgroup = &cgroups[(random >> 8) % services];
		event.dst.addr[15] = (unsigned char)((random >> 16) % destinations);
		add_connection(metrics, &event);
	}
	return (double)(now() - begin) / CONNECTIONS / 3;
}

static double measure(unsigned int services, unsigned int destinations)
{
	static char room[16 * 1024 * 1024];
	static const struct metrics_self self = {.version = "1"};
	static char names[SERVICES_MAX][16];
	struct cgroup cgroups[SERVICES_MAX] = {0};
	double events[RUNS], files[RUNS], ns;
	struct metrics *metrics;
	struct buffer out = {0};
	char name[64];

	if (metrics_new(~0u, &metrics))
		exit(1);
	for (unsigned int i = 0; i < services; i++) {
		snprintf(names[i], sizeof(names[i]), "s%u.service", i);
		cgroups[i] = (struct cgroup){.serial = i + 1, .path = "/x", .unit = names[i]};
	}
	for (int i = 0; i < RUNS; i++) {
		events[i] = run(metrics, cgroups, services, destinations);
		out = (struct buffer){.data = room, .cap = sizeof(room)};
		files[i] = (double)-now();
		metrics_put(&out, metrics, &self);
		files[i] += (double)now();
	}
	snprintf(name, sizeof(name), "%u x %u: an event", services, destinations);
	ns = median(name, events);
	snprintf(name, sizeof(name), "%u x %u: a file of %zu KiB", services, destinations,
		 out.len / 1024);
	median(name, files);
	metrics_free(metrics);
	return ns;
}

/* READER_NS: what an event costs the reader without it, as bench/metrics.sh has measured. */
int main(int argc, char **argv)
{
	double reader = argc > 1 ? atof(argv[1]) : 0;
	double ns;

	measure(1, 1);
	ns = measure(10, 20);
	measure(10, 200);
	if (reader > 0)
		printf("10 x 20, of the reader's %.0f ns: %.2f %%\n", reader, 100 * ns / reader);
	return 0;
}
