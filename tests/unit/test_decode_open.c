// SPDX-License-Identifier: MIT
/* What becomes of records of contract/open.h: sockets as they are, and what connections carry. */
#include "unit/decoded.h"

static int decode_open(const struct open_record *record, struct event *ret)
{
	return decode_bytes(record, record->base.head.size, ret);
}

static struct event opened(const struct open_record *record)
{
	struct event event;

	assert_int_equal(decode_open(record, &event), 0);
	return event;
}

static void assert_bad(const struct open_record *record)
{
	struct event event;

	assert_int_equal(decode_open(record, &event), -EBADMSG);
}

static void every_field_is_carried_over(void **state)
{
	struct open_record record = sample_open();
	struct event event = opened(&record);

	(void)state;
	assert_int_equal(event.kind, EVENT_OPEN);
	assert_int_equal(event.time_ns, 5000);
	assert_int_equal(event.start_ns, 1000);
	assert_int_equal(event.cpu, 3);
	assert_int_equal(event.dst.port, 443);
	assert_int_equal(event.src.port, 40000);
	assert_true(event.has & EVENT_HAS_PROCESS);
	assert_int_equal(event.pid, 10);
	assert_string_equal(event.comm, "curl");
	assert_int_equal(event.cgroup_id, 77);
	assert_true(event.open.socket == record.socket);
	assert_int_equal(event.open.fd, 7);
	assert_int_equal(event.open.state, 1);
	assert_int_equal(event.open.direction, DIRECTION_OUT);
	assert_int_equal(event.open.unacked, 5);
	assert_int_equal(event.open.idle_ns, 300);
	assert_true(event.has & EVENT_HAS_IDLE);
	assert_int_equal(event.bytes_sent, 100);
	assert_int_equal(event.bytes_received, 200);
	assert_int_equal(event.retransmits, 4);
	assert_int_equal(event.rtt_us, 30);
	assert_true(event.open.held && event.open.wanted && !event.open.kernel);
}

/* It was open before, whether the record says so or not: nobody has seen it begin. */
static void what_is_open_is_preexisting_and_has_no_times(void **state)
{
	struct open_record record = sample_open();

	(void)state;
	assert_true(opened(&record).preexisting);
	assert_false(opened(&record).has &
		     (EVENT_HAS_LATENCY | EVENT_HAS_DURATION | EVENT_HAS_RETRIES |
		      EVENT_HAS_HOLDERS | EVENT_HAS_OBSERVED | EVENT_HAS_ERROR));
	record.base.attempt.flags = ATTEMPT_PREEXISTING | ATTEMPT_MAPPED;
	assert_true(opened(&record).preexisting && opened(&record).mapped);
}

static void what_nobody_holds_has_no_process_but_may_have_a_cgroup(void **state)
{
	struct open_record record = sample_open();
	struct event event;

	(void)state;
	record.flags = OPEN_KERNEL;
	record.base.attempt.pid = 0;
	event = opened(&record);
	assert_false(event.has & (EVENT_HAS_PROCESS | EVENT_HAS_IDLE));
	assert_true(event.has & EVENT_HAS_CGROUP);
	assert_int_equal(event.cgroup_id, 77);
	assert_true(event.open.kernel && !event.open.held && !event.open.wanted);
	assert_int_equal(event.open.idle_ns, 0);
	record.base.attempt.cgroup_id = 0;
	assert_false(opened(&record).has & EVENT_HAS_CGROUP);
}

static void a_round_trip_time_that_was_never_measured_is_absent(void **state)
{
	struct open_record record = sample_open();

	(void)state;
	assert_true(opened(&record).has & EVENT_HAS_RTT);
	record.rtt_us = 0;
	assert_false(opened(&record).has & EVENT_HAS_RTT);
}

/* A holder without a descriptor table, and a process that holds nothing. */
static void who_holds_it_is_a_process(void **state)
{
	struct open_record record = sample_open();

	(void)state;
	record.base.attempt.pid = 0;
	assert_bad(&record);
	record = sample_open();
	record.flags = OPEN_WANTED;
	assert_bad(&record);
}

static void what_does_not_exist_is_refused(void **state)
{
	struct open_record record;
	struct event event;

	(void)state;
	for (unsigned int value = 0; value < 256; value++) {
		record = sample_open();
		record.state = (__u8)value;
		assert_int_equal(decode_open(&record, &event),
				 tcp_state_name((uint8_t)value) ? 0 : -EBADMSG);
		record = sample_open();
		record.direction = (__u8)value;
		assert_int_equal(decode_open(&record, &event),
				 value < DIRECTION_END ? 0 : -EBADMSG);
	}
	for (unsigned int bit = 0; bit < 16; bit++) {
		record = sample_open();
		record.flags |= (__u16)(1u << bit);
		assert_int_equal(decode_open(&record, &event),
				 (1u << bit) & OPEN_FLAGS_ALL ? 0 : -EBADMSG);
	}
	record = sample_open();
	record.base.error = ETIMEDOUT;
	assert_bad(&record);
	record = sample_open();
	record.base.ended = ENDED_FIN;
	assert_bad(&record);
	record = sample_open();
	record.base.attempt.family = 5;
	assert_bad(&record);
}

static void only_its_own_size_is_accepted(void **state)
{
	char bytes[sizeof(struct open_record) + 8] = {0};
	struct open_record record = sample_open();
	struct event event;

	(void)state;
	memcpy(bytes, &record, sizeof(record));
	for (size_t size = 0; size <= sizeof(bytes); size++)
		assert_int_equal(decode_bytes(bytes, size, &event),
				 size == sizeof(record) ? 0 : -EMSGSIZE);
	record.base.head.size--;
	assert_int_equal(decode_bytes(&record, sizeof(record), &event), -EMSGSIZE);
	record.base.head.interface++;
	assert_int_equal(decode_bytes(&record, sizeof(record), &event), -EPROTONOSUPPORT);
}

static const struct gauge_record sample_gauge = {
	.head = {.interface = INTERFACE, .kind = EVENT_GAUGE, .size = sizeof(struct gauge_record)},
	.start_ns = 1000,
	.bytes_sent = 100,
	.bytes_received = 200,
	.idle_ns = 300,
	.unacked = 5,
	.retransmits = 4,
	.rtt_us = 30,
	.cpu = 3,
	.state = 8,
};

/* What is left in *ret on failure must be what was there before. */
static int gauge_of(const void *bytes, size_t size, struct gauge *ret)
{
	struct gauge before;
	int err;

	memset(ret, 0xa5, sizeof(*ret));
	before = *ret;
	err = gauge_decode(bytes, size, ret);
	if (err)
		assert_memory_equal(ret, &before, sizeof(before));
	return err;
}

static void a_gauge_says_what_a_connection_carries(void **state)
{
	struct gauge gauge;

	(void)state;
	assert_int_equal(gauge_of(&sample_gauge, sizeof(sample_gauge), &gauge), 0);
	assert_int_equal(gauge.start_ns, 1000);
	assert_int_equal(gauge.cpu, 3);
	assert_int_equal(gauge.state, 8);
	assert_int_equal(gauge.bytes_sent, 100);
	assert_int_equal(gauge.bytes_received, 200);
	assert_int_equal(gauge.idle_ns, 300);
	assert_int_equal(gauge.unacked, 5);
	assert_int_equal(gauge.retransmits, 4);
	assert_int_equal(gauge.rtt_us, 30);
}

static void what_is_no_gauge_is_refused(void **state)
{
	struct gauge_record records[2] = {sample_gauge};
	struct gauge gauge;

	(void)state;
	for (size_t size = 0; size <= sizeof(records); size++)
		assert_int_equal(gauge_of(records, size, &gauge),
				 size == sizeof(sample_gauge) ? 0 : -EMSGSIZE);
	records[0].head.size = sizeof(records);
	assert_int_equal(gauge_of(records, sizeof(records), &gauge), -EMSGSIZE);
	records[0] = sample_gauge;
	records[0].head.kind = EVENT_OPEN;
	assert_int_equal(gauge_of(records, sizeof(sample_gauge), &gauge), -EBADMSG);
	records[0] = sample_gauge;
	records[0].state = 0;
	assert_int_equal(gauge_of(records, sizeof(sample_gauge), &gauge), -EBADMSG);
	records[0].head.interface++;
	assert_int_equal(gauge_of(records, sizeof(sample_gauge), &gauge), -EPROTONOSUPPORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_is_carried_over),
		cmocka_unit_test(what_is_open_is_preexisting_and_has_no_times),
		cmocka_unit_test(what_nobody_holds_has_no_process_but_may_have_a_cgroup),
		cmocka_unit_test(a_round_trip_time_that_was_never_measured_is_absent),
		cmocka_unit_test(who_holds_it_is_a_process),
		cmocka_unit_test(what_does_not_exist_is_refused),
		cmocka_unit_test(only_its_own_size_is_accepted),
		cmocka_unit_test(a_gauge_says_what_a_connection_carries),
		cmocka_unit_test(what_is_no_gauge_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
