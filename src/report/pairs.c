// SPDX-License-Identifier: MIT
/* Without memory for one more bucket, a pair is not kept; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "report/pairs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "format/dns.h"
#include "format/who.h"
#include "util/address.h"

/* Names of files have 4096 bytes at most, and those of containers and units fewer. */
#define KEY_ROOM 16384

struct entry {
	struct pair pair;
	struct node who, where;
	UT_hash_handle hh;
	size_t key_size;
	char key[]; /* who's name and place, where's name and place: each with its NUL */
};

struct pairings {
	struct entry *entries;
	const struct pair **sorted;
	struct tally others;
	uint64_t n_others;
};

int pairings_new(struct pairings **ret)
{
	struct pairings *pairs = calloc(1, sizeof(*pairs));

	if (!pairs)
		return -ENOMEM;
	*ret = pairs;
	return 0;
}

static void free_entry(struct entry *entry)
{
	free((char *)entry->where.note);
	free(entry);
}

void pairings_free(struct pairings *pairs)
{
	struct entry *entry, *next;

	if (!pairs)
		return;
	entry = pairs->entries;
	HASH_CLEAR(hh, pairs->entries);
	for (; entry; entry = next) {
		next = entry->hh.next;
		free_entry(entry);
	}
	free(pairs->sorted);
	free(pairs);
}

uint64_t tally_established(const struct tally *tally)
{
	return tally->counts.established > tally->closed ? tally->counts.established
							 : tally->closed;
}

uint64_t tally_failures(const struct tally *tally)
{
	return tally->counts.failed + tally->counts.cancelled;
}

uint64_t tally_before(const struct tally *tally)
{
	return tally->open_before > tally->closed_before ? tally->open_before
							 : tally->closed_before;
}

uint64_t tally_attempts(const struct tally *tally)
{
	uint64_t results = tally_established(tally) + tally_failures(tally);

	return tally->counts.attempts > results ? tally->counts.attempts : results;
}

enum outcome tally_outcome(const struct tally *tally)
{
	bool worked = tally_established(tally) || tally_before(tally);

	if (tally_failures(tally))
		return worked ? OUTCOME_MIXED : OUTCOME_FAILED;
	return worked ? OUTCOME_WORKED : OUTCOME_NOTHING;
}

void tally_merge(struct tally *to, const struct tally *from)
{
	counts_merge(&to->counts, &from->counts);
	to->closed += from->closed;
	to->retries += from->retries;
	to->open_before += from->open_before;
	to->closed_before += from->closed_before;
	to->bytes_sent += from->bytes_sent;
	to->bytes_received += from->bytes_received;
	if (from->slowest_ns > to->slowest_ns)
		to->slowest_ns = from->slowest_ns;
}

static void count_close(struct tally *tally, const struct event *event)
{
	tally->closed += !event->preexisting;
	tally->closed_before += event->preexisting;
	tally->bytes_sent += event->bytes_sent;
	tally->bytes_received += event->bytes_received;
}

static void count_event(struct tally *tally, const struct event *event)
{
	counts_add(&tally->counts, event);
	if (event->kind == EVENT_RETRY)
		tally->retries += event_weight(event);
	else if (event->kind == EVENT_OPEN)
		tally->open_before++;
	else if (event->kind == EVENT_CLOSE)
		count_close(tally, event);
	else if (event_has_handshake(event) && event->latency_ns > tally->slowest_ns)
		tally->slowest_ns = event->latency_ns;
}

static void put_who_name(struct buffer *key, const struct event *event)
{
	const struct image *image = event->image;

	if (image && image->exe) {
		buffer_puts(key, image->exe);
	} else if (image && image->exe_tail) {
		buffer_literal(key, EXE_TAIL_PREFIX);
		buffer_puts(key, image->exe_tail);
	} else if (image && image->memfd) {
		buffer_literal(key, MEMFD_PREFIX);
		buffer_puts(key, image->memfd);
	} else if (event->has & EVENT_HAS_PROCESS) {
		buffer_puts(key, event->comm);
	}
}

static void put_who_place(struct buffer *key, const struct event *event)
{
	const char *name = who_container_name(event);
	struct word container = who_container(event), unit = who_unit(event);

	if (name)
		buffer_puts(key, name);
	else if (container.text)
		buffer_put(key, container.text, container.len);
	else if (unit.text)
		buffer_put(key, unit.text, unit.len);
}

static void put_where(struct buffer *key, const struct event *event)
{
	const char *server = event_server(event);

	if (server)
		buffer_puts(key, server);
	else
		put_zoned_address(key, event->dst.addr, event->family, event->dst.scope_id);
	buffer_putc(key, '\0');
	buffer_u64(key, event->dst.port);
	buffer_putc(key, '\0');
}

static void put_key(struct buffer *key, const struct event *event)
{
	put_who_name(key, event);
	buffer_putc(key, '\0');
	put_who_place(key, event);
	buffer_putc(key, '\0');
	put_where(key, event);
}

/* Names that it may have: no one of them is certain. */
static char *note_of(const struct event *event)
{
	char text[DNS_LABEL_MAX + 1];
	struct buffer label = {.data = text, .cap = DNS_LABEL_MAX};

	if (event->names && !event_server(event))
		dns_label(&label, event->names);
	text[label.len] = '\0';
	return strdup(text);
}

static void point_into_key(struct entry *entry, const struct event *event)
{
	const struct image *image = event->image;
	const char *at = entry->key, **const texts[] = {&entry->who.name, &entry->who.place,
							&entry->where.name, &entry->where.place};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		*texts[i] = at;
		at += strlen(at) + 1;
	}
	entry->who.note = "";
	entry->who.is_path = image && (image->exe || image->exe_tail) && *entry->who.name;
	entry->pair.who = &entry->who;
	entry->pair.where = &entry->where;
}

static struct entry *new_entry(struct pairings *pairs, const struct buffer *key,
			       const struct event *event)
{
	struct entry *entry = calloc(1, sizeof(*entry) + key->len);

	if (!entry)
		return NULL;
	entry->where.note = note_of(event);
	entry->key_size = key->len;
	memcpy(entry->key, key->data, key->len);
	point_into_key(entry, event);
	if (entry->where.note)
		HASH_ADD_KEYPTR(hh, pairs->entries, entry->key, entry->key_size, entry);
	if (!entry->where.note || !entry->hh.tbl) { /* HASH_NONFATAL_OOM */
		free_entry(entry);
		return NULL;
	}
	return entry;
}

int pairings_add(struct pairings *pairs, const struct event *event)
{
	char bytes[KEY_ROOM];
	struct buffer key = {.data = bytes, .cap = sizeof(bytes)};
	struct entry *entry;

	if (event_listens(event) ||
	    (event->kind == EVENT_OPEN && event->open.direction == DIRECTION_IN))
		return 0;
	put_key(&key, event);
	HASH_FIND(hh, pairs->entries, bytes, key.len, entry);
	if (!entry && (key.overflow || HASH_COUNT(pairs->entries) >= PAIRS_MAX)) {
		count_event(&pairs->others, event);
		pairs->n_others++;
		return 0;
	}
	if (!entry)
		entry = new_entry(pairs, &key, event);
	if (!entry)
		return -ENOMEM;
	count_event(&entry->pair.tally, event);
	return 0;
}

static int rank(const struct pair *pair)
{
	static const int ranks[] = {
		[OUTCOME_FAILED] = 0,
		[OUTCOME_MIXED] = 1,
		[OUTCOME_NOTHING] = 2,
		[OUTCOME_WORKED] = 3,
	};

	return ranks[tally_outcome(&pair->tally)];
}

/* The greater first. */
static int compare_u64(uint64_t a, uint64_t b)
{
	return (a < b) - (a > b);
}

static int compare_nodes(const struct node *a, const struct node *b)
{
	int order = strcmp(a->name, b->name);

	return order ? order : strcmp(a->place, b->place);
}

static int compare(const void *va, const void *vb)
{
	const struct pair *a = *(const struct pair *const *)va,
			  *b = *(const struct pair *const *)vb;
	int order = rank(a) - rank(b);

	if (!order)
		order = compare_u64(tally_failures(&a->tally), tally_failures(&b->tally));
	if (!order)
		order = compare_u64(tally_attempts(&a->tally), tally_attempts(&b->tally));
	if (!order)
		order = compare_nodes(a->who, b->who);
	return order ? order : compare_nodes(a->where, b->where);
}

int pairings_sorted(struct pairings *pairs, const struct pair *const **ret, size_t *ret_n)
{
	size_t n = HASH_COUNT(pairs->entries), i = 0;
	const struct pair **sorted = calloc(n + 1, sizeof(const struct pair *));

	if (!sorted)
		return -ENOMEM;
	for (const struct entry *entry = pairs->entries; entry; entry = entry->hh.next)
		sorted[i++] = &entry->pair;
	qsort(sorted, n, sizeof(const struct pair *), compare);
	free(pairs->sorted);
	pairs->sorted = sorted;
	*ret = sorted;
	*ret_n = n;
	return 0;
}

uint64_t pairings_others(const struct pairings *pairs, struct tally *ret)
{
	*ret = pairs->others;
	return pairs->n_others;
}
