// SPDX-License-Identifier: MIT
/* What reaches stderr of the program's own messages. */
#include <string.h>

#include "unit/said.h"
#include "util/log.h"

/* Calls say() with a file in the place of stderr; what it wrote there is in said. */
static void listen_to(void (*say)(const char *name), const char *name)
{
	listen_to_stderr();
	say(name);
	heard();
}

static void say_error(const char *name)
{
	log_error("cannot write to %s: it is full", name);
}

static void say_as_library(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_library(format, args);
	va_end(args);
}

static void say_lines(const char *name)
{
	say_as_library("libbpf: %s\nand so on\n", name);
}

static void a_message_is_one_line(void **state)
{
	(void)state;
	listen_to(say_error, "a\nb");
	assert_string_equal(said, "tpconnect: cannot write to a\\nb: it is full\n");
}

static void no_name_reaches_the_terminal_as_a_sequence(void **state)
{
	(void)state;
	listen_to(say_error, "\x1b[2J\xc2\x9b\r\xff");
	assert_string_equal(said, "tpconnect: cannot write to \\x1b[2J\\xc2\\x9b\\x0d\\xff: it is "
				  "full\n");
	listen_to(say_error, "na\u00efve a\\b");
	assert_string_equal(said, "tpconnect: cannot write to na\u00efve a\\b: it is full\n");
}

static void a_long_name_does_not_push_the_reason_off(void **state)
{
	char name[PATH_MAX];

	(void)state;
	memset(name, '\n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	listen_to(say_error, name);
	assert_true(strlen(said) > 2 * sizeof(name));
	assert_string_equal(said + strlen(said) - strlen("\\n: it is full\n"), "\\n: it is full\n");
}

static void a_library_may_say_several_lines_but_no_sequence(void **state)
{
	(void)state;
	listen_to(say_lines, "\x1b[2J\xff");
	assert_string_equal(said, "libbpf: \\x1b[2J\\xff\n  and so on\n");
	listen_to(say_lines, "x\ntpconnect: forged");
	assert_string_equal(said, "libbpf: x\n  tpconnect: forged\n  and so on\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line),
		cmocka_unit_test(no_name_reaches_the_terminal_as_a_sequence),
		cmocka_unit_test(a_long_name_does_not_push_the_reason_off),
		cmocka_unit_test(a_library_may_say_several_lines_but_no_sequence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
