// SPDX-License-Identifier: MIT
/* What was open before tracing began, in a session with a kernel side that is a queue. */
#include <signal.h>

#include "engine/session.h"
#include "unit/context.h"
#include "unit/decoded.h"
#include "unit/fake_probe.h"
#include "unit/parsed.h"
#include "unit/said.h"
#include "util/array.h"

#define SECOND 1000000000ull

/* What the consumer of these tests has been given. */
#define EVENTS_MAX 256

static struct {
	struct event events[EVENTS_MAX];
	char exe[EVENTS_MAX][16];
	size_t n, stop_at;
	unsigned int asked, room_from; /* how often for room, and from when on there is some */
	bool over;		       /* the last event came after detaching */
	struct session_end end;
	struct left_out left_out;
	struct gauge gauge;
	int gauges_err;
} got;

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	(void)ctx, (void)boot_to_utc_ns;
	assert_true(got.n < EVENTS_MAX);
	snprintf(got.exe[got.n], sizeof(got.exe[0]), "%s", event->image ? event->image->exe : "");
	got.events[got.n++] = *event;
	got.over = session_is_over(session);
	if (got.n == got.stop_at)
		session_stop(session, STATUS_DONE);
}

static bool has_room(void *ctx)
{
	(void)ctx;
	return ++got.asked >= got.room_from;
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	(void)ctx;
	got.end = *end;
	got.left_out = session_left_out(session);
}

static int begin(void **state)
{
	(void)state;
	memset(&got, 0, sizeof(got));
	fake_reset();
	return 0;
}

static void run(const struct options *options)
{
	const struct consumer consumer = {
		.event = on_event, .has_room = has_room, .finished = on_finished};
	sigset_t before;

	sigprocmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(session_run(&options->request, &options->limits, &consumer, 1),
			 STATUS_DONE);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

/* A socket that this process holds, which started then. */
static struct open_record held(__u64 socket, __u32 pid, __u64 started)
{
	struct open_record record = sample_open();

	record.socket = socket;
	record.base.attempt.start_ns = socket;
	record.base.attempt.pid = pid;
	record.base.attempt.process_start_ns = started;
	record.base.attempt.flags = ATTEMPT_PREEXISTING;
	return record;
}

/* The end of that socket's connection, of which the kernel side knows this process. */
static void ends(__u64 socket, __u32 pid, __u64 time_ns)
{
	struct close_record *record = &fake.records[fake.n];

	fake_send(EVENT_CLOSE, pid);
	record->base.time_ns = time_ns;
	record->base.attempt.start_ns = socket;
	record->base.attempt.flags = ATTEMPT_PREEXISTING;
}

static void each_socket_is_told_once_before_what_happens_then(void **state)
{
	struct open_record records[] = {held(1, 10, 50), held(2, 10, 50), held(1, 11, 40)};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		fake_is_open(&records[i].base.head);
	fake_send(EVENT_CONNECT, 7);
	got.stop_at = 3;
	run(good("-e", "all"));
	assert_int_equal(got.n, 3);
	assert_int_equal(fake.snapshots, 1);
	assert_int_equal(got.events[0].kind, EVENT_OPEN);
	assert_int_equal(got.events[0].holders, 2);
	assert_int_equal(got.events[0].pid, 11);
	assert_int_equal(got.events[1].start_ns, 2);
	assert_int_equal(got.events[1].holders, 1);
	assert_int_equal(got.events[2].kind, EVENT_CONNECT);
	assert_int_equal(got.end.counters.sent, 3);
}

static void without_open_among_the_events_nothing_is_told(void **state)
{
	struct open_record record = held(1, 10, 50);

	(void)state;
	fake_is_open(&record.base.head);
	fake_send(EVENT_CONNECT, 7);
	got.stop_at = 1;
	run(good("-e", "all,-open"));
	assert_int_equal(got.n, 1);
	assert_int_equal(got.events[0].kind, EVENT_CONNECT);
	assert_int_equal(got.end.counters.sent, 1);
}

/* Not what they leave out of one holder if they want it of another. */
static void filters_of_the_kernel_side_leave_out_what_no_holder_is_wanted_of(void **state)
{
	struct open_record records[] = {held(1, 10, 50), held(2, 10, 50), held(2, 11, 60)};

	(void)state;
	records[0].flags &= ~OPEN_WANTED;
	records[1].flags &= ~OPEN_WANTED;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		fake_is_open(&records[i].base.head);
	got.stop_at = 1;
	run(good("-e", "open"));
	assert_int_equal(got.n, 1);
	assert_int_equal(got.events[0].pid, 11);
	assert_int_equal(got.events[0].holders, 2);
	assert_int_equal(got.end.counters.sent, 1);
}

/* Process 10 is curl, of 11 nothing is known. */
static void filters_of_user_space_ask_each_holder(void **state)
{
	union process_bytes process = process_sample();
	struct open_record records[] = {
		held(1, 11, 40),
		held(1, 10, 500),
		held(2, 11, 40),
		held(3, 10, 500),
	};

	(void)state;
	process.record.flags = PROCESS_HAS_EXE;
	process_text(&process, TEXT_EXE, TEXT("curl\0bin"));
	fake_is_open(&process.record.head);
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		fake_is_open(&records[i].base.head);
	got.stop_at = 2;
	run(good("-e", "open", "--exe", "curl"));
	assert_int_equal(got.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(got.events[i].pid, 10);
		assert_string_equal(got.exe[i], "/bin/curl");
	}
	assert_int_equal(got.events[0].holders, 2);
	assert_int_equal(got.end.counters.sent, 3);
	assert_int_equal(got.left_out.events, 1);
	assert_int_equal(got.left_out.unknown, 1);
}

static void who_has_no_room_gets_them_when_there_is_some(void **state)
{
	struct open_record records[200];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		records[i] = held(1 + i, 10, 50);
		fake_is_open(&records[i].base.head);
	}
	got.room_from = 3;
	got.stop_at = ARRAY_SIZE(records);
	run(good("-e", "open"));
	assert_int_equal(got.n, ARRAY_SIZE(records));
	assert_false(got.over);
	/* Bit by bit, with a look at all else in between. */
	assert_true(got.asked >= 3 + ARRAY_SIZE(records) / 64);
}

static void who_never_has_room_gets_them_in_the_end(void **state)
{
	struct open_record records[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		records[i] = held(1 + i, 10, 50);
		fake_is_open(&records[i].base.head);
	}
	got.room_from = UINT32_MAX;
	run(good("-e", "open", "-t", "1ms"));
	assert_int_equal(got.n, ARRAY_SIZE(records));
	assert_true(got.over);
	assert_int_equal(got.end.counters.sent, ARRAY_SIZE(records));
}

/* docs/spec.md, T15: whoever started first, though the kernel side knows the other. */
static void an_end_tells_who_held_it_and_how_long_it_was_observed(void **state)
{
	struct open_record records[] = {held(1, 10, 50), held(2, 10, 50), held(1, 11, 40)};
	uint64_t later = clock_now_ns(CLOCK_BOOTTIME) + 5 * SECOND;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		fake_is_open(&records[i].base.head);
	strcpy(records[2].base.attempt.comm, "parent");
	ends(1, 10, later);
	ends(2, 10, later);
	ends(3, 0, later);
	got.stop_at = 3;
	run(good("-e", "close"));
	assert_int_equal(got.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(got.events[i].kind, EVENT_CLOSE);
		assert_true(got.events[i].has & EVENT_HAS_OBSERVED);
		assert_in_range(got.events[i].observed_ns, 1, 5 * SECOND);
		assert_false(got.events[i].has & EVENT_HAS_DURATION);
	}
	assert_int_equal(got.events[0].pid, 11);
	assert_int_equal(got.events[0].process_start_ns, 40);
	assert_string_equal(got.events[0].comm, "parent");
	assert_int_equal(got.events[0].holders, 2);
	assert_int_equal(got.events[1].pid, 10);
	assert_int_equal(got.events[1].holders, 1);
	assert_false(got.events[2].has & (EVENT_HAS_HOLDERS | EVENT_HAS_PROCESS));
}

/* Of the record that is chosen, also where the kernel side tells of it no more. */
static void an_end_has_the_image_of_who_held_it(void **state)
{
	union process_bytes process = process_sample();
	struct open_record record = held(1, 10, 500);

	(void)state;
	process.record.flags = PROCESS_HAS_EXE;
	process_text(&process, TEXT_EXE, TEXT("curl\0bin"));
	fake_is_open(&process.record.head);
	fake_is_open(&record.base.head);
	ends(1, 10, clock_now_ns(CLOCK_BOOTTIME) + SECOND);
	got.stop_at = 1;
	run(good("-e", "close"));
	assert_string_equal(got.exe[0], "/bin/curl");
}

static void what_began_since_says_nothing_of_holders(void **state)
{
	(void)state;
	fake_send(EVENT_CLOSE, 10);
	got.stop_at = 1;
	run(good("-e", "close"));
	assert_false(got.events[0].has & (EVENT_HAS_HOLDERS | EVENT_HAS_OBSERVED));
	assert_true(got.events[0].has & EVENT_HAS_DURATION);
}

/* What was found till then is told; how many hold what is not known. */
static void a_look_that_fails_is_said_and_tracing_goes_on(void **state)
{
	struct open_record record = held(1, 10, 50);

	(void)state;
	fake_is_open(&record.base.head);
	fake.snapshot_err = -EIO;
	ends(2, 10, clock_now_ns(CLOCK_BOOTTIME) + SECOND);
	got.stop_at = 2;
	listen_to_stderr();
	run(good("-e", "all"));
	assert_says(heard(), "the fake cannot look: what was open before");
	assert_int_equal(got.n, 2);
	assert_int_equal(got.events[0].kind, EVENT_OPEN);
	assert_int_equal(got.events[1].kind, EVENT_CLOSE);
	assert_false(got.events[1].has & EVENT_HAS_HOLDERS);
}

static void a_record_that_cannot_be_read_is_told_once(void **state)
{
	struct open_record records[] = {held(1, 10, 50), held(2, 10, 50), held(3, 10, 50)};

	(void)state;
	records[0].base.head.interface++;
	records[1].state = 0;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		fake_is_open(&records[i].base.head);
	got.stop_at = 1;
	listen_to_stderr();
	run(good("-e", "open"));
	heard();
	assert_int_equal(got.n, 1);
	assert_int_equal(got.events[0].start_ns, 3);
	assert_non_null(strstr(said, "cannot be read"));
	assert_null(strstr(strstr(said, "cannot be read") + 1, "cannot be read"));
}

/* What connections carry */

static void on_gauge(void *ctx, const struct gauge *gauge)
{
	(void)ctx;
	got.gauge = *gauge;
}

static void on_idle(void *ctx, struct session *session)
{
	(void)ctx;
	got.gauges_err = session_gauges(session, on_gauge, NULL);
	session_stop(session, STATUS_DONE);
}

static void run_gauges(void)
{
	const struct consumer consumer = {.idle = on_idle};
	const struct options *options = good();
	sigset_t before;

	sigprocmask(SIG_SETMASK, NULL, &before);
	session_run(&options->request, &options->limits, &consumer, 1);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void gauges_are_handed_on_or_said_to_be_missing(void **state)
{
	(void)state;
	fake.gauges[0] = (struct gauge_record){
		.head = {INTERFACE, EVENT_GAUGE, sizeof(struct gauge_record)},
		.start_ns = 5,
		.bytes_sent = 7,
		.state = 1,
	};
	fake.n_gauges = 1;
	run_gauges();
	assert_int_equal(got.gauges_err, 0);
	assert_int_equal(got.gauge.start_ns, 5);
	assert_int_equal(got.gauge.bytes_sent, 7);
	fake.gauges_err = -EOPNOTSUPP;
	listen_to_stderr();
	run_gauges();
	assert_says(heard(), "the fake has no gauges");
	assert_int_equal(got.gauges_err, -EOPNOTSUPP);
}

#define opened_test(test) cmocka_unit_test_setup_teardown(test, begin, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		opened_test(each_socket_is_told_once_before_what_happens_then),
		opened_test(without_open_among_the_events_nothing_is_told),
		opened_test(filters_of_the_kernel_side_leave_out_what_no_holder_is_wanted_of),
		opened_test(filters_of_user_space_ask_each_holder),
		opened_test(who_has_no_room_gets_them_when_there_is_some),
		opened_test(who_never_has_room_gets_them_in_the_end),
		opened_test(an_end_tells_who_held_it_and_how_long_it_was_observed),
		opened_test(an_end_has_the_image_of_who_held_it),
		opened_test(what_began_since_says_nothing_of_holders),
		opened_test(a_look_that_fails_is_said_and_tracing_goes_on),
		opened_test(a_record_that_cannot_be_read_is_told_once),
		opened_test(gauges_are_handed_on_or_said_to_be_missing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
