// SPDX-License-Identifier: MIT
/* Which names by DNS an event gets: the same in all events of a connection. */
#include <stdio.h>

#include "enrich/enrich.h"
#include "unit/context.h"
#include "unit/decoded.h"
#include "unit/dns_message.h"

#define SECOND 1000000000ull

/* When the attempts of these tests begin: long after the answers, and before these are too old. */
#define BEGIN (20 * SECOND)

static struct enrich *enrich;

static int begin(void **state)
{
	(void)state;
	return enrich_new(true, NULL, NULL, &enrich) || enrich_use_dns(enrich, false);
}

static int begin_host(void **state)
{
	(void)state;
	return enrich_new(true, NULL, NULL, &enrich) || enrich_use_dns(enrich, true);
}

static int begin_without_closes(void **state)
{
	(void)state;
	return enrich_new(false, NULL, NULL, &enrich) || enrich_use_dns(enrich, false);
}

static int end(void **state)
{
	(void)state;
	enrich_free(enrich);
	return 0;
}

/* The process was answered 192.0.2.LAST for the name, for five minutes. */
static void answer(uint32_t pid, uint64_t time_ns, const char *name, uint8_t last)
{
	struct message_bytes message = message_of(name, ns_t_a);
	union dns_bytes bytes;

	put_a(&message, NULL, 300, last);
	bytes = dns_sample(time_ns, &message);
	bytes.record.pid = pid;
	assert_int_equal(enrich_record(enrich, EVENT_DNS, &bytes, bytes.record.head.size), 0);
}

static struct event event_of(enum event_kind kind, uint32_t pid, uint64_t start_ns)
{
	struct close_record record = sample(kind);

	record.base.attempt.pid = pid;
	record.base.attempt.start_ns = start_ns;
	record.base.time_ns = start_ns + SECOND;
	record.established_ns = start_ns;
	return decoded(&record);
}

/* All names of the event, as "b a"; "" if it has none. */
static const char *names_of(const struct event *event)
{
	static char said[4 * DNS_NAME_ROOM];
	size_t len = 0;

	said[0] = '\0';
	for (size_t i = 0; event->names && i < event->names->n; i++)
		len += (size_t)sprintf(said + len, "%s%s", i ? " " : "", event->names->names[i]);
	return said;
}

static const char *happen(enum event_kind kind, uint32_t pid, uint64_t start_ns)
{
	struct event event = event_of(kind, pid, start_ns);

	enrich_event(enrich, &event);
	return names_of(&event);
}

/* By names of the same process for other addresses, more than there is room for. */
static void forget_answers(void)
{
	for (unsigned int i = 0; i < 10000; i++) {
		struct message_bytes message = message_of("x", ns_t_a);
		const uint8_t addr[] = {10, 0, (uint8_t)(i >> 8), (uint8_t)i};
		union dns_bytes bytes;

		put_data(&message, NULL, ns_t_a, 300, addr, sizeof(addr));
		bytes = dns_sample(SECOND, &message);
		assert_int_equal(enrich_record(enrich, EVENT_DNS, &bytes, bytes.record.head.size),
				 0);
	}
}

static void an_event_has_the_names_of_its_destination(void **state)
{
	struct event event = event_of(EVENT_CONNECT, 10, BEGIN);

	(void)state;
	enrich_event(enrich, &event);
	assert_null(event.names);
	answer(10, SECOND, "Www.example.com", 1);
	answer(10, SECOND, "elsewhere", 2);
	answer(11, SECOND, "another", 1);
	enrich_event(enrich, &event);
	assert_string_equal(event_server(&event), "www.example.com");
	assert_int_equal(event.names->source, DNS_FROM_PROCESS);
	assert_string_equal(happen(EVENT_FAILED, 11, BEGIN + 1), "another");
	assert_string_equal(happen(EVENT_FAILED, 12, BEGIN + 2), "");
	assert_string_equal(happen(EVENT_FAILED, 10, SECOND - 1), "");
	assert_int_equal(enrich_dns(enrich).answers, 3);
}

static void nobody_has_names_unless_they_are_used(void **state)
{
	(void)state;
	enrich_free(enrich);
	assert_int_equal(enrich_new(true, NULL, NULL, &enrich), 0);
	answer(10, SECOND, "a", 1);
	assert_string_equal(happen(EVENT_CONNECT, 10, BEGIN), "");
	assert_int_equal(enrich_dns(enrich).answers, 0);
}

/* What is answered later says nothing of a connection that is there. */
static void all_events_of_a_connection_have_the_same(void **state)
{
	static const enum event_kind kinds[] = {EVENT_RETRY, EVENT_ESTABLISHED, EVENT_CLOSE};

	(void)state;
	answer(10, SECOND, "a", 1);
	assert_string_equal(happen(EVENT_CONNECT, 10, BEGIN), "a");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		answer(10, BEGIN, "b", 1);
		answer(10, 1000 * SECOND + i, "a", 1);
		assert_string_equal(happen(kinds[i], 10, BEGIN), "a");
	}
	assert_string_equal(happen(EVENT_CONNECT, 10, 1001 * SECOND), "a");
}

static void a_close_has_names_that_are_forgotten_since(void **state)
{
	(void)state;
	answer(10, SECOND, "a", 1);
	assert_string_equal(happen(EVENT_ESTABLISHED, 10, BEGIN), "a");
	forget_answers();
	assert_string_equal(happen(EVENT_CONNECT, 10, BEGIN + 1), "");
	assert_string_equal(happen(EVENT_CLOSE, 10, BEGIN), "a");
	/* And with that, it is over. */
	assert_string_equal(happen(EVENT_CLOSE, 10, BEGIN), "");
	assert_true(enrich_dns(enrich).forgotten > 0);
	assert_int_equal(enrich_dns(enrich).connections, 0);
}

/* Nobody has told of an image. */
static void names_are_held_beside_who_it_was(void **state)
{
	union process_bytes process = process_sample();
	struct event event = event_of(EVENT_ESTABLISHED, 10, BEGIN);

	(void)state;
	answer(10, SECOND, "a", 1);
	process_text(&process, TEXT_EXE, TEXT("curl"));
	process.record.flags = PROCESS_HAS_EXE;
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &process, process.record.head.size),
			 0);
	enrich_event(enrich, &event);
	forget_answers();
	event = event_of(EVENT_CLOSE, 10, BEGIN);
	enrich_event(enrich, &event);
	assert_string_equal(event.image->exe, "/curl");
	assert_null(event.cgroup);
	assert_string_equal(names_of(&event), "a");
}

static void a_connection_is_its_start_and_cpu(void **state)
{
	struct event event = event_of(EVENT_ESTABLISHED, 10, BEGIN);

	(void)state;
	answer(10, SECOND, "a", 1);
	answer(11, SECOND, "b", 1);
	enrich_event(enrich, &event);
	event.pid = 11;
	event.cpu++;
	enrich_event(enrich, &event);
	assert_string_equal(names_of(&event), "b");
	forget_answers();
	event.kind = EVENT_CLOSE;
	enrich_event(enrich, &event);
	assert_string_equal(names_of(&event), "b");
	assert_string_equal(happen(EVENT_CLOSE, 10, BEGIN), "a");
}

static void nothing_is_held_of_what_has_failed(void **state)
{
	static const enum event_kind kinds[] = {EVENT_FAILED, EVENT_CANCELLED};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		answer(10, SECOND, "a", 1);
		assert_string_equal(happen(EVENT_CONNECT, 10, BEGIN), "a");
		forget_answers();
		assert_string_equal(happen(kinds[i], 10, BEGIN), "a");
		assert_string_equal(happen(kinds[i], 10, BEGIN), "");
	}
}

static void without_closes_nothing_is_held_of_what_is_established(void **state)
{
	(void)state;
	answer(10, SECOND, "a", 1);
	assert_string_equal(happen(EVENT_CONNECT, 10, BEGIN), "a");
	forget_answers();
	assert_string_equal(happen(EVENT_ESTABLISHED, 10, BEGIN), "a");
	assert_string_equal(happen(EVENT_ESTABLISHED, 10, BEGIN), "");
}

static void what_was_open_before_has_no_names(void **state)
{
	struct event event = event_of(EVENT_CLOSE, 10, BEGIN);

	(void)state;
	answer(10, SECOND, "a", 1);
	event.preexisting = true;
	enrich_event(enrich, &event);
	assert_null(event.names);
	event.names = (const struct dns_names *)&event;
	enrich_again(enrich, &event);
	assert_null(event.names);
}

static void a_childs_parent_is_its_images(void **state)
{
	union process_bytes process = process_sample();
	struct event event = event_of(EVENT_CONNECT, 10, BEGIN);

	(void)state;
	event.process_start_ns = 2 * SECOND;
	answer(9, SECOND, "a", 1);
	enrich_event(enrich, &event);
	assert_null(event.names);
	process.record.start_ns = 2 * SECOND;
	process.record.n_ancestors = 1;
	process.record.ancestors[0] = (struct process_ancestor){.pid = 9, .start_ns = 500};
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &process, process.record.head.size),
			 0);
	enrich_event(enrich, &event);
	assert_string_equal(names_of(&event), "a");
	assert_int_equal(event.names->source, DNS_FROM_PARENT);
}

static void the_hosts_names_are_held_like_others(void **state)
{
	struct event event = event_of(EVENT_ESTABLISHED, 10, BEGIN);

	(void)state;
	answer(100, SECOND, "a", 1);
	enrich_event(enrich, &event);
	assert_int_equal(event.names->source, DNS_FROM_HOST);
	answer(101, SECOND, "b", 1);
	event.kind = EVENT_CLOSE;
	enrich_event(enrich, &event);
	assert_string_equal(names_of(&event), "a");
	assert_int_equal(event.names->source, DNS_FROM_HOST);
}

/* While another event is told, which loses nothing by it. */
static void what_an_event_kept_is_set_again(void **state)
{
	struct event kept = event_of(EVENT_FAILED, 11, BEGIN), told;

	(void)state;
	answer(10, SECOND, "a", 1);
	answer(11, SECOND, "b", 1);
	told = event_of(EVENT_FAILED, 10, BEGIN);
	enrich_event(enrich, &told);
	enrich_again(enrich, &kept);
	assert_string_equal(names_of(&kept), "b");
	assert_string_equal(names_of(&told), "a");
	/* What its connection holds, if it does. */
	assert_string_equal(happen(EVENT_ESTABLISHED, 11, BEGIN), "b");
	answer(11, SECOND, "c", 1);
	enrich_again(enrich, &kept);
	assert_string_equal(names_of(&kept), "b");
	kept.start_ns++;
	enrich_again(enrich, &kept);
	assert_string_equal(names_of(&kept), "c b");
}

/* Beyond its bounds, a connection has what is known still. */
static void connections_are_bounded(void **state)
{
	const uint64_t n = 50000;

	(void)state;
	answer(10, SECOND, "www.example.com", 1);
	for (uint64_t i = 0; i < n; i++)
		happen(EVENT_ESTABLISHED, 10, BEGIN + i);
	assert_in_range(n - enrich_dns(enrich).connections, (2 << 20) / 250, (2 << 20) / 150);
	assert_string_equal(happen(EVENT_CLOSE, 10, BEGIN), "www.example.com");
	forget_answers();
	assert_string_equal(happen(EVENT_CLOSE, 10, BEGIN + 1), "");
	assert_string_equal(happen(EVENT_CLOSE, 10, BEGIN + n - 1), "www.example.com");
}

static void a_record_that_is_none_is_refused(void **state)
{
	struct message_bytes message = message_of("a", ns_t_a);
	union dns_bytes bytes = dns_sample(SECOND, &message);

	(void)state;
	bytes.record.pid = 0;
	assert_int_equal(enrich_record(enrich, EVENT_DNS, &bytes, bytes.record.head.size),
			 -EBADMSG);
}

#define dns_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		dns_test(an_event_has_the_names_of_its_destination),
		dns_test(nobody_has_names_unless_they_are_used),
		dns_test(all_events_of_a_connection_have_the_same),
		dns_test(a_close_has_names_that_are_forgotten_since),
		dns_test(names_are_held_beside_who_it_was),
		dns_test(a_connection_is_its_start_and_cpu),
		dns_test(nothing_is_held_of_what_has_failed),
		cmocka_unit_test_setup_teardown(
			without_closes_nothing_is_held_of_what_is_established, begin_without_closes,
			end),
		dns_test(what_was_open_before_has_no_names),
		dns_test(a_childs_parent_is_its_images),
		cmocka_unit_test_setup_teardown(the_hosts_names_are_held_like_others, begin_host,
						end),
		dns_test(what_an_event_kept_is_set_again),
		dns_test(connections_are_bounded),
		dns_test(a_record_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
