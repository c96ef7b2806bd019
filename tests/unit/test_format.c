// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "format/fields.h"
#include "format/format.h"
#include "unit/random.h"
#include "unit/written.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Fields */

static void assert_time(uint64_t utc_ns)
{
	struct buffer b = empty_buffer();
	time_t seconds = (time_t)(utc_ns / 1000000000);
	char date[32], expected[64];
	struct tm tm;

	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&seconds, &tm));
	snprintf(expected, sizeof(expected), "%s.%09luZ", date,
		 (unsigned long)(utc_ns % 1000000000));
	field_time(&b, utc_ns);
	assert_string_equal(text_of(&b), expected);
}

static void time_is_that_of_gmtime_on_every_day_until_2554(void **state)
{
	const uint64_t day_ns = 86400ull * 1000000000;

	(void)state;
	for (uint64_t day = 0; day < UINT64_MAX / day_ns; day++) {
		assert_time(day * day_ns);
		assert_time((day + 1) * day_ns - 1);
	}
	assert_time(UINT64_MAX);
}

static void time_has_nine_digits_of_a_second(void **state)
{
	struct buffer b = empty_buffer();

	(void)state;
	field_time(&b, 1);
	assert_string_equal(text_of(&b), "1970-01-01T00:00:00.000000001Z");
}

static void ipv4_is_that_of_inet_ntop_for_every_octet(void **state)
{
	(void)state;
	for (unsigned int octet = 0; octet < 256; octet++) {
		uint8_t addr[4] = {(uint8_t)octet, 0, (uint8_t)(255 - octet), (uint8_t)octet};
		struct buffer b = empty_buffer();
		char expected[INET_ADDRSTRLEN];

		field_ipv4(&b, addr);
		inet_ntop(AF_INET, addr, expected, sizeof(expected));
		assert_string_equal(text_of(&b), expected);
	}
}

static const char *ipv6_text(const uint8_t addr[16])
{
	struct buffer b = empty_buffer();

	field_ipv6(&b, addr);
	return text_of(&b);
}

/* inet_ntop's, but for ::a.b.c.d, which RFC 5952 does not know. */
static void expected_ipv6(const uint8_t addr[16], char text[INET6_ADDRSTRLEN])
{
	static const uint8_t zeros[12];

	inet_ntop(AF_INET6, addr, text, INET6_ADDRSTRLEN);
	if (!memcmp(addr, zeros, sizeof(zeros)) && strchr(text, '.'))
		snprintf(text, INET6_ADDRSTRLEN, "::%x:%x", addr[12] << 8 | addr[13],
			 addr[14] << 8 | addr[15]);
}

static void assert_ipv6(const uint8_t addr[16])
{
	char expected[INET6_ADDRSTRLEN];

	expected_ipv6(addr, expected);
	assert_string_equal(ipv6_text(addr), expected);
}

static void ipv6_is_that_of_inet_ntop_for_every_pattern_of_zero_groups(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 200; round++) {
		for (unsigned int nonzero = 0; nonzero < 256; nonzero++) {
			uint8_t addr[16] = {0};

			for (unsigned int i = 0; i < 8; i++) {
				/* Shifted, for groups of one to four digits. */
				uint32_t group =
					(next_random(&seed) & 0xffff) >> (next_random(&seed) & 15);

				if (!(nonzero & 1u << i))
					continue;
				addr[2 * i] = (uint8_t)(group >> 8);
				addr[2 * i + 1] = (uint8_t)group;
			}
			assert_ipv6(addr);
		}
	}
}

static void ipv6_is_that_of_inet_ntop_for_random_bytes(void **state)
{
	uint64_t seed = 2;

	(void)state;
	for (unsigned int round = 0; round < 100000; round++) {
		uint8_t addr[16];

		/* One byte in two is 0: groups with zeros inside, short runs. */
		for (unsigned int i = 0; i < 16; i++)
			addr[i] = (uint8_t)(next_random(&seed) & 1 ? next_random(&seed) : 0);
		assert_ipv6(addr);
	}
}

static void ipv6_follows_rfc_5952(void **state)
{
	static const char *const canonical[] = {
		"::",
		"::1",
		"1::",
		"::102:304",
		"::1:0",
		"2001:db8::1",
		"2001:db8:0:1:1:1:1:1",
		"2001:0:0:1::1",
		"2001:db8::1:0:0:1",
		"1:2:3:4:5:6:7:8",
		"1:2:3:4:5:6::",
		"::3:4:5:6:7:8",
		"fe80::abcd:ef01:2345:6789",
		"::ffff:192.0.2.1",
		"::ffff:0:c000:201",
		"64:ff9b::c000:201",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(canonical); i++) {
		uint8_t addr[16];

		assert_int_equal(inet_pton(AF_INET6, canonical[i], addr), 1);
		assert_string_equal(ipv6_text(addr), canonical[i]);
	}
}

static void the_family_of_an_address_is_4_only_when_mapped(void **state)
{
	uint8_t addr[16] = {[10] = 0xff, 0xff};

	(void)state;
	assert_int_equal(address_family(addr), 4);
	for (size_t i = 0; i < 16; i++) {
		addr[i] ^= 0x80;
		assert_int_equal(address_family(addr), i < 12 ? 6 : 4);
		addr[i] ^= 0x80;
	}
}

static void durations_carry_their_unit_and_are_cut_not_rounded(void **state)
{
	static const struct {
		uint64_t ns;
		const char *expected;
	} cases[] = {
		{0, "0.000ms"},
		{999, "0.000ms"},
		{1000, "0.001ms"},
		{412000, "0.412ms"},
		{412999, "0.412ms"},
		{11284000, "11.284ms"},
		{999999999, "999.999ms"},
		{1000000000, "1.000s"},
		{1000999999, "1.000s"},
		{3046000000, "3.046s"},
		{131072999999999, "131072.999s"},
		{UINT64_MAX, "18446744073.709s"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buffer b = empty_buffer();

		field_duration(&b, cases[i].ns);
		assert_string_equal(text_of(&b), cases[i].expected);
	}
}

static const char *errno_text(uint16_t error)
{
	struct buffer b = empty_buffer();

	field_errno(&b, error);
	return text_of(&b);
}

static void an_errno_is_its_symbol_or_else_its_number(void **state)
{
	(void)state;
	assert_string_equal(errno_text(ECONNREFUSED), "ECONNREFUSED");
	assert_string_equal(errno_text(ETIMEDOUT), "ETIMEDOUT");
	assert_string_equal(errno_text(EPERM), "EPERM");
	assert_string_equal(errno_text(ENOTRECOVERABLE), "ENOTRECOVERABLE");
	assert_string_equal(errno_text(517), "517");
	assert_string_equal(errno_text(65535), "65535");
}

/* RFC 3629, section 3, written the other way: encodes; 0 for what is no character. */
static size_t utf8_encode(uint32_t c, unsigned char to[4])
{
	if (c < 0x80) {
		to[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		to[0] = (unsigned char)(0xc0 | c >> 6);
		to[1] = (unsigned char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		to[0] = (unsigned char)(0xe0 | c >> 12);
		to[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
		to[2] = (unsigned char)(0x80 | (c & 0x3f));
		return c >= 0xd800 && c < 0xe000 ? 0 : 3;
	}
	to[0] = (unsigned char)(0xf0 | c >> 18);
	to[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
	to[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
	to[3] = (unsigned char)(0x80 | (c & 0x3f));
	return c > 0x10ffff ? 0 : 4;
}

static void utf8_accepts_every_character_and_no_surrogate_or_beyond(void **state)
{
	(void)state;
	for (uint32_t c = 0; c < 0x200000; c++) {
		unsigned char bytes[4];
		size_t len = utf8_encode(c, bytes), whole = c < 0x800 ? 0 : c < 0x10000 ? 3 : 4;
		uint32_t got = UINT32_MAX;

		assert_int_equal(utf8_step((char *)bytes, len ? len : whole, &got), len);
		assert_int_equal(got, len ? c : UINT32_MAX);
	}
}

static void utf8_refuses_what_is_cut_overlong_or_no_start(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xbf",
		"\xc2",
		"\xe2\x82",
		"\xf0\x9f\x98",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xe0\x9f\xbf",
		"\xf0\x80\x80\x80",
		"\xf0\x8f\xbf\xbf",
		"\xed\xa0\x80",
		"\xed\xbf\xbf",
		"\xf4\x90\x80\x80",
		"\xf8\x88\x80\x80\x80",
		"\xf9\x80\x80\x80",
		"\xfe",
		"\xff",
		"\xc3(",
		"\xe2(\xa1",
		"\xe2\x82(",
		"\xf0\x9f\x98(",
	};
	uint32_t got = 42;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(utf8_step(bad[i], strlen(bad[i]), &got), 0);
	/* Whole, but not within the bytes given. */
	for (size_t n = 0; n < 4; n++)
		assert_int_equal(utf8_step("\xf0\x9f\x98\x80", n, &got), 0);
	assert_int_equal(got, 42);
}

/* Lines */

static const struct format_context context = {.seq = 1};

static struct conn sample(void)
{
	return (struct conn){
		.kind = EVENT_ESTABLISHED,
		.origin = ORIGIN_CONNECT,
		.has = CONN_HAS_PROCESS,
		.pid = 1,
		.family = 4,
		.dst = {.addr = {[10] = 0xff, 0xff, 192, 0, 2, 1}, .port = 443},
		.comm = "c",
		.thread_comm = "t",
	};
}

static const char *line(const struct format_ops *format, const struct conn *conn)
{
	struct buffer b = empty_buffer();

	format->event(&b, conn, &context);
	return text_of(&b);
}

static void assert_names(const char *comm, const char *text, const char *json)
{
	struct conn conn = sample();
	char expected[256];

	strncpy(conn.comm, comm, COMM_LEN - 1);
	strncpy(conn.thread_comm, comm, COMM_LEN - 1);
	snprintf(expected, sizeof(expected), " comm=%s uid=0 ", text);
	assert_non_null(strstr(line(&format_text, &conn), expected));
	snprintf(expected, sizeof(expected),
		 ",\"process.executable.name\":\"%s\",\"thread.name\":\"%s\",", json, json);
	assert_non_null(strstr(line(&format_json, &conn), expected));
}

static void hostile_names_are_escaped(void **state)
{
	(void)state;
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
	struct conn conn = sample();
	uint64_t seed = 3;

	(void)state;
	for (unsigned int round = 0; round < 50000; round++) {
		for (size_t i = 0; i < COMM_LEN - 1; i++)
			conn.comm[i] = alphabet[next_random(&seed) % sizeof(alphabet)];
		assert_clean(line(&format_text, &conn));
		assert_clean(line(&format_json, &conn));
	}
}

static void seed_widest(struct conn *conn)
{
	static const struct endpoint widest = {
		.addr = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
			 0xff, 0xff, 0xff, 0xff},
		.port = UINT16_MAX,
	};

	memset(conn, 0xff, sizeof(*conn));
	conn->kind = EVENT_CLOSE;
	conn->origin = ORIGIN_IO_URING;
	conn->family = 6;
	conn->not_sent = conn->deferred = conn->mapped = true;
	conn->reset = false;
	conn->error = ENOTRECOVERABLE;
	/* Six bytes each in JSON, four in text. */
	memset(conn->comm, 0x01, COMM_LEN - 1);
	conn->comm[COMM_LEN - 1] = '\0';
	memcpy(conn->thread_comm, conn->comm, COMM_LEN);
	conn->dst = conn->src = conn->requested = widest;
}

static void an_event_with_all_fields_at_their_widest_fits_a_line(void **state)
{
	const struct format_ops *const formats[] = {&format_text, &format_json};
	const struct format_context widest = {
		.boot_to_utc_ns = INT64_MAX,
		.process_epoch_ns = INT64_MAX,
		.seq = UINT64_MAX,
		.color = true,
	};
	struct conn conn;

	(void)state;
	seed_widest(&conn);
	for (unsigned int kind = EVENT_CONNECT; kind < EVENT_KIND_END; kind++) {
		for (int reset = 0; reset < 2; reset++) {
			for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
				struct buffer b = empty_buffer();

				conn.kind = (enum event_kind)kind;
				conn.reset = reset;
				formats[i]->event(&b, &conn, &widest);
				assert_false(b.overflow);
				assert_in_range(b.len, 1, FORMAT_LINE_MAX);
			}
		}
	}
}

static void every_value_of_the_widest_event_is_written(void **state)
{
	struct conn conn;
	const char *json;

	(void)state;
	seed_widest(&conn);
	json = line(&format_json, &conn);
	assert_non_null(strstr(json, "\"tpconnect.connection.id\":\"ffffffffffffffff-ffff\""));
	assert_non_null(strstr(json, "\"process.pid\":4294967295,\"thread.id\":4294967295,"
				     "\"process.parent_pid\":4294967295,"));
	assert_non_null(strstr(json, "\"tpconnect.cgroup.id\":\"18446744073709551615\""));
	assert_non_null(strstr(json,
			       "\"tpconnect.bytes_sent\":18446744073709551615,"
			       "\"tpconnect.bytes_received\":18446744073709551615,"
			       "\"tpconnect.retransmits\":4294967295,"
			       "\"tpconnect.rtt_us\":4294967295,\"tpconnect.reset\":false}\n"));
	/* In 64 bits: 2^32 µs do not fit as nanoseconds in 32. */
	assert_non_null(strstr(line(&format_text, &conn), " rtt=4294.967s "));
}

static void what_is_not_known_is_absent(void **state)
{
	struct conn conn = sample();

	(void)state;
	conn.has = 0;
	conn.pid = 0;
	assert_string_equal(line(&format_text, &conn),
			    "1970-01-01T00:00:00.000000000Z pid=0 proto=6 dst=192.0.2.1:443 "
			    "event=established\n");
	assert_string_equal(line(&format_json, &conn),
			    "{\"timestamp\":\"1970-01-01T00:00:00.000000000Z\","
			    "\"event.name\":\"tcp.established\",\"tpconnect.seq\":1,"
			    "\"tpconnect.connection.id\":\"0-0\",\"network.transport\":\"tcp\","
			    "\"network.type\":\"ipv4\",\"network.peer.address\":\"192.0.2.1\","
			    "\"network.peer.port\":443,\"tpconnect.origin\":\"connect\"}\n");
}

static void the_event_and_its_process_have_their_own_clock_offsets(void **state)
{
	struct conn conn = sample();
	const struct format_context ctx = {
		.boot_to_utc_ns = 1000000000,
		.process_epoch_ns = 2000000000,
		.seq = 1,
	};
	struct buffer b = empty_buffer();

	(void)state;
	conn.time_ns = 50;
	conn.process_start_ns = 7;
	format_json.event(&b, &conn, &ctx);
	assert_non_null(strstr(text_of(&b), "\"timestamp\":\"1970-01-01T00:00:01.000000050Z\""));
	assert_non_null(strstr(text_of(&b),
			       "\"process.creation.time\":\"1970-01-01T00:00:02.000000007Z\""));
}

static void a_clock_offset_can_be_negative(void **state)
{
	const struct format_context ctx = {.boot_to_utc_ns = -3, .seq = 1};
	struct conn conn = sample();
	struct buffer b = empty_buffer();

	(void)state;
	conn.time_ns = 5;
	format_text.event(&b, &conn, &ctx);
	assert_non_null(strstr(text_of(&b), "1970-01-01T00:00:00.000000002Z "));
}

static void a_line_that_does_not_fit_is_noticed(void **state)
{
	struct conn conn = sample();
	const struct format_ops *const formats[] = {&format_text, &format_json};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		size_t len = strlen(line(formats[i], &conn));

		for (size_t cap = 0; cap <= len; cap++) {
			struct buffer b = {.data = malloc(cap ? cap : 1), .cap = cap};

			formats[i]->event(&b, &conn, &context);
			assert_int_equal(b.overflow, cap < len);
			free(b.data);
		}
	}
}

/* Notices */

static const char *notice_line(const struct notice *notice)
{
	const struct format_context ctx = {.seq = 9};
	struct buffer b = empty_buffer();

	format_json.notice(&b, notice, &ctx);
	return text_of(&b);
}

static const struct notice sample_notice = {
	.time_ns = 1000000001,
	.version = "1.0",
	.programs = "connect,\"state\"",
	.loss = {.ring = 1, .missed = 2, .state = 3, .unmatched = 4, .output = 5},
	.sent = 10,
	.written = 8,
	.filtered = 1,
	.tracked = 6,
};

static void the_start_notice_says_what_is_attached(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_START;
	assert_string_equal(notice_line(&notice),
			    "{\"timestamp\":\"1970-01-01T00:00:01.000000001Z\","
			    "\"event.name\":\"tpconnect.start\",\"tpconnect.seq\":9,"
			    "\"tpconnect.version\":\"1.0\","
			    "\"tpconnect.programs\":\"connect,\\\"state\\\"\"}\n");
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
			    "\"tpconnect.loss.output\":5}\n");
}

static void the_stop_notice_shows_losses_of_none_too_and_the_books(void **state)
{
	struct notice notice = sample_notice;

	(void)state;
	notice.kind = NOTICE_STOP;
	notice.loss = (struct loss){0};
	assert_string_equal(notice_line(&notice),
			    "{\"timestamp\":\"1970-01-01T00:00:01.000000001Z\","
			    "\"event.name\":\"tpconnect.stop\",\"tpconnect.seq\":9,"
			    "\"tpconnect.loss.ring\":0,\"tpconnect.loss.missed\":0,"
			    "\"tpconnect.loss.state\":0,\"tpconnect.loss.unmatched\":0,"
			    "\"tpconnect.loss.output\":0,\"tpconnect.events.sent\":10,"
			    "\"tpconnect.events.written\":8,\"tpconnect.events.filtered\":1,"
			    "\"tpconnect.tracked\":6}\n");
}

static void text_has_no_notices(void **state)
{
	(void)state;
	assert_null(format_text.notice);
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
		cmocka_unit_test(time_is_that_of_gmtime_on_every_day_until_2554),
		cmocka_unit_test(time_has_nine_digits_of_a_second),
		cmocka_unit_test(ipv4_is_that_of_inet_ntop_for_every_octet),
		cmocka_unit_test(ipv6_is_that_of_inet_ntop_for_every_pattern_of_zero_groups),
		cmocka_unit_test(ipv6_is_that_of_inet_ntop_for_random_bytes),
		cmocka_unit_test(ipv6_follows_rfc_5952),
		cmocka_unit_test(the_family_of_an_address_is_4_only_when_mapped),
		cmocka_unit_test(durations_carry_their_unit_and_are_cut_not_rounded),
		cmocka_unit_test(an_errno_is_its_symbol_or_else_its_number),
		cmocka_unit_test(utf8_accepts_every_character_and_no_surrogate_or_beyond),
		cmocka_unit_test(utf8_refuses_what_is_cut_overlong_or_no_start),
		cmocka_unit_test(hostile_names_are_escaped),
		cmocka_unit_test(no_name_breaks_the_line_the_encoding_or_the_terminal),
		cmocka_unit_test(an_event_with_all_fields_at_their_widest_fits_a_line),
		cmocka_unit_test(every_value_of_the_widest_event_is_written),
		cmocka_unit_test(what_is_not_known_is_absent),
		cmocka_unit_test(the_event_and_its_process_have_their_own_clock_offsets),
		cmocka_unit_test(a_clock_offset_can_be_negative),
		cmocka_unit_test(a_line_that_does_not_fit_is_noticed),
		cmocka_unit_test(the_start_notice_says_what_is_attached),
		cmocka_unit_test(the_loss_notice_names_every_class),
		cmocka_unit_test(the_stop_notice_shows_losses_of_none_too_and_the_books),
		cmocka_unit_test(text_has_no_notices),
		cmocka_unit_test(formats_are_found_by_their_whole_name),
		cmocka_unit_test(names_exist_for_exactly_what_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
