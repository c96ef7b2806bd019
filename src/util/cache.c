// SPDX-License-Identifier: MIT
#include "util/cache.h"

#include <stdlib.h>
#include <string.h>

/* Without memory for one more bucket, a value finds no room; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include <utlist.h>

/* What malloc() needs for a block besides. */
#define MALLOC_BYTES 8

struct cache_entry {
	size_t bytes;
	struct cache_entry *prev, *next;
	UT_hash_handle hh;
	_Alignas(max_align_t) char key[]; /* and the value, where any may lie */
};

static size_t value_at(const struct cache *cache)
{
	size_t align = _Alignof(max_align_t);

	return (cache->key_size + align - 1) / align * align;
}

static void drop(struct cache *cache, struct cache_entry *entry)
{
	HASH_DEL(cache->entries, entry);
	DL_DELETE(cache->oldest, entry);
	cache->bytes -= entry->bytes;
	free(entry);
}

static struct cache_entry *look_up(struct cache *cache, const void *key)
{
	struct cache_entry *last = cache->oldest ? cache->oldest->prev : NULL, *entry;

	/* One program's events often come together. */
	if (last && !memcmp(last->key, key, cache->key_size))
		return last;
	HASH_FIND(hh, cache->entries, key, cache->key_size, entry);
	return entry;
}

void *cache_find(struct cache *cache, const void *key)
{
	struct cache_entry *entry = look_up(cache, key);

	if (!entry)
		return NULL;
	if (entry != cache->oldest->prev) {
		DL_DELETE(cache->oldest, entry);
		DL_APPEND(cache->oldest, entry);
	}
	return entry->key + value_at(cache);
}

static void make_room(struct cache *cache, size_t bytes)
{
	while (cache->oldest && (HASH_COUNT(cache->entries) >= cache->max ||
				 cache->bytes + bytes > cache->max_bytes)) {
		struct cache_entry *oldest = cache->oldest;

		if (cache->on_evicted)
			cache->on_evicted(cache->ctx, oldest->key, oldest->key + value_at(cache));
		drop(cache, oldest);
		cache->evicted++;
	}
}

void *cache_add(struct cache *cache, const void *key, size_t size)
{
	size_t all = sizeof(struct cache_entry) + value_at(cache) + size;
	size_t bytes = all + MALLOC_BYTES;
	struct cache_entry *entry;

	cache_remove(cache, key);
	make_room(cache, bytes);
	entry = malloc(all);
	if (!entry)
		return NULL;
	memcpy(entry->key, key, cache->key_size);
	entry->bytes = bytes;
	HASH_ADD_KEYPTR(hh, cache->entries, entry->key, cache->key_size, entry);
	if (!entry->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(entry);
		return NULL;
	}
	DL_APPEND(cache->oldest, entry);
	cache->bytes += bytes;
	return entry->key + value_at(cache);
}

void cache_remove(struct cache *cache, const void *key)
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
