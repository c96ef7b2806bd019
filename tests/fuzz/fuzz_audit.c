// SPDX-License-Identifier: MIT
/*
 * Any file of rules: each rule that is taken says the same alone; and any name of a process or
 * executable: the rule that is learnt of it expects it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/learn.h"
#include "audit/match.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_wrong(void *ctx, unsigned int line, const char *what)
{
	unsigned int *n = ctx;

	check(line && *what, "%u: %s", line, what);
	++*n;
}

static void parse(const char *text, size_t size, struct rules *ret)
{
	unsigned int n = 0;
	int err = rules_parse(text, size, on_wrong, &n, ret);

	check(!err && !n, "%d: %.*s", err, (int)size, text);
}

static void check_rule(const struct rule *rule)
{
	size_t size = strlen(rule->text) + sizeof(RULES_VERSION "\n");
	char *text = malloc(size);
	const struct rule *again;
	struct rules rules;

	check(text, "out of memory");
	strcpy(stpcpy(text, RULES_VERSION "\n"), rule->text);
	parse(text, size - 1, &rules);
	check(rules.rules.n == 1, "%zu rules: %s", rules.rules.n, text);
	again = rules.rules.items;
	check(again->place == rule->place && again->ports.n == rule->ports.n &&
		      !strcmp(again->process ? again->process : "",
			      rule->process ? rule->process : ""),
	      "%s", text);
	rules_free(&rules);
	free(text);
}

static void check_file(const char *text, size_t size)
{
	struct rules rules;
	unsigned int n = 0;
	int err = rules_parse(text, size, on_wrong, &n, &rules);

	check(err == (n ? -EBADMSG : 0), "%d, and %u lines are wrong", err, n);
	if (err)
		return;
	for (size_t i = 0; i < rules.rules.n; i++)
		check_rule(&((const struct rule *)rules.rules.items)[i]);
	rules_free(&rules);
}

static void check_learnt(const struct seen *seen, struct rules *none)
{
	struct seen_group *groups;
	struct vector lines;
	struct rules rules;
	char *text;
	size_t n;

	check(!seen_judge(seen, none, &groups, &n), "out of memory");
	check(!learn_rules(groups, n, &lines) && lines.n == 1, "%zu rules", lines.n);
	free(groups);
	check(asprintf(&text, RULES_VERSION "\n%s\n", *(char **)lines.items) > 0, "out of memory");
	parse(text, strlen(text), &rules);
	check(!seen_judge(seen, &rules, &groups, &n), "out of memory");
	check(n == 1 && groups->fit == FIT_YES, "%s", text);
	free(groups);
	rules_free(&rules);
	learn_free(&lines);
	free(text);
}

/* The first byte says what of the attempt is known; the rest is the name. */
static void check_process(const uint8_t *data, size_t size)
{
	struct event event = {.kind = EVENT_CONNECT, .has = EVENT_HAS_PROCESS, .family = 4};
	struct image image = {0};
	struct rules none = {0};
	struct seen *seen;
	char *exe;

	if (!size || size > PATH_MAX)
		return;
	event.dst = (struct endpoint){{[10] = 0xff, 0xff, 192, 0, 2, 1}, 0, 443};
	exe = malloc(size + 1);
	check(exe && !seen_new(&seen), "out of memory");
	*exe = '/';
	memcpy(exe + 1, data + 1, size - 1);
	exe[size] = '\0';
	memcpy(event.comm, exe + 1, strnlen(exe + 1, COMM_LEN - 1));
	image.exe = exe;
	event.image = data[0] & 1 ? &image : NULL;
	seen_add(seen, &event);
	check_learnt(seen, &none);
	seen_free(seen);
	free(exe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check_file((const char *)data, size);
	check_process(data, size);
	return 0;
}
