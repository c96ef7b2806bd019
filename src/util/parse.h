/* SPDX-License-Identifier: MIT */
/*
 * What people write on a command line -> numbers. Pure. Every function returns 0 and sets *ret, or
 * leaves it untouched and returns -EINVAL (not of that form) or -ERANGE (a number outside the
 * range, whatever follows it).
 */
#ifndef UTIL_PARSE_H
#define UTIL_PARSE_H

#include <stddef.h>
#include <stdint.h>

/* Decimal digits only, min <= value <= max. */
int parse_u64(const char *s, uint64_t min, uint64_t max, uint64_t *ret);

/* "10ms", "1.5s", "2m", "1h", "100us", "5ns"; a bare number is in seconds. In ns, more than 0. */
int parse_duration(const char *s, uint64_t *ret_ns);

/* "4096", "64K", "4M", "1G": powers of 1024. */
int parse_size(const char *s, uint64_t *ret_bytes);

/*
 * "10.0.0.0/8", "2001:db8::/32"; a bare address is a network of one. addr: 16 bytes, IPv4 as
 * ::ffff:a.b.c.d; *ret_prefix_len counts bits of those, so that an IPv4 prefix is 96 more than
 * written. Bits of the address beyond the prefix do not matter.
 */
int parse_network(const char *s, uint8_t ret_addr[16], uint32_t *ret_prefix_len);

/*
 * Calls item(word, arg) for each word of a comma-separated list, until one returns other than 0;
 * that is returned, with *ret_word pointing at a copy of the word (to be freed). An empty list or
 * word is -EINVAL.
 */
int parse_list(const char *list, int (*item)(const char *word, void *arg), void *arg,
	       char **ret_word);

#endif
