// SPDX-License-Identifier: MIT
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

/* The digits at s; *ret_end is what follows them. */
static int parse_digits(const char *s, uint64_t *ret, const char **ret_end)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)*s))
		return -EINVAL;
	for (; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *s - '0', &value))
			return -ERANGE;
	*ret = value;
	*ret_end = s;
	return 0;
}

int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret)
{
	const char *end;
	uint64_t value;
	int err = parse_digits(s, &value, &end);

	if (err)
		return err;
	if (*end)
		return -EINVAL;
	if (value < min || value > max)
		return -ERANGE;
	*ret = value;
	return 0;
}

struct unit {
	const char *name;
	uint64_t factor;
};

static const struct unit *unit_find(const struct unit *units, const char *name)
{
	for (; units->name; units++)
		if (!strcmp(units->name, name))
			return units;
	return NULL;
}

int parse_duration(const char *s, uint64_t *ret_ns)
{
	static const struct unit units[] = {
		{"ns", 1},
		{"us", NSEC_PER_USEC},
		{"ms", NSEC_PER_MSEC},
		{"s", NSEC_PER_SEC},
		{"", NSEC_PER_SEC},
		{"m", 60 * NSEC_PER_SEC},
		{"h", 3600 * NSEC_PER_SEC},
		{NULL, 0},
	};
	uint64_t whole, fraction = 0, scale = 1, value;
	const struct unit *unit;
	const char *end;
	int err = parse_digits(s, &whole, &end);

	if (err)
		return err;
	if (*end == '.') {
		for (end++; isdigit((unsigned char)*end); end++)
			if (scale < NSEC_PER_SEC) {
				fraction = fraction * 10 + (*end - '0');
				scale *= 10;
			}
		if (scale == 1)
			return -EINVAL;
	}
	unit = unit_find(units, end);
	if (!unit)
		return -EINVAL;
	if (__builtin_mul_overflow(whole, unit->factor, &value) || value > INT64_MAX / 2)
		return -ERANGE;
	value += (uint64_t)((__uint128_t)fraction * unit->factor / scale);
	if (!value)
		return -ERANGE;
	*ret_ns = value;
	return 0;
}

int parse_size(const char *s, uint64_t *ret_bytes)
{
	static const struct unit units[] = {
		{"", 1}, {"K", 1ull << 10}, {"M", 1ull << 20}, {"G", 1ull << 30}, {NULL, 0},
	};
	const struct unit *unit;
	const char *end;
	uint64_t value;
	int err = parse_digits(s, &value, &end);

	if (err)
		return err;
	unit = unit_find(units, end);
	if (!unit)
		return -EINVAL;
	if (__builtin_mul_overflow(value, unit->factor, &value))
		return -ERANGE;
	*ret_bytes = value;
	return 0;
}

int parse_list(const char *list, int (*item)(const char *word, void *arg), void *arg,
	       char **ret_word)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		_cleanup_free_ char *word = strndup(list, len);
		int err = word ? (len ? item(word, arg) : -EINVAL) : -ENOMEM;

		if (err) {
			*ret_word = word;
			word = NULL;
			return err;
		}
		if (!list[len])
			return 0;
		list += len + 1;
	}
}
