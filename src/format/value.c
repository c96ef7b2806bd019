// SPDX-License-Identifier: MIT
#include "format/value.h"

#include <string.h>

#include "util/utf8.h"

static bool is_bare_char(uint32_t code_point)
{
	return !is_control(code_point) && code_point != ' ' && code_point != '"' &&
	       code_point != '=';
}

/* As Python's shlex.quote() has it, and all that is not ASCII. */
static bool is_word_char(uint32_t code_point)
{
	return (code_point >= 'a' && code_point <= 'z') ||
	       (code_point >= 'A' && code_point <= 'Z') ||
	       (code_point >= '+' && code_point <= ':') || /* + , - . / digits : */
	       code_point >= 0xa0 || code_point == '_' || code_point == '@' || code_point == '%' ||
	       code_point == '=';
}

/*
 * Whether the bytes are UTF-8 throughout, of such characters. Inlined with is_one(), as every line
 * of text asks.
 */
__attribute__((always_inline)) static inline bool consists_of(bool (*is_one)(uint32_t code_point),
							      const char *s, size_t n)
{
	uint32_t code_point;
	size_t step;

	for (size_t i = 0; i < n; i += step) {
		code_point = (unsigned char)s[i];
		step = code_point < 0x80 ? 1 : utf8_step(s + i, n - i, &code_point);
		if (!step || !is_one(code_point))
			return false;
	}
	return true;
}

bool is_bare_value(const char *s, size_t n)
{
	return n && consists_of(is_bare_char, s, n);
}

void put_value(struct buffer *out, const char *before, const char *s, size_t n)
{
	bool bare = (n || *before) && consists_of(is_bare_char, s, n);

	if (!bare)
		buffer_putc(out, '"');
	if (*before)
		buffer_puts(out, before);
	if (bare)
		buffer_put(out, s, n);
	else
		put_escaped(out, s, n, true);
	if (!bare)
		buffer_putc(out, '"');
}

bool is_plain_word(const char *s, size_t n)
{
	return n && consists_of(is_word_char, s, n);
}

void put_word(struct buffer *out, const char *s, size_t n)
{
	const char *end = s + n, *quote;

	if (is_plain_word(s, n)) {
		buffer_put(out, s, n);
		return;
	}
	buffer_putc(out, '\'');
	while ((quote = memchr(s, '\'', (size_t)(end - s)))) {
		put_escaped(out, s, (size_t)(quote - s), true);
		buffer_literal(out, "'\\\\''"); /* '\'' inside double quotes */
		s = quote + 1;
	}
	put_escaped(out, s, (size_t)(end - s), true);
	buffer_putc(out, '\'');
}
