// SPDX-License-Identifier: MIT
#include "util/buffer.h"

/* Two digits for every division: half the divisions of the plain way. */
static const char digit_pairs[] = "00010203040506070809"
				  "10111213141516171819"
				  "20212223242526272829"
				  "30313233343536373839"
				  "40414243444546474849"
				  "50515253545556575859"
				  "60616263646566676869"
				  "70717273747576777879"
				  "80818283848586878889"
				  "90919293949596979899";

/* Where the next n bytes go; NULL, and the overflow noted, if there is no room for all of them. */
static char *reserve(struct buffer *b, size_t n)
{
	char *start;

	if (n > b->cap - b->len) {
		b->overflow = true;
		return NULL;
	}
	start = b->data + b->len;
	b->len += n;
	return start;
}

static void write_decimal(char *start, unsigned int width, uint64_t value)
{
	while (width >= 2) {
		width -= 2;
		memcpy(start + width, &digit_pairs[value % 100 * 2], 2);
		value /= 100;
	}
	if (width)
		*start = (char)('0' + value % 10);
}

static unsigned int decimal_width(uint64_t value)
{
	unsigned int width = 1;

	for (; value >= 10000; value /= 10000)
		width += 4;
	return width + (value >= 10) + (value >= 100) + (value >= 1000);
}

void buffer_u64_padded(struct buffer *b, uint64_t value, unsigned int width)
{
	char *start = reserve(b, width);

	if (start)
		write_decimal(start, width, value);
}

void buffer_u64(struct buffer *b, uint64_t value)
{
	buffer_u64_padded(b, value, decimal_width(value));
}

void buffer_hex(struct buffer *b, uint64_t value)
{
	/* `| 1`: the count of leading zeros of 0 is undefined, and 0 takes one digit as 1 does. */
	unsigned int width = (63 - (unsigned int)__builtin_clzll(value | 1)) / 4 + 1;
	char *start = reserve(b, width);

	if (!start)
		return;
	for (; width; value >>= 4)
		start[--width] = "0123456789abcdef"[value & 0xf];
}
