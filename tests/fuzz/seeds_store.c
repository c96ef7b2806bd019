// SPDX-License-Identifier: MIT
/* Writes what fuzzing of stores starts from: seeds_store DIR makes stores in it. */
#include <stdio.h>
#include <string.h>

#include "store/store.h"

#define LINE                                                                                       \
	"{\"timestamp\":\"2026-02-16T12:34:56.000000001Z\",\"event.name\":\"tcp.connect\","        \
	"\"tpconnect.seq\":%u,\"network.peer.address\":\"192.0.2.%u\"}\n"

/* Of so many frames, each of so many lines; marked: each with a mark, and one alone. */
static int write_segment(const char *dir, const char *boot, unsigned int frames, unsigned int lines,
			 bool marked)
{
	struct frame_mark mark = {.ring = marked};
	static const struct store_limits limits;
	unsigned int seq = 0;
	struct error error;
	struct store *store;
	char line[256];

	if (store_open(dir, boot, &limits, &store, &error)) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	while (seq < frames * lines) {
		int size = snprintf(line, sizeof(line), LINE, seq + 1, seq % 8);

		mark.position += 192;
		if (marked)
			store_mark(store, seq + 1, &mark);
		if (store_append(store, line, (size_t)size) != size ||
		    (++seq % lines == 0 && store_flush(store)))
			return 1;
	}
	mark.filtered++;
	if (marked)
		store_mark(store, seq, &mark);
	store_flush(store);
	store_close(store);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	return write_segment(argv[1], "1", 1, 1, false) | write_segment(argv[1], "2", 3, 2, false) |
	       write_segment(argv[1], "3", 2, 40, false) | write_segment(argv[1], "4", 2, 3, true);
}
