/* SPDX-License-Identifier: MIT */
/* What was seen, as rules. Pure. */
#ifndef AUDIT_LEARN_H
#define AUDIT_LEARN_H

#include <limits.h>

#include "aggregate/groups.h"
#include "audit/seen.h"
#include "util/buffer.h"
#include "util/vector.h"

/* Bytes of the longest rule: an executable's path with escapes, and a name. */
#define LEARN_RULE_MAX (4 * PATH_MAX + DNS_NAME_ROOM + sizeof("\"\" 65535:\n"))

/* Appends the rule that expects the event; name: NULL: by its address. */
void learn_put(struct buffer *out, const struct event *event, const char *name);

/* Of char *, each a line without its end; owned by whoever has the vector. */
void learn_free(struct vector *lines);

/*
 * The rules that the groups lack which are not expected, in the order of their bytes, each once: by
 * executable, or by the process's name where none is known; to the names that were asked for, or
 * to the address. `other` gives none. Returns 0 or -ENOMEM.
 */
int learn_rules(const struct seen_group *groups, size_t n, struct vector *ret_lines);

#endif
