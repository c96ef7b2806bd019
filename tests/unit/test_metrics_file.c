// SPDX-License-Identifier: MIT
/* What a session writes for Prometheus, with a kernel side that is a queue. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "commands/metrics_file.h"
#include "engine/session.h"
#include "unit/decoded.h"
#include "unit/fake_probe.h"
#include "unit/said.h"
#include "util/log.h"

static char dir[64], path[96];
static struct options options;
static const struct books books = {.sent = 5, .written = 3, .lost = {.output = 2, .store = 7}};
static struct metrics_sources sources = {.books = &books};
static sigset_t mask_of_before;

/* The consumer before it. */
static unsigned int left;
static void (*on_last)(void);
static void (*on_first)(void *ctx, struct session *session, const struct session_start *start);

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	(void)ctx, (void)event, (void)boot_to_utc_ns;
	if (--left)
		return;
	if (on_last)
		on_last();
	session_stop(session, STATUS_DONE);
}

static int begin(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_metrics.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tpconnect.prom", dir);
	options = (struct options){.metrics_path = path};
	options.request.config.event_mask = ~0u;
	sources.store = NULL;
	on_last = NULL;
	on_first = NULL;
	fake_reset();
	return 0;
}

static int end(void **state)
{
	(void)state;
	chmod(dir, 0700);
	unlink(path);
	return rmdir(dir); /* nothing is left beside it */
}

/* A session of that many events. Returns its exit status. */
static int run(unsigned int n)
{
	struct consumer consumers[2] = {{.started = on_first, .event = on_event}};
	struct metrics_file *file;
	int status = metrics_file_open(&options, &sources, &file, &consumers[1]);

	if (status)
		return status;
	for (unsigned int i = 0; i < n; i++)
		fake_send(EVENT_CONNECT, i + 1);
	left = n;
	status = session_run(&options.request, &options.limits, consumers, 2);
	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	metrics_file_close(file);
	return status;
}

static const char *written(void)
{
	static char text[1 << 20];
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return text;
}

static void assert_has(const char *what)
{
	if (!strstr(written(), what))
		fail_msg("there is no \"%s\" in\n%.3000s", what, written());
}

static void all_events_are_in_the_file_at_the_end(void **state)
{
	(void)state;
	fake.tracked = 7;
	fake.ring = (struct ring_fill){.used = 1, .size = 4};
	assert_int_equal(run(3), STATUS_DONE);
	assert_has("tpconnect_connect_attempts_total{service=\"~unknown\",destination=\"");
	assert_has("\"} 3\n");
	assert_has("\ntpconnect_events_written_total 3\n");
	assert_has("\ntpconnect_events_lost_total{reason=\"output\"} 2\n");
	assert_has("\ntpconnect_tracked 7\n");
	assert_has("\ntpconnect_ring_fill_ratio 0.250000\n");
	assert_has("\ntpconnect_process_resident_memory_bytes ");
	assert_has("\ntpconnect_process_open_fds ");
	assert_null(strstr(written(), "tpconnect_store_"));
}

static void a_store_is_told_where_there_is_one(void **state)
{
	static const char line[] = "{\"timestamp\":\"2026-02-16T12:34:56.000000000Z\","
				   "\"event.name\":\"tcp.connect\",\"tpconnect.seq\":1}\n";
	struct store_limits limits = {0};
	struct error error = {.text = ""};
	char place[96], command[128];

	(void)state;
	snprintf(place, sizeof(place), "%s/store", dir);
	if (store_open(place, "5a5f4b0c-8b4e-4f0a-9d55-6b1d3f0f3d51", &limits, &sources.store,
		       &error))
		fail_msg("%s", error.text);
	assert_int_equal(store_append(sources.store, line, strlen(line)), strlen(line));
	assert_int_equal(store_flush(sources.store), 0);
	assert_int_equal(run(1), STATUS_DONE);
	assert_has("\ntpconnect_store_segments 1\n");
	assert_has("\ntpconnect_store_oldest_timestamp_seconds 1771245296.000000000\n");
	assert_has("\ntpconnect_events_lost_total{reason=\"store\"} 7\n");
	store_close(sources.store);
	snprintf(command, sizeof(command), "rm -r %s", place);
	assert_int_equal(system(command), 0);
}

static void events_that_were_not_asked_for_are_not_counted_as_none(void **state)
{
	(void)state;
	options.request.config.event_mask = EVENT_BIT(EVENT_FAILED);
	assert_int_equal(run(1), STATUS_DONE);
	assert_null(strstr(written(), "tpconnect_connect_attempts_total"));
	assert_has("# TYPE tpconnect_connect_results_total counter\n");
}

/* It is there from the start: who scrapes need not wait. */
static void assert_there(void)
{
	for (int i = 0; access(path, F_OK) && i < 20000; i++)
		usleep(1000);
	assert_int_equal(access(path, F_OK), 0);
}

static void the_first_file_comes_at_once(void **state)
{
	(void)state;
	on_last = assert_there;
	assert_int_equal(run(1), STATUS_DONE);
}

static void what_cannot_be_a_file_ends_it_before_it_begins(void **state)
{
	(void)state;
	options.metrics_path = "/dev/null";
	listen_to_stderr();
	assert_int_equal(run(1), STATUS_FAILED);
	assert_non_null(strstr(heard(), "--metrics-file: /dev/null is no regular file"));
	assert_int_equal(fake.opened_times, 0);
}

static void make_a_directory_of_it(void)
{
	assert_there();
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void remove_directory(void *ctx, struct session *session, const struct session_start *start)
{
	(void)ctx, (void)session, (void)start;
	assert_int_equal(rmdir(dir), 0);
}

static void expect_it_said(void)
{
	assert_non_null(strstr(heard(), "cannot write metrics to /tmp/test_metrics."));
}

/* Not only when the next one is due. */
static void a_first_file_that_cannot_be_written_is_said_at_once(void **state)
{
	(void)state;
	on_first = remove_directory;
	on_last = expect_it_said;
	listen_to_stderr();
	assert_int_equal(run(1), STATUS_DONE);
	assert_int_equal(mkdir(dir, 0700), 0);
}

/* Tracing goes on without it. */
static void a_file_that_cannot_be_written_is_said(void **state)
{
	(void)state;
	on_last = make_a_directory_of_it;
	listen_to_stderr();
	assert_int_equal(run(2), STATUS_DONE);
	if (!strstr(heard(), "cannot write metrics to /tmp/test_metrics."))
		fail_msg("said: %s", said);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
#define metrics_test(test) cmocka_unit_test_setup_teardown(test, begin, end)
	const struct CMUnitTest tests[] = {
		metrics_test(all_events_are_in_the_file_at_the_end),
		metrics_test(a_store_is_told_where_there_is_one),
		metrics_test(events_that_were_not_asked_for_are_not_counted_as_none),
		metrics_test(the_first_file_comes_at_once),
		metrics_test(what_cannot_be_a_file_ends_it_before_it_begins),
		metrics_test(a_first_file_that_cannot_be_written_is_said_at_once),
		metrics_test(a_file_that_cannot_be_written_is_said),
	};

	sigprocmask(SIG_BLOCK, NULL, &mask_of_before);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
