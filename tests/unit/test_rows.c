// SPDX-License-Identifier: MIT
/* Pairs as rows: put together, in order, and in peace. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "top/rows.h"
#include "unit/live_fixture.h"
#include "unit/random_event.h"
#include "util/array.h"

static const struct rows_how plain = {.filter = "", .now_ns = 2 * SECOND};

/* The pids of the rows, in their order: "7 8 9". */
static const char *pids(const struct rows *rows)
{
	static char text[256];
	size_t len = 0;

	text[0] = 0;
	for (size_t i = 0; i < rows_n(rows); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, i ? " %u" : "%u",
					rows_at(rows, i)->pair->pid);
	assert_null(rows_at(rows, rows_n(rows)));
	return text;
}

static const char *made(struct rows *rows, const struct live *live, struct rows_how how)
{
	assert_int_equal(rows_make(rows, live, &how), 0);
	return pids(rows);
}

/* At that second. */
static const char *made_at(struct rows *rows, const struct live *live, uint64_t second)
{
	struct rows_how how = plain;

	how.now_ns = second * SECOND;
	return made(rows, live, how);
}

static struct event of_pid(struct event event, uint32_t pid)
{
	event.pid = pid;
	return event;
}

/* So many attempts of that process, at that second. */
static void attempt(struct live *live, uint32_t pid, unsigned int n, uint64_t second)
{
	static uint64_t id = 1000;

	for (unsigned int i = 0; i < n; i++)
		take(live, of_pid(live_of(EVENT_CONNECT, id++, second * SECOND), pid));
}

/* Rows */

static struct event numbered(uint64_t id, uint32_t pid, uint32_t uid, uint8_t host, uint16_t port)
{
	struct event event = of_pid(live_of(EVENT_CONNECT, id, SECOND), pid);

	event.uid = uid;
	event.dst.addr[14] = host / 100;
	event.dst.addr[15] = host % 100;
	event.dst.port = port;
	return event;
}

static void pairs_are_put_together(void **state)
{
	static const struct image nginx = {.exe = "/usr/sbin/nginx"}, unknown = {0};
	static const struct cgroup container = {.path = "/x", .container_id = "abc", .unit = "a"},
				   named = {.path = "/y", .container_name = "abc"},
				   unit = {.path = "/z", .unit = "abc"}, path = {.path = "/z"};
	static const size_t n[ROWS_BY_END] = {
		[ROWS_PAIR] = 5,      [ROWS_PROCESS] = 4, [ROWS_EXE] = 3,
		[ROWS_CONTAINER] = 3, [ROWS_USER] = 3,	  [ROWS_DST] = 4,
		[ROWS_NETWORK] = 2,   [ROWS_PORT] = 2,	  [ROWS_NAME] = 4,
	};
	static const struct dns_names sure = {DNS_FROM_PROCESS, 1, {"a"}},
				      parent = {DNS_FROM_PARENT, 1, {"a"}},
				      host = {DNS_FROM_HOST, 1, {"a"}},
				      several = {DNS_FROM_PROCESS, 2, {"b", "a"}};
	struct live *live = *state;
	struct event events[] = {
		numbered(100, 7, 1000, 1, 443), numbered(101, 7, 1000, 2, 443),
		numbered(102, 8, 1000, 1, 443), numbered(103, 9, 0, 1, 80),
		numbered(104, 0, 0, 101, 80),
	};
	struct rows *rows;

	events[1].cgroup = &named; /* and so on: the latest of a process is what counts */
	events[0].cgroup = &container;
	events[2].cgroup = &unit;
	events[2].image = &nginx;
	events[3].cgroup = &path;
	events[3].image = &nginx;
	events[4].has = 0;
	events[4].image = &unknown;
	events[4].cgroup = &path;
	events[0].names = &sure; /* "a", "a", "(a)", "a,b", none */
	events[1].names = &parent;
	events[2].names = &host;
	events[3].names = &several;
	for (size_t i = 0; i < 5; i++)
		take(live, events[i]);
	assert_int_equal(rows_new(&rows), 0);
	for (enum rows_by by = 0; by < ROWS_BY_END; by++) {
		struct rows_how how = plain;
		size_t pairs = 0;

		how.by = by;
		made(rows, live, how);
		if (rows_n(rows) != n[by])
			fail_msg("%zu rows by %s", rows_n(rows), rows_by_name(by));
		assert_int_equal(rows_all(rows), n[by]);
		for (size_t i = 0; i < rows_n(rows); i++)
			pairs += rows_at(rows, i)->n_pairs;
		assert_int_equal(pairs, 5);
	}
	rows_free(rows);
}

static void the_same_is_of_one_row(void **state)
{
	struct live *live = *state;
	const struct live_pair *a, *b;
	struct live_pair other;

	take(live, numbered(100, 7, 1000, 1, 443));
	take(live, numbered(101, 7, 1000, 2, 443));
	a = live_pairs(live);
	b = a->next;
	assert_true(rows_same(ROWS_PAIR, a, a));
	assert_false(rows_same(ROWS_PAIR, a, b));
	assert_true(rows_same(ROWS_PROCESS, a, b));
	assert_true(rows_same(ROWS_EXE, a, b));
	assert_true(rows_same(ROWS_CONTAINER, a, b));
	assert_true(rows_same(ROWS_USER, a, b));
	assert_false(rows_same(ROWS_DST, a, b));
	assert_true(rows_same(ROWS_NETWORK, a, b));
	assert_true(rows_same(ROWS_PORT, a, b));

	other = *a;
	other.exe = "/usr/bin/wget";
	assert_true(rows_same(ROWS_PROCESS, a, &other));
	assert_true(rows_same(ROWS_PAIR, a, &other));
	assert_false(rows_same(ROWS_EXE, a, &other));
	assert_true(rows_same(ROWS_CONTAINER, a, &other));
	other.uid++;
	assert_false(rows_same(ROWS_USER, a, &other));
	other.dst.port++;
	assert_false(rows_same(ROWS_PORT, a, &other));
	assert_false(rows_same(ROWS_DST, a, &other));
	assert_true(rows_same(ROWS_NETWORK, a, &other));
}

static void networks_are_of_24_bits_or_64(void **state)
{
	struct live *live = *state;
	struct live_pair a = {.family = 4, .dst.addr = {[10] = 0xff, 0xff, 10, 0, 0, 1}}, b = a;

	(void)live;
	b.dst.addr[15] = 255;
	assert_true(rows_same(ROWS_NETWORK, &a, &b));
	b.dst.addr[14] = 1;
	assert_false(rows_same(ROWS_NETWORK, &a, &b));
	memset(a.dst.addr, 0x20, 16);
	b = a;
	b.dst.addr[8]++;
	assert_true(rows_same(ROWS_NETWORK, &a, &b));
	b.dst.addr[7]++;
	assert_false(rows_same(ROWS_NETWORK, &a, &b));
	b = a;
	b.dst.scope_id++;
	assert_false(rows_same(ROWS_NETWORK, &a, &b));
}

static void a_row_sums_its_pairs(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	const struct row *row;
	struct rows *rows;

	take(live, of_pid(live_established(100, SECOND, 5 * MSEC), 7));
	take(live, of_pid(live_established(101, SECOND, 50 * MSEC), 8));
	take(live, of_pid(live_open(102, SECOND, TCP_ESTABLISHED), 8));
	take(live, of_pid(live_of(EVENT_RETRY, 103, SECOND), 8));
	take(live, of_pid(live_failed(104, SECOND, EPERM), 9));
	for (int i = 0; i < 2; i++) {
		measure(live, live_gauge_of(100, 1000 * i, 100 * i));
		measure(live, live_gauge_of(102, 2000 * i, 200 * i));
		live_tick(live, (1 + i) * SECOND);
	}
	how.by = ROWS_PORT;
	assert_int_equal(rows_new(&rows), 0);
	made(rows, live, how);
	assert_int_equal(rows_n(rows), 1);
	row = rows_at(rows, 0);
	assert_int_equal(row->n_pairs, 3);
	assert_int_equal(row->pair->pid, 7); /* the oldest */
	assert_int_equal(row->n_open, 3);
	assert_int_equal(row->n_pending, 1);
	assert_int_equal(row->failed, 1);
	assert_int_equal(row->weight, 19); /* 4 + 16, a second later */
	assert_int_equal(row->max_ns, 50 * MSEC);
	assert_in_range(row->p50_ns, 5 * MSEC, 5 * MSEC * 5 / 4); /* of both handshakes */
	assert_int_equal(row->p99_ns, 50 * MSEC);
	assert_int_equal(row->tx, 3000);
	assert_int_equal(row->rx, 300);
	assert_int_equal(row->tx_rate, 3000);
	assert_int_equal(row->rx_rate, 300);
	assert_int_equal(row->last.bytes_sent, 3000);
	assert_int_equal(row->history[LIVE_HISTORY - 2], 4);
	assert_false(row->over);
	assert_true(row->preexisting);

	how.by = ROWS_PAIR;
	made(rows, live, how);
	for (size_t i = 0; i < 3; i++) {
		row = rows_at(rows, i);
		assert_int_equal(row->over, row->pair->pid == 9);
		assert_int_equal(row->preexisting, row->pair->pid == 8);
	}
	rows_free(rows);
}

static void a_process_is_named_by_what_it_runs_now(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	struct event event = numbered(101, 7, 1000, 2, 443);
	struct rows *rows;

	take(live, numbered(100, 7, 1000, 1, 443));
	strcpy(event.comm, "wget"); /* to another destination */
	event.time_ns++;
	take(live, event);
	assert_int_equal(rows_new(&rows), 0);
	how.by = ROWS_PROCESS;
	made(rows, live, how);
	assert_string_equal(rows_at(rows, 0)->pair->comm, "wget");
	how.by = ROWS_PORT;
	made(rows, live, how);
	assert_string_equal(rows_at(rows, 0)->pair->comm, "curl");
	rows_free(rows);
}

static void a_row_has_the_history_of_its_pairs(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	const struct row *row;
	struct rows *rows;

	attempt(live, 7, 2, 1);
	attempt(live, 8, 3, 1);
	for (uint64_t i = 1; i <= LIVE_HISTORY; i++)
		live_tick(live, i * SECOND);
	assert_int_equal(rows_new(&rows), 0);
	how.by = ROWS_PORT;
	made(rows, live, how);
	row = rows_at(rows, 0);
	assert_int_equal(row->history[0], 5);
	for (size_t i = 1; i < LIVE_HISTORY; i++)
		assert_int_equal(row->history[i], 0);
	rows_free(rows);
}

/* Which rows */

static void idle_rows_are_left_out_unless_asked_for(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	struct rows *rows;

	take(live, of_pid(live_established(100, SECOND, 200), 7));
	take(live, of_pid(live_open(101, SECOND, TCP_CLOSE_WAIT), 8));
	take(live, of_pid(live_open(102, SECOND, TCP_ESTABLISHED), 9));
	live_tick(live, SECOND);
	assert_int_equal(rows_new(&rows), 0);
	assert_string_equal(made(rows, live, how), "7");
	assert_int_equal(rows_all(rows), 1);
	how.idle = true;
	assert_string_equal(made(rows, live, how), "7 8 9");
	assert_int_equal(rows_all(rows), 3);

	/* A word asks for what fits it, and one that leaves out does not. */
	how.idle = false;
	how.filter = "close_wait";
	assert_string_equal(made(rows, live, how), "8");
	assert_int_equal(rows_all(rows), 3);
	how.filter = "!close_wait";
	assert_string_equal(made(rows, live, how), "7");
	assert_int_equal(rows_all(rows), 1);

	how.filter = "";
	how.now_ns = 61 * SECOND;
	assert_string_equal(made(rows, live, how), "");
	for (int i = 0; i < 2; i++) {
		measure(live, live_gauge_of(102, 500 * i, 0));
		live_tick(live, (60 + i) * SECOND);
	}
	assert_string_equal(made(rows, live, how), "9");
	how.by = ROWS_PORT; /* a row that is not idle has all its pairs */
	made(rows, live, how);
	assert_int_equal(rows_at(rows, 0)->n_open, 3);
	rows_free(rows);
}

static void what_is_pending_is_not_idle(void **state)
{
	struct live *live = *state;
	struct rows *rows;

	take(live, of_pid(live_open(100, SECOND, TCP_SYN_SENT), 7));
	assert_int_equal(rows_new(&rows), 0);
	assert_string_equal(made_at(rows, live, 1000), "7");
	rows_free(rows);
}

static void what_is_over_stays_as_long_as_it_is_known(void **state)
{
	struct live *live = *state;
	struct rows *rows;

	take(live, of_pid(live_close(100, 2 * SECOND, 1, 1), 7));
	live_tick(live, 2 * SECOND);
	assert_int_equal(rows_new(&rows), 0);
	made_at(rows, live, 2);
	assert_true(rows_at(rows, 0)->over);
	assert_string_equal(made_at(rows, live, 61), "7");
	live_tick(live, 62 * SECOND);
	assert_string_equal(made_at(rows, live, 62), "");
	assert_int_equal(rows_all(rows), 0);
	rows_free(rows);
}

static void a_filter_counts_what_it_leaves_out(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	struct rows *rows;

	take(live, numbered(100, 7, 1000, 1, 443));
	take(live, numbered(101, 7, 1000, 2, 80));
	take(live, numbered(102, 8, 1000, 1, 80));
	assert_int_equal(rows_new(&rows), 0);
	how.by = ROWS_PROCESS;
	how.filter = "port 443";
	assert_string_equal(made(rows, live, how), "7");
	assert_int_equal(rows_at(rows, 0)->n_pending, 1); /* of what fits */
	assert_int_equal(rows_all(rows), 2);
	how.filter = "port 80";
	assert_string_equal(made(rows, live, how), "7 8");
	assert_int_equal(rows_at(rows, 0)->pair->dst.port, 80);
	rows_free(rows);
}

static void a_row_can_be_looked_into(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	struct rows *rows;

	take(live, numbered(100, 7, 1000, 1, 443));
	take(live, numbered(101, 7, 1000, 2, 80));
	take(live, numbered(102, 8, 1000, 1, 80));
	assert_int_equal(rows_new(&rows), 0);
	how.of = live_pairs(live); /* of process 8 */
	how.of_by = ROWS_PROCESS;
	assert_string_equal(made(rows, live, how), "8");
	assert_int_equal(rows_all(rows), 1);
	how.of_by = ROWS_PORT; /* in which 8 was first, and now is the one that came first */
	assert_string_equal(made(rows, live, how), "8 7");
	rows_free(rows);
}

/* Order */

static void an_order_is_by_what_it_says(void **state)
{
	/* Of those that are equal in it, the one that came first: 5, 1, 4, 2, 3. */
	static const struct {
		const char *order, *reverse;
	} orders[ORDER_END] = {
		/* a failure; 3 attempts; 2; 1, and bytes; 1 */
		[ORDER_TROUBLE] = {"4 3 2 5 1", "1 5 2 3 4"},
		/* 2; 1; none, but 3 pending; none, but 2; none */
		[ORDER_OPEN] = {"5 1 3 2 4", "4 2 3 1 5"},
		[ORDER_NEW] = {"3 2 5 1 4", "5 1 4 2 3"},    /* 3; 2; 1 each */
		[ORDER_FAILED] = {"4 5 1 2 3", "5 1 2 3 4"}, /* 1; none */
		[ORDER_SLOW] = {"1 5 4 2 3", "4 2 3 5 1"},   /* 90 ms; 3 ms; not known */
		[ORDER_BYTES] = {"5 1 4 2 3", "1 4 2 3 5"},
		[ORDER_NAME] = {"4 2 3 1 5", "5 1 3 2 4"}, /* a, b, b, d, d */
	};
	static const char comms[][COMM_LEN] = {"", "d", "b", "b", "a", "d"};
	struct live *live = *state;
	struct event events[] = {
		of_pid(live_open(100, SECOND, TCP_ESTABLISHED), 5),
		of_pid(live_established(101, SECOND, 90 * MSEC), 1),
		of_pid(live_of(EVENT_CONNECT, 102, SECOND), 2),
		of_pid(live_of(EVENT_CONNECT, 103, SECOND), 2),
		of_pid(live_of(EVENT_CONNECT, 104, SECOND), 3),
		of_pid(live_of(EVENT_CONNECT, 105, SECOND), 3),
		of_pid(live_of(EVENT_CONNECT, 106, SECOND), 3),
		of_pid(live_failed(107, SECOND, EPERM), 4),
		of_pid(live_established(108, SECOND, 3 * MSEC), 5),
	};
	struct rows_how how = plain;
	struct rows *rows;

	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		memcpy(events[i].comm, comms[events[i].pid], COMM_LEN);
	take(live, events[0]);
	measure(live, live_gauge_of(100, 0, 0));
	live_tick(live, SECOND / 2);
	take(live, events[1]);
	take(live, events[7]); /* as long as nothing tells of beginnings, this one has begun */
	take(live, events[8]);
	for (size_t i = 2; i < 7; i++)
		take(live, events[i]);
	measure(live, live_gauge_of(100, 50, 50));
	live_tick(live, SECOND);
	assert_int_equal(rows_new(&rows), 0);
	for (how.order = 0; how.order < ORDER_END; how.order++) {
		how.reverse = false;
		assert_string_equal(made(rows, live, how), orders[how.order].order);
		how.reverse = true;
		assert_string_equal(made(rows, live, how), orders[how.order].reverse);
	}
	rows_free(rows);
}

static struct names *names_of(const char *passwd)
{
	char path[] = "/tmp/test_rows.XXXXXX";
	struct names *names;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, passwd, strlen(passwd)), strlen(passwd));
	close(fd);
	assert_int_equal(names_load("/nonexistent", path, &names), 0);
	unlink(path);
	return names;
}

/* What is not known comes last. */
static void names_are_those_of_the_grouping(void **state)
{
	static const struct image a = {.exe = "/a"}, b = {.exe = "/b"}, unknown = {0};
	static const struct cgroup unit = {.path = "/u", .unit = "m.service"},
				   named = {.path = "/z",
					    .container_id = "0",
					    .container_name = "z"},
				   nothing = {0};
	static const struct dns_names m = {DNS_FROM_PROCESS, 1, {"m.example"}},
				      c = {DNS_FROM_PROCESS, 1, {"c.example"}};
	static const char *const orders[ROWS_BY_END] = {
		[ROWS_PAIR] = "1 1 2 0", /* by comm and pid, then by destination */
		[ROWS_PROCESS] = "1 2 0", [ROWS_EXE] = "2 1 0",	  [ROWS_CONTAINER] = "2 1 0",
		[ROWS_USER] = "2 1 0",	  [ROWS_DST] = "2 1 1 0", [ROWS_NETWORK] = "1 0",
		[ROWS_PORT] = "0 2 1",	  [ROWS_NAME] = "2 1 0",
	};
	struct live *live = *state;
	struct event events[] = {
		numbered(100, 1, 1000, 3, 443),
		numbered(101, 1, 1000, 2, 443),
		numbered(102, 2, 0, 1, 80),
		numbered(103, 0, 0, 101, 22),
	};
	struct rows_how how = plain;
	struct rows *rows;
	struct names *names = names_of("alice:x:1000:0::/:\nroot:x:0:0::/:\n");

	events[0].image = events[1].image = &b;
	events[0].cgroup = events[1].cgroup = &named;
	events[2].image = &a;
	events[2].cgroup = &unit;
	events[3].has = 0;
	events[3].image = &unknown;
	events[3].cgroup = &nothing;
	events[0].names = events[1].names = &m;
	events[2].names = &c;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++)
		take(live, events[i]);
	assert_int_equal(rows_new(&rows), 0);
	how.order = ORDER_NAME;
	for (how.by = 0; how.by < ROWS_BY_END; how.by++)
		assert_string_equal(made(rows, live, how), orders[how.by]);
	how.by = ROWS_PAIR;
	made(rows, live, how);
	assert_int_equal(rows_at(rows, 0)->pair->dst.addr[15], 2);
	how.by = ROWS_USER;
	how.names = names;
	how.reverse = true;
	assert_string_equal(made(rows, live, how), "0 2 1"); /* nobody, root, alice */
	names_free(names);
	rows_free(rows);
}

static void a_row_keeps_its_place_for_3_seconds(void **state)
{
	struct live *live = *state;
	struct rows *rows;

	attempt(live, 1, 5, 10);
	attempt(live, 2, 4, 10);
	attempt(live, 3, 1, 10);
	assert_int_equal(rows_new(&rows), 0);
	assert_string_equal(made_at(rows, live, 10), "1 2 3");
	attempt(live, 3, 10, 11);
	assert_string_equal(made_at(rows, live, 11), "1 2 3");
	assert_int_equal(rows_at(rows, 2)->weight, 11); /* what it says is new all the same */

	/* A new one comes in at its place, and so far has not been there for 3 s. */
	attempt(live, 4, 3, 12);
	assert_string_equal(made_at(rows, live, 12), "1 2 4 3");
	attempt(live, 4, 20, 13);
	assert_string_equal(made_at(rows, live, 13), "3 1 2 4");
	assert_string_equal(made_at(rows, live, 15), "3 1 2 4");
	assert_string_equal(made_at(rows, live, 16), "4 3 1 2");
	rows_free(rows);
}

static void another_order_is_made_at_once(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	struct rows *rows;

	attempt(live, 1, 2, 1);
	attempt(live, 2, 1, 1);
	assert_int_equal(rows_new(&rows), 0);
	assert_string_equal(made(rows, live, how), "1 2");
	attempt(live, 2, 2, 1);
	assert_string_equal(made(rows, live, how), "1 2");
	how.filter = "curl";
	assert_string_equal(made(rows, live, how), "2 1");
	attempt(live, 1, 3, 1);
	how.reverse = true;
	assert_string_equal(made(rows, live, how), "2 1");
	attempt(live, 2, 7, 1);
	how.order = ORDER_OPEN;
	assert_string_equal(made(rows, live, how), "1 2");
	rows_free(rows);
}

static void a_clock_that_goes_back_ends_the_peace(void **state)
{
	struct live *live = *state;
	struct rows *rows;

	attempt(live, 1, 2, 1);
	attempt(live, 2, 1, 1);
	assert_int_equal(rows_new(&rows), 0);
	assert_string_equal(made_at(rows, live, 50), "1 2");
	attempt(live, 2, 2, 1);
	assert_string_equal(made_at(rows, live, 49), "2 1");
	rows_free(rows);
}

static void equals_stay_in_the_order_in_which_they_came(void **state)
{
	struct live *live = *state;
	struct rows_how how = plain;
	struct rows *rows;

	for (uint32_t pid = 9; pid > 0; pid--)
		attempt(live, pid, 1, 1);
	assert_int_equal(rows_new(&rows), 0);
	assert_string_equal(made(rows, live, how), "9 8 7 6 5 4 3 2 1");
	how.reverse = true;
	assert_string_equal(made(rows, live, how), "9 8 7 6 5 4 3 2 1");
	rows_free(rows);
}

/* All together */

static void rows_have_what_pairs_have(void **state)
{
	uint64_t seed = 1, now_ns = SECOND;
	struct live *live = *state;
	struct rows *rows;

	assert_int_equal(rows_new(&rows), 0);
	for (int i = 0; i < 20000; i++) {
		struct rows_how how = {.idle = true, .filter = i % 7 ? "" : "!\xff"};
		size_t open = 0, pending = 0, pairs = 0;
		struct event event = random_event(&seed);

		event.start_ns = next_random(&seed) % 500;
		event.pid = next_random(&seed) % 20;
		event.process_start_ns = 0;
		event.time_ns = now_ns;
		memset(event.dst.addr + 1, 0, 14);
		event.dst.port %= 3;
		take(live, event);
		if (i % 20)
			continue;
		now_ns += next_random(&seed) % (5 * SECOND);
		live_tick(live, now_ns);
		how.now_ns = now_ns;
		how.by = next_random(&seed) % ROWS_BY_END;
		how.order = next_random(&seed) % ORDER_END;
		how.reverse = next_random(&seed) % 2;
		assert_int_equal(rows_make(rows, live, &how), 0);
		for (size_t j = 0; j < rows_n(rows); j++) {
			const struct row *row = rows_at(rows, j);

			open += row->n_open;
			pending += row->n_pending;
			pairs += row->n_pairs;
			assert_int_equal(row->over, !row->n_open && !row->n_pending);
		}
		if (!*how.filter) {
			assert_int_equal(open, live_sums(live)->n_open);
			assert_int_equal(pending, live_sums(live)->n_pending);
			assert_int_equal(pairs, live_sums(live)->n_pairs);
		}
		assert_true(rows_n(rows) <= rows_all(rows));
	}
	rows_free(rows);
	rows_free(NULL);
}

static void names_are_there_for_all(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS_BY_END; i++)
		assert_non_null(rows_by_name(i));
	for (size_t i = 0; i < ORDER_END; i++)
		assert_non_null(rows_order_name(i));
	assert_null(rows_by_name(ROWS_BY_END));
	assert_null(rows_order_name(ORDER_END));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pairs_are_put_together),
		TEST(the_same_is_of_one_row),
		TEST(networks_are_of_24_bits_or_64),
		TEST(a_row_sums_its_pairs),
		TEST(a_process_is_named_by_what_it_runs_now),
		TEST(a_row_has_the_history_of_its_pairs),
		TEST(idle_rows_are_left_out_unless_asked_for),
		TEST(what_is_pending_is_not_idle),
		TEST(what_is_over_stays_as_long_as_it_is_known),
		TEST(a_filter_counts_what_it_leaves_out),
		TEST(a_row_can_be_looked_into),
		TEST(an_order_is_by_what_it_says),
		TEST(names_are_those_of_the_grouping),
		TEST(a_row_keeps_its_place_for_3_seconds),
		TEST(another_order_is_made_at_once),
		TEST(a_clock_that_goes_back_ends_the_peace),
		TEST(equals_stay_in_the_order_in_which_they_came),
		TEST(rows_have_what_pairs_have),
		TEST(names_are_there_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
