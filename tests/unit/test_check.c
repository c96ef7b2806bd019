// SPDX-License-Identifier: MIT
/* What history --check says of a store, and the sign of life on which a part of it rests. */
#include "commands/check.h"
#include "commands/output.h"
#include "store/frame.h"
#include "unit/parsed.h"
#include "unit/said.h"
#include "unit/store_fixture.h"
#include "util/clock.h"
#include "util/status.h"

#define check_row(test) cmocka_unit_test_setup_teardown(test, store_setup, teardown_check)

static int teardown_check(void **state)
{
	forget(state);
	return store_teardown(state);
}

static char answer[4096];

/* The answer, line by line, with an end of line before the first as well. */
static const char *check(int status)
{
	const struct options *options = good("history", "--check", "--store", t.dir);
	char path[128], *data;
	int real = dup(STDOUT_FILENO);
	size_t size;

	snprintf(path, sizeof(path), "%s/answer", t.dir);
	fflush(stdout);
	assert_non_null(freopen(path, "w", stdout));
	listen_to_stderr();
	assert_int_equal(check_store(options), status);
	heard();
	fflush(stdout);
	dup2(real, STDOUT_FILENO);
	close(real);
	data = read_whole(path, &size);
	assert_true(size < sizeof(answer) - 1);
	snprintf(answer, sizeof(answer), "\n%.*s", (int)size, data);
	free(data);
	unlink(path);
	return answer;
}

static void keep_notice(uint64_t seq, const char *name, const char *more)
{
	char line[512];
	int len = snprintf(line, sizeof(line),
			   "{\"timestamp\":\"2026-02-16T12:34:%02u.000000000Z\",\"event.name\":"
			   "\"tpconnect.%s\",\"tpconnect.seq\":%u%s}\n",
			   56 + (unsigned int)seq / 1000, name, (unsigned int)seq, more);

	assert_int_equal(store_append(t.store, line, (size_t)len), len);
}

static void what_is_whole_is_said_to_be(void **state)
{
	(void)state;
	open_store(BOOT);
	keep_notice(1, "start", "");
	append_lines(2, 1200);
	keep_notice(1200, "stop", "");
	close_store();
	assert_string_equal(check(STATUS_DONE),
			    "\nkept: 1200 lines of 1 boot, from 2026-02-16T12:34:56.000000000Z to "
			    "2026-02-16T12:34:57.000000000Z\nwhole\n");
	assert_string_equal(said, "");
}

static void each_hole_has_a_line(void **state)
{
	(void)state;
	open_store(BOOT);
	keep_notice(1, "start", "");
	append_lines(2, 100);
	append_lines(103, 700);
	append_lines(701, 1500);
	keep_notice(1502, "stop", ",\"tpconnect.loss.ring\":5");
	close_store();
	assert_string_equal(check(STATUS_FAILED),
			    "\nhole: boot " BOOT ", lines 100 to 102 (3), of the time from "
			    "2026-02-16T12:34:56.099000000Z to 2026-02-16T12:34:56.103000000Z\n"
			    "hole: boot " BOOT ", line 700 to 700 (1), of the time from "
			    "2026-02-16T12:34:56.699000000Z to 2026-02-16T12:34:56.701000000Z\n"
			    "hole: boot " BOOT ", lines 1500 to 1501 (2), of the time from "
			    "2026-02-16T12:34:57.499000000Z to 2026-02-16T12:34:57.000000000Z\n"
			    "kept: 1496 lines of 1 boot, from 2026-02-16T12:34:56.000000000Z to "
			    "2026-02-16T12:34:57.000000000Z\n"
			    "counted: 5 events lost as they were recorded, by tpconnect.loss and "
			    "tpconnect.stop\n"
			    "not whole: 3 holes with 6 lines, 0 silences, not cut off\n");
}

/* Its index tells how many lines there were. */
static void damage_is_a_hole(void **state)
{
	size_t size;
	char *data;

	(void)state;
	open_store(BOOT);
	keep_notice(1, "start", "");
	append_lines(2, 1200);
	keep_notice(1200, "stop", "");
	close_store();
	data = read_whole(path_of(BOOT, 1), &size);
	data[size / 2] ^= 1;
	write_whole(path_of(BOOT, 1), data, size);
	free(data);
	assert_non_null(strstr(check(STATUS_FAILED), "\nhole: boot " BOOT ", lines "));
	assert_non_null(strstr(said, path_of(BOOT, 1)));
}

/* Where a byte of the last frame's content lies. */
static size_t last_content(const char *data, size_t size)
{
	size_t begin = 0, needed, content = 0;

	while ((begin += frame_find((const uint8_t *)data + begin, size - begin)) < size) {
		struct frame_index index;

		assert_int_equal(frame_index_read((const uint8_t *)data + begin, size - begin,
						  &index, &needed),
				 0);
		if (!index.is_sums && !index.is_mark)
			content = begin + frame_index_size(&index) + index.size / 2;
		begin += frame_size(&index);
	}
	return content;
}

/* No later line of the boot tells of it, but its index does. */
static void damage_at_the_end_of_a_boot_is_a_hole(void **state)
{
	size_t size;
	char *data;

	(void)state;
	open_store(BOOT);
	keep_notice(1, "start", "");
	append_lines(2, 1200);
	close_store();
	data = read_whole(path_of(BOOT, 1), &size);
	open_store(BOOT2);
	keep_notice(1, "start", "");
	append_lines(2, 10);
	keep_notice(10, "stop", "");
	close_store();
	assert_non_null(strstr(check(STATUS_DONE), "\nwhole\n"));
	data[last_content(data, size)] ^= 1;
	write_whole(path_of(BOOT, 1), data, size);
	free(data);
	assert_non_null(strstr(check(STATUS_FAILED), "at the end of a boot, in what is damaged\n"));
	assert_non_null(strstr(answer, "\nnot whole: 1 hole with "));
	assert_non_null(strstr(said, path_of(BOOT, 1)));
}

static void what_cannot_be_read_is_not_whole(void **state)
{
	(void)state;
	assert_string_equal(check(STATUS_FAILED), "\n");
	assert_non_null(strstr(said, "is no store"));
	open_store(BOOT);
	close_store();
	assert_string_equal(check(STATUS_FAILED), "\nnot whole: nothing is kept\n");
}

/* As record has it: due a minute after the last, and then at once. */
static void a_store_has_a_sign_of_life_each_minute(void **state)
{
	const struct options *options = good("record", "--store", t.dir);
	struct output output = {0};
	uint64_t due_ns;

	(void)state;
	assert_int_equal(output_open(&output, options, false), STATUS_DONE);
	output.ledger.books.sent = 17;
	output.begin_ns = clock_now_ns(CLOCK_BOOTTIME) - 90 * NSEC_PER_SEC;
	output.heartbeat_ns = due_ns = output.begin_ns + 10 * HEARTBEAT_NS;
	output_beat(&output);
	assert_int_equal(output.heartbeat_ns, due_ns);
	assert_int_equal(sink_lines(output.sink), 0);
	/* One stands for all that were missed; the next comes when it would have come. */
	output.heartbeat_ns = output.begin_ns - HEARTBEAT_NS;
	output_beat(&output);
	assert_int_equal(output.heartbeat_ns, output.begin_ns + 2 * HEARTBEAT_NS);
	assert_int_equal(sink_lines(output.sink), 1);
	output_beat(&output);
	assert_int_equal(sink_lines(output.sink), 1);
	output_flush_patiently(&output);
	output_close(&output);
	assert_non_null(strstr(check(STATUS_FAILED), "\ncut off: boot "));
	assert_non_null(strstr(answer, "\nkept: 1 line of 1 boot, "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		check_row(what_is_whole_is_said_to_be),
		check_row(each_hole_has_a_line),
		check_row(damage_is_a_hole),
		check_row(damage_at_the_end_of_a_boot_is_a_hole),
		check_row(what_cannot_be_read_is_not_whole),
		check_row(a_store_has_a_sign_of_life_each_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
