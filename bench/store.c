// SPDX-License-Identifier: MIT
/*
 * store DIR: what a store costs, and what reading it does, for lines as the services of a host make
 * them: microseconds of CPU and bytes on disk for each event; microseconds for each line that is
 * read; how many frames a span or a destination spares.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "format/format.h"
#include "format/who_memo.h"
#include "store/reader.h"
#include "store/store.h"
#include "store/tag.h"
#include "unit/random.h"

#define LINES	  100000
#define SERVICES  40
#define LINE_SIZE (16 * 1024)

static struct image images[SERVICES];
static struct cgroup cgroups[SERVICES];
static char texts[SERVICES][3][256];
static const struct host host = {
	.id = "4c1dd0ab2d4f4a4a8f2ab1c24bd1ab0e",
	.name = "worker-17",
	.boot_id = "2d5133c0-65f3-40b2-b375-c04866d418e1",
};

static char *lines;
static size_t size, ends[LINES];

static double cpu_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void make_services(uint64_t *seed)
{
	for (unsigned int i = 0; i < SERVICES; i++) {
		uint64_t id[4];

		for (int j = 0; j < 4; j++)
			id[j] = random_bits(seed, 64);
		snprintf(texts[i][0], sizeof(texts[i][0]), "/usr/lib/service-%u/bin/server", i);
		snprintf(texts[i][1], sizeof(texts[i][1]), "%016lx%016lx%016lx%016lx", id[0], id[1],
			 id[2], id[3]);
		snprintf(texts[i][2], sizeof(texts[i][2]),
			 "/kubepods.slice/kubepods-burstable.slice/cri-containerd-%s.scope",
			 texts[i][1]);
		images[i] = (struct image){
			.serial = i + 1,
			.has = IMAGE_HAS_REAL_UID | IMAGE_HAS_EXE_FILE,
			.real_uid = 1000 + i,
			.exe = texts[i][0],
			.exe_inode = 1234567 + i,
			.exe_major = 254,
			.exe_minor = 1,
			.cwd = "/srv/app",
			.hostname = "web-7d4b9c6f5-x2x9z",
			.ancestors = {{3999000000000ull, 4000 + i, "tini"},
				      {3997000000000ull, 3998, "containerd-shim"},
				      {1000000ull, 1, "systemd"}},
			.n_ancestors = 3,
		};
		cgroups[i] = (struct cgroup){
			.serial = i + 1,
			.path = texts[i][2],
			.container_id = texts[i][1],
			.runtime = "containerd",
		};
	}
}

/*
 * Three events of a connection share what tells it from others; it is closed when some later ones
 * have begun.
 */
static struct event make_event(uint64_t i)
{
	static const enum event_kind kinds[] = {EVENT_CONNECT, EVENT_ESTABLISHED, EVENT_CLOSE};
	enum event_kind kind = kinds[i % 3];
	uint64_t connection = i / 3 + 100 - (kind == EVENT_CLOSE) * (i / 3 % 100);
	uint64_t state = connection * 0x9e3779b97f4a7c15u, *seed = &state;
	/* Few services make most of it. */
	unsigned int service =
		(unsigned int)(random_bits(seed, 16) * random_bits(seed, 16) * SERVICES >> 32);
	unsigned int peer = (unsigned int)(random_bits(seed, 4) + service * 5);
	struct event event = {
		.kind = kind,
		.time_ns = 5000000000000ull + i * 50000 + (i * 7919 & 0x3fff),
		.start_ns = 5000000000000ull + connection * 150000 + random_bits(seed, 16),
		.cpu = (uint16_t)random_bits(seed, 4),
		.family = 4,
		.dst = {.addr = {[10] = 0xff, 0xff, 10, (uint8_t)(peer >> 4), (uint8_t)peer, 7},
			.port = peer % 3 ? 443 : 5432},
		.src = {.addr = {[10] = 0xff, 0xff, 10, 20, 30, 40},
			.port = (uint16_t)(32768 + random_bits(seed, 14))},
		.pid = 4100 + service,
		.tid = 4100 + service + (unsigned int)random_bits(seed, 3),
		.ppid = 4000 + service,
		.uid = 1000 + service,
		.process_start_ns = 4000000000000ull + service,
		.cgroup_id = 1234 + service,
		.netns = 4026531840u + service,
		.origin = ORIGIN_CONNECT,
		.has = EVENT_HAS_PROCESS | EVENT_HAS_SRC | EVENT_HAS_CGROUP,
		.image = &images[service],
		.cgroup = &cgroups[service],
	};

	snprintf(event.comm, sizeof(event.comm), "server-%u", service);
	snprintf(event.thread_comm, sizeof(event.thread_comm), "worker-%u", event.tid % 8);
	if (event.kind != EVENT_CONNECT) {
		event.has |= EVENT_HAS_LATENCY;
		event.latency_ns = 100000 + random_bits(seed, 22);
	}
	if (event.kind == EVENT_CLOSE) {
		event.has |= EVENT_HAS_DURATION | EVENT_HAS_RTT;
		event.duration_ns = 1000000 + random_bits(seed, 32);
		event.bytes_sent = random_bits(seed, 12);
		event.bytes_received = random_bits(seed, 18);
		event.rtt_us = (uint32_t)random_bits(seed, 10);
	}
	return event;
}

static void make_lines(void)
{
	static struct who_memo memo;
	struct buffer out;
	uint64_t seed = 1;

	lines = malloc((size_t)LINES * 4000);
	make_services(&seed);
	for (uint64_t i = 0; i < LINES; i++) {
		const struct format_context context = {
			.boot_to_utc_ns = 1795390000000000000,
			.process_epoch_ns = 1795390000000000000,
			.seq = i + 1,
			.who_memo = &memo,
			.host = &host,
			.host_always = true,
		};
		struct event event = make_event(i);

		out = (struct buffer){.data = lines + size, .cap = LINE_SIZE};
		format_json.event(&out, &event, &context);
		size += out.len;
		ends[i] = size;
	}
	printf("lines: %d of %zu bytes\n", LINES, size / LINES);
}

static void measure_tags(void)
{
	double begin = cpu_us(CLOCK_THREAD_CPUTIME_ID);
	struct tag tag;

	/* A few again and again: they come from memory that was just written. */
	for (size_t n = 0; n < LINES; n++) {
		size_t i = 1 + n % 100;

		if (tag_read(lines + ends[i - 1], ends[i] - ends[i - 1], &tag))
			exit(1);
	}
	printf("tag of a line: %.3f us\n", (cpu_us(CLOCK_THREAD_CPUTIME_ID) - begin) / LINES);
}

static void measure_writing(const char *dir, size_t per_frame)
{
	const struct store_limits limits = {0};
	double begin = cpu_us(CLOCK_PROCESS_CPUTIME_ID);
	struct store_counts counts;
	struct store *store;
	struct error error;
	char path[256];

	snprintf(path, sizeof(path), "%s/%zu", dir, per_frame);
	if (store_open(path, host.boot_id, &limits, &store, &error)) {
		fprintf(stderr, "%s\n", error.text);
		exit(1);
	}
	for (size_t i = 0, at = 0; i < LINES; at = ends[i - 1]) {
		i = i + per_frame < LINES ? i + per_frame : LINES;
		if (store_append(store, lines + at, ends[i - 1] - at) < 0 || store_flush(store))
			exit(1);
	}
	counts = store_counts(store);
	store_close(store);
	printf("frames of %zu: %.2f us CPU, %.1f bytes an event\n", per_frame,
	       (cpu_us(CLOCK_PROCESS_CPUTIME_ID) - begin) / LINES, (double)counts.bytes / LINES);
}

static void measure_reading(const char *dir, const char *name, const struct store_query *query)
{
	double begin = cpu_us(CLOCK_THREAD_CPUTIME_ID);
	struct store_reader *reader;
	struct store_read read;
	struct error error;
	const char *line;
	size_t len, n = 0;
	char path[256];

	snprintf(path, sizeof(path), "%s/500", dir);
	if (store_reader_open(path, query, &reader, &error)) {
		fprintf(stderr, "%s\n", error.text);
		exit(1);
	}
	while (store_reader_next(reader, &line, &len) == 1)
		n++;
	read = store_read(reader);
	store_reader_close(reader);
	begin = cpu_us(CLOCK_THREAD_CPUTIME_ID) - begin;
	printf("read %s: %.1f ms, %zu lines, %lu of %lu frames, %.3f us a line\n", name,
	       begin / 1e3, n, read.frames_read, read.frames, n ? begin / (double)n : 0);
}

int main(int argc, char **argv)
{
	static const uint8_t seldom[1][16] = {{[10] = 0xff, 0xff, 10, 12, 200, 7}};
	static const uint8_t absent[1][16] = {{[10] = 0xff, 0xff, 192, 0, 2, 1}};
	const struct store_query all = {0},
				 by_seldom = {.destinations = seldom, .n_destinations = 1},
				 by_absent = {.destinations = absent, .n_destinations = 1},
				 span = {.since_ns = 1795395002000000000,
					 .until_ns = 1795395003000000000};

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	make_lines();
	measure_tags();
	measure_writing(argv[1], 500);
	measure_writing(argv[1], 200);
	measure_writing(argv[1], 40);
	measure_reading(argv[1], "all", &all);
	measure_reading(argv[1], "a second", &span);
	measure_reading(argv[1], "a seldom destination", &by_seldom);
	measure_reading(argv[1], "no destination", &by_absent);
	return 0;
}
