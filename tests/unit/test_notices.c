// SPDX-License-Identifier: MIT
/* The program's own lines in the stream of events. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/format.h"
#include "unit/written.h"

static struct format_context context = {.seq = 9};

static const char *notice_line(const struct notice *notice)
{
	struct buffer b = empty_buffer();

	format_json.notice(&b, notice, &context);
	return text_of(&b);
}

static const struct notice sample_notice = {
	.time_ns = 1000000001,
	.version = "1.0",
	.programs = "connect,\"state\"",
	.books = {.sent = 10,
		  .written = 8,
		  .filtered = 1,
		  .lost = {.ring = 1,
			   .missed = 2,
			   .state = 3,
			   .unmatched = 4,
			   .output = 5,
			   .context = 6}},
	.tracked = 6,
	.unattributed = 7,
	.observed = {999999999, 1000000000},
};

static void the_start_notice_says_what_is_attached(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_START;
	assert_string_equal(
		notice_line(&notice),
		"{\"timestamp\":\"1970-01-01T00:00:01.000000001Z\","
		"\"event.name\":\"tpconnect.start\",\"tpconnect.seq\":9,"
		"\"tpconnect.version\":\"1.0\","
		"\"tpconnect.programs\":\"connect,\\\"state\\\"\",\"tpconnect.schema\":\"1\","
		"\"tpconnect.observed.from\":\"1970-01-01T00:00:00.999999999Z\"}\n");
}

#define HOST                                                                                       \
	"\"host.id\":\"0123456789abcdef0123456789abcdef\",\"host.name\":\"a\\\"b\","               \
	"\"tpconnect.boot.id\":\"8a8b4b2a-0000-4000-8000-000000000001\","

static void the_host_is_named_at_the_start_or_in_every_line(void **state)
{
	const struct host host = {.id = "0123456789abcdef0123456789abcdef",
				  .name = "a\"b",
				  .boot_id = "8a8b4b2a-0000-4000-8000-000000000001"};
	struct notice notice = sample_notice;

	(void)state;
	context.host = &host;
	notice.kind = NOTICE_START;
	assert_non_null(strstr(notice_line(&notice),
			       "\"tpconnect.seq\":9," HOST "\"tpconnect.version\":\"1.0\","));
	notice.kind = NOTICE_LOSS;
	assert_null(strstr(notice_line(&notice), "host"));
	context.host_always = true;
	for (int kind = NOTICE_START; kind <= NOTICE_STOP; kind++) {
		const char *line, *at;

		notice.kind = (enum notice_kind)kind;
		line = notice_line(&notice);
		at = strstr(line, "\"tpconnect.seq\":9," HOST);
		assert_non_null(at);
		assert_null(strstr(at + 1 + strlen(HOST), "host.id"));
	}
	context = (struct format_context){.seq = 9};
}

static void what_is_not_known_of_the_host_is_absent(void **state)
{
	const struct host host = {.name = "x"};
	struct notice notice = sample_notice;

	(void)state;
	context.host = &host;
	notice.kind = NOTICE_START;
	assert_non_null(
		strstr(notice_line(&notice), ",\"host.name\":\"x\",\"tpconnect.version\":"));
	assert_null(strstr(notice_line(&notice), "host.id"));
	assert_null(strstr(notice_line(&notice), "boot.id"));
	context = (struct format_context){.seq = 9};
}

static void notices_speak_of_names_only_where_they_were_asked_for(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.dns_unread = 3;
	for (int kind = NOTICE_START; kind <= NOTICE_STOP; kind++) {
		notice.kind = (enum notice_kind)kind;
		notice.dns = NULL;
		assert_null(strstr(notice_line(&notice), "tpconnect.dns."));
		notice.dns = "udp";
		assert_int_equal(strstr(notice_line(&notice), ",\"tpconnect.dns.seen\":\"udp\",") !=
					 NULL,
				 kind == NOTICE_START);
		assert_int_equal(strstr(notice_line(&notice), ",\"tpconnect.dns.unread\":3,") !=
					 NULL,
				 kind == NOTICE_STOP);
	}
}

static void the_loss_notice_names_every_class(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_LOSS;
	assert_string_equal(notice_line(&notice),
			    "{\"timestamp\":\"1970-01-01T00:00:01.000000001Z\","
			    "\"event.name\":\"tpconnect.loss\",\"tpconnect.seq\":9,"
			    "\"tpconnect.loss.ring\":1,\"tpconnect.loss.missed\":2,"
			    "\"tpconnect.loss.state\":3,\"tpconnect.loss.unmatched\":4,"
			    "\"tpconnect.loss.output\":5,\"tpconnect.loss.context\":6}\n");
}

static void the_stop_notice_shows_losses_of_none_too_and_the_books(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_STOP;
	notice.books.lost = (struct loss){0};
	assert_string_equal(notice_line(&notice),
			    "{\"timestamp\":\"1970-01-01T00:00:01.000000001Z\","
			    "\"event.name\":\"tpconnect.stop\",\"tpconnect.seq\":9,"
			    "\"tpconnect.loss.ring\":0,\"tpconnect.loss.missed\":0,"
			    "\"tpconnect.loss.state\":0,\"tpconnect.loss.unmatched\":0,"
			    "\"tpconnect.loss.output\":0,\"tpconnect.loss.context\":0,"
			    "\"tpconnect.events.sent\":10,"
			    "\"tpconnect.events.written\":8,\"tpconnect.events.filtered\":1,"
			    "\"tpconnect.tracked\":6,\"tpconnect.preexisting.unattributed\":7,"
			    "\"tpconnect.observed.from\":\"1970-01-01T00:00:00.999999999Z\","
			    "\"tpconnect.observed.until\":\"1970-01-01T00:00:01.000000000Z\"}\n");
}

static void the_heartbeat_notice_has_the_books_so_far(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_HEARTBEAT;
	notice.heartbeat_ns = 60000000000;
	notice.books.lost.store = 7;
	notice.store = true;
	assert_string_equal(notice_line(&notice),
			    "{\"timestamp\":\"1970-01-01T00:00:01.000000001Z\","
			    "\"event.name\":\"tpconnect.heartbeat\",\"tpconnect.seq\":9,"
			    "\"tpconnect.loss.ring\":1,\"tpconnect.loss.missed\":2,"
			    "\"tpconnect.loss.state\":3,\"tpconnect.loss.unmatched\":4,"
			    "\"tpconnect.loss.output\":5,\"tpconnect.loss.context\":6,"
			    "\"tpconnect.loss.store\":7,"
			    "\"tpconnect.heartbeat.interval_ns\":60000000000,"
			    "\"tpconnect.events.sent\":10,"
			    "\"tpconnect.events.written\":8,\"tpconnect.events.filtered\":1,"
			    "\"tpconnect.observed.from\":\"1970-01-01T00:00:00.999999999Z\"}\n");
}

static void the_start_notice_says_how_often_a_heartbeat_comes(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_START;
	assert_null(strstr(notice_line(&notice), "heartbeat"));
	notice.heartbeat_ns = 60000000000;
	assert_non_null(strstr(notice_line(&notice),
			       ",\"tpconnect.heartbeat.interval_ns\":60000000000,"
			       "\"tpconnect.observed.from\":"));
}

static void what_a_store_has_lost_is_told_where_there_is_one(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.books.lost.store = 7;
	for (int kind = NOTICE_START; kind <= NOTICE_STOP; kind++) {
		notice.kind = (enum notice_kind)kind;
		notice.store = false;
		assert_null(strstr(notice_line(&notice), "store"));
		notice.store = true;
		notice.store_oldest_ns = 0;
		assert_null(strstr(notice_line(&notice), "tpconnect.store.oldest"));
		notice.store_oldest_ns = 1500000000;
		assert_int_equal(
			strstr(notice_line(&notice),
			       ",\"tpconnect.loss.context\":6,\"tpconnect.loss.store\":7,"
			       "\"tpconnect.store.oldest\":\"1970-01-01T00:00:01.500000000Z\"") !=
				NULL,
			kind != NOTICE_START);
	}
}

static void what_has_left_a_store_is_named(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_LOSS;
	notice.store = true;
	assert_null(strstr(notice_line(&notice), "dropped"));
	notice.dropped_boot = "8a8b4b2a-0000-4000-8000-000000000001";
	notice.dropped_first = 1;
	notice.dropped_last = 20;
	assert_non_null(strstr(notice_line(&notice), ",\"tpconnect.store.dropped.boot.id\":"
						     "\"8a8b4b2a-0000-4000-8000-000000000001\","
						     "\"tpconnect.store.dropped.first_seq\":1,"
						     "\"tpconnect.store.dropped.last_seq\":20}\n"));
}

static void text_has_no_notices(void **state)
{
	(void)state;
	assert_null(format_text.notice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_start_notice_says_what_is_attached),
		cmocka_unit_test(the_host_is_named_at_the_start_or_in_every_line),
		cmocka_unit_test(what_is_not_known_of_the_host_is_absent),
		cmocka_unit_test(notices_speak_of_names_only_where_they_were_asked_for),
		cmocka_unit_test(the_loss_notice_names_every_class),
		cmocka_unit_test(the_stop_notice_shows_losses_of_none_too_and_the_books),
		cmocka_unit_test(the_heartbeat_notice_has_the_books_so_far),
		cmocka_unit_test(the_start_notice_says_how_often_a_heartbeat_comes),
		cmocka_unit_test(what_a_store_has_lost_is_told_where_there_is_one),
		cmocka_unit_test(what_has_left_a_store_is_named),
		cmocka_unit_test(text_has_no_notices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
