// SPDX-License-Identifier: MIT
/* The side that reads; and both sides on what is damaged. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/content.h"
#include "store/frame.h"
#include "store/reader.h"
#include "store/tag.h"
#include "unit/random.h"
#include "unit/store_fixture.h"
#include "util/clock.h"

static struct store_reader *reader;
static const struct store_query all;

static void open_reader(const char *path, const struct store_query *query)
{
	struct error error = {0};

	if (store_reader_open(path, query, &reader, &error))
		fail_msg("%s", error.text);
}

static void close_reader(void)
{
	store_reader_close(reader);
	reader = NULL;
}

static int reader_teardown(void **state)
{
	close_reader();
	return store_teardown(state);
}

#define reader_row(test) cmocka_unit_test_setup_teardown(test, store_setup, reader_teardown)

/* The next line is exactly that one's: its seq; 0: the end. */
static uint64_t next_line(void)
{
	char expected[STORE_LINE_MAX];
	const char *line;
	struct tag tag;
	size_t size;
	int more = store_reader_next(reader, &line, &size);

	if (!more)
		return 0;
	assert_int_equal(more, 1);
	assert_int_equal(line[size], '\n');
	assert_int_equal(tag_read(line, size, &tag), 0);
	assert_int_equal(size + 1, make_line(expected, tag.seq));
	assert_memory_equal(line, expected, size + 1);
	return tag.seq;
}

/* Lines [first, last) come now, and no more. */
static void assert_read(uint64_t first, uint64_t last)
{
	for (; first < last; first++)
		assert_int_equal(next_line(), first);
	assert_int_equal(next_line(), 0);
}

static void assert_whole(void)
{
	struct store_read read = store_read(reader);

	assert_int_equal(read.damaged, 0);
	assert_int_equal(read.missing, 0);
	assert_int_equal(read.tail_bytes, 0);
	assert_null(store_reader_damage(reader));
}

static void record(const char *boot, uint64_t first, uint64_t last)
{
	open_store(boot);
	append_lines(first, last);
	close_store();
}

static void all_lines_come_in_order_over_segments_and_restarts(void **state)
{
	(void)state;
	t.limits.segment_max = 20000;
	record(BOOT, 1, 5001);
	record(BOOT, 5001, 5002);
	record(BOOT, 5002, 9001);
	open_reader(t.dir, &all);
	assert_read(1, 9001);
	assert_whole();
	assert_true(store_read(reader).segments > 5);
}

static void boots_come_by_time(void **state)
{
	(void)state;
	record(BOOT2, 1, 1001); /* whose name is the later one, and which was first */
	record(BOOT, 5000, 6001);
	open_reader(t.dir, &all);
	for (uint64_t seq = 1; seq < 1001; seq++)
		assert_int_equal(next_line(), seq);
	assert_read(5000, 6001);
	/* Of all but the first, the record begins with 1. */
	assert_int_equal(store_read(reader).missing, 4999);
	assert_int_equal(store_read(reader).first_ns, TIME_OF(1));
}

static void a_segment_alone_is_read(void **state)
{
	(void)state;
	record(BOOT, 1, 1001);
	open_reader(path_of(BOOT, 1), &all);
	assert_read(1, 1001);
	assert_whole();
}

/* The next frame has the lines from that one on, byte by byte: returns the seq behind; 0: the end.
 */
static uint64_t next_frame_of(uint64_t first)
{
	static char lines[FRAME_RAW_MAX];
	char expected[STORE_LINE_MAX];
	struct store_frame frame;
	size_t size, at = 0, n;
	int more = store_reader_next_frame(reader, &frame);

	if (!more)
		return 0;
	assert_int_equal(more, 1);
	assert_int_equal(frame.index->first_seq, first);
	assert_int_equal(content_unpack(frame.content, frame.index->size, lines, &size), 0);
	for (uint64_t seq = first; seq <= frame.index->last_seq; seq++, at += n) {
		n = make_line(expected, seq);
		assert_true(at + n <= size);
		assert_memory_equal(lines + at, expected, n);
	}
	assert_int_equal(at, size);
	return frame.index->last_seq + 1;
}

static void frames_come_as_they_lie_there(void **state)
{
	uint64_t next = 1;

	(void)state;
	t.limits.segment_max = 20000;
	record(BOOT, 1, 5001);
	open_reader(t.dir, &all);
	while (next < 5001)
		next = next_frame_of(next);
	assert_int_equal(next, 5001);
	assert_int_equal(next_frame_of(0), 0);
	record(BOOT, 5001, 5003);
	assert_int_equal(next_frame_of(5001), 5003);
	assert_whole();
}

static void frames_begin_with_the_first_of_a_time(void **state)
{
	const struct store_query later = {.since_ns = TIME_OF(5600)};

	(void)state;
	record(BOOT2, 1, 101);
	record(BOOT, 5001, 6501);
	open_reader(t.dir, &later);
	assert_int_equal(next_frame_of(5501), 6001);
	assert_int_equal(next_frame_of(6001), 6501);
	assert_int_equal(next_frame_of(0), 0);
}

static void a_damaged_frame_is_none(void **state)
{
	struct store_frame frame;
	size_t size;
	char *data;

	(void)state;
	record(BOOT, 1, 1501);
	data = read_whole(path_of(BOOT, 1), &size);
	data[size / 2] ^= 1;
	write_whole(path_of(BOOT, 1), data, size);
	free(data);
	open_reader(t.dir, &all);
	assert_int_equal(next_frame_of(1), 501);
	assert_int_equal(store_reader_next_frame(reader, &frame), 1);
	assert_int_equal(frame.index->first_seq, 1001);
	assert_non_null(store_reader_damage(reader));
}

static void it_begins_with_the_segment_of_a_line(void **state)
{
	struct store_frame frame;

	(void)state;
	t.limits.segment_max = 20000;
	record(BOOT, 1, 5001);
	record(BOOT2, 5001, 9001);
	open_reader(t.dir, &all);
	assert_int_equal(store_reader_seek(reader, BOOT, 3333), 0);
	assert_int_equal(store_reader_next_frame(reader, &frame), 1);
	assert_true(frame.index->first_seq <= 3333 && frame.index->first_seq > 2000);
	assert_string_equal(frame.boot, BOOT);
	close_reader();
	open_reader(t.dir, &all);
	assert_int_equal(store_reader_seek(reader, BOOT2, 1), 0);
	assert_int_equal(next_frame_of(5001), 5501);
	close_reader();
	open_reader(t.dir, &all);
	assert_int_equal(store_reader_seek(reader, "0a1b", 1), -ENOENT);
	assert_int_equal(next_frame_of(1), 501);
}

static void lines_come_while_they_are_written(void **state)
{
	uint64_t seq = 1;

	(void)state;
	t.limits.segment_max = 20000;
	open_store(BOOT);
	open_reader(t.dir, &all);
	assert_read(1, 1);
	for (int i = 0; i < 30; i++, seq += 333) {
		append_lines(seq, seq + 333);
		assert_int_equal(store_flush(t.store), 0);
		assert_read(seq, seq + 333);
	}
	close_store();
	assert_whole();
	record(BOOT2, 20000, 20010);
	assert_read(20000, 20010);
	assert_int_equal(store_read(reader).tail_bytes, 0);
}

static void segments_may_go_while_they_are_read(void **state)
{
	uint64_t seq, last = 0;

	(void)state;
	t.limits.size_max = 150000;
	open_store(BOOT);
	append_lines(1, 2001);
	open_reader(t.dir, &all);
	assert_int_equal(next_line(), 1);
	append_lines(2001, 20001);
	while ((seq = next_line())) {
		assert_true(seq > last);
		last = seq;
	}
	assert_int_equal(last, 20000);
	assert_true(store_counts(t.store).dropped > 10000);
	assert_true(store_read(reader).missing > 5000);
	assert_int_equal(store_read(reader).damaged, 0);
}

static void a_frame_that_is_being_written_is_not_yet_one(void **state)
{
	size_t size, whole;
	char *data;

	(void)state;
	open_store(BOOT);
	append_lines(1, 501);
	free(read_whole(path_of(BOOT, 1), &whole));
	append_lines(501, 1001);
	data = read_whole(path_of(BOOT, 1), &size);
	close_store();
	for (size_t part = 0; part < size - whole; part += 1 + (part > 200) * 97) {
		write_whole(path_of(BOOT, 1), data, whole + part);
		open_reader(t.dir, &all);
		assert_read(1, 501);
		assert_int_equal(store_read(reader).tail_bytes, part);
		assert_int_equal(store_read(reader).damaged, 0);
		write_whole(path_of(BOOT, 1), data, size);
		assert_read(501, 1001);
		assert_whole();
		close_reader();
	}
	free(data);
}

/* Spans and destinations */

static void a_span_is_read_by_frames_of_segments_that_can_have_it(void **state)
{
	struct store_query query = {.since_ns = TIME_OF(6100), .until_ns = TIME_OF(6900)};
	uint64_t seq;

	(void)state;
	t.limits.segment_max = 20000;
	record(BOOT, 1, 10001);
	open_reader(t.dir, &query);
	for (seq = 6001; seq < 7001; seq++)
		assert_int_equal(next_line(), seq);
	assert_int_equal(next_line(), 0);
	assert_whole();
	assert_int_equal(store_read(reader).frames_read, 2);
	assert_in_range(store_read(reader).segments_read, 1, 2);
}

static void a_frame_with_a_destination_is_always_read(void **state)
{
	static const uint8_t destination[1][16] = {{[10] = 0xff, 0xff, 10, 0, 17, 7}};
	struct store_query query = {.destinations = destination, .n_destinations = 1};
	static const char text[] = "\"network.peer.address\":\"10.0.17.7\"";
	unsigned int found = 0, expected = 0;
	char line[STORE_LINE_MAX];
	const char *read;
	size_t size;

	(void)state;
	t.limits.segment_max = 20000;
	record(BOOT, 1, 20001);
	for (uint64_t seq = 1; seq < 20001; seq++) {
		line[make_line(line, seq)] = 0;
		expected += strstr(line, text) != NULL;
	}
	assert_true(expected > 1);
	open_reader(t.dir, &query);
	while (store_reader_next(reader, &read, &size) == 1)
		found += memmem(read, size, text, strlen(text)) != NULL;
	assert_int_equal(found, expected);
	assert_whole();
	/* There are 40 frames; all with the destination are in one. */
	assert_in_range(store_read(reader).frames_read, 1, 3);
	assert_in_range(store_read(reader).segments_read, 1, 6);
}

static void notices_come_for_all_destinations(void **state)
{
	static const uint8_t destination[1][16] = {{1}};
	static const char notice[] = "{\"timestamp\":\"2026-02-16T12:34:56.000000000Z\","
				     "\"event.name\":\"tpconnect.loss\",\"tpconnect.seq\":501}\n";
	struct store_query query = {.destinations = destination, .n_destinations = 1};
	const char *line;
	unsigned int n = 0;
	size_t size;

	(void)state;
	open_store(BOOT);
	append_lines(1, 501);
	assert_int_equal(store_append(t.store, notice, sizeof(notice) - 1), sizeof(notice) - 1);
	append_lines(502, 601);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_counts(t.store).written, 599);
	append_lines(601, 1001);
	close_store();
	open_reader(t.dir, &query);
	while (store_reader_next(reader, &line, &size) == 1)
		n++;
	assert_int_equal(n, 100);
	assert_int_equal(store_read(reader).frames_read, 1);
}

static void what_lacks_between_frames_is_counted(void **state)
{
	(void)state;
	record(BOOT, 1, 501);
	record(BOOT, 600, 701);
	open_reader(t.dir, &all);
	for (uint64_t seq = 1; seq < 501; seq++)
		assert_int_equal(next_line(), seq);
	assert_read(600, 701);
	assert_int_equal(store_read(reader).missing, 99);
}

static const char *path_in(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", t.dir, name);
	return path;
}

static void what_is_no_store_is_said(void **state)
{
	struct error error = {0};

	(void)state;
	assert_int_equal(store_reader_open(t.dir, &all, &reader, &error), -ENOENT);
	assert_non_null(strstr(error.text, t.dir));
	assert_int_equal(store_reader_open("/nonexistent", &all, &reader, &error), -ENOENT);
	assert_int_equal(store_reader_open("/dev/null", &all, &reader, &error), -ENOTDIR);
	write_whole(path_in("text"), "neither\n", 8);
	assert_int_equal(store_reader_open(path_in("text"), &all, &reader, &error), -EINVAL);
	assert_non_null(strstr(error.text, path_in("text")));
}

/* Byte `at` of the first index of the segment becomes that, and its checksum is put right. */
static size_t change_index(size_t at, char byte)
{
	size_t whole, size;
	char *data = read_whole(path_of(BOOT, 1), &whole);
	uint32_t crc;

	data[at] = byte;
	size = 8 + (uint8_t)data[4] + (uint8_t)data[5] * 256u;
	crc = frame_crc(data, size - 4);
	for (int i = 0; i < 4; i++)
		data[size - 4 + (size_t)i] = (char)(crc >> 8 * i);
	write_whole(path_of(BOOT, 1), data, whole);
	free(data);
	return whole;
}

static void what_a_newer_version_has_written_is_refused_and_not_cut(void **state)
{
	struct error error = {0};
	const char *said;
	size_t size, whole;

	(void)state;
	record(BOOT, 1, 501);
	whole = change_index(12, 3);
	t.limits.segment_max = 20000;
	record(BOOT2, 1, 501);
	open_reader(t.dir, &all);
	assert_read(1, 501);
	said = store_reader_damage(reader);
	assert_non_null(said);
	assert_non_null(strstr(said, path_of(BOOT, 1)));
	assert_non_null(strstr(said, "newer"));
	assert_int_equal(store_read(reader).newer, 1);
	assert_whole();
	assert_int_equal(store_open(t.dir, BOOT, &t.limits, &t.store, &error), -ENOTSUP);
	assert_non_null(strstr(error.text, "newer"));
	free(read_whole(path_of(BOOT, 1), &size));
	assert_int_equal(size, whole);
}

/* Though zstd finds nothing wrong with it. */
static void content_that_is_not_the_indexs_is_not_shown(void **state)
{
	size_t size;
	char *data;

	(void)state;
	record(BOOT, 1, 501);
	data = read_whole(path_of(BOOT, 1), &size);
	change_index(80, (char)(data[80] ^ 1));
	free(data);
	open_reader(t.dir, &all);
	assert_int_equal(next_line(), 0);
	assert_true(store_read(reader).damaged > 0);
}

/* Damage: of one segment of FRAMES frames, each of FRAME_LINES lines. */

#define FRAMES	    8
#define FRAME_LINES 40

static struct {
	char *data, *copy;
	size_t size, ends[FRAMES];
} whole;

static void record_frames(void)
{
	open_store(BOOT);
	for (uint64_t i = 0; i < FRAMES; i++) {
		append_lines(1 + i * FRAME_LINES, 1 + (i + 1) * FRAME_LINES);
		assert_int_equal(store_flush(t.store), 0);
		whole.ends[i] = store_counts(t.store).bytes;
	}
	close_store();
	whole.data = read_whole(path_of(BOOT, 1), &whole.size);
	whole.copy = malloc(whole.size);
}

static void forget_frames(void)
{
	free(whole.data);
	free(whole.copy);
}

/* How many frames are whole before that byte. */
static uint64_t frames_before(size_t at)
{
	uint64_t n = 0;

	while (n < FRAMES && whole.ends[n] <= at)
		n++;
	return n;
}

/*
 * The file is size bytes of the copy, changed from that byte on, up to there. All lines before must
 * come, and all of frames behind; none that is not as it was written, which next_line() sees to.
 */
static void assert_damage_is_passed_over(size_t size, size_t from, size_t to)
{
	uint64_t before = frames_before(from) * FRAME_LINES, seq, n = 0, last = 0;
	uint64_t behind = to < size ? FRAMES - frames_before(to - 1) - 1 : 0;

	write_whole(path_of(BOOT, 1), whole.copy, size);
	open_reader(t.dir, &all);
	while ((seq = next_line())) {
		assert_true(seq > last);
		assert_true(n >= before || seq == n + 1);
		last = seq;
		n++;
	}
	assert_true(n >= before + behind * FRAME_LINES);
	assert_true(n <= FRAMES * FRAME_LINES);
	close_reader();
}

/* What the writer makes of it: it goes on behind all that is whole, and that is all there. */
static void assert_recovered(size_t from)
{
	uint64_t before = frames_before(from) * FRAME_LINES, next, seq, n = 0;
	struct store_counts counts;

	open_store(BOOT);
	next = store_next_seq(t.store);
	counts = store_counts(t.store);
	assert_in_range(next, before + 1, FRAMES * FRAME_LINES + 1);
	append_lines(next, next + 10);
	close_store();
	open_reader(t.dir, &all);
	while ((seq = next_line()))
		n += seq < next;
	assert_true(n >= before);
	assert_int_equal(store_read(reader).tail_bytes, 0);
	assert_true(counts.torn <= FRAMES * FRAME_LINES - n);
	close_reader();
	assert_int_equal(unlink(path_of(BOOT, next)), 0);
}

#define TRUNCATIONS 6000
#define FLIPS	    3000
#define ZEROED	    500

static void no_truncation_shows_what_was_not_written(void **state)
{
	uint64_t seed = 1;

	(void)state;
	record_frames();
	memcpy(whole.copy, whole.data, whole.size);
	for (int i = 0; i < TRUNCATIONS; i++) {
		size_t size = random_bits(&seed, 31) % whole.size;

		assert_damage_is_passed_over(size, size, size);
		if (i % 10 == 0)
			assert_recovered(size);
	}
	forget_frames();
}

static void no_flipped_bit_is_shown(void **state)
{
	uint64_t seed = 2;

	(void)state;
	record_frames();
	for (int i = 0; i < FLIPS; i++) {
		size_t bit = random_bits(&seed, 31) % (whole.size * 8);

		memcpy(whole.copy, whole.data, whole.size);
		whole.copy[bit / 8] ^= (char)(1u << bit % 8);
		assert_damage_is_passed_over(whole.size, bit / 8, bit / 8 + 1);
		if (i % 10 == 0)
			assert_recovered(bit / 8);
	}
	forget_frames();
}

static void no_zeroed_tail_is_shown(void **state)
{
	uint64_t seed = 3;

	(void)state;
	record_frames();
	for (int i = 0; i < ZEROED; i++) {
		size_t at = random_bits(&seed, 31) % whole.size;

		memcpy(whole.copy, whole.data, whole.size);
		memset(whole.copy + at, 0, whole.size - at);
		assert_damage_is_passed_over(whole.size, at, whole.size);
		assert_recovered(at);
	}
	forget_frames();
}

static void damage_is_told_with_its_place(void **state)
{
	const char *damage;

	(void)state;
	record_frames();
	memcpy(whole.copy, whole.data, whole.size);
	whole.copy[whole.ends[2] - 1] ^= 1;
	write_whole(path_of(BOOT, 1), whole.copy, whole.size);
	open_reader(t.dir, &all);
	for (uint64_t seq = 1; seq <= 2 * FRAME_LINES; seq++)
		assert_int_equal(next_line(), seq);
	assert_null(store_reader_damage(reader));
	assert_read(3 * FRAME_LINES + 1, FRAMES * FRAME_LINES + 1);
	damage = store_reader_damage(reader);
	assert_non_null(damage);
	assert_non_null(strstr(damage, path_of(BOOT, 1)));
	assert_null(store_reader_damage(reader));
	assert_int_equal(store_read(reader).missing, FRAME_LINES);
	assert_int_equal(store_read(reader).damaged, 1);
	assert_int_equal(store_read(reader).damaged_bytes, whole.ends[2] - whole.ends[1]);
	forget_frames();
}

/* Index, content, or that of the last frame: no byte counts twice, and each place has its line. */
static void no_damage_counts_twice(void **state)
{
	(void)state;
	record_frames();
	memcpy(whole.copy, whole.data, whole.size);
	whole.copy[4] ^= 1;
	whole.copy[whole.ends[2] - 1] ^= 1;
	whole.copy[whole.ends[5] - 1] ^= 1;
	write_whole(path_of(BOOT, 1), whole.copy, whole.ends[5]);
	open_reader(t.dir, &all);
	while (next_line())
		;
	assert_int_equal(store_read(reader).damaged, 3);
	assert_int_equal(store_read(reader).damaged_bytes + store_read(reader).tail_bytes,
			 whole.ends[0] + whole.ends[2] - whole.ends[1] + whole.ends[5] -
				 whole.ends[4]);
	for (int i = 0; i < 3; i++)
		assert_non_null(store_reader_damage(reader));
	assert_null(store_reader_damage(reader));
	record(BOOT2, 1, 2);
	while (next_line())
		;
	assert_int_equal(store_read(reader).damaged, 3);
	forget_frames();
}

/* The names of segments tell what should be there. */
static void what_lacks_at_the_beginning_is_counted(void **state)
{
	(void)state;
	record(BOOT, 1, 15);
	record(BOOT, 15, 31);
	record(BOOT2, 1, 15);
	record(BOOT2, 15, 31);
	write_whole(path_of(BOOT, 1), "", 0);
	unlink(path_of(BOOT2, 1));
	open_reader(t.dir, &all);
	for (int i = 0; i < 32; i++)
		assert_true(next_line() >= 15);
	assert_int_equal(next_line(), 0);
	assert_int_equal(store_read(reader).missing, 28);
	assert_int_equal(store_read(reader).first_seq, 1);
	assert_int_equal(store_read(reader).damaged, 0);
}

static void lines_of_a_damaged_first_frame_are_missing(void **state)
{
	(void)state;
	record_frames();
	memcpy(whole.copy, whole.data, whole.size);
	whole.copy[whole.ends[0] - 1] ^= 1;
	write_whole(path_of(BOOT, 1), whole.copy, whole.size);
	open_reader(t.dir, &all);
	assert_read(FRAME_LINES + 1, FRAMES * FRAME_LINES + 1);
	assert_int_equal(store_read(reader).missing, FRAME_LINES);
	forget_frames();
}

static void an_end_that_nobody_writes_is_torn(void **state)
{
	const char *said;

	(void)state;
	record_frames();
	write_whole(path_of(BOOT, 1), whole.data, whole.ends[3] + 7);
	open_reader(t.dir, &all);
	assert_read(1, 4 * FRAME_LINES + 1);
	assert_null(store_reader_damage(reader));
	store_reader_end(reader);
	said = store_reader_damage(reader);
	assert_non_null(said);
	assert_non_null(strstr(said, path_of(BOOT, 1)));
	assert_non_null(strstr(said, ": 7 bytes at its end are torn"));
	forget_frames();
}

/* Its lock is of another process, as this one's own would be no answer. */
static void an_end_that_is_being_written_is_not_torn(void **state)
{
	int ready[2], over[2], status;
	char byte;
	pid_t pid;

	(void)state;
	record_frames();
	write_whole(path_of(BOOT, 1), whole.data, whole.ends[3] + 7);
	assert_int_equal(pipe(ready) | pipe(over), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		close(over[1]);
		open_store(BOOT2);
		_exit(write(ready[1], "x", 1) != 1 || read(over[0], &byte, 1));
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	open_reader(t.dir, &all);
	assert_read(1, 4 * FRAME_LINES + 1);
	store_reader_end(reader);
	assert_null(store_reader_damage(reader));
	close(over[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	store_reader_end(reader);
	assert_non_null(store_reader_damage(reader));
	close(ready[0]);
	close(over[0]);
	forget_frames();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		reader_row(all_lines_come_in_order_over_segments_and_restarts),
		reader_row(boots_come_by_time),
		reader_row(a_segment_alone_is_read),
		reader_row(frames_come_as_they_lie_there),
		reader_row(frames_begin_with_the_first_of_a_time),
		reader_row(a_damaged_frame_is_none),
		reader_row(it_begins_with_the_segment_of_a_line),
		reader_row(lines_come_while_they_are_written),
		reader_row(segments_may_go_while_they_are_read),
		reader_row(a_frame_that_is_being_written_is_not_yet_one),
		reader_row(a_span_is_read_by_frames_of_segments_that_can_have_it),
		reader_row(a_frame_with_a_destination_is_always_read),
		reader_row(notices_come_for_all_destinations),
		reader_row(what_lacks_between_frames_is_counted),
		reader_row(what_is_no_store_is_said),
		reader_row(what_a_newer_version_has_written_is_refused_and_not_cut),
		reader_row(content_that_is_not_the_indexs_is_not_shown),
		reader_row(no_truncation_shows_what_was_not_written),
		reader_row(no_flipped_bit_is_shown),
		reader_row(no_zeroed_tail_is_shown),
		reader_row(damage_is_told_with_its_place),
		reader_row(no_damage_counts_twice),
		reader_row(what_lacks_at_the_beginning_is_counted),
		reader_row(lines_of_a_damaged_first_frame_are_missing),
		reader_row(an_end_that_nobody_writes_is_torn),
		reader_row(an_end_that_is_being_written_is_not_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
