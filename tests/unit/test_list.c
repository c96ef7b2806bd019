// SPDX-License-Identifier: MIT
/* Sockets that are open, as rows of a table, in their order, and summed up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/list.h"
#include "format/report_open.h"
#include "unit/random.h"
#include "unit/random_event.h"
#include "unit/width_of.h"
#include "unit/written.h"
#include "util/array.h"

#define ESTABLISHED 1
#define FIN_WAIT_1  4
#define LISTEN	    10

static char page[64 * 1024];

static struct buffer empty_page(void)
{
	return (struct buffer){.data = page, .cap = sizeof(page) - 1};
}

static const char *page_of(const struct buffer *b)
{
	assert_false(b->overflow);
	page[b->len] = '\0';
	return page;
}

static struct endpoint ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
	return (struct endpoint){.addr = {[10] = 0xff, 0xff, a, b, c, d}, .port = port};
}

static struct event held(const char *comm, uint32_t pid, uint32_t fd, enum direction direction)
{
	struct event event = {
		.kind = EVENT_OPEN,
		.has = EVENT_HAS_PROCESS | EVENT_HAS_SRC | EVENT_HAS_HOLDERS | EVENT_HAS_IDLE |
		       EVENT_HAS_RTT,
		.family = 4,
		.pid = pid,
		.holders = 1,
		.src = ipv4(10, 0, 1, 2, 41022),
		.dst = ipv4(10, 0, 3, 7, 5432),
		.open = {.held = true,
			 .wanted = true,
			 .fd = fd,
			 .state = ESTABLISHED,
			 .direction = direction,
			 .idle_ns = 12 * 1000000000ull},
		.rtt_us = 300,
		.bytes_sent = 1288490188,
		.bytes_received = 4096,
	};

	snprintf(event.comm, sizeof(event.comm), "%s", comm);
	return event;
}

/* One of each that has something of its own to show. */
static size_t some(struct event events[8])
{
	static const struct image image = {.exe = "/usr/sbin/nginx"};
	static const struct cgroup unit = {.unit = "nginx.service"};
	size_t n = 0;
	struct event *event;

	events[n] = held("nginx", 8120, 12, DIRECTION_OUT);
	events[n].image = &image;
	events[n++].cgroup = &unit;

	events[n] = held("sshd", 2201, 4, DIRECTION_IN);
	events[n].holders = 2;
	events[n].src.port = 22;
	events[n++].dst = ipv4(10, 0, 7, 9, 51422);

	event = &events[n++];
	*event = held("e\033[1mvil", 7, 3, DIRECTION_UNKNOWN);
	event->family = 6;
	event->dst = event->src =
		(struct endpoint){.addr = {0xfe, 0x80, [15] = 1}, .scope_id = 3, .port = 443};
	event->has &= ~(uint32_t)(EVENT_HAS_RTT | EVENT_HAS_IDLE);

	event = &events[n++];
	*event = held("", 0, 0, DIRECTION_OUT);
	event->has &= ~(uint32_t)EVENT_HAS_PROCESS;
	event->holders = 0;
	event->open.held = false;
	event->open.state = FIN_WAIT_1;
	event->open.unacked = 128 * 1024;
	event->retransmits = 9;

	events[n] = events[n - 1];
	events[n++].open.kernel = true;

	event = &events[n++];
	*event = held("sshd", 800, 3, DIRECTION_UNKNOWN);
	event->open.state = LISTEN;
	event->src = ipv4(0, 0, 0, 0, 22);
	event->dst = ipv4(0, 0, 0, 0, 0);
	return n;
}

static const char *table_of(const struct event *events, size_t n, unsigned int width)
{
	struct buffer out = empty_page();
	struct list_table table;

	list_table_start(&table);
	for (size_t i = 0; i < n; i++)
		list_table_fit(&table, &events[i], NULL);
	if (width)
		list_table_narrow(&table, width);
	list_table_header(&out, &table);
	for (size_t i = 0; i < n; i++)
		list_table_row(&out, &table, &events[i], NULL);
	return page_of(&out);
}

static void a_pipe_gets_all_of_everything(void **state)
{
	struct event events[8];
	size_t n = some(events);

	(void)state;
	assert_string_equal(
		table_of(events, n, 0),
		"STATE   PROCESS   PID FD LOCAL           REMOTE          DIR  IDLE   RTT RETR "
		"UNACKED   TX   RX CONTAINER/UNIT EXE\n"
		"ESTAB   nginx    8120 12 10.0.1.2:41022  10.0.3.7:5432   out 12.0s 300us    0 "
		"      0 1.1G 4.0K nginx.service  /usr/sbin/nginx\n"
		"ESTAB   sshd +1  2201  4 10.0.1.2:22     10.0.7.9:51422  in  12.0s 300us    0 "
		"      0 1.1G 4.0K -              -\n"
		"ESTAB   e?[1mvil    7  3 [fe80::1%3]:443 [fe80::1%3]:443 ?       -     -    0 "
		"      0 1.1G 4.0K -              -\n"
		"FIN_WT1 -           -  - 10.0.1.2:41022  10.0.3.7:5432   out 12.0s 300us    9 "
		"   128K 1.1G 4.0K -              -\n"
		"FIN_WT1 (kernel)    -  - 10.0.1.2:41022  10.0.3.7:5432   out 12.0s 300us    9 "
		"   128K 1.1G 4.0K -              -\n"
		"LISTEN  sshd      800  3 0.0.0.0:22      -               -       -     -    - "
		"      -    -    - -              -\n");
}

/* Executables go first, then containers; a local address gives way to columns of numbers. */
static void a_terminal_gets_what_fits(void **state)
{
	struct event events[8];
	const size_t n = 2; /* the others have nothing longer */

	(void)state;
	some(events);
	assert_string_equal(
		table_of(events, n, 121),
		"STATE PROCESS  PID FD LOCAL          REMOTE         DIR  IDLE   RTT RETR UNACKED "
		"  TX   RX CONTAINER/UNIT EXE\n"
		"ESTAB nginx   8120 12 10.0.1.2:41022 10.0.3.7:5432  out 12.0s 300us    0       0 "
		"1.1G 4.0K nginx.service  /usr/sbin/nginx\n"
		"ESTAB sshd +1 2201  4 10.0.1.2:22    10.0.7.9:51422 in  12.0s 300us    0       0 "
		"1.1G 4.0K -              -\n");
	assert_string_equal(
		table_of(events, n, 105),
		"STATE PROCESS  PID FD LOCAL          REMOTE         DIR  IDLE   RTT RETR UNACKED "
		"  TX   RX CONTAINER/UNIT\n"
		"ESTAB nginx   8120 12 10.0.1.2:41022 10.0.3.7:5432  out 12.0s 300us    0       0 "
		"1.1G 4.0K nginx.service\n"
		"ESTAB sshd +1 2201  4 10.0.1.2:22    10.0.7.9:51422 in  12.0s 300us    0       0 "
		"1.1G 4.0K -\n");
	assert_string_equal(table_of(events, n, 87),
			    "STATE PROCESS  PID FD LOCAL       REMOTE         DIR  IDLE   RTT RETR "
			    "UNACKED   TX "
			    "  RX\n"
			    "ESTAB nginx   8120 12 10.0…:41022 10.0.3.7:5432  out 12.0s 300us    0 "
			    "      0 1.1G "
			    "4.0K\n"
			    "ESTAB sshd +1 2201  4 10.0.1.2:22 10.0.7.9:51422 in  12.0s 300us    0 "
			    "      0 1.1G "
			    "4.0K\n");
	assert_string_equal(table_of(events, n, 80),
			    "STATE PROCESS  PID FD LOCAL        REMOTE         DIR  IDLE   RTT "
			    "RETR   TX   RX\n"
			    "ESTAB nginx   8120 12 10.0.…:41022 10.0.3.7:5432  out 12.0s 300us "
			    "   0 1.1G 4.0K\n"
			    "ESTAB sshd +1 2201  4 10.0.1.2:22  10.0.7.9:51422 in  12.0s 300us "
			    "   0 1.1G 4.0K\n");
	assert_string_equal(table_of(events, n, 24), "PROCESS REMOTE\n"
						     "nginx   10.0.3.7:5432\n"
						     "sshd +1 10.0.7.9:51422\n");
}

static struct event random_open(uint64_t *seed)
{
	struct event event = random_event(seed);

	event.kind = EVENT_OPEN;
	event.has = next_random(seed) % (2 * EVENT_HAS_IDLE);
	event.holders = next_random(seed) >> next_random(seed) % 32;
	event.open = (struct event_open){
		.idle_ns = random_bits(seed, 62) >> next_random(seed) % 60,
		.unacked = next_random(seed) >> next_random(seed) % 32,
		.fd = next_random(seed) >> next_random(seed) % 32,
		.state = next_random(seed) % 13,
		.direction = next_random(seed) % DIRECTION_END,
		.held = next_random(seed) % 4,
		.kernel = !(next_random(seed) % 8),
	};
	event.src.scope_id = next_random(seed) % 2 ? 0 : next_random(seed);
	return event;
}

/* Whatever the rows have, none is wider than asked for, nor than the table is. */
static void no_row_is_wider_than_it_may_be(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int width = 24; width < 300; width += width < 130 ? 1 : 13) {
		struct event events[50];
		struct list_table table;

		list_table_start(&table);
		for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
			events[i] = random_open(&seed);
			list_table_fit(&table, &events[i], NULL);
		}
		list_table_narrow(&table, width);
		for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
			struct buffer line = empty_page();

			list_table_row(&line, &table, &events[i], NULL);
			if (width_of(&line) > width)
				fail_msg("%u columns, not %u: %s", width_of(&line), width,
					 page_of(&line));
			assert_int_not_equal(line.data[line.len - 2], ' ');
		}
	}
}

static void they_stand_by_process_and_peer(void **state)
{
	const struct event first = held("a", 9, 3, DIRECTION_OUT);
	struct event other;

	(void)state;
	other = held("b", 1, 3, DIRECTION_OUT);
	assert_true(opens_order(&first, &other) < 0 && opens_order(&other, &first) > 0);
	other = held("a", 10, 3, DIRECTION_OUT);
	assert_true(opens_order(&first, &other) < 0 && opens_order(&other, &first) > 0);
	other = first;
	other.dst.addr[15]++;
	assert_true(opens_order(&first, &other) < 0 && opens_order(&other, &first) > 0);
	other = first;
	other.dst.port++;
	other.src.port--;
	assert_true(opens_order(&first, &other) < 0 && opens_order(&other, &first) > 0);
	other = first;
	other.src.port++;
	assert_true(opens_order(&first, &other) < 0 && opens_order(&other, &first) > 0);
	other = first;
	assert_int_equal(opens_order(&first, &other), 0);
	other.open.held = false;
	other.comm[0] = '\0';
	assert_true(opens_order(&first, &other) < 0 && opens_order(&other, &first) > 0);
}

static const char *sums_of(const struct opens *opens)
{
	struct buffer out = empty_page();

	list_sums(&out, opens);
	return page_of(&out);
}

static void the_last_line_leaves_out_what_there_is_none_of(void **state)
{
	struct event events[8];
	size_t n = some(events);
	struct opens opens = {0}, twice = {0};

	(void)state;
	assert_string_equal(sums_of(&opens), "");
	opens.outbound = 1284;
	assert_string_equal(sums_of(&opens), "1,284 outbound");
	opens = (struct opens){.inbound = 1000000, .unheld = 4, .unknown = 999};
	assert_string_equal(sums_of(&opens), "1,000,000 inbound, 999 of unknown direction, "
					     "4 held by no process");
	opens = (struct opens){0};
	for (size_t i = 0; i < n; i++)
		opens_add(&opens, &events[i]);
	assert_string_equal(sums_of(&opens), "3 outbound, 1 inbound, 1 of unknown direction, "
					     "1 listening, 2 held by no process");
	assert_int_equal(opens_all(&opens), n);
	opens_merge(&twice, &opens);
	opens_merge(&twice, &opens);
	assert_string_equal(sums_of(&twice), "6 outbound, 2 inbound, 2 of unknown direction, "
					     "2 listening, 4 held by no process");
	assert_int_equal(twice.bytes_sent, 2 * opens.bytes_sent);
	assert_int_equal(twice.bytes_received, 2 * opens.bytes_received);
	assert_true(opens_compare(&twice, &opens) < 0 && opens_compare(&opens, &twice) > 0);
	twice = opens;
	assert_int_equal(opens_compare(&twice, &opens), 0);
	twice.bytes_received++;
	assert_true(opens_compare(&twice, &opens) < 0);
}

static void groups_make_a_table_and_json(void **state)
{
	const struct format_context ctx = {.boot_to_utc_ns = 1771245296ll * 1000000000, .seq = 3};
	struct opens opens = {.outbound = 212,
			      .inbound = 3,
			      .unknown = 1,
			      .listening = 2,
			      .bytes_sent = 1288490188,
			      .bytes_received = 900};
	struct group group = {.key = {.has = KEY_HAS_PROCESS, .comm = "nginx"},
			      .process = {.pid = 7},
			      .value = &opens};
	struct buffer out = empty_buffer();
	struct report_table table;

	(void)state;
	report_table_start(&table, &open_columns, BY_PROCESS);
	report_table_fit(&table, &group, NULL);
	report_table_header(&out, &table);
	report_table_row(&out, &table, &group, &ctx);
	assert_string_equal(text_of(&out), "PID COMM  OPEN OUT IN UNKNOWN LISTEN   TX  RX\n"
					   "  7 nginx  218 212  3       1      2 1.1G 900\n");
	out = empty_buffer();
	open_json(&out, &group, BY_PROCESS, 5, &ctx);
	assert_string_equal(
		text_of(&out),
		"{\"timestamp\":\"2026-02-16T12:34:56.000000005Z\",\"event.name\":"
		"\"tpconnect.list\",\"tpconnect.seq\":3,\"process.pid\":7,"
		"\"process.executable.name\":\"nginx\",\"tpconnect.open\":218,"
		"\"tpconnect.outbound\":212,\"tpconnect.inbound\":3,"
		"\"tpconnect.unknown_direction\":1,\"tpconnect.listening\":2,"
		"\"tpconnect.bytes_sent\":1288490188,\"tpconnect.bytes_received\":900}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pipe_gets_all_of_everything),
		cmocka_unit_test(a_terminal_gets_what_fits),
		cmocka_unit_test(no_row_is_wider_than_it_may_be),
		cmocka_unit_test(they_stand_by_process_and_peer),
		cmocka_unit_test(the_last_line_leaves_out_what_there_is_none_of),
		cmocka_unit_test(groups_make_a_table_and_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
