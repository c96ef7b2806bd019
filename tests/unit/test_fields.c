// SPDX-License-Identifier: MIT
/* Values as every format writes them. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "format/fields.h"
#include "unit/random.h"
#include "unit/written.h"
#include "util/array.h"
#include "util/errno_name.h"

/* Where this is not glibc, there is nothing to compare with. */
#ifndef __GLIBC_PREREQ
#define __GLIBC_PREREQ(major, minor) 0
#endif

static void assert_time(uint64_t utc_ns)
{
	struct buffer b = empty_buffer();
	time_t seconds = (time_t)(utc_ns / 1000000000);
	char date[32], expected[64];
	struct tm tm;

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	snprintf(expected, sizeof(expected), "%s.%09luZ", date,
		 (unsigned long)(utc_ns % 1000000000));
	field_time(&b, utc_ns);
	assert_string_equal(text_of(&b), expected);
}

static void time_is_that_of_gmtime_on_every_day_until_2554(void **state)
{
	const uint64_t day_ns = 86400ull * 1000000000;

	(void)state;
	for (uint64_t day = 0; day < UINT64_MAX / day_ns; day++) {
		assert_time(day * day_ns);
		assert_time((day + 1) * day_ns - 1);
	}
	assert_time(UINT64_MAX);
}

static void time_has_nine_digits_of_a_second(void **state)
{
	struct buffer b = empty_buffer();

	(void)state;
	field_time(&b, 1);
	assert_string_equal(text_of(&b), "1970-01-01T00:00:00.000000001Z");
}

static void ipv4_is_that_of_inet_ntop_for_every_octet(void **state)
{
	(void)state;
	for (unsigned int octet = 0; octet < 256; octet++) {
		uint8_t addr[4] = {(uint8_t)octet, 0, (uint8_t)(255 - octet), (uint8_t)octet};
		struct buffer b = empty_buffer();
		char expected[INET_ADDRSTRLEN];

		field_ipv4(&b, addr);
		inet_ntop(AF_INET, addr, expected, sizeof(expected));
		assert_string_equal(text_of(&b), expected);
	}
}

static const char *ipv6_text(const uint8_t addr[16])
{
	struct buffer b = empty_buffer();

	field_ipv6(&b, addr);
	return text_of(&b);
}

/* inet_ntop's, but for ::a.b.c.d, which RFC 5952 does not know. */
static void expected_ipv6(const uint8_t addr[16], char text[INET6_ADDRSTRLEN])
{
	static const uint8_t zeros[12];

	inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN);
	if (!memcmp(addr, zeros, sizeof(zeros)) && strchr(text, '.'))
		snprintf(text, INET6_ADDRSTRLEN, "::%x:%x", addr[12] << 8 | addr[13],
			 addr[14] << 8 | addr[15]);
}

static void assert_ipv6(const uint8_t addr[16])
{
	char expected[INET6_ADDRSTRLEN];

	expected_ipv6(addr, expected);
	assert_string_equal(ipv6_text(addr), expected);
}

static void ipv6_is_that_of_inet_ntop_for_every_pattern_of_zero_groups(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		for (unsigned int nonzero = 0; nonzero < 256; nonzero++) {
			uint8_t addr[16] = {0};

			for (unsigned int i = 0; i < 8; i++) {
				/* Shifted, for groups of one to four digits. */
				uint32_t group =
					(next_random(&seed) & 0xffff) >> (next_random(&seed) & 15);

				if (!(nonzero & 1u << i))
					continue;
				addr[2 * i] = (uint8_t)(group >> 8);
				addr[2 * i + 1] = (uint8_t)group;
			}
			assert_ipv6(addr);
		}
	}
}

static void ipv6_is_that_of_inet_ntop_for_random_bytes(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (unsigned int round = 0; round < 100000; round++) {
		uint8_t addr[16];

		/* One byte in two is 0: groups with zeros inside, short runs. */
		for (unsigned int i = 0; i < 16; i++)
			addr[i] = (uint8_t)(next_random(&seed) & 1 ? next_random(&seed) : 0);
		assert_ipv6(addr);
	}
}

static void ipv6_follows_rfc_5952(void **state)
{
	static const char *const canonical[] = {
		"::",
		"::1",
		"1::",
		"::102:304",
		"::1:0",
		"2001:db8::1",
		"2001:db8:0:1:1:1:1:1",
		"2001:0:0:1::1",
		"2001:db8::1:0:0:1",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6::",
		"::3:4:5:6:7:8",
		"fe80::abcd:ef01:2345:6789",
		"::ffff:192.0.2.1",
		"::ffff:0:c000:201",
		"64:ff9b::c000:201",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(canonical); i++) {
		uint8_t addr[16];

		assert_int_equal(inet_pton(AF_INET6, canonical[i], addr), 1);
		assert_string_equal(ipv6_text(addr), canonical[i]);
	}
}

static void the_family_of_an_address_is_4_only_when_mapped(void **state)
{
	uint8_t addr[16] = {[10] = 0xff, 0xff};

	(void)state;
	assert_int_equal(address_family(addr), 4);
	for (size_t i = 0; i < 16; i++) {
		addr[i] ^= 0x80;
		assert_int_equal(address_family(addr), i < 12 ? 6 : 4);
		addr[i] ^= 0x80;
	}
}

static void durations_carry_their_unit_and_are_cut_not_rounded(void **state)
{
	static const struct {
		uint64_t ns;
		const char *expected;
	} cases[] = {
		{0, "0.000ms"},
		{999, "0.000ms"},
		{1000, "0.001ms"},
		{412000, "0.412ms"},
		{412999, "0.412ms"},
		{11284000, "11.284ms"},
		{999999999, "999.999ms"},
		{1000000000, "1.000s"},
		{1000999999, "1.000s"},
		{3046000000, "3.046s"},
		{131072999999999, "131072.999s"},
		{UINT64_MAX, "18446744073.709s"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buffer b = empty_buffer();

		field_duration(&b, cases[i].ns);
		assert_string_equal(text_of(&b), cases[i].expected);
	}
}

static void assert_short(uint64_t ns, const char *expected)
{
	struct buffer b = empty_buffer();

	field_duration_short(&b, ns);
	assert_string_equal(text_of(&b), expected);
}

static void short_durations_are_cut_off_never_rounded_up(void **state)
{
	(void)state;
	assert_short(0, "0.000ms");
	assert_short(9999999, "9.999ms");
	assert_short(10000000, "10.00ms");
	assert_short(99999999, "99.99ms");
	assert_short(999999999, "999.9ms");
	assert_short(1000000000, "1.000s");
	assert_short(127123456789, "127.1s");
	assert_short(86400000000000, "86400s");
}

static const char *errno_text(uint16_t error)
{
	struct buffer b = empty_buffer();

	field_errno(&b, error);
	return text_of(&b);
}

static void an_errno_is_its_symbol_or_else_its_number(void **state)
{
	(void)state;
	assert_string_equal(errno_text(ECONNREFUSED), "ECONNREFUSED");
	assert_string_equal(errno_text(ETIMEDOUT), "ETIMEDOUT");
	assert_string_equal(errno_text(EPERM), "EPERM");
	assert_string_equal(errno_text(ENOTRECOVERABLE), "ENOTRECOVERABLE");
	assert_string_equal(errno_text(0), "0");
	assert_string_equal(errno_text(517), "517");
	assert_string_equal(errno_text(65535), "65535");
}

#if __GLIBC_PREREQ(2, 32)
static void an_errno_has_the_symbol_that_glibc_knows(void **state)
{
	(void)state;
	for (int error = 1; error < 4096; error++) {
		const char *ours = errno_name(error), *name = strerrorname_np(error);

		/* A later glibc may know more. */
		if (name && (ours || error <= EHWPOISON))
			assert_string_equal(ours ? ours : "none", name);
		else
			assert_null(ours);
	}
	assert_null(errno_name(0));
	assert_null(errno_name(-1));
}
#else
static void an_errno_has_the_symbol_that_glibc_knows(void **state)
{
	(void)state;
	skip();
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_that_of_gmtime_on_every_day_until_2554),
		cmocka_unit_test(time_has_nine_digits_of_a_second),
		cmocka_unit_test(ipv4_is_that_of_inet_ntop_for_every_octet),
		cmocka_unit_test(ipv6_is_that_of_inet_ntop_for_every_pattern_of_zero_groups),
		cmocka_unit_test(ipv6_is_that_of_inet_ntop_for_random_bytes),
		cmocka_unit_test(ipv6_follows_rfc_5952),
		cmocka_unit_test(the_family_of_an_address_is_4_only_when_mapped),
		cmocka_unit_test(durations_carry_their_unit_and_are_cut_not_rounded),
		cmocka_unit_test(short_durations_are_cut_off_never_rounded_up),
		cmocka_unit_test(an_errno_is_its_symbol_or_else_its_number),
		cmocka_unit_test(an_errno_has_the_symbol_that_glibc_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
