// SPDX-License-Identifier: MIT
#include "store/damage.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void damage_add(struct damage *damage, uint64_t at, uint64_t size)
{
	uint64_t end = at + size;

	if (end <= damage->to)
		return;
	if (damage->from == damage->to) /* none may grow */
		damage->from = at > damage->to ? at : damage->to;
	damage->to = end;
}

void damage_end(struct damage *damage, const char *name)
{
	uint64_t size = damage->to - damage->from;

	if (!size)
		return;
	damage->n++;
	damage->bytes += size;
	damage_say(damage, "%s: damaged from byte %" PRIu64 " on, %" PRIu64 " byte%s: passed over",
		   name, damage->from, size, size == 1 ? "" : "s");
	damage->from = damage->to;
}

void damage_leave(struct damage *damage, const char *name)
{
	damage_end(damage, name);
	damage->from = damage->to = 0;
}

void damage_say(struct damage *damage, const char *format, ...)
{
	va_list args;

	if (damage->n_texts == DAMAGE_TEXTS)
		return;
	va_start(args, format);
	vsnprintf(damage->texts[damage->n_texts++], DAMAGE_TEXT_MAX, format, args);
	va_end(args);
}

const char *damage_take(struct damage *damage)
{
	return damage->n_told < damage->n_texts ? damage->texts[damage->n_told++] : NULL;
}
