// SPDX-License-Identifier: MIT
/* Zeek's conn.log: states, texts that none of its readers can take for something else, digests. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/community_id.h"
#include "format/zeek.h"
#include "unit/random.h"
#include "unit/written.h"
#include "util/address.h"
#include "util/array.h"
#include "util/sha1.h"

static void each_end_has_the_state_that_it_shows(void **state)
{
	static const struct {
		struct event event;
		const char *conn_state;
	} rows[] = {
		{{.kind = EVENT_ESTABLISHED}, "S1"},
		{{.kind = EVENT_CANCELLED}, "S0"},
		{{.kind = EVENT_CANCELLED, .deferred = true}, "-"},
		{{.kind = EVENT_FAILED, .error = ECONNREFUSED}, "REJ"},
		{{.kind = EVENT_FAILED, .error = ETIMEDOUT}, "S0"},
		{{.kind = EVENT_FAILED, .error = EHOSTUNREACH}, "-"},
		{{.kind = EVENT_FAILED, .error = ENETUNREACH}, "-"},
		{{.kind = EVENT_FAILED, .error = ECONNRESET}, "-"},
		{{.kind = EVENT_FAILED, .error = EADDRNOTAVAIL}, "-"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_FIN}, "SF"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_LOCAL}, "S2"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_RESET_SENT}, "RSTO"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_RESET_RECEIVED}, "RSTR"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_TIMEOUT}, "-"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_ABORTED}, "-"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_UNKNOWN}, "-"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_FIN, .preexisting = true}, "OTH"},
		{{.kind = EVENT_CLOSE, .ended = ENDED_RESET_SENT, .preexisting = true}, "OTH"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(zeek_has_line(&rows[i].event));
		assert_string_equal(zeek_conn_state(&rows[i].event), rows[i].conn_state);
	}
}

static void what_was_not_sent_or_is_no_end_has_no_line(void **state)
{
	static const struct event events[] = {
		{.kind = EVENT_CONNECT},
		{.kind = EVENT_RETRY},
		{.kind = EVENT_OPEN},
		{.kind = EVENT_FAILED, .not_sent = true},
		{.kind = EVENT_CANCELLED, .not_sent = true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(events); i++) {
		struct buffer b = empty_buffer();
		const struct format_context context = {0};

		assert_false(zeek_has_line(&events[i]));
		format_zeek.event(&b, &events[i], &context);
		assert_int_equal(b.len, 0);
	}
}

static const char *text(const char *before, const char *name)
{
	struct buffer b = empty_buffer();

	zeek_text(&b, before, name);
	return text_of(&b);
}

static void texts_are_escaped(void **state)
{
	(void)state;
	assert_string_equal(text("", "curl"), "curl");
	assert_string_equal(text("", "my app,#x"), "my app,#x");
	assert_string_equal(text("", NULL), "-");
	assert_string_equal(text("", ""), "(empty)");
	assert_string_equal(text("", "-"), "\\x2d");
	assert_string_equal(text("", "(empty)"), "\\x28empty)");
	assert_string_equal(text("", "--"), "--");
	assert_string_equal(text("", "(empty) "), "(empty) ");
	assert_string_equal(text("memfd:", ""), "memfd:");
	assert_string_equal(text(".../", "-"), ".../-");
	assert_string_equal(text("memfd:", NULL), "-");
	assert_string_equal(text("", "a\tb\nc\rd\x1b\x7f"), "a\\x09b\\x0ac\\x0dd\\x1b\\x7f");
	assert_string_equal(text("", "\\x2d"), "\\x5cx2d");
	assert_string_equal(text("", "\xc2\xb5"), "\xc2\xb5");
	assert_string_equal(text("", "\xc2\x85"), "\\xc2\\x85");
	assert_string_equal(text("", "\xff\xc2"), "\\xff\\xc2");
	assert_string_equal(text("", "\xe2\x80\xae"), "\\xe2\\x80\\xae"); /* right to left */
	assert_string_equal(text("", "?"), "?");
}

/* Read back as the manual says, any text is what it was, and takes one field of one line. */
static void any_text_can_be_read_back(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned int i = 0; i < 20000; i++) {
		char name[16] = "", back[16];
		size_t n = next_random(&seed) % sizeof(name), len = 0;
		const char *at;

		for (size_t j = 0; j < n; j++)
			name[j] = (char)(1 + next_random(&seed) % 255);
		at = text("", name);
		assert_null(strpbrk(at, "\t\n\r"));
		assert_string_not_equal(at, "-");
		assert_int_equal(!strcmp(at, "(empty)"), !*name);
		if (!*name)
			continue;
		while (*at) {
			char hex[3] = "";

			assert_true(len < sizeof(back));
			if (at[0] == '\\') {
				assert_int_equal(at[1], 'x');
				memcpy(hex, at + 2, 2);
				back[len++] = (char)strtoul(hex, NULL, 16);
				at += 4;
			} else {
				back[len++] = *at++;
			}
		}
		assert_int_equal(len, strlen(name));
		assert_memory_equal(back, name, len);
	}
}

static void assert_digest(const char *message, const char *hex)
{
	uint8_t digest[SHA1_SIZE];
	char text[2 * SHA1_SIZE + 1];

	sha1_short(message, strlen(message), digest);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(text, hex);
}

/* FIPS 180's own, and what sha1sum(1) says of the longest that fits. */
static void digests_are_those_of_others(void **state)
{
	(void)state;
	assert_digest("abc", "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_digest("", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_digest("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		      "c1c8bbdc22796e28c0e15163d20899b65621d65a");
}

static void parse_endpoint(struct endpoint *ret, const char *addr, uint16_t port)
{
	assert_int_equal(address_read(addr, strlen(addr), ret->addr), 0);
	ret->port = port;
}

static const char *community_id(const char *src, uint16_t sport, const char *dst, uint16_t dport)
{
	struct event event = {.has = EVENT_HAS_SRC};
	struct buffer b = empty_buffer();

	parse_endpoint(&event.src, src, sport);
	parse_endpoint(&event.dst, dst, dport);
	event.family = address_family(event.dst.addr);
	assert_true(has_community_id(&event));
	put_community_id(&b, &event);
	return text_of(&b);
}

/* The one of TCP that the specification publishes (baseline), and two that python3 has computed. */
static void community_ids_are_those_of_others(void **state)
{
	const char *ipv4 = "1:LQU9qZlK+B5F3KDmev6m5PMibrg=";
	const char *ports = "1:Uf77tvGstm6TqT44W/ozF/VkWYs=";
	const char *ipv6 = "1:RYG3Msb11GthNt1OYXJouPzmrvA=";

	(void)state;
	assert_string_equal(community_id("128.232.110.120", 34855, "66.35.250.204", 80), ipv4);
	assert_string_equal(community_id("66.35.250.204", 80, "128.232.110.120", 34855), ipv4);
	assert_string_equal(community_id("192.0.2.1", 80, "192.0.2.1", 79), ports);
	assert_string_equal(community_id("192.0.2.1", 79, "192.0.2.1", 80), ports);
	assert_string_equal(community_id("2001:db8::1", 40000, "2001:db8::2", 443), ipv6);
	assert_string_equal(community_id("2001:db8::2", 443, "2001:db8::1", 40000), ipv6);
}

static void without_a_source_there_is_no_community_id(void **state)
{
	struct event event = {.kind = EVENT_CONNECT, .family = 4};

	(void)state;
	assert_false(has_community_id(&event));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end_has_the_state_that_it_shows),
		cmocka_unit_test(what_was_not_sent_or_is_no_end_has_no_line),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(any_text_can_be_read_back),
		cmocka_unit_test(digests_are_those_of_others),
		cmocka_unit_test(community_ids_are_those_of_others),
		cmocka_unit_test(without_a_source_there_is_no_community_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
