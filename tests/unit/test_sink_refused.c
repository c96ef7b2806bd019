// SPDX-License-Identifier: MIT
/* Which files are made, and which are refused: a record is nobody else's to read. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/sink_fixture.h"
#include "util/array.h"

static void assert_refused(const char *path, const char *why)
{
	int err = sink_open_file(path, &t.sink);

	assert_true(err < 0);
	assert_null(t.sink);
	if (!strstr(sink_strerror(err), why))
		fail_msg("\"%s\" does not say \"%s\"", sink_strerror(err), why);
}

static mode_t mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void open_and_close(const char *path)
{
	assert_int_equal(sink_open_file(path, &t.sink), 0);
	sink_close(t.sink);
	t.sink = NULL;
}

static void a_file_is_made_for_its_owner_alone_whatever_the_umask(void **state)
{
	static const mode_t masks[] = {0, 022, 077, 0277, 0777};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(masks); i++) {
		mode_t mask = umask(masks[i]);

		open_and_close(t.path);
		assert_int_equal(umask(mask), masks[i]);
		assert_int_equal(mode_of(t.path), 0600);
		assert_int_equal(unlink(t.path), 0);
	}
}

static void the_mode_of_a_file_of_before_stays(void **state)
{
	(void)state;
	append_to_file(t.path, "");
	assert_int_equal(chmod(t.path, 0640), 0);
	open_and_close(t.path);
	assert_int_equal(mode_of(t.path), 0640);
}

static void a_link_is_not_followed(void **state)
{
	(void)state;
	assert_int_equal(symlink(t.other, t.path), 0);
	assert_refused(t.path, "symbolic link");
	assert_int_equal(access(t.other, F_OK), -1);
	append_to_file(t.other, "");
	assert_refused(t.path, "symbolic link");
	/* A link that leads nowhere but to itself is one as well. */
	assert_int_equal(unlink(t.path), 0);
	assert_int_equal(symlink(t.path, t.path), 0);
	assert_refused(t.path, "symbolic link");
}

static void a_link_in_a_directory_above_is_followed(void **state)
{
	char path[192];

	(void)state;
	assert_int_equal(symlink(t.dir, t.other), 0);
	snprintf(path, sizeof(path), "%s/out", t.other);
	open_and_close(path);
	assert_int_equal(mode_of(t.path), 0600);
}

static void a_loop_above_is_told_as_such(void **state)
{
	char path[192];

	(void)state;
	assert_int_equal(symlink(t.other, t.other), 0);
	snprintf(path, sizeof(path), "%s/out", t.other);
	assert_refused(path, strerror(ELOOP));
}

static void a_file_with_another_name_is_refused(void **state)
{
	(void)state;
	append_to_file(t.path, "");
	assert_int_equal(link(t.path, t.other), 0);
	assert_refused(t.path, "hard links");
	assert_int_equal(unlink(t.other), 0);
	open_and_close(t.path);
}

static void a_file_of_another_user_is_refused(void **state)
{
	(void)state;
	if (geteuid())
		skip(); /* only root can give a file away */
	append_to_file(t.path, "");
	assert_int_equal(chown(t.path, 65534, 0), 0);
	assert_refused(t.path, "another user");
	/* In a directory that is everybody's, the kernel may be the one who refuses it. */
	assert_int_equal(chmod(t.dir, 01777), 0);
	assert_int_equal(chmod(t.path, 0666), 0);
	assert_refused(t.path, "another user");
}

static void what_is_no_regular_file_may_have_many_names_and_any_owner(void **state)
{
	(void)state;
	open_and_close("/dev/null");
	assert_int_equal(mkfifo(t.path, 0600), 0);
	assert_int_equal(link(t.path, t.other), 0);
	t.reader = open(t.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	open_and_close(t.path);
}

static void the_names_of_standard_output_and_error_say_the_way_out(void **state)
{
	static const char *const names[] = {"/dev/stdout", "/dev/stderr",     "/dev/fd/1",
					    "/dev/fd/2",   "/proc/self/fd/1", "/proc/self/fd/2"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_refused(names[i], "leave -w out");
}

/* A shell's >(...). */
static void a_descriptor_of_the_users_may_be_named(void **state)
{
	int ends[2];
	char path[32];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	t.reader = ends[0];
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[1]);
	assert_int_equal(sink_open_file(path, &t.sink), 0);
	assert_int_equal(put_lines(0, 10), 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_true(read_some(t.reader, SIZE_MAX) > 0);
	assert_int_equal(assert_lines(t.text, t.len, 0), 10);
	sink_close(t.sink);
	t.sink = NULL;
	close(ends[1]);
	assert_refused(path, strerror(ENOENT));
	assert_refused("/dev/fd/x", strerror(ENOENT));
	assert_refused("/dev/fd/99999999999999999999", strerror(ENOENT));
}

static void after_a_refused_reopen_the_old_file_stays_in_use(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(symlink("/dev/null", t.path), 0);
	put_lines(10, 10);
	assert_non_null(strstr(sink_strerror(sink_reopen(t.sink)), "symbolic link"));
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.other, 0, 20);
	/* The old file is not of before; but the new one is, and has its name. */
	assert_int_equal(unlink(t.path), 0);
	assert_int_equal(link(t.other, t.path), 0);
	assert_non_null(strstr(sink_strerror(sink_reopen(t.sink)), "hard links"));
	assert_int_equal(unlink(t.path), 0);
	assert_int_equal(sink_reopen(t.sink), SINK_LEFT_WHOLE);
	assert_int_equal(mode_of(t.path), 0600);
}

static void others_can_read_what_is_in_a_file_of_such_a_mode(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_false(sink_is_readable_by_others(t.sink));
	assert_int_equal(chmod(t.path, 0640), 0);
	assert_false(sink_is_readable_by_others(t.sink));
	assert_int_equal(chmod(t.path, 0644), 0);
	assert_true(sink_is_readable_by_others(t.sink));
	/* Whoever made an empty one has chosen its mode for what is to come. */
	assert_int_equal(truncate(t.path, 0), 0);
	assert_false(sink_is_readable_by_others(t.sink));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_file_is_made_for_its_owner_alone_whatever_the_umask),
		row(the_mode_of_a_file_of_before_stays),
		row(a_link_is_not_followed),
		row(a_link_in_a_directory_above_is_followed),
		row(a_loop_above_is_told_as_such),
		row(a_file_with_another_name_is_refused),
		row(a_file_of_another_user_is_refused),
		row(what_is_no_regular_file_may_have_many_names_and_any_owner),
		row(the_names_of_standard_output_and_error_say_the_way_out),
		row(a_descriptor_of_the_users_may_be_named),
		row(after_a_refused_reopen_the_old_file_stays_in_use),
		row(others_can_read_what_is_in_a_file_of_such_a_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
