// SPDX-License-Identifier: MIT
#include "format/community_id.h"

#include <string.h>

#include "util/sha1.h"

#define PROTO_TCP 6

bool has_community_id(const struct event *event)
{
	return event->has & EVENT_HAS_SRC && !event_listens(event);
}

static size_t add_address(uint8_t *to, const struct event *event, const struct endpoint *endpoint)
{
	size_t size = event->family == 4 ? 4 : 16;

	memcpy(to, endpoint->addr + 16 - size, size);
	return size;
}

static size_t add_port(uint8_t *to, uint16_t port)
{
	to[0] = (uint8_t)(port >> 8);
	to[1] = (uint8_t)port;
	return 2;
}

/* The same both ways: the smaller endpoint comes first. */
static bool is_in_order(const struct event *event)
{
	int order = memcmp(event->src.addr, event->dst.addr, sizeof(event->src.addr));

	return order < 0 || (!order && event->src.port < event->dst.port);
}

/* RFC 4648, 4: of 20 bytes, the last group has two. */
static void put_base64(struct buffer *out, const uint8_t bytes[SHA1_SIZE])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < SHA1_SIZE; i += 3) {
		bool last = i + 3 > SHA1_SIZE;
		uint32_t group = (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 |
				 (last ? 0 : bytes[i + 2]);

		buffer_putc(out, digits[group >> 18]);
		buffer_putc(out, digits[group >> 12 & 63]);
		buffer_putc(out, digits[group >> 6 & 63]);
		buffer_putc(out, last ? '=' : digits[group & 63]);
	}
}

void put_community_id(struct buffer *out, const struct event *event)
{
	bool in_order = is_in_order(event);
	const struct endpoint *first = in_order ? &event->src : &event->dst;
	const struct endpoint *second = in_order ? &event->dst : &event->src;
	uint8_t tuple[2 + 16 + 16 + 2 + 2 + 2] = {0}, digest[SHA1_SIZE];
	size_t size = 2; /* the seed */

	size += add_address(tuple + size, event, first);
	size += add_address(tuple + size, event, second);
	tuple[size] = PROTO_TCP;
	size += 2; /* the second is padding */
	size += add_port(tuple + size, first->port);
	size += add_port(tuple + size, second->port);
	sha1_short(tuple, size, digest);
	buffer_literal(out, "1:");
	put_base64(out, digest);
}
