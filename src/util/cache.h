/* SPDX-License-Identifier: MIT */
/*
 * Values of any size, by keys of one size. Bounded: what was used longest ago goes first. A value
 * is one block of memory with its key and what the cache keeps of it.
 */
#ifndef UTIL_CACHE_H
#define UTIL_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct cache_entry;

/* Before an entry goes for want of room. */
typedef void cache_evicted_fn(void *ctx, const void *key, const void *value);

struct cache {
	size_t key_size;	      /* bytes, all of which count: keys have no padding */
	size_t max, max_bytes;	      /* entries, at least 1; and what they take, in all */
	cache_evicted_fn *on_evicted; /* or NULL */
	void *ctx;
	size_t bytes;		     /* that are taken */
	uint64_t evicted;	     /* entries that had to go for want of room */
	struct cache_entry *entries; /* the hash */
	struct cache_entry *oldest;  /* the list; before it, in a ring, the entry used last */
};

/* The key's value, which is now the one used last; NULL if there is none. */
void *cache_find(struct cache *cache, const void *key);

/*
 * Room for a value, in the place of that the key may have had. Valid, like what cache_find() has
 * returned, until the cache is added to or removed from. NULL: no memory, and the key has none.
 */
void *cache_add(struct cache *cache, const void *key, size_t size);

/* Forgets the key, and all; neither is an eviction. */
void cache_remove(struct cache *cache, const void *key);
void cache_clear(struct cache *cache);

#endif
