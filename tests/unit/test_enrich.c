// SPDX-License-Identifier: MIT
/* Which image and cgroup an event gets, and what is forgotten. */
#include <stdio.h>

#include "enrich/enrich.h"
#include "unit/context.h"
#include "unit/decoded.h"

/* More than are kept of anything. */
#define MANY 70000

static struct enrich *enrich;

/* The process of the image, and the cgroup, that were forgotten last. */
static struct {
	uint32_t pid;
	struct cgroup_key cgroup;
} forgotten;

static void forget(void *ctx, uint32_t pid, const struct cgroup_key *cgroup)
{
	assert_ptr_equal(ctx, &forgotten);
	assert_true(!pid != !cgroup);
	if (pid)
		forgotten.pid = pid;
	else
		forgotten.cgroup = *cgroup;
}

static int begin(void **state)
{
	(void)state;
	memset(&forgotten, 0, sizeof(forgotten));
	return enrich_new(true, forget, &forgotten, &enrich);
}

static int end(void **state)
{
	(void)state;
	enrich_free(enrich);
	return 0;
}

static void tell_image(uint32_t pid, const char *exe, size_t size)
{
	union process_bytes bytes = process_sample();

	bytes.record.pid = pid;
	bytes.record.flags = PROCESS_HAS_EXE;
	process_text(&bytes, TEXT_EXE, exe, size);
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &bytes, bytes.record.head.size), 0);
}

static void tell_cgroup(uint64_t id, const char *path, size_t size)
{
	union cgroup_bytes bytes = cgroup_sample(path, size);

	bytes.record.id = id;
	assert_int_equal(enrich_record(enrich, EVENT_CGROUP, &bytes, bytes.record.head.size), 0);
}

/* An event of that kind by that process in that cgroup: connection `start`. */
static struct event event_of(enum event_kind kind, uint32_t pid, uint64_t cgroup, uint64_t start)
{
	struct close_record record = sample(kind);
	struct event event;

	record.base.attempt.pid = pid;
	record.base.attempt.cgroup_id = cgroup;
	record.base.attempt.start_ns = start;
	event = decoded(&record);
	enrich_event(enrich, &event);
	return event;
}

static struct event happen(enum event_kind kind, uint32_t pid)
{
	return event_of(kind, pid, 77, pid);
}

static void an_event_gets_what_was_told_of_its_own(void **state)
{
	struct event event;

	(void)state;
	event = happen(EVENT_CONNECT, 10);
	assert_null(event.image);
	assert_null(event.cgroup);
	tell_image(10, TEXT("a"));
	tell_image(11, TEXT("b"));
	tell_cgroup(77, TEXT("c"));
	tell_cgroup(78, TEXT("d"));
	event = happen(EVENT_CONNECT, 10);
	assert_string_equal(event.image->exe, "/a");
	assert_string_equal(event.cgroup->path, "/c");
	event = event_of(EVENT_FAILED, 11, 78, 1);
	assert_string_equal(event.image->exe, "/b");
	assert_string_equal(event.cgroup->path, "/d");
	event = event_of(EVENT_FAILED, 12, 79, 1);
	assert_null(event.image);
	assert_null(event.cgroup);
}

/* Another process of that pid, and another image of that process. */
static void an_image_is_named_by_all_of_its_key(void **state)
{
	union process_bytes bytes = process_sample();
	struct event event;

	(void)state;
	tell_image(10, TEXT("a"));
	event = happen(EVENT_CONNECT, 10);
	event.exec_id = 1;
	enrich_again(enrich, &event);
	assert_null(event.image);
	bytes.record.exec_id = 1;
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &bytes, sizeof(bytes.record)), 0);
	enrich_again(enrich, &event);
	assert_int_equal(event.image->key.exec_id, 1);
	event.process_start_ns++;
	enrich_again(enrich, &event);
	assert_null(event.image);
}

static void a_cgroup_is_named_by_both_hierarchies(void **state)
{
	union cgroup_bytes bytes = cgroup_sample("", 0);
	struct event event;

	(void)state;
	tell_cgroup(77, TEXT("c"));
	cgroup_path1(&bytes, 5, TEXT("v1"));
	assert_int_equal(enrich_record(enrich, EVENT_CGROUP, &bytes, bytes.record.head.size), 0);
	event = happen(EVENT_CONNECT, 10);
	assert_string_equal(event.cgroup->path, "/c");
	event.cgroup1_id = 5;
	enrich_again(enrich, &event);
	assert_string_equal(event.cgroup->path, "/v1");
}

static void who_is_not_known_has_no_image(void **state)
{
	struct event event = {.kind = EVENT_CONNECT, .process_start_ns = 500, .pid = 10};

	(void)state;
	tell_image(10, TEXT("a"));
	enrich_event(enrich, &event);
	assert_null(event.image);
	assert_null(event.cgroup);
}

static void what_is_told_again_replaces_what_was_known(void **state)
{
	(void)state;
	tell_image(10, TEXT("a"));
	tell_image(10, TEXT("curl\0bin\0usr"));
	tell_cgroup(77, TEXT("c"));
	tell_cgroup(77, TEXT("e"));
	assert_string_equal(happen(EVENT_CONNECT, 10).image->exe, "/usr/bin/curl");
	assert_string_equal(happen(EVENT_CONNECT, 10).cgroup->path, "/e");
	assert_int_equal(enrich_forgotten(enrich).images, 0);
	assert_int_equal(forgotten.pid, 0);
}

static void all_that_an_image_says_is_kept(void **state)
{
	union process_bytes bytes = process_sample();
	const struct image *image;

	(void)state;
	bytes.record.flags = PROCESS_HAS_EXE | PROCESS_HAS_CWD | PROCESS_HAS_ARGS;
	bytes.record.args_size = sizeof("x\0y");
	process_text(&bytes, TEXT_EXE, TEXT("a"));
	process_text(&bytes, TEXT_CWD, TEXT("b"));
	process_text(&bytes, TEXT_HOSTNAME, TEXT("c"));
	process_text(&bytes, TEXT_SCRIPT, TEXT("d"));
	process_text(&bytes, TEXT_ARGS, TEXT("x\0y"));
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &bytes, bytes.record.head.size), 0);
	memset(&bytes, 0xff, sizeof(bytes));
	tell_image(11, TEXT("another"));
	image = happen(EVENT_CONNECT, 10).image;
	assert_string_equal(image->exe, "/a");
	assert_string_equal(image->cwd, "/b");
	assert_string_equal(image->hostname, "c");
	assert_string_equal(image->script, "d");
	assert_memory_equal(image->args, "x\0y", sizeof("x\0y"));
}

static void a_cgroup_says_container_and_unit(void **state)
{
	const struct cgroup *cgroup;
	union cgroup_bytes bytes = cgroup_sample("", 0);
	struct event event;

	(void)state;
	tell_cgroup(77, TEXT("cron.service\0system.slice"));
	cgroup = happen(EVENT_CONNECT, 10).cgroup;
	assert_string_equal(cgroup->unit, "cron.service");
	assert_null(cgroup->container_id);
	cgroup_path1(
		&bytes, 5,
		TEXT("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\0docker"));
	bytes.record.flags = CGROUP_CUT1;
	assert_int_equal(enrich_record(enrich, EVENT_CGROUP, &bytes, bytes.record.head.size), 0);
	memset(&bytes, 0xff, sizeof(bytes));
	tell_cgroup(78, TEXT("other.service"));
	event = happen(EVENT_CONNECT, 10);
	event.cgroup1_id = 5;
	enrich_again(enrich, &event);
	cgroup = event.cgroup;
	assert_null(cgroup->path);
	assert_string_equal(cgroup->runtime, "docker");
	assert_string_equal(cgroup->container_id,
			    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void a_record_that_is_none_changes_nothing(void **state)
{
	union process_bytes bytes = process_sample();

	(void)state;
	tell_image(10, TEXT("a"));
	bytes.record.flags = PROCESS_EXE_CUT;
	assert_int_equal(enrich_record(enrich, EVENT_PROCESS, &bytes, sizeof(bytes.record)),
			 -EBADMSG);
	assert_int_equal(enrich_record(enrich, EVENT_CGROUP, &bytes, sizeof(bytes.record)),
			 -EBADMSG);
	assert_string_equal(happen(EVENT_CONNECT, 10).image->exe, "/a");
}

/* What is used stays, whatever comes. */
static void what_was_used_longest_ago_is_forgotten_first(void **state)
{
	(void)state;
	tell_image(1, TEXT("kept"));
	tell_image(2, TEXT("unused"));
	tell_cgroup(1, TEXT("kept"));
	tell_cgroup(2, TEXT("unused"));
	for (uint32_t i = 3; i < MANY; i++) {
		tell_image(i, TEXT("x"));
		tell_cgroup(i, TEXT("x"));
		event_of(EVENT_CONNECT, 1, 1, i);
	}
	assert_string_equal(event_of(EVENT_CONNECT, 1, 1, 1).image->exe, "/kept");
	assert_string_equal(event_of(EVENT_CONNECT, 1, 1, 1).cgroup->path, "/kept");
	assert_null(event_of(EVENT_CONNECT, 2, 2, 1).image);
	assert_null(event_of(EVENT_CONNECT, 2, 2, 1).cgroup);
	assert_int_equal(enrich_forgotten(enrich).images, MANY - 1 - 16384);
	assert_int_equal(forgotten.pid, MANY - 16384); /* one of the last is pid 1 */
	assert_int_equal(enrich_forgotten(enrich).cgroups, MANY - 1 - 4096);
	assert_int_equal(forgotten.cgroup.id, MANY - 4096); /* likewise */
}

/* Not more than its bytes either, however long the texts are. */
static void long_texts_are_bounded_as_well(void **state)
{
	static char longest[3800];

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	for (uint32_t i = 1; i <= 16384; i++)
		tell_image(i, longest, sizeof(longest));
	assert_in_range(16384 - enrich_forgotten(enrich).images, (8 << 20) / 5000,
			(8 << 20) / 3800);
	assert_non_null(happen(EVENT_CONNECT, 16384).image);
}

/* A listing hears of all before it shows any. */
static void nothing_is_forgotten_once_all_is_to_be_kept(void **state)
{
	(void)state;
	enrich_keep_all(enrich);
	for (uint32_t i = 1; i < MANY; i++) {
		tell_image(i, TEXT("x"));
		tell_cgroup(i, TEXT("x"));
	}
	assert_int_equal(enrich_forgotten(enrich).images, 0);
	assert_int_equal(enrich_forgotten(enrich).cgroups, 0);
	assert_int_equal(forgotten.pid, 0);
	assert_non_null(event_of(EVENT_CONNECT, 1, 1, 1).image);
	assert_non_null(event_of(EVENT_CONNECT, 1, 1, 1).cgroup);
}

static void forget_images(void)
{
	for (uint32_t i = 1000; i < MANY; i++) {
		tell_image(i, TEXT("x"));
		tell_cgroup(i, TEXT("x"));
	}
}

static void a_close_names_what_is_forgotten_since(void **state)
{
	struct event event;

	(void)state;
	tell_image(10, TEXT("curl\0bin"));
	tell_cgroup(77, TEXT("c"));
	happen(EVENT_ESTABLISHED, 10);
	forget_images();
	assert_null(happen(EVENT_CONNECT, 10).image);
	event = happen(EVENT_CLOSE, 10);
	assert_string_equal(event.image->exe, "/bin/curl");
	assert_string_equal(event.cgroup->path, "/c");
	assert_int_equal(event.image->key.pid, 10);
	/* And with that, it is over. */
	assert_null(happen(EVENT_CLOSE, 10).image);
	assert_int_equal(enrich_forgotten(enrich).connections, 0);
}

static void a_connection_is_named_by_time_and_cpu(void **state)
{
	struct event event;

	(void)state;
	tell_image(10, TEXT("a"));
	tell_image(11, TEXT("b"));
	event_of(EVENT_ESTABLISHED, 10, 77, 5);
	event = happen(EVENT_CONNECT, 11);
	event.kind = EVENT_ESTABLISHED;
	event.start_ns = 5;
	event.cpu++;
	enrich_event(enrich, &event);
	forget_images();
	event.kind = EVENT_CLOSE;
	enrich_event(enrich, &event);
	assert_string_equal(event.image->exe, "/b");
	assert_string_equal(event_of(EVENT_CLOSE, 10, 77, 5).image->exe, "/a");
}

/* Of only one it holds only that. */
static void a_connection_holds_what_is_known(void **state)
{
	struct event event;

	(void)state;
	tell_image(10, TEXT("a"));
	happen(EVENT_ESTABLISHED, 10);
	tell_cgroup(77, TEXT("c"));
	happen(EVENT_ESTABLISHED, 11);
	forget_images();
	event = happen(EVENT_CLOSE, 10);
	assert_string_equal(event.image->exe, "/a");
	assert_null(event.cgroup);
	event = happen(EVENT_CLOSE, 11);
	assert_null(event.image);
	assert_string_equal(event.cgroup->path, "/c");
}

static void what_an_event_kept_is_set_again_while_a_close_is_told(void **state)
{
	struct event close, kept;

	(void)state;
	tell_image(10, TEXT("a"));
	tell_image(11, TEXT("b"));
	kept = happen(EVENT_FAILED, 11);
	happen(EVENT_ESTABLISHED, 10);
	close = happen(EVENT_CLOSE, 10);
	kept.image = NULL;
	enrich_again(enrich, &kept);
	assert_string_equal(kept.image->exe, "/b");
	assert_string_equal(close.image->exe, "/a");
}

/* Beyond its bounds, a connection has what is known of its image still. */
static void connections_are_bounded(void **state)
{
	(void)state;
	tell_image(10, TEXT("a"));
	for (uint32_t i = 1; i <= MANY; i++)
		event_of(EVENT_ESTABLISHED, 10, 77, i);
	assert_in_range(MANY - enrich_forgotten(enrich).connections, (6 << 20) / 1000,
			(6 << 20) / 500);
	assert_string_equal(event_of(EVENT_CLOSE, 10, 77, 1).image->exe, "/a");
	forget_images();
	assert_null(event_of(EVENT_CLOSE, 10, 77, 2).image);
	assert_string_equal(event_of(EVENT_CLOSE, 10, 77, MANY).image->exe, "/a");
}

static void without_closes_nothing_is_held(void **state)
{
	(void)state;
	enrich_free(enrich);
	assert_int_equal(enrich_new(false, NULL, NULL, &enrich), 0);
	tell_image(10, TEXT("a"));
	happen(EVENT_ESTABLISHED, 10);
	forget_images();
	assert_null(happen(EVENT_CLOSE, 10).image);
}

#define enrich_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		enrich_test(an_event_gets_what_was_told_of_its_own),
		enrich_test(an_image_is_named_by_all_of_its_key),
		enrich_test(a_cgroup_is_named_by_both_hierarchies),
		enrich_test(who_is_not_known_has_no_image),
		enrich_test(what_is_told_again_replaces_what_was_known),
		enrich_test(all_that_an_image_says_is_kept),
		enrich_test(a_cgroup_says_container_and_unit),
		enrich_test(a_record_that_is_none_changes_nothing),
		enrich_test(what_was_used_longest_ago_is_forgotten_first),
		enrich_test(long_texts_are_bounded_as_well),
		enrich_test(nothing_is_forgotten_once_all_is_to_be_kept),
		enrich_test(a_close_names_what_is_forgotten_since),
		enrich_test(a_connection_is_named_by_time_and_cpu),
		enrich_test(a_connection_holds_what_is_known),
		enrich_test(what_an_event_kept_is_set_again_while_a_close_is_told),
		enrich_test(connections_are_bounded),
		enrich_test(without_closes_nothing_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
