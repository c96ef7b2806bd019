// SPDX-License-Identifier: MIT
/* Without memory: it is said, or done without, and nothing is lost; with it, all is freed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "aggregate/groups.h"
#include "aggregate/repeats.h"
#include "aggregate/sockets.h"
#include "enrich/enrich.h"
#include "metrics/metrics.h"
#include "top/live.h"
#include "top/view.h"
#include "top/rows.h"
#include "unit/context.h"
#include "unit/dns_message.h"
#include "unit/failing_malloc.h"
#include "unit/live_events.h"

/* More keys than the hash has room for at first, so that it grows. */
#define KEYS 400

/* Calls of malloc() and the like that any of these functions makes, at most. */
#define CALLS 500

/* Of AddressSanitizer, which keeps 256 MB of what was freed: more passes through here than that. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "quarantine_size_mb=16";
}

static struct event event_of(uint32_t pid)
{
	return (struct event){.kind = EVENT_CONNECT, .pid = pid, .process_start_ns = 1};
}

static int compare_numbers(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Every event is in one group, or in `other`. */
static void assert_all_are_counted(const struct groups *groups, uint64_t events)
{
	const struct group **sorted;
	uint64_t sum = 0;
	size_t n;

	assert_int_equal(groups_sorted(groups, compare_numbers, &sorted, &n), 0);
	for (size_t i = 0; i < n; i++)
		sum += *(uint64_t *)sorted[i]->value;
	assert_int_equal(sum, events);
	free(sorted);
}

static void count_keys(struct groups *groups)
{
	for (uint32_t pid = 1; pid <= KEYS; pid++) {
		struct event event = event_of(pid);

		++*(uint64_t *)groups_value(groups, &event);
	}
}

static void groups_without_memory_count_in_other(void **state)
{
	int failed = 0;

	(void)state;
	for (int fails = 0; fails < CALLS; fails++) {
		struct groups *groups = NULL;
		int err;

		calls_until_failure = fails;
		err = groups_new(BY_PID, sizeof(uint64_t), KEYS + 1, &groups);
		assert_true(!err || (err == -ENOMEM && !groups));
		failed += err != 0;
		if (!err)
			count_keys(groups);
		calls_until_failure = INT_MAX;
		if (!err)
			assert_all_are_counted(groups, KEYS);
		groups_free(groups);
		assert_int_equal(blocks, 0);
	}
	assert_int_equal(failed, 2); /* itself, and `other` */
}

static void texts_without_memory_count_in_other(void **state)
{
	(void)state;
	for (int fails = 2; fails < CALLS; fails++) {
		struct groups *groups;
		char path[16];
		const struct image image = {.exe = path};
		struct event event = event_of(1);

		event.image = &image;
		calls_until_failure = fails;
		assert_int_equal(groups_new(BY_EXE, sizeof(uint64_t), KEYS, &groups), 0);
		for (int i = 0; i < KEYS; i++) {
			snprintf(path, sizeof(path), "/%d", i);
			++*(uint64_t *)groups_value(groups, &event);
		}
		calls_until_failure = INT_MAX;
		assert_all_are_counted(groups, KEYS);
		groups_free(groups);
		assert_int_equal(blocks, 0);
	}
}

static void cleared_groups_keep_nothing(void **state)
{
	struct groups *groups;

	(void)state;
	assert_int_equal(groups_new(BY_PID, sizeof(uint64_t), 10, &groups), 0);
	for (int i = 0; i < 3; i++) {
		count_keys(groups); /* most of it in `other` */
		assert_all_are_counted(groups, KEYS);
		groups_clear(groups);
		assert_int_equal(blocks, 2);
		assert_all_are_counted(groups, 0);
	}
	groups_free(groups);
	assert_int_equal(blocks, 0);
}

static void groups_that_cannot_be_sorted_stay(void **state)
{
	const struct group **sorted = NULL;
	struct groups *groups;
	size_t n = 7;

	(void)state;
	assert_int_equal(groups_new(BY_PID, sizeof(uint64_t), KEYS, &groups), 0);
	count_keys(groups);
	calls_until_failure = 0;
	assert_int_equal(groups_sorted(groups, compare_numbers, &sorted, &n), -ENOMEM);
	calls_until_failure = INT_MAX;
	assert_null(sorted);
	assert_int_equal(n, 7);
	assert_all_are_counted(groups, KEYS);
	groups_free(groups);
	groups_free(NULL);
	assert_int_equal(blocks, 0);
}

/* What is told without memory for it is not known; what was known before stays. */
static int tell(struct enrich *enrich, uint32_t pid)
{
	union process_bytes process = process_sample();

	process.record.pid = pid;
	return enrich_record(enrich, EVENT_PROCESS, &process, sizeof(process.record));
}

static void happen(struct enrich *enrich, enum event_kind kind, uint32_t pid, bool known)
{
	struct event event = {
		.kind = kind,
		.has = EVENT_HAS_PROCESS,
		.process_start_ns = 500,
		.pid = pid,
		.start_ns = pid,
	};

	enrich_event(enrich, &event);
	assert_int_equal(event.image != NULL, known);
}

static void who_is_told_without_memory_is_not_known(void **state)
{
	int failed = 0;

	(void)state;
	for (int fails = 0; fails < 3 * KEYS; fails++) {
		struct enrich *enrich = NULL;

		calls_until_failure = fails;
		if (enrich_new(true, NULL, NULL, &enrich)) {
			calls_until_failure = INT_MAX;
			assert_null(enrich);
			continue;
		}
		for (uint32_t pid = 1; pid <= KEYS; pid++) {
			bool known = !tell(enrich, pid);

			failed += !known;
			happen(enrich, EVENT_ESTABLISHED, pid, known);
		}
		calls_until_failure = INT_MAX;
		/* Whose connection found no memory is known by the image. */
		for (uint32_t pid = 1; pid <= KEYS; pid += KEYS - 1)
			happen(enrich, EVENT_CLOSE, pid, !tell(enrich, pid));
		enrich_free(enrich);
		assert_int_equal(blocks, 0);
	}
	assert_in_range(failed, KEYS, 2 * KEYS);
	enrich_free(NULL);
}

/* Answers with more addresses than one, some of which have several names. */
static void answer(struct enrich *enrich, uint32_t pid, int *failed)
{
	struct message_bytes message = message_of(pid % 2 ? "a.test" : "b.test", ns_t_a);
	union dns_bytes bytes;
	int err;

	put_a(&message, NULL, 300, (uint8_t)(pid / 2));
	put_a(&message, NULL, 300, 255);
	bytes = dns_sample(1, &message);
	bytes.record.pid = 1 + pid % 8;
	err = enrich_record(enrich, EVENT_DNS, &bytes, bytes.record.head.size);
	assert_true(!err || err == -ENOMEM);
	*failed += err != 0;
}

/* What the process was answered last, if nothing failed. */
static void look_for_names(struct enrich *enrich, enum event_kind kind, uint32_t pid)
{
	struct event event = {
		.kind = kind,
		.has = EVENT_HAS_PROCESS,
		.process_start_ns = 500,
		.pid = 1 + pid % 8,
		.start_ns = 1 + pid,
		.dst.addr = {[10] = 0xff, 0xff, 192, 0, 2, (uint8_t)(pid / 2)},
	};

	enrich_event(enrich, &event);
	if (event.names)
		assert_string_equal(event.names->names[0] + 1, ".test");
}

static void names_without_memory_are_not_known(void **state)
{
	int failed = 0;

	(void)state;
	for (int fails = 0; fails < CALLS; fails++) {
		struct enrich *enrich = NULL;

		assert_int_equal(enrich_new(true, NULL, NULL, &enrich), 0);
		calls_until_failure = fails;
		if (enrich_use_dns(enrich, true)) {
			assert_int_equal(fails, 0);
			calls_until_failure = INT_MAX;
			enrich_free(enrich);
			assert_int_equal(blocks, 0);
			continue;
		}
		for (uint32_t pid = 0; pid < 64; pid++) {
			answer(enrich, pid, &failed);
			look_for_names(enrich, EVENT_ESTABLISHED, pid);
		}
		calls_until_failure = INT_MAX;
		for (uint32_t pid = 0; pid < 64; pid++)
			look_for_names(enrich, EVENT_CLOSE, pid);
		enrich_free(enrich);
		assert_int_equal(blocks, 0);
	}
	assert_in_range(failed, 100, CALLS);
}

static void pass_nothing(void *ctx, const struct event *event, int64_t boot_to_utc_ns)
{
	(void)ctx;
	(void)event;
	(void)boot_to_utc_ns;
}

static void repeats_without_memory_are_refused(void **state)
{
	struct repeats *repeats = NULL;

	(void)state;
	calls_until_failure = 0;
	assert_int_equal(repeats_open(1, pass_nothing, NULL, &repeats), -ENOMEM);
	calls_until_failure = INT_MAX;
	assert_null(repeats);
	assert_int_equal(repeats_open(1, pass_nothing, NULL, &repeats), 0);
	repeats_close(repeats);
	assert_int_equal(blocks, 0);
}

/* Each is offered twice, so that what found no memory once is there in the end. */
static void sockets_without_memory_are_refused_and_keep_the_rest(void **state)
{
	int failed = 0;

	(void)state;
	for (int fails = 0; fails < 20; fails++) {
		struct sockets *sockets = NULL;
		int err;

		calls_until_failure = fails;
		err = sockets_new(&sockets);
		assert_true(!err || (err == -ENOMEM && !sockets));
		failed += err != 0;
		for (uint64_t i = 0; !err && i < 4 * KEYS; i++) {
			struct event event = {.pid = 1,
					      .open = {.socket = 1 + i % (2 * KEYS), .held = true}};
			int added = sockets_add(sockets, &event);

			assert_true(!added || added == -ENOMEM);
			failed += added != 0;
		}
		calls_until_failure = INT_MAX;
		if (!err)
			assert_int_equal(sockets_n(sockets), 2 * KEYS);
		for (size_t i = 0; !err && i < 2 * KEYS; i++)
			assert_int_equal(sockets_at(sockets, i)->holders, 1);
		sockets_free(sockets);
		assert_int_equal(blocks, 0);
	}
	assert_in_range(failed, 5, 15);
}

/* Without texts, a pair and a connection are a block each. */
static void connect_all(struct live *live, bool texts)
{
	for (uint32_t pid = 1; pid <= KEYS; pid++) {
		struct event event = live_of(EVENT_CONNECT, pid, pid);

		event.pid = pid;
		if (!texts) {
			event.image = NULL;
			event.cgroup = NULL;
		}
		live_event(live, &event);
		event.kind = EVENT_FAILED;
		live_event(live, &event);
	}
}

static void connections_without_memory_are_counted_only(void **state)
{
	(void)state;
	for (int fails = 0; fails < 2 * CALLS; fails++) {
		struct live *live = NULL;

		calls_until_failure = fails;
		if (live_new(&live)) {
			calls_until_failure = INT_MAX;
			assert_int_equal(fails, 0);
			assert_null(live);
			continue;
		}
		connect_all(live, false);
		calls_until_failure = INT_MAX;
		assert_int_equal(live_sums(live)->begun, KEYS);
		assert_int_equal(live_sums(live)->failed, KEYS);
		assert_in_range(live_sums(live)->forgotten, 0, 1);
		live_free(live);
		assert_int_equal(blocks, 0);
	}
	live_free(NULL);
}

static void a_copy_without_memory_is_none(void **state)
{
	struct live *live, *copy = NULL;
	int fails = 0, err;
	long before;

	(void)state;
	assert_int_equal(live_new(&live), 0);
	connect_all(live, true);
	before = blocks;
	do {
		calls_until_failure = fails++;
		err = live_copy(live, &copy);
		calls_until_failure = INT_MAX;
		if (err) {
			assert_int_equal(err, -ENOMEM);
			assert_null(copy);
			assert_int_equal(blocks, before);
		}
	} while (err);
	assert_in_range(fails, 3 * KEYS, 3 * KEYS + 2); /* a pair, its texts, its connection */
	live_free(copy);
	live_free(live);
	assert_int_equal(blocks, 0);
}

static void rows_without_memory_are_none(void **state)
{
	const struct rows_how how = {.by = ROWS_PROCESS, .filter = "curl port 443"};
	struct rows *rows;
	struct live *live;
	int failed = 0;

	(void)state;
	assert_int_equal(live_new(&live), 0);
	connect_all(live, true);
	for (int fails = 0; fails < CALLS; fails++) {
		long before = blocks;

		rows = NULL;
		calls_until_failure = fails;
		if (!rows_new(&rows)) {
			int err = rows_make(rows, live, &how);

			calls_until_failure = INT_MAX;
			assert_true(!err || err == -ENOMEM);
			assert_int_equal(rows_n(rows), err ? 0 : KEYS);
			failed += err != 0;
			assert_int_equal(rows_make(rows, live, &how), 0);
			assert_int_equal(rows_n(rows), KEYS);
		}
		calls_until_failure = INT_MAX;
		rows_free(rows);
		assert_int_equal(blocks, before);
	}
	assert_in_range(failed, KEYS, KEYS + 20);
	live_free(live);
	assert_int_equal(blocks, 0);
}

/* Takes the keys all the same, and draws when there is memory again. */
static void a_screen_without_memory_is_drawn_later(void **state)
{
	const struct view_head head = {.now_ns = SECOND, .interval_ns = SECOND};
	struct live *live;
	struct view *view;
	int failed = 0;

	(void)state;
	assert_int_equal(live_new(&live), 0);
	connect_all(live, true);
	for (int fails = 0; fails < 3000; fails += fails < 60 ? 1 : 37) {
		long before = blocks;

		view = NULL;
		calls_until_failure = fails;
		if (!view_new(true, true, &view)) {
			for (const char *keys = "gj\rjpf/42"; *keys; keys++)
				view_key(view, *keys == '\r' ? KEY_ENTER : *keys);
			int err = view_draw(view, live, &head, 80, 24);

			calls_until_failure = INT_MAX;
			assert_true(!err || err == -ENOMEM);
			failed += err != 0;
			assert_int_equal(view_draw(view, live, &head, 80, 24), 0);
			assert_int_equal(view_lines(view)->n, 24);
		}
		calls_until_failure = INT_MAX;
		view_free(view);
		assert_int_equal(blocks, before);
	}
	assert_true(failed > 50);
	live_free(live);
	assert_int_equal(blocks, 0);
}

/* Whose series there is no memory for is counted with an `other`. */
static void count_for_prometheus(struct metrics *metrics)
{
	struct event event = event_of(1);

	event.time_ns = 1;
	for (uint32_t i = 0; i < KEYS; i++) {
		char name[16];
		const struct cgroup cgroup = {.container_name = name};

		snprintf(name, sizeof(name), "c%u", i / 20);
		event.cgroup = &cgroup;
		event.dst.port = (uint16_t)(1 + i % 20);
		metrics_add(metrics, &event, 0);
	}
}

static uint64_t attempts_in(const struct metrics *metrics)
{
	static const char family[] = "\ntpconnect_connect_attempts_total{";
	static char text[1 << 20];
	const struct metrics_self self = {.version = "1"};
	struct buffer out = {.data = text, .cap = sizeof(text) - 1};
	uint64_t sum = 0;

	metrics_put(&out, metrics, &self);
	assert_false(out.overflow);
	text[out.len] = '\0';
	for (const char *at = text; (at = strstr(at, family)); at++)
		sum += strtoull(strstr(at, "} ") + 2, NULL, 10);
	return sum;
}

static void series_without_memory_are_counted_in_other(void **state)
{
	int failed = 0;

	(void)state;
	for (int fails = 0; fails < CALLS; fails++) {
		struct metrics *metrics = NULL;
		int err;

		calls_until_failure = fails;
		err = metrics_new(~0u, &metrics);
		if (!err) {
			count_for_prometheus(metrics);
			failed += calls_until_failure < 0;
			calls_until_failure = INT_MAX;
			assert_int_equal(attempts_in(metrics), KEYS);
			metrics_free(metrics);
		}
		calls_until_failure = INT_MAX;
		assert_int_equal(err, err ? -ENOMEM : 0);
		assert_int_equal(blocks, 0);
	}
	assert_true(failed > KEYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_without_memory_count_in_other),
		cmocka_unit_test(texts_without_memory_count_in_other),
		cmocka_unit_test(cleared_groups_keep_nothing),
		cmocka_unit_test(groups_that_cannot_be_sorted_stay),
		cmocka_unit_test(who_is_told_without_memory_is_not_known),
		cmocka_unit_test(names_without_memory_are_not_known),
		cmocka_unit_test(series_without_memory_are_counted_in_other),
		cmocka_unit_test(repeats_without_memory_are_refused),
		cmocka_unit_test(connections_without_memory_are_counted_only),
		cmocka_unit_test(a_copy_without_memory_is_none),
		cmocka_unit_test(rows_without_memory_are_none),
		cmocka_unit_test(a_screen_without_memory_is_drawn_later),
		cmocka_unit_test(sockets_without_memory_are_refused_and_keep_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
