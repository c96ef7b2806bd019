// SPDX-License-Identifier: MIT
/* Command lines: which events. */
#include "unit/parsed.h"
#include "util/array.h"

#define FAILED_BITS  (EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED) | EVENT_BIT(EVENT_RETRY))
#define DEFAULT_BITS (FAILED_BITS | EVENT_BIT(EVENT_ESTABLISHED))
#define ALL_BITS                                                                                   \
	(DEFAULT_BITS | EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_CLOSE) | EVENT_BIT(EVENT_OPEN))

static void events_are_named(void **state)
{
	static const struct {
		const char *list;
		uint32_t bits;
	} cases[] = {
		{"connect", EVENT_BIT(EVENT_CONNECT)},
		{"retry", EVENT_BIT(EVENT_RETRY)},
		{"established", EVENT_BIT(EVENT_ESTABLISHED)},
		{"failed", EVENT_BIT(EVENT_FAILED)},
		{"cancelled", EVENT_BIT(EVENT_CANCELLED)},
		{"close", EVENT_BIT(EVENT_CLOSE)},
		{"open", EVENT_BIT(EVENT_OPEN)},
		{"+open", DEFAULT_BITS | EVENT_BIT(EVENT_OPEN)},
		{"close,connect", EVENT_BIT(EVENT_CLOSE) | EVENT_BIT(EVENT_CONNECT)},
		{"all", ALL_BITS},
		{"+close", DEFAULT_BITS | EVENT_BIT(EVENT_CLOSE)},
		{"-retry", DEFAULT_BITS & ~EVENT_BIT(EVENT_RETRY)},
		{"+close,-retry",
		 (DEFAULT_BITS | EVENT_BIT(EVENT_CLOSE)) & ~EVENT_BIT(EVENT_RETRY)},
		{"all,-connect", ALL_BITS & ~EVENT_BIT(EVENT_CONNECT)},
		{"+all", ALL_BITS},
		{"-all,+close", EVENT_BIT(EVENT_CLOSE)},
		{"connect,-connect,+close", EVENT_BIT(EVENT_CLOSE)},
		{"close,+retry", EVENT_BIT(EVENT_CLOSE) | EVENT_BIT(EVENT_RETRY)},
		{"-retry,close", (DEFAULT_BITS | EVENT_BIT(EVENT_CLOSE)) & ~EVENT_BIT(EVENT_RETRY)},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint32_t bits = good("-e", cases[i].list)->request.config.event_mask;

		if (bits != cases[i].bits)
			fail_msg("-e %s is 0x%x", cases[i].list, bits);
	}
	assert_int_equal(good("--events=failed")->request.config.event_mask,
			 EVENT_BIT(EVENT_FAILED));
}

static void events_that_do_not_exist_are_refused(void **state)
{
	static const char *const junk[] = {"opened", "Connect", "tcp.close", "", "*", "fail"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		const char *error = bad("-e", junk[i]);
		char quoted[32];

		snprintf(quoted, sizeof(quoted), "there is no event \"%s\"", junk[i]);
		assert_says(error, "--events: ");
		assert_says(error, quoted);
		assert_says(error,
			    "connect, retry, established, failed, cancelled, close, open and all");
	}
	assert_says(bad("-e", "close,nope"), "\"nope\"");
	assert_says(bad("-e", "+"), "there is no event \"+\"");
	assert_says(bad("-e", "+-close"), "there is no event \"+-close\"");
}

static void a_list_that_leaves_no_event_is_refused(void **state)
{
	(void)state;
	assert_says(bad("-e", "-all"), "--events leaves no event to show");
	assert_says(bad("-e", "close,-close"), "\"close,-close\" leaves no event to show");
}

static void failed_narrows_the_events_down(void **state)
{
	(void)state;
	assert_int_equal(good("-f")->request.config.event_mask, DEFAULT_BITS);
	assert_true(parsed.options.output.failed_only);
	assert_int_equal(good("--failed", "-e", "all")->request.config.event_mask, DEFAULT_BITS);
	assert_int_equal(good("-e", "retry,close", "-f")->request.config.event_mask,
			 EVENT_BIT(EVENT_RETRY));
	assert_int_equal(good("-f", "-e", "-established")->request.config.event_mask, FAILED_BITS);
	assert_int_equal(good("-f", "-e", "close,established")->request.config.event_mask,
			 EVENT_BIT(EVENT_ESTABLISHED));
	assert_says(bad("-f", "-e", "close,connect"),
		    "--failed leaves none of the events that --events names");
}

/* Nobody has seen how long what is open before took, and a command has nothing before it starts. */
static void what_is_open_before_is_left_out_where_it_cannot_be(void **state)
{
	(void)state;
	assert_int_equal(good("-e", "all", "--", "true")->request.config.event_mask,
			 ALL_BITS & ~EVENT_BIT(EVENT_OPEN));
	assert_int_equal(good("-e", "all", "--no-snapshot")->request.config.event_mask,
			 ALL_BITS & ~EVENT_BIT(EVENT_OPEN));
	assert_true(parsed.options.request.no_snapshot);
	assert_false(good("-l", "1ms", "-e", "+open")->request.config.event_mask &
		     EVENT_BIT(EVENT_OPEN));
	assert_int_equal(good("-f", "-e", "+open")->request.config.event_mask, DEFAULT_BITS);
	assert_int_equal(parsed.options.added_events, EVENT_BIT(EVENT_OPEN));
	assert_says(bad("-e", "open", "--", "true"), "of a COMMAND nothing is open before");
	assert_says(bad("-e", "open", "--no-snapshot"), "--no-snapshot leaves none of the events");
	assert_says(bad("-e", "open", "-l", "1ms"), "--min-latency leaves no event to show");
	assert_says(bad("count", "--no-snapshot"), "--no-snapshot");
}

/* Whether of the established ones only those after a retry are shown. */
static void failed_shows_what_a_retry_came_to(void **state)
{
	(void)state;
	assert_false(good("-e", "all")->request.config.retried_only);
	assert_false(good("-e", "+established")->request.config.retried_only);
	assert_true(good("-f")->request.config.retried_only);
	assert_true(good("-f", "-e", "all")->request.config.retried_only);
	assert_true(good("-f", "-e", "+close")->request.config.retried_only);
	assert_int_equal(good("-f", "-e", "+close")->request.config.event_mask, DEFAULT_BITS);
	assert_true(good("-e", "retry,established", "-f")->request.config.retried_only);
	assert_false(good("-f", "-e", "+established")->request.config.retried_only);
	assert_int_equal(parsed.options.request.config.event_mask, DEFAULT_BITS);
	assert_false(good("-e", "retry,+established", "-f")->request.config.retried_only);
	assert_true(good("-f", "-e", "+established", "-e", "failed,established")
			    ->request.config.retried_only);
	assert_false(good("count", "-f")->request.config.retried_only);
}

/* Those that -e adds are remembered, for what -f leaves out of them. */
static void what_a_list_replaces_was_not_added(void **state)
{
	(void)state;
	assert_int_equal(good("-e", "+close")->added_events, EVENT_BIT(EVENT_CLOSE));
	assert_int_equal(good("-e", "+close,-close")->added_events, 0);
	assert_int_equal(good("-e", "+close", "-e", "failed")->added_events, 0);
	assert_int_equal(good("-e", "close,+retry")->added_events, EVENT_BIT(EVENT_RETRY));
}

static void a_list_of_signed_events_changes_the_one_before_it(void **state)
{
	(void)state;
	assert_int_equal(good("-e", "+close", "-e", "-retry")->request.config.event_mask,
			 (DEFAULT_BITS | EVENT_BIT(EVENT_CLOSE)) & ~EVENT_BIT(EVENT_RETRY));
	assert_int_equal(good("-e", "close", "-e", "+retry")->request.config.event_mask,
			 EVENT_BIT(EVENT_CLOSE) | EVENT_BIT(EVENT_RETRY));
	assert_says(bad("-e", "close", "-e", "-close"), "leaves no event to show");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(events_are_named),
		row(events_that_do_not_exist_are_refused),
		row(a_list_that_leaves_no_event_is_refused),
		row(failed_narrows_the_events_down),
		row(what_is_open_before_is_left_out_where_it_cannot_be),
		row(failed_shows_what_a_retry_came_to),
		row(what_a_list_replaces_was_not_added),
		row(a_list_of_signed_events_changes_the_one_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
