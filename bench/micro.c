// SPDX-License-Identifier: MIT
/* micro: ns for each record of decoding and of each format, the median (and range) of many runs. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "model/decode.h"
#include "contract/interface.h"
#include "format/format.h"
#include "format/who_memo.h"
#include "util/array.h"
#include "util/buffer.h"

#define RUNS	21
#define RECORDS 50000

static const struct close_record record = {
	.base =
		{
			.head.interface = INTERFACE,
			.head.size = sizeof(struct close_record),
			.head.kind = EVENT_CLOSE,
			.time_ns = 5025123456789ull,
			.attempt =
				{
					.start_ns = 5025000000000ull,
					.process_start_ns = 4000000000000ull,
					.cgroup_id = 1234,
					.pid = 12345,
					.tid = 12346,
					.ppid = 1,
					.uid = 1000,
					.netns = 4026531840u,
					.cpu = 3,
					.dport = 443,
					.sport = 45678,
					.family = 4,
					.origin = ORIGIN_CONNECT,
					.flags = ATTEMPT_REQUESTED,
					.requested_port = 443,
					.daddr = {[10] = 0xff, 0xff, 192, 0, 2, 17},
					.saddr = {[10] = 0xff, 0xff, 10, 20, 30, 40},
					.requested = {[10] = 0xff, 0xff, 192, 0, 2, 17},
					.comm = "curl",
					.thread_comm = "curl-worker",
				},
		},
	.established_ns = 5025001000000ull,
	.bytes_sent = 73,
	.bytes_received = 1831,
	.rtt_us = 540,
};

/* Who made it, as most do: what format_line_max() allows for it is within the buffer of once(). */
static struct image image = {
	.serial = 1,
	.has = IMAGE_HAS_REAL_UID | IMAGE_HAS_EXE_FILE,
	.real_uid = 1000,
	.exe = "/usr/lib/jvm/java-17-openjdk-amd64/bin/java",
	.exe_inode = 1234567,
	.exe_major = 254,
	.exe_minor = 1,
	.cwd = "/srv/app",
	.hostname = "web-7d4b9c6f5-x2x9z",
	.ancestors =
		{
			{4000000000000ull, 4001, "sh"},
			{3999000000000ull, 4000, "run-app"},
			{3998000000000ull, 3999, "tini"},
			{3997000000000ull, 3998, "containerd-shim"},
			{3000000000000ull, 812, "containerd"},
			{1000000ull, 1, "systemd"},
		},
	.n_ancestors = 6,
};

static const struct cgroup cgroup = {
	.serial = 1,
	.path = "/kubepods.slice/kubepods-burstable.slice/"
		"kubepods-burstable-pod2d5133c0_65f3_40b2_b375_c04866d418e1.slice/"
		"cri-containerd-"
		"e01a26336924e2fb8089bcf4cf943954fd9ea616cc5678f38f65928307979459.scope",
	.container_id = "e01a26336924e2fb8089bcf4cf943954fd9ea616cc5678f38f65928307979459",
	.runtime = "containerd",
	.pod_uid = "2d5133c0-65f3-40b2-b375-c04866d418e1",
	.unit = "cri-containerd-"
		"e01a26336924e2fb8089bcf4cf943954fd9ea616cc5678f38f65928307979459.scope",
};

static long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000l + ts.tv_nsec;
}

/* FIRST: of an image of which there was no line yet. */
enum who { UNKNOWN, KNOWN, FIRST };

/* What is measured: one record, as the event that it is. */
struct task {
	const char *name;
	struct close_record record;
	const struct format_ops *format; /* NULL: decode only */
	struct event event;
	enum who who;
	size_t length; /* of the line */
};

static void once(struct task *task, uint64_t i)
{
	static struct who_memo who_memo;
	static char line[FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 1024];
	struct buffer out = {.data = line, .cap = sizeof(line)};
	const struct format_context context = {
		.boot_to_utc_ns = 1795390000000000000,
		.process_epoch_ns = 1795390000000000000,
		.seq = i,
		.who_memo = &who_memo,
	};

	if (!task->format) {
		event_decode(&task->record, task->record.base.head.size, &task->event);
		return;
	}
	image.serial += task->who == FIRST;
	task->event.time_ns += 2777; /* another time in each line, as in life */
	task->format->event(&out, &task->event, &context);
	task->length = out.len;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void measure(struct task *task)
{
	double ns[RUNS];

	for (int run = 0; run < RUNS; run++) {
		long begin = now();

		for (int i = 0; i < RECORDS; i++) {
			once(task, run * RECORDS + i);
			/* Nothing of it may be left out, or taken out of the loop. */
			__asm__ volatile("" : : "r"(task) : "memory");
		}
		ns[run] = (double)(now() - begin) / RECORDS;
	}
	qsort(ns, RUNS, sizeof(ns[0]), compare);
	printf("%-20s %8.1f ns  (%.1f .. %.1f)  %zu bytes\n", task->name, ns[RUNS / 2], ns[0],
	       ns[RUNS - 1], task->length);
}

static void measure_kind(const char *kind_name, enum event_kind kind, size_t size, enum who who)
{
	static const char *const formats[] = {NULL, "text", "table", "json"};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct task task = {.record = record, .who = who};
		char name[32];

		task.record.base.head.kind = kind;
		task.record.base.head.size = size;
		if (kind == EVENT_FAILED)
			task.record.base.error = ECONNREFUSED;
		if (event_decode(&task.record, size, &task.event)) {
			fprintf(stderr, "micro: the record is refused\n");
			exit(1);
		}
		if (who) {
			task.event.image = &image;
			task.event.cgroup = &cgroup;
		}
		task.format = formats[i] ? format_find(formats[i]) : NULL;
		if (formats[i] && !task.format)
			continue;
		snprintf(name, sizeof(name), "%s %s", kind_name,
			 formats[i] ? formats[i] : "decode");
		task.name = name;
		measure(&task);
	}
}

int main(void)
{
	measure_kind("failed", EVENT_FAILED, sizeof(struct attempt_record), UNKNOWN);
	measure_kind("close", EVENT_CLOSE, sizeof(struct close_record), UNKNOWN);
	measure_kind("close, who", EVENT_CLOSE, sizeof(struct close_record), KNOWN);
	measure_kind("close, first", EVENT_CLOSE, sizeof(struct close_record), FIRST);
	return 0;
}
