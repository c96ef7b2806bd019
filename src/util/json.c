// SPDX-License-Identifier: MIT
#include "util/json.h"

#include "util/utf8.h"

/* RFC 8259, 7: the escapes of two characters; 0 where there is none. */
static char short_escape(uint32_t code_point)
{
	switch (code_point) {
	case '"':
	case '\\':
		return (char)code_point;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

static void put_control(struct buffer *out, uint32_t code_point)
{
	buffer_literal(out, "\\u00");
	buffer_putc(out, "0123456789abcdef"[code_point >> 4]);
	buffer_putc(out, "0123456789abcdef"[code_point & 0xf]);
}

/* One character, or one byte that belongs to none. Returns the bytes that it took. */
static size_t put_char(struct buffer *out, const char *s, size_t len)
{
	uint32_t code_point;
	size_t step = utf8_step(s, len, &code_point);
	char escape;

	if (!step) {
		buffer_literal(out, "\\ufffd");
		return 1;
	}
	escape = short_escape(code_point);
	if (escape) {
		buffer_putc(out, '\\');
		buffer_putc(out, escape);
	} else if (is_control(code_point)) {
		put_control(out, code_point);
	} else {
		buffer_put(out, s, step);
	}
	return step;
}

/* How many bytes from s on are ASCII that needs no escape: nearly always all of them. */
static size_t plain_span(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

static void put_string(struct buffer *out, const char *s, size_t len)
{
	size_t n;

	buffer_putc(out, '"');
	while (len) {
		n = plain_span(s, len);
		if (n)
			buffer_put(out, s, n);
		else
			n = put_char(out, s, len);
		s += n;
		len -= n;
	}
	buffer_putc(out, '"');
}

void json_put_string(struct buffer *out, const char *s)
{
	put_string(out, s, strlen(s));
}

void json_item_string(struct json *json, const char *s, size_t n)
{
	json_item(json);
	put_string(json->out, s, n);
}
