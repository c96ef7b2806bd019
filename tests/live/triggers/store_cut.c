// SPDX-License-Identifier: MIT
/*
 * store_cut STORE COPY FIRST LAST: a copy of a store, without the lines of these numbers: as if
 * they had never been written. Not a byte of what is left tells of them. Prints how many there
 * were.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/reader.h"
#include "store/store.h"
#include "store/tag.h"

static void die(const char *what)
{
	fprintf(stderr, "store_cut: %s\n", what);
	exit(1);
}

/* The copy's, for the boot of the line that was read last. */
static struct store *store_of(const char *dir, const char *boot)
{
	static char open_boot[STORE_BOOT_MAX + 1];
	static struct store *store;
	const struct store_limits limits = {0};
	struct error error;

	if (store && !strcmp(open_boot, boot))
		return store;
	store_close(store);
	store = NULL;
	if (*boot && store_open(dir, boot, &limits, &store, &error))
		die(error.text);
	snprintf(open_boot, sizeof(open_boot), "%s", boot);
	return store;
}

static void copy_line(struct store *store, const char *text, size_t size)
{
	/* Its newline is behind it. */
	if (store_append(store, text, size + 1) != (ssize_t)size + 1)
		die("a line cannot be written");
}

int main(int argc, char **argv)
{
	const struct store_query all = {0};
	struct store_reader *reader;
	uint64_t first, last, n = 0;
	struct error error;
	const char *text;
	size_t size;
	int more;

	if (argc != 5)
		die("usage: store_cut STORE COPY FIRST LAST");
	first = strtoull(argv[3], NULL, 10);
	last = strtoull(argv[4], NULL, 10);
	if (store_reader_open(argv[1], &all, &reader, &error))
		die(error.text);
	while ((more = store_reader_next(reader, &text, &size)) > 0) {
		struct tag tag;

		if (tag_read(text, size, &tag))
			die("a line is none of ours");
		if (tag.seq >= first && tag.seq <= last)
			n++;
		else
			copy_line(store_of(argv[2], store_reader_boot(reader)), text, size);
	}
	if (more)
		die("the store cannot be read");
	store_of(argv[2], "");
	store_reader_close(reader);
	printf("%" PRIu64 "\n", n);
	return 0;
}
