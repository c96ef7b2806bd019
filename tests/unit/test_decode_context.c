// SPDX-License-Identifier: MIT
/* Records of images and cgroups: what they say, and what is none. */
#include "unit/context.h"
#include "unit/decoded.h"

static char texts[TEXTS_MAX];

/* From an allocation of that size, as decode_bytes(). */
static int decode_image(const union process_bytes *bytes, size_t size, struct image *ret)
{
	struct image before;
	char *copy = malloc(size + 1);
	int err;

	memset(ret, 0xa5, sizeof(*ret));
	before = *ret;
	memcpy(copy + 1, bytes, size);
	err = image_decode(copy + 1, size, texts, ret);
	free(copy);
	if (err)
		assert_memory_equal(ret, &before, sizeof(before));
	return err;
}

static struct image image_of(const union process_bytes *bytes)
{
	struct image image;

	assert_int_equal(decode_image(bytes, bytes->record.head.size, &image), 0);
	return image;
}

static void assert_no_image(const union process_bytes *bytes, int err)
{
	struct image image;

	assert_int_equal(decode_image(bytes, bytes->record.head.size, &image), err);
}

/* With an executable, as these flags have it. */
static union process_bytes with_exe(__u32 flags, const char *text, size_t size)
{
	union process_bytes bytes = process_sample();

	bytes.record.flags = flags;
	process_text(&bytes, TEXT_EXE, text, size);
	return bytes;
}

static void a_path_is_turned_round(void **state)
{
	union process_bytes bytes = with_exe(PROCESS_HAS_EXE, TEXT("curl\0bin\0usr"));

	(void)state;
	assert_string_equal(image_of(&bytes).exe, "/usr/bin/curl");
	bytes = with_exe(PROCESS_HAS_EXE, TEXT("a"));
	assert_string_equal(image_of(&bytes).exe, "/a");
	bytes = with_exe(PROCESS_HAS_EXE, "", 0);
	assert_string_equal(image_of(&bytes).exe, "/");
	bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_DELETED, TEXT("\xff\n \0\"b\""));
	assert_string_equal(image_of(&bytes).exe, "/\"b\"/\xff\n ");
	assert_true(image_of(&bytes).exe_deleted);
}

static void of_a_path_that_was_cut_only_the_end_is_told(void **state)
{
	union process_bytes bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_CUT, TEXT("curl\0bin"));

	(void)state;
	assert_null(image_of(&bytes).exe);
	assert_string_equal(image_of(&bytes).exe_tail, "bin/curl");
	bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_CUT, "", 0);
	assert_null(image_of(&bytes).exe);
	assert_null(image_of(&bytes).exe_tail);
}

static void a_memfd_has_a_name_and_no_path(void **state)
{
	union process_bytes bytes = with_exe(
		PROCESS_HAS_EXE | PROCESS_EXE_MEMFD | PROCESS_EXE_DELETED, TEXT("a/memfd:b"));

	(void)state;
	assert_string_equal(image_of(&bytes).memfd, "a/memfd:b");
	assert_null(image_of(&bytes).exe);
	assert_false(image_of(&bytes).exe_deleted);
	bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_MEMFD, TEXT(""));
	assert_string_equal(image_of(&bytes).memfd, "");
	bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_MEMFD, "", 0);
	assert_string_equal(image_of(&bytes).memfd, "");
	bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_MEMFD, TEXT("a\0b"));
	assert_no_image(&bytes, -EBADMSG);
	bytes = with_exe(PROCESS_HAS_EXE | PROCESS_EXE_MEMFD | PROCESS_EXE_CUT, TEXT("a"));
	assert_no_image(&bytes, -EBADMSG);
}

static void the_file_is_named_by_device_and_inode(void **state)
{
	union process_bytes bytes = with_exe(PROCESS_HAS_EXE, TEXT("a"));

	(void)state;
	assert_int_equal(image_of(&bytes).has, 0);
	bytes.record.exe_inode = 1234567890123;
	bytes.record.exe_device = 0xfd1u << 20 | 0xabcde;
	assert_int_equal(image_of(&bytes).has, IMAGE_HAS_EXE_FILE);
	assert_int_equal(image_of(&bytes).exe_inode, 1234567890123);
	assert_int_equal(image_of(&bytes).exe_major, 0xfd1);
	assert_int_equal(image_of(&bytes).exe_minor, 0xabcde);
	bytes.record.flags = 0;
	bytes.record.sizes[TEXT_EXE] = 0;
	bytes.record.head.size = sizeof(bytes.record);
	assert_int_equal(image_of(&bytes).has, 0);
}

/* A directory that is gone has no path, and of one whose beginning is not known nothing is told. */
static void a_directory_is_told_only_where_it_is_all_there(void **state)
{
	union process_bytes bytes = process_sample();

	(void)state;
	assert_null(image_of(&bytes).cwd);
	bytes.record.flags = PROCESS_HAS_CWD;
	assert_string_equal(image_of(&bytes).cwd, "/");
	process_text(&bytes, TEXT_CWD, TEXT("b\0a"));
	assert_string_equal(image_of(&bytes).cwd, "/a/b");
	bytes.record.flags = PROCESS_HAS_CWD | PROCESS_CWD_CUT;
	assert_null(image_of(&bytes).cwd);
	bytes.record.flags = PROCESS_HAS_CWD | PROCESS_CWD_DELETED;
	assert_null(image_of(&bytes).cwd);
	bytes.record.texts[1] = 'x'; /* no NUL between, and one component */
	bytes.record.texts[3] = 'x'; /* and none behind */
	assert_no_image(&bytes, -EBADMSG);
}

static void words_are_told_as_they_are(void **state)
{
	union process_bytes bytes = process_sample();

	(void)state;
	process_text(&bytes, TEXT_HOSTNAME, TEXT("ctr-host"));
	process_text(&bytes, TEXT_SCRIPT, TEXT("./x/y.sh"));
	assert_string_equal(image_of(&bytes).hostname, "ctr-host");
	assert_string_equal(image_of(&bytes).script, "./x/y.sh");
	bytes.record.texts[sizeof("ctr-host") - 1] = 'x';
	assert_no_image(&bytes, -EBADMSG);
	bytes.record.texts[sizeof("ctr-host") - 1] = '\0';
	bytes.record.texts[2] = '\0';
	assert_no_image(&bytes, -EBADMSG);
	bytes = process_sample();
	process_text(&bytes, TEXT_HOSTNAME, TEXT(""));
	assert_null(image_of(&bytes).hostname);
}

static void arguments_are_told_with_their_nuls(void **state)
{
	union process_bytes bytes = process_sample();
	struct image image = image_of(&bytes);

	(void)state;
	assert_null(image.args);
	bytes.record.flags = PROCESS_HAS_ARGS;
	image = image_of(&bytes);
	assert_int_equal(image.has, IMAGE_HAS_ARGS);
	assert_int_equal(image.args_size, 0);
	bytes.record.flags |= PROCESS_ARGS_EXEC;
	bytes.record.args_size = sizeof("a\0\0b c");
	process_text(&bytes, TEXT_ARGS, TEXT("a\0\0b c"));
	image = image_of(&bytes);
	assert_int_equal(image.args_size, sizeof("a\0\0b c"));
	assert_memory_equal(image.args, "a\0\0b c", sizeof("a\0\0b c"));
	assert_true(image.args_exec);
	assert_false(image.args_cut);
}

static void cut_arguments_are_fewer_than_there_are(void **state)
{
	union process_bytes bytes = process_sample();

	(void)state;
	bytes.record.flags = PROCESS_HAS_ARGS | PROCESS_ARGS_CUT;
	bytes.record.args_size = 3;
	process_text(&bytes, TEXT_ARGS, "a\0b", 3);
	assert_no_image(&bytes, -EBADMSG);
	bytes.record.args_size = 4;
	assert_true(image_of(&bytes).args_cut);
	assert_false(image_of(&bytes).args_exec);
	bytes.record.flags = PROCESS_HAS_ARGS;
	assert_no_image(&bytes, -EBADMSG);
	bytes = process_sample();
	bytes.record.flags = PROCESS_HAS_ARGS;
	bytes.record.args_size = ARGS_MAX + 1;
	process_text(&bytes, TEXT_ARGS, texts, ARGS_MAX + 1);
	assert_no_image(&bytes, -EBADMSG);
}

static void what_is_unset_is_absent(void **state)
{
	union process_bytes bytes = process_sample();

	(void)state;
	assert_int_equal(image_of(&bytes).has, 0);
	bytes.record.ruid = 0;
	assert_int_equal(image_of(&bytes).has, IMAGE_HAS_REAL_UID);
	bytes.record.login_uid = 1000;
	bytes.record.session_id = 3;
	assert_int_equal(image_of(&bytes).has,
			 IMAGE_HAS_REAL_UID | IMAGE_HAS_LOGIN_UID | IMAGE_HAS_SESSION_ID);
	assert_int_equal(image_of(&bytes).login_uid, 1000);
	assert_int_equal(image_of(&bytes).session_id, 3);
}

static void ancestors_are_told_in_their_order(void **state)
{
	union process_bytes bytes = process_sample();
	struct image image;

	(void)state;
	for (unsigned int i = 0; i < ANCESTORS_MAX; i++) {
		bytes.record.ancestors[i] =
			(struct process_ancestor){.start_ns = i, .pid = 100 + i};
		bytes.record.ancestors[i].comm[0] = (char)('a' + i);
	}
	bytes.record.n_ancestors = ANCESTORS_MAX;
	image = image_of(&bytes);
	assert_int_equal(image.n_ancestors, ANCESTORS_MAX);
	for (unsigned int i = 0; i < ANCESTORS_MAX; i++) {
		assert_int_equal(image.ancestors[i].pid, 100 + i);
		assert_int_equal(image.ancestors[i].start_ns, i);
		assert_int_equal(image.ancestors[i].comm[0], 'a' + i);
	}
	bytes.record.n_ancestors = ANCESTORS_MAX + 1;
	assert_no_image(&bytes, -EBADMSG);
	bytes.record.n_ancestors = 2;
	memset(bytes.record.ancestors[1].comm, 'x', COMM_LEN);
	assert_no_image(&bytes, -EBADMSG);
	bytes.record.n_ancestors = 1;
	assert_int_equal(image_of(&bytes).n_ancestors, 1);
}

static void what_belongs_to_a_flag_is_there_only_with_it(void **state)
{
	static const __u32 alone[] = {PROCESS_EXE_DELETED, PROCESS_EXE_MEMFD, PROCESS_EXE_CUT,
				      PROCESS_CWD_DELETED, PROCESS_CWD_CUT,   PROCESS_ARGS_EXEC,
				      PROCESS_ARGS_CUT,	   1u << 10};
	static const enum process_text texts_of_flags[] = {TEXT_EXE, TEXT_CWD, TEXT_ARGS};
	union process_bytes bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		bytes = process_sample();
		bytes.record.flags = alone[i];
		assert_no_image(&bytes, -EBADMSG);
	}
	for (size_t i = 0; i < 3; i++) {
		bytes = process_sample();
		process_text(&bytes, texts_of_flags[i], TEXT("a"));
		assert_no_image(&bytes, -EBADMSG);
	}
}

static void an_image_has_a_name_of_its_own(void **state)
{
	union process_bytes bytes = process_sample();
	struct image image;

	(void)state;
	bytes.record.exec_id = 9;
	image = image_of(&bytes);
	assert_int_equal(image.key.start_ns, 500);
	assert_int_equal(image.key.pid, 10);
	assert_int_equal(image.key.exec_id, 9);
	bytes.record.pid = 0;
	assert_no_image(&bytes, -EBADMSG);
}

static void a_path_that_is_none_is_refused(void **state)
{
	union process_bytes bytes = with_exe(PROCESS_HAS_EXE, "a\0b", 3);

	(void)state;
	assert_no_image(&bytes, -EBADMSG);
	bytes = with_exe(PROCESS_HAS_EXE, TEXT("a\0\0b"));
	assert_no_image(&bytes, -EBADMSG);
	bytes = with_exe(PROCESS_HAS_EXE, TEXT(""));
	assert_no_image(&bytes, -EBADMSG);
	bytes = with_exe(PROCESS_HAS_EXE, TEXT("a/b\0c"));
	assert_no_image(&bytes, -EBADMSG);
}

static void a_path_has_no_more_components_than_are_taken(void **state)
{
	char components[2 * PATH_DEPTH_MAX + 2] = "";
	union process_bytes bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(components); i += 2)
		components[i] = 'a';
	bytes = with_exe(PROCESS_HAS_EXE, components, 2 * PATH_DEPTH_MAX);
	assert_int_equal(strlen(image_of(&bytes).exe), 2 * PATH_DEPTH_MAX);
	bytes = with_exe(PROCESS_HAS_EXE, components, sizeof(components));
	assert_no_image(&bytes, -EBADMSG);
}

static void sizes_must_add_up(void **state)
{
	union process_bytes bytes = with_exe(PROCESS_HAS_EXE, TEXT("curl"));
	struct image image;

	(void)state;
	for (size_t size = 0; size <= bytes.record.head.size + 8u; size++)
		assert_int_equal(decode_image(&bytes, size, &image),
				 size == bytes.record.head.size ? 0 : -EMSGSIZE);
	bytes.record.sizes[TEXT_EXE]--;
	assert_no_image(&bytes, -EMSGSIZE);
	bytes.record.sizes[TEXT_EXE] += 2;
	assert_no_image(&bytes, -EMSGSIZE);
	bytes.record.sizes[TEXT_EXE] = 0xffff;
	bytes.record.sizes[TEXT_CWD] = 0xffff;
	assert_no_image(&bytes, -EMSGSIZE);
}

static void the_longest_texts_fit(void **state)
{
	union process_bytes bytes = process_sample();
	char *guarded = malloc(TEXTS_MAX);
	struct image image;
	static char all[RECORD_SIZE_MAX - sizeof(struct process_record)];
	size_t size = sizeof(all);

	(void)state;
	memset(all, 'a', size - 1);
	bytes.record.flags = PROCESS_HAS_EXE | PROCESS_HAS_CWD;
	process_text(&bytes, TEXT_EXE, all, size);
	assert_int_equal(image_decode(&bytes, sizeof(bytes), guarded, &image), 0);
	assert_int_equal(strlen(image.exe), size);
	assert_string_equal(image.cwd, "/");
	free(guarded);
}

static void of_another_interface_or_kind_it_is_refused(void **state)
{
	union process_bytes bytes = process_sample();

	(void)state;
	bytes.record.head.kind = EVENT_CGROUP;
	assert_no_image(&bytes, -EBADMSG);
	bytes.record.head.interface++;
	assert_no_image(&bytes, -EPROTONOSUPPORT);
}

/* Cgroups */

static int decode_cgroup(const union cgroup_bytes *bytes, size_t size, struct cgroup *ret,
			 struct cgroup_paths *paths)
{
	char *copy = malloc(size + 1);
	int err;

	memcpy(copy + 1, bytes, size);
	err = cgroup_decode(copy + 1, size, texts, ret, paths);
	free(copy);
	return err;
}

static void assert_paths(const union cgroup_bytes *bytes, const char *shown, const char *path,
			 const char *path1)
{
	struct cgroup_paths paths;
	struct cgroup cgroup;

	assert_int_equal(decode_cgroup(bytes, bytes->record.head.size, &cgroup, &paths), 0);
	assert_int_equal(cgroup.key.id, 77);
	assert_int_equal(cgroup.key.id1, bytes->record.id1);
	if (shown)
		assert_string_equal(cgroup.path, shown);
	else
		assert_null(cgroup.path);
	assert_string_equal(paths.path, path);
	if (path1)
		assert_string_equal(paths.path1, path1);
	else
		assert_null(paths.path1);
}

static void a_cgroup_has_its_path(void **state)
{
	union cgroup_bytes bytes = cgroup_sample(TEXT("cron.service\0system.slice"));

	(void)state;
	assert_paths(&bytes, "/system.slice/cron.service", "/system.slice/cron.service", NULL);
	bytes = cgroup_sample("", 0);
	assert_paths(&bytes, "/", "/", NULL);
}

static void of_two_paths_the_one_that_says_more_is_shown(void **state)
{
	union cgroup_bytes bytes = cgroup_sample("", 0);

	(void)state;
	cgroup_path1(&bytes, 5, TEXT("b\0a"));
	assert_paths(&bytes, "/a/b", "/", "/a/b");
	bytes = cgroup_sample(TEXT("x"));
	cgroup_path1(&bytes, 5, TEXT("b\0a"));
	assert_paths(&bytes, "/x", "/x", "/a/b");
	bytes = cgroup_sample(TEXT("x"));
	cgroup_path1(&bytes, 5, "", 0);
	assert_paths(&bytes, "/x", "/x", "/");
}

static void the_end_of_a_path_is_not_shown_as_one(void **state)
{
	union cgroup_bytes bytes = cgroup_sample(TEXT("y\0x"));

	(void)state;
	bytes.record.flags = CGROUP_CUT;
	assert_paths(&bytes, NULL, "x/y", NULL);
	cgroup_path1(&bytes, 5, TEXT("b\0a"));
	assert_paths(&bytes, NULL, "x/y", "/a/b");
	bytes.record.flags = CGROUP_CUT1;
	assert_paths(&bytes, "/x/y", "/x/y", "a/b");
	bytes = cgroup_sample("", 0);
	cgroup_path1(&bytes, 5, TEXT("b\0a"));
	bytes.record.flags = CGROUP_CUT1;
	assert_paths(&bytes, NULL, "/", "a/b");
}

static void assert_no_cgroup(const union cgroup_bytes *bytes, int err)
{
	struct cgroup_paths paths;
	struct cgroup cgroup;

	assert_int_equal(decode_cgroup(bytes, bytes->record.head.size, &cgroup, &paths), err);
}

static void what_is_no_record_of_a_cgroup_is_refused(void **state)
{
	union cgroup_bytes good = cgroup_sample(TEXT("y\0x")), bytes;
	struct cgroup_paths paths;
	struct cgroup cgroup;

	(void)state;
	for (size_t size = 0; size <= good.record.head.size + 8u; size++)
		assert_int_equal(decode_cgroup(&good, size, &cgroup, &paths),
				 size == good.record.head.size ? 0 : -EMSGSIZE);
	bytes = good;
	bytes.record.flags = 4;
	assert_no_cgroup(&bytes, -EBADMSG);
	bytes = good;
	bytes.record.id = 0;
	assert_no_cgroup(&bytes, -EBADMSG);
	bytes = good;
	bytes.record.flags = CGROUP_CUT1;
	assert_no_cgroup(&bytes, -EBADMSG);
	bytes = good;
	cgroup_path1(&bytes, 0, TEXT("z"));
	assert_no_cgroup(&bytes, -EBADMSG);
	bytes = good;
	cgroup_path1(&bytes, 5, "z", 1);
	assert_no_cgroup(&bytes, -EBADMSG);
	bytes = cgroup_sample("z", 1);
	assert_no_cgroup(&bytes, -EBADMSG);
	bytes = good;
	bytes.record.head.kind = EVENT_PROCESS;
	assert_no_cgroup(&bytes, -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_turned_round),
		cmocka_unit_test(of_a_path_that_was_cut_only_the_end_is_told),
		cmocka_unit_test(a_memfd_has_a_name_and_no_path),
		cmocka_unit_test(the_file_is_named_by_device_and_inode),
		cmocka_unit_test(a_directory_is_told_only_where_it_is_all_there),
		cmocka_unit_test(words_are_told_as_they_are),
		cmocka_unit_test(arguments_are_told_with_their_nuls),
		cmocka_unit_test(cut_arguments_are_fewer_than_there_are),
		cmocka_unit_test(what_is_unset_is_absent),
		cmocka_unit_test(ancestors_are_told_in_their_order),
		cmocka_unit_test(what_belongs_to_a_flag_is_there_only_with_it),
		cmocka_unit_test(an_image_has_a_name_of_its_own),
		cmocka_unit_test(a_path_that_is_none_is_refused),
		cmocka_unit_test(a_path_has_no_more_components_than_are_taken),
		cmocka_unit_test(sizes_must_add_up),
		cmocka_unit_test(the_longest_texts_fit),
		cmocka_unit_test(of_another_interface_or_kind_it_is_refused),
		cmocka_unit_test(a_cgroup_has_its_path),
		cmocka_unit_test(of_two_paths_the_one_that_says_more_is_shown),
		cmocka_unit_test(the_end_of_a_path_is_not_shown_as_one),
		cmocka_unit_test(what_is_no_record_of_a_cgroup_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
