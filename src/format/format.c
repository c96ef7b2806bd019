// SPDX-License-Identifier: MIT
#include "format/format.h"

#include <string.h>

#include "util/array.h"

static const struct format_ops *const formats[] = {
	&format_text,
	&format_table,
	&format_json,
};

const struct format_ops *format_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}
