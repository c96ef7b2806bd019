/* SPDX-License-Identifier: MIT */
/*
 * A name server's answer -> a name and its addresses. What it says is the word of whoever can send
 * to this host: any bytes. Pure: no global state, no allocation, no output.
 *
 * Taken is the answer to one question for the addresses of one name (A or AAAA, class IN), without
 * error. An address counts if it belongs to that name, or to one that CNAMEs of this answer lead to
 * from it, in whatever order they come.
 */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/dns_names.h"

/* Addresses of more are not taken; nor are those behind more CNAMEs. */
#define DNS_ADDRESSES_MAX 64
#define DNS_CNAMES_MAX	  16

/* The bounds of what is taken for a time to live: a day, and what a client needs to connect. */
#define DNS_TTL_MAX_S 86400
#define DNS_TTL_MIN_S 5

struct dns_address {
	uint8_t addr[16]; /* as of struct endpoint */
	uint32_t ttl_s;	  /* the least of the records on the way from the name */
};

struct dns_answer {
	char name[DNS_NAME_ROOM]; /* that was asked for: as of struct dns_names */
	size_t n;		  /* at least 1 */
	struct dns_address addresses[DNS_ADDRESSES_MAX];
};

/*
 * data: size bytes, of which the end may be missing: then what there is counts. stream: two bytes
 * of length may come before the message. ret: set on success only.
 *
 * Returns 0, or -ENOENT: it is no answer that gives an address for the one name that was asked.
 */
int dns_answer_parse(const uint8_t *data, size_t size, bool stream, struct dns_answer *ret);

#endif
