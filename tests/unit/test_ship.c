// SPDX-License-Identifier: MIT
/* What tpconnect-ship makes of words: of servers, of its offset file, of a command line. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ship/backoff.h"
#include "ship/http_answer.h"
#include "ship/otlp.h"
#include "ship/place.h"
#include "ship/retry_after.h"
#include "ship/stats.h"
#include "ship/url.h"
#include "unit/random.h"

#define BOOT "0a1b2c3d-0000-4000-8000-000000000001"

/* Tue, 15 Nov 1994 08:12:31 GMT, of RFC 9110, and 31 years later. */
#define THEN (784887151 * NSEC_PER_SEC)
#define NOW  (1763194351 * NSEC_PER_SEC) /* Sat, 15 Nov 2025 08:12:31 GMT */

/* Retry-After */

static void seconds_are_waited(void **state)
{
	(void)state;
	assert_int_equal(retry_after_ns("120", NOW), 120 * NSEC_PER_SEC);
	assert_int_equal(retry_after_ns("0", NOW), 0);
	assert_int_equal(retry_after_ns("3600", NOW), 3600 * NSEC_PER_SEC);
	assert_int_equal(retry_after_ns("3601", NOW), RETRY_AFTER_MAX_NS);
	assert_int_equal(retry_after_ns("99999999999999999999999999", NOW), RETRY_AFTER_MAX_NS);
}

static void a_date_is_waited_for(void **state)
{
	(void)state;
	assert_int_equal(retry_after_ns("Sat, 15 Nov 2025 08:12:41 GMT", NOW), 10 * NSEC_PER_SEC);
	assert_int_equal(retry_after_ns("Saturday, 15-Nov-25 08:12:41 GMT", NOW),
			 10 * NSEC_PER_SEC);
	assert_int_equal(retry_after_ns("Sat Nov 15 08:12:41 2025", NOW), 10 * NSEC_PER_SEC);
	assert_int_equal(retry_after_ns("Sat, 15 Nov 2025 08:12:31 GMT", NOW), 0);
	assert_int_equal(retry_after_ns("Tue, 15 Nov 1994 08:12:31 GMT", NOW), 0);
	assert_int_equal(retry_after_ns("Tue, 15 Nov 1994 08:12:32 GMT", THEN), NSEC_PER_SEC);
	assert_int_equal(retry_after_ns("Sun, 15 Nov 2026 08:12:31 GMT", NOW), RETRY_AFTER_MAX_NS);
}

static void what_is_neither_says_nothing(void **state)
{
	static const char *const texts[] = {"",
					    " ",
					    "-1",
					    "1.5",
					    "+3",
					    "soon",
					    "12 s",
					    "Sat, 15 Nov 2025",
					    "Sat, 15 Foo 2025 08:12:41 GMT",
					    "Sat, 99 Nov 2025 08:12:41 GMT",
					    "Sat, 15 Nov 2025 25:12:41 GMT",
					    "Sat, 15 Nov 9999 08:12:41 GMT",
					    "\xff\xfe",
					    "Sat, 15 Nov 2025 08:12:41 CET"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(retry_after_ns(texts[i], NOW), 0);
}

/* Back-off */

static void it_waits_twice_as_long_each_time_up_to_a_bound(void **state)
{
	struct backoff backoff = {0};
	static const unsigned int ms[] = {250, 500, 1000, 2000, 4000, 8000, 10000, 10000, 10000};

	(void)state;
	for (size_t i = 0; i < sizeof(ms) / sizeof(*ms); i++)
		assert_int_equal(backoff_next(&backoff, false, 0), ms[i] * NSEC_PER_MSEC);
	backoff_reset(&backoff);
	assert_int_equal(backoff_next(&backoff, false, 0), 250 * NSEC_PER_MSEC);
}

static void it_waits_at_random_from_half_of_that_on(void **state)
{
	uint64_t seed = 1, least = UINT64_MAX, most = 0;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		struct backoff backoff = {.failures = 3};
		uint64_t ns = backoff_next(&backoff, false, random_bits(&seed, 64));

		least = ns < least ? ns : least;
		most = ns > most ? ns : most;
	}
	assert_true(least >= 1000 * NSEC_PER_MSEC && least < 1010 * NSEC_PER_MSEC);
	assert_true(most <= 2000 * NSEC_PER_MSEC && most > 1990 * NSEC_PER_MSEC);
}

static void what_somebody_must_look_at_is_tried_slowly(void **state)
{
	struct backoff backoff = {0};

	(void)state;
	assert_int_equal(backoff_next(&backoff, true, 0), 10 * NSEC_PER_SEC);
	for (int i = 0; i < 100; i++)
		backoff_next(&backoff, true, 0);
	assert_int_equal(backoff_next(&backoff, true, 0), 60 * NSEC_PER_SEC);
}

/* The offset file */

#define SHOWN "https://host:1/path"

static size_t put_place(char *text, const struct place_of *place)
{
	struct buffer out = {.data = text, .cap = PLACE_TEXT_MAX};

	place_put(&out, place, SHOWN);
	assert_false(out.overflow);
	return out.len;
}

static void a_place_is_read_as_it_was_written(void **state)
{
	static const struct place_of places[] = {
		{"", 0}, {BOOT, 1}, {BOOT, 123456789}, {BOOT, UINT64_MAX - 1}};
	struct place_of place;
	struct error error;
	char text[PLACE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t size = put_place(text, &places[i]);

		assert_int_equal(place_parse(text, size, SHOWN, &place, &error), 0);
		assert_string_equal(place.boot, places[i].boot);
		assert_int_equal(place.seq, places[i].seq);
	}
}

/* Of any damage nothing is taken: each bit, and each length. */
static void a_damaged_place_is_refused(void **state)
{
	const struct place_of place = {BOOT, 1234};
	struct place_of read = {.seq = 77};
	struct error error;
	char text[PLACE_TEXT_MAX];
	size_t size = put_place(text, &place);

	(void)state;
	for (size_t n = 0; n < size; n++)
		assert_int_not_equal(place_parse(text, n, SHOWN, &read, &error), 0);
	for (size_t bit = 0; bit < 8 * size; bit++) {
		text[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_not_equal(place_parse(text, size, SHOWN, &read, &error), 0);
		text[bit / 8] ^= (char)(1 << bit % 8);
	}
	text[size] = '\n';
	assert_int_not_equal(place_parse(text, size + 1, SHOWN, &read, &error), 0);
	assert_int_equal(read.seq, 77);
}

static void a_place_of_others_is_refused_with_its_reason(void **state)
{
	const struct place_of place = {BOOT, 1234};
	struct place_of read;
	struct error error;
	char text[PLACE_TEXT_MAX];
	size_t size = put_place(text, &place);

	(void)state;
	assert_int_equal(place_parse(text, size, "https://host:2/", &read, &error), -EXDEV);
	assert_string_equal(error.text, "it is of another output, " SHOWN);
	assert_int_equal(place_parse("", 0, SHOWN, &read, &error), -EBADMSG);
	assert_string_equal(error.text, "it is empty");
	assert_int_equal(place_parse("tpconnect-ship 2\n", 17, SHOWN, &read, &error), -ENOTSUP);
	assert_int_equal(place_parse("# a diary\n", 10, SHOWN, &read, &error), -EBADMSG);
	assert_string_equal(error.text, "it is no offset file of tpconnect-ship");
}

/* URLs */

static int parse(const char *text, struct url *ret)
{
	struct error error;

	return url_parse(text, ret, &error);
}

static void a_url_has_its_ports(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(parse("http://host/", &url), 0);
	assert_int_equal(url.ports[0], 80);
	assert_int_equal(parse("HTTPS://host", &url), 0);
	assert_int_equal(url.ports[0], 443);
	assert_int_equal(parse("https://[::1]:8443?a=b:9", &url), 0);
	assert_int_equal(url.n_ports, 1);
	assert_int_equal(url.ports[0], 8443);
	assert_int_equal(parse("https://[::1]/a:9", &url), 0);
	assert_int_equal(url.ports[0], 443);
	assert_int_equal(parse("http://a:1,b,c:65535/x", &url), 0);
	assert_int_equal(url.n_ports, 3);
	assert_int_equal(url.ports[0], 1);
	assert_int_equal(url.ports[1], 80);
	assert_int_equal(url.ports[2], 65535);
}

static void messages_show_no_query(void **state)
{
	struct url url;

	(void)state;
	assert_int_equal(parse("http://host:1/a/b?token=secret#more", &url), 0);
	assert_string_equal(url.shown, "http://host:1/a/b");
	assert_int_equal(parse("http://host?token=secret", &url), 0);
	assert_string_equal(url.shown, "http://host");
}

static void a_url_that_is_none_is_refused_without_its_secrets(void **state)
{
	static const char *const urls[] = {"",
					   "host:80",
					   "://host",
					   "http:/host",
					   "ftp://host/?s=secret",
					   "http://",
					   "http:///path?secret",
					   "http://host:0/?secret",
					   "http://host:65536/?secret",
					   "http://host:x?secret",
					   "http://:80",
					   "http://[::1",
					   "http://[::1]x/",
					   "http://a,,b/",
					   "http://host/a b?secret",
					   "http://host/\n?secret",
					   "http://host/\x1b?secret",
					   "http://h\xc3\xb6st/",
					   "http://user:secret@host/",
					   "https://secret@host/?x",
					   "http://host:/",
					   "http://host/{hots}",
					   "http://host/{",
					   "http://host/{?secret@"};
	struct error error;
	struct url url;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(*urls); i++) {
		assert_int_equal(url_parse(urls[i], &url, &error), -EINVAL);
		assert_null(strstr(error.text, "secret@"));
		assert_null(strstr(error.text, "?"));
	}
	url_parse("http://user:secret@host/", &url, &error);
	assert_non_null(strstr(error.text, "--token-file"));
	url_parse("http://host/{id}/{hots}", &url, &error);
	assert_non_null(strstr(error.text, "the URL has {hots}, and "));
}

static void placeholders_are_filled_in_as_a_url_has_them(void **state)
{
	const struct ship_frame frame = {
		.id = "a:b:1-9", .host = "h_.-~ \xff", .boot = "b", .first_seq = 1, .last_seq = 9};
	char url[128];

	(void)state;
	assert_int_equal(url_fill("http://h/{host}?t={id}&{first}-{last}{boot}{x}{", &frame, url,
				  sizeof(url)),
			 0);
	assert_string_equal(url, "http://h/h_.-~%20%FF?t=a%3Ab%3A1-9&1-9b{x}{");
	assert_int_equal(url_fill("http://h/{id}", &frame, url, 14), -ENAMETOOLONG);
}

/* Answers */

static struct answer answer_to(long status, const char *retry_after, const char *body, bool is_otlp)
{
	const struct http_response response = {.status = status,
					       .retry_after = retry_after,
					       .location = "http://other/?secret",
					       .body = body,
					       .body_size = strlen(body),
					       .is_otlp = is_otlp};
	struct answer answer;

	http_answer_of(&response, NOW, &answer);
	return answer;
}

static void each_status_has_its_meaning(void **state)
{
	static const struct {
		long status;
		enum answer_kind kind;
		const char *reason;
	} rows[] = {{200, ANSWER_ACKED, NULL},		 {204, ANSWER_ACKED, NULL},
		    {302, ANSWER_REFUSED, "http_302"},	 {400, ANSWER_REFUSED, "http_400"},
		    {401, ANSWER_REFUSED, "http_401"},	 {408, ANSWER_RETRY, "http_408"},
		    {413, ANSWER_TOO_LARGE, "http_413"}, {425, ANSWER_RETRY, "http_425"},
		    {429, ANSWER_RETRY, "http_429"},	 {500, ANSWER_RETRY, "http_500"},
		    {503, ANSWER_RETRY, "http_503"},	 {599, ANSWER_RETRY, "http_599"},
		    {999, ANSWER_RETRY, "http_other"},	 {0, ANSWER_REFUSED, "http_other"},
		    {100, ANSWER_REFUSED, "http_100"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct answer answer = answer_to(rows[i].status, NULL, "", false);

		assert_int_equal(answer.kind, rows[i].kind);
		if (rows[i].reason)
			assert_string_equal(answer.reason, rows[i].reason);
		else
			assert_null(answer.reason);
	}
}

static void an_answer_has_its_time_and_the_first_line_of_its_text(void **state)
{
	struct answer answer = answer_to(503, "7", "go away\nand stay", false);

	(void)state;
	assert_int_equal(answer.retry_after_ns, 7 * NSEC_PER_SEC);
	assert_string_equal(answer.text, "HTTP 503: go away");
	answer = answer_to(302, "7", "moved", false);
	assert_int_equal(answer.retry_after_ns, 0);
	assert_string_equal(answer.text, "HTTP 302, which is not followed, to http://other/");
	assert_string_equal(answer_to(400, NULL, "", false).text, "HTTP 400");
}

static void what_otlp_rejects_is_counted(void **state)
{
	struct answer answer = answer_to(200, NULL,
					 "{\"partialSuccess\":{\"rejectedLogRecords\":\"3\","
					 "\"errorMessage\":\"too \\u006fld\"}}",
					 true);

	(void)state;
	assert_int_equal(answer.kind, ANSWER_ACKED);
	assert_int_equal(answer.rejected, 3);
	assert_string_equal(answer.reason, "partial");
	assert_string_equal(answer.text, "too old");
	assert_int_equal(
		answer_to(200, NULL, "{\"partial_success\":{\"rejected_log_records\":4}}", true)
			.rejected,
		4);
	assert_int_equal(
		answer_to(200, NULL, "{\"partialSuccess\":{\"rejectedLogRecords\":\"3\"}}", false)
			.rejected,
		0);
	assert_int_equal(answer_to(200, NULL, "{\"partialSuccess\":{}}", true).rejected, 0);
	assert_int_equal(
		answer_to(200, NULL, "{\"partialSuccess\":{\"rejectedLogRecords\":-1}}", true)
			.rejected,
		0);
	assert_int_equal(answer_to(200, NULL, "<html>", true).rejected, 0);
	assert_null(answer_to(200, NULL, "{}", true).reason);
}

/* Records of OTLP */

static const char *otlp(const char *lines)
{
	static char text[8192];
	struct buffer out = {.data = text, .cap = sizeof(text) - 1};

	assert_int_equal(otlp_put(&out, lines, strlen(lines)), 0);
	assert_false(out.overflow);
	text[out.len] = '\0';
	return text;
}

static void a_line_becomes_a_record(void **state)
{
	(void)state;
	assert_string_equal(
		otlp("{\"timestamp\":\"2026-02-16T12:34:56.000000001Z\",\"event.name\":"
		     "\"tcp.failed\",\"host.id\":\"h\",\"tpconnect.boot.id\":\"b\","
		     "\"n\":-7,\"d\":0.5,\"big\":9223372036854775808,\"s\":\"a\\\"\\u00e4\","
		     "\"t\":true,\"f\":false,\"x\":null,\"l\":[1,\"a\",[]],"
		     "\"o\":{\"k\":{}}}\n"),
		"{\"resourceLogs\":[{\"resource\":{\"attributes\":["
		"{\"key\":\"host.id\",\"value\":{\"stringValue\":\"h\"}},"
		"{\"key\":\"tpconnect.boot.id\",\"value\":{\"stringValue\":\"b\"}}]},"
		"\"scopeLogs\":[{\"scope\":{\"name\":\"tpconnect\"},\"logRecords\":["
		"{\"timeUnixNano\":\"1771245296000000001\",\"severityNumber\":13,"
		"\"severityText\":\"WARN\",\"body\":{\"stringValue\":\"tcp.failed\"},"
		"\"attributes\":["
		"{\"key\":\"event.name\",\"value\":{\"stringValue\":\"tcp.failed\"}},"
		"{\"key\":\"n\",\"value\":{\"intValue\":\"-7\"}},"
		"{\"key\":\"d\",\"value\":{\"doubleValue\":0.5}},"
		"{\"key\":\"big\",\"value\":{\"doubleValue\":9223372036854775808}},"
		"{\"key\":\"s\",\"value\":{\"stringValue\":\"a\\\"\\u00e4\"}},"
		"{\"key\":\"t\",\"value\":{\"boolValue\":true}},"
		"{\"key\":\"f\",\"value\":{\"boolValue\":false}},"
		"{\"key\":\"x\",\"value\":{}},"
		"{\"key\":\"l\",\"value\":{\"arrayValue\":{\"values\":[{\"intValue\":\"1\"},"
		"{\"stringValue\":\"a\"},{\"arrayValue\":{\"values\":[]}}]}}},"
		"{\"key\":\"o\",\"value\":{\"kvlistValue\":{\"values\":[{\"key\":\"k\","
		"\"value\":{\"kvlistValue\":{\"values\":[]}}}]}}}]}]}]}]}");
}

#define LINE(host)                                                                                 \
	"{\"timestamp\":\"2026-02-16T12:34:56Z\",\"event.name\":\"tcp.connect\",\"host.id\":"      \
	"\"" host "\"}\n"

static unsigned int count_of(const char *text, const char *what)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

static void lines_of_one_host_share_a_resource(void **state)
{
	const char *text = otlp(LINE("a") LINE("a") LINE("b") LINE("b") LINE("a"));

	(void)state;
	assert_int_equal(count_of(text, "\"resource\""), 3);
	assert_int_equal(count_of(text, "\"timeUnixNano\""), 5);
	assert_int_equal(count_of(text, "INFO"), 5);
}

static void what_is_no_line_becomes_no_record(void **state)
{
	static const char *const lines[] = {"\n",
					    "{}\n",
					    "[]\n",
					    LINE("a") "{\n",
					    "{\"timestamp\":\"x\",\"event.name\":\"y\"}\n",
					    "{\"timestamp\":\"2026-02-16T12:34:56Z\"}\n",
					    "{\"event.name\":\"y\"}\n",
					    LINE("a") "{\"timestamp\":\"2026-02-16T12:34:56Z\","
						      "\"event.name\":\"y\"} {}\n"};
	char text[4096];

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct buffer out = {.data = text, .cap = sizeof(text)};

		assert_int_equal(otlp_put(&out, lines[i], strlen(lines[i])), -EBADMSG);
	}
}

/* Counts */

static void more_reasons_than_there_is_room_for_are_others(void **state)
{
	static char reasons[STATS_REASONS_MAX + 20][8];
	struct stats stats = {0};

	(void)state;
	for (unsigned int i = 0; i < STATS_REASONS_MAX + 20; i++) {
		snprintf(reasons[i], sizeof(reasons[i]), "r%u", i);
		stats_error(&stats, reasons[i]);
		stats_error(&stats, reasons[i]);
	}
	assert_int_equal(stats.n_errors, STATS_REASONS_MAX);
	assert_int_equal(stats_errors(&stats), 2 * (STATS_REASONS_MAX + 20));
	assert_string_equal(stats.errors[STATS_REASONS_MAX - 1].reason, "other");
	assert_int_equal(stats.errors[STATS_REASONS_MAX - 1].n, 2 * 21);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(seconds_are_waited),
		cmocka_unit_test(a_date_is_waited_for),
		cmocka_unit_test(what_is_neither_says_nothing),
		cmocka_unit_test(it_waits_twice_as_long_each_time_up_to_a_bound),
		cmocka_unit_test(it_waits_at_random_from_half_of_that_on),
		cmocka_unit_test(what_somebody_must_look_at_is_tried_slowly),
		cmocka_unit_test(a_place_is_read_as_it_was_written),
		cmocka_unit_test(a_damaged_place_is_refused),
		cmocka_unit_test(a_place_of_others_is_refused_with_its_reason),
		cmocka_unit_test(a_url_has_its_ports),
		cmocka_unit_test(messages_show_no_query),
		cmocka_unit_test(a_url_that_is_none_is_refused_without_its_secrets),
		cmocka_unit_test(placeholders_are_filled_in_as_a_url_has_them),
		cmocka_unit_test(each_status_has_its_meaning),
		cmocka_unit_test(an_answer_has_its_time_and_the_first_line_of_its_text),
		cmocka_unit_test(what_otlp_rejects_is_counted),
		cmocka_unit_test(a_line_becomes_a_record),
		cmocka_unit_test(lines_of_one_host_share_a_resource),
		cmocka_unit_test(what_is_no_line_becomes_no_record),
		cmocka_unit_test(more_reasons_than_there_is_room_for_are_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
