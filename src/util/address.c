// SPDX-License-Identifier: MIT
#include "util/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/parse.h"

/* What an IPv4 address is mapped behind: ::ffff:0:0/96. */
static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

uint8_t address_family(const uint8_t addr[16])
{
	return memcmp(addr, mapped, sizeof(mapped)) ? 6 : 4;
}

bool address_is_link_local(const uint8_t addr[16])
{
	return addr[0] == 0xfe && (addr[1] & 0xc0) == 0x80;
}

static char *put_octet(char *to, unsigned int octet)
{
	if (octet >= 100)
		*to++ = (char)('0' + octet / 100);
	if (octet >= 10)
		*to++ = (char)('0' + octet / 10 % 10);
	*to++ = (char)('0' + octet % 10);
	return to;
}

static char *put_ipv4(char *to, const uint8_t addr[4])
{
	for (int i = 0; i < 4; i++) {
		if (i)
			*to++ = '.';
		to = put_octet(to, addr[i]);
	}
	return to;
}

static void append_ipv4(struct buffer *out, const uint8_t addr[4])
{
	char text[sizeof("255.255.255.255") - 1];

	buffer_put(out, text, (size_t)(put_ipv4(text, addr) - text));
}

static char *put_group(char *to, unsigned int group)
{
	int shift = group >= 0x1000 ? 12 : group >= 0x100 ? 8 : group >= 0x10 ? 4 : 0;

	for (; shift >= 0; shift -= 4)
		*to++ = "0123456789abcdef"[group >> shift & 0xf];
	return to;
}

struct run {
	int start, len;
};

/* RFC 5952, 4.2: the longest run of zero groups, the first of equals, never a single group. */
static struct run longest_zero_run(const unsigned int groups[8])
{
	struct run best = {.start = -1, .len = 1}, run = {0};

	for (int i = 0; i < 8; i++) {
		run.len = groups[i] ? 0 : run.len + 1;
		if (run.len > best.len)
			best = (struct run){.start = i + 1 - run.len, .len = run.len};
	}
	return best;
}

static char *put_ipv6(char *to, const uint8_t addr[16])
{
	unsigned int groups[8];
	struct run zeros;

	for (int i = 0; i < 8; i++)
		groups[i] = (unsigned int)addr[2 * i] << 8 | addr[2 * i + 1];
	zeros = longest_zero_run(groups);

	for (int i = 0; i < 8; i++) {
		if (i == zeros.start) {
			*to++ = ':';
			i += zeros.len - 1;
			if (i == 7)
				*to++ = ':';
			continue;
		}
		if (i)
			*to++ = ':';
		to = put_group(to, groups[i]);
	}
	return to;
}

static void append_ipv6(struct buffer *out, const uint8_t addr[16])
{
	char text[sizeof("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") - 1];

	if (address_family(addr) == 4) {
		buffer_literal(out, "::ffff:");
		append_ipv4(out, addr + 12);
		return;
	}
	buffer_put(out, text, (size_t)(put_ipv6(text, addr) - text));
}

void put_address(struct buffer *out, const uint8_t addr[16], uint8_t family)
{
	if (family == 4)
		append_ipv4(out, addr + 12);
	else
		append_ipv6(out, addr);
}

void put_zoned_address(struct buffer *out, const uint8_t addr[16], uint8_t family,
		       uint32_t scope_id)
{
	put_address(out, addr, family);
	if (scope_id) {
		buffer_putc(out, '%');
		buffer_u64(out, scope_id);
	}
}

int address_read(const char *s, size_t len, uint8_t ret[16])
{
	char text[INET6_ADDRSTRLEN];
	uint8_t ipv4[4];

	if (len >= sizeof(text))
		return -EINVAL;
	memcpy(text, s, len);
	text[len] = 0;
	if (memchr(text, 0, len))
		return -EINVAL;
	if (inet_pton(AF_INET, text, ipv4) != 1)
		return inet_pton(AF_INET6, text, ret) == 1 ? 0 : -EINVAL;
	memcpy(ret, mapped, sizeof(mapped));
	memcpy(ret + sizeof(mapped), ipv4, sizeof(ipv4));
	return 0;
}

int parse_network(const char *s, uint8_t ret_addr[16], uint32_t *ret_prefix_len)
{
	_cleanup_free_ char *text = strdup(s);
	char *slash = text ? strchr(text, '/') : NULL;
	uint64_t max, prefix_len;
	uint8_t addr[16];
	int err;

	if (!text)
		return -ENOMEM;
	if (slash)
		*slash = 0;
	if (inet_pton(AF_INET, text, addr + 12) == 1) {
		memcpy(addr, mapped, sizeof(mapped));
		max = 32;
	} else if (inet_pton(AF_INET6, text, addr) == 1) {
		max = 128;
	} else {
		return -EINVAL;
	}
	prefix_len = max;
	err = slash ? parse_u64(slash + 1, 0, max, &prefix_len) : 0;
	if (err)
		return err;
	memcpy(ret_addr, addr, sizeof(addr));
	*ret_prefix_len = prefix_len + 128 - max;
	return 0;
}
