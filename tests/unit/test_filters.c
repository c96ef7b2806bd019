// SPDX-License-Identifier: MIT
/* Which kept events the filters of a command line want: each filter, named, left out and both. */

#include "model/filters.h"
#include "unit/parsed.h"
#include "util/address.h"

static struct event event;

static void set_addr(uint8_t addr[16], const char *text)
{
	uint32_t bits;

	assert_int_equal(parse_network(text, addr, &bits), 0);
}

static void to(const char *address, uint16_t port)
{
	set_addr(event.dst.addr, address);
	event.family = strchr(address, ':') ? 6 : 4;
	event.dst.port = port;
}

/* curl's, of user 1000, to 10.1.2.3:443. */
static void seed(void)
{
	event = (struct event){
		.kind = EVENT_FAILED,
		.has = EVENT_HAS_PROCESS | EVENT_HAS_LATENCY | EVENT_HAS_RETRIES,
		.pid = 1234,
		.tid = 1235,
		.uid = 1000,
		.netns = 4026531840,
		.latency_ns = 5000000,
		.comm = "curl",
		.thread_comm = "resolver",
	};
	to("10.1.2.3", 443);
}

/* Whether these options of history want the event. */
#define wants(...) filters_want(&good("history", __VA_ARGS__)->request, &event)

static void without_filters_the_kind_decides(void **state)
{
	(void)state;
	seed();
	assert_true(filters_want(&good("history")->request, &event));
	event.kind = EVENT_CONNECT;
	assert_false(filters_want(&good("history")->request, &event));
	assert_true(wants("-e", "connect"));
	assert_true(wants("-e", "all"));
	event.kind = EVENT_CLOSE;
	assert_false(wants("-e", "-failed"));
	assert_true(wants("-e", "+close"));
}

static void processes_are_told_by_pid_and_user(void **state)
{
	(void)state;
	seed();
	assert_true(wants("-p", "1,1234"));
	assert_false(wants("-p", "1235"));
	assert_false(wants("-p", "!1234"));
	assert_true(wants("-p", "!1"));
	assert_true(wants("-p", "1234,1,!1"));
	assert_true(wants("-u", "1000"));
	assert_false(wants("-u", "0"));
	assert_false(wants("-u", "!1000"));
	assert_true(wants("-u", "!0"));
	assert_false(wants("-u", "1000", "-p", "1"));
}

static void either_name_may_be_wanted_and_none_left_out(void **state)
{
	(void)state;
	seed();
	assert_true(wants("-C", "curl"));
	assert_true(wants("-C", "resolver"));
	assert_false(wants("-C", "cur"));
	assert_false(wants("-C", "curl,!resolver"));
	assert_false(wants("-C", "!curl"));
	assert_true(wants("-C", "!wget"));
}

/* It may be one that was left out. */
static void who_is_not_known_is_not_wanted_by_who_asks(void **state)
{
	(void)state;
	seed();
	event.has &= ~EVENT_HAS_PROCESS;
	assert_false(wants("-p", "!1"));
	assert_false(wants("-u", "!1"));
	assert_false(wants("-C", "!x"));
	assert_true(wants("-P", "443"));
}

static void destinations_are_told_by_port_network_and_family(void **state)
{
	(void)state;
	seed();
	assert_true(wants("-P", "80,400-500"));
	assert_false(wants("-P", "444"));
	assert_false(wants("-P", "!443"));
	assert_true(wants("-P", "!80"));
	assert_true(wants("-d", "10.1.2.3"));
	assert_true(wants("-d", "10.0.0.0/8"));
	assert_true(wants("-d", "10.1.2.2/31"));
	assert_false(wants("-d", "10.1.2.4/31"));
	assert_false(wants("-d", "10.1.2.0/31"));
	assert_false(wants("-d", "!10.0.0.0/8"));
	assert_true(wants("-d", "!11.0.0.0/8"));
	assert_true(wants("-d", "0.0.0.0/0"));
	assert_true(wants("-4"));
	assert_false(wants("-6"));
	assert_true(wants("-4", "-6"));
	to("2001:db8::7", 443);
	assert_false(wants("-d", "0.0.0.0/0"));
	assert_true(wants("-d", "::/0"));
	assert_true(wants("-d", "2001:db8::/32"));
	assert_false(wants("-d", "2001:db9::/32"));
	assert_false(wants("-4"));
	assert_true(wants("-6"));
}

/* An IPv4 address lies in ::/0 as it is written here, and is none of it. */
static void a_family_is_part_of_a_network(void **state)
{
	(void)state;
	seed();
	assert_false(wants("-d", "::/0"));
	assert_true(wants("-d", "!::/0"));
}

/* As in the kernel's map. */
static void the_longest_network_that_fits_decides(void **state)
{
	(void)state;
	seed();
	assert_false(wants("-d", "10.0.0.0/8,!10.1.0.0/16"));
	assert_true(wants("-d", "10.0.0.0/8,!10.2.0.0/16"));
	assert_true(wants("-d", "10.0.0.0/8,10.1.2.3,!10.2.0.0/16"));
}

static void network_namespaces_are_told_by_number(void **state)
{
	(void)state;
	seed();
	assert_true(wants("--netns", "4026531840"));
	assert_false(wants("--netns", "4026531841"));
	assert_false(wants("--netns", "!4026531840"));
	assert_true(wants("--netns", "!4026531841"));
}

static void results_are_told_by_latency_and_retries(void **state)
{
	(void)state;
	seed();
	assert_true(wants("-l", "5ms"));
	assert_false(wants("-l", "6ms"));
	event.has &= ~EVENT_HAS_LATENCY;
	assert_false(wants("-l", "5ms"));
	assert_true(wants("-f"));
	event.kind = EVENT_ESTABLISHED;
	assert_false(wants("-f"));
	event.retries = 1;
	assert_true(wants("-f"));
	event.has &= ~EVENT_HAS_RETRIES;
	assert_false(wants("-f"));
	assert_true(wants("-f", "-e", "+established"));
}

/* What history counts is an attempt's beginning and its result. */
static void reports_are_of_the_events_that_they_count(void **state)
{
	(void)state;
	seed();
	event.kind = EVENT_CONNECT;
	assert_true(wants("--by", "dst"));
	assert_true(wants("--by", "dst", "-l", "6ms")); /* as count has it */
	assert_false(wants("--latency"));
	event.not_sent = true;
	assert_true(wants("--by", "dst"));
	assert_false(wants("--by", "dst", "-l", "6ms"));
	event.not_sent = false;
	event.kind = EVENT_ESTABLISHED;
	assert_true(wants("--by", "dst", "-l", "5ms"));
	assert_false(wants("--by", "dst", "-l", "6ms"));
	assert_true(wants("--latency"));
	event.kind = EVENT_CLOSE;
	assert_false(wants("--by", "dst"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(without_filters_the_kind_decides),
		row(processes_are_told_by_pid_and_user),
		row(either_name_may_be_wanted_and_none_left_out),
		row(who_is_not_known_is_not_wanted_by_who_asks),
		row(destinations_are_told_by_port_network_and_family),
		row(a_family_is_part_of_a_network),
		row(the_longest_network_that_fits_decides),
		row(network_namespaces_are_told_by_number),
		row(results_are_told_by_latency_and_retries),
		row(reports_are_of_the_events_that_they_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
