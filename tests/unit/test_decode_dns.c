// SPDX-License-Identifier: MIT
/* What is read of a record with a name server's message. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "model/decode.h"
#include "unit/dns_message.h"

static struct dns_message message;

/* From an allocation of exactly that size, at an odd address. */
static int decode(const union dns_bytes *record, size_t size)
{
	struct dns_message before;
	char *copy = malloc(size + 1);
	int err;

	memset(&message, 0xa5, sizeof(message));
	before = message;
	memcpy(copy + 1, record, size);
	err = dns_message_decode(copy + 1, size, &message);
	if (err)
		assert_memory_equal(&message, &before, sizeof(before));
	else
		assert_memory_equal(message.data, record->bytes + sizeof(record->record),
				    message.size);
	free(copy);
	return err;
}

static union dns_bytes sample(void)
{
	const struct message_bytes bytes = {.size = 600, .bytes = "message"};

	return dns_sample(7000, &bytes);
}

static void it_says_whose_message_it_is(void **state)
{
	union dns_bytes record = sample();

	(void)state;
	record.record.exec_id = 3;
	assert_int_equal(decode(&record, record.record.head.size), 0);
	assert_int_equal(message.image.pid, 10);
	assert_int_equal(message.image.start_ns, 500);
	assert_int_equal(message.image.exec_id, 3);
	assert_int_equal(message.time_ns, 7000);
	assert_int_equal(message.size, DNS_COPY_MAX);
	assert_false(message.stream);
	record.record.flags = DNS_STREAM;
	assert_int_equal(decode(&record, record.record.head.size), 0);
	assert_true(message.stream);
}

static void a_message_may_be_empty(void **state)
{
	const struct message_bytes bytes = {0};
	union dns_bytes record = dns_sample(7000, &bytes);

	(void)state;
	assert_int_equal(decode(&record, record.record.head.size), 0);
	assert_int_equal(message.size, 0);
}

static void what_is_none_is_refused(void **state)
{
	union dns_bytes record = sample();
	size_t size = record.record.head.size;

	(void)state;
	for (size_t n = 0; n < size; n++)
		assert_int_equal(decode(&record, n), -EMSGSIZE);
	record.record.head.kind = EVENT_CGROUP;
	assert_int_equal(decode(&record, size), -EBADMSG);
	record = sample();
	record.record.head.interface++;
	assert_int_equal(decode(&record, size), -EPROTONOSUPPORT);
	record = sample();
	record.record.pid = 0;
	assert_int_equal(decode(&record, size), -EBADMSG);
	record = sample();
	record.record.flags = DNS_FLAGS_ALL + 1;
	assert_int_equal(decode(&record, size), -EBADMSG);
	record = sample();
	record.record.size = DNS_COPY_MAX - 1;
	assert_int_equal(decode(&record, size), -EBADMSG);
	record = sample();
	record.record.head.size++;
	assert_int_equal(decode(&record, size + 1), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_whose_message_it_is),
		cmocka_unit_test(a_message_may_be_empty),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
