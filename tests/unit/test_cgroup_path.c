// SPDX-License-Identifier: MIT
/* What paths of cgroups say: a table of them (the argument: cgroup-paths.tsv), and two at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "enrich/cgroup_path.h"
#include "util/array.h"
#include "util/cleanup.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define UID  "91a8fc3a-0ecf-48b4-81bf-78a7275d348c"

/* At least as many lines as the table had once: a file that is cut must not pass. */
#define CASES_MIN 150

static const char *table;

static void expect_text(const char *path, const char *what, const char *found, const char *expected)
{
	if (strcmp(found ? found : "-", expected))
		fail_msg("%s: %s: %s, not %s", path, what, found ? found : "-", expected);
}

static void check_row(char *row)
{
	const char *words[7];
	struct cgroup_facts facts;
	struct cgroup cgroup;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		words[i] = strsep(&row, "\t");
		assert_non_null(words[i]);
	}
	memset(&cgroup, 0xa5, sizeof(cgroup));
	cgroup_path_parse(words[0], NULL, &facts, &cgroup);
	expect_text(words[0], "container", cgroup.container_id, words[1]);
	expect_text(words[0], "name", cgroup.container_name, words[2]);
	expect_text(words[0], "runtime", cgroup.runtime, words[3]);
	expect_text(words[0], "pod", cgroup.pod_uid, words[4]);
	expect_text(words[0], "unit", cgroup.unit, words[5]);
	expect_text(words[0], "application", cgroup.app_id, words[6]);
}

static void each_path_says_what_the_table_has(void **state)
{
	_cleanup_fclose_ FILE *file = fopen(table, "re");
	_cleanup_free_ char *line = NULL;
	unsigned int cases = 0;
	size_t size = 0;

	(void)state;
	assert_non_null(file);
	while (getline(&line, &size, file) > 0) {
		line[strcspn(line, "\n")] = 0;
		if (line[0] == '#')
			continue;
		check_row(line);
		cases++;
	}
	assert_true(cases >= CASES_MIN);
}

static void version_1_is_asked_where_version_2_names_no_container(void **state)
{
	static const struct {
		const char *path, *path1, *id, *runtime, *pod, *unit, *app;
	} cases[] = {
		{NULL, NULL, "-", "-", "-", "-", "-"},
		{"/", "/docker/" ID_A, ID_A, "docker", "-", "-", "-"},
		{NULL, "/docker/" ID_A, ID_A, "docker", "-", "-", "-"},
		{"/docker/" ID_A, NULL, ID_A, "docker", "-", "-", "-"},
		{"/docker/" ID_A, "/lxc/" ID_B "/ns", ID_A, "docker", "-", "-", "-"},
		/* The unit of each, version 2's first. */
		{"/a.service", "/docker/" ID_A, ID_A, "docker", "-", "a.service", "-"},
		{"/a.service", "/b.service/docker/" ID_A, ID_A, "docker", "-", "a.service", "-"},
		{"/docker/" ID_A, "/b.service", ID_A, "docker", "-", "b.service", "-"},
		/* The pod is that of the container: of no other path. */
		{"/" ID_A, "/pod" UID "/" ID_B, ID_A, "-", "-", "-", "-"},
		{"/pod" UID, "/" ID_B, ID_B, "-", "-", "-", "-"},
		{"/pod" UID, "/a", "-", "-", UID, "-", "-"},
		{"/a", "/pod" UID, "-", "-", UID, "-", "-"},
		/* So is the application. */
		{"/snap.a.b.service", "/docker/" ID_A, ID_A, "docker", "-", "snap.a.b.service",
		 "-"},
		{"/a", "/snap.a.b.service", "-", "snap", "-", "snap.a.b.service", "a.b"},
		{"/snap.a.b.service", "/pod" UID, "-", "snap", UID, "snap.a.b.service", "a.b"},
	};
	struct cgroup_facts facts;
	struct cgroup cgroup;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cgroup_path_parse(cases[i].path, cases[i].path1, &facts, &cgroup);
		expect_text(cases[i].path, "container", cgroup.container_id, cases[i].id);
		expect_text(cases[i].path, "runtime", cgroup.runtime, cases[i].runtime);
		expect_text(cases[i].path, "pod", cgroup.pod_uid, cases[i].pod);
		expect_text(cases[i].path, "unit", cgroup.unit, cases[i].unit);
		expect_text(cases[i].path, "application", cgroup.app_id, cases[i].app);
	}
}

/* A name as long as the kernel allows is whole; of a longer one, nothing is said. */
static void names_of_any_length_are_harmless(void **state)
{
	char path[8192] = "/lxc.payload.";
	struct cgroup_facts facts;
	struct cgroup cgroup;

	(void)state;
	memset(path + strlen(path), 'n', NAME_MAX + 1 - strlen(path));
	cgroup_path_parse(path, NULL, &facts, &cgroup);
	assert_string_equal(cgroup.container_name, path + strlen("/lxc.payload."));
	strcat(path, "n");
	cgroup_path_parse(path, NULL, &facts, &cgroup);
	assert_null(cgroup.container_name);
	memset(path + 1, '/', sizeof(path) - 2);
	cgroup_path_parse(path, path, &facts, &cgroup);
	memset(path, ':', sizeof(path) - 1);
	cgroup_path_parse(path, path, &facts, &cgroup);
	assert_null(cgroup.container_id);
}

/* No byte of a name is taken for more than it is. */
static void names_of_any_bytes_are_left_as_they_are(void **state)
{
	struct cgroup_facts facts;
	struct cgroup cgroup;

	(void)state;
	cgroup_path_parse("/lxc.payload.\x1b[2J\xff\t\r", NULL, &facts, &cgroup);
	assert_string_equal(cgroup.container_name, "\x1b[2J\xff\t\r");
	cgroup_path_parse("/\x1b]0;x\a.service", NULL, &facts, &cgroup);
	assert_string_equal(cgroup.unit, "\x1b]0;x\a.service");
	cgroup_path_parse("/machine-\\x1b\\xff\\x2e.scope", NULL, &facts, &cgroup);
	assert_string_equal(cgroup.container_name, "\x1b\xff.");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_says_what_the_table_has),
		cmocka_unit_test(version_1_is_asked_where_version_2_names_no_container),
		cmocka_unit_test(names_of_any_length_are_harmless),
		cmocka_unit_test(names_of_any_bytes_are_left_as_they_are),
	};

	if (argc != 2)
		return 2;
	table = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
