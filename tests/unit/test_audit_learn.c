// SPDX-License-Identifier: MIT
/* What was seen, judged and learnt. */
#include "unit/audit.h"

#include <stdlib.h>

#include "audit/learn.h"
#include "audit/seen.h"

static struct seen *seen;
static struct seen_group *groups;
static size_t n_groups;
static struct vector lines;

static int setup(void **state)
{
	(void)state;
	groups = NULL;
	lines = (struct vector){0};
	return seen_new(&seen);
}

static int teardown(void **state)
{
	(void)state;
	free(groups);
	learn_free(&lines);
	seen_free(seen);
	return 0;
}

static void judge(const char *text)
{
	struct rules rules = rules_of(text);

	free(groups);
	assert_int_equal(seen_judge(seen, &rules, &groups, &n_groups), 0);
	rules_free(&rules);
}

static const char *line(size_t i)
{
	assert_true(i < lines.n);
	return ((char *const *)lines.items)[i];
}

static void learn(const char *text)
{
	judge(text);
	assert_int_equal(learn_rules(groups, n_groups, &lines), 0);
}

static void add(enum event_kind kind, const char *address, uint16_t port)
{
	struct event event = attempt_to(address, port);

	event.kind = kind;
	event.error = kind == EVENT_FAILED ? ECONNREFUSED : 0;
	seen_add(seen, &event);
}

static void what_is_not_expected_comes_first(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		add(EVENT_CONNECT, "10.0.0.1", 80);
	add(EVENT_CONNECT, "10.0.0.2", 80);
	add(EVENT_FAILED, "10.0.0.2", 80);
	add(EVENT_CANCELLED, "10.0.0.3", 80);
	add(EVENT_CANCELLED, "10.0.0.3", 80);
	judge("10.0.0.1:80\n");
	assert_int_equal(n_groups, 3);
	assert_int_equal(groups[0].fit, FIT_NO);
	assert_int_equal(groups[0].group->key.addr[15], 3);
	assert_int_equal(seen_attempts(groups[0].group->value), 2);
	assert_int_equal(groups[1].fit, FIT_NO);
	assert_int_equal(groups[1].group->key.addr[15], 2);
	assert_int_equal(seen_attempts(groups[1].group->value), 1);
	assert_int_equal(groups[2].fit, FIT_YES);
	assert_int_equal(seen_attempts(groups[2].group->value), 3);
}

static void any_event_of_an_attempt_tells_of_it(void **state)
{
	struct event open = attempt_to("10.0.0.9", 80);

	(void)state;
	add(EVENT_CLOSE, "10.0.0.1", 80);
	add(EVENT_RETRY, "10.0.0.2", 80);
	open.kind = EVENT_OPEN;
	open.preexisting = true;
	open.open.direction = DIRECTION_OUT;
	seen_add(seen, &open);
	open.open.direction = DIRECTION_IN;
	seen_add(seen, &open);
	judge("");
	assert_int_equal(n_groups, 2);
	assert_int_equal(seen_before(seen), 1);
}

static void what_is_learnt_is_sorted_and_new(void **state)
{
	(void)state;
	add(EVENT_CONNECT, "10.0.0.2", 80);
	add(EVENT_CONNECT, "10.0.0.1", 443);
	add(EVENT_CONNECT, "2001:db8::1", 443);
	add(EVENT_CONNECT, "127.0.0.1", 80);
	learn("loopback\n");
	assert_int_equal(lines.n, 3);
	assert_string_equal(line(0), "/usr/bin/curl 10.0.0.1:443");
	assert_string_equal(line(1), "/usr/bin/curl 10.0.0.2:80");
	assert_string_equal(line(2), "/usr/bin/curl [2001:db8::1]:443");
}

static void names_are_learnt_by_evidence(void **state)
{
	struct event event = attempt_to("192.0.2.7", 443), other = attempt_to("192.0.2.8", 443);
	const struct dns_names two = {DNS_FROM_PROCESS, 2, {"b.example", "a.example"}};
	const struct dns_names hosts = {DNS_FROM_HOST, 1, {"c.example"}};

	(void)state;
	event.names = &two;
	other.names = &hosts;
	seen_add(seen, &event);
	seen_add(seen, &other);
	learn("");
	assert_int_equal(lines.n, 3);
	assert_string_equal(line(0), "/usr/bin/curl 192.0.2.8:443");
	assert_string_equal(line(1), "/usr/bin/curl a.example:443");
	assert_string_equal(line(2), "/usr/bin/curl b.example:443");
}

static void a_name_that_no_rule_can_have_is_left_to_the_address(void **state)
{
	struct event event = attempt_to("192.0.2.7", 443);
	const struct dns_names odd = {DNS_FROM_PROCESS, 1, {"a\\032b.example"}};

	(void)state;
	event.names = &odd;
	seen_add(seen, &event);
	learn("");
	assert_string_equal(line(0), "/usr/bin/curl 192.0.2.7:443");
}

/* Rules by names would not expect it: there may be more. */
static void of_as_many_names_as_are_known_the_address_is_learnt(void **state)
{
	struct event event = attempt_to("192.0.2.7", 443);
	const struct dns_names four = {
		DNS_FROM_PROCESS, 4, {"a.example", "b.example", "c.example", "x.example"}};

	(void)state;
	event.names = &four;
	seen_add(seen, &event);
	learn("");
	assert_int_equal(lines.n, 1);
	assert_string_equal(line(0), "/usr/bin/curl 192.0.2.7:443");
}

/* What is learnt of a process with such a name, or executable, expects it. */
static void check_again(const char *comm, const char *exe)
{
	struct event event = attempt_to("fe80::1", 80);
	const struct image image = {.exe = exe};
	char text[4096];

	seen_free(seen);
	assert_int_equal(seen_new(&seen), 0);
	snprintf(event.comm, sizeof(event.comm), "%s", comm);
	event.image = exe ? &image : NULL;
	event.dst.scope_id = 2;
	seen_add(seen, &event);
	learn_free(&lines);
	learn("");
	assert_int_equal(lines.n, 1);
	snprintf(text, sizeof(text), "%s\n", line(0));
	for (const char *at = text; *at; at++)
		assert_true(*at == '\n' ? !at[1] : (unsigned char)*at >= ' ');
	assert_null(strstr(text, "\u202e")); /* it turns the direction of text */
	judge(text);
	assert_int_equal(groups[0].fit, FIT_YES);
	assert_null(strstr(text, "curl"));
}

static void hostile_names_are_learnt_as_they_are(void **state)
{
	static const char *const names[] = {
		"my app", "\n10.0.0.0/8", "\x1b[2J",  "\xff\xfe", "#x",	       "\"", "\\", "/x",
		"",	  "a\tb",	  "loopback", "\xc2\x85", "\u202eevil"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		char exe[64];

		check_again(names[i], NULL);
		snprintf(exe, sizeof(exe), "/opt/%s/run", names[i]);
		check_again("x", exe);
	}
}

static void what_found_no_room_is_not_learnt(void **state)
{
	struct event event = attempt_to("10.0.0.1", 80);

	(void)state;
	for (unsigned int i = 0; i < SEEN_MAX + 2; i++) {
		event.dst.port = (uint16_t)i;
		event.dst.addr[14] = (uint8_t)(i >> 16);
		seen_add(seen, &event);
	}
	learn("");
	assert_int_equal(n_groups, SEEN_MAX + 1);
	assert_true(groups[0].group->other || groups[SEEN_MAX].group->other);
	assert_int_equal(lines.n, SEEN_MAX);
	learn_free(&lines);
	judge("0.0.0.0/0\n");
	assert_true(groups[0].group->other);
	assert_int_equal(groups[0].fit, FIT_NO);
}

int main(void)
{
#define test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		test(what_is_not_expected_comes_first),
		test(any_event_of_an_attempt_tells_of_it),
		test(what_is_learnt_is_sorted_and_new),
		test(names_are_learnt_by_evidence),
		test(a_name_that_no_rule_can_have_is_left_to_the_address),
		test(of_as_many_names_as_are_known_the_address_is_learnt),
		test(hostile_names_are_learnt_as_they_are),
		test(what_found_no_room_is_not_learnt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
