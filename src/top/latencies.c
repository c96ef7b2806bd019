// SPDX-License-Identifier: MIT
#include "top/latencies.h"

#include "util/clock.h"

#define SUB	   4u /* buckets in an octave */
#define SUB_BITS   2
#define FIRST_BITS 2 /* the first octave begins at 2^2 us */

static unsigned int bucket_of(uint64_t ns)
{
	uint64_t us = ns / NSEC_PER_USEC;
	unsigned int bits, bucket;

	if (us < 1u << FIRST_BITS)
		return 0;
	bits = 63 - (unsigned int)__builtin_clzll(us);
	bucket =
		1 + (bits - FIRST_BITS) * SUB + (unsigned int)(us >> (bits - SUB_BITS) & (SUB - 1));
	return bucket < LATENCIES_BUCKETS ? bucket : LATENCIES_BUCKETS - 1;
}

/* The greatest whole ns that belongs into the bucket. */
static uint64_t bucket_last_ns(unsigned int bucket)
{
	unsigned int octave = bucket / SUB, part = bucket % SUB;

	/* Bucket 0 ends where the first octave begins, bucket 1 a quarter behind that. */
	return ((uint64_t)(SUB + part) << (octave + FIRST_BITS - SUB_BITS)) * NSEC_PER_USEC - 1;
}

static void add(uint32_t *to, uint32_t n)
{
	*to = n < UINT32_MAX - *to ? *to + n : UINT32_MAX;
}

void latencies_add(struct latencies *latencies, uint64_t ns)
{
	add(&latencies->buckets[bucket_of(ns)], 1);
	if (ns > latencies->max_ns)
		latencies->max_ns = ns;
}

void latencies_add_all(struct latencies *latencies, const struct latencies *other)
{
	for (unsigned int i = 0; i < LATENCIES_BUCKETS; i++)
		add(&latencies->buckets[i], other->buckets[i]);
	if (other->max_ns > latencies->max_ns)
		latencies->max_ns = other->max_ns;
}

uint64_t latencies_percentile(const struct latencies *latencies, unsigned int percent)
{
	uint64_t n = 0, seen = 0, edge;
	unsigned int bucket = 0;

	for (unsigned int i = 0; i < LATENCIES_BUCKETS; i++)
		n += latencies->buckets[i];
	if (!n)
		return 0;
	/* seen / n >= percent / 100; neither product can overflow. */
	while ((seen += latencies->buckets[bucket]) * 100 < n * percent)
		bucket++;
	edge = bucket_last_ns(bucket);
	return bucket < LATENCIES_BUCKETS - 1 && edge < latencies->max_ns ? edge
									  : latencies->max_ns;
}
