// SPDX-License-Identifier: MIT
/* What --exe, --container and --unit let pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/wanted.h"
#include "util/array.h"

#define ID "0375b48a72e3c0ffee0123456789abcdef0123456789abcdef0123456789abcd"

static const struct image curl = {.exe = "/usr/bin/curl"};
static const struct image deep = {.exe_tail = "deep/bin/curl"};
static const struct image memory = {.memfd = "curl"};
static const struct image nothing;

static const struct cgroup nginx = {.path = "/system.slice/nginx.service", .unit = "nginx.service"};
static const struct cgroup root = {.path = "/"};
static const struct cgroup docker = {.path = "/system.slice/docker-" ID ".scope",
				     .container_id = ID,
				     .unit = "docker-" ID ".scope"};
static const struct cgroup named = {
	.path = "/x/" ID, .container_id = ID, .pod_container = "web", .pod_name = "web-0"};
static const struct cgroup lxc = {.path = "/lxc.payload.web", .container_name = "web"};
static const struct cgroup fargate = {
	.path = "/ecs/x/y", .container_id = "0123456789abcdef0123456789abcdef-1234567890"};
static const struct cgroup lost;
/* Of its path, only the end is known. */
static const struct cgroup deep_docker = {.container_id = ID, .unit = "docker-" ID ".scope"};

/* A filter of `texts`, each with a `!` before it if it is to be left out. */
static void fill(struct choice *choice, const char *const *texts)
{
	for (; *texts; texts++) {
		bool left_out = **texts == '!';

		assert_int_equal(wanted_add(choice, left_out, *texts + left_out), 0);
	}
}

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

static enum fit exe_of(const char *const *texts, const struct image *image)
{
	struct wanted wanted = {0};
	const struct event event = {.image = image};
	enum fit fit;

	fill(&wanted.exes, texts);
	fit = wanted_fit(&wanted, &event);
	wanted_free(&wanted);
	return fit;
}

static enum fit container_of_text(const char *text, const struct cgroup *cgroup)
{
	struct wanted wanted = {0};
	const struct event event = {.cgroup = cgroup};
	enum fit fit;

	fill(&wanted.containers, TEXTS(text));
	fit = wanted_fit(&wanted, &event);
	wanted_free(&wanted);
	return fit;
}

static enum fit unit_of(const char *text, const struct cgroup *cgroup)
{
	struct wanted wanted = {0};
	const struct event event = {.cgroup = cgroup};
	enum fit fit;

	fill(&wanted.units, TEXTS(text));
	fit = wanted_fit(&wanted, &event);
	wanted_free(&wanted);
	return fit;
}

static void without_a_filter_all_are_wanted(void **state)
{
	const struct wanted wanted = {0};
	const struct event event = {0};

	(void)state;
	assert_int_equal(wanted_fit(&wanted, &event), FIT_YES);
}

static void executables_fit_by_path_or_name(void **state)
{
	static const struct {
		const char *text;
		const struct image *image;
		enum fit fit;
	} cases[] = {
		{"/usr/bin/curl", &curl, FIT_YES},
		{"/bin/curl", &curl, FIT_NO},
		{"/usr/bin/cur", &curl, FIT_NO},
		{"/usr/bin/curl2", &curl, FIT_NO},
		{"curl", &curl, FIT_YES},
		{"url", &curl, FIT_NO},
		{"memfd:curl", &curl, FIT_NO},
		/* What is not known of a path is not guessed. */
		{"curl", &deep, FIT_YES},
		{"bin", &deep, FIT_NO},
		{"/opt/deep/bin/curl", &deep, FIT_UNKNOWN},
		{"/deep/bin/curl", &deep, FIT_UNKNOWN},
		{"/opt/undeep/bin/curl", &deep, FIT_NO},
		{"/bin/curl", &deep, FIT_NO},
		/* A memfd cannot pass for a file. */
		{"memfd:curl", &memory, FIT_YES},
		{"memfd:curl2", &memory, FIT_NO},
		{"curl", &memory, FIT_NO},
		{"/curl", &memory, FIT_NO},
		{"curl", &nothing, FIT_UNKNOWN},
		{"/usr/bin/curl", NULL, FIT_UNKNOWN},
		{"memfd:curl", NULL, FIT_UNKNOWN},
		{"!curl", NULL, FIT_YES},
		{"!curl", &curl, FIT_NO},
		{"!/opt/deep/bin/curl", &deep, FIT_YES},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (exe_of(TEXTS(cases[i].text), cases[i].image) != cases[i].fit)
			fail_msg("case %zu: %s", i, cases[i].text);
}

static void a_file_named_like_a_memfd_is_none(void **state)
{
	static const struct image trick = {.exe = "/tmp/memfd:curl"};

	(void)state;
	assert_int_equal(exe_of(TEXTS("memfd:curl"), &trick), FIT_NO);
	assert_int_equal(exe_of(TEXTS("/tmp/memfd:curl"), &trick), FIT_YES);
}

static void texts_of_one_kind_are_alternatives(void **state)
{
	(void)state;
	assert_int_equal(exe_of(TEXTS("ssh", "curl"), &curl), FIT_YES);
	assert_int_equal(exe_of(TEXTS("ssh", "wget"), &curl), FIT_NO);
	assert_int_equal(exe_of(TEXTS("/x/deep/bin/curl", "curl"), &deep), FIT_YES);
	assert_int_equal(exe_of(TEXTS("/x/deep/bin/curl", "ssh"), &deep), FIT_UNKNOWN);
	assert_int_equal(exe_of(TEXTS("!ssh", "!curl"), &curl), FIT_NO);
}

static void what_is_named_and_left_out_is_left_out(void **state)
{
	(void)state;
	assert_int_equal(exe_of(TEXTS("curl", "!/usr/bin/curl"), &curl), FIT_NO);
	assert_int_equal(exe_of(TEXTS("!/usr/bin/wget", "curl"), &curl), FIT_YES);
	assert_int_equal(exe_of(TEXTS("!ssh", "curl"), NULL), FIT_UNKNOWN);
}

static void the_kernel_has_no_executable(void **state)
{
	struct wanted wanted = {0};
	struct event event = {.origin = ORIGIN_KERNEL};

	(void)state;
	fill(&wanted.exes, TEXTS("curl"));
	assert_int_equal(wanted_fit(&wanted, &event), FIT_NO);
	event.image = &curl;
	assert_int_equal(wanted_fit(&wanted, &event), FIT_YES);
	wanted_free(&wanted);
}

static void containers_fit_by_id_or_name(void **state)
{
	static const struct {
		const char *text;
		const struct cgroup *cgroup;
		enum fit fit;
	} cases[] = {
		{ID, &docker, FIT_YES},
		{"0375b48a72e3", &docker, FIT_YES},
		{"0375b48a72e4", &docker, FIT_NO},
		{ID "0", &docker, FIT_NO},
		{"0375b48a72e3", &nginx, FIT_NO},
		{"0375b48a72e3", &root, FIT_NO},
		{"0375b48a72e3", &lost, FIT_UNKNOWN},
		{"0375b48a72e3", NULL, FIT_UNKNOWN},
		{"0375b48a72e3", &deep_docker, FIT_YES},
		{"1375b48a72e3", &deep_docker, FIT_NO},
		{"web", &deep_docker, FIT_UNKNOWN},
		{"!0375b48a72e3", NULL, FIT_YES},
		{"!0375b48a72e3", &docker, FIT_NO},
		{"0123456789abcdef0123456789abcdef-1234567890", &fargate, FIT_YES},
		{"0123456789ab", &fargate, FIT_YES},
		{"0123456789abcdef0123456789abcdef-12345", &fargate, FIT_UNKNOWN},
		{"web", &named, FIT_YES},
		{"web-0", &named, FIT_YES},
		{"db", &named, FIT_NO},
		{"web", &lxc, FIT_YES},
		{"we", &lxc, FIT_NO},
		/* Its names were not looked up. */
		{"web", &docker, FIT_UNKNOWN},
		{"!web", &docker, FIT_YES},
		{"web", &nginx, FIT_NO},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		if (container_of_text(cases[i].text, cases[i].cgroup) != cases[i].fit)
			fail_msg("case %zu: %s", i, cases[i].text);
}

static void names_of_containers_are_told_from_ids(void **state)
{
	struct wanted wanted = {0};

	(void)state;
	assert_false(wanted_has_names(&wanted));
	fill(&wanted.containers, TEXTS(ID, "0375b48a72e3", "!web"));
	assert_false(wanted_has_names(&wanted));
	fill(&wanted.containers, TEXTS("web"));
	assert_true(wanted_has_names(&wanted));
	wanted_free(&wanted);
}

static void units_fit_whole(void **state)
{
	(void)state;
	assert_int_equal(unit_of("nginx.service", &nginx), FIT_YES);
	assert_int_equal(unit_of("nginx.servic", &nginx), FIT_NO);
	assert_int_equal(unit_of("inx.service", &nginx), FIT_NO);
	assert_int_equal(unit_of("nginx.service", &root), FIT_NO);
	assert_int_equal(unit_of("nginx.service", &lost), FIT_UNKNOWN);
	assert_int_equal(unit_of("docker-" ID ".scope", &deep_docker), FIT_YES);
	assert_int_equal(unit_of("nginx.service", &deep_docker), FIT_NO);
	assert_int_equal(unit_of("nginx.service", NULL), FIT_UNKNOWN);
	assert_int_equal(unit_of("!nginx.service", &nginx), FIT_NO);
	assert_int_equal(unit_of("!nginx.service", NULL), FIT_YES);
}

/* And what cannot fit for one kind is not unknown for the sake of another. */
static void all_kinds_must_fit(void **state)
{
	struct wanted wanted = {0};
	struct event event = {.image = &curl, .cgroup = &docker};

	(void)state;
	fill(&wanted.exes, TEXTS("curl"));
	fill(&wanted.containers, TEXTS(ID));
	fill(&wanted.units, TEXTS("!nginx.service"));
	assert_int_equal(wanted_fit(&wanted, &event), FIT_YES);
	event.cgroup = &nginx;
	assert_int_equal(wanted_fit(&wanted, &event), FIT_NO);
	event.image = NULL;
	assert_int_equal(wanted_fit(&wanted, &event), FIT_NO);
	event.cgroup = &docker;
	assert_int_equal(wanted_fit(&wanted, &event), FIT_UNKNOWN);
	wanted_free(&wanted);
}

static void what_covers_another_fits_whatever_that_fits(void **state)
{
	(void)state;
	assert_true(exe_covers("curl", "curl"));
	assert_true(exe_covers("curl", "/usr/bin/curl"));
	assert_false(exe_covers("/usr/bin/curl", "curl"));
	assert_true(exe_covers("/usr/bin/curl", "/usr/bin/curl"));
	assert_false(exe_covers("/bin/curl", "/usr/bin/curl"));
	assert_true(exe_covers("memfd:x", "memfd:x"));
	assert_false(exe_covers("x", "memfd:x"));
	assert_false(exe_covers("b", "memfd:a/b"));
	assert_true(container_covers("0123456789ab", "0123456789abcd"));
	assert_false(container_covers("0123456789abcd", "0123456789ab"));
	assert_true(container_covers("web", "web"));
	assert_false(container_covers("web", "web-0"));
	assert_false(container_covers("0123456789a", "0123456789ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_filter_all_are_wanted),
		cmocka_unit_test(executables_fit_by_path_or_name),
		cmocka_unit_test(a_file_named_like_a_memfd_is_none),
		cmocka_unit_test(texts_of_one_kind_are_alternatives),
		cmocka_unit_test(what_is_named_and_left_out_is_left_out),
		cmocka_unit_test(the_kernel_has_no_executable),
		cmocka_unit_test(containers_fit_by_id_or_name),
		cmocka_unit_test(names_of_containers_are_told_from_ids),
		cmocka_unit_test(units_fit_whole),
		cmocka_unit_test(all_kinds_must_fit),
		cmocka_unit_test(what_covers_another_fits_whatever_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
