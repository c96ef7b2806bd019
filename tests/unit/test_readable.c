// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/readable.h"

/* A FIFO that nobody writes to would be waited for. */
static void only_a_regular_file_is_read(void **state)
{
	char directory[] = "/tmp/readable.XXXXXX", path[64];
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	assert_string_equal(unreadable_reason(directory), "it is a directory");
	snprintf(path, sizeof(path), "%s/file", directory);
	assert_string_equal(unreadable_reason(path), "No such file or directory");
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_null(unreadable_reason(path));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_string_equal(unreadable_reason(path), "it is not a regular file");
	unlink(path);
	rmdir(directory);
	assert_string_equal(unreadable_reason("/dev/null"), "it is not a regular file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_regular_file_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
