// SPDX-License-Identifier: MIT
/*
 * Who writes to a store is killed, and another process goes on by the marks that it finds there.
 * The ring is as simple as one can be: event i takes 8 bytes, every third is not wanted.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "store/list.h"
#include "store/reader.h"
#include "store/tag.h"
#include "unit/fate.h"
#include "unit/store_fixture.h"

#define RING	  77u
#define EVENT_LEN 8u
#define EVENTS	  900u

/* Shared with children: up to where the ring was given back. */
static atomic_ullong *consumed;

static bool is_wanted(uint64_t event)
{
	return event % 3;
}

/* A line of that event: its number is that of the port. */
static size_t event_line(char *to, uint64_t seq, uint64_t event)
{
	return (size_t)sprintf(to,
			       "{\"timestamp\":\"2026-02-16T12:34:56.%09uZ\",\"event.name\":"
			       "\"tcp.connect\",\"tpconnect.seq\":%lu,"
			       "\"network.peer.address\":\"10.0.0.1\",\"network.peer.port\":%lu}\n",
			       (unsigned int)event, seq, event);
}

/* A process that records: opened by begin(). */
static struct {
	struct frame_mark mark;
	uint64_t seq; /* of the next line */
} recorder;

static void begin(void)
{
	open_store(BOOT);
	recorder.mark = store_resume(t.store, RING, *consumed);
	recorder.mark.ring = RING;
	if (recorder.mark.position < *consumed)
		recorder.mark.position = *consumed;
	recorder.seq = store_next_seq(t.store);
	*consumed = recorder.mark.position; /* who was here before may not have come to that */
}

static void give_back(void)
{
	uint64_t marked = store_marked(t.store);

	if (marked > *consumed)
		*consumed = marked;
}

/* Reads the next event, and marks what becomes of it. */
static void take_event(void)
{
	uint64_t event = recorder.mark.position / EVENT_LEN;
	char line[STORE_LINE_MAX];
	size_t size;

	recorder.mark.position += EVENT_LEN;
	recorder.mark.received++;
	if (!is_wanted(event)) {
		recorder.mark.filtered++;
		store_mark(t.store, recorder.seq - 1, &recorder.mark);
		return;
	}
	recorder.mark.written++;
	store_mark(t.store, recorder.seq, &recorder.mark);
	size = event_line(line, recorder.seq, event);
	if (store_append(t.store, line, size) != (ssize_t)size)
		_exit(2);
	recorder.seq++;
}

static void take_events(uint64_t n)
{
	while (n--)
		take_event();
}

/* Until there are no more. What comes with each flush may be lines, or a mark alone. */
static void record_all(void)
{
	begin();
	while (recorder.mark.position < EVENTS * EVENT_LEN) {
		take_event();
		if (recorder.mark.received % 100 == 0 && store_flush(t.store))
			_exit(3);
		if (recorder.mark.received % 300 == 0 && store_flush(t.store))
			_exit(4);
		give_back();
	}
	if (store_flush(t.store) || store_flush(t.store))
		_exit(5);
	give_back();
	close_store();
}

/* Every wanted event before `end` is there once, in its order, and no number lacks. */
static void assert_each_once(uint64_t end)
{
	static const struct store_query all;
	char expected[STORE_LINE_MAX];
	struct store_reader *reader;
	struct error error;
	uint64_t seq = 1, event = 0;
	const char *line;
	size_t size;

	assert_int_equal(store_reader_open(t.dir, &all, &reader, &error), 0);
	for (; store_reader_next(reader, &line, &size) == 1; seq++, event++) {
		event += !is_wanted(event);
		assert_int_equal(size + 1, event_line(expected, seq, event));
		assert_memory_equal(line, expected, size);
	}
	while (!is_wanted(end - 1))
		end--;
	assert_int_equal(event, end);
	assert_int_equal(store_read(reader).missing, 0);
	assert_int_equal(store_read(reader).damaged, 0);
	store_reader_close(reader);
}

static void assert_mark(const struct frame_mark *mark, uint64_t events)
{
	assert_int_equal(mark->ring, RING);
	assert_int_equal(mark->position, events * EVENT_LEN);
	assert_int_equal(mark->received, events);
	assert_int_equal(mark->filtered, (events + 2) / 3);
	assert_int_equal(mark->written, events - (events + 2) / 3);
}

/* A store that is opened anew has marks up to there. */
static void assert_resumes_at(uint64_t events)
{
	begin();
	assert_mark(&recorder.mark, events);
}

static void a_frame_says_where_to_go_on(void **state)
{
	(void)state;
	begin();
	assert_int_equal(store_marked(t.store), 0);
	take_events(200);
	assert_int_equal(store_marked(t.store), 0);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_marked(t.store), 200 * EVENT_LEN);
	take_events(10);
	assert_int_equal(store_marked(t.store), 200 * EVENT_LEN);
	close_store();
	assert_resumes_at(210);
}

/* Who makes lines is ahead of who writes them. */
static void a_frame_does_not_promise_what_is_not_in_it(void **state)
{
	char line[STORE_LINE_MAX];

	(void)state;
	open_store(BOOT);
	for (uint64_t seq = 1; seq <= 10; seq++)
		store_mark(t.store, seq,
			   &(struct frame_mark){.ring = RING, .position = seq * EVENT_LEN});
	for (uint64_t seq = 1; seq <= 5; seq++)
		store_append(t.store, line, event_line(line, seq, seq));
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_marked(t.store), 5 * EVENT_LEN);
	close_store();
	begin();
	assert_int_equal(recorder.mark.position, 5 * EVENT_LEN);
}

/* Not even a line of its own: it would have no number. */
static void what_is_not_wanted_is_marked_without_a_line(void **state)
{
	uint64_t bytes;

	(void)state;
	begin();
	take_events(3);
	assert_int_equal(store_flush(t.store), 0);
	take_events(1); /* number 3 */
	assert_int_equal(store_marked(t.store), 3 * EVENT_LEN);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_marked(t.store), 4 * EVENT_LEN);
	bytes = store_counts(t.store).bytes;
	assert_int_equal(store_flush(t.store), 0); /* no news */
	assert_int_equal(store_counts(t.store).bytes, bytes);
	assert_int_equal(store_counts(t.store).written, 2);
	close_store();
	assert_each_once(4);
	assert_resumes_at(4);
	take_events(2);
	close_store();
	assert_each_once(6);
}

static void nothing_is_known_of_another_ring(void **state)
{
	struct frame_mark mark;

	(void)state;
	begin();
	take_events(10);
	close_store();
	open_store(BOOT);
	mark = store_resume(t.store, RING + 1, 0);
	assert_int_equal(mark.ring + mark.position + mark.received, 0);
	close_store();
	/* Nor in another boot. */
	open_store(BOOT2);
	assert_int_equal(store_resume(t.store, RING, 0).ring, 0);
}

static uint8_t version_of_first(void)
{
	size_t size;
	char *data = read_whole(path_of(BOOT, 1), &size);
	uint8_t version = (uint8_t)data[12];

	free(data);
	return version;
}

/* Who knows of no ring writes as ever, and hands on what there is to know of one. */
static void a_store_without_marks_is_as_it_was(void **state)
{
	(void)state;
	open_store(BOOT);
	append_lines(1, 2);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_flush(t.store), 0);
	assert_int_equal(store_marked(t.store), 0);
	close_store();
	assert_int_equal(version_of_first(), 1);
	begin();
	assert_int_equal(recorder.mark.position, 0);
	assert_int_equal(recorder.seq, 2);
	take_events(10);
	close_store();
	open_store(BOOT);
	append_lines(store_next_seq(t.store), 10);
	close_store();
	assert_resumes_at(10);
}

/* Lines that were never written whole are in the ring still, and take the same numbers. */
static void lines_of_a_torn_frame_come_again(void **state)
{
	struct stat st;

	(void)state;
	begin();
	take_events(100);
	assert_int_equal(store_flush(t.store), 0);
	give_back();
	take_events(100);
	close_store();
	assert_int_equal(stat(path_of(BOOT, 1), &st), 0);
	/* Segments of stores that are closed end with their sums: these, and a part of the frame.
	 */
	assert_int_equal(truncate(path_of(BOOT, 1), st.st_size - 200), 0);
	assert_resumes_at(100);
	assert_int_equal(store_counts(t.store).torn, 0);
	take_events(EVENTS - 100);
	close_store();
	assert_each_once(EVENTS);
}

/* They were written whole, as the ring has them no more: what is torn now is lost. */
static void lines_that_left_the_ring_and_are_torn_are_lost(void **state)
{
	struct stat st;

	(void)state;
	begin();
	take_events(100);
	assert_int_equal(store_flush(t.store), 0);
	take_events(100);
	assert_int_equal(store_flush(t.store), 0);
	give_back();
	close_store();
	assert_int_equal(stat(path_of(BOOT, 1), &st), 0);
	assert_int_equal(truncate(path_of(BOOT, 1), st.st_size - 200), 0);
	assert_resumes_at(200);
	assert_int_equal(store_counts(t.store).torn, 67);
	assert_int_equal(recorder.seq, 134);
}

/* It has no frame yet: the last mark is in the segment before. */
static void a_segment_that_was_only_begun_is_no_end_of_marks(void **state)
{
	(void)state;
	begin();
	take_events(100);
	close_store();
	write_whole(path_of(BOOT, recorder.seq), "", 0);
	assert_resumes_at(100);
	take_events(100);
	close_store();
	assert_each_once(200);
}

/* Returns whether it was killed, at that call. */
static bool kill_at(unsigned int call, enum how how)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (!pid) {
		fate.calls = 0;
		fate.at = call;
		fate.how = how;
		record_all();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		assert_int_equal(WTERMSIG(status), SIGKILL);
	else
		assert_int_equal(WEXITSTATUS(status), 0);
	return WIFSIGNALED(status);
}

/* And so is the one that goes on, at another call. */
static void whoever_is_killed_at_any_call_loses_and_doubles_nothing(void **state)
{
	unsigned int killed = 0;

	store_teardown(state); /* each time has a place of its own */
	for (enum how how = BEFORE; how <= HALF; how++)
		for (unsigned int call = 1;; call++) {
			bool was_killed;

			store_setup(state);
			t.limits = (struct store_limits){.segment_max = 5000};
			*consumed = 0;
			was_killed = kill_at(call, how);
			killed += was_killed;
			killed += kill_at(call * 7 % 23 + 1, (enum how)(call % 3));
			kill_at(0, BEFORE);
			assert_each_once(EVENTS);
			assert_int_equal(*consumed, EVENTS * EVENT_LEN);
			assert_resumes_at(EVENTS);
			store_teardown(state);
			if (!was_killed)
				break;
		}
	print_message("killed %u times\n", killed);
	assert_true(killed > 100);
	store_setup(state);
}

static int setup(void **state)
{
	*consumed = 0;
	return store_setup(state);
}

#define row(test) cmocka_unit_test_setup_teardown(test, setup, store_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_frame_says_where_to_go_on),
		row(a_frame_does_not_promise_what_is_not_in_it),
		row(what_is_not_wanted_is_marked_without_a_line),
		row(nothing_is_known_of_another_ring),
		row(a_store_without_marks_is_as_it_was),
		row(lines_of_a_torn_frame_come_again),
		row(lines_that_left_the_ring_and_are_torn_are_lost),
		row(a_segment_that_was_only_begun_is_no_end_of_marks),
		row(whoever_is_killed_at_any_call_loses_and_doubles_nothing),
	};

	writer = pthread_self();
	consumed = mmap(NULL, sizeof(*consumed), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
			-1, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
