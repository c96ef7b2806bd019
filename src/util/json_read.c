// SPDX-License-Identifier: MIT
#include "util/json_read.h"

#include <errno.h>

#include "util/utf8.h"

enum expected {
	EXPECT_VALUE,
	EXPECT_FIRST_ITEM, /* or the end of the array */
	EXPECT_FIRST_KEY,  /* or the end of the object */
	EXPECT_MORE,	   /* a comma, or the end of what is open */
	EXPECT_END,
	EXPECT_NOTHING, /* it was bad */
};

/* What may follow a backslash, and stands for the byte of the same place. */
static const char escapes[] = "\"\\/bfnrt";
static const char escaped[] = "\"\\/\b\f\n\r\t";

struct json_reader json_reader(const char *data, size_t size)
{
	return (struct json_reader){.at = data, .end = data + size, .expected = EXPECT_VALUE};
}

static enum json_token bad(struct json_reader *reader)
{
	reader->expected = EXPECT_NOTHING;
	return TOKEN_BAD;
}

/* The character at the reader, or 0 at the end. */
static char peek(const struct json_reader *reader)
{
	return reader->at < reader->end ? *reader->at : 0;
}

static bool is_one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static void skip_space(struct json_reader *reader)
{
	char c;

	while ((c = peek(reader)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		reader->at++;
}

static bool take(struct json_reader *reader, char c)
{
	if (peek(reader) != c)
		return false;
	reader->at++;
	return true;
}

/* Digits, one at least. */
static bool take_digits(struct json_reader *reader)
{
	const char *start = reader->at;

	while (peek(reader) >= '0' && peek(reader) <= '9')
		reader->at++;
	return reader->at > start;
}

static bool take_number(struct json_reader *reader)
{
	take(reader, '-');
	if (!take(reader, '0') && !take_digits(reader))
		return false;
	if (take(reader, '.') && !take_digits(reader))
		return false;
	if (!take(reader, 'e') && !take(reader, 'E'))
		return true;
	if (!take(reader, '+'))
		take(reader, '-');
	return take_digits(reader);
}

/* The value of four hex digits at s; -1 if they are none. */
static int hex4(const char *s, const char *end)
{
	int value = 0;

	if (end - s < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdef0123456789ABCDEF";
		const char *at = s[i] ? strchr(digits, s[i]) : NULL;

		if (!at)
			return -1;
		value = value * 16 + (int)((at - digits) % 16);
	}
	return value;
}

/* The length of the character or escape at s, before end; 0 if it is none. */
static size_t character_length(const char *s, const char *end)
{
	uint32_t code_point;

	if ((unsigned char)*s < 0x20)
		return 0;
	if (*s != '\\')
		return utf8_step(s, (size_t)(end - s), &code_point);
	if (end - s < 2)
		return 0;
	if (s[1] == 'u')
		return hex4(s + 2, end) < 0 ? 0 : sizeof("\\uXXXX") - 1;
	return is_one_of(s[1], escapes) ? 2 : 0;
}

/* Past all that is ASCII and stands for itself: mostly to the quote that ends a string. */
static const char *skip_plain(const char *s, const char *end)
{
	while (s < end && *s >= 0x20 && *s < 0x7f && *s != '"' && *s != '\\')
		s++;
	return s;
}

static bool take_string(struct json_reader *reader)
{
	const char *start;

	if (!take(reader, '"'))
		return false;
	start = reader->at;
	while ((reader->at = skip_plain(reader->at, reader->end)) < reader->end &&
	       *reader->at != '"') {
		size_t n = character_length(reader->at, reader->end);

		if (!n)
			return false;
		reader->at += n;
	}
	reader->text = (struct part){start, (size_t)(reader->at - start)};
	return take(reader, '"');
}

static bool take_word(struct json_reader *reader, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(reader->end - reader->at) < n || memcmp(reader->at, word, n))
		return false;
	reader->at += n;
	return true;
}

/* A value that is no object and no array. */
static enum json_token next_scalar(struct json_reader *reader)
{
	const char *start = reader->at;

	if (peek(reader) == '"')
		return take_string(reader) ? TOKEN_STRING : TOKEN_BAD;
	if (take_word(reader, "true"))
		return TOKEN_TRUE;
	if (take_word(reader, "false"))
		return TOKEN_FALSE;
	if (take_word(reader, "null"))
		return TOKEN_NULL;
	if (!take_number(reader))
		return TOKEN_BAD;
	reader->text = (struct part){start, (size_t)(reader->at - start)};
	return TOKEN_NUMBER;
}

static enum json_token open_level(struct json_reader *reader, bool object)
{
	if (reader->depth == JSON_DEPTH_MAX)
		return bad(reader);
	reader->objects &= ~(1ull << reader->depth);
	reader->objects |= (uint64_t)object << reader->depth;
	reader->depth++;
	reader->expected = object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ITEM;
	return object ? TOKEN_OBJECT : TOKEN_ARRAY;
}

static bool in_object(const struct json_reader *reader)
{
	return reader->depth && reader->objects >> (reader->depth - 1) & 1;
}

static void value_is_over(struct json_reader *reader)
{
	reader->expected = reader->depth ? EXPECT_MORE : EXPECT_END;
}

static enum json_token next_value(struct json_reader *reader)
{
	enum json_token token;

	if (take(reader, '{'))
		return open_level(reader, true);
	if (take(reader, '['))
		return open_level(reader, false);
	token = next_scalar(reader);
	if (token == TOKEN_BAD)
		return bad(reader);
	value_is_over(reader);
	return token;
}

static enum json_token next_key(struct json_reader *reader)
{
	if (!take_string(reader))
		return bad(reader);
	skip_space(reader);
	if (!take(reader, ':'))
		return bad(reader);
	reader->expected = EXPECT_VALUE;
	return TOKEN_KEY;
}

/* Takes the bracket that ends what is open, if it is there. */
static bool close_level(struct json_reader *reader, enum json_token *ret)
{
	bool object = in_object(reader);

	if (!take(reader, object ? '}' : ']'))
		return false;
	reader->depth--;
	value_is_over(reader);
	*ret = object ? TOKEN_OBJECT_END : TOKEN_ARRAY_END;
	return true;
}

enum json_token json_next(struct json_reader *reader)
{
	enum json_token token;

	skip_space(reader);
	switch ((enum expected)reader->expected) {
	case EXPECT_VALUE:
		return next_value(reader);
	case EXPECT_MORE:
		if (close_level(reader, &token))
			return token;
		if (!take(reader, ','))
			return bad(reader);
		skip_space(reader);
		return in_object(reader) ? next_key(reader) : next_value(reader);
	case EXPECT_FIRST_ITEM:
		return close_level(reader, &token) ? token : next_value(reader);
	case EXPECT_FIRST_KEY:
		return close_level(reader, &token) ? token : next_key(reader);
	case EXPECT_END:
		return reader->at == reader->end ? TOKEN_END : bad(reader);
	default:
		return bad(reader);
	}
}

bool json_skip(struct json_reader *reader, enum json_token token)
{
	unsigned int depth = reader->depth;

	if (token != TOKEN_OBJECT && token != TOKEN_ARRAY)
		return token != TOKEN_BAD;
	while (reader->depth >= depth)
		if (json_next(reader) == TOKEN_BAD)
			return false;
	return true;
}

/* The code point of the escape \uXXXX at *s, or of two, which are one's surrogates. -1: none. */
static int32_t take_code_point(const char **s, const char *end)
{
	int high = hex4(*s + 2, end), low;

	*s += sizeof("\\uXXXX") - 1;
	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || end - *s < 2 || (*s)[0] != '\\' || (*s)[1] != 'u')
		return -1;
	low = hex4(*s + 2, end);
	if (low < 0xdc00 || low > 0xdfff)
		return -1;
	*s += sizeof("\\uXXXX") - 1;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Takes an escape off the text: its bytes, 1 to 4, are in out. Returns their number, or 0. */
static size_t take_escape(const char **s, const char *end, char out[4])
{
	int32_t code_point;

	if ((*s)[1] != 'u') {
		out[0] = escaped[strchr(escapes, (*s)[1]) - escapes];
		*s += 2;
		return 1;
	}
	code_point = take_code_point(s, end);
	return code_point <= 0 ? 0 : utf8_of((uint32_t)code_point, out);
}

int json_text(const struct json_reader *reader, char *out, size_t size)
{
	const char *s = reader->text.at, *end = s + reader->text.len;
	size_t len = 0;

	while (s < end) {
		const char *escape = memchr(s, '\\', (size_t)(end - s)), *from = s;
		char bytes[4];
		size_t n = (size_t)((escape ? escape : end) - s);

		if (n) {
			s += n;
		} else {
			n = take_escape(&s, end, bytes);
			from = bytes;
		}
		if (!n || n >= size - len) {
			out[0] = 0;
			return n ? -ENAMETOOLONG : -EILSEQ;
		}
		memcpy(out + len, from, n);
		len += n;
	}
	out[len] = 0;
	return 0;
}
