/* SPDX-License-Identifier: MIT */
/* Some strings of a JSON text, by the keys that lead to them. Pure. */
#ifndef UTIL_JSON_PICK_H
#define UTIL_JSON_PICK_H

#include "util/json_read.h"

#define JSON_PICK_KEYS	3
#define JSON_PICK_FIRST "0" /* in the place of a key: the first item of an array */

/* At most 32 at a time. */
struct json_pick {
	const char *keys[JSON_PICK_KEYS + 1]; /* NULL behind the last; of each, 126 bytes at most */
	char *out;			      /* of size bytes (from 1), the caller's */
	size_t size;
};

/*
 * Reads the next value, or the next item of an array, and sets out of each pick whose keys lead to
 * a string in it; of several, the last. It is empty if the room is too little, or as json_text()
 * says. Any other out stays as it is. False: what was read is no JSON, though some may be set, or
 * there is no more.
 */
bool json_pick(struct json_reader *reader, const struct json_pick *picks, size_t n);

#endif
