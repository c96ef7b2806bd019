// SPDX-License-Identifier: MIT
/* Bytes that are no record, and those that just are one. */
#include "unit/decoded.h"

static void assert_bad(const struct close_event *record)
{
	struct conn conn;

	assert_int_equal(decode(record, &conn), -EBADMSG);
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

/* A failure has one; a retry and a close may; nothing else does. */
static void an_errno_is_where_it_can_be(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		struct close_event record = sample((enum event_kind)kind);
		struct conn conn = decoded(&record);

		assert_int_equal(!!(conn.has & CONN_HAS_ERROR), kind == EVENT_FAILED);
		assert_int_equal(conn.error, kind == EVENT_FAILED ? ECONNREFUSED : 0);
		record.event.error = kind == EVENT_FAILED ? 0 : ECONNREFUSED;
		if (kind == EVENT_RETRY || kind == EVENT_CLOSE)
			assert_int_equal(decoded(&record).error, ECONNREFUSED);
		else
			assert_bad(&record);
	}
}

static void only_a_close_says_how_it_ended(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		struct close_event record = sample((enum event_kind)kind);

		record.event.ended = ENDED_FIN;
		if (kind == EVENT_CLOSE)
			assert_int_equal(decoded(&record).ended, ENDED_FIN);
		else
			assert_bad(&record);
		record.event.ended = ENDED_END;
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_version_is_refused_whatever_its_size),
		cmocka_unit_test(only_the_size_of_the_kind_is_accepted),
		cmocka_unit_test(a_record_larger_than_any_kind_is_refused),
		cmocka_unit_test(the_size_that_the_record_states_must_be_its_own),
		cmocka_unit_test(a_size_that_the_record_and_its_bytes_agree_on_must_be_its_kinds),
		cmocka_unit_test(a_kind_that_does_not_exist_is_refused),
		cmocka_unit_test(an_errno_is_where_it_can_be),
		cmocka_unit_test(only_a_close_says_how_it_ended),
		cmocka_unit_test(a_family_other_than_4_and_6_is_refused),
		cmocka_unit_test(an_origin_that_does_not_exist_is_refused),
		cmocka_unit_test(a_flag_that_does_not_exist_is_refused),
		cmocka_unit_test(a_name_without_end_is_refused),
		cmocka_unit_test(the_sockets_addresses_are_mapped_for_family_4),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
