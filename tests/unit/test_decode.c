// SPDX-License-Identifier: MIT
/* What becomes of a record that is one. */
#include "unit/decoded.h"

static void every_fixed_field_is_carried_over(void **state)
{
	struct close_record record = sample(EVENT_ESTABLISHED);
	struct event event = decoded(&record);

	(void)state;
	assert_int_equal(event.kind, EVENT_ESTABLISHED);
	assert_int_equal(event.origin, ORIGIN_CONNECT);
	assert_int_equal(event.time_ns, 5000);
	assert_int_equal(event.start_ns, 1000);
	assert_int_equal(event.cpu, 3);
	assert_int_equal(event.process_start_ns, 500);
	assert_int_equal(event.pid, 10);
	assert_int_equal(event.tid, 11);
	assert_int_equal(event.ppid, 9);
	assert_int_equal(event.uid, 1000);
	assert_int_equal(event.netns, 4026531840);
	assert_string_equal(event.comm, "curl");
	assert_string_equal(event.thread_comm, "worker");
	assert_int_equal(event.family, 4);
	assert_int_equal(event.dst.port, 443);
	assert_memory_equal(event.dst.addr, sample_attempt.daddr, 16);
	assert_false(event.not_sent || event.deferred || event.mapped || event.ended);
	assert_int_equal(event.dst.scope_id | event.src.scope_id, 0);
}

static void a_record_of_any_alignment_is_read(void **state)
{
	struct close_record record = sample(EVENT_CLOSE);
	char bytes[sizeof(record) + 8];
	struct event event, expected = decoded(&record);

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(bytes + shift, &record, sizeof(record));
		memset(&event, 0, sizeof(event));
		assert_int_equal(event_decode(bytes + shift, sizeof(record), &event), 0);
		assert_int_equal(event.time_ns, expected.time_ns);
		assert_int_equal(event.rtt_us, expected.rtt_us);
	}
}

static void flags_become_fields(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	record.base.attempt.flags = ATTEMPT_NOT_SENT;
	assert_true(decoded(&record).not_sent);
	assert_false(decoded(&record).deferred || decoded(&record).mapped);
	record.base.attempt.flags = ATTEMPT_DEFERRED;
	assert_true(decoded(&record).deferred);
	assert_false(decoded(&record).not_sent || decoded(&record).mapped);
	record.base.attempt.flags = ATTEMPT_MAPPED;
	assert_true(decoded(&record).mapped);
	assert_false(decoded(&record).not_sent || decoded(&record).deferred);
}

static void a_request_may_be_of_another_family_than_the_socket(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	record.base.attempt.flags = ATTEMPT_REQUESTED;
	memset(record.base.attempt.requested, 0, 16);
	assert_true(decoded(&record).has & EVENT_HAS_REQUESTED);
}

static void the_source_is_known_once_it_has_a_port(void **state)
{
	struct close_record record = sample(EVENT_ESTABLISHED);
	static const uint8_t none[16];
	struct event event = decoded(&record);

	(void)state;
	assert_true(event.has & EVENT_HAS_SRC);
	assert_int_equal(event.src.port, 40000);
	assert_memory_equal(event.src.addr, sample_attempt.saddr, 16);
	record.base.attempt.sport = 0;
	event = decoded(&record);
	assert_false(event.has & EVENT_HAS_SRC);
	assert_memory_equal(event.src.addr, none, 16);
}

static void only_a_link_local_address_has_a_zone(void **state)
{
	static const __u8 link_local[16] = {0xfe, 0xbf, [15] = 1}, site_local[16] = {0xfe, 0xc0};
	struct close_record record = sample(EVENT_ESTABLISHED);
	struct attempt *a = &record.base.attempt;
	struct event event;

	(void)state;
	a->scope_id = 3;
	assert_int_equal(decoded(&record).dst.scope_id, 0);
	a->family = 6;
	memcpy(a->daddr, link_local, 16);
	memcpy(a->saddr, site_local, 16);
	event = decoded(&record);
	assert_int_equal(event.dst.scope_id, 3);
	assert_int_equal(event.src.scope_id, 0);
	memcpy(a->saddr, link_local, 16);
	assert_int_equal(decoded(&record).src.scope_id, 3);
	a->scope_id = 0;
	assert_int_equal(decoded(&record).dst.scope_id, 0);
}

static void a_retry_with_an_errno_could_not_leave(void **state)
{
	struct close_record record = sample(EVENT_RETRY);
	struct event event = decoded(&record);

	(void)state;
	assert_false(event.not_sent || event.has & EVENT_HAS_ERROR);
	record.base.error = EPERM;
	event = decoded(&record);
	assert_true(event.not_sent && event.has & EVENT_HAS_ERROR);
	assert_int_equal(event.error, EPERM);
	assert_true(event.has & EVENT_HAS_RETRIES);
	assert_int_equal(event.retries, 2);
}

static void only_results_of_what_was_sent_have_a_latency(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind <= EVENT_CLOSE; kind++) {
		struct close_record record = sample((enum event_kind)kind);
		bool result = kind == EVENT_ESTABLISHED || kind == EVENT_FAILED ||
			      kind == EVENT_CANCELLED;

		assert_int_equal(!!(decoded(&record).has & EVENT_HAS_LATENCY), result);
		assert_int_equal(decoded(&record).latency_ns, result ? 4000 : 0);
		record.base.attempt.flags = ATTEMPT_NOT_SENT;
		assert_false(decoded(&record).has & EVENT_HAS_LATENCY);
	}
}

static void a_latency_of_nothing_is_known_and_a_negative_one_is_absent(void **state)
{
	struct close_record record = sample(EVENT_ESTABLISHED);
	struct event event;

	(void)state;
	record.base.attempt.start_ns = record.base.time_ns;
	event = decoded(&record);
	assert_true(event.has & EVENT_HAS_LATENCY);
	assert_int_equal(event.latency_ns, 0);
	record.base.attempt.start_ns++;
	assert_false(decoded(&record).has & EVENT_HAS_LATENCY);
}

static void a_request_is_known_where_it_differs_from_the_destination(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);
	struct attempt *a = &record.base.attempt;
	struct event event;

	(void)state;
	assert_false(decoded(&record).has & EVENT_HAS_REQUESTED);
	a->flags = ATTEMPT_REQUESTED;
	event = decoded(&record);
	assert_true(event.has & EVENT_HAS_REQUESTED);
	assert_int_equal(event.requested.port, 80);
	assert_memory_equal(event.requested.addr, sample_attempt.requested, 16);

	memcpy(a->requested, a->daddr, 16);
	assert_true(decoded(&record).has & EVENT_HAS_REQUESTED);
	a->requested_port = a->dport;
	assert_false(decoded(&record).has & EVENT_HAS_REQUESTED);
	a->requested[15]++;
	assert_true(decoded(&record).has & EVENT_HAS_REQUESTED);
	a->flags |= ATTEMPT_NOT_SENT; /* no port was left: what the socket was to go for is known */
	assert_true(decoded(&record).has & EVENT_HAS_REQUESTED);
}

static void of_nobody_nothing_is_known(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);
	struct event event;

	(void)state;
	assert_true(decoded(&record).has & EVENT_HAS_PROCESS);
	record.base.attempt.pid = 0;
	event = decoded(&record);
	assert_false(event.has & (EVENT_HAS_PROCESS | EVENT_HAS_CGROUP));
	assert_int_equal(event.pid, 0);
	assert_int_equal(event.uid, 0);
	assert_string_equal(event.comm, "");
	/* What is the socket's own stays known. */
	assert_int_equal(event.netns, 4026531840);
	assert_true(event.has & EVENT_HAS_SRC);
}

static void the_cgroup_is_known_when_it_is_not_0(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	assert_true(decoded(&record).has & EVENT_HAS_CGROUP);
	assert_int_equal(decoded(&record).cgroup_id, 77);
	record.base.attempt.cgroup_id = 0;
	assert_false(decoded(&record).has & EVENT_HAS_CGROUP);
}

static void retries_are_known_for_what_was_sent_also_when_none(void **state)
{
	struct close_record record = sample(EVENT_FAILED);

	(void)state;
	assert_true(decoded(&record).has & EVENT_HAS_RETRIES);
	assert_int_equal(decoded(&record).retries, 2);
	record.base.syn_retransmits = 0;
	assert_true(decoded(&record).has & EVENT_HAS_RETRIES);
	record.base.attempt.flags = ATTEMPT_NOT_SENT;
	assert_false(decoded(&record).has & EVENT_HAS_RETRIES);
	record = sample(EVENT_FAILED);
	record.base.attempt.flags = ATTEMPT_UNTRACKED;
	assert_false(decoded(&record).has & EVENT_HAS_RETRIES);
}

static void a_close_carries_its_numbers(void **state)
{
	struct close_record record = sample(EVENT_CLOSE);
	struct event event = decoded(&record);

	(void)state;
	assert_true(event.has & EVENT_HAS_DURATION);
	assert_int_equal(event.duration_ns, 3000);
	assert_int_equal(event.bytes_sent, 100);
	assert_int_equal(event.bytes_received, 200);
	assert_int_equal(event.retransmits, 4);
	assert_true(event.has & EVENT_HAS_RTT);
	assert_int_equal(event.rtt_us, 30);
	assert_int_equal(event.ended, ENDED_UNKNOWN);
	record.base.ended = ENDED_TIMEOUT;
	assert_int_equal(decoded(&record).ended, ENDED_TIMEOUT);
}

static void a_duration_is_absent_without_a_start_or_when_negative(void **state)
{
	struct close_record record = sample(EVENT_CLOSE);

	(void)state;
	record.established_ns = 0;
	assert_false(decoded(&record).has & EVENT_HAS_DURATION);
	record.established_ns = record.base.time_ns;
	assert_true(decoded(&record).has & EVENT_HAS_DURATION);
	record.established_ns++;
	assert_false(decoded(&record).has & EVENT_HAS_DURATION);
}

/* When it began, nobody knows: docs/spec.md, T15. */
static void of_what_was_open_before_no_time_is_known(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_RETRY; kind <= EVENT_CLOSE; kind++) {
		struct close_record record = sample((enum event_kind)kind);
		struct event event;

		assert_false(decoded(&record).preexisting);
		record.base.attempt.flags = ATTEMPT_PREEXISTING;
		event = decoded(&record);
		assert_true(event.preexisting);
		assert_false(event.has &
			     (EVENT_HAS_LATENCY | EVENT_HAS_DURATION | EVENT_HAS_RETRIES));
		assert_true(event.has & EVENT_HAS_PROCESS);
		assert_false(event.has & EVENT_HAS_HOLDERS);
	}
}

static void of_what_was_open_before_the_cgroup_is_known_without_a_process(void **state)
{
	struct close_record record = sample(EVENT_CLOSE);
	struct event event;

	(void)state;
	record.base.attempt.flags = ATTEMPT_PREEXISTING;
	record.base.attempt.pid = 0;
	event = decoded(&record);
	assert_false(event.has & EVENT_HAS_PROCESS);
	assert_true(event.has & EVENT_HAS_CGROUP);
	assert_int_equal(event.cgroup_id, 77);
	assert_int_equal(event.bytes_sent, 100);
	record.base.attempt.cgroup_id = 0;
	assert_false(decoded(&record).has & EVENT_HAS_CGROUP);
}

static void a_round_trip_time_that_was_never_measured_is_absent(void **state)
{
	struct close_record record = sample(EVENT_CLOSE);

	(void)state;
	record.rtt_us = 0;
	assert_false(decoded(&record).has & EVENT_HAS_RTT);
}

static void only_a_close_has_what_belongs_to_a_close(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_CLOSE; kind++) {
		struct close_record record = sample((enum event_kind)kind);
		struct event event;

		event = decoded(&record);
		assert_false(event.has & (EVENT_HAS_DURATION | EVENT_HAS_RTT));
		assert_int_equal(event.ended, ENDED_UNKNOWN);
		assert_int_equal(event.bytes_sent | event.bytes_received | event.rtt_us, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fixed_field_is_carried_over),
		cmocka_unit_test(a_record_of_any_alignment_is_read),
		cmocka_unit_test(flags_become_fields),
		cmocka_unit_test(a_request_may_be_of_another_family_than_the_socket),
		cmocka_unit_test(the_source_is_known_once_it_has_a_port),
		cmocka_unit_test(only_a_link_local_address_has_a_zone),
		cmocka_unit_test(a_retry_with_an_errno_could_not_leave),
		cmocka_unit_test(only_results_of_what_was_sent_have_a_latency),
		cmocka_unit_test(a_latency_of_nothing_is_known_and_a_negative_one_is_absent),
		cmocka_unit_test(a_request_is_known_where_it_differs_from_the_destination),
		cmocka_unit_test(of_nobody_nothing_is_known),
		cmocka_unit_test(the_cgroup_is_known_when_it_is_not_0),
		cmocka_unit_test(retries_are_known_for_what_was_sent_also_when_none),
		cmocka_unit_test(a_close_carries_its_numbers),
		cmocka_unit_test(a_duration_is_absent_without_a_start_or_when_negative),
		cmocka_unit_test(of_what_was_open_before_no_time_is_known),
		cmocka_unit_test(of_what_was_open_before_the_cgroup_is_known_without_a_process),
		cmocka_unit_test(a_round_trip_time_that_was_never_measured_is_absent),
		cmocka_unit_test(only_a_close_has_what_belongs_to_a_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
