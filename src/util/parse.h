/* SPDX-License-Identifier: MIT */
/*
 * What people write on a command line -> numbers. Pure. A function that parses a number returns 0
 * and sets *ret, or leaves it untouched and returns -EINVAL (not of that form) or -ERANGE (a number
 * outside the range, whatever follows it). Networks: util/address.h.
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
 * Calls item(word, arg) for each word of a comma-separated list, until one returns other than 0;
 * that is returned, with *ret_word pointing at a copy of the word (to be freed). An empty list or
 * word is -EINVAL; -ENOMEM comes with *ret_word NULL.
 */
int parse_list(const char *list, int (*item)(const char *word, void *arg), void *arg,
	       char **ret_word);

#endif
