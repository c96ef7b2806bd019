// SPDX-License-Identifier: MIT
/* What is read off a line; indexes, filters and frames, byte by byte. */
#include <endian.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "format/format.h"
#include "store/batch.h"
#include "store/frame.h"
#include "store/marks.h"
#include "store/tag.h"
#include "unit/random.h"
#include "util/array.h"

#define TIME "{\"timestamp\":\"2026-02-16T12:34:56.000000789Z\","
#define EVENT(rest)                                                                                \
	TIME "\"event.name\":\"tcp.connect\",\"tpconnect.seq\":17,\"tpconnect.connection.id\":"    \
	     "\"0-0\"" rest "}\n"
#define PEER ",\"network.peer.address\":\"192.0.2.1\""

/* `date -u -d 2026-02-16T12:34:56Z +%s` */
#define TIME_NS 1771245296000000789u

static const uint8_t peer[16] = {[10] = 0xff, 0xff, 192, 0, 2, 1};

static struct tag tag_of(const char *line)
{
	struct tag tag;

	if (tag_read(line, strlen(line), &tag))
		fail_msg("refused: %s", line);
	return tag;
}

/* Tags */

static void a_line_has_time_seq_and_destination(void **state)
{
	struct tag tag = tag_of(EVENT(PEER));

	(void)state;
	assert_int_equal(tag.time_ns, TIME_NS);
	assert_int_equal(tag.seq, 17);
	assert_int_equal(tag.events, 1);
	assert_true(tag.has_destination);
	assert_memory_equal(tag.destination, peer, 16);
}

static void a_destination_may_be_of_either_family_or_lack(void **state)
{
	static const uint8_t ipv6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};

	(void)state;
	assert_memory_equal(tag_of(EVENT(",\"network.peer.address\":\"2001:db8::1\"")).destination,
			    ipv6, 16);
	assert_memory_equal(
		tag_of(EVENT(",\"network.peer.address\":\"::ffff:192.0.2.1\"")).destination, peer,
		16);
	assert_false(tag_of(EVENT("")).has_destination);
}

static void repetitions_are_events(void **state)
{
	(void)state;
	assert_int_equal(tag_of(EVENT(PEER ",\"tpconnect.repeated\":41")).events, 42);
	assert_int_equal(
		tag_of(EVENT(",\"host.name\":\",\"" PEER ",\"tpconnect.repeated\":1")).events, 2);
}

/* As the formatter writes it, with all that may come before. */
static void the_formatter_writes_repetitions_where_they_are_looked_for(void **state)
{
	const struct event event = {
		.family = 4,
		.kind = EVENT_CLOSE,
		.dst.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1},
		.has = EVENT_HAS_PROCESS,
		.comm = "\",\"tpconnect.rep",
		.origin = ORIGIN_CONNECT,
		.preexisting = true,
		.ended = 1,
		.repeated = 6,
	};
	const struct format_context context = {.seq = 9};
	char line[FORMAT_LINE_MAX];
	struct buffer out = {.data = line, .cap = sizeof(line)};
	struct tag tag;

	(void)state;
	format_json.event(&out, &event, &context);
	assert_int_equal(tag_read(line, out.len, &tag), 0);
	assert_int_equal(tag.events, 7);
	assert_int_equal(tag.seq, 9);
	assert_memory_equal(tag.destination, peer, 16);
}

static void a_notice_is_no_event(void **state)
{
	struct tag tag = tag_of(TIME "\"event.name\":\"tpconnect.loss\",\"tpconnect.seq\":3,"
				     "\"tpconnect.loss.ring\":2}\n");

	(void)state;
	assert_int_equal(tag.events, 0);
	assert_int_equal(tag.seq, 3);
}

static void what_a_process_calls_itself_is_no_key(void **state)
{
	struct tag tag = tag_of(EVENT(
		",\"process.executable.name\":\",\\\"network.peer.address\\\":\\\"1.2.3.4\\\"\","
		"\"process.command_args\":[\",\\\"tpconnect.repeated\\\":99\"]" PEER));

	(void)state;
	assert_int_equal(tag.events, 1);
	assert_memory_equal(tag.destination, peer, 16);
}

static void days_are_those_of_the_calendar(void **state)
{
	static const struct {
		const char *date;
		uint64_t seconds; /* date -u +%s */
	} dates[] = {
		{"1970-01-01T00:00:00", 0},	     {"1970-03-01T00:00:00", 5097600},
		{"2000-02-29T23:59:59", 951868799},  {"2024-02-29T00:00:00", 1709164800},
		{"2024-12-31T12:00:01", 1735646401}, {"2100-03-01T00:00:00", 4107542400},
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(dates); i++) {
		snprintf(line, sizeof(line),
			 "{\"timestamp\":\"%s.500000000Z\",\"event.name\":\"tcp.close\","
			 "\"tpconnect.seq\":1}\n",
			 dates[i].date);
		assert_int_equal(tag_of(line).time_ns, dates[i].seconds * 1000000000 + 500000000);
	}
}

static void other_lines_are_refused(void **state)
{
	static const char *const lines[] = {
		"",
		"\n",
		"{}\n",
		TIME,
		TIME "\"event.name\":\"tcp.connect\"}\n",
		TIME "\"event.name\":\"tcp.connect",
		TIME "\"event.name\":\"tcp.connect\",\"tpconnect.seq\":}\n",
		TIME "\"event.name\":\"tcp.connect\",\"tpconnect.seq\":\"1\"}\n",
		TIME "\"event.name\":\"tcp.connect\",\"tpconnect.seq\":18446744073709551616}\n",
		TIME "\"tpconnect.seq\":1,\"event.name\":\"tcp.connect\"}\n",
		"{\"timestamp\":\"2026-02-16T12:34:56Z\",\"event.name\":\"tcp.connect\","
		"\"tpconnect.seq\":1}\n",
		EVENT(",\"network.peer.address\":\"192.0.2\""),
		EVENT(",\"network.peer.address\":\"192.0.2.1"),
		EVENT(",\"network.peer.address\":\"fe80::1%2\""),
		EVENT(",\"tpconnect.repeated\":x"),
		EVENT(",\"tpconnect.repeated\":18446744073709551615"),
	};
	struct tag tag;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
		if (tag_read(lines[i], strlen(lines[i]), &tag) != -EBADMSG)
			fail_msg("taken: %s", lines[i]);
}

static void a_line_may_end_anywhere(void **state)
{
	static const char line[] = EVENT(PEER ",\"tpconnect.repeated\":41");
	struct tag tag;

	(void)state;
	for (size_t size = 0; size < sizeof(line); size++) {
		char *copy = malloc(size + 1);

		memcpy(copy, line, size);
		tag_read(copy, size, &tag);
		free(copy);
	}
}

/* Filters */

static void number_address(uint32_t n, uint8_t ret[16])
{
	memcpy(ret, peer, 16);
	for (int i = 0; i < 4; i++)
		ret[12 + i] = (uint8_t)(n >> 8 * i);
}

/* Adds that many, and returns how many of 100,000 others it takes for one of them. */
static unsigned int false_positives(size_t max, uint32_t n, size_t *ret_size)
{
	uint8_t *filter = calloc(1, max), address[16];
	unsigned int wrong = 0;

	for (uint32_t i = 0; i < n; i++) {
		number_address(i, address);
		filter_add(filter, max, address);
	}
	*ret_size = filter_fold(filter, max);
	for (uint32_t i = 0; i < n; i++) {
		number_address(i, address);
		assert_true(filter_has(filter, *ret_size, address));
	}
	for (uint32_t i = 0; i < 100000; i++) {
		number_address(i + 1000000, address);
		wrong += filter_has(filter, *ret_size, address);
	}
	free(filter);
	return wrong;
}

static void a_filter_is_small_and_seldom_wrong(void **state)
{
	static const uint32_t numbers[] = {1, 2, 10, 40, 100, 300, 500};
	size_t size;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		assert_in_range(false_positives(FRAME_FILTER_MAX, numbers[i], &size), 0,
				100000 / 66);
		assert_in_range(size, FRAME_FILTER_MIN, FRAME_FILTER_MAX);
		assert_in_range(size, 0, numbers[i] * 3 + FRAME_FILTER_MIN);
	}
	assert_in_range(false_positives(FRAME_SUMS_FILTER_MAX, 45000, &size), 0, 100000 / 66);
}

static void a_filter_of_nothing_has_no_size_and_has_nothing(void **state)
{
	size_t size;

	(void)state;
	assert_int_equal(false_positives(FRAME_FILTER_MAX, 0, &size), 0);
	assert_int_equal(size, 0);
}

/* Indexes */

static const uint8_t filter[4] = {1, 2, 3, 4};

static const struct frame_index sample = {
	.first_seq = 0x0102030405060708,
	.last_seq = 0x0102030405060809,
	.since_ns = 0x1112131415161718,
	.until_ns = 0x2122232425262728,
	.events = 0x3132333435363738,
	.lines = 0x41,
	.notices = 0x40,
	.raw_size = 0x10000,
	.size = 0x1000,
	.crc = 0x61626364,
	.filter = filter,
	.filter_size = sizeof(filter),
};

static void an_index_is_these_bytes(void **state)
{
	static const uint8_t bytes[] = {
		0x5a, 0x2a, 0x4d, 0x18, 88,   0,    0,	  0,	't',  'p',  'c',  'f',	1,    0,
		0,    0,    8,	  7,	6,    5,    4,	  3,	2,    1,    9,	  8,	6,    5,
		4,    3,    2,	  1,	0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 0x28, 0x27,
		0x26, 0x25, 0x24, 0x23, 0x22, 0x21, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31,
		0x41, 0,    0,	  0,	0x40, 0,    0,	  0,	0,    0,    1,	  0,	0,    0,
		0,    0,    0,	  0x10, 0,    0,    0,	  0,	0,    0,    0x64, 0x63, 0x62, 0x61,
		4,    0,    0,	  0,	1,    2,    3,	  4,
	};
	uint8_t out[FRAME_INDEX_SIZE + 4];

	(void)state;
	assert_int_equal(frame_index_size(&sample), sizeof(out));
	frame_index_write(&sample, out);
	assert_memory_equal(out, bytes, sizeof(bytes));
}

static const struct frame_mark mark = {
	.ring = 0x7172737475767778,
	.position = 0x8182838485868788,
	.received = 0x9192939495969798,
	.opened = 0xa1a2a3a4a5a6a7a8,
	.filtered = 0xb1b2b3b4b5b6b7b8,
	.written = 0xc1c2c3c4c5c6c7c8,
};

static void a_mark_lies_before_the_filter(void **state)
{
	static const uint8_t bytes[] = {
		0x78, 0x77, 0x76, 0x75, 0x74, 0x73, 0x72, 0x71, 0x88, 0x87, 0x86, 0x85, 0x84,
		0x83, 0x82, 0x81, 0x98, 0x97, 0x96, 0x95, 0x94, 0x93, 0x92, 0x91, 0xa8, 0xa7,
		0xa6, 0xa5, 0xa4, 0xa3, 0xa2, 0xa1, 0xb8, 0xb7, 0xb6, 0xb5, 0xb4, 0xb3, 0xb2,
		0xb1, 0xc8, 0xc7, 0xc6, 0xc5, 0xc4, 0xc3, 0xc2, 0xc1, 1,    2,	  3,	4,
	};
	uint8_t plain[FRAME_INDEX_SIZE + 4], out[sizeof(plain) + FRAME_MARK_SIZE];
	struct frame_index marked = sample;

	(void)state;
	marked.mark = mark;
	assert_int_equal(frame_index_size(&marked), sizeof(out));
	frame_index_write(&sample, plain);
	frame_index_write(&marked, out);
	assert_memory_equal(out + 88, bytes, sizeof(bytes));
	assert_int_equal(out[4], 88 + 48);
	assert_int_equal(out[12], 2);
	/* All else is as without. */
	out[4] = plain[4];
	out[12] = plain[12];
	assert_memory_equal(out, plain, 88);
}

static void assert_no_bit_may_be_another(const struct frame_index *written)
{
	uint8_t out[FRAME_INDEX_MAX], again[FRAME_INDEX_MAX];
	size_t size = frame_index_size(written), needed;
	struct frame_index index;

	frame_index_write(written, out);
	assert_int_equal(frame_index_read(out, size, &index, &needed), 0);
	frame_index_write(&index, again);
	assert_memory_equal(again, out, size);
	for (size_t bit = 0; bit < size * 8; bit++) {
		out[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_true(frame_index_read(out, size, &index, &needed) < 0);
		out[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
}

static void an_index_is_read_back_and_no_bit_may_be_another(void **state)
{
	struct frame_index marked = sample;
	const struct frame_index alone = {
		.is_mark = true,
		.first_seq = 7,
		.last_seq = 7,
		.mark = mark,
	};

	(void)state;
	marked.mark = mark;
	assert_no_bit_may_be_another(&sample);
	assert_no_bit_may_be_another(&marked);
	assert_no_bit_may_be_another(&alone);
}

static void a_part_of_an_index_says_how_much_it_needs(void **state)
{
	uint8_t out[FRAME_INDEX_SIZE + 4];
	struct frame_index index;
	size_t needed;

	(void)state;
	frame_index_write(&sample, out);
	for (size_t size = 0; size < sizeof(out); size++) {
		assert_int_equal(frame_index_read(out, size, &index, &needed), -EAGAIN);
		assert_int_equal(needed, size < 12 ? FRAME_INDEX_SIZE : sizeof(out));
	}
}

static void assert_refused(struct frame_index index, int err)
{
	uint8_t out[FRAME_SUMS_MAX];
	size_t needed;

	frame_index_write(&index, out);
	assert_int_equal(frame_index_read(out, sizeof(out), &index, &needed), err);
}

static void what_no_writer_writes_is_refused(void **state)
{
	struct frame_index wrong = sample;

	(void)state;
	assert_refused(sample, 0);
	wrong.lines = 0;
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.last_seq = wrong.first_seq - 1;
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.last_seq = UINT64_MAX; /* behind which there is none */
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.lines = wrong.notices = 0x103; /* seqs are 0x102 */
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.until_ns = wrong.since_ns - 1;
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.raw_size = FRAME_RAW_MAX + 1;
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.size = UINT64_MAX;
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.filter_size = 3;
	assert_refused(wrong, -EBADMSG);
	wrong = sample;
	wrong.is_sums = true;
	assert_refused(wrong, -EBADMSG);
	wrong.size = 0;
	assert_refused(wrong, 0);
	wrong.mark = mark;
	assert_refused(wrong, -EBADMSG);
	wrong = (struct frame_index){
		.is_mark = true, .first_seq = 7, .last_seq = 7, .mark = mark, .filter = filter};
	assert_refused(wrong, 0);
	wrong.lines = 1;
	assert_refused(wrong, -EBADMSG);
	wrong.lines = 0;
	wrong.filter_size = 4;
	assert_refused(wrong, -EBADMSG);
	wrong.filter_size = 0;
	wrong.first_seq = 6;
	assert_refused(wrong, -EBADMSG);
	wrong.first_seq = 7;
	wrong.mark.ring = 0;
	assert_refused(wrong, -EBADMSG);
}

/* Too short for it, though the checksum is right. */
static void an_index_of_version_2_without_a_mark_is_refused(void **state)
{
	uint8_t out[FRAME_INDEX_SIZE + 4];
	struct frame_index index;
	uint32_t crc;
	size_t needed;

	(void)state;
	frame_index_write(&sample, out);
	out[12] = 2;
	crc = htole32(frame_crc(out, sizeof(out) - 4));
	memcpy(out + sizeof(out) - 4, &crc, sizeof(crc));
	assert_int_equal(frame_index_read(out, sizeof(out), &index, &needed), -EBADMSG);
}

/* Marks */

static void assert_taken(struct marks *marks, uint64_t seq, uint64_t position)
{
	struct frame_mark taken = {0};

	marks_take(marks, seq, &taken);
	assert_int_equal(taken.position, position);
}

static void push_mark(struct marks *marks, uint64_t seq, uint64_t position)
{
	marks_push(marks, seq, &(struct frame_mark){.ring = 1, .position = position});
}

static void a_frame_has_the_mark_of_its_last_line(void **state)
{
	struct marks marks = {0};

	(void)state;
	assert_taken(&marks, 5, 0);
	push_mark(&marks, 1, 10);
	push_mark(&marks, 3, 30); /* 2 is a line that stands for no event */
	push_mark(&marks, 4, 40);
	assert_taken(&marks, 2, 10);
	assert_taken(&marks, 2, 0);
	/* What becomes no line moves the last one on, or comes behind one that is taken. */
	push_mark(&marks, 4, 45);
	assert_taken(&marks, 4, 45);
	push_mark(&marks, 4, 47);
	assert_taken(&marks, 4, 47);
	/* A line that never came to be. */
	push_mark(&marks, 5, 50);
	push_mark(&marks, 6, 60);
	push_mark(&marks, 5, 55);
	assert_taken(&marks, 5, 55);
	assert_taken(&marks, 6, 0);
	push_mark(&marks, 6, 66);
	push_mark(&marks, 7, 77);
	marks_drop(&marks, 7);
	assert_taken(&marks, 9, 66);
	marks_free(&marks);
}

/* Round the end of their memory, which grows as well. */
static void marks_are_as_many_as_lines_wait(void **state)
{
	struct marks marks = {0};
	uint64_t pushed = 0, taken = 0, seed = 1;

	(void)state;
	while (pushed < 100000) {
		for (uint64_t i = random_bits(&seed, 12); i; i--, pushed++)
			push_mark(&marks, pushed + 1, (pushed + 1) * 10);
		while (taken < pushed && random_bits(&seed, 10)) {
			taken++;
			assert_taken(&marks, taken, taken * 10);
		}
	}
	marks_free(&marks);
}

static void the_begin_of_an_index_is_found(void **state)
{
	uint8_t data[64] = {[5] = 0x5a, [6] = 0x2a, [20] = 0x5a, 0x2a, 0x4d, 0x18, 1,
			    2,		3,	    4,		 't',  'p',  'c',  's'};

	(void)state;
	assert_int_equal(frame_find(data, sizeof(data)), 20);
	assert_int_equal(frame_find(data, 21), 20);
	assert_int_equal(frame_find(data, 20), 20);
	data[31] = 'x';
	assert_int_equal(frame_find(data, sizeof(data)), sizeof(data));
}

/* Batches */

static void a_batch_is_a_frame_of_its_lines(void **state)
{
	static const char line[] = EVENT(PEER);
	struct tag tag = tag_of(line);
	struct batch *batch;
	const uint8_t *frame;
	char *raw = malloc(FRAME_RAW_MAX);
	struct frame_index index;
	size_t size, needed, n;

	(void)state;
	assert_int_equal(batch_new(&batch), 0);
	for (n = 0; batch_add(batch, line, sizeof(line) - 1, &tag); n++)
		tag.seq++;
	assert_int_equal(n, FRAME_LINES_MAX);
	assert_true(batch_is_full(batch));
	frame = batch_seal(batch, &size);
	assert_int_equal(frame_index_read(frame, size, &index, &needed), 0);
	assert_int_equal(frame_size(&index), size);
	assert_int_equal(index.first_seq, 17);
	assert_int_equal(index.last_seq, 17 + n - 1);
	assert_int_equal(index.lines, n);
	assert_int_equal(index.events, n);
	assert_int_equal(index.notices, 0);
	assert_true(filter_has(index.filter, index.filter_size, peer));
	frame += frame_index_size(&index);
	assert_int_equal(frame_crc(frame, index.size), index.crc);
	assert_int_equal(ZSTD_decompress(raw, FRAME_RAW_MAX, frame, index.size), index.raw_size);
	assert_int_equal(index.raw_size, n * (sizeof(line) - 1));
	for (size_t i = 0; i < n; i++)
		assert_memory_equal(raw + i * (sizeof(line) - 1), line, sizeof(line) - 1);
	free(raw);
	batch_free(batch);
}

static void a_batch_is_bounded_in_bytes(void **state)
{
	struct tag tag = {.seq = 1, .events = 1};
	char *line = malloc(FRAME_RAW_MAX + 1);
	struct batch *batch;
	size_t size;

	(void)state;
	/* Which zstd cannot make smaller. */
	for (size_t i = 0; i < FRAME_RAW_MAX; i++) {
		static uint64_t seed = 1;

		line[i] = (char)random_bits(&seed, 8);
	}
	assert_int_equal(batch_new(&batch), 0);
	assert_true(batch_add(batch, line, FRAME_RAW_MAX, &tag));
	assert_true(batch_is_full(batch));
	assert_non_null(batch_seal(batch, &size));
	assert_in_range(size, FRAME_RAW_MAX, FRAME_INDEX_SIZE + FRAME_CONTENT_MAX);
	batch_clear(batch);
	assert_false(batch_add(batch, line, FRAME_RAW_MAX + 1, &tag));
	assert_true(batch_add(batch, line, FRAME_RAW_MAX - 1, &tag));
	assert_false(batch_add(batch, line, 2, &tag));
	assert_true(batch_add(batch, line, 1, &tag));
	assert_true(batch_is_full(batch));
	batch_free(batch);
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_time_seq_and_destination),
		cmocka_unit_test(a_destination_may_be_of_either_family_or_lack),
		cmocka_unit_test(repetitions_are_events),
		cmocka_unit_test(the_formatter_writes_repetitions_where_they_are_looked_for),
		cmocka_unit_test(a_notice_is_no_event),
		cmocka_unit_test(what_a_process_calls_itself_is_no_key),
		cmocka_unit_test(days_are_those_of_the_calendar),
		cmocka_unit_test(other_lines_are_refused),
		cmocka_unit_test(a_line_may_end_anywhere),
		cmocka_unit_test(a_filter_is_small_and_seldom_wrong),
		cmocka_unit_test(a_filter_of_nothing_has_no_size_and_has_nothing),
		cmocka_unit_test(an_index_is_these_bytes),
		cmocka_unit_test(a_mark_lies_before_the_filter),
		cmocka_unit_test(an_index_is_read_back_and_no_bit_may_be_another),
		cmocka_unit_test(a_part_of_an_index_says_how_much_it_needs),
		cmocka_unit_test(what_no_writer_writes_is_refused),
		cmocka_unit_test(an_index_of_version_2_without_a_mark_is_refused),
		cmocka_unit_test(a_frame_has_the_mark_of_its_last_line),
		cmocka_unit_test(marks_are_as_many_as_lines_wait),
		cmocka_unit_test(the_begin_of_an_index_is_found),
		cmocka_unit_test(a_batch_is_a_frame_of_its_lines),
		cmocka_unit_test(a_batch_is_bounded_in_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
