// SPDX-License-Identifier: MIT
/* What tells hosts and boots apart: what files say, and what they must not be taken for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/host.h"

static char path[] = "/tmp/test_host.XXXXXX";

static void write_file(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void an_id_is_the_first_line_as_it_is(void **state)
{
	static const char *const good[] = {
		"0123456789abcdef0123456789abcdef\n",
		"0123456789abcdef0123456789abcdef",
		"0123456789abcdef0123456789abcdef\nmore\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		write_file(good[i]);
		assert_string_equal(host_read_from(path, "/nonexistent").id,
				    "0123456789abcdef0123456789abcdef");
	}
	write_file("8a8b4b2a-0000-4000-8000-000000000001\n");
	assert_string_equal(host_read_from("/nonexistent", path).boot_id,
			    "8a8b4b2a-0000-4000-8000-000000000001");
}

static void what_is_no_id_is_not_known(void **state)
{
	static const char *const wrong[] = {
		"",
		"\n",
		"uninitialized\n",
		"0123456789abcdef0123456789abcde\n",
		"0123456789abcdef0123456789abcdef0\n",
		"0123456789ABCDEF0123456789ABCDEF\n",
		" 0123456789abcdef0123456789abcdef\n",
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
		"\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct host host;

		write_file(wrong[i]);
		host = host_read_from(path, path);
		assert_string_equal(host.id, "");
		assert_string_equal(host.boot_id, "");
	}
}

static void this_host_has_its_name_and_the_kernel_its_boot(void **state)
{
	struct host host = host_read(), again = host_read();
	struct utsname names;

	(void)state;
	assert_int_equal(uname(&names), 0);
	assert_string_equal(host.name, names.nodename);
	assert_int_equal(strlen(host.boot_id), 36);
	assert_string_equal(host.boot_id, again.boot_id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_the_first_line_as_it_is),
		cmocka_unit_test(what_is_no_id_is_not_known),
		cmocka_unit_test(this_host_has_its_name_and_the_kernel_its_boot),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
