// SPDX-License-Identifier: MIT
/* Which attempts fit which rules. */
#include "unit/audit.h"

static enum fit fit(const char *lines, const struct event *event)
{
	struct rules rules = rules_of(lines);
	enum fit fit = rules_fit(&rules, event);

	rules_free(&rules);
	return fit;
}

#define assert_fits(lines, event)     assert_int_equal(fit(lines, event), FIT_YES)
#define assert_fits_not(lines, event) assert_int_equal(fit(lines, event), FIT_NO)

static void without_rules_nothing_fits(void **state)
{
	struct event event = attempt_to("10.0.0.1", 443);

	(void)state;
	assert_fits_not("", &event);
	assert_fits("0.0.0.0/0", &event);
}

static void places_and_ports_fit(void **state)
{
	struct event event = attempt_to("10.1.2.3", 443);

	(void)state;
	assert_fits("10.1.2.3", &event);
	assert_fits("10.1.2.3:443", &event);
	assert_fits("10.1.2.3:80,400-500", &event);
	assert_fits_not("10.1.2.3:80,444-500", &event);
	assert_fits("10.0.0.0/8:443", &event);
	assert_fits("10.1.2.2/31", &event);
	assert_fits_not("10.1.2.4/30", &event);
	assert_fits("private", &event);
	assert_fits_not("loopback", &event);
	event = attempt_to("127.3.2.1", 80);
	assert_fits("loopback:80", &event);
	assert_fits_not("private", &event);
}

static void private_is_what_the_rfcs_say_and_no_more(void **state)
{
	static const char *const in[] = {"10.255.0.1",	"172.16.0.1", "172.31.255.255",
					 "192.168.0.1", "fc00::1",    "fdff::1"};
	static const char *const out[] = {
		"11.0.0.1",   "172.15.0.1", "172.32.0.1", "192.169.0.1", "169.254.169.254",
		"100.64.0.1", "fe80::1",    "fe00::1",	  "::1",	 "127.0.0.1"};

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(*in); i++) {
		struct event event = attempt_to(in[i], 1);

		assert_fits("private", &event);
	}
	for (size_t i = 0; i < sizeof(out) / sizeof(*out); i++) {
		struct event event = attempt_to(out[i], 1);

		assert_fits_not("private", &event);
	}
}

static void families_are_apart(void **state)
{
	struct event mapped = attempt_to("::ffff:10.0.0.1", 80),
		     six = attempt_to("2001:db8::1", 80);

	(void)state;
	mapped.mapped = true;
	assert_int_equal(mapped.family, 4);
	assert_fits("10.0.0.1:80", &mapped);
	assert_fits("::ffff:10.0.0.1", &mapped);
	assert_fits_not("::/0", &mapped);
	assert_fits("::/0", &six);
	assert_fits_not("0.0.0.0/0", &six);
	assert_fits("[2001:db8::/32]:80", &six);
}

static void a_zone_counts_where_the_rule_has_one(void **state)
{
	struct event event = attempt_to("fe80::1", 80);

	(void)state;
	event.dst.scope_id = 3;
	assert_fits("fe80::1", &event);
	assert_fits("[fe80::1%3]:80", &event);
	assert_fits_not("[fe80::1%4]:80", &event);
	assert_fits("fe80::/10", &event);
}

static void processes_fit_by_path_or_name(void **state)
{
	struct event event = attempt_to("10.0.0.1", 80);
	const struct image tail = {.exe_tail = "bin/curl"}, memory = {.memfd = "curl"};

	(void)state;
	assert_fits("/usr/bin/curl 10.0.0.1", &event);
	assert_fits("curl 10.0.0.1", &event);
	assert_fits_not("/usr/local/bin/curl 10.0.0.1", &event);
	assert_fits_not("cur 10.0.0.1", &event);
	assert_fits_not("curls 10.0.0.1", &event);
	strcpy(event.comm, "my app");
	assert_fits("\"my app\" 10.0.0.1", &event);
	event.image = &tail;
	assert_int_equal(fit("/usr/bin/curl 10.0.0.1", &event), FIT_UNKNOWN);
	assert_fits_not("/usr/bin/wget 10.0.0.1", &event);
	event.image = &memory;
	assert_fits_not("/usr/bin/curl 10.0.0.1", &event);
}

static void what_is_not_known_of_a_process_leaves_its_rules_open(void **state)
{
	struct event event = attempt_to("10.0.0.1", 80);

	(void)state;
	event.image = NULL;
	assert_int_equal(fit("/usr/bin/curl 10.0.0.1", &event), FIT_UNKNOWN);
	assert_fits_not("/usr/bin/curl 10.0.0.2", &event);
	assert_fits("/usr/bin/curl 10.0.0.1\n10.0.0.0/8", &event);
	assert_fits("curl 10.0.0.1", &event);
	event.has = 0;
	assert_int_equal(fit("curl 10.0.0.1", &event), FIT_UNKNOWN);
	event.origin = ORIGIN_KERNEL;
	assert_fits_not("curl 10.0.0.1", &event);
	assert_fits_not("/usr/bin/curl 10.0.0.1", &event);
	assert_fits("10.0.0.1", &event);
}

static void a_name_needs_evidence(void **state)
{
	struct event event = attempt_to("192.0.2.7", 443);
	struct dns_names names = {DNS_FROM_PROCESS, 1, {"api.example.com"}};

	(void)state;
	assert_fits_not("api.example.com", &event);
	event.names = &names;
	assert_fits("api.example.com:443", &event);
	assert_fits("API.example.com", &event);
	assert_fits_not("api.example.com:80", &event);
	assert_fits_not("example.com", &event);
	assert_fits_not("wget api.example.com", &event);
	assert_fits("192.0.2.7", &event);
	names.source = DNS_FROM_PARENT;
	assert_fits("api.example.com", &event);
	/* What others were answered is none of its own. */
	names.source = DNS_FROM_HOST;
	assert_fits_not("api.example.com", &event);
}

static void of_several_names_each_must_be_expected(void **state)
{
	struct event event = attempt_to("192.0.2.7", 443);
	const struct dns_names names = {DNS_FROM_PROCESS, 2, {"b.example", "a.example"}};

	(void)state;
	event.names = &names;
	assert_fits_not("a.example", &event);
	assert_fits_not("b.example", &event);
	assert_fits("a.example\nb.example:443", &event);
	assert_fits_not("a.example\nb.example:80", &event);
	event.image = NULL;
	assert_int_equal(fit("a.example\n/usr/bin/curl b.example", &event), FIT_UNKNOWN);
}

/* More than DNS_NAMES_MAX are not known. */
static void of_as_many_names_as_are_known_there_may_be_more(void **state)
{
	const char *rules = "a.example\nb.example\nc.example\nx.example";
	struct event event = attempt_to("192.0.2.7", 443);
	struct dns_names names = {
		DNS_FROM_PROCESS, 4, {"a.example", "b.example", "c.example", "x.example"}};

	(void)state;
	event.names = &names;
	assert_int_equal(fit(rules, &event), FIT_UNKNOWN);
	assert_fits("a.example\n192.0.2.7", &event);
	assert_fits_not("a.example\nb.example\nc.example", &event);
	names.n = 3;
	assert_fits(rules, &event);
}

static void rules_that_fit_are_used(void **state)
{
	struct rules rules = rules_of("10.0.0.0/8\n10.0.0.1:80\n10.0.0.1:81\n/bin/x 10.0.0.1\n");
	const struct event event = attempt_to("10.0.0.1", 80);
	const struct rule *items = rules.rules.items;

	(void)state;
	assert_int_equal(rules_fit(&rules, &event), FIT_YES);
	assert_true(items[0].used);
	assert_true(items[1].used);
	assert_false(items[2].used);
	assert_false(items[3].used);
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_rules_nothing_fits),
		cmocka_unit_test(places_and_ports_fit),
		cmocka_unit_test(private_is_what_the_rfcs_say_and_no_more),
		cmocka_unit_test(families_are_apart),
		cmocka_unit_test(a_zone_counts_where_the_rule_has_one),
		cmocka_unit_test(processes_fit_by_path_or_name),
		cmocka_unit_test(what_is_not_known_of_a_process_leaves_its_rules_open),
		cmocka_unit_test(a_name_needs_evidence),
		cmocka_unit_test(of_several_names_each_must_be_expected),
		cmocka_unit_test(of_as_many_names_as_are_known_there_may_be_more),
		cmocka_unit_test(rules_that_fit_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
