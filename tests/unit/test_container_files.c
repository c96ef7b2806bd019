// SPDX-License-Identifier: MIT
/*
 * Names from files of container runtimes and of the kubelet, in a tree of its own. The argument is
 * the directory of the files: its README.md says which are real.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#include "containers/file.h"
#include "containers/find.h"
#include "containers/kubelet.h"
#include "util/array.h"
#include "util/cleanup.h"
#include "unit/tree.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define UID  "91a8fc3a-0ecf-48b4-81bf-78a7275d348c"

/* Of podman-containers.json. */
#define PODMAN_ID "69f30b7d8410100ee8a7b3a771ced97523ae645a5c7b6df462283bc8610cb667"

#define CONTAINERD "/run/containerd/io.containerd.runtime.v2.task/"

static const char *files;

static struct container_question question_of(const char *runtime, const char *id, const char *uid)
{
	struct container_question question = {.key = {1, 2}};

	strcpy(question.runtime, runtime);
	strcpy(question.id, id);
	strcpy(question.pod_uid, uid);
	return question;
}

static void expect_names(const struct tree *tree, const struct container_question *question,
			 const struct container_names *expected)
{
	struct container_names names;

	assert_true(container_question_is_valid(question));
	memset(&names, 0xa5, sizeof(names));
	container_find(tree->root, question, &names);
	assert_string_equal(names.container_name, expected->container_name);
	assert_string_equal(names.image_name, expected->image_name);
	assert_string_equal(names.pod_name, expected->pod_name);
	assert_string_equal(names.pod_namespace, expected->pod_namespace);
	assert_string_equal(names.pod_container, expected->pod_container);
}

static const struct container_names no_names;

/* The file of the directory, there in the tree. */
static void tree_put(const struct tree *tree, const char *path, const char *name)
{
	_cleanup_free_ char *text = NULL;
	char from[PATH_MAX];
	size_t size;

	snprintf(from, sizeof(from), "%s/%s", files, name);
	assert_int_equal(container_file_read(from, &text, &size), 0);
	tree_write(tree, path, text, size);
}

static void each_runtime_has_its_files(void **state)
{
	static const struct {
		const char *runtime, *path, *file, *id;
		struct container_names names;
	} cases[] = {
		{"docker",
		 "/var/lib/docker/containers/" ID_A "/config.v2.json",
		 "docker-config.v2.json",
		 ID_A,
		 {.container_name = "web-demo", .image_name = "demo:1.0"}},
		{"podman",
		 "/var/lib/containers/storage/overlay-containers/containers.json",
		 "podman-containers.json",
		 PODMAN_ID,
		 {.container_name = "web-demo", .image_name = "localhost/demo:1.0"}},
		{"podman",
		 "/var/lib/containers/storage/vfs-containers/volatile-containers.json",
		 "podman-containers.json",
		 PODMAN_ID,
		 {.container_name = "web-demo", .image_name = "localhost/demo:1.0"}},
		{"containerd",
		 CONTAINERD "k8s.io/" ID_A "/config.json",
		 "containerd-config.json",
		 ID_A,
		 {.image_name = "registry.example.com/shop/app:2.3",
		  .pod_name = "web-7d4b9c8f6d-x2x9p",
		  .pod_namespace = "shop",
		  .pod_container = "app"}},
		{"nerdctl",
		 CONTAINERD "default/" ID_A "/config.json",
		 "nerdctl-config.json",
		 ID_A,
		 {.container_name = "web"}},
		{"crio",
		 "/run/containers/storage/overlay-containers/" ID_A "/userdata/config.json",
		 "crio-config.json",
		 ID_A,
		 {.image_name = "registry.example.com/shop/app:2.3",
		  .pod_name = "web-0",
		  .pod_namespace = "shop",
		  .pod_container = "app"}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct container_question question = question_of(cases[i].runtime, cases[i].id, "");
		struct tree tree;

		tree_make(&tree);
		expect_names(&tree, &question, &no_names);
		tree_put(&tree, cases[i].path, cases[i].file);
		expect_names(&tree, &question, &cases[i].names);
		/* A path that does not say the runtime: it can be of any. */
		question = question_of("", cases[i].id, "");
		expect_names(&tree, &question, &cases[i].names);
		question = question_of("systemd-nspawn", cases[i].id, "");
		expect_names(&tree, &question, &no_names);
		question = question_of(cases[i].runtime, ID_B, "");
		expect_names(&tree, &question, &no_names);
		tree_remove(&tree);
	}
}

static void the_kubelet_names_pods_by_their_logs(void **state)
{
	static const struct container_names of_container = {
		.pod_name = "web-0", .pod_namespace = "shop", .pod_container = "app"};
	static const struct container_names of_pod = {.pod_name = "web-1", .pod_namespace = "shop"};
	struct container_question question = question_of("containerd", ID_A, UID);
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_write(&tree, "/var/log/pods/shop_web-1_" UID "/app/0.log", "", 0);
	expect_names(&tree, &question, &of_pod);
	tree_write(&tree, "/var/log/containers/other_shop_app-" ID_B ".log", "", 0);
	tree_write(&tree, "/var/log/containers/web-0_shop_app-" ID_A ".log", "", 0);
	expect_names(&tree, &question, &of_container);
	question = question_of("", "", UID);
	expect_names(&tree, &question, &of_pod);
	tree_remove(&tree);
}

/* What one file does not say, another may. */
static void names_are_put_together(void **state)
{
	static const struct container_names names = {.image_name =
							     "registry.example.com/shop/app:2.3",
						     .pod_name = "web-7d4b9c8f6d-x2x9p",
						     .pod_namespace = "shop",
						     .pod_container = "app"};
	const struct container_question question = question_of("", ID_A, UID);
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_write(&tree, "/var/log/containers/web-7d4b9c8f6d-x2x9p_shop_app-" ID_A ".log", "", 0);
	tree_put(&tree, CONTAINERD "k8s.io/" ID_A "/config.json", "containerd-config.json");
	expect_names(&tree, &question, &names);
	tree_remove(&tree);
}

static void entries_are_of_one_form(void **state)
{
	static const char *const logs[] = {
		"",
		".log",
		"-" ID_A ".log",
		"web_shop-" ID_A ".log",
		"web_shop_-" ID_A ".log",
		"_shop_app-" ID_A ".log",
		"web__app-" ID_A ".log",
		"web_shop_app-" ID_A,
		"web_shop_app-" ID_B ".log",
		"web_shop_app_" ID_A ".log",
		"a_web_shop_app-" ID_A ".log",
		"web_shop_app-" ID_A ".log.1",
		"WEB_shop_app-" ID_A ".log",
		"w\x1b[2J_shop_app-" ID_A ".log",
		"web_0123456789012345678901234567890123456789012345678901234567890123_app-" ID_A
		".log",
	};
	static const char *const pods[] = {
		"",
		"_",
		"_" UID,
		"shop_" UID,
		"_web_" UID,
		"shop__" UID,
		"shop_web_" UID "x",
		"shop_web_x_" UID,
		"sh op_web_" UID,
	};
	struct container_names names;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(logs); i++)
		if (kubelet_container_log(logs[i], ID_A, &names))
			fail_msg("%s", logs[i]);
	for (size_t i = 0; i < ARRAY_SIZE(pods); i++)
		if (kubelet_pod_logs(pods[i], UID, &names))
			fail_msg("%s", pods[i]);
	assert_true(kubelet_container_log("a-b.c_d-e_f-g-" ID_A ".log", ID_A, &names));
	assert_string_equal(names.pod_name, "a-b.c");
	assert_string_equal(names.pod_namespace, "d-e");
	assert_string_equal(names.pod_container, "f-g");
}

/* Not a name of it: half a file may be of before, and half of now. */
static void a_file_that_is_no_json_says_nothing(void **state)
{
	static const char *const texts[] = {
		"",
		"{",
		"{\"Name\":\"/web\"",
		"{\"Name\":\"/web\"}x",
		"[]",
		"\"Name\"",
		"{\"Name\":1}",
		"{\"Name\":[\"/web\"]}",
		"{\"Name\":\"\\u0000\"}",
		"{\"Config\":\"demo\"}",
	};
	const struct container_question question = question_of("docker", ID_A, "");
	struct tree tree;

	(void)state;
	tree_make(&tree);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		tree_write(&tree, "/var/lib/docker/containers/" ID_A "/config.v2.json", texts[i],
			   strlen(texts[i]));
		expect_names(&tree, &question, &no_names);
	}
	tree_remove(&tree);
}

static void hostile_names_are_taken_as_they_are_or_not_at_all(void **state)
{
	static const char odd[] = "{\"Name\":\"/a\\u001b[2J\\n\\\"\xc3\xa9\"}";
	static const struct container_names names = {.container_name = "a\x1b[2J\n\"\xc3\xa9"};
	const struct container_question question = question_of("docker", ID_A, "");
	char text[1024];
	struct tree tree;

	(void)state;
	tree_make(&tree);
	tree_write(&tree, "/var/lib/docker/containers/" ID_A "/config.v2.json", odd, strlen(odd));
	expect_names(&tree, &question, &names);
	snprintf(text, sizeof(text), "{\"Name\":\"/%0256d\"}", 0);
	tree_write(&tree, "/var/lib/docker/containers/" ID_A "/config.v2.json", text, strlen(text));
	expect_names(&tree, &question, &no_names);
	tree_remove(&tree);
}

static void only_regular_files_of_some_size_are_read(void **state)
{
	_cleanup_free_ char *text = NULL;
	char path[PATH_MAX], link[PATH_MAX];
	struct tree tree;
	size_t size = 7;

	(void)state;
	tree_make(&tree);
	tree_write(&tree, "/file", "abc", 3);
	snprintf(path, sizeof(path), "%s/file", tree.root);
	snprintf(link, sizeof(link), "%s/link", tree.root);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(container_file_read(link, &text, &size), -ELOOP);
	assert_int_equal(unlink(link), 0);
	assert_int_equal(mkfifo(link, 0600), 0);
	assert_int_equal(container_file_read(link, &text, &size), -EINVAL);
	assert_int_equal(container_file_read(tree.root, &text, &size), -EINVAL);
	assert_int_equal(container_file_read("/dev/null", &text, &size), -EINVAL);
	assert_int_equal(truncate(path, CONTAINER_FILE_MAX + 1), 0);
	assert_int_equal(container_file_read(path, &text, &size), -EFBIG);
	assert_int_equal(size, 7);
	assert_null(text);
	assert_int_equal(truncate(path, CONTAINER_FILE_MAX), 0);
	assert_int_equal(container_file_read(path, &text, &size), 0);
	assert_int_equal(size, CONTAINER_FILE_MAX);
	tree_remove(&tree);
}

static void no_question_is_a_path(void **state)
{
	struct container_question question = question_of("docker", ID_A, UID);

	(void)state;
	assert_true(container_question_is_valid(&question));
	memset(question.runtime, 'x', sizeof(question.runtime));
	assert_false(container_question_is_valid(&question));
	question = question_of("docker", "", "");
	assert_false(container_question_is_valid(&question));
	question = question_of("docker", "a", "");
	assert_false(container_question_is_valid(&question));
	question = question_of("docker", ID_A, "");
	memcpy(question.id, "../../", 6);
	assert_false(container_question_is_valid(&question));
	question = question_of("docker", ID_A, "");
	question.id[CONTAINER_ID_LEN] = 'a';
	assert_false(container_question_is_valid(&question));
	question = question_of("docker", "", UID);
	question.pod_uid[0] = '/';
	assert_false(container_question_is_valid(&question));
	question = question_of("docker", ID_A, "");
	memset(question.pod_uid, '-', sizeof(question.pod_uid));
	assert_false(container_question_is_valid(&question));
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_runtime_has_its_files),
		cmocka_unit_test(the_kubelet_names_pods_by_their_logs),
		cmocka_unit_test(names_are_put_together),
		cmocka_unit_test(entries_are_of_one_form),
		cmocka_unit_test(a_file_that_is_no_json_says_nothing),
		cmocka_unit_test(hostile_names_are_taken_as_they_are_or_not_at_all),
		cmocka_unit_test(only_regular_files_of_some_size_are_read),
		cmocka_unit_test(no_question_is_a_path),
	};

	if (argc != 2)
		return 2;
	files = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
