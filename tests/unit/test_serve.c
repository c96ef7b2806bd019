// SPDX-License-Identifier: MIT
/* The pure parts of tpconnect-serve: which form is wanted, the other form, and who has to go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "serve/accept.h"
#include "serve/clients.h"
#include "serve/openmetrics.h"
#include "unit/random.h"
#include "util/array.h"

/* Accept */

struct accept_case {
	const char *accept;
	enum form form;
};

static void the_form_is_what_the_client_likes_better(void **state)
{
	static const struct accept_case cases[] = {
		{NULL, FORM_TEXT},
		{"", FORM_TEXT},
		{"*/*", FORM_TEXT},
		{"text/html", FORM_TEXT},
		/* Prometheus 2.42 */
		{"application/openmetrics-text;version=1.0.0,"
		 "application/openmetrics-text;version=0.0.1;q=0.75,"
		 "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
		 FORM_OPENMETRICS},
		/* Prometheus 2.20 */
		{"application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,"
		 "*/*;q=0.1",
		 FORM_OPENMETRICS},
		/* Prometheus 1 and 2.4; it asks for protocol buffers first */
		{"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;"
		 "encoding=delimited;q=0.7,text/plain;version=0.0.4;q=0.3,*/*;q=0.1",
		 FORM_TEXT},
		{"text/plain;version=0.0.4;q=0.3,*/*;q=0.1", FORM_TEXT},
		{"application/openmetrics-text", FORM_OPENMETRICS},
		{"APPLICATION/OpenMetrics-Text ; Version=1.0.0 ; Q=1", FORM_OPENMETRICS},
		{"application/openmetrics-text,text/plain", FORM_OPENMETRICS},
		{"text/plain, application/openmetrics-text", FORM_OPENMETRICS},
		{"text/plain, application/openmetrics-text;q=0.9", FORM_TEXT},
		{"text/plain;q=0.001, application/openmetrics-text;q=0", FORM_TEXT},
		{"application/openmetrics-text;version=2.0.0", FORM_TEXT},
		{"application/*", FORM_OPENMETRICS},
		{"application/*, text/*", FORM_TEXT},
		{"text/*;q=0.1, application/*;q=0.2", FORM_OPENMETRICS},
		{"*/*, text/plain;q=0.1", FORM_OPENMETRICS},
		{"application/openmetrics-text;q=5", FORM_TEXT},
		{",,;;,= ;q", FORM_TEXT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (accept_form(cases[i].accept) != cases[i].form)
			fail_msg("another form for \"%s\"", cases[i].accept);
}

/* In a block of their length, so that a sanitizer sees any byte that is read behind it. */
static void any_header_is_read_within_its_end(void **state)
{
	static const char bytes[] = "at*/;,=qv 019.peonmtrics-";
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t n = next_random(&seed) % 100;
		char *accept = malloc(n + 1);

		assert_non_null(accept);
		for (size_t k = 0; k < n; k++)
			accept[k] = bytes[next_random(&seed) % (sizeof(bytes) - 1)];
		accept[n] = '\0';
		assert_true(accept_form(accept) < FORMS);
		free(accept);
	}
}

/* OpenMetrics */

static void assert_becomes(const char *text, const char *expected)
{
	char room[1024];
	struct buffer out = {.data = room, .cap = strlen(text) + OPENMETRICS_MORE};

	openmetrics_put(&out, text, strlen(text));
	assert_false(out.overflow);
	room[out.len] = '\0';
	assert_string_equal(room, expected);
}

static void what_openmetrics_wants_otherwise_is_changed(void **state)
{
	(void)state;
	assert_becomes("", "# EOF\n");
	assert_becomes(
		"# HELP a_total Help of a_total.\n# TYPE a_total counter\na_total{b=\"#\"} 1\n",
		"# HELP a Help of a_total.\n# TYPE a counter\na_total{b=\"#\"} 1\n# EOF\n");
	assert_becomes("# TYPE g gauge\ng 1\n", "# TYPE g gauge\ng 1\n# EOF\n");
	assert_becomes("# HELP a_total\n# TYPE _total x\n", "# HELP a\n# TYPE _total x\n# EOF\n");
	assert_becomes("# a comment\n\n#\n", "# EOF\n");
	assert_becomes(
		"# EXEMPLAR {id=\"1\"} 3 5\nh_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 1\n",
		"h_bucket{le=\"1.0\"} 1 # {id=\"1\"} 3 5\nh_bucket{le=\"+Inf\"} 1\n# EOF\n");
	/* Only what stands directly before a line is that line's. */
	assert_becomes("# EXEMPLAR {id=\"1\"} 3 5\n# TYPE b gauge\nb 1\n",
		       "# TYPE b gauge\nb 1\n# EOF\n");
	assert_becomes("cut off", "cut off\n# EOF\n");
}

static void any_text_fits(void **state)
{
	static const char *const parts[] = {"# ", "HELP ", "TYPE ", "EXEMPLAR ", "_total", "\n",
					    "a",  " ",	   "#",	    "{}",	 "# HELP", "\n\n"};
	uint64_t seed = 5;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		char text[512] = "", *exact, room[512 + OPENMETRICS_MORE];
		struct buffer out = {.data = room};
		size_t n;

		for (size_t k = next_random(&seed) % 30; k; k--)
			strcat(text, parts[next_random(&seed) % ARRAY_SIZE(parts)]);
		n = strlen(text);
		exact = malloc(n + 1);
		assert_non_null(exact);
		memcpy(exact, text, n);
		exact = realloc(exact, n ? n : 1);
		out.cap = n + OPENMETRICS_MORE;
		openmetrics_put(&out, exact, n);
		assert_false(out.overflow);
		free(exact);
	}
}

/* Clients */

#define SECOND 1000000000ull

static void who_is_late_has_to_go(void **state)
{
	struct clients clients = {0};

	(void)state;
	assert_int_equal(clients_patience_ms(&clients, 0), -1);
	assert_int_equal(clients_take_late(&clients, 100 * SECOND, 1), -1);
	clients_add(&clients, 7, SECOND);
	clients_add(&clients, 8, 2 * SECOND);
	assert_int_equal(clients_patience_ms(&clients, SECOND), CLIENT_NS / 1000000);
	assert_int_equal(clients_take_late(&clients, CLIENT_NS + SECOND - 1, 1), -1);
	assert_int_equal(clients_patience_ms(&clients, CLIENT_NS + SECOND - 1), 1);
	assert_int_equal(clients_take_late(&clients, CLIENT_NS + SECOND, 1), 7);
	assert_int_equal(clients_take_late(&clients, CLIENT_NS + SECOND, 1), -1);
	clients_remove(&clients, 9); /* is not there */
	clients_remove(&clients, 8);
	assert_int_equal(clients.n, 0);
}

static void the_oldest_makes_room(void **state)
{
	struct clients clients = {0};

	(void)state;
	for (int i = 0; i < CLIENTS_MAX; i++)
		clients_add(&clients, i, SECOND + (uint64_t)i);
	assert_int_equal(clients_take_late(&clients, 2 * SECOND, 0), -1);
	clients_remove(&clients, 0);
	assert_int_equal(clients_take_late(&clients, 2 * SECOND, 1), -1);
	clients_add(&clients, 100, SECOND + 100);
	assert_int_equal(clients_take_late(&clients, 2 * SECOND, 1), 1);
	assert_int_equal(clients_take_late(&clients, 2 * SECOND, 1), -1);
	assert_int_equal(clients.n, CLIENTS_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_form_is_what_the_client_likes_better),
		cmocka_unit_test(any_header_is_read_within_its_end),
		cmocka_unit_test(what_openmetrics_wants_otherwise_is_changed),
		cmocka_unit_test(any_text_fits),
		cmocka_unit_test(who_is_late_has_to_go),
		cmocka_unit_test(the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
