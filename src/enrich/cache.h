/* SPDX-License-Identifier: MIT */
/*
 * Values of any size, by keys of 16 bytes. Bounded: what was used longest ago goes first. A value
 * is one block of memory with what the cache keeps of it.
 */
#ifndef ENRICH_CACHE_H
#define ENRICH_CACHE_H

#include <stddef.h>
#include <stdint.h>

struct cache_key {
	uint64_t a, b;
};

struct cache_entry;

struct cache {
	size_t max, max_bytes; /* entries, at least 1; and what they take, in all */
	void (*on_evicted)(void *ctx, const struct cache_key *key); /* before it goes; or NULL */
	void *ctx;
	size_t bytes;		     /* that are taken */
	uint64_t evicted;	     /* entries that had to go for want of room */
	struct cache_entry *entries; /* the hash */
	struct cache_entry *oldest;  /* the list; before it, in a ring, the entry used last */
};

/* The key's value, which is now the one used last; NULL if there is none. */
void *cache_find(struct cache *cache, const struct cache_key *key);

/*
 * Room for a value, in the place of that the key may have had. Valid, like what cache_find() has
 * returned, until the cache is added to or removed from. NULL: no memory, and the key has none.
 */
void *cache_add(struct cache *cache, const struct cache_key *key, size_t size);

/* Forgets the key, and all; neither is an eviction. */
void cache_remove(struct cache *cache, const struct cache_key *key);
void cache_clear(struct cache *cache);

#endif
