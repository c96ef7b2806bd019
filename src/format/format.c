// SPDX-License-Identifier: MIT
#include "format/format.h"

#include <string.h>

#include "format/who.h"
#include "util/array.h"

/* Bytes that a byte of a text can become: \ufffd in JSON. */
#define ESCAPE_MAX 6

static const struct format_ops *const formats[] = {
	&format_text,
	&format_table,
	&format_json,
	&format_zeek,
};

const struct format_ops *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

size_t format_line_max(const struct event *event)
{
	if (!event->image && !event->cgroup && !event->names)
		return FORMAT_LINE_MAX;
	return FORMAT_LINE_MAX + FORMAT_WHO_MAX + ESCAPE_MAX * who_text_size(event);
}
