// SPDX-License-Identifier: MIT
/* Command lines of what is made for others: -o zeek, --community-id, report. */
#include "unit/parsed.h"

#include "options/set.h"

static void a_log_of_connections_is_made_of_their_ends(void **state)
{
	(void)state;
	assert_string_equal(good("-o", "zeek")->output.format, "zeek");
	assert_int_equal(parsed.options.request.config.event_mask, EVENTS_ENDS);
	assert_false(parsed.options.request.config.event_mask & EVENT_BIT(EVENT_OPEN));
	assert_int_equal(good("history", "-o", "zeek", "-n", "3")->request.config.event_mask,
			 EVENTS_ENDS);
	assert_int_equal(good("-o", "zeek", "--", "make")->request.config.event_mask, EVENTS_ENDS);
}

static void what_is_no_log_of_connections_is_refused(void **state)
{
	(void)state;
	assert_says(bad("count", "-o", "zeek"), "-o zeek is for trace and history");
	assert_says(bad("latency", "-o", "zeek"), "-o zeek is for trace and history");
	assert_says(bad("list", "-o", "zeek"), "-o zeek is for trace and history");
	assert_says(bad("top", "-o", "zeek"), "-o zeek is for trace and history");
	assert_says(bad("history", "-o", "zeek", "--by", "dst"), "leave it out with --by");
	assert_says(bad("history", "-o", "zeek", "--latency"), "leave it out with --latency");
	assert_says(bad("-o", "zeek", "-e", "all"), "--events");
	assert_says(bad("-o", "zeek", "-e", "+close"), "--events");
	assert_says(bad("-o", "zeek", "-f"), "--failed");
	assert_says(bad("-o", "zeek", "-l", "1s"), "--min-latency");
}

static void a_community_id_is_where_it_is_shown(void **state)
{
	(void)state;
	assert_false(good("-o", "json")->output.community_id);
	assert_true(good("-o", "json", "--community-id")->output.community_id);
	assert_true(good("record", "--community-id")->output.community_id);
	assert_true(good("history", "-o", "zeek", "--community-id")->output.community_id);
	assert_says(bad("--community-id"), "-o json");
	assert_says(bad("-o", "table", "--community-id"), "-o json");
	assert_says(bad("history", "-o", "json", "--community-id"), "as they were kept");
	assert_says(bad("count", "-o", "json", "--community-id"),
		    "leave it out of tpconnect count");
}

static void a_report_is_of_files(void **state)
{
	const char *const *files;

	(void)state;
	files = good("report", "a.json", "-o", "md", "-", "count")->files.items;
	assert_int_equal(parsed.options.command, COMMAND_REPORT);
	assert_string_equal(parsed.options.output.format, "md");
	assert_int_equal(parsed.options.files.n, 3);
	assert_string_equal(files[1], "-");
	assert_string_equal(files[2], "count");
	assert_string_equal(good("report", "a")->output.format, "html");
	files = good("report", "--", "-x", "y")->files.items;
	assert_int_equal(parsed.options.files.n, 2);
	assert_string_equal(files[0], "-x");
	assert_says(bad("report"), "a FILE is missing");
	assert_says(bad("report", "--"), "a FILE is missing");
	assert_says(bad("report", ""), "is empty");
	assert_says(bad("report", "-o", "json", "a"), "html, md or dot");
	assert_says(bad("report", "-w", "x", "a"), "leave it out of tpconnect report");
	assert_says(bad("-o", "html"), "-o html is for report");
	assert_says(bad("history", "-o", "md"), "-o md is for report");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_log_of_connections_is_made_of_their_ends),
		row(what_is_no_log_of_connections_is_refused),
		row(a_community_id_is_where_it_is_shown),
		row(a_report_is_of_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
