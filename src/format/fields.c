// SPDX-License-Identifier: MIT
#include "format/fields.h"

#include <string.h>

#include "util/clock.h"
#include "util/errno_name.h"

#define SEC_PER_DAY 86400u

struct date {
	unsigned int year, month, day;
};

/*
 * Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days: years begin on
 * 1 March, so that the leap day is the last of its year, and repeat every 400 years (146097 days).
 * gmtime_r would take the time zone lock on every line.
 */
static struct date date_of_day(unsigned int days_since_1970)
{
	unsigned int days = days_since_1970 + 719468; /* since 0000-03-01 */
	unsigned int era = days / 146097, day_of_era = days % 146097;
	unsigned int year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	unsigned int day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	unsigned int month = (5 * day_of_year + 2) / 153; /* 0 is March */
	struct date date = {
		.year = year_of_era + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day_of_year - (153 * month + 2) / 5 + 1,
	};

	return date;
}

static char *put_digits(char *to, unsigned int value, unsigned int width)
{
	for (unsigned int i = width; i; value /= 10)
		to[--i] = (char)('0' + value % 10);
	return to + width;
}

/* `width` digits and what comes after them. */
static inline char *put_part(char *to, unsigned int value, unsigned int width, char after)
{
	to = put_digits(to, value, width);
	*to = after;
	return to + 1;
}

void field_time(struct buffer *out, uint64_t utc_ns)
{
	uint64_t seconds = utc_ns / NSEC_PER_SEC;
	unsigned int second_of_day = (unsigned int)(seconds % SEC_PER_DAY);
	struct date date = date_of_day((unsigned int)(seconds / SEC_PER_DAY));
	char text[sizeof("2026-02-16T12:34:56.123456789Z") - 1], *to = text;

	to = put_part(to, date.year, 4, '-');
	to = put_part(to, date.month, 2, '-');
	to = put_part(to, date.day, 2, 'T');
	to = put_part(to, second_of_day / 3600, 2, ':');
	to = put_part(to, second_of_day / 60 % 60, 2, ':');
	to = put_part(to, second_of_day % 60, 2, '.');
	put_part(to, (unsigned int)(utc_ns % NSEC_PER_SEC), 9, 'Z');
	buffer_put(out, text, sizeof(text));
}

static void put_thousandths(struct buffer *out, uint64_t value)
{
	buffer_u64(out, value / 1000);
	buffer_putc(out, '.');
	buffer_u64_padded(out, value % 1000, 3);
}

void field_duration(struct buffer *out, uint64_t ns)
{
	if (ns < NSEC_PER_SEC) {
		put_thousandths(out, ns / NSEC_PER_USEC);
		buffer_literal(out, "ms");
	} else {
		put_thousandths(out, ns / NSEC_PER_MSEC);
		buffer_putc(out, 's');
	}
}

/* value / 1000, with four digits in all as long as it has a fraction. */
static void put_four_digits(struct buffer *out, uint64_t value)
{
	buffer_u64(out, value / 1000);
	if (value >= 1000000)
		return;
	buffer_putc(out, '.');
	if (value < 10000)
		buffer_u64_padded(out, value % 1000, 3);
	else if (value < 100000)
		buffer_u64_padded(out, value % 1000 / 10, 2);
	else
		buffer_u64_padded(out, value % 1000 / 100, 1);
}

void field_duration_short(struct buffer *out, uint64_t ns)
{
	if (ns < NSEC_PER_SEC) {
		put_four_digits(out, ns / NSEC_PER_USEC);
		buffer_literal(out, "ms");
	} else {
		put_four_digits(out, ns / NSEC_PER_MSEC);
		buffer_putc(out, 's');
	}
}

void field_time_of_day(struct buffer *out, uint64_t utc_ns)
{
	unsigned int second_of_day = (unsigned int)(utc_ns / NSEC_PER_SEC % SEC_PER_DAY);
	char text[sizeof("12:34:56.123") - 1], *to = text;

	to = put_part(to, second_of_day / 3600, 2, ':');
	to = put_part(to, second_of_day / 60 % 60, 2, ':');
	to = put_part(to, second_of_day % 60, 2, '.');
	put_digits(to, (unsigned int)(utc_ns % NSEC_PER_SEC / NSEC_PER_MSEC), 3);
	buffer_put(out, text, sizeof(text));
}

void field_errno(struct buffer *out, uint16_t error)
{
	const char *name = errno_name(error);

	if (name)
		buffer_puts(out, name);
	else
		buffer_u64(out, error);
}

void field_error_or_other(struct buffer *out, uint16_t error)
{
	if (error)
		field_errno(out, error);
	else
		buffer_literal(out, "other");
}
