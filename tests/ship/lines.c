// SPDX-License-Identifier: MIT
/*
 * lines DIR BOOT LINES PER_FRAME [PAUSE_MS [STORE_SIZE [HOST_ID]]]: a recorder that invents its
 * lines, without a privilege: writes so many to a store, in frames of so many, with a pause behind
 * each. A store of that size, in bytes (0: 10 GiB), drops its oldest segments. Prints the numbers
 * of the first line and the last.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"

#define LINE_SIZE 2048

static const char *host_id = "4c1dd0ab2d4f4a4a8f2ab1c24bd1ab0e";

/* Like a recorder's, with names that somebody chose to do harm. */
static int make_line(char *ret, const char *boot, uint64_t seq)
{
	static const char *const names[] = {"failed", "established", "connect"};
	struct timespec now;
	struct tm tm;
	char time[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%S", &tm);
	return snprintf(
		ret, LINE_SIZE,
		"{\"timestamp\":\"%s.%09ldZ\",\"event.name\":\"tcp.%s\",\"tpconnect.seq\":%" PRIu64
		",\"host.id\":\"%s\",\"host.name\":\"worker-17\",\"tpconnect.boot.id\":\"%s\","
		"\"process.executable.name\":\"a\\\"b\\\\c\\n\\u001b[31m\\u0000\","
		"\"process.command_args\":[\"curl\",\"-v\"],\"tpconnect.latency\":0.000%u,"
		"\"network.peer.address\":\"10.0.%u.%u\",\"network.peer.port\":%u,"
		"\"tpconnect.non_blocking\":%s,\"tpconnect.random\":\"%08x%08x\"}\n",
		time, now.tv_nsec, names[seq % 3], seq, host_id, boot, (unsigned int)seq % 997,
		(unsigned int)seq / 251 % 250, (unsigned int)seq % 250,
		1024 + (unsigned int)seq % 60000, seq % 2 ? "true" : "false",
		(unsigned int)random(), (unsigned int)random());
}

static int append(struct store *store, const char *boot, uint64_t first, uint64_t n)
{
	char *lines = malloc(n * LINE_SIZE);
	size_t size = 0;
	int err = !lines;

	for (uint64_t i = 0; !err && i < n; i++)
		size += (size_t)make_line(lines + size, boot, first + i);
	for (size_t at = 0; !err && at < size;) {
		ssize_t done = store_append(store, lines + at, size - at);

		err = done < 0;
		at += err ? 0 : (size_t)done;
	}
	free(lines);
	return err || store_flush(store);
}

int main(int argc, char **argv)
{
	struct store_limits limits = {0};
	uint64_t lines, per_frame, first, next;
	struct store *store;
	struct error error;

	if (argc < 5) {
		fprintf(stderr,
			"usage: %s DIR BOOT LINES PER_FRAME [PAUSE_MS [STORE_SIZE [HOST_ID]]]\n",
			argv[0]);
		return 2;
	}
	lines = strtoull(argv[3], NULL, 10);
	per_frame = strtoull(argv[4], NULL, 10);
	if (argc > 6) {
		limits.size_max = strtoull(argv[6], NULL, 10);
		limits.segment_max = limits.size_max / 8;
	}
	if (argc > 7)
		host_id = argv[7];
	if (store_open(argv[1], argv[2], &limits, &store, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	first = next = store_next_seq(store);
	for (uint64_t n; next < first + lines; next += n) {
		n = first + lines - next < per_frame ? first + lines - next : per_frame;
		if (append(store, argv[2], next, n)) {
			fprintf(stderr, "cannot write\n");
			return 1;
		}
		if (argc > 5)
			usleep((useconds_t)(1000 * strtoul(argv[5], NULL, 10)));
	}
	store_close(store);
	printf("%" PRIu64 " %" PRIu64 "\n", first, next - 1);
	return 0;
}
