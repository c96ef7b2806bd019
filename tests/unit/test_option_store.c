// SPDX-License-Identifier: MIT
/* Command lines of record and history. */
#include "unit/parsed.h"

#include "options/set.h"
#include "util/clock.h"

#define DAY_NS (24 * 3600 * NSEC_PER_SEC)

static void a_recording_keeps_all_events_as_lines_of_json(void **state)
{
	const struct options *options = good("record");

	(void)state;
	assert_int_equal(options->command, COMMAND_RECORD);
	assert_string_equal(options->output.format, "json");
	assert_string_equal(options->store.dir, "/var/lib/tpconnect");
	assert_int_equal(options->store.size, 10ull << 30);
	assert_int_equal(options->request.config.event_mask, EVENTS_ALL);
	assert_true(options->request.config.context);
	assert_true(options->request.config.syscalls);
	assert_int_equal(options->output.repeat_limit, 100);
	options = good("record", "--store", "/x", "--store-size", "500M", "--args", "--dns", "-n",
		       "5", "-t", "1h", "--no-snapshot", "--no-syscalls");
	assert_string_equal(options->store.dir, "/x");
	assert_int_equal(options->store.size, 500 << 20);
	assert_false(options->request.config.event_mask & EVENT_BIT(EVENT_OPEN));
}

static void a_recording_leaves_out_what_signs_say(void **state)
{
	(void)state;
	assert_int_equal(good("record", "-e", "-connect,-open")->request.config.event_mask,
			 EVENTS_ALL & ~(EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_OPEN)));
	/* Wherever the command is, and also what the default of trace has alone. */
	assert_int_equal(
		good("-e", "-failed,-retry,-established,-cancelled", "-e", "-open", "record")
			->request.config.event_mask,
		EVENT_BIT(EVENT_CONNECT) | EVENT_BIT(EVENT_CLOSE));
	assert_int_equal(good("record", "-e", "-close", "-e", "+close")->request.config.event_mask,
			 EVENTS_ALL);
	assert_int_equal(good("record", "-e", "close")->request.config.event_mask,
			 EVENT_BIT(EVENT_CLOSE));
	assert_int_equal(good("record", "-e", "-close", "-e", "failed")->request.config.event_mask,
			 EVENT_BIT(EVENT_FAILED));
	assert_int_equal(good("record", "-f")->request.config.event_mask, EVENTS_FAILED);
	assert_says(bad("record", "-e", "-all"), "--events leaves no event to show");
}

static void what_is_not_of_a_recording_is_refused(void **state)
{
	(void)state;
	assert_says(bad("record", "--store", ""), "--store: a directory's name is missing");
	assert_says(bad("record", "--store-size", "much"), "\"much\" is not a number of bytes");
	assert_says(bad("record", "--store-size", "1023K"), "the least is 1M");
	assert_says(bad("record", "--", "true"), "record takes no command");
	assert_says(bad("record", "curl"), "record takes options only");
	assert_says(bad("record", "--wait"), "--wait is for");
	assert_says(bad("record", "--by", "dst"), "--by is for");
}

static void history_is_asked_as_trace_is(void **state)
{
	const struct options *options = good("history");

	(void)state;
	assert_int_equal(options->command, COMMAND_HISTORY);
	assert_string_equal(options->output.format, "text");
	assert_int_equal(options->output.by, 0);
	assert_int_equal(options->request.config.event_mask, EVENTS_DEFAULT);
	assert_int_equal(options->store.since_ns, 0);
	assert_int_equal(options->store.until_ns, 0);
	options = good("history", "-e", "all", "-f", "-l", "1ms", "-o", "json", "-n", "3");
	assert_true(options->request.config.retried_only);
	assert_int_equal(options->request.config.min_latency_ns, 1000000);
	assert_int_equal(options->limits.max_events, 3);
	assert_int_equal(good("history", "--by", "dst")->output.by, BY_DST);
	assert_int_equal(good("history", "--by", "dst")->request.config.event_mask, EVENTS_COUNT);
	assert_int_equal(good("history", "--latency")->request.config.event_mask,
			 EVENT_BIT(EVENT_ESTABLISHED));
	assert_int_equal(good("history", "--latency")->output.by, 0);
	assert_says(bad("history", "--by", "dst", "-e", "close"), "--events chooses lines");
	assert_says(bad("history", "--latency", "-n", "5"), "--max-events is for lines");
	assert_says(bad("history", "--", "true"), "history takes no command");
	assert_says(bad("history", "curl"), "history takes options only");
	assert_says(bad("history", "--dns"), "--dns is for");
}

/* A cgroup's place in the tree is not known of what is over; nor is one of now meant. */
static void what_no_record_tells_is_refused(void **state)
{
	(void)state;
	assert_says(bad("history", "--cgroup", "/sys/fs/cgroup"), "--cgroup");
	/* Also of one that there is not, or not any more. */
	assert_says(bad("history", "--cgroup", "nowhere"),
		    "--cgroup: it is not for history; take --unit or --container");
	assert_says(bad("history", "--latency", "-f"), "--failed");
}

static void times_are_of_the_wall_clock_or_ago(void **state)
{
	uint64_t before = clock_now_ns(CLOCK_REALTIME), after, since;

	(void)state;
	assert_int_equal(good("history", "--since", "2026-02-16T12:34:56.5Z")->store.since_ns,
			 1771245296500000000);
	assert_int_equal(good("history", "--until", "2026-02-16")->store.until_ns,
			 1771200000000000000);
	since = good("history", "--since", "2h")->store.since_ns;
	after = clock_now_ns(CLOCK_REALTIME);
	assert_in_range(since, before - 7200 * NSEC_PER_SEC, after - 7200 * NSEC_PER_SEC);
	assert_int_equal(good("history", "--since", "yesterday")->store.since_ns % DAY_NS, 0);
	assert_says(bad("history", "--since", "soon"), "--since: \"soon\" is not a time");
	assert_says(bad("history", "--until", "300"), "--until: \"300\" has no unit");
	assert_says(bad("history", "--since", "1h", "--until", "2h"),
		    "--until must be later than --since");
	assert_says(bad("history", "--since", "2026-02-16", "--until", "2026-02-16"),
		    "--until must be later than --since");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_recording_keeps_all_events_as_lines_of_json),
		row(a_recording_leaves_out_what_signs_say),
		row(what_is_not_of_a_recording_is_refused),
		row(history_is_asked_as_trace_is),
		row(what_no_record_tells_is_refused),
		row(times_are_of_the_wall_clock_or_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
