// SPDX-License-Identifier: MIT
#include "model/texts.h"

#include <string.h>

#include "util/array.h"

/* Where a struct has its pointers to NUL-terminated texts. */
static const size_t in_image[] = {
	offsetof(struct image, exe),	  offsetof(struct image, exe_tail),
	offsetof(struct image, memfd),	  offsetof(struct image, cwd),
	offsetof(struct image, hostname), offsetof(struct image, script),
};

static const size_t in_cgroup[] = {
	offsetof(struct cgroup, path),		 offsetof(struct cgroup, container_id),
	offsetof(struct cgroup, container_name), offsetof(struct cgroup, runtime),
	offsetof(struct cgroup, pod_uid),	 offsetof(struct cgroup, unit),
	offsetof(struct cgroup, app_id),	 offsetof(struct cgroup, image_name),
	offsetof(struct cgroup, pod_name),	 offsetof(struct cgroup, pod_namespace),
	offsetof(struct cgroup, pod_container),
};

static const char **text_at(const void *base, size_t offset)
{
	return (const char **)((char *)base + offset);
}

static size_t size_of(const void *base, const size_t *offsets, size_t n)
{
	size_t size = 0;

	for (size_t i = 0; i < n; i++) {
		const char *text = *text_at(base, offsets[i]);

		if (text)
			size += strlen(text) + 1;
	}
	return size;
}

/* Has each pointer of the copied struct point to a copy of its text. */
static char *move(void *base, const size_t *offsets, size_t n, char *texts)
{
	for (size_t i = 0; i < n; i++) {
		const char **text = text_at(base, offsets[i]);
		const char *old = *text;

		if (!old)
			continue;
		*text = texts;
		texts = stpcpy(texts, old) + 1;
	}
	return texts;
}

size_t image_texts_size(const struct image *image)
{
	return size_of(image, in_image, ARRAY_SIZE(in_image)) + image->args_size;
}

char *image_copy(struct image *to, const struct image *from, char *texts)
{
	*to = *from;
	texts = move(to, in_image, ARRAY_SIZE(in_image), texts);
	if (!from->args)
		return texts;
	to->args = texts;
	return mempcpy(texts, from->args, from->args_size);
}

size_t cgroup_texts_size(const struct cgroup *cgroup)
{
	return size_of(cgroup, in_cgroup, ARRAY_SIZE(in_cgroup));
}

char *cgroup_copy(struct cgroup *to, const struct cgroup *from, char *texts)
{
	*to = *from;
	return move(to, in_cgroup, ARRAY_SIZE(in_cgroup), texts);
}

size_t dns_names_texts_size(const struct dns_names *names)
{
	size_t size = 0;

	for (size_t i = 0; i < names->n; i++)
		size += strlen(names->names[i]) + 1;
	return size;
}

char *dns_names_copy(struct dns_names *to, const struct dns_names *from, char *texts)
{
	*to = *from;
	for (size_t i = 0; i < from->n; i++) {
		to->names[i] = texts;
		texts = stpcpy(texts, from->names[i]) + 1;
	}
	return texts;
}
