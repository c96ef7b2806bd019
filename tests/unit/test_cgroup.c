// SPDX-License-Identifier: MIT
/* Cgroups of this host, where it has version 2. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cgroup.h"

static char root[PATH_MAX];

static void demand_cgroups(void)
{
	if (cgroup_root(root)) {
		puts("cgroup v2 is not mounted");
		skip();
	}
}

static uint64_t inode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void the_root_is_at_level_0(void **state)
{
	uint32_t level = 7;
	uint64_t id = 0;

	(void)state;
	demand_cgroups();
	assert_int_equal(cgroup_find(root, &id, &level), 0);
	assert_int_equal(level, 0);
	assert_int_equal(id, inode_of(root));
}

/* By the directory's path, and by the one below the root; slashes too many are none. */
static void each_step_below_it_is_a_level(void **state)
{
	char above[PATH_MAX + 64], below[PATH_MAX + 128], name[128];
	uint32_t level;
	uint64_t id;

	(void)state;
	demand_cgroups();
	snprintf(above, sizeof(above), "%s/tpconnect-test-%d", root, getpid());
	if (mkdir(above, 0755)) {
		puts("no cgroup can be made");
		skip();
	}
	snprintf(below, sizeof(below), "%s/below", above);
	mkdir(below, 0755);
	id = level = 0;
	if (!cgroup_find(above, &id, &level))
		assert_int_equal(id, inode_of(above));
	assert_int_equal(level, 1);
	snprintf(name, sizeof(name), "/tpconnect-test-%d//below/", getpid());
	level = 0;
	if (!cgroup_find(name, &id, &level))
		assert_int_equal(id, inode_of(below));
	rmdir(below);
	rmdir(above);
	assert_int_equal(level, 2);
}

static void what_is_none_is_refused(void **state)
{
	char file[PATH_MAX + 32];
	uint32_t level = 7;
	uint64_t id = 7;

	(void)state;
	demand_cgroups();
	snprintf(file, sizeof(file), "%s/cgroup.procs", root);
	assert_int_equal(cgroup_find(file, &id, &level), -ENOTDIR);
	assert_int_equal(cgroup_find("/proc/no/such", &id, &level), -ENOENT);
	assert_int_equal(cgroup_find("../../../../proc", &id, &level), -EINVAL);
	assert_int_equal(level, 7);
	assert_int_equal(id, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_at_level_0),
		cmocka_unit_test(each_step_below_it_is_a_level),
		cmocka_unit_test(what_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
