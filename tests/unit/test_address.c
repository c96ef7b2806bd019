// SPDX-License-Identifier: MIT
/* Addresses as people write them, both ways. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "unit/random.h"
#include "unit/written.h"
#include "util/address.h"
#include "util/array.h"

static void ipv4_is_that_of_inet_ntop_for_every_octet(void **state)
{
	(void)state;
	for (unsigned int octet = 0; octet < 256; octet++) {
		uint8_t addr[16] = {[10] = 0xff,   0xff, (uint8_t)octet, 0, (uint8_t)(255 - octet),
				    (uint8_t)octet};
		struct buffer b = empty_buffer();
		char expected[INET_ADDRSTRLEN];

		put_address(&b, addr, 4);
		inet_ntop(AF_INET, addr + 12, expected, sizeof(expected));
		assert_string_equal(text_of(&b), expected);
	}
}

static const char *ipv6_text(const uint8_t addr[16])
{
	struct buffer b = empty_buffer();

	put_address(&b, addr, 6);
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

static void only_fe80_to_febf_is_link_local(void **state)
{
	(void)state;
	for (unsigned int first = 0; first < 1 << 16; first++) {
		const uint8_t addr[16] = {(uint8_t)(first >> 8), (uint8_t)first, [15] = 1};

		assert_int_equal(address_is_link_local(addr), first >= 0xfe80 && first <= 0xfebf);
	}
}

static void a_zone_stands_behind_its_address(void **state)
{
	const uint8_t addr[16] = {0xfe, 0x80, [15] = 1};
	struct buffer b = empty_buffer();

	(void)state;
	put_zoned_address(&b, addr, 6, UINT32_MAX);
	buffer_putc(&b, ' ');
	put_zoned_address(&b, addr, 6, 0);
	assert_string_equal(text_of(&b), "fe80::1%4294967295 fe80::1");
}

static void networks_are_an_address_and_how_many_of_its_bits(void **state)
{
	uint8_t addr[16];
	uint32_t bits;

	(void)state;
	assert_int_equal(parse_network("10.1.2.3/8", addr, &bits), 0);
	assert_int_equal(bits, ADDRESS_MAPPED_BITS + 8);
	assert_int_equal(address_family(addr), 4);
	assert_memory_equal(addr + 12, ((const uint8_t[]){10, 1, 2, 3}), 4);
	assert_int_equal(parse_network("192.0.2.1", addr, &bits), 0);
	assert_int_equal(bits, 128);
	assert_int_equal(parse_network("::/0", addr, &bits), 0);
	assert_int_equal(bits, 0);
	assert_int_equal(parse_network("2001:db8::/32", addr, &bits), 0);
	assert_int_equal(bits, 32);
	assert_int_equal(address_family(addr), 6);
}

static void what_is_no_network_leaves_all_untouched(void **state)
{
	static const struct {
		const char *text;
		int err;
	} cases[] = {
		{"", -EINVAL},		{"/8", -EINVAL},	   {"10/8", -EINVAL},
		{"10.0.0.0/", -EINVAL}, {"10.0.0.0/33", -ERANGE},  {"::/129", -ERANGE},
		{"::1%1", -EINVAL},	{"10.0.0.0/8/8", -EINVAL}, {"example.org", -EINVAL},
	};
	const uint8_t untouched[16] = {1, 2, 3};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint8_t addr[16] = {1, 2, 3};
		uint32_t bits = 7;

		assert_int_equal(parse_network(cases[i].text, addr, &bits), cases[i].err);
		assert_int_equal(bits, 7);
		assert_memory_equal(addr, untouched, 16);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_is_that_of_inet_ntop_for_every_octet),
		cmocka_unit_test(ipv6_is_that_of_inet_ntop_for_every_pattern_of_zero_groups),
		cmocka_unit_test(ipv6_is_that_of_inet_ntop_for_random_bytes),
		cmocka_unit_test(ipv6_follows_rfc_5952),
		cmocka_unit_test(the_family_of_an_address_is_4_only_when_mapped),
		cmocka_unit_test(only_fe80_to_febf_is_link_local),
		cmocka_unit_test(a_zone_stands_behind_its_address),
		cmocka_unit_test(networks_are_an_address_and_how_many_of_its_bits),
		cmocka_unit_test(what_is_no_network_leaves_all_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
