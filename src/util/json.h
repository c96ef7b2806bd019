/* SPDX-License-Identifier: MIT */
/*
 * JSON (RFC 8259) into a struct buffer. The writer owns commas and quotes; the caller closes what
 * it opens. A key is a string literal that needs no escape, and goes out in one piece with what
 * surrounds it. Pure.
 */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "util/buffer.h"

struct json {
	struct buffer *out;
	bool comma; /* the next key or item has one before it */
};

static inline void json_open(struct json *json, char bracket)
{
	buffer_putc(json->out, bracket);
	json->comma = false;
}

static inline void json_close(struct json *json, char bracket)
{
	buffer_putc(json->out, bracket);
	json->comma = true;
}

/* Before an item of an array. */
static inline void json_item(struct json *json)
{
	if (json->comma)
		buffer_putc(json->out, ',');
	json->comma = true;
}

static inline void json_item_u64(struct json *json, uint64_t value)
{
	json_item(json);
	buffer_u64(json->out, value);
}

/* text: a comma, and n - 1 bytes of a key. Inlined, so that n is a constant. */
__attribute__((always_inline)) static inline void json_put_key(struct json *json, const char *text,
							       size_t n)
{
	if (json->comma)
		buffer_put(json->out, text, n);
	else
		buffer_put(json->out, text + 1, n - 1);
	json->comma = true;
}

/* A key that is put together: the caller writes it between these. */
static inline void json_key_begin(struct json *json)
{
	json_put_key(json, ",\"", sizeof(",\"") - 1);
}

static inline void json_key_end(struct json *json)
{
	buffer_literal(json->out, "\":");
}

#define json_key(json, key) json_put_key((json), ",\"" key "\":", sizeof(",\"" key "\":") - 1)

/* A string whose text, which needs no escape, the call puts into the buffer. */
#define json_text(json, key, call)                                                                 \
	do {                                                                                       \
		json_put_key((json), ",\"" key "\":\"", sizeof(",\"" key "\":\"") - 1);            \
		call;                                                                              \
		buffer_putc((json)->out, '"');                                                     \
	} while (0)

#define json_word(json, key, word) json_text(json, key, buffer_puts((json)->out, word))
#define json_u64(json, key, value) (json_key(json, key), buffer_u64((json)->out, value))
#define json_true(json, key)	   (json_key(json, key), buffer_literal((json)->out, "true"))
#define json_false(json, key)	   (json_key(json, key), buffer_literal((json)->out, "false"))

/* Any bytes: those that are not UTF-8 become U+FFFD each. */
#define json_string(json, key, s) (json_key(json, key), json_put_string((json)->out, s))
void json_put_string(struct buffer *out, const char *s);

/* The same, and nothing at all for NULL. */
#define json_known(json, key, s)                                                                   \
	do {                                                                                       \
		if (s)                                                                             \
			json_string(json, key, s);                                                 \
	} while (0)

/* The same of n bytes, none of which is NUL, as an item of an array. */
void json_item_string(struct json *json, const char *s, size_t n);

#endif
