// SPDX-License-Identifier: MIT
#include "util/utf8.h"

#include "util/width.h"

static size_t utf8_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if ((lead & 0xe0) == 0xc0)
		return 2;
	if ((lead & 0xf0) == 0xe0)
		return 3;
	return (lead & 0xf8) == 0xf0 ? 4 : 0;
}

size_t utf8_step(const char *s, size_t n, uint32_t *ret)
{
	/* By length: the bits that the first byte carries, and the least that needs the length. */
	static const uint8_t lead_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	size_t len = n ? utf8_length((unsigned char)*s) : 0;
	uint32_t code_point;

	if (!len || len > n)
		return 0;
	code_point = (unsigned char)*s & lead_bits[len];
	for (size_t i = 1; i < len; i++) {
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
		code_point = code_point << 6 | ((unsigned char)s[i] & 0x3f);
	}
	if (code_point < least[len] || code_point > 0x10ffff ||
	    (code_point >= 0xd800 && code_point <= 0xdfff))
		return 0;
	*ret = code_point;
	return len;
}

size_t utf8_of(uint32_t code_point, char ret[4])
{
	size_t n = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;

	if (n == 1) {
		ret[0] = (char)code_point;
		return n;
	}
	for (size_t i = n - 1; i; i--, code_point >>= 6)
		ret[i] = (char)(0x80 | (code_point & 0x3f));
	ret[0] = (char)(0xf0u << (4 - n) | code_point);
	return n;
}

static void put_hex_escapes(struct buffer *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)s[i];
		const char escape[4] = {'\\', 'x', "0123456789abcdef"[byte >> 4],
					"0123456789abcdef"[byte & 0xf]};

		buffer_put(out, escape, sizeof(escape));
	}
}

/* One character, or one byte that belongs to none. Returns the bytes that it took. */
static size_t put_escaped_char(struct buffer *out, const char *s, size_t len, bool quoted)
{
	uint32_t code_point;
	size_t step = utf8_step(s, len, &code_point);

	if (!step) {
		put_hex_escapes(out, s, 1);
		return 1;
	}
	if (code_point == '\n') {
		buffer_literal(out, "\\n");
	} else if (is_control(code_point)) {
		put_hex_escapes(out, s, step);
	} else {
		if (quoted && (code_point == '"' || code_point == '\\'))
			buffer_putc(out, '\\');
		buffer_put(out, s, step);
	}
	return step;
}

void put_escaped(struct buffer *out, const char *s, size_t len, bool quoted)
{
	for (size_t i = 0; i < len && !out->overflow;)
		i += put_escaped_char(out, s + i, len - i, quoted);
}

/* What nearly all text is: printable ASCII. */
static bool is_plain(char c)
{
	return c >= ' ' && c <= '~';
}

size_t legible_step(const char *s, size_t n, struct legible *ret)
{
	uint32_t code_point;
	size_t step;

	if (is_plain(*s)) {
		*ret = (struct legible){.text = s, .len = 1, .width = 1};
		return 1;
	}
	step = utf8_step(s, n, &code_point);
	*ret = (struct legible){.text = s, .len = step, .width = 1};
	if (!step || is_control(code_point) || char_steers(code_point)) {
		ret->text = "?";
		ret->len = 1;
		return step ? step : 1;
	}
	ret->width = char_width(code_point);
	return step;
}

static bool are_plain(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_plain(s[i]))
		i++;
	return i == n;
}

unsigned int put_legible(struct buffer *out, const char *name, unsigned int max)
{
	size_t len = strlen(name), step, mark = out->len;
	unsigned int width = 0, mark_width = 0;
	struct legible shown;

	if (len <= max && len <= out->cap - out->len && are_plain(name, len)) {
		buffer_put(out, name, len);
		return (unsigned int)len;
	}
	for (size_t i = 0; i < len; i += step) {
		step = legible_step(name + i, len - i, &shown);
		if (width + shown.width > max || shown.len > out->cap - out->len) {
			/* It is too long: the ellipsis takes the last column. */
			out->len = mark;
			buffer_literal(out, ELLIPSIS);
			return mark_width + 1;
		}
		buffer_put(out, shown.text, shown.len);
		width += shown.width;
		if (width < max && sizeof(ELLIPSIS) - 1 <= out->cap - out->len) {
			mark = out->len;
			mark_width = width;
		}
	}
	return width;
}
