// SPDX-License-Identifier: MIT
#include "options/set.h"

#include <errno.h>
#include <stdarg.h>

int because(struct error *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason->text, sizeof(reason->text), format, args);
	va_end(args);
	return -EINVAL;
}

int because_unknown(struct error *reason, const char *what, const char *name, words_fn *words)
{
	const char *nearest;
	char all[128];

	if (!name)
		return because(reason, "out of memory");
	nearest = words_nearest(words, name);
	words_join(words, all, sizeof(all));
	if (nearest)
		return because(reason,
			       "there is no %s \"" SHOWN "\"; did you mean \"%s\"? There are %s",
			       what, name, nearest, all);
	return because(reason, "there is no %s \"" SHOWN "\"; there are %s", what, name, all);
}
