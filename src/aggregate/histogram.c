// SPDX-License-Identifier: MIT
#include "aggregate/histogram.h"
#include "util/clock.h"

#define SUB	 16u /* buckets in an octave */
#define SUB_BITS 4

/* Buckets count sixteenths of a microsecond, so that their octaves are those of microseconds. */
static unsigned int bucket_of(uint64_t ns)
{
	uint64_t value = ns < UINT64_MAX / SUB ? ns * SUB / NSEC_PER_USEC : UINT64_MAX / SUB;
	unsigned int octave, bucket;

	if (value < SUB)
		return (unsigned int)value;
	octave = 63 - (unsigned int)__builtin_clzll(value) - SUB_BITS;
	bucket = (octave + 1) * SUB + (unsigned int)(value >> octave & (SUB - 1));
	return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

/* The greatest whole ns that belongs into the bucket. */
static uint64_t bucket_last_ns(unsigned int bucket)
{
	unsigned int octave = bucket < SUB ? 0 : bucket / SUB - 1;
	uint64_t end = bucket < SUB ? bucket + 1 : (uint64_t)(SUB + bucket % SUB + 1) << octave;

	/* value < end <=> ns * SUB < end * NSEC_PER_USEC */
	return (end * NSEC_PER_USEC - 1) / SUB;
}

void histogram_add(struct histogram *histogram, uint64_t ns)
{
	if (!histogram->n || ns < histogram->min_ns)
		histogram->min_ns = ns;
	if (!histogram->n || ns > histogram->max_ns)
		histogram->max_ns = ns;
	histogram->n++;
	histogram->buckets[bucket_of(ns)]++;
}

void histogram_merge(struct histogram *to, const struct histogram *from)
{
	if (!from->n)
		return;
	if (!to->n || from->min_ns < to->min_ns)
		to->min_ns = from->min_ns;
	if (!to->n || from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	to->n += from->n;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS; i++)
		to->buckets[i] += from->buckets[i];
}

uint64_t histogram_percentile(const struct histogram *histogram, unsigned int percent)
{
	/* Rounded up, in parts: the product could overflow. */
	uint64_t rank = histogram->n / 100 * percent + (histogram->n % 100 * percent + 99) / 100;
	uint64_t seen = 0, edge;

	if (!histogram->n)
		return 0;
	for (unsigned int i = 0; i < HISTOGRAM_BUCKETS - 1; i++) {
		seen += histogram->buckets[i];
		if (seen >= rank) {
			edge = bucket_last_ns(i);
			return edge < histogram->max_ns ? edge : histogram->max_ns;
		}
	}
	return histogram->max_ns; /* the last bucket has no edge */
}

uint64_t histogram_row(const struct histogram *histogram, unsigned int row)
{
	unsigned int first = row ? (row + 1) * SUB : 0, end = (row + 2) * SUB;
	uint64_t n = 0;

	for (unsigned int i = first; i < end; i++)
		n += histogram->buckets[i];
	return n;
}

int histogram_compare(const void *a, const void *b)
{
	const struct histogram *x = a, *y = b;

	return x->n > y->n ? -1 : x->n < y->n;
}
