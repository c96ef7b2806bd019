/* SPDX-License-Identifier: MIT */
/* What a store has to know of a line of JSON. Pure. */
#ifndef STORE_TAG_H
#define STORE_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tag {
	uint64_t time_ns; /* UTC */
	uint64_t seq;
	uint64_t events; /* that it stands for: 0 if it is a notice, else 1 and its repetitions */
	bool has_destination;
	uint8_t destination[16]; /* IPv4 as ::ffff:a.b.c.d */
};

/*
 * Reads them off a line as src/format/json.c writes it: timestamp, event.name and tpconnect.seq
 * come first, in this order, tpconnect.repeated last, network.peer.address anywhere. What a process
 * calls itself is never taken for a key: inside of a string, each quote has a backslash before it,
 * and a key's has a comma. Returns 0 or -EBADMSG.
 */
int tag_read(const char *line, size_t size, struct tag *ret);

#endif
