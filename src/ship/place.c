// SPDX-License-Identifier: MIT
#include "ship/place.h"

#include <errno.h>
#include <string.h>

#include "store/frame.h"
#include "util/parse.h"

#define HEAD	     "tpconnect-ship "
#define VERSION_1    "1"
#define CRC_DIGITS   8
#define CRC_KEY	     "crc "
#define CRC_LINE_LEN (sizeof(CRC_KEY) - 1 + CRC_DIGITS + 1)

static void put_crc(struct buffer *out, const char *text, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	uint32_t crc = frame_crc(text, size);

	buffer_literal(out, CRC_KEY);
	for (int shift = 28; shift >= 0; shift -= 4)
		buffer_putc(out, digits[crc >> shift & 15]);
	buffer_putc(out, '\n');
}

void place_put(struct buffer *out, const struct place_of *place, const char *shown)
{
	size_t begin = out->len;

	buffer_literal(out, HEAD VERSION_1 "\noutput ");
	buffer_puts(out, shown);
	buffer_literal(out, "\nboot ");
	buffer_puts(out, place->boot);
	buffer_literal(out, "\nseq ");
	buffer_u64(out, place->seq);
	buffer_putc(out, '\n');
	put_crc(out, out->data + begin, out->len - begin);
}

/* Takes the line "key value" off the text, without its end. Returns 0 or -EBADMSG. */
static int take_line(const char **text, const char *end, const char *key, char *ret, size_t size)
{
	const char *line = *text, *newline = memchr(line, '\n', (size_t)(end - line));
	size_t n = strlen(key), len;

	if (!newline || (size_t)(newline - line) < n || memcmp(line, key, n) != 0)
		return -EBADMSG;
	len = (size_t)(newline - line) - n;
	if (len >= size || memchr(line + n, 0, len))
		return -EBADMSG;
	memcpy(ret, line + n, len);
	ret[len] = '\0';
	*text = newline + 1;
	return 0;
}

static bool has_crc(const char *text, size_t size)
{
	char expected[CRC_LINE_LEN];
	struct buffer out = {.data = expected, .cap = sizeof(expected)};

	if (size < CRC_LINE_LEN)
		return false;
	put_crc(&out, text, size - CRC_LINE_LEN);
	return !memcmp(expected, text + size - CRC_LINE_LEN, CRC_LINE_LEN);
}

/* Nothing acknowledged is no boot, and 0. */
static bool is_place(const struct place_of *place)
{
	return *place->boot ? boot_name_is_good(place->boot) && place->seq : !place->seq;
}

static int parse_rest(const char *text, const char *end, char *output, struct place_of *ret)
{
	char seq[24];

	if (take_line(&text, end, "output ", output, SHOWN_MAX + 1) ||
	    take_line(&text, end, "boot ", ret->boot, sizeof(ret->boot)) ||
	    take_line(&text, end, "seq ", seq, sizeof(seq)) ||
	    parse_u64(seq, 0, UINT64_MAX - 1, &ret->seq) || text != end || !is_place(ret))
		return -EBADMSG;
	return 0;
}

int place_parse(const char *text, size_t size, const char *shown, struct place_of *ret,
		struct error *error)
{
	const char *end = text + size;
	char version[32], output[SHOWN_MAX + 1];
	struct place_of place;

	if (!size)
		return error_set(error, -EBADMSG, "it is empty");
	if (take_line(&text, end, HEAD, version, sizeof(version)))
		return error_set(error, -EBADMSG, "it is no offset file of tpconnect-ship");
	if (strcmp(version, VERSION_1) != 0)
		return error_set(error, -ENOTSUP, "a newer tpconnect-ship wrote it");
	if (!has_crc(end - size, size) || parse_rest(text, end - CRC_LINE_LEN, output, &place))
		return error_set(error, -EBADMSG, "it is damaged");
	if (strcmp(output, shown) != 0)
		return error_set(error, -EXDEV, "it is of another output, %s", output);
	*ret = place;
	return 0;
}
