/* SPDX-License-Identifier: MIT */
/* For tests: messages of name servers, written record by record, and the records that carry them.
 */
#ifndef UNIT_DNS_MESSAGE_H
#define UNIT_DNS_MESSAGE_H

#include <arpa/nameser.h>
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "contract/dns.h"
#include "contract/interface.h"

/* The first two bytes of a header's second word: a query's answer, recursion done. */
#define FLAGS_ANSWER 0x8180

/* Where the question has its name: what most owners point to. */
#define QUESTION_AT NS_HFIXEDSZ

struct message_bytes {
	size_t size;
	uint8_t bytes[4096];
};

static inline void put_bytes(struct message_bytes *to, const void *bytes, size_t size)
{
	assert(to->size + size <= sizeof(to->bytes));
	memcpy(to->bytes + to->size, bytes, size);
	to->size += size;
}

static inline void put_16(struct message_bytes *to, unsigned int value)
{
	put_bytes(to, (const uint8_t[]){(uint8_t)(value >> 8), (uint8_t)value}, 2);
}

static inline void put_32(struct message_bytes *to, uint32_t value)
{
	put_16(to, value >> 16);
	put_16(to, value & 0xffff);
}

/* "a.b": labels of any bytes but dots, without compression. */
static inline void put_name(struct message_bytes *to, const char *name)
{
	while (*name) {
		size_t n = strcspn(name, ".");

		put_bytes(to, (const uint8_t[]){(uint8_t)n}, 1);
		put_bytes(to, name, n);
		name += n + (name[n] == '.');
	}
	put_bytes(to, "", 1);
}

static inline void put_pointer(struct message_bytes *to, size_t at)
{
	put_16(to, 0xc000 | (unsigned int)at);
}

/* A header and its question. */
static inline struct message_bytes message_of(const char *name, unsigned int type)
{
	struct message_bytes to = {0};

	put_16(&to, 0x1234);
	put_16(&to, FLAGS_ANSWER);
	put_16(&to, 1);
	put_16(&to, 0);
	put_32(&to, 0);
	put_name(&to, name);
	put_16(&to, type);
	put_16(&to, ns_c_in);
	return to;
}

static inline void set_16(struct message_bytes *to, size_t at, unsigned int value)
{
	to->bytes[at] = (uint8_t)(value >> 8);
	to->bytes[at + 1] = (uint8_t)value;
}

/* What comes before a record's data. owner: a name, or NULL: the question's, by a pointer. */
static inline void put_head(struct message_bytes *to, const char *owner, unsigned int type,
			    unsigned int class, uint32_t ttl_s, size_t size)
{
	set_16(to, 6, to->bytes[6] << 8 | (to->bytes[7] + 1u));
	if (owner)
		put_name(to, owner);
	else
		put_pointer(to, QUESTION_AT);
	put_16(to, type);
	put_16(to, class);
	put_32(to, ttl_s);
	put_16(to, (unsigned int)size);
}

static inline void put_data(struct message_bytes *to, const char *owner, unsigned int type,
			    uint32_t ttl_s, const void *data, size_t size)
{
	put_head(to, owner, type, ns_c_in, ttl_s, size);
	put_bytes(to, data, size);
}

/* 192.0.2.LAST */
static inline void put_a(struct message_bytes *to, const char *owner, uint32_t ttl_s, uint8_t last)
{
	put_data(to, owner, ns_t_a, ttl_s, (const uint8_t[]){192, 0, 2, last}, 4);
}

/* 2001:db8::LAST */
static inline void put_aaaa(struct message_bytes *to, const char *owner, uint32_t ttl_s,
			    uint8_t last)
{
	const uint8_t addr[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = last};

	put_data(to, owner, ns_t_aaaa, ttl_s, addr, sizeof(addr));
}

static inline void put_cname(struct message_bytes *to, const char *owner, uint32_t ttl_s,
			     const char *target)
{
	struct message_bytes name = {0};

	put_name(&name, target);
	put_data(to, owner, ns_t_cname, ttl_s, name.bytes, name.size);
}

/* A record with room behind it for any message. */
union dns_bytes {
	struct dns_record record;
	uint8_t bytes[RECORD_SIZE_MAX];
};

/* Of the process that sample_attempt of decoded.h is of. */
static inline union dns_bytes dns_sample(uint64_t time_ns, const struct message_bytes *message)
{
	size_t size = message->size < DNS_COPY_MAX ? message->size : DNS_COPY_MAX;
	union dns_bytes to = {
		.record = {.head = {.interface = INTERFACE,
				    .kind = EVENT_DNS,
				    .size = (__u16)(sizeof(struct dns_record) + size)},
			   .time_ns = time_ns,
			   .process_start_ns = 500,
			   .pid = 10,
			   .size = (__u32)message->size}};

	memcpy(to.bytes + sizeof(to.record), message->bytes, size);
	return to;
}

#endif
