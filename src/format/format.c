// SPDX-License-Identifier: MIT
#include "format/format.h"

#include <string.h>

#include "util/array.h"
#include "util/keywords.h"

static const struct format_ops *const formats[] = {
	&format_text,
	&format_table,
	&format_json,
};

const char *format_name(size_t i)
{
	return i < ARRAY_SIZE(formats) ? formats[i]->name : NULL;
}

const struct format_ops *format_find(const char *name)
{
	int i = keyword_find(format_name, name);

	return i < 0 ? NULL : formats[i];
}

static bool ends_with(const char *line, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && !memcmp(line + n - len, end, len);
}

uint64_t format_events(const char *line, size_t n)
{
	uint64_t repeated = 0, power = 1;

	if (n && line[n - 1] == '}')
		n--;
	for (; n && line[n - 1] >= '0' && line[n - 1] <= '9'; power *= 10)
		repeated += (uint64_t)(line[--n] - '0') * power;
	if (ends_with(line, n, FORMAT_REPEATED) ||
	    ends_with(line, n, "\"" FORMAT_REPEATED_KEY "\":"))
		return 1 + repeated;
	return 1;
}
