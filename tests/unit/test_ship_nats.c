// SPDX-License-Identifier: MIT
/* What JetStream's answers mean, and to which subject a frame goes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ship/nats_answer.h"
#include "unit/random.h"

static struct answer answer;

static enum answer_kind kind_of(const char *json)
{
	answer = (struct answer){0};
	nats_answer_of(json, strlen(json), &answer);
	return answer.kind;
}

static void what_has_a_number_is_acknowledged(void **state)
{
	(void)state;
	assert_int_equal(kind_of("{\"stream\":\"S\",\"seq\":12}"), ANSWER_ACKED);
	assert_null(answer.reason);
	assert_int_equal(
		kind_of("{\"stream\":\"S\",\"domain\":\"d\",\"seq\":12,\"duplicate\":true}"),
		ANSWER_DUPLICATE);
	assert_int_equal(kind_of("{\"duplicate\": false, \"seq\": 1}"), ANSWER_ACKED);
}

#define ERROR(code, err_code)                                                                      \
	"{\"error\":{\"code\":" code ",\"err_code\":" err_code                                     \
	",\"description\":\"no \\u001broom\"},"                                                    \
	"\"stream\":\"S\",\"seq\":0}"

static void errors_are_told_apart(void **state)
{
	(void)state;
	assert_int_equal(kind_of(ERROR("503", "10077")), ANSWER_RETRY);
	assert_string_equal(answer.reason, "stream_full");
	assert_string_equal(answer.text, "no \x1broom (10077)");
	assert_int_equal(kind_of(ERROR("400", "10054")), ANSWER_TOO_LARGE);
	assert_int_equal(kind_of(ERROR("503", "10008")), ANSWER_RETRY);
	assert_string_equal(answer.reason, "unavailable");
	assert_int_equal(kind_of(ERROR("400", "10071")), ANSWER_REFUSED);
	assert_int_equal(kind_of("{\"error\":{}}"), ANSWER_REFUSED);
	assert_string_equal(answer.text, "JetStream gives no reason (0)");
}

static void what_is_no_answer_is_none(void **state)
{
	static const char *const none[] = {"",
					   "+OK",
					   "{}",
					   "{\"seq\":0}",
					   "{\"seq\":-1}",
					   "{\"seq\":\"1\"}",
					   "[1]",
					   "{\"seq\":1",
					   "{\"seq\":1}}",
					   "{\"error\":1}"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++) {
		assert_int_equal(kind_of(none[i]), ANSWER_BROKEN);
		assert_string_equal(answer.reason, "protocol");
	}
}

/* A byte of a good answer becomes any other. */
static void any_byte_of_an_answer_may_be_wrong(void **state)
{
	char text[] = ERROR("503", "10077");
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t at = random_bits(&seed, 16) % (sizeof(text) - 1);
		char was = text[at];

		text[at] = (char)random_bits(&seed, 8);
		answer = (struct answer){0};
		nats_answer_of(text, sizeof(text) - 1, &answer);
		assert_true(answer.kind <= ANSWER_BROKEN);
		nats_streams_of(text, sizeof(text) - 1);
		text[at] = was;
	}
}

static int streams(const char *json)
{
	return nats_streams_of(json, strlen(json));
}

static void no_stream_is_told_from_no_answer(void **state)
{
	(void)state;
	assert_int_equal(streams("{\"total\":0,\"offset\":0,\"streams\":null}"), 0);
	assert_int_equal(streams("{\"total\":1,\"streams\":[\"S\"]}"), 1);
	assert_int_equal(streams("{\"error\":{\"code\":503},\"total\":0}"), -1);
	assert_int_equal(streams("{\"streams\":[]}"), -1);
	assert_int_equal(streams("no"), -1);
}

static const char *subject(const char *url, const char *host)
{
	static char text[NATS_SUBJECT_SIZE];

	nats_subject_of(url, host, text);
	return text;
}

static void a_host_is_one_token_of_the_subject(void **state)
{
	(void)state;
	assert_string_equal(subject("nats://a", "4c1d"), "tpconnect.4c1d");
	assert_string_equal(subject("nats://a:4222,b/", "web-1.example"),
			    "tpconnect.web-1_example");
	assert_string_equal(subject("nats://a/x.{host}.y", "*.> \n"), "x._____.y");
	assert_string_equal(subject("tls://a/all", "h"), "all");
	assert_int_equal(strlen(subject("nats://a", "0123456789012345678901234567890123456789"
						    "0123456789012345678901234567890123456789")),
			 strlen("tpconnect.") + 64);
}

static void a_subject_that_matches_others_is_refused(void **state)
{
	static const char *const wrong[] = {
		"nats://a/x.*", "nats://a/>",	     "nats://a/.x",
		"nats://a/x.",	"nats://a/x..y",     "nats://a/x/y",
		"nats://a/x?y", "nats://a/x.{boot}", "nats://a/{host}.{host}"};
	char url[400] = "nats://a/";
	struct error error;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(nats_subject_check(wrong[i], &error), -EINVAL);
	memset(url + strlen(url), 'x', 200);
	assert_int_equal(nats_subject_check(url, &error), -EINVAL);
	assert_int_equal(nats_subject_check("nats://a", &error), 0);
	assert_int_equal(nats_subject_check("nats://a/tpconnect.{host}", &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_a_number_is_acknowledged),
		cmocka_unit_test(errors_are_told_apart),
		cmocka_unit_test(what_is_no_answer_is_none),
		cmocka_unit_test(any_byte_of_an_answer_may_be_wrong),
		cmocka_unit_test(no_stream_is_told_from_no_answer),
		cmocka_unit_test(a_host_is_one_token_of_the_subject),
		cmocka_unit_test(a_subject_that_matches_others_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
