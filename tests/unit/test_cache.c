// SPDX-License-Identifier: MIT
/* What a cache keeps of values, and what it forgets first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/array.h"
#include "util/cache.h"

struct key {
	uint64_t a, b;
};

static void it_has_room_for_so_many(void **state)
{
	struct cache cache = {.key_size = sizeof(struct key), .max = 2, .max_bytes = 1 << 20};

	(void)state;
	strcpy(cache_add(&cache, &(struct key){1, 0}, 2), "a");
	strcpy(cache_add(&cache, &(struct key){1, 1}, 2), "b");
	assert_string_equal(cache_find(&cache, &(struct key){1, 0}), "a");
	strcpy(cache_add(&cache, &(struct key){2, 0}, 2), "c");
	assert_null(cache_find(&cache, &(struct key){1, 1}));
	assert_string_equal(cache_find(&cache, &(struct key){1, 0}), "a");
	assert_int_equal(cache.evicted, 1);
	cache_remove(&cache, &(struct key){1, 0});
	cache_remove(&cache, &(struct key){9, 9});
	assert_null(cache_find(&cache, &(struct key){1, 0}));
	assert_int_equal(cache.evicted, 1);
	cache_clear(&cache);
	assert_int_equal(cache.bytes, 0);
	assert_null(cache_find(&cache, &(struct key){2, 0}));
	cache_clear(&cache);
}

static void it_has_room_for_so_many_bytes(void **state)
{
	struct cache cache = {.key_size = sizeof(struct key), .max = 100, .max_bytes = 4000};
	size_t n = 0;

	(void)state;
	for (uint64_t i = 0; i < 100; i++) {
		assert_non_null(cache_add(&cache, &(struct key){i, 0}, 300));
		assert_true(cache.bytes <= cache.max_bytes);
	}
	for (uint64_t i = 0; i < 100; i++)
		n += cache_find(&cache, &(struct key){i, 0}) != NULL;
	assert_int_equal(n, 100 - cache.evicted);
	assert_in_range(n, 5, 13);
	cache_clear(&cache);
}

/* Of any size; the value may be of any type. */
static void keys_have_their_size(void **state)
{
	static const size_t sizes[] = {1, 4, 15, 16, 17, 32, 40};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct cache cache = {.key_size = sizes[i], .max = SIZE_MAX, .max_bytes = SIZE_MAX};
		char key[41] = "";
		long double *value;

		for (char j = 1; j <= 100; j++) {
			key[sizes[i] - 1] = j;
			key[sizes[i]] = 'x'; /* behind it */
			value = cache_add(&cache, key, sizeof(*value));
			assert_int_equal((uintptr_t)value % _Alignof(max_align_t), 0);
			*value = j;
		}
		for (char j = 1; j <= 100; j++) {
			key[sizes[i] - 1] = j;
			key[sizes[i]] = 'y';
			value = cache_find(&cache, key);
			assert_true(value && *value == j);
		}
		cache_clear(&cache);
	}
}

static void note_evicted(void *ctx, const void *key, const void *value)
{
	uint64_t *sum = ctx;
	struct key k;

	memcpy(&k, key, sizeof(k));
	assert_int_equal(k.a, *(const uint64_t *)value);
	*sum += k.a;
}

static void who_goes_is_told_of_with_its_value(void **state)
{
	uint64_t sum = 0;
	struct cache cache = {.key_size = sizeof(struct key),
			      .max = 2,
			      .max_bytes = SIZE_MAX,
			      .on_evicted = note_evicted,
			      .ctx = &sum};

	(void)state;
	for (uint64_t i = 1; i <= 5; i++)
		*(uint64_t *)cache_add(&cache, &(struct key){i, 0}, sizeof(i)) = i;
	assert_int_equal(sum, 1 + 2 + 3);
	cache_remove(&cache, &(struct key){4, 0});
	cache_clear(&cache);
	assert_int_equal(sum, 1 + 2 + 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_has_room_for_so_many),
		cmocka_unit_test(it_has_room_for_so_many_bytes),
		cmocka_unit_test(keys_have_their_size),
		cmocka_unit_test(who_goes_is_told_of_with_its_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
