// SPDX-License-Identifier: MIT
/* What is taken of a name server's message, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dns/answer.h"
#include "unit/dns_message.h"
#include "util/array.h"

#define MAPPED 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff

static struct dns_answer answer;

/*
 * Parses from an allocation of exactly that size, so that a sanitizer sees any byte read beyond.
 * What is left of `answer` on failure must be what was there before.
 */
static int parse(const void *data, size_t size, bool stream)
{
	static struct dns_answer before;
	uint8_t *copy = malloc(size ? size : 1);
	int err;

	memset(&answer, 0xa5, sizeof(answer));
	before = answer;
	memcpy(copy, data, size);
	err = dns_answer_parse(copy, size, stream, &answer);
	free(copy);
	if (err)
		assert_memory_equal(&answer, &before, sizeof(before));
	return err;
}

static void taken(const struct message_bytes *message, size_t n)
{
	assert_int_equal(parse(message->bytes, message->size, false), 0);
	assert_int_equal(answer.n, n);
}

static void refused(const struct message_bytes *message)
{
	assert_int_equal(parse(message->bytes, message->size, false), -ENOENT);
}

/* www.Example.com, asked for with letters of both cases, in a message as they go over the wire. */
static void an_answer_by_hand(void **state)
{
	static const uint8_t bytes[] = {
		/* header: id, answer, one question, two records, and one more behind them */
		0xbe, 0xef, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 1,
		/* wWw.eXAMPle.com A IN */
		3, 'w', 'W', 'w', 7, 'e', 'X', 'A', 'M', 'P', 'l', 'e', 3, 'c', 'o', 'm', 0, 0, 1,
		0, 1,
		/* the same CNAME, an hour: edge, and the rest by a pointer to byte 16 */
		0xc0, 12, 0, 5, 0, 1, 0, 0, 0x0e, 0x10, 0, 7, 4, 'e', 'd', 'g', 'e', 0xc0, 16,
		/* what byte 45 says, edge.example.com: A, 300 s, 192.0.2.7 */
		0xc0, 45, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, 192, 0, 2, 7,
		/* OPT */
		0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0};

	(void)state;
	assert_int_equal(parse(bytes, sizeof(bytes), false), 0);
	assert_string_equal(answer.name, "www.example.com");
	assert_int_equal(answer.n, 1);
	assert_memory_equal(answer.addresses[0].addr, ((uint8_t[]){MAPPED, 192, 0, 2, 7}), 16);
	assert_int_equal(answer.addresses[0].ttl_s, 300);
}

static void addresses_of_six_bytes_and_four(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_aaaa);

	(void)state;
	put_aaaa(&message, NULL, 60, 1);
	put_aaaa(&message, "A.tESt", 70, 2);
	put_a(&message, NULL, 80, 3); /* not what was asked for */
	taken(&message, 2);
	assert_string_equal(answer.name, "a.test");
	assert_memory_equal(answer.addresses[1].addr,
			    ((uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, [15] = 2}), 16);
	assert_int_equal(answer.addresses[1].ttl_s, 70);
	message = message_of("a.test", ns_t_a);
	put_aaaa(&message, NULL, 60, 1);
	refused(&message);
	put_a(&message, NULL, 80, 3);
	taken(&message, 1);
}

/* An address as a socket has it that connects to IPv4 by it. */
static void a_mapped_address_is_what_a_socket_connects_to(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_aaaa);
	const uint8_t mapped[16] = {MAPPED, 192, 0, 2, 1};

	(void)state;
	put_data(&message, NULL, ns_t_aaaa, 60, mapped, sizeof(mapped));
	taken(&message, 1);
	assert_memory_equal(answer.addresses[0].addr, mapped, 16);
}

static void cnames_are_followed_in_any_order(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_a(&message, "D.test", 900, 1);
	put_cname(&message, "c.test", 800, "d.test");
	put_cname(&message, "elsewhere.test", 1, "d.test");
	put_cname(&message, "B.test", 700, "c.TEST");
	put_cname(&message, NULL, 1000, "b.test");
	put_a(&message, "elsewhere.test", 900, 2);
	put_a(&message, "test", 900, 3);
	put_a(&message, "x.d.test", 900, 4);
	taken(&message, 1);
	assert_string_equal(answer.name, "a.test");
	assert_int_equal(answer.addresses[0].addr[15], 1);
	assert_int_equal(answer.addresses[0].ttl_s, 700);
}

/* An alias of another name is no way back to the name that was asked for. */
static void cnames_lead_one_way(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_cname(&message, "b.test", 60, "a.test");
	put_a(&message, "b.test", 60, 1);
	refused(&message);
}

/* So many CNAMEs, the last one first, and the address of the last name. */
static struct message_bytes chain_of(unsigned int n)
{
	struct message_bytes message = message_of("0.test", ns_t_a);
	char from[16], to[16];

	snprintf(to, sizeof(to), "%u.test", n);
	put_a(&message, to, 60, 2);
	for (unsigned int i = n; i > 0; i--) {
		snprintf(from, sizeof(from), "%u.test", i - 1);
		snprintf(to, sizeof(to), "%u.test", i);
		put_cname(&message, from, 60, to);
	}
	return message;
}

static void so_many_cnames_are_followed(void **state)
{
	struct message_bytes message = chain_of(DNS_CNAMES_MAX);

	(void)state;
	taken(&message, 1);
	assert_int_equal(answer.addresses[0].addr[15], 2);
	message = chain_of(DNS_CNAMES_MAX + 1);
	/* At the end of what is followed there is no address; on the way, there may be. */
	put_a(&message, "3.test", 60, 9);
	taken(&message, 1);
	assert_int_equal(answer.addresses[0].addr[15], 9);
}

static void a_chain_without_end_ends(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_cname(&message, "a.test", 60, "a.test");
	put_a(&message, "b.test", 60, 1);
	refused(&message);
	message = message_of("a.test", ns_t_a);
	put_cname(&message, "a.test", 60, "b.test");
	put_cname(&message, "b.test", 50, "a.test");
	put_a(&message, "b.test", 70, 1);
	taken(&message, 1);
	assert_int_equal(answer.addresses[0].ttl_s, 60);
}

static void a_cname_is_one_name_and_nothing_else(void **state)
{
	static const uint8_t longer[] = {1, 'b', 0, 0}, shorter[] = {1, 'b'};
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_data(&message, NULL, ns_t_cname, 60, longer, sizeof(longer));
	put_a(&message, "b", 60, 1);
	refused(&message);
	message = message_of("a.test", ns_t_a);
	put_data(&message, NULL, ns_t_cname, 60, shorter, sizeof(shorter));
	put_a(&message, "b", 60, 1);
	refused(&message);
}

/* Even if its bytes are those of a name, here `bc`. */
static void an_address_leads_nowhere(void **state)
{
	static const uint8_t addr[] = {2, 'b', 'c', 0};
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_data(&message, NULL, ns_t_a, 60, addr, sizeof(addr));
	put_a(&message, "bc", 60, 1);
	taken(&message, 1);
	assert_memory_equal(answer.addresses[0].addr + 12, addr, sizeof(addr));
}

static void times_to_live_have_bounds(void **state)
{
	static const struct {
		uint32_t said, taken;
	} ttls[] = {{0, 5},
		    {4, 5},
		    {5, 5},
		    {86399, 86399},
		    {86400, 86400},
		    {86401, 86400},
		    {INT32_MAX, 86400},
		    {INT32_MAX + 1u, 5},
		    {UINT32_MAX, 5}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(ttls); i++) {
		struct message_bytes message = message_of("a.test", ns_t_a);

		put_a(&message, NULL, ttls[i].said, 1);
		put_cname(&message, NULL, ttls[i].said, "b.test");
		put_a(&message, "b.test", 1000000, 2);
		taken(&message, 2);
		assert_int_equal(answer.addresses[0].ttl_s, ttls[i].taken);
		assert_int_equal(answer.addresses[1].ttl_s, ttls[i].taken);
	}
}

static void what_is_no_answer_is_refused(void **state)
{
	static const uint16_t refused_flags[] = {
		0x0180, /* a query */
		0x8183, /* NXDOMAIN */
		0x8182, /* SERVFAIL */
		0x8980, /* of another opcode */
	};
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	refused(&message); /* of no record */
	put_a(&message, NULL, 60, 1);
	taken(&message, 1);
	for (size_t i = 0; i < ARRAY_SIZE(refused_flags); i++) {
		set_16(&message, 2, refused_flags[i]);
		refused(&message);
	}
	set_16(&message, 2, 0x87b0); /* authoritative, truncated, all that does not matter */
	taken(&message, 1);
}

static void one_question_is_answered(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_a(&message, NULL, 60, 1);
	set_16(&message, 4, 0);
	refused(&message);
	set_16(&message, 4, 2);
	refused(&message);
	set_16(&message, 4, 257);
	refused(&message);
}

static void other_questions_are_not_of_addresses(void **state)
{
	static const unsigned int types[] = {ns_t_cname, ns_t_ptr, ns_t_srv, 65, ns_t_any, 0, 257};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		struct message_bytes message = message_of("a.test", types[i]);

		put_a(&message, NULL, 60, 1);
		put_aaaa(&message, NULL, 60, 1);
		put_cname(&message, NULL, 60, "b.test");
		refused(&message);
	}
}

static void another_class_is_refused(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_head(&message, NULL, ns_t_a, ns_c_chaos, 60, 4);
	put_32(&message, 0xc0000201);
	refused(&message);
	put_a(&message, NULL, 60, 1);
	taken(&message, 1);
	set_16(&message, QUESTION_AT + sizeof("\1a\4test") + 2, ns_c_chaos);
	refused(&message);
}

static void an_address_has_its_size(void **state)
{
	static const uint8_t bytes[17];

	(void)state;
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		struct message_bytes message = message_of("a.test", ns_t_a);

		put_data(&message, NULL, ns_t_a, 60, bytes, size);
		assert_int_equal(parse(message.bytes, message.size, false),
				 size == 4 ? 0 : -ENOENT);
		put_a(&message, NULL, 60, 1);
		taken(&message, size == 4 ? 2 : 1);
		message = message_of("a.test", ns_t_aaaa);
		put_data(&message, NULL, ns_t_aaaa, 60, bytes, size);
		assert_int_equal(parse(message.bytes, message.size, false),
				 size == 16 ? 0 : -ENOENT);
	}
}

static void other_records_are_passed_over(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	for (int i = 0; i < 100; i++)
		put_data(&message, NULL, ns_t_rrsig, 1, "signature", 9);
	put_a(&message, NULL, 60, 1);
	taken(&message, 1);
	/* Behind the answer come the records of other sections. */
	set_16(&message, 6, 100);
	refused(&message);
}

static void so_many_addresses_are_taken(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	for (uint8_t i = 0; i < DNS_ADDRESSES_MAX + 20; i++)
		put_a(&message, NULL, 60, i);
	taken(&message, DNS_ADDRESSES_MAX);
	for (uint8_t i = 0; i < DNS_ADDRESSES_MAX; i++)
		assert_int_equal(answer.addresses[i].addr[15], i);
}

static void names_are_written_as_rfc_1035_has_them(void **state)
{
	static const struct {
		const char *name, *written;
	} names[] = {
		{"UPPER.Case", "upper.case"},
		{"_sip-1.x", "_sip-1.x"},
		{"a\\b.\"q\"", "a\\\\b.\\\"q\\\""},
		{"a b\t\x7f", "a\\032b\\009\\127"},
		{"\xc3\x9c.\xff", "\\195\\156.\\255"},
		{"$(x);@", "\\$\\(x\\)\\;\\@"},
		{"\x1b[2J", "\\027[2j"},
	};
	/* Labels of `a.b`, of NUL and of `Z`. */
	static const uint8_t odd[] = {3, 'a', '.', 'b', 1, 0, 1, 'Z', 0};
	struct message_bytes message = {0};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		message = message_of(names[i].name, ns_t_a);
		put_a(&message, NULL, 60, 1);
		taken(&message, 1);
		assert_string_equal(answer.name, names[i].written);
	}
	message = message_of("", ns_t_a);
	put_a(&message, NULL, 60, 1);
	refused(&message); /* the root's */
	message.size = QUESTION_AT;
	set_16(&message, 6, 0);
	put_bytes(&message, odd, sizeof(odd));
	put_16(&message, ns_t_a);
	put_16(&message, ns_c_in);
	put_a(&message, NULL, 60, 1);
	taken(&message, 1);
	assert_string_equal(answer.name, "a\\.b.\\000.z");
}

/* 255 bytes, of which each but the lengths becomes four. */
static void the_longest_name_has_room(void **state)
{
	char name[256];
	struct message_bytes message;

	(void)state;
	memset(name, 0x80, sizeof(name));
	name[63] = name[127] = name[191] = '.';
	name[253] = '\0';
	message = message_of(name, ns_t_a);
	put_a(&message, NULL, 60, 1);
	taken(&message, 1);
	assert_int_equal(strlen(answer.name), 250 * 4 + 3);
	name[253] = 'x';
	name[254] = '\0';
	message = message_of(name, ns_t_a);
	put_a(&message, NULL, 60, 1);
	refused(&message);
}

static void pointers_that_lead_nowhere_are_refused(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);
	size_t begin = message.size;

	(void)state;
	put_a(&message, NULL, 60, 1);
	set_16(&message, begin, 0xc000 | (unsigned int)begin); /* to itself */
	refused(&message);
	set_16(&message, begin, 0xffff);
	refused(&message);
	set_16(&message, begin, 0x8000 | QUESTION_AT);
	refused(&message);
	set_16(&message, begin, 0xc000 | (QUESTION_AT + 2));
	refused(&message); /* to `test` */
	/* The question's name may not be known either. */
	set_16(&message, QUESTION_AT, 0xc000 | QUESTION_AT);
	refused(&message);
}

/* Two names that point to each other. */
static void pointers_in_a_ring_end(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);
	size_t begin = message.size;

	(void)state;
	put_cname(&message, NULL, 60, "ab");
	put_a(&message, NULL, 60, 1);
	set_16(&message, begin, 0xc000 | (unsigned int)(begin + 12));
	set_16(&message, begin + 12, 0xc000 | (unsigned int)begin);
	refused(&message);
}

/* What there is counts: each address as soon as its last byte is there. */
static void of_a_message_that_was_cut_what_there_is_counts(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);
	size_t ends[3];

	(void)state;
	put_cname(&message, NULL, 60, "b.test");
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		put_a(&message, "b.test", 60, (uint8_t)i);
		ends[i] = message.size;
	}
	for (size_t size = 0; size <= message.size; size++) {
		size_t n = 0;

		while (n < ARRAY_SIZE(ends) && ends[n] <= size)
			n++;
		assert_int_equal(parse(message.bytes, size, false), n ? 0 : -ENOENT);
		if (n)
			assert_int_equal(answer.n, n);
	}
}

/* A pointer may lead to what is missing: the records before are there. */
static void a_name_whose_end_is_cut_off_is_none(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a);

	(void)state;
	put_a(&message, NULL, 60, 1);
	put_a(&message, NULL, 60, 2);
	set_16(&message, message.size - 16, 0xc000 | 1000);
	taken(&message, 1);
}

static void a_stream_has_a_length_before_it_or_not(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a), stream = {0};

	(void)state;
	put_a(&message, NULL, 60, 1);
	assert_int_equal(parse(message.bytes, message.size, true), 0);
	put_16(&stream, (unsigned int)message.size);
	put_bytes(&stream, message.bytes, message.size);
	assert_int_equal(parse(stream.bytes, stream.size, false), -ENOENT);
	assert_int_equal(parse(stream.bytes, stream.size, true), 0);
	assert_string_equal(answer.name, "a.test");
	assert_int_equal(answer.n, 1);
	/* Cut, or with the next one behind it. */
	assert_int_equal(parse(stream.bytes, stream.size - 1, true), -ENOENT);
	put_bytes(&stream, stream.bytes, stream.size);
	assert_int_equal(parse(stream.bytes, stream.size, true), 0);
	for (size_t size = 0; size < NS_HFIXEDSZ + 3; size++)
		assert_int_equal(parse(stream.bytes, size, true), -ENOENT);
}

/* Whatever the length is, of any message: it is not taken for the beginning of the header. */
static void no_length_is_mistaken_for_a_header(void **state)
{
	struct message_bytes message = message_of("a.test", ns_t_a), stream = {0};

	(void)state;
	put_a(&message, NULL, 60, 1);
	put_16(&stream, 0);
	put_bytes(&stream, message.bytes, message.size);
	for (unsigned int length = 0; length <= UINT16_MAX; length++) {
		set_16(&stream, 0, length);
		set_16(&stream, 2, length * 40503); /* the id */
		assert_int_equal(dns_answer_parse(stream.bytes, stream.size, true, &answer), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_by_hand),
		cmocka_unit_test(addresses_of_six_bytes_and_four),
		cmocka_unit_test(a_mapped_address_is_what_a_socket_connects_to),
		cmocka_unit_test(cnames_are_followed_in_any_order),
		cmocka_unit_test(cnames_lead_one_way),
		cmocka_unit_test(so_many_cnames_are_followed),
		cmocka_unit_test(a_chain_without_end_ends),
		cmocka_unit_test(a_cname_is_one_name_and_nothing_else),
		cmocka_unit_test(an_address_leads_nowhere),
		cmocka_unit_test(times_to_live_have_bounds),
		cmocka_unit_test(what_is_no_answer_is_refused),
		cmocka_unit_test(one_question_is_answered),
		cmocka_unit_test(other_questions_are_not_of_addresses),
		cmocka_unit_test(another_class_is_refused),
		cmocka_unit_test(an_address_has_its_size),
		cmocka_unit_test(other_records_are_passed_over),
		cmocka_unit_test(so_many_addresses_are_taken),
		cmocka_unit_test(names_are_written_as_rfc_1035_has_them),
		cmocka_unit_test(the_longest_name_has_room),
		cmocka_unit_test(pointers_that_lead_nowhere_are_refused),
		cmocka_unit_test(pointers_in_a_ring_end),
		cmocka_unit_test(of_a_message_that_was_cut_what_there_is_counts),
		cmocka_unit_test(a_name_whose_end_is_cut_off_is_none),
		cmocka_unit_test(a_stream_has_a_length_before_it_or_not),
		cmocka_unit_test(no_length_is_mistaken_for_a_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
