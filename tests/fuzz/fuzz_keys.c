// SPDX-License-Identifier: MIT
/* Any bytes: keys do not depend on how they are split over reads, and each is a key. */
#include <stdint.h>
#include <string.h>

#include "fuzz/check.h"
#include "terminal/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define BYTES_MAX 1024

struct taken {
	int keys[BYTES_MAX + 1];
	size_t n;
};

static void take(struct keys *keys, struct taken *taken, const char *at, size_t n)
{
	const char *end = at + n;
	int key;

	while ((key = keys_next(keys, &at, end)) != KEY_NONE) {
		check(key > 0 && key <= KEY_UNKNOWN, "%d", key);
		check(taken->n <= BYTES_MAX, "more keys than bytes");
		taken->keys[taken->n++] = key;
	}
	check(at == end, "%td bytes are left", end - at);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct taken whole, split;
	struct keys keys = {0}, by_byte = {0};

	if (size > BYTES_MAX)
		return 0;
	whole.n = split.n = 0;
	take(&keys, &whole, (const char *)data, size);
	for (size_t i = 0; i < size; i++)
		take(&by_byte, &split, (const char *)data + i, 1);
	check(whole.n == split.n, "%zu keys, %zu by byte", whole.n, split.n);
	check(!memcmp(whole.keys, split.keys, whole.n * sizeof(*whole.keys)), "other keys by byte");
	check(keys_timeout(&keys) == keys_timeout(&by_byte), "another end by byte");
	check(!keys_are_due(&keys), "it does not end");
	return 0;
}
