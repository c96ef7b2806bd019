// SPDX-License-Identifier: MIT
/* What comes beside events: who and where it was, and names of destinations. */
#include "engine/who.h"
#include "unit/context.h"
#include "unit/decoded.h"
#include "unit/dns_message.h"
#include "unit/session_fixture.h"
#include "util/log.h"

static void a_record_that_cannot_be_read_is_counted_and_told_once(void **state)
{
	(void)state;
	for (uint32_t pid = 1; pid <= 4; pid++)
		fake_send(EVENT_CONNECT, pid);
	fake.records[1].base.head.interface++;
	fake.records[2].base.head.size--;
	calls[0].stop_at = 2;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(calls[0].events, 2);
	assert_int_equal(calls[0].pids[1], 4);
	assert_int_equal(calls[0].undecodable, 2);
	assert_non_null(strstr(said, "cannot be read"));
	assert_null(strstr(strstr(said, "cannot be read") + 1, "cannot be read"));
}

/* Records of who and where are told, but are no events: the session does not wait for more. */
static void events_come_with_who_and_where(void **state)
{
	union process_bytes process = process_sample();
	union cgroup_bytes cgroup = cgroup_sample(TEXT("c"));

	(void)state;
	process.record.flags = PROCESS_HAS_EXE;
	process_text(&process, TEXT_EXE, TEXT("curl\0bin"));
	fake_tell(&cgroup.record.head);
	fake_tell(&process.record.head);
	fake_send(EVENT_ESTABLISHED, 10);
	calls[0].stop_at = 1;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_string_equal(calls[0].who, "/bin/curl /c");
	assert_int_equal(calls[0].events, 1);
	assert_int_equal(calls[0].undecodable, 0);
	assert_int_equal(calls[0].end.counters.context, 0);
	assert_true(fake.fills_when_detached <= 2);
}

static void who_and_where_that_cannot_be_read_is_counted_and_told_once(void **state)
{
	union process_bytes process = process_sample();
	union cgroup_bytes cgroup = cgroup_sample("", 0);

	(void)state;
	process.record.flags = PROCESS_EXE_CUT;
	cgroup.record.flags = CGROUP_CUT1;
	fake_tell(&cgroup.record.head);
	fake_tell(&process.record.head);
	fake_send(EVENT_CONNECT, 10);
	fake.counters.context = 5;
	calls[0].stop_at = 1;
	assert_int_equal(run_and_hear(good(), (struct consumer){0}), STATUS_DONE);
	assert_string_equal(calls[0].who, "(null) (null)");
	assert_int_equal(calls[0].end.counters.context, 7);
	assert_int_equal(calls[0].undecodable, 0);
	assert_non_null(strstr(said, "of a process, cgroup or name cannot be kept (Bad message)"));
	assert_null(strstr(strstr(said, "cannot be kept") + 1, "cannot be kept"));
}

/* The record of a name server's answer to sample_attempt's process; its destination is in it. */
static const union dns_bytes *dns_record(void)
{
	struct message_bytes message = message_of("www.example.com", ns_t_a);
	static union dns_bytes bytes;

	put_a(&message, NULL, 300, 1);
	bytes = dns_sample(900, &message);
	return &bytes;
}

static void events_come_with_names_of_destinations(void **state)
{
	(void)state;
	fake_tell(&dns_record()->record.head);
	fake_send(EVENT_FAILED, 10);
	calls[0].stop_at = 1;
	assert_int_equal(run(good("--dns"), (struct consumer){0}), STATUS_DONE);
	assert_string_equal(calls[0].server, "www.example.com");
	assert_int_equal(calls[0].end.counters.context, 0);
	assert_int_equal(calls[0].undecodable, 0);
}

/* Another process asked. */
static void a_name_of_anyone_is_for_the_host(void **state)
{
	const struct request request = {.dns = DNS_HOST}, own = {.dns = DNS_PROCESS};
	struct close_record record = sample(EVENT_FAILED);
	const union dns_bytes *bytes = dns_record();
	struct event event = decoded(&record);
	struct who who = {0};

	(void)state;
	event.pid++;
	assert_int_equal(who_open(&who, &own), 0);
	assert_int_equal(who_record(&who, EVENT_DNS, bytes, bytes->record.head.size), 0);
	who_event(&who, &event);
	assert_null(event.names);
	who_close(&who);
	who = (struct who){0};
	assert_int_equal(who_open(&who, &request), 0);
	assert_int_equal(who_record(&who, EVENT_DNS, bytes, bytes->record.head.size), 0);
	who_event(&who, &event);
	assert_int_equal(event.names->source, DNS_FROM_HOST);
	listen_to_stderr();
	log_set_level(LOG_DEBUG);
	who_say_forgotten(&who);
	log_set_level(LOG_INFO);
	assert_says(heard(), "names by 1 answers of name servers; forgotten for want of room: "
			     "those of 0 addresses, and of 0 connections");
	who_close(&who);
}

/* Of who is not known, though told of: but once it is, no more; nor if nobody told. */
static void what_is_not_known_is_asked_for(void **state)
{
	union cgroup_bytes cgroup = cgroup_sample(TEXT("c"));
	union process_bytes process = process_sample();

	(void)state;
	fake_send(EVENT_CONNECT, 10);
	fake_tell(&cgroup.record.head);
	fake_tell(&process.record.head);
	fake_send(EVENT_CONNECT, 10);
	fake_send(EVENT_CONNECT, 12);
	fake.records[4].base.attempt.origin = ORIGIN_MPTCP;
	calls[0].stop_at = 3;
	assert_int_equal(run(good(), (struct consumer){0}), STATUS_DONE);
	assert_int_equal(fake.n_told_again, 1);
	assert_int_equal(fake.tells_again, 10);
	assert_int_equal(fake.cgroup.id, 77);
}

/* More images than are kept: of those that had to go, the kernel side shall tell again. */
static void what_is_forgotten_here_is_forgotten_there(void **state)
{
	const struct request request = {.config.context = 1};
	union process_bytes process = process_sample();
	struct who who = {.probe = (struct probe *)&fake};

	(void)state;
	assert_int_equal(who_open(&who, &request), 0);
	for (process.record.pid = 1; !fake.n_told_again; process.record.pid++)
		assert_int_equal(
			who_record(&who, EVENT_PROCESS, &process.record, process.record.head.size),
			0);
	assert_int_equal(fake.tells_again, 1);
	assert_int_equal(fake.cgroup.id, 0);
	listen_to_stderr();
	log_set_level(LOG_DEBUG);
	who_say_forgotten(&who);
	log_set_level(LOG_INFO);
	assert_says(heard(),
		    "forgotten for want of room: 1 images, 0 cgroups, and of 0 connections");
	who_close(&who);
}

static void without_being_told_nothing_is_asked_for(void **state)
{
	const struct request request = {0};
	struct who who = {.probe = (struct probe *)&fake};
	struct close_record record = sample(EVENT_CONNECT);
	struct event event = decoded(&record);

	(void)state;
	assert_int_equal(who_open(&who, &request), 0);
	who_event(&who, &event);
	assert_int_equal(fake.n_told_again, 0);
	who_close(&who);
}

/* What a consumer kept is given again who made it. */
static void on_idle_identify(void *ctx, struct session *session)
{
	struct calls *of = ctx;
	struct close_record record = sample(EVENT_FAILED);
	struct event kept = decoded(&record);

	session_identify(session, &kept);
	snprintf(of->who, sizeof(of->who), "%u", kept.image ? kept.image->key.pid : 0);
	session_stop(session, STATUS_DONE);
}

static void an_event_that_was_kept_is_identified_again(void **state)
{
	union process_bytes process = process_sample();

	(void)state;
	fake_tell(&process.record.head);
	assert_int_equal(run(good(), (struct consumer){.idle = on_idle_identify}), STATUS_DONE);
	assert_string_equal(calls[0].who, "10");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(a_record_that_cannot_be_read_is_counted_and_told_once),
		session_test(events_come_with_who_and_where),
		session_test(events_come_with_names_of_destinations),
		session_test(a_name_of_anyone_is_for_the_host),
		session_test(who_and_where_that_cannot_be_read_is_counted_and_told_once),
		session_test(what_is_not_known_is_asked_for),
		session_test(what_is_forgotten_here_is_forgotten_there),
		session_test(without_being_told_nothing_is_asked_for),
		session_test(an_event_that_was_kept_is_identified_again),
	};

	return cmocka_run_group_tests(tests, remember_mask, NULL);
}
