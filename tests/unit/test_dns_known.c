// SPDX-License-Identifier: MIT
/* Which names fit an attempt, and what is forgotten. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dns/known.h"
#include "unit/dns_message.h"

#define SECOND 1000000000ull
#define MINUTE (60 * SECOND)

/* Who got an answer, or makes an attempt. */
struct who {
	uint32_t pid, exec_id;
	uint64_t start_ns;
};

static const struct who curl = {10, 7, 500};

static struct known *known;
static struct dns_names names;

static int begin(void **state)
{
	(void)state;
	return known_new(false, &known);
}

static int begin_host(void **state)
{
	(void)state;
	return known_new(true, &known);
}

static int end(void **state)
{
	(void)state;
	known_free(known);
	return 0;
}

static int tell(struct who who, uint64_t time_ns, const struct message_bytes *message)
{
	union dns_bytes bytes = dns_sample(time_ns, message);

	bytes.record.pid = who.pid;
	bytes.record.exec_id = who.exec_id;
	bytes.record.process_start_ns = who.start_ns;
	return known_record(known, &bytes, bytes.record.head.size);
}

/* It was answered 192.0.2.LAST for the name. */
static void answer(struct who who, uint64_t time_ns, const char *name, uint8_t last, uint32_t ttl_s)
{
	struct message_bytes message = message_of(name, ns_t_a);

	put_a(&message, NULL, ttl_s, last);
	assert_int_equal(tell(who, time_ns, &message), 0);
}

static struct event attempt(struct who who, uint64_t time_ns, uint8_t last)
{
	return (struct event){
		.kind = EVENT_CONNECT,
		.has = EVENT_HAS_PROCESS,
		.start_ns = time_ns,
		.process_start_ns = who.start_ns,
		.pid = who.pid,
		.exec_id = who.exec_id,
		.family = 4,
		.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, last}, .port = 443},
	};
}

/* The names of an attempt, as "b a", or "" if there are none. */
static const char *names_of(const struct event *event)
{
	static char said[4 * DNS_NAME_ROOM];
	size_t len = 0;

	memset(&names, 0xa5, sizeof(names));
	said[0] = '\0';
	if (!known_find(known, event, &names))
		return said;
	assert_in_range(names.n, 1, DNS_NAMES_MAX);
	for (size_t i = 0; i < names.n; i++)
		len += (size_t)sprintf(said + len, "%s%s", i ? " " : "", names.names[i]);
	return said;
}

static const char *names_at(struct who who, uint64_t time_ns, uint8_t last)
{
	struct event event = attempt(who, time_ns, last);

	return names_of(&event);
}

static void a_name_is_of_who_got_it_for_what_it_was_got(void **state)
{
	const struct who others[] = {{11, 7, 500}, {10, 8, 500}, {10, 7, 501}};

	(void)state;
	answer(curl, SECOND, "WWW.example.com", 1, 300);
	assert_string_equal(names_at(curl, 2 * SECOND, 1), "www.example.com");
	assert_int_equal(names.source, DNS_FROM_PROCESS);
	assert_string_equal(dns_names_sure(&names), "www.example.com");
	assert_string_equal(names_at(curl, 2 * SECOND, 2), "");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_string_equal(names_at(others[i], 2 * SECOND, 1), "");
	assert_int_equal(known_counts(known).answers, 1);
}

static void who_is_not_known_got_nothing(void **state)
{
	struct event event = attempt(curl, 2 * SECOND, 1);

	(void)state;
	answer(curl, SECOND, "a", 1, 300);
	event.has = 0;
	assert_string_equal(names_of(&event), "");
}

/* From the answer until a minute after its time to live. */
static void a_name_has_its_time(void **state)
{
	const uint64_t until = SECOND + 300 * SECOND + MINUTE;

	(void)state;
	answer(curl, SECOND, "a", 1, 300);
	assert_string_equal(names_at(curl, SECOND - 1, 1), "");
	assert_string_equal(names_at(curl, SECOND, 1), "a");
	assert_string_equal(names_at(curl, until, 1), "a");
	assert_string_equal(names_at(curl, until + 1, 1), "");
}

static void what_is_answered_again_is_valid_for_longer(void **state)
{
	const uint64_t until = 300 * SECOND + 300 * SECOND + MINUTE;

	(void)state;
	answer(curl, SECOND, "a", 1, 300);
	answer(curl, 300 * SECOND, "a", 1, 300);
	assert_string_equal(names_at(curl, SECOND, 1), "a");
	assert_string_equal(names_at(curl, until, 1), "a");
	assert_string_equal(names_at(curl, until + 1, 1), "");
	/* One that is valid for less takes nothing from what was answered before. */
	answer(curl, 301 * SECOND, "a", 1, 5);
	assert_string_equal(names_at(curl, until, 1), "a");
	assert_string_equal(names_at(curl, until + 1, 1), "");
}

/* A connection may be told of long after its attempt: then both names fitted, of which one has
 * been answered anew since. */
static void what_starts_anew_leaves_no_other_name_alone(void **state)
{
	const uint64_t first_until = SECOND + 5 * SECOND + MINUTE;

	(void)state;
	answer(curl, SECOND, "a", 1, 5);
	answer(curl, 2 * SECOND, "b", 1, 600);
	answer(curl, 2 * MINUTE, "a", 1, 5);
	assert_string_equal(names_at(curl, first_until, 1), "");
	assert_string_equal(names_at(curl, first_until + 1, 1), "b");
	assert_string_equal(names_at(curl, 2 * MINUTE, 1), "a b");
}

static void what_is_answered_after_its_time_starts_anew(void **state)
{
	(void)state;
	answer(curl, SECOND, "a", 1, 5);
	answer(curl, 2 * MINUTE, "a", 1, 5);
	assert_string_equal(names_at(curl, 2 * MINUTE - 1, 1), "");
	assert_string_equal(names_at(curl, 2 * MINUTE, 1), "a");
	/* At the last moment of its time, it goes on. */
	answer(curl, 3 * MINUTE + 5 * SECOND, "a", 1, 5);
	assert_string_equal(names_at(curl, 2 * MINUTE, 1), "a");
}

static void all_names_that_fit_are_told_the_last_one_first(void **state)
{
	(void)state;
	answer(curl, SECOND, "a", 1, 5);
	answer(curl, 2 * SECOND, "b", 1, 300);
	answer(curl, 3 * SECOND, "c", 1, 300);
	answer(curl, 3 * SECOND, "elsewhere", 2, 300);
	assert_string_equal(names_at(curl, 2 * SECOND, 1), "b a");
	assert_string_equal(names_at(curl, 4 * SECOND, 1), "c b a");
	assert_string_equal(names_at(curl, 2 * MINUTE, 1), "c b");
	answer(curl, 5 * SECOND, "a", 1, 300);
	assert_string_equal(names_at(curl, 5 * SECOND, 1), "a c b");
	answer(curl, 6 * SECOND, "c", 1, 300);
	assert_string_equal(names_at(curl, 6 * SECOND, 1), "c a b");
}

/* Where the first one would fit as well, and there is room for it, the last ones are not told. */
static void of_more_names_the_last_ones_are_kept(void **state)
{
	const uint64_t first_until = SECOND + 600 * SECOND + MINUTE;

	(void)state;
	answer(curl, SECOND, "a", 1, 600);
	answer(curl, 2 * SECOND, "b", 1, 5);
	answer(curl, 3 * SECOND, "c", 1, 300);
	answer(curl, 4 * SECOND, "d", 1, 5);
	assert_string_equal(names_at(curl, 4 * SECOND, 1), "d c b a");
	answer(curl, 5 * SECOND, "e", 1, 900);
	assert_string_equal(names_at(curl, 5 * SECOND, 1), "e d c b");
	assert_string_equal(names_at(curl, 300 * SECOND, 1), "");
	answer(curl, 301 * SECOND, "f", 1, 5); /* in the place of b, which is over before */
	assert_string_equal(names_at(curl, first_until, 1), "");
	assert_string_equal(names_at(curl, first_until + 1, 1), "e");
}

static void an_answer_gives_its_name_to_all_its_addresses(void **state)
{
	struct message_bytes message = message_of("www.example.com", ns_t_a);

	(void)state;
	put_cname(&message, NULL, 300, "edge.example.net");
	for (uint8_t i = 1; i <= 12; i++)
		put_a(&message, "edge.example.net", 300, i);
	assert_int_equal(tell(curl, SECOND, &message), 0);
	for (uint8_t i = 1; i <= 12; i++)
		assert_string_equal(names_at(curl, SECOND, i), "www.example.com");
	assert_int_equal(known_counts(known).answers, 1);
}

/* The program asked for 192.0.2.1, and the kernel connected it to what stands behind that. */
static void the_address_that_was_asked_for_counts(void **state)
{
	struct event event = attempt(curl, 2 * SECOND, 9);

	(void)state;
	answer(curl, SECOND, "service", 1, 300);
	answer(curl, SECOND, "backend", 9, 300);
	event.has |= EVENT_HAS_REQUESTED;
	event.requested = (struct endpoint){.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}};
	assert_string_equal(names_of(&event), "service");
	event.requested.addr[15] = 2;
	assert_string_equal(names_of(&event), "");
}

static void what_gives_no_address_changes_nothing(void **state)
{
	struct message_bytes message = message_of("a", ns_t_a);
	union dns_bytes bytes = dns_sample(SECOND, &message);

	(void)state;
	assert_int_equal(tell(curl, SECOND, &message), 0);
	bytes.record.flags = DNS_FLAGS_ALL + 1;
	assert_int_equal(known_record(known, &bytes, bytes.record.head.size), -EBADMSG);
	assert_int_equal(known_counts(known).answers, 0);
	assert_string_equal(names_at(curl, SECOND, 1), "");
}

static void a_stream_has_names_as_well(void **state)
{
	struct message_bytes message = message_of("a", ns_t_a), stream = {0};
	union dns_bytes bytes;

	(void)state;
	put_a(&message, NULL, 300, 1);
	put_16(&stream, (unsigned int)message.size);
	put_bytes(&stream, message.bytes, message.size);
	bytes = dns_sample(SECOND, &stream);
	assert_int_equal(known_record(known, &bytes, bytes.record.head.size), 0);
	assert_int_equal(known_counts(known).answers, 0);
	bytes.record.flags = DNS_STREAM;
	assert_int_equal(known_record(known, &bytes, bytes.record.head.size), 0);
	assert_string_equal(names_at((struct who){10, 0, 500}, SECOND, 1), "a");
}

/* The parent */

static const struct who shell = {9, 7, 400}, child = {10, 7, 20 * SECOND};

static const struct image child_image = {
	.key = {.pid = 10, .start_ns = 20 * SECOND, .exec_id = 7},
	.ancestors = {{.pid = 9, .start_ns = 400}, {.pid = 8, .start_ns = 300}},
	.n_ancestors = 2,
};

static const char *names_of_child(uint64_t time_ns, uint32_t exec_id, const struct image *image)
{
	struct event event = attempt(child, time_ns, 1);

	event.exec_id = exec_id;
	event.image = image;
	return names_of(&event);
}

static void a_child_has_the_names_of_its_parent(void **state)
{
	struct image orphan = child_image;

	(void)state;
	answer(shell, SECOND, "a", 1, 300);
	assert_string_equal(names_of_child(30 * SECOND, 7, &child_image), "a");
	assert_int_equal(names.source, DNS_FROM_PARENT);
	/* It has executed something; who its parent is, is not known. */
	assert_string_equal(names_of_child(30 * SECOND, 8, &child_image), "");
	assert_string_equal(names_of_child(30 * SECOND, 7, NULL), "");
	orphan.n_ancestors = 0;
	assert_string_equal(names_of_child(30 * SECOND, 7, &orphan), "");
	assert_string_equal(names_of_child(362 * SECOND, 7, &child_image), "");
}

static void a_parents_answer_after_the_birth_is_not_the_childs(void **state)
{
	(void)state;
	answer(shell, 20 * SECOND + 1, "late", 1, 300);
	assert_string_equal(names_of_child(30 * SECOND, 7, &child_image), "");
	answer(shell, 20 * SECOND, "a", 1, 300); /* in no order, as two CPUs may tell */
	assert_string_equal(names_of_child(30 * SECOND, 7, &child_image), "a");
}

/* The parent is answered once more, and knows the name for longer: the child does not. */
static void a_parents_later_answers_renew_nothing_of_its_childs(void **state)
{
	const uint64_t until = child.start_ns + 5 * SECOND + MINUTE;

	(void)state;
	answer(shell, 10 * SECOND, "a", 1, 5);
	answer(shell, 60 * SECOND, "a", 1, 5);
	assert_string_equal(names_of_child(until, 7, &child_image), "a");
	assert_string_equal(names_of_child(until + 1, 7, &child_image), "");
	assert_string_equal(names_at(shell, until + 1, 1), "a");
}

/* Its exec id is the one that the child has reached by an exec of its own. */
static void a_parent_that_executes_something_is_another(void **state)
{
	const struct who other = {9, 8, 400};

	(void)state;
	answer(other, 25 * SECOND, "a", 1, 300);
	assert_string_equal(names_of_child(30 * SECOND, 8, &child_image), "");
}

static void own_names_come_before_the_parents(void **state)
{
	(void)state;
	answer(shell, SECOND, "parent", 1, 600);
	answer(child, 21 * SECOND, "own", 1, 5);
	assert_string_equal(names_of_child(30 * SECOND, 7, &child_image), "own");
	assert_int_equal(names.source, DNS_FROM_PROCESS);
	/* Where none of its own fits, it has what it was born with. */
	assert_string_equal(names_of_child(20 * SECOND, 7, &child_image), "parent");
	assert_string_equal(names_of_child(200 * SECOND, 7, &child_image), "parent");
}

static void grandparents_do_not_count(void **state)
{
	const struct who grandparent = {8, 7, 300};

	(void)state;
	answer(grandparent, SECOND, "a", 1, 300);
	assert_string_equal(names_of_child(30 * SECOND, 7, &child_image), "");
}

/* The host */

static const struct who resolved = {100, 3, 1000}, other = {101, 4, 2000};

static void nobody_elses_names_unless_the_hosts_are_asked_for(void **state)
{
	(void)state;
	answer(resolved, SECOND, "a", 1, 300);
	assert_string_equal(names_at(curl, 2 * SECOND, 1), "");
}

static void the_host_has_the_names_of_all(void **state)
{
	struct event event = attempt(curl, 5 * SECOND, 1);

	(void)state;
	answer(resolved, 2 * SECOND, "b", 1, 300);
	answer(other, SECOND, "a", 1, 300);
	answer(other, 3 * SECOND, "c", 1, 300);
	answer(other, 3 * SECOND, "elsewhere", 2, 300);
	assert_string_equal(names_of(&event), "c b a");
	assert_int_equal(names.source, DNS_FROM_HOST);
	event.has = 0; /* whoever it is */
	assert_string_equal(names_of(&event), "c b a");
	assert_string_equal(names_at(curl, 2 * SECOND, 1), "b a");
	assert_string_equal(names_at(curl, 400 * SECOND, 1), "");
	assert_string_equal(names_at(curl, 400 * SECOND, 3), "");
	answer(other, 3 * SECOND, "only", 3, 300);
	assert_string_equal(names_at(curl, 4 * SECOND, 3), "only");
	assert_null(dns_names_sure(&names));
}

static void a_name_that_several_got_is_told_once(void **state)
{
	(void)state;
	answer(resolved, SECOND, "a", 1, 300);
	answer(resolved, 3 * SECOND, "b", 1, 300);
	answer(other, 2 * SECOND, "b", 1, 300);
	answer(other, 4 * SECOND, "a", 1, 300);
	assert_string_equal(names_at(curl, 5 * SECOND, 1), "a b");
	answer((struct who){102, 1, 1}, 5 * SECOND, "b", 1, 300);
	assert_string_equal(names_at(curl, 5 * SECOND, 1), "b a");
}

static void of_more_of_the_hosts_names_the_last_ones_are_told(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 7; i++) {
		const char name[] = {(char)('a' + i), '\0'};

		answer((struct who){100 + i * 3, 1, 1}, (1 + i * 5 % 7) * SECOND, name, 1, 300);
	}
	/* Of 1 6 4 2 7 5 3 seconds, a to g */
	assert_string_equal(names_at(curl, 10 * SECOND, 1), "e b f c");
}

/* Of them, none passes for certain in any case. */
static void one_that_is_left_of_the_hosts_names_is_told(void **state)
{
	(void)state;
	answer(other, SECOND, "a", 1, 600);
	answer(other, 2 * SECOND, "b", 1, 5);
	answer(other, 3 * SECOND, "c", 1, 5);
	answer(other, 4 * SECOND, "d", 1, 5);
	answer(other, 5 * SECOND, "e", 1, 600);
	assert_string_equal(names_at(curl, 100 * SECOND, 1), "e");
}

/* What bounds the parent's does not bound these. */
static void a_child_has_the_hosts_names_of_after_its_birth(void **state)
{
	(void)state;
	answer(other, 21 * SECOND, "a", 1, 300);
	assert_string_equal(names_of_child(30 * SECOND, 7, &child_image), "a");
	assert_int_equal(names.source, DNS_FROM_HOST);
}

static void own_names_come_before_the_hosts(void **state)
{
	(void)state;
	answer(curl, SECOND, "own", 1, 5);
	answer(other, 2 * SECOND, "host", 1, 300);
	assert_string_equal(names_at(curl, 3 * SECOND, 1), "own");
	assert_int_equal(names.source, DNS_FROM_PROCESS);
	assert_string_equal(names_at(curl, 100 * SECOND, 1), "host");
	answer(shell, SECOND, "parent", 1, 300);
	assert_string_equal(names_of_child(100 * SECOND, 7, &child_image), "parent");
}

/* Room */

static void answer_many_at(struct who who, uint64_t time_ns, unsigned int from, unsigned int n)
{
	for (unsigned int i = from; i < from + n; i++) {
		struct message_bytes message = message_of("flood.example.com", ns_t_a);
		const uint8_t addr[4] = {10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i};

		put_data(&message, NULL, ns_t_a, 300, addr, sizeof(addr));
		assert_int_equal(tell(who, time_ns, &message), 0);
	}
}

static void answer_many(struct who who, unsigned int from, unsigned int n)
{
	answer_many_at(who, SECOND, from, n);
}

/* Its share is full; all others have what they had. */
static void a_flood_takes_no_room_of_others(void **state)
{
	uint32_t n = 0;

	(void)state;
	for (uint32_t pid = 1; pid <= 1600; pid++)
		answer((struct who){pid, 1, pid}, SECOND, "kept.example.com", 1, 300);
	answer_many((struct who){5000, 1, 1}, 0, 100000);
	for (uint32_t pid = 1; pid <= 1600; pid++)
		n += *names_at((struct who){pid, 1, pid}, 2 * SECOND, 1) &&
		     names.source == DNS_FROM_PROCESS;
	assert_int_equal(n, 1500);
	assert_in_range(known_counts(known).forgotten, 97000, 198000); /* the host's as well */
	assert_int_equal(known_counts(known).answers, 101600);
}

static void what_was_used_longest_ago_is_forgotten_first(void **state)
{
	(void)state;
	answer(curl, SECOND, "used", 1, 300);
	answer(curl, SECOND, "unused", 2, 300);
	for (unsigned int i = 0; i < 10; i++) {
		answer_many((struct who){10 + 16, 1, 1}, i * 1000, 1000);
		assert_string_equal(names_at(curl, 2 * SECOND, 1), "used");
	}
	assert_string_equal(names_at(curl, 2 * SECOND, 2), "");
}

/* What is over goes without a word. */
static void only_what_is_valid_is_forgotten(void **state)
{
	(void)state;
	answer_many(curl, 0, 2000);
	answer_many_at(curl, 3600 * SECOND, 2000, 2000);
	assert_int_equal(known_counts(known).forgotten, 0);
	answer_many_at(curl, 3600 * SECOND, 4000, 2000);
	assert_in_range(known_counts(known).forgotten, 1000, 2000);
}

/* Whatever is answered, by whomever: as much as it may take, and not more. */
static void all_is_bounded(void **state)
{
	unsigned int n = 0;
	char name[254];

	(void)state;
	memset(name, '\x80', sizeof(name));
	name[63] = name[127] = name[191] = '.';
	name[253] = '\0';
	for (uint32_t i = 0; i < 50000; i++)
		answer((struct who){1 + i / 256, 1, 1}, SECOND, name, (uint8_t)i, 300);
	for (uint32_t i = 0; i < 50000; i++)
		n += *names_at((struct who){1 + i / 256, 1, 1}, SECOND, (uint8_t)i) != '\0';
	/* Each takes its name, which is written in 1,004 bytes, and something more. */
	assert_in_range(n, (8 << 20) / 1400, (8 << 20) / 1004);
	assert_int_equal(known_counts(known).forgotten, 50000 - n);
}

#define known_test(test) cmocka_unit_test_setup_teardown(test, begin, end)
#define host_test(test)	 cmocka_unit_test_setup_teardown(test, begin_host, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		known_test(a_name_is_of_who_got_it_for_what_it_was_got),
		known_test(who_is_not_known_got_nothing),
		known_test(a_name_has_its_time),
		known_test(what_is_answered_again_is_valid_for_longer),
		known_test(what_is_answered_after_its_time_starts_anew),
		known_test(what_starts_anew_leaves_no_other_name_alone),
		known_test(all_names_that_fit_are_told_the_last_one_first),
		known_test(of_more_names_the_last_ones_are_kept),
		known_test(an_answer_gives_its_name_to_all_its_addresses),
		known_test(the_address_that_was_asked_for_counts),
		known_test(what_gives_no_address_changes_nothing),
		known_test(a_stream_has_names_as_well),
		known_test(a_child_has_the_names_of_its_parent),
		known_test(a_parents_answer_after_the_birth_is_not_the_childs),
		known_test(a_parents_later_answers_renew_nothing_of_its_childs),
		known_test(a_parent_that_executes_something_is_another),
		known_test(own_names_come_before_the_parents),
		known_test(grandparents_do_not_count),
		known_test(nobody_elses_names_unless_the_hosts_are_asked_for),
		host_test(the_host_has_the_names_of_all),
		host_test(a_name_that_several_got_is_told_once),
		host_test(of_more_of_the_hosts_names_the_last_ones_are_told),
		host_test(one_that_is_left_of_the_hosts_names_is_told),
		host_test(a_child_has_the_hosts_names_of_after_its_birth),
		host_test(own_names_come_before_the_hosts),
		known_test(a_flood_takes_no_room_of_others),
		host_test(a_flood_takes_no_room_of_others),
		known_test(what_was_used_longest_ago_is_forgotten_first),
		known_test(only_what_is_valid_is_forgotten),
		known_test(all_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
