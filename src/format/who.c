// SPDX-License-Identifier: MIT
#include "format/who.h"

#include <stdio.h>
#include <string.h>

#include "format/dns.h"
#include "util/array.h"

static struct word word_of(const char *text)
{
	return (struct word){text, text ? strlen(text) : 0};
}

bool who_is_named_by(const char *path, const char *comm)
{
	const char *slash = strrchr(path, '/');

	return !strncmp(slash ? slash + 1 : path, comm, COMM_LEN - 1);
}

struct word who_container(const struct event *event)
{
	const struct cgroup *cgroup = event->cgroup;
	struct word id;

	if (!cgroup)
		return word_of(NULL);
	if (!cgroup->container_id)
		return word_of(cgroup->container_name);
	id = word_of(cgroup->container_id);
	if (id.len > CONTAINER_DIGITS)
		id.len = CONTAINER_DIGITS;
	return id;
}

const char *who_container_name(const struct event *event)
{
	const struct cgroup *cgroup = event->cgroup;

	if (!cgroup || !cgroup->container_id)
		return NULL;
	return cgroup->container_name ? cgroup->container_name : cgroup->pod_container;
}

struct word who_unit(const struct event *event)
{
	struct word unit = word_of(event->cgroup ? event->cgroup->unit : NULL);
	size_t len = strlen(".service");

	if (who_container(event).text || unit.len < len ||
	    memcmp(unit.text + unit.len - len, ".service", len) != 0)
		return word_of(NULL);
	return unit;
}

struct word who_next_arg(const struct image *image, size_t *at)
{
	size_t rest = image->args_size - *at;
	struct word arg;

	if (!rest)
		return word_of(NULL);
	arg.text = image->args + *at;
	arg.len = strnlen(arg.text, rest);
	*at += arg.len < rest ? arg.len + 1 : rest;
	return arg;
}

void who_place_cell(struct cell *cell, const struct event *event, unsigned int max)
{
	const char *name = who_container_name(event);
	struct word word = name ? word_of(name) : who_container(event);
	char digits[CONTAINER_DIGITS + 1];

	cell_start(cell);
	if (!word.text)
		word = who_unit(event);
	if (word.text && word.text[word.len]) { /* there are more digits */
		snprintf(digits, sizeof(digits), "%s", word.text);
		word.text = digits;
	}
	if (word.text)
		cell_name(cell, word.text, max);
}

void who_exe_cell(struct cell *cell, const char *exe, const char *exe_tail, const char *memfd,
		  unsigned int max)
{
	if (exe)
		cell_path(cell, "", exe, max);
	else if (exe_tail)
		cell_path(cell, EXE_TAIL_PREFIX, exe_tail, max);
	else if (memfd)
		cell_path(cell, MEMFD_PREFIX, memfd, max);
	else
		cell_word(cell, "-");
}

static size_t sum_of_sizes(const char *const texts[], size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += word_of(texts[i]).len;
	return sum;
}

static size_t image_text_size(const struct image *i)
{
	const char *const texts[] = {i->exe, i->exe_tail, i->memfd, i->cwd, i->hostname, i->script};

	return sum_of_sizes(texts, ARRAY_SIZE(texts)) +
	       (i->has & IMAGE_HAS_ARGS ? i->args_size : 0);
}

static size_t cgroup_text_size(const struct cgroup *c)
{
	const char *const texts[] = {c->path,	       c->container_id, c->container_name,
				     c->runtime,       c->pod_uid,	c->unit,
				     c->app_id,	       c->image_name,	c->pod_name,
				     c->pod_namespace, c->pod_container};

	return sum_of_sizes(texts, ARRAY_SIZE(texts));
}

size_t who_text_size(const struct event *event)
{
	return (event->image ? image_text_size(event->image) : 0) +
	       (event->cgroup ? cgroup_text_size(event->cgroup) : 0) + dns_text_size(event->names);
}
