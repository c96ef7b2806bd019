// SPDX-License-Identifier: MIT
/*
 * Any bytes as a name server's message: what is taken of it is a name, and addresses; and who got
 * it, and nobody else, has that name for each of these, and for no other.
 */
#include <string.h>

#include "dns/answer.h"
#include "dns/known.h"
#include "fuzz/check.h"
#include "unit/dns_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is behind a byte as RFC 1035 writes it. */
static const char *behind_byte(const char *at)
{
	if (*at != '\\')
		return at + 1;
	if (at[1] < '0' || at[1] > '9')
		return at + 2;
	check(strspn(at + 1, "0123456789") >= 3, "%s", at);
	return at + 4;
}

/* Labels of 1 to 63 bytes, printable, in lower case, with dots between them. */
static void check_name(const char *name)
{
	size_t n = strnlen(name, DNS_NAME_ROOM), label = 0, all = 0;
	const char *at = name;

	check(n && n < DNS_NAME_ROOM, "%zu bytes", n);
	for (size_t i = 0; i < n; i++)
		check(name[i] > ' ' && name[i] <= '~' && !(name[i] >= 'A' && name[i] <= 'Z'), "%s",
		      name);
	for (; *at; all++) {
		label = *at == '.' ? 0 : label + 1;
		check(label <= 63 && (label || at[1] != '.'), "%s", name);
		at = behind_byte(at);
		check(at <= name + n, "%s", name);
	}
	check(*name != '.' && label && all <= 253, "%s", name);
}

static void check_answer(const struct dns_answer *answer)
{
	check_name(answer->name);
	check(answer->n >= 1 && answer->n <= DNS_ADDRESSES_MAX, "%zu", answer->n);
	for (size_t i = 0; i < answer->n; i++)
		check(answer->addresses[i].ttl_s >= DNS_TTL_MIN_S &&
			      answer->addresses[i].ttl_s <= DNS_TTL_MAX_S,
		      "%u s", answer->addresses[i].ttl_s);
}

static struct event attempt(const struct dns_record *record, const uint8_t addr[16])
{
	struct event event = {.has = EVENT_HAS_PROCESS,
			      .start_ns = record->time_ns,
			      .process_start_ns = record->process_start_ns,
			      .pid = record->pid};

	memcpy(event.dst.addr, addr, sizeof(event.dst.addr));
	return event;
}

static void check_address(struct known *known, const struct dns_record *record,
			  const struct dns_answer *answer, size_t i)
{
	struct event event = attempt(record, answer->addresses[i].addr);
	struct dns_names names;

	check(known_find(known, &event, &names), "address %zu of %s", i, answer->name);
	check(names.n == 1 && !strcmp(names.names[0], answer->name), "%s", names.names[0]);
	check(names.source == DNS_FROM_PROCESS, "%d", names.source);
	event.start_ns--;
	check(!known_find(known, &event, &names), "before the answer");
	event.start_ns += (answer->addresses[i].ttl_s + 61ull) * 1000000000;
	for (size_t j = 0; j < answer->n; j++) /* of one address, the longest time counts */
		if (answer->addresses[j].ttl_s > answer->addresses[i].ttl_s &&
		    !memcmp(answer->addresses[i].addr, answer->addresses[j].addr, 16))
			return;
	check(!known_find(known, &event, &names), "after its time");
	event.start_ns = record->time_ns;
	event.pid++;
	check(!known_find(known, &event, &names), "another process");
}

/* answer: what is taken of the message; NULL: nothing. */
static void check_known(const struct message_bytes *message, bool stream,
			const struct dns_answer *answer)
{
	union dns_bytes bytes = dns_sample(1000, message);
	static const uint8_t other[16] = {0x20};
	struct event event = attempt(&bytes.record, other);
	struct dns_names names;
	struct known *known;

	check(!known_new(false, &known), "out of memory");
	bytes.record.flags = stream ? DNS_STREAM : 0;
	check(!known_record(known, &bytes, bytes.record.head.size), "refused");
	check(known_counts(known).answers == !!answer, "%d", !!answer);
	for (size_t i = 0; answer && i < answer->n; i++)
		check_address(known, &bytes.record, answer, i);
	for (size_t i = 0; answer && i < answer->n; i++)
		if (!memcmp(answer->addresses[i].addr, other, sizeof(other)))
			answer = NULL;
	check(!answer || !known_find(known, &event, &names), "another address");
	known_free(known);
}

/* From an allocation that ends where the message ends. Its first byte says whether it is TCP's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message_bytes message = {0};
	static struct dns_answer answer;
	uint8_t *copy;
	bool taken;

	if (!size || size > DNS_COPY_MAX + 1)
		return 0;
	copy = malloc(size);
	check(copy, "out of memory");
	memcpy(copy, data, size);
	memset(&answer, 0xa5, sizeof(answer));
	taken = !dns_answer_parse(copy + 1, size - 1, copy[0] & 1, &answer);
	if (taken)
		check_answer(&answer);
	else
		check(answer.n == 0xa5a5a5a5a5a5a5a5, "%zu without an answer", answer.n);
	put_bytes(&message, copy + 1, size - 1);
	check_known(&message, copy[0] & 1, taken ? &answer : NULL);
	free(copy);
	return 0;
}
