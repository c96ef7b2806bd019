// SPDX-License-Identifier: MIT
#include "enrich/cache.h"

#include <stdlib.h>
#include <string.h>

/* Without memory for one more bucket, a value finds no room; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include <utlist.h>

/* What malloc() needs for a block besides. */
#define MALLOC_BYTES 8

struct cache_entry {
	struct cache_key key;
	size_t bytes;
	struct cache_entry *prev, *next;
	UT_hash_handle hh;
	_Alignas(max_align_t) char value[];
};

static void drop(struct cache *cache, struct cache_entry *entry)
{
	HASH_DEL(cache->entries, entry);
	DL_DELETE(cache->oldest, entry);
	cache->bytes -= entry->bytes;
	free(entry);
}

static struct cache_entry *look_up(struct cache *cache, const struct cache_key *key)
{
	struct cache_entry *last = cache->oldest ? cache->oldest->prev : NULL, *entry;

	/* One program's events often come together. */
	if (last && !memcmp(&last->key, key, sizeof(*key)))
		return last;
	HASH_FIND(hh, cache->entries, key, sizeof(*key), entry);
	return entry;
}

void *cache_find(struct cache *cache, const struct cache_key *key)
{
	struct cache_entry *entry = look_up(cache, key);

	if (!entry)
		return NULL;
	if (entry != cache->oldest->prev) {
		DL_DELETE(cache->oldest, entry);
		DL_APPEND(cache->oldest, entry);
	}
	return entry->value;
}

static void make_room(struct cache *cache, size_t bytes)
{
	while (cache->oldest && (HASH_COUNT(cache->entries) >= cache->max ||
				 cache->bytes + bytes > cache->max_bytes)) {
		if (cache->on_evicted)
			cache->on_evicted(cache->ctx, &cache->oldest->key);
		drop(cache, cache->oldest);
		cache->evicted++;
	}
}

void *cache_add(struct cache *cache, const struct cache_key *key, size_t size)
{
	size_t bytes = sizeof(struct cache_entry) + size + MALLOC_BYTES;
	struct cache_entry *entry;

	cache_remove(cache, key);
	make_room(cache, bytes);
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		return NULL;
	entry->key = *key;
	entry->bytes = bytes;
	HASH_ADD(hh, cache->entries, key, sizeof(entry->key), entry);
	if (!entry->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(entry);
		return NULL;
	}
	DL_APPEND(cache->oldest, entry);
	cache->bytes += bytes;
	return entry->value;
}

void cache_remove(struct cache *cache, const struct cache_key *key)
{
	struct cache_entry *entry = look_up(cache, key);

	if (entry)
		drop(cache, entry);
}

void cache_clear(struct cache *cache)
{
	while (cache->oldest)
		drop(cache, cache->oldest);
}
