// SPDX-License-Identifier: MIT
#include "model/wanted.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Whether a text of a choice fits the event. */
typedef enum fit fit_fn(const char *text, const struct event *event);

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_memfd(const char *text)
{
	return !strncmp(text, MEMFD_PREFIX, strlen(MEMFD_PREFIX));
}

static enum fit equal(const char *a, const char *b)
{
	return b && !strcmp(a, b) ? FIT_YES : FIT_NO;
}

/* Of a path whose beginning is not known: every path that ends so can be it. */
static enum fit tail_fit(const char *path, const char *tail)
{
	size_t len = strlen(path), tail_len = strlen(tail);

	return len > tail_len && path[len - tail_len - 1] == '/' &&
			       !strcmp(path + len - tail_len, tail)
		       ? FIT_UNKNOWN
		       : FIT_NO;
}

enum fit exe_fit(const char *text, const struct event *event)
{
	const struct image *image = event->image;
	const char *path = image ? image->exe ? image->exe : image->exe_tail : NULL;

	if (!path && !(image && image->memfd)) /* the kernel itself runs no executable */
		return event->origin == ORIGIN_KERNEL ? FIT_NO : FIT_UNKNOWN;
	if (is_memfd(text))
		return equal(text + strlen(MEMFD_PREFIX), image->memfd);
	if (!path)
		return FIT_NO;
	if (*text != '/')
		return equal(text, last_component(path));
	return image->exe ? equal(text, path) : tail_fit(text, path);
}

bool is_hex(const char *text, size_t least)
{
	size_t len = strlen(text);

	return len >= least && strspn(text, "0123456789abcdef") == len;
}

static bool is_start(const char *start, const char *text)
{
	return !strncmp(start, text, strlen(start));
}

bool wanted_has_names(const struct wanted *wanted)
{
	char *const *items = wanted->containers.named.items;

	for (size_t i = 0; i < wanted->containers.named.n; i++)
		if (!is_hex(items[i], CONTAINER_ID_MIN))
			return true;
	return false;
}

static enum fit container_fit(const char *text, const struct event *event)
{
	const struct cgroup *cgroup = event->cgroup;

	if (!cgroup)
		return FIT_UNKNOWN;
	if (cgroup->container_id &&
	    (equal(text, cgroup->container_id) ||
	     (is_hex(text, CONTAINER_ID_MIN) && is_start(text, cgroup->container_id))))
		return FIT_YES;
	if (equal(text, cgroup->container_name) || equal(text, cgroup->pod_container) ||
	    equal(text, cgroup->pod_name))
		return FIT_YES;
	if (!cgroup->path && !cgroup->container_id && !cgroup->container_name)
		return FIT_UNKNOWN; /* the end of the path, which is all that is known, has none */
	/* A container whose names nobody has looked up can have any name. */
	return cgroup->container_id && !cgroup->container_name && !cgroup->pod_container &&
			       !is_hex(text, CONTAINER_ID_MIN)
		       ? FIT_UNKNOWN
		       : FIT_NO;
}

static enum fit unit_fit(const char *text, const struct event *event)
{
	const struct cgroup *cgroup = event->cgroup;

	/* Also where no more than the end of the path is known: it has the innermost. */
	return cgroup && (cgroup->path || cgroup->unit) ? equal(text, cgroup->unit) : FIT_UNKNOWN;
}

/* FIT_NO if there are none. */
static enum fit any_fit(const struct vector *texts, fit_fn *fit, const struct event *event)
{
	char *const *items = texts->items;
	enum fit best = FIT_NO;

	for (size_t i = 0; i < texts->n && best != FIT_YES; i++) {
		enum fit one = fit(items[i], event);

		best = one > best ? one : best;
	}
	return best;
}

static enum fit choice_fit(const struct choice *choice, fit_fn *fit, const struct event *event)
{
	if (any_fit(&choice->left_out, fit, event) == FIT_YES)
		return FIT_NO;
	return choice->named.n ? any_fit(&choice->named, fit, event) : FIT_YES;
}

static enum fit least(enum fit a, enum fit b)
{
	return a < b ? a : b;
}

enum fit wanted_fit(const struct wanted *wanted, const struct event *event)
{
	return least(choice_fit(&wanted->exes, exe_fit, event),
		     least(choice_fit(&wanted->containers, container_fit, event),
			   choice_fit(&wanted->units, unit_fit, event)));
}

bool exe_covers(const char *outer, const char *inner)
{
	if (*outer == '/' || is_memfd(outer) || is_memfd(inner))
		return !strcmp(outer, inner);
	return !strcmp(outer, last_component(inner));
}

bool container_covers(const char *outer, const char *inner)
{
	return !strcmp(outer, inner) || (is_hex(outer, CONTAINER_ID_MIN) &&
					 is_hex(inner, CONTAINER_ID_MIN) && is_start(outer, inner));
}

int wanted_add(struct choice *choice, bool left_out, const char *text)
{
	char *copy = strdup(text);
	int err = copy ? choice_push(choice, left_out, &copy, sizeof(copy)) : -ENOMEM;

	if (err)
		free(copy);
	return err;
}

static void texts_free(struct vector *texts)
{
	char **items = texts->items;

	for (size_t i = 0; i < texts->n; i++)
		free(items[i]);
	vector_free(texts);
}

static void choice_free_texts(struct choice *choice)
{
	texts_free(&choice->named);
	texts_free(&choice->left_out);
}

void wanted_free(struct wanted *wanted)
{
	choice_free_texts(&wanted->exes);
	choice_free_texts(&wanted->containers);
	choice_free_texts(&wanted->units);
}
