// SPDX-License-Identifier: MIT
/* Rule files: what they say, and what is wrong with them. */
#include "unit/audit.h"

#include "util/array.h"

static struct rules rules;

static const struct rule *rule(size_t i)
{
	assert_true(i < rules.rules.n);
	return &((const struct rule *)rules.rules.items)[i];
}

static int teardown(void **state)
{
	(void)state;
	rules_free(&rules);
	return 0;
}

static void a_rule_has_a_process_a_destination_and_ports(void **state)
{
	const struct rule_ports *ports;

	(void)state;
	rules = rules_of("# a comment\n"
			 "\n"
			 "  /usr/bin/curl\tapi.Example.com:443,8000-8999 # why\n"
			 "git loopback\n"
			 "private:22\n");
	assert_int_equal(rules.rules.n, 3);
	assert_int_equal(rule(0)->line, 4);
	assert_string_equal(rule(0)->text, "/usr/bin/curl\tapi.Example.com:443,8000-8999");
	assert_string_equal(rule(0)->process, "/usr/bin/curl");
	assert_true(rule(0)->is_path);
	assert_int_equal(rule(0)->place, RULE_NAME);
	assert_string_equal(rule(0)->name, "api.example.com");
	ports = rule(0)->ports.items;
	assert_int_equal(rule(0)->ports.n, 2);
	assert_int_equal(ports[0].first, 443);
	assert_int_equal(ports[0].last, 443);
	assert_int_equal(ports[1].first, 8000);
	assert_int_equal(ports[1].last, 8999);
	assert_true(rules.has_names);
	assert_string_equal(rule(1)->process, "git");
	assert_false(rule(1)->is_path);
	assert_int_equal(rule(1)->place, RULE_LOOPBACK);
	assert_int_equal(rule(1)->ports.n, 0);
	assert_null(rule(2)->process);
	assert_int_equal(rule(2)->place, RULE_PRIVATE);
}

static void quotes_are_read(void **state)
{
	(void)state;
	rules = rules_of("\"my app\" 10.0.0.1\n"
			 "\"a\\\"b\\\\c\\n\\x1b#\" 10.0.0.1 #\n"
			 "\"/opt/my app/run\" 10.0.0.1\n"
			 "\"\\x2fname\" 10.0.0.1\n"
			 "a#b 10.0.0.1\n"
			 "\"\" 10.0.0.1");
	assert_string_equal(rule(0)->process, "my app");
	assert_string_equal(rule(1)->process, "a\"b\\c\n\x1b#");
	assert_true(rule(2)->is_path);
	assert_string_equal(rule(3)->process, "/name");
	assert_false(rule(3)->is_path);
	assert_string_equal(rule(4)->process, "a#b");
	assert_string_equal(rule(5)->process, "");
}

static void networks_have_a_family(void **state)
{
	(void)state;
	rules = rules_of("10.0.0.0/8\n"
			 "::ffff:10.0.0.1\n"
			 "::/0\n"
			 "[2001:db8::/32]:443\n"
			 "[fe80::1%3]:80\n"
			 "fe80::1%4\n"
			 "0.0.0.0/0:443\n"
			 "2001:db8::1\n");
	assert_int_equal(rule(0)->family, 4);
	assert_int_equal(rule(0)->prefix_len, 104);
	assert_int_equal(rule(1)->family, 4);
	assert_int_equal(rule(1)->prefix_len, 128);
	assert_int_equal(rule(2)->family, 6);
	assert_int_equal(rule(3)->prefix_len, 32);
	assert_int_equal(rule(3)->ports.n, 1);
	assert_int_equal(rule(4)->scope_id, 3);
	assert_int_equal(rule(5)->scope_id, 4);
	assert_int_equal(rule(6)->family, 4);
	assert_int_equal(rule(6)->ports.n, 1);
	assert_int_equal(rule(7)->family, 6);
}

/* A line, and what is said of it. */
static const struct {
	const char *line, *said;
} bad[] = {
	{"a b c", "'c' is too much"},
	{"a b c d e", "'c' is too much"},
	{"git \"10.0.0.1\"", "is in quotes, and so no destination"},
	{"\"git 10.0.0.1", "a quote is open"},
	{"\"git\"x 10.0.0.1", "behind a closing quote there must be a blank"},
	{"gi\"t 10.0.0.1", "a quote stands within a word"},
	{"\"\\q\" 10.0.0.1", "a backslash is for"},
	{"\"\\x00\" 10.0.0.1", "a backslash is for"},
	{"\"\\x1\" 10.0.0.1", "a backslash is for"},
	{"sixteen-bytes-it 10.0.0.1", "longer than a process's name"},
	{"*.example.com", "'*.example.com' is a wildcard, and so a hole"},
	{"git *:443", "'*' is a wildcard"},
	{"10.0.0.1/8", "bits beyond its prefix"},
	{"10.0.0.0/33", "no address or network"},
	{"10.0.0", "no address or network"},
	{"10.0.0.256", "no address or network"},
	{"2001:db8::1:zz", "no address or network"},
	{"[10.0.0.1]:80", "no IPv6 address"},
	{"[2001:db8::1:443", "as an IPv6 address with ports should be"},
	{"[2001:db8::1]443", "as an IPv6 address with ports should be"},
	{"[fe80::1%eth0]:80", "it is the number of an interface"},
	{"[2001:db8::1%2]:80", "a zone, which is for link-local addresses"},
	{"[fe80::/10%2]:80", "a zone, which is for"},
	{"10.0.0.1:", "'' are no ports"},
	{"10.0.0.1:http", "'http' are no ports"},
	{"10.0.0.1:65536", "'65536' are no ports"},
	{"10.0.0.1:90-80", "'90-80' are no ports"},
	{"10.0.0.1:80,", "'80,' are no ports"},
	{":443", "'' is no address"},
	{"example.com.", "without a dot at its end"},
	{"ex ample..com", "'ample..com' is no"},
	{"b\xc3\xbc"
	 "cher.example",
	 "in ASCII"},
	{"example.com/24", "no address or network"},
	{"example.123", "is no address"},
	{"10.0.0.1\r", "ends with a carriage return"},
	{"10.0.0.1\x1b", "a control character, \\x1b"},
	{"/opt/\u202egpj.exe 10.0.0.1", "U+202E, which shows nothing itself"},
	{"10.0.0.1 # \u2066fine", "U+2066, which shows nothing itself"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		char text[256];

		*wrongs = '\0';
		snprintf(text, sizeof(text), RULES_VERSION "\n%s\n", bad[i].line);
		assert_int_equal(rules_parse(text, strlen(text), note_wrong, NULL, &rules),
				 -EBADMSG);
		if (strncmp(wrongs, "2: ", 3) != 0 || !strstr(wrongs, bad[i].said))
			fail_msg("%s: %s", bad[i].line, wrongs);
	}
}

static void all_that_is_wrong_is_said(void **state)
{
	const char text[] = "version 1\n10.0.0\n10.0.0.1\n*:443\n";

	(void)state;
	*wrongs = '\0';
	assert_int_equal(rules_parse(text, sizeof(text) - 1, note_wrong, NULL, &rules), -EBADMSG);
	assert_non_null(strstr(wrongs, "2: "));
	assert_null(strstr(wrongs, "3: "));
	assert_non_null(strstr(wrongs, "4: "));
	assert_int_equal(rules.rules.n, 0);
}

static void the_first_line_is_the_version(void **state)
{
	static const char *const texts[] = {"10.0.0.1\n",     "\n",	     "# version 1\n",
					    "version\n",      "version 2\n", "version 1 x\n",
					    "\"version\" 1\n"};
	const char zero[] = "version 1\n10.0.0.1\0\n";

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		*wrongs = '\0';
		assert_int_equal(rules_parse(texts[i], strlen(texts[i]), note_wrong, NULL, &rules),
				 -EBADMSG);
		assert_non_null(strstr(wrongs, "version"));
	}
	assert_int_equal(rules_parse(zero, sizeof(zero) - 1, note_wrong, NULL, &rules), -EBADMSG);
	assert_int_equal(rules_parse("", 0, note_wrong, NULL, &rules), 0);
	assert_int_equal(rules.rules.n, 0);
	assert_int_equal(rules_parse("version 1 # of 2026", 19, note_wrong, NULL, &rules), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_rule_has_a_process_a_destination_and_ports, teardown),
		cmocka_unit_test_teardown(quotes_are_read, teardown),
		cmocka_unit_test_teardown(networks_have_a_family, teardown),
		cmocka_unit_test_teardown(what_is_wrong_is_said_with_its_line, teardown),
		cmocka_unit_test_teardown(all_that_is_wrong_is_said, teardown),
		cmocka_unit_test_teardown(the_first_line_is_the_version, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
