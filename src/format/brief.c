// SPDX-License-Identifier: MIT
#include "format/brief.h"

#include "util/array.h"
#include "util/clock.h"

#define MINUTE_NS (60 * NSEC_PER_SEC)
#define HOUR_NS	  (60 * MINUTE_NS)
#define DAY_NS	  (24 * HOUR_NS)

/* value / 1000, in three digits as long as it has a fraction. */
static void put_three_digits(struct buffer *out, uint64_t value)
{
	buffer_u64(out, value / 1000);
	if (value >= 100000)
		return;
	buffer_putc(out, '.');
	if (value < 10000)
		buffer_u64_padded(out, value % 1000 / 10, 2);
	else
		buffer_u64_padded(out, value % 1000 / 100, 1);
}

void brief_duration(struct buffer *out, uint64_t ns)
{
	/*
	 * The unit is the first whose end the value does not reach. Seconds and hours go on beyond
	 * a minute and a day: 90s and 36h say more than 1.50m and 1.50d.
	 */
	static const struct {
		uint64_t end_ns, unit_ns;
		const char *name;
	} units[] = {
		{NSEC_PER_SEC, 1000 * NSEC_PER_USEC, "ms"},
		{1000 * NSEC_PER_SEC, NSEC_PER_SEC, "s"},
		{HOUR_NS, MINUTE_NS, "m"},
		{100 * HOUR_NS, HOUR_NS, "h"},
		{UINT64_MAX, DAY_NS, "d"},
	};
	size_t i = 0;

	if (ns < 1000 * NSEC_PER_USEC) {
		buffer_u64(out, ns / NSEC_PER_USEC);
		buffer_literal(out, "us");
		return;
	}
	while (ns >= units[i].end_ns && units[i].end_ns != UINT64_MAX)
		i++;
	put_three_digits(out, ns / (units[i].unit_ns / 1000));
	buffer_puts(out, units[i].name);
}

void brief_size(struct buffer *out, uint64_t bytes)
{
	static const char units[] = "KMGTPE";
	unsigned int i = 0;

	if (bytes < 1024) {
		buffer_u64(out, bytes);
		return;
	}
	while (bytes >> 10 >= 1024) {
		bytes >>= 10;
		i++;
	}
	buffer_u64(out, bytes >> 10);
	if (bytes >> 10 < 10) {
		buffer_putc(out, '.');
		buffer_u64(out, (bytes & 1023) * 10 >> 10);
	}
	buffer_putc(out, units[i]);
}

void brief_count(struct buffer *out, uint64_t n)
{
	static const char units[] = "KMGTPE";
	unsigned int i = 0;

	if (n < 100000) {
		buffer_u64(out, n);
		return;
	}
	for (n /= 100; n >= 10000; n /= 1000)
		i++;
	buffer_u64(out, n / 10);
	if (n < 100) {
		buffer_putc(out, '.');
		buffer_u64(out, n % 10);
	}
	buffer_putc(out, units[i]);
}

void brief_grouped(struct buffer *out, uint64_t n)
{
	if (n >= 1000) {
		brief_grouped(out, n / 1000);
		buffer_putc(out, ',');
		buffer_u64_padded(out, n % 1000, 3);
	} else {
		buffer_u64(out, n);
	}
}

/* "4m12s": as much of the unit as there is, and the rest in the next smaller one, in two digits. */
static void put_two_units(struct buffer *out, uint64_t ns, uint64_t unit_ns, const char *names)
{
	buffer_u64(out, ns / unit_ns);
	buffer_putc(out, names[0]);
	if (ns >= 10 * unit_ns)
		return;
	buffer_u64_padded(out, ns % unit_ns / (unit_ns / 60), 2);
	buffer_putc(out, names[1]);
}

void brief_age(struct buffer *out, uint64_t ns)
{
	if (ns < 10 * NSEC_PER_SEC) {
		buffer_u64(out, ns / NSEC_PER_SEC);
		buffer_putc(out, '.');
		buffer_u64(out, ns % NSEC_PER_SEC / (NSEC_PER_SEC / 10));
		buffer_putc(out, 's');
	} else if (ns < MINUTE_NS) {
		buffer_u64(out, ns / NSEC_PER_SEC);
		buffer_putc(out, 's');
	} else if (ns < HOUR_NS) {
		put_two_units(out, ns, MINUTE_NS, "ms");
	} else if (ns < 4 * DAY_NS) {
		put_two_units(out, ns, HOUR_NS, "hm");
	} else {
		buffer_u64(out, ns / DAY_NS);
		buffer_putc(out, 'd');
	}
}

const char *brief_state(uint8_t state)
{
	static const char *const names[] = {
		[1] = "ESTAB",	 [2] = "SYN_SNT", [3] = "SYN_RCV",  [4] = "FIN_WT1",
		[5] = "FIN_WT2", [6] = "TIME_WT", [7] = "CLOSED",   [8] = "CLOSE_W",
		[9] = "LAST_AK", [10] = "LISTEN", [11] = "CLOSING",
	};

	return state < ARRAY_SIZE(names) && names[state] ? names[state] : "-";
}
