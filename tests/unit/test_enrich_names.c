// SPDX-License-Identifier: MIT
/* Names that are looked up: when they are asked for, and which events get them. */
#include <stdio.h>
#include <string.h>

#include "enrich/enrich.h"
#include "unit/context.h"
#include "unit/decoded.h"

#define ID "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static struct enrich *enrich;
static unsigned int asked;	     /* times */
static struct cgroup last_asked;     /* its texts are not valid any more */
static const struct cgroup *at_once; /* the answer to the next question; NULL: none comes yet */

static void on_ask(void *ctx, const struct cgroup *cgroup)
{
	assert_ptr_equal(ctx, &enrich);
	asked++;
	last_asked = *cgroup;
	if (at_once)
		enrich_names(enrich, at_once);
}

static int begin(void **state)
{
	(void)state;
	asked = 0;
	at_once = NULL;
	if (enrich_new(true, NULL, NULL, &enrich))
		return -1;
	enrich_ask_names(enrich, on_ask, &enrich);
	return 0;
}

static int end(void **state)
{
	(void)state;
	enrich_free(enrich);
	return 0;
}

static void tell_cgroup(uint64_t id, const char *path, size_t size)
{
	union cgroup_bytes bytes = cgroup_sample(path, size);

	bytes.record.id = id;
	assert_int_equal(enrich_record(enrich, EVENT_CGROUP, &bytes, bytes.record.head.size), 0);
}

static struct event happen(enum event_kind kind, uint64_t cgroup, uint64_t start)
{
	struct close_record record = sample(kind);
	struct event event;

	record.base.attempt.cgroup_id = cgroup;
	record.base.attempt.start_ns = start;
	event = decoded(&record);
	enrich_event(enrich, &event);
	return event;
}

static const struct cgroup named = {
	.key = {.id = 77},
	.container_name = "web",
	.image_name = "demo:1",
	.pod_name = "web-0",
	.pod_namespace = "shop",
	.pod_container = "app",
};

static void the_first_event_has_names_that_came_at_once(void **state)
{
	struct event event;

	(void)state;
	at_once = &named;
	tell_cgroup(77, TEXT(ID "\0docker"));
	assert_int_equal(asked, 1);
	assert_int_equal(last_asked.key.id, 77);
	event = happen(EVENT_CONNECT, 77, 1);
	assert_string_equal(event.cgroup->path, "/docker/" ID);
	assert_string_equal(event.cgroup->container_id, ID);
	assert_string_equal(event.cgroup->runtime, "docker");
	assert_string_equal(event.cgroup->container_name, "web");
	assert_string_equal(event.cgroup->image_name, "demo:1");
	assert_string_equal(event.cgroup->pod_name, "web-0");
	assert_string_equal(event.cgroup->pod_namespace, "shop");
	assert_string_equal(event.cgroup->pod_container, "app");
	happen(EVENT_CONNECT, 77, 2);
	assert_int_equal(asked, 1);
}

/* Not by the events of the attempt that the cgroup was told for, and no third time. */
static void the_second_attempt_asks_once_more(void **state)
{
	(void)state;
	tell_cgroup(77, TEXT(ID "\0docker"));
	happen(EVENT_CONNECT, 77, 1);
	happen(EVENT_RETRY, 77, 1);
	assert_int_equal(asked, 1);
	happen(EVENT_CONNECT, 78, 2);
	assert_int_equal(asked, 1);
	at_once = &named;
	assert_string_equal(happen(EVENT_CONNECT, 77, 3).cgroup->container_name, "web");
	assert_int_equal(asked, 2);
	happen(EVENT_CONNECT, 77, 4);
	assert_int_equal(asked, 2);
}

static void what_has_no_name_twice_has_none(void **state)
{
	(void)state;
	tell_cgroup(77, TEXT(ID "\0docker"));
	for (uint64_t start = 1; start < 5; start++)
		assert_null(happen(EVENT_CONNECT, 77, start).cgroup->container_name);
	assert_int_equal(asked, 2);
	tell_cgroup(77, TEXT(ID "\0docker"));
	assert_int_equal(asked, 3);
}

/* Also that of a connection which began before. */
static void events_after_an_answer_have_its_names(void **state)
{
	(void)state;
	tell_cgroup(77, TEXT(ID "\0docker"));
	assert_null(happen(EVENT_ESTABLISHED, 77, 1).cgroup->container_name);
	enrich_names(enrich, &named);
	assert_string_equal(happen(EVENT_CLOSE, 77, 1).cgroup->container_name, "web");
	assert_string_equal(happen(EVENT_CONNECT, 77, 2).cgroup->container_name, "web");
	assert_int_equal(asked, 1);
}

static void an_answer_adds_what_is_not_known(void **state)
{
	struct cgroup pod = {.key = {.id = 77}, .pod_name = "web-0"};
	struct event event;

	(void)state;
	tell_cgroup(77, TEXT("lxc.payload.inner"));
	enrich_names(enrich, &pod);
	enrich_names(enrich, &named);
	event = happen(EVENT_CONNECT, 77, 1);
	assert_string_equal(event.cgroup->container_name, "inner");
	assert_string_equal(event.cgroup->pod_name, "web-0");
	assert_string_equal(event.cgroup->image_name, "demo:1");
	assert_int_equal(enrich_forgotten(enrich).cgroups, 0);
}

static void an_answer_of_nothing_changes_nothing(void **state)
{
	struct cgroup other = named, none = {.key = {.id = 77}};

	(void)state;
	other.key.id1 = 5;
	tell_cgroup(77, TEXT(ID "\0docker"));
	enrich_names(enrich, &other);
	enrich_names(enrich, &none);
	assert_null(happen(EVENT_CONNECT, 77, 1).cgroup->container_name);
	happen(EVENT_CONNECT, 77, 2);
	assert_int_equal(asked, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_first_event_has_names_that_came_at_once, begin,
						end),
		cmocka_unit_test_setup_teardown(the_second_attempt_asks_once_more, begin, end),
		cmocka_unit_test_setup_teardown(what_has_no_name_twice_has_none, begin, end),
		cmocka_unit_test_setup_teardown(events_after_an_answer_have_its_names, begin, end),
		cmocka_unit_test_setup_teardown(an_answer_adds_what_is_not_known, begin, end),
		cmocka_unit_test_setup_teardown(an_answer_of_nothing_changes_nothing, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
