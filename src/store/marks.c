// SPDX-License-Identifier: MIT
#include "store/marks.h"

#include <stdlib.h>

/* As many lines as two frames have. */
#define MAX_AT_FIRST 1024

void marks_free(struct marks *marks)
{
	free(marks->entries);
	*marks = (struct marks){0};
}

static struct marks_entry *entry_at(const struct marks *marks, size_t i)
{
	return &marks->entries[(marks->first + i) & (marks->max - 1)];
}

static bool grow(struct marks *marks)
{
	size_t max = marks->max ? marks->max * 2 : MAX_AT_FIRST;
	struct marks_entry *entries = calloc(max, sizeof(*entries));

	if (!entries)
		return false;
	for (size_t i = 0; i < marks->n; i++)
		entries[i] = *entry_at(marks, i);
	free(marks->entries);
	marks->entries = entries;
	marks->first = 0;
	marks->max = max;
	return true;
}

void marks_drop(struct marks *marks, uint64_t seq)
{
	while (marks->n && entry_at(marks, marks->n - 1)->seq >= seq)
		marks->n--;
}

void marks_push(struct marks *marks, uint64_t seq, const struct frame_mark *mark)
{
	marks_drop(marks, seq);
	/* A frame then has the mark of an earlier line: what is behind it may come twice. */
	if (marks->n == marks->max && !grow(marks))
		return;
	*entry_at(marks, marks->n++) = (struct marks_entry){.seq = seq, .mark = *mark};
}

void marks_take(struct marks *marks, uint64_t seq, struct frame_mark *mark)
{
	while (marks->n && marks->entries[marks->first].seq <= seq) {
		*mark = marks->entries[marks->first].mark;
		marks->first = (marks->first + 1) & (marks->max - 1);
		marks->n--;
	}
}
