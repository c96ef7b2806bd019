// SPDX-License-Identifier: MIT
/* The extract of the kernel's types, compared with what libbpf reads of all of them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>
// clang-format off
#include <cmocka.h>
// clang-format on

#include <bpf/btf.h>

#include "probe/types.h"

static struct btf *kernel;

static int load_kernel(void **state)
{
	(void)state;
	kernel = btf__load_vmlinux_btf();
	return 0;
}

static int free_kernel(void **state)
{
	(void)state;
	btf__free(kernel);
	return 0;
}

/* What an object's BTF is looked at for: the names of its types. */
static struct btf *object_with(const char *const *structs, size_t n)
{
	struct btf *object = btf__new_empty();

	for (size_t i = 0; i < n; i++)
		assert_true(btf__add_struct(object, structs[i], 4) > 0);
	return object;
}

static struct btf *extract_of(const struct btf *object, struct kernel_type *wanted, size_t n)
{
	char path[TYPES_PATH_MAX];
	int fd = types_open(path);
	struct btf *extract;

	assert_true(fd >= 0);
	assert_int_equal(types_fill(fd, object, wanted, n), 0);
	extract = btf__parse(path, NULL);
	assert_non_null(extract);
	types_close(&fd);
	assert_int_equal(fd, -1);
	return extract;
}

static void same_members(const struct btf *extract, const struct btf_type *a,
			 const struct btf_type *b)
{
	for (int i = 0; i < btf_vlen(a); i++) {
		const struct btf_member *x = &btf_members(a)[i], *y = &btf_members(b)[i];

		assert_string_equal(btf__name_by_offset(extract, x->name_off),
				    btf__name_by_offset(kernel, y->name_off));
		assert_int_equal(x->type, y->type);
		assert_int_equal(x->offset, y->offset);
		assert_int_equal(btf__resolve_size(extract, x->type),
				 btf__resolve_size(kernel, y->type));
	}
}

static void keeps_a_type(void **state)
{
	const char *const names[] = {"sock", "task_struct___form"};
	const char *const kept[] = {"sock", "task_struct"};
	struct btf *object, *extract;

	(void)state;
	if (!kernel)
		skip();
	object = object_with(names, 2);
	extract = extract_of(object, NULL, 0);
	for (size_t i = 0; i < 2; i++) {
		int id = btf__find_by_name_kind(kernel, kept[i], BTF_KIND_STRUCT);
		const struct btf_type *a = btf__type_by_id(extract, id);
		const struct btf_type *b = btf__type_by_id(kernel, id);

		assert_string_equal(btf__name_by_offset(extract, a->name_off), kept[i]);
		assert_int_equal(a->info, b->info);
		assert_int_equal(a->size, b->size);
		same_members(extract, a, b);
	}
	btf__free(extract);
	btf__free(object);
}

/* A pointer's target is no part of what has the pointer. */
static void leaves_out_the_rest(void **state)
{
	const char *const name = "list_head";
	struct btf *object, *extract;

	(void)state;
	if (!kernel)
		skip();
	object = object_with(&name, 1);
	extract = extract_of(object, NULL, 0);
	assert_true(btf__find_by_name_kind(extract, "list_head", BTF_KIND_STRUCT) > 0);
	assert_int_equal(btf__find_by_name_kind(extract, "task_struct", BTF_KIND_STRUCT), -ENOENT);
	assert_true(btf__type_cnt(extract) <= btf__type_cnt(kernel));
	btf__free(extract);
	btf__free(object);
}

static void keeps_values(void **state)
{
	struct btf *object, *extract;
	const struct btf_type *a, *b;
	int id;

	(void)state;
	if (!kernel)
		skip();
	object = btf__new_empty();
	assert_true(btf__add_enum(object, "bpf_func_id", 4) > 0);
	extract = extract_of(object, NULL, 0);
	id = btf__find_by_name_kind(kernel, "bpf_func_id", BTF_KIND_ENUM);
	a = btf__type_by_id(extract, id);
	b = btf__type_by_id(kernel, id);
	assert_int_equal(a->info, b->info);
	for (int i = 0; i < btf_vlen(a); i++) {
		assert_string_equal(btf__name_by_offset(extract, btf_enum(a)[i].name_off),
				    btf__name_by_offset(kernel, btf_enum(b)[i].name_off));
		assert_int_equal(btf_enum(a)[i].val, btf_enum(b)[i].val);
	}
	btf__free(extract);
	btf__free(object);
}

static void finds_what_is_wanted(void **state)
{
	struct kernel_type wanted[] = {
		{"btf_trace_inet_sock_set_state", BTF_KIND_TYPEDEF, 0},
		{"bpf_iter_task_file", BTF_KIND_FUNC, 0},
		{"no_such_function", BTF_KIND_FUNC, 0},
	};
	struct btf *object = btf__new_empty();

	(void)state;
	if (!kernel)
		skip();
	btf__free(extract_of(object, wanted, 3));
	for (size_t i = 0; i < 3; i++) {
		int id = btf__find_by_name_kind(kernel, wanted[i].name, wanted[i].kind);

		assert_int_equal(wanted[i].id, id > 0 ? id : 0);
	}
	btf__free(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_a_type),
		cmocka_unit_test(leaves_out_the_rest),
		cmocka_unit_test(keeps_values),
		cmocka_unit_test(finds_what_is_wanted),
	};

	return cmocka_run_group_tests(tests, load_kernel, free_kernel);
}
