/* SPDX-License-Identifier: MIT */
/*
 * Reads JSON (RFC 8259) token by token, as the caller asks for them, from memory of the caller's:
 * strictly, without an allocation, at most JSON_DEPTH_MAX levels deep. Pure. To write: util/json.h.
 */
#ifndef UTIL_JSON_READ_H
#define UTIL_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/part.h"

/* A bit for each: containers' configurations have about ten. */
#define JSON_DEPTH_MAX 64

enum json_token {
	TOKEN_BAD, /* no JSON, too deep, or cut off; so is every token from then on */
	TOKEN_END, /* of the text: its one value is whole */
	TOKEN_OBJECT,
	TOKEN_OBJECT_END,
	TOKEN_ARRAY,
	TOKEN_ARRAY_END,
	TOKEN_KEY, /* the value follows */
	TOKEN_STRING,
	TOKEN_NUMBER,
	TOKEN_TRUE,
	TOKEN_FALSE,
	TOKEN_NULL,
};

struct json_reader {
	const char *at, *end;
	struct part
		text; /* of the last key, string (without quotes, escapes as they are), number */
	uint64_t objects; /* bit n: what is open on level n is an object, and no array */
	unsigned int depth;
	int expected; /* what may come next */
};

/* data: size bytes, which stay the caller's. */
struct json_reader json_reader(const char *data, size_t size);

enum json_token json_next(struct json_reader *reader);

/* Goes on to the end of the value that `token`, which was the last, begins. False: TOKEN_BAD. */
bool json_skip(struct json_reader *reader, enum json_token token);

/*
 * The last key or string with its escapes undone, NUL-terminated, into out, of size bytes (from 1).
 * Returns 0, or, with out empty: -ENAMETOOLONG; -EILSEQ where it has a NUL, or half of a surrogate
 * pair.
 */
int json_text(const struct json_reader *reader, char *out, size_t size);

#endif
