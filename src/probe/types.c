// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/types.h"
#include "util/cleanup.h"
#include "util/vector.h"

/* Bytes of the kernel's whole BTF, of which it is an extract: that of Linux 6.18 has 5.5 MB. */
#define FILE_SIZE_MAX (16 * 1024 * 1024)

struct extract {
	struct btf *kernel;
	__u32 n;	      /* types of the kernel's, `void` included */
	bool *needed;	      /* for each of them */
	struct vector names;  /* const char *: sorted; what the object calls its types */
	struct vector unseen; /* __u32: needed types whose parts were not yet looked at */
	FILE *types, *strings;
	__u32 strings_size;
};

int types_open(char path[static TYPES_PATH_MAX])
{
	struct rlimit limit;
	int fd, err;

	if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < FILE_SIZE_MAX)
		return -EFBIG;
	fd = memfd_create("tpconnect-types", MFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	snprintf(path, TYPES_PATH_MAX, "/proc/self/fd/%d", fd);
	if (!access(path, R_OK))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

void types_close(int *fd)
{
	cleanup_close(fd);
	*fd = -1;
}

/* Mapped, which the kernel allows since Linux 6.16; libbpf 1.1 reads it by pages. NULL: not so. */
static struct btf *btf_mapped(void)
{
	_cleanup_close_ int fd = open("/sys/kernel/btf/vmlinux", O_RDONLY | O_CLOEXEC);
	struct stat file;
	struct btf *btf;
	void *bytes;

	if (fd < 0 || fstat(fd, &file))
		return NULL;
	bytes = mmap(NULL, file.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return NULL;
	btf = btf__new(bytes, file.st_size);
	munmap(bytes, file.st_size);
	return btf;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* CO-RE looks for these by name. */
static bool is_looked_for(const struct btf_type *type)
{
	return type->name_off &&
	       (btf_is_composite(type) || btf_is_any_enum(type) || btf_is_typedef(type));
}

/* The object's names, without what stands behind `___`: that tells apart the forms of one type. */
static int collect_names(struct extract *extract, const struct btf *object)
{
	for (__u32 id = 1; id < btf__type_cnt(object); id++) {
		const struct btf_type *type = btf__type_by_id(object, id);
		const char *name = btf__name_by_offset(object, type->name_off), *form;
		char *copy;

		if (!is_looked_for(type))
			continue;
		form = strstr(name, "___");
		copy = form ? strndup(name, form - name) : strdup(name);
		if (!copy || vector_push(&extract->names, &copy, sizeof(copy))) {
			free(copy);
			return -ENOMEM;
		}
	}
	/* Without names there is no array, which qsort(3) demands. */
	if (extract->names.n)
		qsort(extract->names.items, extract->names.n, sizeof(char *), compare_names);
	return 0;
}

static int need(struct extract *extract, __u32 id)
{
	if (!id || extract->needed[id])
		return 0;
	extract->needed[id] = true;
	return vector_push(&extract->unseen, &id, sizeof(id));
}

static void match_wanted(const struct btf_type *type, const char *name, __u32 id,
			 struct kernel_type *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (btf_kind(type) == wanted[i].kind && !strcmp(name, wanted[i].name))
			wanted[i].id = id;
}

static int find_types(struct extract *extract, struct kernel_type *wanted, size_t n)
{
	int err = 0;

	for (__u32 id = 1; !err && id < extract->n; id++) {
		const struct btf_type *type = btf__type_by_id(extract->kernel, id);
		const char *name = btf__name_by_offset(extract->kernel, type->name_off);

		if (btf_is_func(type) || btf_is_typedef(type))
			match_wanted(type, name, id, wanted, n);
		if (extract->names.n && is_looked_for(type) &&
		    bsearch(&name, extract->names.items, extract->names.n, sizeof(name),
			    compare_names))
			err = need(extract, id);
	}
	return err;
}

/* What a pointer points to is no part of it: no relocation goes through a pointer. */
static int need_parts(struct extract *extract, const struct btf_type *type)
{
	const struct btf_member *members = btf_members(type);
	int err = 0;

	if (btf_is_mod(type) || btf_is_typedef(type))
		return need(extract, type->type);
	if (btf_is_array(type))
		return need(extract, btf_array(type)->type);
	for (int i = 0; btf_is_composite(type) && !err && i < btf_vlen(type); i++)
		err = need(extract, members[i].type);
	return err;
}

static int find_parts(struct extract *extract)
{
	int err = 0;

	while (!err && extract->unseen.n) {
		__u32 id = ((__u32 *)extract->unseen.items)[--extract->unseen.n];

		err = need_parts(extract, btf__type_by_id(extract->kernel, id));
	}
	return err;
}

static __u32 put_name(struct extract *extract, __u32 offset)
{
	const char *name = btf__name_by_offset(extract->kernel, offset);
	__u32 at = extract->strings_size;

	if (!offset)
		return 0;
	extract->strings_size += fwrite_unlocked(name, 1, strlen(name) + 1, extract->strings);
	return at;
}

/* How many words each item of a record has behind its head; the first of them is its name. */
static size_t item_words(const struct btf_type *type)
{
	if (btf_is_composite(type))
		return sizeof(struct btf_member) / sizeof(__u32);
	if (btf_is_enum(type))
		return sizeof(struct btf_enum) / sizeof(__u32);
	return btf_is_enum64(type) ? sizeof(struct btf_enum64) / sizeof(__u32) : 0;
}

static void put_type(struct extract *extract, const struct btf_type *type)
{
	struct btf_type head = *type;
	const __u32 *item = (const __u32 *)(type + 1);
	size_t words = item_words(type);

	head.name_off = put_name(extract, type->name_off);
	fwrite_unlocked(&head, sizeof(head), 1, extract->types);
	for (int i = 0; words && i < btf_vlen(type); i++, item += words) {
		__u32 name = put_name(extract, item[0]);

		fwrite_unlocked(&name, sizeof(name), 1, extract->types);
		fwrite_unlocked(item + 1, sizeof(*item), words - 1, extract->types);
	}
	if (btf_is_int(type))
		fwrite_unlocked(item, sizeof(*item), 1, extract->types);
	else if (btf_is_array(type))
		fwrite_unlocked(item, sizeof(struct btf_array), 1, extract->types);
}

/* Records of other kinds are no part of a type that has a size. */
static bool can_put(const struct btf_type *type)
{
	return item_words(type) || btf_is_int(type) || btf_is_array(type) || btf_is_fwd(type) ||
	       btf_is_mod(type) || btf_is_typedef(type) || btf_is_float(type);
}

static void put_types(struct extract *extract)
{
	const struct btf_type other = {.info = BTF_KIND_PTR << 24};
	__u32 last = extract->n - 1;

	while (last && !extract->needed[last])
		last--;
	for (__u32 id = 1; id <= last; id++) {
		const struct btf_type *type = btf__type_by_id(extract->kernel, id);

		if (extract->needed[id] && can_put(type))
			put_type(extract, type);
		else
			fwrite_unlocked(&other, sizeof(other), 1, extract->types);
	}
}

/* Where names that are not there point to comes first: an empty one. */
static int write_types(struct extract *extract, char **ret_strings)
{
	size_t size;

	extract->strings = open_memstream(ret_strings, &size);
	if (!extract->strings)
		return -errno;
	fputc('\0', extract->strings);
	extract->strings_size = 1;
	fseek(extract->types, sizeof(struct btf_header), SEEK_SET);
	put_types(extract);
	return fclose(extract->strings) ? -errno : 0;
}

/* The head comes last, when the sizes of what follows it are known. */
static int write_extract(struct extract *extract, int fd)
{
	struct btf_header head = {
		.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(head)};
	_cleanup_free_ char *strings = NULL;
	int own = dup(fd), err;
	_cleanup_fclose_ FILE *types = own < 0 ? NULL : fdopen(own, "w");

	if (!types) {
		err = -errno;
		if (own >= 0)
			close(own);
		return err;
	}
	extract->types = types;
	err = write_types(extract, &strings);
	if (err)
		return err;
	head.str_off = head.type_len = ftell(types) - sizeof(head);
	head.str_len = extract->strings_size;
	fwrite(strings, 1, head.str_len, types);
	fseek(types, 0, SEEK_SET); /* unlike rewind(3), it keeps the mark of an error */
	fwrite(&head, sizeof(head), 1, types);
	return fflush(types) || ferror(types) ? -EIO : 0;
}

static void extract_free(struct extract *extract)
{
	for (size_t i = 0; i < extract->names.n; i++)
		free(((char **)extract->names.items)[i]);
	vector_free(&extract->names);
	vector_free(&extract->unseen);
	free(extract->needed);
	btf__free(extract->kernel);
}

int types_fill(int fd, const struct btf *object, struct kernel_type *wanted, size_t n)
{
	struct extract extract = {.kernel = btf_mapped()};
	int err;

	if (!extract.kernel)
		extract.kernel = btf__load_vmlinux_btf();
	if (!extract.kernel)
		return -errno;
	extract.n = btf__type_cnt(extract.kernel);
	extract.needed = calloc(extract.n, sizeof(*extract.needed));
	err = extract.needed ? collect_names(&extract, object) : -ENOMEM;
	if (!err)
		err = find_types(&extract, wanted, n);
	if (!err)
		err = find_parts(&extract);
	if (!err && fd >= 0)
		err = write_extract(&extract, fd);
	extract_free(&extract);
	return err;
}
