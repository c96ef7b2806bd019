// SPDX-License-Identifier: MIT
#include "audit/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/address.h"
#include "util/utf8.h"
#include "util/width.h"

void learn_free(struct vector *lines)
{
	char **items = lines->items;

	for (size_t i = 0; i < lines->n; i++)
		free(items[i]);
	vector_free(lines);
}

/* Who reads a diff of rules must see all of it: what shows nothing itself is escaped, too. */
static void put_shown(struct buffer *out, const char *text, bool quoted)
{
	size_t len = strlen(text), step;
	uint32_t code_point;

	for (; len; text += step, len -= step) {
		step = utf8_step(text, len, &code_point);
		if (step && char_steers(code_point))
			for (size_t i = 0; i < step; i++)
				put_escaped(out, text + i, 1, quoted);
		else
			put_escaped(out, text, step = step ? step : 1, quoted);
	}
}

/* A word as rules_parse() reads it. escaped: its first byte must not be taken for a path's. */
static void put_rule_word(struct buffer *out, const char *text, bool escaped)
{
	bool plain = *text && !escaped && *text != '#' && !strpbrk(text, " \t\"\\");
	size_t begin = out->len, len = strlen(text);

	put_shown(out, text, false);
	if (plain && out->len - begin == len)
		return;
	out->len = begin;
	buffer_literal(out, "\"");
	if (escaped) {
		buffer_literal(out, "\\x2f");
		text++;
	}
	put_shown(out, text, true);
	buffer_literal(out, "\"");
}

static void put_process(struct buffer *out, const struct event *event)
{
	if (event->image && event->image->exe)
		put_rule_word(out, event->image->exe, false);
	else if (event->has & EVENT_HAS_PROCESS)
		put_rule_word(out, event->comm, *event->comm == '/');
	else
		return;
	buffer_putc(out, ' ');
}

static void put_destination(struct buffer *out, const struct event *event, const char *name)
{
	bool brackets = !name && event->family == 6;

	if (brackets)
		buffer_putc(out, '[');
	if (name)
		buffer_puts(out, name);
	else
		put_zoned_address(out, event->dst.addr, event->family, event->dst.scope_id);
	if (brackets)
		buffer_putc(out, ']');
	buffer_putc(out, ':');
	buffer_u64(out, event->dst.port);
}

void learn_put(struct buffer *out, const struct event *event, const char *name)
{
	put_process(out, event);
	put_destination(out, event, name);
}

static int add_rule(struct vector *lines, const struct event *event, const char *name)
{
	char text[LEARN_RULE_MAX];
	struct buffer out = {.data = text, .cap = sizeof(text)};
	char *line;

	learn_put(&out, event, name);
	line = strndup(text, out.len);
	if (!line || vector_push(lines, &line, sizeof(line))) {
		free(line);
		return -ENOMEM;
	}
	return 0;
}

/* A name that rules have no form for, as no host can be called so, is none to learn. */
static bool is_name_of_rule(const char *name)
{
	struct rule rule = {0};
	struct error reason;
	int err = rule_read_destination(name, &rule, &reason);
	bool is = !err && rule.place == RULE_NAME;

	free(rule.name);
	vector_free(&rule.ports);
	return is;
}

/* Whether rules by these names would expect it. */
static bool has_names(const struct event *event)
{
	const struct dns_names *names = event->names;

	if (!dns_names_are_all(names))
		return false;
	for (size_t i = 0; i < names->n; i++)
		if (!is_name_of_rule(names->names[i]))
			return false;
	return true;
}

static int add_group(struct vector *lines, const struct group *group)
{
	struct dns_names names;
	struct image image;
	struct event event;
	int err = 0;

	seen_event(group, &event, &image, &names);
	if (!has_names(&event))
		return add_rule(lines, &event, NULL);
	for (size_t i = 0; i < names.n && !err; i++)
		err = add_rule(lines, &event, names.names[i]);
	return err;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort_lines(struct vector *lines)
{
	char **items = lines->items;
	size_t kept = 0;

	if (!lines->n)
		return;
	qsort(items, lines->n, sizeof(*items), compare_lines);
	for (size_t i = 0; i < lines->n; i++) {
		if (kept && !strcmp(items[kept - 1], items[i]))
			free(items[i]);
		else
			items[kept++] = items[i];
	}
	lines->n = kept;
}

int learn_rules(const struct seen_group *groups, size_t n, struct vector *ret_lines)
{
	struct vector lines = {0};
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		if (groups[i].fit != FIT_YES && !groups[i].group->other)
			err = add_group(&lines, groups[i].group);
	if (err) {
		learn_free(&lines);
		return err;
	}
	sort_lines(&lines);
	*ret_lines = lines;
	return 0;
}
