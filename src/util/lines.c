// SPDX-License-Identifier: MIT
#include "util/lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for n more, in steps that double it. */
static int make_room(void **items, size_t size, size_t len, size_t n, size_t *cap)
{
	size_t more = *cap ? *cap : 64;
	void *moved;

	if (n <= *cap - len)
		return 0;
	while (more - len < n)
		more *= 2;
	moved = realloc(*items, more * size);
	if (!moved)
		return -ENOMEM;
	*items = moved;
	*cap = more;
	return 0;
}

int lines_add(struct lines *lines, const char *line, size_t len)
{
	void *data = lines->data, *ends = lines->ends;
	int err = make_room(&data, 1, lines->len, len, &lines->cap);

	lines->data = data;
	if (!err)
		err = make_room(&ends, sizeof(*lines->ends), lines->n, 1, &lines->cap_ends);
	lines->ends = ends;
	if (err)
		return err;
	if (len)
		memcpy(lines->data + lines->len, line, len);
	lines->len += len;
	lines->ends[lines->n++] = lines->len;
	return 0;
}

const char *lines_at(const struct lines *lines, size_t i, size_t *ret_len)
{
	size_t start = i && i < lines->n ? lines->ends[i - 1] : 0;

	*ret_len = i < lines->n ? lines->ends[i] - start : 0;
	return *ret_len ? lines->data + start : "";
}

void lines_clear(struct lines *lines)
{
	lines->len = lines->n = 0;
}

void lines_free(struct lines *lines)
{
	free(lines->data);
	free(lines->ends);
	*lines = (struct lines){0};
}
