// SPDX-License-Identifier: MIT
/*
 * A file that is replaced whole. This program is linked so that renameat(2) is the one below, which
 * hangs for as long as a test holds the gate.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink/replacer.h"

#define LONG_PATIENCE_MS 20000

static char dir[64], path[96], beside[96];
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static struct replacer *replacer;

int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	pthread_mutex_lock(&gate);
	pthread_mutex_unlock(&gate);
	return __real_renameat(from_fd, from, to_fd, to);
}

static int setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/test_replacer.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/metrics.prom", dir);
	snprintf(beside, sizeof(beside), "%s/.metrics.prom.new", dir);
	replacer = NULL;
	return 0;
}

static int remove_entry(const char *entry, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(entry);
}

static int teardown(void **state)
{
	(void)state;
	replacer_close(replacer);
	return nftw(dir, remove_entry, 4, FTW_DEPTH | FTW_PHYS);
}

static void start(void)
{
	struct error error;

	assert_int_equal(replacer_open(path, &replacer, &error), 0);
	assert_int_equal(replacer_start(replacer), 0);
}

static void put(const char *text)
{
	struct buffer *buffer = replacer_buffer(replacer);

	assert_non_null(buffer);
	buffer_puts(buffer, text);
	replacer_put(replacer);
}

static void assert_file(const char *text)
{
	char bytes[256] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_true(fread(bytes, 1, sizeof(bytes) - 1, file) > 0);
	fclose(file);
	assert_string_equal(bytes, text);
}

static void each_version_takes_the_place_of_the_one_before(void **state)
{
	struct stat st;

	(void)state;
	umask(077);
	start();
	put("one\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	assert_file("one\n");
	put("2\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	assert_file("2\n");
	assert_int_equal(replacer_error(replacer), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(access(beside, F_OK), -1);
}

/* What is there is what was put last: nothing is in its place before it is whole. */
static void who_reads_sees_no_part(void **state)
{
	(void)state;
	start();
	put("one\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	pthread_mutex_lock(&gate);
	put("two\n");
	assert_false(replacer_finish(replacer, 1));
	assert_file("one\n");
	assert_null(replacer_buffer(replacer));
	pthread_mutex_unlock(&gate);
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	assert_file("two\n");
	assert_non_null(replacer_buffer(replacer));
}

static void what_is_on_its_way_is_written_at_the_end(void **state)
{
	(void)state;
	start();
	put("last\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	replacer_close(replacer);
	replacer = NULL;
	assert_file("last\n");
}

static void it_grows(void **state)
{
	struct buffer *buffer;
	size_t cap;

	(void)state;
	start();
	buffer = replacer_buffer(replacer);
	cap = buffer->cap;
	assert_int_equal(replacer_grow(replacer), 0);
	assert_true(buffer->cap > cap);
	assert_int_equal(buffer->len, 0);
}

/* A FIFO, which nobody reads: to open it for writing would wait for ever. */
static void what_lies_beside_is_not_waited_for(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(beside, 0600), 0);
	start();
	put("one\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	assert_int_equal(replacer_error(replacer), 0);
	assert_file("one\n");
}

static void an_error_is_told_until_it_is_over(void **state)
{
	char moved[96];

	(void)state;
	snprintf(moved, sizeof(moved), "%s/sub", dir);
	start();
	assert_int_equal(mkdir(path, 0700), 0); /* nothing can take its place */
	assert_int_equal(mkdir(moved, 0700), 0);
	put("one\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	assert_int_equal(replacer_error(replacer), -EISDIR);
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(rmdir(path), 0);
	put("two\n");
	assert_true(replacer_finish(replacer, LONG_PATIENCE_MS));
	assert_int_equal(replacer_error(replacer), 0);
	assert_file("two\n");
}

static void refused(const char *of, int err, const char *says)
{
	struct error error = {.text = ""};

	assert_int_equal(replacer_open(of, &replacer, &error), err);
	assert_null(replacer);
	if (!strstr(error.text, says))
		fail_msg("\"%s\" does not say \"%s\"", error.text, says);
}

static void what_is_no_regular_file_is_refused(void **state)
{
	char link[96], missing[96];

	(void)state;
	snprintf(link, sizeof(link), "%s/link", dir);
	snprintf(missing, sizeof(missing), "%s/missing/x", dir);
	assert_int_equal(symlink("/dev/null", link), 0);
	refused("/dev/null", -EINVAL, "/dev/null is no regular file");
	refused(link, -EINVAL, "is no regular file");
	refused("/tmp/", -EISDIR, "is a directory");
	refused(missing, -ENOENT, "cannot open the directory of");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_version_takes_the_place_of_the_one_before,
						setup, teardown),
		cmocka_unit_test_setup_teardown(who_reads_sees_no_part, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_on_its_way_is_written_at_the_end, setup,
						teardown),
		cmocka_unit_test_setup_teardown(it_grows, setup, teardown),
		cmocka_unit_test_setup_teardown(what_lies_beside_is_not_waited_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_error_is_told_until_it_is_over, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_regular_file_is_refused, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
