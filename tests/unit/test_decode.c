// SPDX-License-Identifier: MIT
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/decode.h"

static const struct attempt sample_attempt = {
	.start_ns = 1000,
	.process_start_ns = 500,
	.cgroup_id = 77,
	.pid = 10,
	.tid = 11,
	.ppid = 9,
	.uid = 1000,
	.netns = 4026531840,
	.cpu = 3,
	.dport = 443,
	.sport = 40000,
	.requested_port = 80,
	.family = 4,
	.origin = ORIGIN_CONNECT,
	.daddr = {[10] = 0xff, 0xff, 192, 0, 2, 1},
	.saddr = {[10] = 0xff, 0xff, 192, 0, 2, 2},
	.requested = {[10] = 0xff, 0xff, 192, 0, 2, 3},
	.comm = "curl",
	.thread_comm = "worker",
};

/* A valid record of that kind. An event that is no close uses the first part only. */
static struct close_event sample(enum event_kind kind)
{
	size_t size = kind == EVENT_CLOSE ? sizeof(struct close_event) : sizeof(struct event);

	return (struct close_event){
		.event =
			{
				.version = EVENT_VERSION,
				.size = (__u16)size,
				.kind = (__u8)kind,
				.error = kind == EVENT_FAILED ? ECONNREFUSED : 0,
				.retries = 2,
				.time_ns = 5000,
				.attempt = sample_attempt,
			},
		.established_ns = 2000,
		.bytes_sent = 100,
		.bytes_received = 200,
		.retransmits = 4,
		.rtt_us = 30,
	};
}

/*
 * Decodes from an allocation of exactly that size, so that a sanitizer sees any byte read beyond.
 * What is left in *ret on failure must be what was there before.
 */
static int decode_bytes(const struct close_event *record, size_t size, struct conn *ret)
{
	struct conn before;
	void *copy = malloc(size ? size : 1);
	int err;

	memset(ret, 0xa5, sizeof(*ret));
	before = *ret;
	memcpy(copy, record, size);
	err = event_decode(copy, size, ret);
	free(copy);
	if (err)
		assert_memory_equal(ret, &before, sizeof(before));
	return err;
}

static int decode(const struct close_event *record, struct conn *ret)
{
	return decode_bytes(record, record->event.size, ret);
}

static struct conn decoded(const struct close_event *record)
{
	struct conn conn;

	assert_int_equal(decode(record, &conn), 0);
	return conn;
}

static void assert_bad(const struct close_event *record)
{
	struct conn conn;

	assert_int_equal(decode(record, &conn), -EBADMSG);
}

static void every_fixed_field_is_carried_over(void **state)
{
	struct close_event record = sample(EVENT_ESTABLISHED);
	struct conn conn = decoded(&record);

	(void)state;
	assert_int_equal(conn.kind, EVENT_ESTABLISHED);
	assert_int_equal(conn.origin, ORIGIN_CONNECT);
	assert_int_equal(conn.time_ns, 5000);
	assert_int_equal(conn.start_ns, 1000);
	assert_int_equal(conn.cpu, 3);
	assert_int_equal(conn.process_start_ns, 500);
	assert_int_equal(conn.pid, 10);
	assert_int_equal(conn.tid, 11);
	assert_int_equal(conn.ppid, 9);
	assert_int_equal(conn.uid, 1000);
	assert_int_equal(conn.netns, 4026531840);
	assert_string_equal(conn.comm, "curl");
	assert_string_equal(conn.thread_comm, "worker");
	assert_int_equal(conn.family, 4);
	assert_int_equal(conn.dst.port, 443);
	assert_memory_equal(conn.dst.addr, sample_attempt.daddr, 16);
	assert_false(conn.not_sent || conn.deferred || conn.mapped || conn.reset);
}

static void a_record_of_any_alignment_is_read(void **state)
{
	struct close_event record = sample(EVENT_CLOSE);
	char bytes[sizeof(record) + 8];
	struct conn conn, expected = decoded(&record);

	(void)state;
	for (size_t shift = 0; shift < 8; shift++) {
		memcpy(bytes + shift, &record, sizeof(record));
		memset(&conn, 0, sizeof(conn));
		assert_int_equal(event_decode(bytes + shift, sizeof(record), &conn), 0);
		assert_int_equal(conn.time_ns, expected.time_ns);
		assert_int_equal(conn.rtt_us, expected.rtt_us);
	}
}

static void another_version_is_refused_whatever_its_size(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);
	struct conn conn;

	(void)state;
	record.event.version = EVENT_VERSION + 1;
	for (size_t size = sizeof(__u16); size <= sizeof(record); size++)
		assert_int_equal(decode_bytes(&record, size, &conn), -EPROTONOSUPPORT);
}

static void only_the_size_of_the_kind_is_accepted(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		struct close_event record = sample((enum event_kind)kind);
		struct conn conn;

		for (size_t size = 0; size <= sizeof(record); size++)
			assert_int_equal(decode_bytes(&record, size, &conn),
					 size == record.event.size ? 0 : -EMSGSIZE);
	}
}

static void a_record_larger_than_any_kind_is_refused(void **state)
{
	struct close_event records[2] = {sample(EVENT_CLOSE)};
	struct conn conn;

	(void)state;
	assert_int_equal(event_decode(records, sizeof(records), &conn), -EMSGSIZE);
}

static void the_size_that_the_record_states_must_be_its_own(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);
	struct conn conn;

	(void)state;
	record.event.size = sizeof(struct close_event);
	assert_int_equal(decode_bytes(&record, sizeof(struct event), &conn), -EMSGSIZE);
	record.event.size = 0;
	assert_int_equal(decode_bytes(&record, sizeof(struct event), &conn), -EMSGSIZE);
}

static void a_size_that_the_record_and_its_bytes_agree_on_must_be_its_kinds(void **state)
{
	struct close_event record = sample(EVENT_CLOSE);
	struct conn conn;

	(void)state;
	/* A close without its numbers, and an event that brings a close's. */
	record.event.size = sizeof(struct event);
	assert_int_equal(decode(&record, &conn), -EMSGSIZE);
	record = sample(EVENT_ESTABLISHED);
	record.event.size = sizeof(struct close_event);
	assert_int_equal(decode(&record, &conn), -EMSGSIZE);
}

static void a_kind_that_does_not_exist_is_refused(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	record.event.kind = 0;
	assert_bad(&record);
	record.event.kind = EVENT_KIND_END;
	assert_bad(&record);
	record.event.kind = 255;
	assert_bad(&record);
}

static void a_failure_has_an_errno_and_nothing_else_does(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		struct close_event record = sample((enum event_kind)kind);
		struct conn conn = decoded(&record);

		assert_int_equal(!!(conn.has & CONN_HAS_ERROR), kind == EVENT_FAILED);
		assert_int_equal(conn.error, kind == EVENT_FAILED ? ECONNREFUSED : 0);
		record.event.error = kind == EVENT_FAILED ? 0 : ECONNREFUSED;
		assert_bad(&record);
	}
}

static void a_family_other_than_4_and_6_is_refused(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	for (unsigned int family = 0; family < 256; family++) {
		struct conn conn;

		record.event.attempt.family = (__u8)family;
		assert_int_equal(decode(&record, &conn), family == 4 || family == 6 ? 0 : -EBADMSG);
	}
}

static void an_origin_that_does_not_exist_is_refused(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	for (unsigned int origin = 0; origin < ORIGIN_END; origin++) {
		record.event.attempt.origin = (__u8)origin;
		assert_int_equal(decoded(&record).origin, origin);
	}
	record.event.attempt.origin = ORIGIN_END;
	assert_bad(&record);
}

static void a_flag_that_does_not_exist_is_refused(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	for (unsigned int bit = 0; bit < 16; bit++) {
		struct conn conn;

		record.event.attempt.flags = (__u16)(1u << bit);
		assert_int_equal(decode(&record, &conn),
				 (1u << bit) & ATTEMPT_FLAGS_ALL ? 0 : -EBADMSG);
	}
}

static void flags_become_fields(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	record.event.attempt.flags = ATTEMPT_NOT_SENT;
	assert_true(decoded(&record).not_sent);
	assert_false(decoded(&record).deferred || decoded(&record).mapped);
	record.event.attempt.flags = ATTEMPT_DEFERRED;
	assert_true(decoded(&record).deferred);
	assert_false(decoded(&record).not_sent || decoded(&record).mapped);
	record.event.attempt.flags = ATTEMPT_MAPPED;
	assert_true(decoded(&record).mapped);
	assert_false(decoded(&record).not_sent || decoded(&record).deferred);
}

static void a_name_without_end_is_refused(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	memset(record.event.attempt.comm, 'x', COMM_LEN);
	assert_bad(&record);
	record.event.attempt.comm[COMM_LEN - 1] = '\0';
	assert_int_equal(strlen(decoded(&record).comm), COMM_LEN - 1);
	memset(record.event.attempt.thread_comm, 'x', COMM_LEN);
	assert_bad(&record);
}

static void the_sockets_addresses_are_mapped_for_family_4(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		record = sample(EVENT_CONNECT);
		record.event.attempt.daddr[i] ^= 1;
		assert_bad(&record);
		record = sample(EVENT_CONNECT);
		record.event.attempt.saddr[i] ^= 1;
		assert_bad(&record);
		/* No port, so no address: what stands there says nothing. */
		record.event.attempt.sport = 0;
		decoded(&record);
	}
}

static void a_request_may_be_of_another_family_than_the_socket(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	record.event.attempt.flags = ATTEMPT_REQUESTED;
	memset(record.event.attempt.requested, 0, 16);
	assert_true(decoded(&record).has & CONN_HAS_REQUESTED);
}

static void the_source_is_known_once_it_has_a_port(void **state)
{
	struct close_event record = sample(EVENT_ESTABLISHED);
	static const uint8_t none[16];
	struct conn conn = decoded(&record);

	(void)state;
	assert_true(conn.has & CONN_HAS_SRC);
	assert_int_equal(conn.src.port, 40000);
	assert_memory_equal(conn.src.addr, sample_attempt.saddr, 16);
	record.event.attempt.sport = 0;
	conn = decoded(&record);
	assert_false(conn.has & CONN_HAS_SRC);
	assert_memory_equal(conn.src.addr, none, 16);
}

static void only_results_of_what_was_sent_have_a_latency(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		struct close_event record = sample((enum event_kind)kind);
		bool result = kind == EVENT_ESTABLISHED || kind == EVENT_FAILED ||
			      kind == EVENT_CANCELLED;

		assert_int_equal(!!(decoded(&record).has & CONN_HAS_LATENCY), result);
		assert_int_equal(decoded(&record).latency_ns, result ? 4000 : 0);
		record.event.attempt.flags = ATTEMPT_NOT_SENT;
		assert_false(decoded(&record).has & CONN_HAS_LATENCY);
	}
}

static void a_latency_of_nothing_is_known_and_a_negative_one_is_absent(void **state)
{
	struct close_event record = sample(EVENT_ESTABLISHED);
	struct conn conn;

	(void)state;
	record.event.attempt.start_ns = record.event.time_ns;
	conn = decoded(&record);
	assert_true(conn.has & CONN_HAS_LATENCY);
	assert_int_equal(conn.latency_ns, 0);
	record.event.attempt.start_ns++;
	assert_false(decoded(&record).has & CONN_HAS_LATENCY);
}

static void a_request_is_known_where_it_differs_from_the_destination(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);
	struct attempt *a = &record.event.attempt;
	struct conn conn;

	(void)state;
	assert_false(decoded(&record).has & CONN_HAS_REQUESTED);
	a->flags = ATTEMPT_REQUESTED;
	conn = decoded(&record);
	assert_true(conn.has & CONN_HAS_REQUESTED);
	assert_int_equal(conn.requested.port, 80);
	assert_memory_equal(conn.requested.addr, sample_attempt.requested, 16);

	memcpy(a->requested, a->daddr, 16);
	assert_true(decoded(&record).has & CONN_HAS_REQUESTED);
	a->requested_port = a->dport;
	assert_false(decoded(&record).has & CONN_HAS_REQUESTED);
	a->requested[15]++;
	assert_true(decoded(&record).has & CONN_HAS_REQUESTED);
	a->flags |= ATTEMPT_NOT_SENT;
	assert_false(decoded(&record).has & CONN_HAS_REQUESTED);
}

static void of_nobody_nothing_is_known(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);
	struct conn conn;

	(void)state;
	assert_true(decoded(&record).has & CONN_HAS_PROCESS);
	record.event.attempt.pid = 0;
	conn = decoded(&record);
	assert_false(conn.has & (CONN_HAS_PROCESS | CONN_HAS_CGROUP));
	assert_int_equal(conn.pid, 0);
	assert_int_equal(conn.uid, 0);
	assert_string_equal(conn.comm, "");
	/* What is the socket's own stays known. */
	assert_int_equal(conn.netns, 4026531840);
	assert_true(conn.has & CONN_HAS_SRC);
}

static void the_cgroup_is_known_when_it_is_not_0(void **state)
{
	struct close_event record = sample(EVENT_CONNECT);

	(void)state;
	assert_true(decoded(&record).has & CONN_HAS_CGROUP);
	assert_int_equal(decoded(&record).cgroup_id, 77);
	record.event.attempt.cgroup_id = 0;
	assert_false(decoded(&record).has & CONN_HAS_CGROUP);
}

static void retries_are_known_for_what_was_sent_also_when_none(void **state)
{
	struct close_event record = sample(EVENT_FAILED);

	(void)state;
	assert_true(decoded(&record).has & CONN_HAS_RETRIES);
	assert_int_equal(decoded(&record).retries, 2);
	record.event.retries = 0;
	assert_true(decoded(&record).has & CONN_HAS_RETRIES);
	record.event.attempt.flags = ATTEMPT_NOT_SENT;
	assert_false(decoded(&record).has & CONN_HAS_RETRIES);
}

static void a_close_carries_its_numbers(void **state)
{
	struct close_event record = sample(EVENT_CLOSE);
	struct conn conn = decoded(&record);

	(void)state;
	assert_true(conn.has & CONN_HAS_DURATION);
	assert_int_equal(conn.duration_ns, 3000);
	assert_int_equal(conn.bytes_sent, 100);
	assert_int_equal(conn.bytes_received, 200);
	assert_int_equal(conn.retransmits, 4);
	assert_true(conn.has & CONN_HAS_RTT);
	assert_int_equal(conn.rtt_us, 30);
	assert_false(conn.reset);
	record.event.reset = 1;
	assert_true(decoded(&record).reset);
}

static void a_duration_is_absent_without_a_start_or_when_negative(void **state)
{
	struct close_event record = sample(EVENT_CLOSE);

	(void)state;
	record.established_ns = 0;
	assert_false(decoded(&record).has & CONN_HAS_DURATION);
	record.established_ns = record.event.time_ns;
	assert_true(decoded(&record).has & CONN_HAS_DURATION);
	record.established_ns++;
	assert_false(decoded(&record).has & CONN_HAS_DURATION);
}

static void a_round_trip_time_that_was_never_measured_is_absent(void **state)
{
	struct close_event record = sample(EVENT_CLOSE);

	(void)state;
	record.rtt_us = 0;
	assert_false(decoded(&record).has & CONN_HAS_RTT);
}

static void only_a_close_has_what_belongs_to_a_close(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_CLOSE; kind++) {
		struct close_event record = sample((enum event_kind)kind);
		struct conn conn;

		record.event.reset = 1;
		conn = decoded(&record);
		assert_false(conn.has & (CONN_HAS_DURATION | CONN_HAS_RTT));
		assert_false(conn.reset);
		assert_int_equal(conn.bytes_sent | conn.bytes_received | conn.rtt_us, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fixed_field_is_carried_over),
		cmocka_unit_test(a_record_of_any_alignment_is_read),
		cmocka_unit_test(another_version_is_refused_whatever_its_size),
		cmocka_unit_test(only_the_size_of_the_kind_is_accepted),
		cmocka_unit_test(a_record_larger_than_any_kind_is_refused),
		cmocka_unit_test(the_size_that_the_record_states_must_be_its_own),
		cmocka_unit_test(a_size_that_the_record_and_its_bytes_agree_on_must_be_its_kinds),
		cmocka_unit_test(a_kind_that_does_not_exist_is_refused),
		cmocka_unit_test(a_failure_has_an_errno_and_nothing_else_does),
		cmocka_unit_test(a_family_other_than_4_and_6_is_refused),
		cmocka_unit_test(an_origin_that_does_not_exist_is_refused),
		cmocka_unit_test(a_flag_that_does_not_exist_is_refused),
		cmocka_unit_test(flags_become_fields),
		cmocka_unit_test(a_name_without_end_is_refused),
		cmocka_unit_test(the_sockets_addresses_are_mapped_for_family_4),
		cmocka_unit_test(a_request_may_be_of_another_family_than_the_socket),
		cmocka_unit_test(the_source_is_known_once_it_has_a_port),
		cmocka_unit_test(only_results_of_what_was_sent_have_a_latency),
		cmocka_unit_test(a_latency_of_nothing_is_known_and_a_negative_one_is_absent),
		cmocka_unit_test(a_request_is_known_where_it_differs_from_the_destination),
		cmocka_unit_test(of_nobody_nothing_is_known),
		cmocka_unit_test(the_cgroup_is_known_when_it_is_not_0),
		cmocka_unit_test(retries_are_known_for_what_was_sent_also_when_none),
		cmocka_unit_test(a_close_carries_its_numbers),
		cmocka_unit_test(a_duration_is_absent_without_a_start_or_when_negative),
		cmocka_unit_test(a_round_trip_time_that_was_never_measured_is_absent),
		cmocka_unit_test(only_a_close_has_what_belongs_to_a_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
