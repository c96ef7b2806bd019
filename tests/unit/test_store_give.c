// SPDX-License-Identifier: MIT
/* A store is given to another user, and nothing that is none of it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/store_fixture.h"

#define UID 65530
#define GID 65531

/* Who is not root can give nothing away. */
static void need_root(void)
{
	if (geteuid()) {
		print_message("skip: needs root\n");
		skip();
	}
}

static const char *in_store(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", t.dir, name);
	return path;
}

static void assert_owner(const char *path, uid_t uid, gid_t gid)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_gid, gid);
}

static void all_of_it_is_given(void **state)
{
	(void)state;
	need_root();
	open_store(BOOT);
	append_lines(1, 10);
	close_store();
	open_store(BOOT2);
	assert_int_equal(mkdir(in_store("lost+found"), 0700), 0);
	assert_int_equal(store_give(t.store, UID, GID), 0);
	assert_owner(t.dir, UID, GID);
	assert_owner(in_store("lock"), UID, GID);
	assert_owner(in_store(BOOT), UID, GID);
	assert_owner(in_store(BOOT2), UID, GID);
	assert_owner(path_of(BOOT, 1), UID, GID);
	/* What is not a store's is not given with it. */
	assert_owner(in_store("lost+found"), 0, 0);
	rmdir(in_store("lost+found"));
}

static void a_directory_for_more_than_a_store_is_not(void **state)
{
	(void)state;
	need_root();
	open_store(BOOT);
	write_whole(in_store("other"), "x", 1);
	assert_int_equal(store_give(t.store, UID, GID), -ENOTEMPTY);
	assert_owner(t.dir, 0, 0);
	assert_owner(in_store(BOOT), 0, 0);
	unlink(in_store("other"));
}

static void such_a_directory_is_left_as_it_was(void **state)
{
	struct error error;

	(void)state;
	write_whole(in_store("other"), "x", 1);
	assert_int_equal(store_open(t.dir, BOOT, &t.limits, &t.store, &error), -ENOTEMPTY);
	assert_non_null(strstr(error.text, "more in it than a store"));
	assert_int_not_equal(access(in_store("lock"), F_OK), 0);
	assert_int_not_equal(access(in_store(BOOT), F_OK), 0);
	unlink(in_store("other"));
}

static void a_file_with_further_names_is_not(void **state)
{
	char other[128];

	(void)state;
	need_root();
	open_store(BOOT);
	append_lines(1, 10);
	close_store();
	open_store(BOOT2);
	snprintf(other, sizeof(other), "%s.other", t.dir);
	assert_int_equal(link(path_of(BOOT, 1), other), 0);
	assert_int_equal(store_give(t.store, UID, GID), -EMLINK);
	assert_owner(other, 0, 0);
	unlink(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		store_row(all_of_it_is_given),
		store_row(a_directory_for_more_than_a_store_is_not),
		store_row(such_a_directory_is_left_as_it_was),
		store_row(a_file_with_further_names_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
