// SPDX-License-Identifier: MIT
#include "dns/answer.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <string.h>

#include "util/array.h"

/* RFC 1035, 4.1.1: of the second word of a header, QR, OPCODE and RCODE, and what they must be. */
#define HEADER_BITS   0xf80f
#define HEADER_ANSWER 0x8000

/* Where a header has the number of records of its answer. */
#define ANSWERS_AT 6

/* Records that are looked at: as many as are taken at most. */
#define RECORDS_MAX (DNS_ADDRESSES_MAX + DNS_CNAMES_MAX)

/* Labels, each behind its length, in lower case: equal names are equal bytes. */
struct name {
	size_t size; /* that of the root, which is empty, included */
	uint8_t labels[NS_MAXCDNAME];
};

/* Of class IN, and an address of the type that was asked for or a CNAME. */
struct record {
	uint16_t type, size;
	uint32_t ttl_s;
	const uint8_t *data;
	struct name owner;
};

struct message {
	const uint8_t *begin, *end;
	const uint8_t *at; /* what is read next */
};

/* The name that was asked for, and those that CNAMEs lead to from it. */
struct chain {
	size_t n;
	struct name names[1 + DNS_CNAMES_MAX];
	uint32_t ttls_s[1 + DNS_CNAMES_MAX]; /* the least on the way to each */
};

static uint32_t lesser(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static bool has(const struct message *message, size_t size)
{
	return (size_t)(message->end - message->at) >= size;
}

/* Returns whether there is one, and reads it. The place that pointers lead to may be missing. */
static bool read_name(struct message *message, struct name *ret)
{
	int n = ns_name_unpack(message->begin, message->end, message->at, ret->labels,
			       sizeof(ret->labels));
	size_t end = 0;

	if (n < 0)
		return false;
	message->at += n;
	while (end < sizeof(ret->labels) - 1 && ret->labels[end])
		end += 1 + ret->labels[end];
	ret->size = end + 1;
	/* No length of a label, 63 at most, is that of a letter. */
	for (size_t i = 0; i < end; i++)
		if (ret->labels[i] >= 'A' && ret->labels[i] <= 'Z')
			ret->labels[i] += 'a' - 'A';
	return true;
}

static bool is_same(const struct name *a, const struct name *b)
{
	return a->size == b->size && !memcmp(a->labels, b->labels, a->size);
}

/* Whether a header of an answer without error, to one question, begins there. */
static bool is_answer(const uint8_t *at)
{
	uint16_t bits, questions;

	at += NS_INT16SZ;
	NS_GET16(bits, at);
	NS_GET16(questions, at);
	return (bits & HEADER_BITS) == HEADER_ANSWER && questions == 1;
}

/*
 * Reads the header. A length before it cannot be mistaken: with one, what should be the number of
 * questions has the bit that says that it is an answer.
 */
static bool read_header(struct message *message, bool stream, unsigned int *ret_records)
{
	size_t length = has(message, NS_HFIXEDSZ) && is_answer(message->at) ? 0 : 2;

	if (length &&
	    (!stream || !has(message, length + NS_HFIXEDSZ) || !is_answer(message->at + length)))
		return false;
	message->begin += length;
	message->at = message->begin + ANSWERS_AT;
	NS_GET16(*ret_records, message->at);
	message->at = message->begin + NS_HFIXEDSZ;
	return true;
}

static bool read_question(struct message *message, struct name *ret, uint16_t *ret_type)
{
	uint16_t class;

	if (!read_name(message, ret) || !has(message, NS_QFIXEDSZ))
		return false;
	NS_GET16(*ret_type, message->at);
	NS_GET16(class, message->at);
	return class == ns_c_in && (*ret_type == ns_t_a || *ret_type == ns_t_aaaa);
}

/* Reads the next record, of whatever kind. Returns whether it was there as a whole. */
static bool read_record(struct message *message, struct record *ret, uint16_t *ret_class)
{
	if (!read_name(message, &ret->owner) || !has(message, NS_RRFIXEDSZ))
		return false;
	NS_GET16(ret->type, message->at);
	NS_GET16(*ret_class, message->at);
	NS_GET32(ret->ttl_s, message->at);
	NS_GET16(ret->size, message->at);
	if (!has(message, ret->size))
		return false;
	ret->data = message->at;
	message->at += ret->size;
	return true;
}

/* Returns how many there are of those that matter. */
static size_t read_records(struct message *message, unsigned int n, uint16_t type,
			   struct record records[static RECORDS_MAX])
{
	size_t address = type == ns_t_a ? NS_INADDRSZ : NS_IN6ADDRSZ, used = 0;
	uint16_t class;

	while (n-- && used < RECORDS_MAX && read_record(message, &records[used], &class)) {
		const struct record *record = &records[used];

		if (class == ns_c_in && (record->type == ns_t_cname ||
					 (record->type == type && record->size == address)))
			used++;
	}
	return used;
}

/* RFC 2181, 8: what has the highest bit set is 0. */
static uint32_t ttl_of(const struct record *record)
{
	return record->ttl_s > INT32_MAX ? 0 : record->ttl_s;
}

/* Adds the name that a CNAME of the last one leads to. Returns whether it does. */
static bool add_link(struct chain *chain, const struct message *message,
		     const struct record *record)
{
	struct message target = *message;
	size_t last = chain->n - 1;

	if (record->type != ns_t_cname || chain->n == ARRAY_SIZE(chain->names) ||
	    !is_same(&record->owner, &chain->names[last]))
		return false;
	target.at = record->data;
	if (!read_name(&target, &chain->names[chain->n]) ||
	    target.at != record->data + record->size)
		return false;
	chain->ttls_s[chain->n++] = lesser(chain->ttls_s[last], ttl_of(record));
	return true;
}

/* Once, if the CNAMEs come in order; a chain that has no end ends with the room for it. */
static void follow(struct chain *chain, const struct message *message, const struct record *records,
		   size_t n)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < n; i++)
			more |= add_link(chain, message, &records[i]);
	}
}

/* The place in the chain of an address's owner; chain->n: it is none, or not on the chain. */
static size_t place_of(const struct chain *chain, const struct record *record)
{
	size_t i = 0;

	if (record->type == ns_t_cname)
		return chain->n;
	while (i < chain->n && !is_same(&record->owner, &chain->names[i]))
		i++;
	return i;
}

static void set_address(struct dns_address *address, const struct record *record, uint32_t ttl_s)
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};

	if (record->type == ns_t_a)
		memcpy(address->addr, mapped, sizeof(mapped));
	memcpy(address->addr + sizeof(address->addr) - record->size, record->data, record->size);
	ttl_s = lesser(ttl_s, ttl_of(record));
	address->ttl_s = ttl_s < DNS_TTL_MIN_S ? DNS_TTL_MIN_S : lesser(ttl_s, DNS_TTL_MAX_S);
}

/* Returns whether there is an address. */
static bool set_answer(struct dns_answer *ret, const struct chain *chain,
		       const struct record *records, size_t n)
{
	size_t used = 0;

	for (size_t i = 0; i < n && used < DNS_ADDRESSES_MAX; i++) {
		size_t place = place_of(chain, &records[i]);

		if (place < chain->n)
			set_address(&ret->addresses[used++], &records[i], chain->ttls_s[place]);
	}
	if (!used)
		return false;
	ret->n = used;
	ns_name_ntop(chain->names[0].labels, ret->name, sizeof(ret->name));
	return true;
}

int dns_answer_parse(const uint8_t *data, size_t size, bool stream, struct dns_answer *ret)
{
	struct message message = {.begin = data, .end = data + size, .at = data};
	struct record records[RECORDS_MAX];
	struct chain chain;
	unsigned int n_records;
	uint16_t type;
	size_t n;

	if (!read_header(&message, stream, &n_records) ||
	    !read_question(&message, &chain.names[0], &type))
		return -ENOENT;
	/* The root has no addresses, and no name to show. */
	if (chain.names[0].size == 1)
		return -ENOENT;
	chain.n = 1;
	chain.ttls_s[0] = UINT32_MAX;
	n = read_records(&message, n_records, type, records);
	follow(&chain, &message, records, n);
	return set_answer(ret, &chain, records, n) ? 0 : -ENOENT;
}
