// SPDX-License-Identifier: MIT
/* Events as lines of text and JSON. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/fields.h"
#include "format/format.h"
#include "unit/random.h"
#include "unit/written.h"
#include "util/array.h"

static const struct format_context context = {.seq = 1};

static struct event sample(void)
{
	return (struct event){
		.kind = EVENT_ESTABLISHED,
		.origin = ORIGIN_CONNECT,
		.has = EVENT_HAS_PROCESS,
		.pid = 1,
		.family = 4,
		.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
		.comm = "c",
		.thread_comm = "t",
	};
}

static const char *line(const struct format_ops *format, const struct event *event)
{
	struct buffer b = empty_buffer();

	format->event(&b, event, &context);
	return text_of(&b);
}

static void assert_names(const char *comm, const char *text, const char *json)
{
	struct event event = sample();
	char expected[256];

	strncpy(event.comm, comm, COMM_LEN - 1);
	strncpy(event.thread_comm, comm, COMM_LEN - 1);
	snprintf(expected, sizeof(expected), " comm=%s uid=0 ", text);
	assert_non_null(strstr(line(&format_text, &event), expected));
	snprintf(expected, sizeof(expected),
		 ",\"process.executable.name\":\"%s\",\"thread.name\":\"%s\",", json, json);
	assert_non_null(strstr(line(&format_json, &event), expected));
}

static void hostile_names_are_escaped(void **state)
{
	(void)state;
	assert_names("c", "c", "c");
	assert_names("", "\"\"", "");
	assert_names("curl", "curl", "curl");
	assert_names("my app", "\"my app\"", "my app");
	assert_names("a\"b", "\"a\\\"b\"", "a\\\"b");
	assert_names("a=b", "\"a=b\"", "a=b");
	/* A bare backslash is itself: only quotes begin escapes. */
	assert_names("a\\b", "a\\b", "a\\\\b");
	assert_names("a \\b", "\"a \\\\b\"", "a \\\\b");
	assert_names("a\nb", "\"a\\nb\"", "a\\nb");
	assert_names("a\tb\r", "\"a\\x09b\\x0d\"", "a\\tb\\r");
	assert_names("\b\f", "\"\\x08\\x0c\"", "\\b\\f");
	assert_names("\x1b[31mred", "\"\\x1b[31mred\"", "\\u001b[31mred");
	assert_names("\x01\x1f\x7f", "\"\\x01\\x1f\\x7f\"", "\\u0001\\u001f\\u007f");
	assert_names("\xc2\x80\xc2\x9b\xc2\x9f", "\"\\xc2\\x80\\xc2\\x9b\\xc2\\x9f\"",
		     "\\u0080\\u009b\\u009f");
	assert_names("\xc2\xa0", "\xc2\xa0", "\xc2\xa0");
	assert_names("\xff\x80x", "\"\\xff\\x80x\"", "\\ufffd\\ufffdx");
	assert_names("\xe2\x82", "\"\\xe2\\x82\"", "\\ufffd\\ufffd");
	assert_names("\xed\xa0\x80", "\"\\xed\\xa0\\x80\"", "\\ufffd\\ufffd\\ufffd");
	assert_names("h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		     "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		     "h\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	assert_names("\xc3\xa9 \xff", "\"\xc3\xa9 \\xff\"", "\xc3\xa9 \\ufffd");
}

static void assert_clean(const char *s)
{
	size_t len = strlen(s), step;
	uint32_t code_point;

	assert_int_equal(s[len - 1], '\n');
	for (size_t i = 0; i < len - 1; i += step) {
		step = utf8_step(s + i, len - i, &code_point);
		assert_int_not_equal(step, 0);
		assert_false(is_control(code_point));
	}
}

static void no_name_breaks_the_line_the_encoding_or_the_terminal(void **state)
{
	/* Bytes that begin, continue or break a character, and all that formats treat specially. */
	static const char alphabet[] = "a =\"\\\n\x1b\x7f\x80\x9b\xc2\xe2\xed\xf0\xf4\xff";
	struct event event = sample();
	uint64_t seed = 3;

	(void)state;
	for (unsigned int round = 0; round < 50000; round++) {
		for (size_t i = 0; i < COMM_LEN - 1; i++)
			event.comm[i] = alphabet[next_random(&seed) % sizeof(alphabet)];
		assert_clean(line(&format_text, &event));
		assert_clean(line(&format_json, &event));
	}
}

static void seed_widest(struct event *event)
{
	static const struct endpoint widest = {
		.addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff},
		.scope_id = UINT32_MAX,
		.port = UINT16_MAX,
	};

	memset(event, 0xff, sizeof(*event));
	event->image = NULL;
	event->cgroup = NULL;
	event->names = NULL;
	event->kind = EVENT_CLOSE;
	event->preexisting = false;
	event->has &= ~(EVENT_HAS_HOLDERS | EVENT_HAS_OBSERVED);
	event->open.state = 3; /* TCP_SYN_RECV, the longest name */
	event->open.direction = DIRECTION_UNKNOWN;
	event->origin = ORIGIN_IO_URING;
	event->family = 6;
	event->not_sent = event->deferred = event->mapped = true;
	event->open.held = event->open.wanted = event->open.kernel = true;
	event->ended = ENDED_RESET_RECEIVED;
	event->error = ENOTRECOVERABLE;
	/* Six bytes each in JSON, four in text. */
	memset(event->comm, 0x01, COMM_LEN - 1);
	event->comm[COMM_LEN - 1] = '\0';
	memcpy(event->thread_comm, event->comm, COMM_LEN);
	event->dst = event->src = event->requested = widest;
}

static void assert_fits(const struct event *event)
{
	const struct format_ops *const formats[] = {&format_text, &format_json};
	static struct host host = {.id = "0123456789abcdef0123456789abcdef",
				   .boot_id = "8a8b4b2a-0000-4000-8000-000000000001"};
	const struct format_context widest = {
		.host = &host,
		.host_always = true,
		.boot_to_utc_ns = INT64_MAX,
		.process_epoch_ns = INT64_MAX,
		.seq = UINT64_MAX,
		.color = true,
	};

	memset(host.name, 0x01, sizeof(host.name) - 1); /* six bytes each */
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		struct buffer b = empty_buffer();

		formats[i]->event(&b, event, &widest);
		assert_false(b.overflow);
		assert_true(b.len > 0 && b.len <= FORMAT_LINE_MAX);
	}
}

static void an_event_with_all_fields_at_their_widest_fits_a_line(void **state)
{
	struct event event;

	(void)state;
	seed_widest(&event);
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		event.kind = (enum event_kind)kind;
		event.preexisting = false;
		assert_fits(&event);
		event.preexisting = true;
		event.has = UINT32_MAX;
		assert_fits(&event);
	}
}

static void every_value_of_the_widest_event_is_written(void **state)
{
	struct event event;
	const char *json;

	(void)state;
	seed_widest(&event);
	json = line(&format_json, &event);
	assert_non_null(strstr(json, "\"tpconnect.connection.id\":\"ffffffffffffffff-ffff\""));
	assert_non_null(strstr(json, "\"process.pid\":4294967295,\"thread.id\":4294967295,"
				     "\"process.parent_pid\":4294967295,"));
	assert_non_null(strstr(json, "\"tpconnect.process.exec_id\":4294967295,"));
	assert_non_null(strstr(json, "\"tpconnect.cgroup.id\":\"18446744073709551615\""));
	assert_non_null(strstr(
		json, "\"tpconnect.bytes_sent\":18446744073709551615,"
		      "\"tpconnect.bytes_received\":18446744073709551615,"
		      "\"tpconnect.retransmits\":4294967295,"
		      "\"tpconnect.rtt_us\":4294967295,\"tpconnect.ended\":\"reset_received\","
		      "\"tpconnect.repeated\":18446744073709551615}\n"));
	/* In 64 bits: 2^32 µs do not fit as nanoseconds in 32. */
	assert_non_null(strstr(line(&format_text, &event), " rtt=4294.967s "));
}

static void every_value_of_the_widest_socket_is_written(void **state)
{
	struct event event;

	(void)state;
	seed_widest(&event);
	event.kind = EVENT_OPEN;
	event.preexisting = true;
	event.has = UINT32_MAX & ~EVENT_HAS_OBSERVED;
	assert_non_null(
		strstr(line(&format_json, &event),
		       "\"tpconnect.preexisting\":true,\"tpconnect.holders\":4294967295,"
		       "\"network.connection.state\":\"syn_received\",\"tpconnect.fd\":4294967295,"
		       "\"tpconnect.direction\":\"unknown\","
		       "\"tpconnect.idle_ns\":18446744073709551615,"
		       "\"tpconnect.bytes_sent\":18446744073709551615,"
		       "\"tpconnect.bytes_received\":18446744073709551615,"
		       "\"tpconnect.retransmits\":4294967295,\"tpconnect.rtt_us\":4294967295,"
		       "\"tpconnect.bytes_unacked\":4294967295,"));
	assert_non_null(strstr(line(&format_json, &event),
			       "\"tpconnect.connection.id\":\"pffffffffffffffff-ffff\""));
}

static void a_line_says_how_many_events_it_stands_for(void **state)
{
	const struct format_ops *const formats[] = {&format_text, &format_json, &format_table};
	struct event event = sample();
	const char *text;

	(void)state;
	event.kind = EVENT_FAILED;
	event.not_sent = true;
	strcpy(event.comm, "x repeated=9");
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		event.repeated = 0;
		text = line(formats[i], &event);
		assert_null(strstr(text, "repeated=4711"));
		event.repeated = 4711;
		text = line(formats[i], &event);
		assert_non_null(strstr(text, "4711"));
	}
	text = line(&format_text, &event);
	assert_non_null(strstr(text, " event=failed sent=no repeated=4711\n"));
	text = line(&format_json, &event);
	assert_non_null(strstr(text, ",\"tpconnect.repeated\":4711}\n"));
}

static void what_is_not_known_is_absent(void **state)
{
	struct event event = sample();

	(void)state;
	event.has = 0;
	event.pid = 0;
	assert_string_equal(line(&format_text, &event),
			    "1970-01-01T00:00:00.000000000Z pid=0 proto=6 dst=192.0.2.1:443 "
			    "event=established\n");
	assert_string_equal(line(&format_json, &event),
			    "{\"timestamp\":\"1970-01-01T00:00:00.000000000Z\","
			    "\"event.name\":\"tcp.established\",\"tpconnect.seq\":1,"
			    "\"tpconnect.connection.id\":\"0-0\",\"network.transport\":\"tcp\","
			    "\"network.type\":\"ipv4\",\"network.peer.address\":\"192.0.2.1\","
			    "\"network.peer.port\":443,\"tpconnect.origin\":\"connect\"}\n");
}

static void the_event_and_its_process_have_their_own_clock_offsets(void **state)
{
	struct event event = sample();
	const struct format_context ctx = {
		.boot_to_utc_ns = 1000000000,
		.process_epoch_ns = 2000000000,
		.seq = 1,
	};
	struct buffer b = empty_buffer();

	(void)state;
	event.time_ns = 50;
	event.process_start_ns = 7;
	format_json.event(&b, &event, &ctx);
	assert_non_null(strstr(text_of(&b), "\"timestamp\":\"1970-01-01T00:00:01.000000050Z\""));
	assert_non_null(strstr(text_of(&b),
			       "\"process.creation.time\":\"1970-01-01T00:00:02.000000007Z\""));
}

static void a_clock_offset_can_be_negative(void **state)
{
	const struct format_context ctx = {.boot_to_utc_ns = -3, .seq = 1};
	struct event event = sample();
	struct buffer b = empty_buffer();

	(void)state;
	event.time_ns = 5;
	format_text.event(&b, &event, &ctx);
	assert_non_null(strstr(text_of(&b), "1970-01-01T00:00:00.000000002Z "));
}

static void a_line_that_does_not_fit_is_noticed(void **state)
{
	struct event event = sample();
	const struct format_ops *const formats[] = {&format_text, &format_json};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		size_t len = strlen(line(formats[i], &event));

		for (size_t cap = 0; cap <= len; cap++) {
			struct buffer b = {.data = malloc(cap ? cap : 1), .cap = cap};

			formats[i]->event(&b, &event, &context);
			assert_int_equal(b.overflow, cap < len);
			free(b.data);
		}
	}
}

/* Names */

static void formats_are_found_by_their_whole_name(void **state)
{
	(void)state;
	assert_ptr_equal(format_find("text"), &format_text);
	assert_ptr_equal(format_find("json"), &format_json);
	assert_null(format_find("jso"));
	assert_null(format_find("jsonl"));
	assert_null(format_find(""));
}

static void names_exist_for_exactly_what_exists(void **state)
{
	(void)state;
	assert_null(event_kind_name((enum event_kind)0));
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++)
		assert_non_null(event_kind_name((enum event_kind)kind));
	assert_null(event_kind_name(EVENT_KIND_END));
	assert_string_equal(origin_name(ORIGIN_UNKNOWN), "unknown");
	for (unsigned int origin = ORIGIN_UNKNOWN + 1; origin < ORIGIN_END; origin++)
		assert_string_not_equal(origin_name((enum origin)origin), "unknown");
	assert_string_equal(origin_name(ORIGIN_END), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_names_are_escaped),
		cmocka_unit_test(no_name_breaks_the_line_the_encoding_or_the_terminal),
		cmocka_unit_test(an_event_with_all_fields_at_their_widest_fits_a_line),
		cmocka_unit_test(every_value_of_the_widest_event_is_written),
		cmocka_unit_test(every_value_of_the_widest_socket_is_written),
		cmocka_unit_test(a_line_says_how_many_events_it_stands_for),
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test(the_event_and_its_process_have_their_own_clock_offsets),
		cmocka_unit_test(a_clock_offset_can_be_negative),
		cmocka_unit_test(a_line_that_does_not_fit_is_noticed),
		cmocka_unit_test(formats_are_found_by_their_whole_name),
		cmocka_unit_test(names_exist_for_exactly_what_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
