/* SPDX-License-Identifier: MIT */
/*
 * Addresses of 16 bytes, IPv4 as ::ffff:a.b.c.d: the one place of user space that knows what their
 * bytes mean. Pure.
 */
#ifndef UTIL_ADDRESS_H
#define UTIL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"

/* Bits before the IPv4 address in ::ffff:0:0/96 (RFC 4291, 2.5.5.2). */
#define ADDRESS_MAPPED_BITS 96

/* 4 if the address is IPv4-mapped, else 6. */
uint8_t address_family(const uint8_t addr[16]);

/* fe80::/10: RFC 4291, 2.5.6. */
bool address_is_link_local(const uint8_t addr[16]);

/*
 * Appends the address. family 4: in dotted decimal, the IPv4 address that is mapped in it. 6: as in
 * RFC 5952; only ::ffff:0:0/96 ends in dotted decimal, as in ::ffff:192.0.2.1.
 */
void put_address(struct buffer *out, const uint8_t addr[16], uint8_t family);

/* The same, with its zone behind a '%' if scope_id is not 0 (RFC 4007, 11.2): "fe80::1%3". */
void put_zoned_address(struct buffer *out, const uint8_t addr[16], uint8_t family,
		       uint32_t scope_id);

/* The longest of these: an IPv6 address, and an interface's index. */
#define ADDRESS_TEXT_MAX (39 + 1 + 10)

/*
 * An address of len bytes, in any form but with no zone. Returns 0; or -EINVAL, and leaves ret
 * untouched.
 */
int address_read(const char *s, size_t len, uint8_t ret[16]);

/*
 * "10.0.0.0/8", "2001:db8::/32"; a bare address is a network of one. *ret_prefix_len counts bits of
 * 16 bytes, so that an IPv4 prefix is 96 more than written. Bits of the address beyond the prefix
 * do not matter. Returns 0; or -EINVAL (not of that form), -ERANGE (a prefix out of range) or
 * -ENOMEM, and leaves both untouched.
 */
int parse_network(const char *s, uint8_t ret_addr[16], uint32_t *ret_prefix_len);

#endif
