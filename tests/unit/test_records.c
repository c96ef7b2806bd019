// SPDX-License-Identifier: MIT
/* A stream of bytes, however it was cut, is the records that it was made of: probe/records.h. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/records.h"
#include "unit/random.h"
#include "util/array.h"

#define STREAM_RECORDS 40

static struct records records;

/* What was handed on. */
static struct seen {
	size_t n, size;
	int refuse_from; /* -1: none */
	uint8_t bytes[STREAM_RECORDS * RECORD_SIZE_MAX];
} seen;

static int see(void *ctx, const void *record, size_t size)
{
	struct seen *to = ctx;

	if (to->refuse_from >= 0 && to->n >= (size_t)to->refuse_from)
		return -EIO;
	memcpy(to->bytes + to->size, record, size);
	to->size += size;
	to->n++;
	return 0;
}

static int reset(void **state)
{
	(void)state;
	memset(&records, 0, sizeof(records));
	memset(&seen, 0, sizeof(seen));
	seen.refuse_from = -1;
	return 0;
}

static int give(const void *bytes, size_t n)
{
	memcpy(records_place(&records), bytes, n);
	return records_take(&records, n, see, &seen);
}

static size_t add_record(uint8_t *to, uint16_t size)
{
	const struct record head = {.interface = 7, .kind = EVENT_OPEN, .size = size};

	memset(to, size & 0xff, size);
	memcpy(to, &head, sizeof(head));
	return size;
}

static void cuts_do_not_matter(void **state)
{
	static uint8_t stream[STREAM_RECORDS * RECORD_SIZE_MAX];
	static const uint16_t sizes[] = {sizeof(struct record), 9, 232, 1000, RECORD_SIZE_MAX};
	uint64_t seed = 1;
	size_t size = 0;

	(void)state;
	for (size_t i = 0; i < STREAM_RECORDS; i++)
		size += add_record(stream + size, sizes[i % ARRAY_SIZE(sizes)]);
	for (size_t most = 1; most <= RECORDS_READ; most = most * 3 + 1) {
		reset(NULL);
		for (size_t at = 0; at < size;) {
			size_t n = 1 + next_random(&seed) % most;

			if (n > size - at)
				n = size - at;
			assert_int_equal(give(stream + at, n), 0);
			at += n;
		}
		assert_int_equal(seen.n, STREAM_RECORDS);
		assert_int_equal(seen.size, size);
		assert_memory_equal(seen.bytes, stream, size);
		assert_true(records_are_whole(&records));
	}
}

static void what_is_cut_off_is_noticed(void **state)
{
	uint8_t bytes[232];

	(void)state;
	add_record(bytes, sizeof(bytes));
	assert_int_equal(give(bytes, sizeof(bytes) - 1), 0);
	assert_int_equal(seen.n, 0);
	assert_false(records_are_whole(&records));
}

static void what_is_no_record_is_refused(void **state)
{
	static const uint16_t sizes[] = {0, sizeof(struct record) - 1, RECORD_SIZE_MAX + 1, 65535};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct record head = {.size = sizes[i]};

		reset(state);
		assert_int_equal(give(&head, sizeof(head)), -EBADMSG);
		assert_int_equal(seen.n, 0);
	}
}

static void a_record_that_is_refused_is_the_last(void **state)
{
	uint8_t bytes[3 * 232];
	size_t n = 0;

	(void)state;
	while (n < sizeof(bytes))
		n += add_record(bytes + n, 232);
	seen.refuse_from = 1;
	assert_int_equal(give(bytes, n), -EIO);
	assert_int_equal(seen.n, 1);
}

static void nobody_need_look(void **state)
{
	uint8_t bytes[232];

	(void)state;
	add_record(records_place(&records), sizeof(bytes));
	assert_int_equal(records_take(&records, sizeof(bytes), NULL, NULL), 0);
	assert_true(records_are_whole(&records));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cuts_do_not_matter, reset),
		cmocka_unit_test_setup(what_is_cut_off_is_noticed, reset),
		cmocka_unit_test_setup(what_is_no_record_is_refused, reset),
		cmocka_unit_test_setup(a_record_that_is_refused_is_the_last, reset),
		cmocka_unit_test_setup(nobody_need_look, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
