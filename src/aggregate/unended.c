// SPDX-License-Identifier: MIT
/* Without memory for one more bucket, a connection is not kept; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "aggregate/unended.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

/* What names a connection; no padding: compared and hashed as bytes. */
struct name {
	uint64_t start_ns, cpu;
};

struct entry {
	struct name name;
	uint64_t begin_ns;
	size_t size;
	UT_hash_handle hh; /* in the order in which they came */
	char line[];
};

struct unended {
	struct entry *entries;
	struct entry *taken; /* whose line was given last */
	size_t bytes;
};

int unended_new(struct unended **ret)
{
	struct unended *unended = calloc(1, sizeof(*unended));

	if (!unended)
		return -ENOMEM;
	*ret = unended;
	return 0;
}

void unended_free(struct unended *unended)
{
	if (!unended)
		return;
	while (unended_next(unended).text)
		;
	free(unended);
}

static struct entry *find_entry(const struct unended *unended, const struct event *event)
{
	const struct name name = {event->start_ns, event->cpu};
	struct entry *entry;

	HASH_FIND(hh, unended->entries, &name, sizeof(name), entry);
	return entry;
}

static void take_out(struct unended *unended, struct entry *entry)
{
	HASH_DEL(unended->entries, entry);
	unended->bytes -= entry->size;
}

bool unended_add(struct unended *unended, const struct event *event, uint64_t begin_ns,
		 const char *line, size_t size)
{
	struct entry *entry;

	if (HASH_COUNT(unended->entries) >= UNENDED_MAX ||
	    size > UNENDED_BYTES_MAX - unended->bytes || find_entry(unended, event))
		return false;
	entry = calloc(1, sizeof(*entry) + size);
	if (!entry)
		return false;
	entry->name = (struct name){event->start_ns, event->cpu};
	entry->begin_ns = begin_ns;
	entry->size = size;
	memcpy(entry->line, line, size);
	HASH_ADD(hh, unended->entries, name, sizeof(entry->name), entry);
	if (!entry->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(entry);
		return false;
	}
	unended->bytes += size;
	return true;
}

bool unended_take(struct unended *unended, const struct event *event, uint64_t *ret_begin_ns)
{
	struct entry *entry = find_entry(unended, event);

	if (!entry)
		return false;
	*ret_begin_ns = entry->begin_ns;
	take_out(unended, entry);
	free(entry);
	return true;
}

struct unended_line unended_next(struct unended *unended)
{
	free(unended->taken);
	unended->taken = unended->entries;
	if (!unended->taken)
		return (struct unended_line){0};
	take_out(unended, unended->taken);
	return (struct unended_line){unended->taken->line, unended->taken->size};
}
