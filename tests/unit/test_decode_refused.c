// SPDX-License-Identifier: MIT
/* Bytes that are no record, and those that just are one. */
#include "unit/decoded.h"

static void assert_bad(const struct close_record *record)
{
	struct event event;

	assert_int_equal(decode(record, &event), -EBADMSG);
}

static void another_interface_is_refused_whatever_its_size(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);
	struct event event;

	(void)state;
	record.base.head.interface = INTERFACE + 1;
	for (size_t size = sizeof(__u32); size <= sizeof(record); size++)
		assert_int_equal(decode_bytes(&record, size, &event), -EPROTONOSUPPORT);
}

static void only_the_size_of_the_kind_is_accepted(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind <= EVENT_CLOSE; kind++) {
		struct close_record record = sample((enum event_kind)kind);
		struct event event;

		for (size_t size = 0; size <= sizeof(record); size++)
			assert_int_equal(decode_bytes(&record, size, &event),
					 size == record.base.head.size ? 0 : -EMSGSIZE);
	}
}

static void a_record_larger_than_any_kind_is_refused(void **state)
{
	struct close_record records[2] = {sample(EVENT_CLOSE)};
	struct event event;

	(void)state;
	assert_int_equal(event_decode(records, sizeof(records), &event), -EMSGSIZE);
}

static void the_size_that_the_record_states_must_be_its_own(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);
	struct event event;

	(void)state;
	record.base.head.size = sizeof(struct close_record);
	assert_int_equal(decode_bytes(&record, sizeof(struct attempt_record), &event), -EMSGSIZE);
	record.base.head.size = 0;
	assert_int_equal(decode_bytes(&record, sizeof(struct attempt_record), &event), -EMSGSIZE);
}

static void a_size_that_the_record_and_its_bytes_agree_on_must_be_its_kinds(void **state)
{
	struct close_record record = sample(EVENT_CLOSE);
	struct event event;

	(void)state;
	/* A close without its numbers, and an event that brings a close's. */
	record.base.head.size = sizeof(struct attempt_record);
	assert_int_equal(decode(&record, &event), -EMSGSIZE);
	record = sample(EVENT_ESTABLISHED);
	record.base.head.size = sizeof(struct close_record);
	assert_int_equal(decode(&record, &event), -EMSGSIZE);
}

static void a_kind_that_does_not_exist_is_refused(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	record.base.head.kind = 0;
	assert_bad(&record);
	record.base.head.kind = EVENT_KIND_END;
	assert_bad(&record);
	record.base.head.kind = 255;
	assert_bad(&record);
}

/* A failure has one; a retry and a close may; nothing else does. */
static void an_errno_is_where_it_can_be(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind <= EVENT_CLOSE; kind++) {
		struct close_record record = sample((enum event_kind)kind);
		struct event event = decoded(&record);

		assert_int_equal(!!(event.has & EVENT_HAS_ERROR), kind == EVENT_FAILED);
		assert_int_equal(event.error, kind == EVENT_FAILED ? ECONNREFUSED : 0);
		record.base.error = kind == EVENT_FAILED ? 0 : ECONNREFUSED;
		if (kind == EVENT_RETRY || kind == EVENT_CLOSE)
			assert_int_equal(decoded(&record).error, ECONNREFUSED);
		else
			assert_bad(&record);
	}
}

static void only_a_close_says_how_it_ended(void **state)
{
	(void)state;
	for (unsigned int kind = EVENT_CONNECT; kind <= EVENT_CLOSE; kind++) {
		struct close_record record = sample((enum event_kind)kind);

		record.base.ended = ENDED_FIN;
		if (kind == EVENT_CLOSE)
			assert_int_equal(decoded(&record).ended, ENDED_FIN);
		else
			assert_bad(&record);
		record.base.ended = ENDED_END;
		assert_bad(&record);
	}
}

static void a_family_other_than_4_and_6_is_refused(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	for (unsigned int family = 0; family < 256; family++) {
		struct event event;

		record.base.attempt.family = (__u8)family;
		assert_int_equal(decode(&record, &event),
				 family == 4 || family == 6 ? 0 : -EBADMSG);
	}
}

static void an_origin_that_does_not_exist_is_refused(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	for (unsigned int origin = 0; origin < ORIGIN_END; origin++) {
		record.base.attempt.origin = (__u8)origin;
		assert_int_equal(decoded(&record).origin, origin);
	}
	record.base.attempt.origin = ORIGIN_END;
	assert_bad(&record);
}

static void a_flag_that_does_not_exist_is_refused(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	for (unsigned int bit = 0; bit < 16; bit++) {
		struct event event;

		record.base.attempt.flags = (__u16)(1u << bit);
		assert_int_equal(decode(&record, &event),
				 (1u << bit) & ATTEMPT_FLAGS_ALL ? 0 : -EBADMSG);
	}
}

static void a_name_without_end_is_refused(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	memset(record.base.attempt.comm, 'x', COMM_LEN);
	assert_bad(&record);
	record.base.attempt.comm[COMM_LEN - 1] = '\0';
	assert_int_equal(strlen(decoded(&record).comm), COMM_LEN - 1);
	memset(record.base.attempt.thread_comm, 'x', COMM_LEN);
	assert_bad(&record);
}

static void the_sockets_addresses_are_mapped_for_family_4(void **state)
{
	struct close_record record = sample(EVENT_CONNECT);

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		record = sample(EVENT_CONNECT);
		record.base.attempt.daddr[i] ^= 1;
		assert_bad(&record);
		record = sample(EVENT_CONNECT);
		record.base.attempt.saddr[i] ^= 1;
		assert_bad(&record);
		/* No port, so no address: what stands there says nothing. */
		record.base.attempt.sport = 0;
		decoded(&record);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_interface_is_refused_whatever_its_size),
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
