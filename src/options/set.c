// SPDX-License-Identifier: MIT
#include "options/set.h"

#include <errno.h>
#include <stdarg.h>

int refuse_value(struct error *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason->text, sizeof(reason->text), format, args);
	va_end(args);
	return -EINVAL;
}

int refuse_choice(struct error *reason, const char *what, const char *name, keywords_fn *words)
{
	const char *nearest;
	char all[128];

	if (!name)
		return refuse_value(reason, "out of memory");
	nearest = keyword_nearest(words, name);
	keywords_join(words, all, sizeof(all));
	if (nearest)
		return refuse_value(
			reason, "there is no %s \"" QUOTED "\"; did you mean \"%s\"? There are %s",
			what, name, nearest, all);
	return refuse_value(reason, "there is no %s \"" QUOTED "\"; there are %s", what, name, all);
}
