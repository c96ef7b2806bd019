// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stddef.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "contract/attempt.h"
#include "probe/filters.h"
#include "util/array.h"

static const struct filter {
	const char *map;
	size_t key_size;
	size_t offset; /* where in struct request the keys are */
} filters[] = {
	{"pids", sizeof(uint32_t), offsetof(struct request, pids)},
	{"uids", sizeof(uint32_t), offsetof(struct request, uids)},
	{"comms", COMM_LEN, offsetof(struct request, comms)},
	{"networks", sizeof(struct config_network), offsetof(struct request, networks)},
};

#define N_FILTERS ARRAY_SIZE(filters)

static const struct choice *filter_keys(const struct filter *filter, const struct request *request)
{
	return (const struct choice *)((const char *)request + filter->offset);
}

/* FNV-1a, of 64 bits (Fowler, Noll, Vo). */
static uint64_t digest(uint64_t sum, const void *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sum = (sum ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;
	return sum;
}

static uint64_t digest_keys(uint64_t sum, const struct vector *keys, size_t key_size)
{
	const uint64_t n = keys->n;

	return digest(digest(sum, &n, sizeof(n)), keys->items, keys->n * key_size);
}

uint64_t filters_digest(const struct request *request)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t i = 0; i < N_FILTERS; i++) {
		const struct choice *keys = filter_keys(&filters[i], request);

		sum = digest_keys(sum, &keys->named, filters[i].key_size);
		sum = digest_keys(sum, &keys->left_out, filters[i].key_size);
	}
	return sum;
}

/* NULL if there is none of that name whose values are those of our filters. */
static struct bpf_map *filter_map(const struct bpf_object *object, const struct filter *filter)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, filter->map);

	return map && bpf_map__value_size(map) == sizeof(uint8_t) ? map : NULL;
}

bool filters_found(const struct bpf_object *object)
{
	for (size_t i = 0; i < N_FILTERS; i++)
		if (!filter_map(object, &filters[i]))
			return false;
	return true;
}

int filters_size(const struct bpf_object *object, const struct request *request)
{
	for (size_t i = 0; i < N_FILTERS; i++) {
		const struct choice *keys = filter_keys(&filters[i], request);
		size_t n = keys->named.n + keys->left_out.n;

		int err = bpf_map__set_max_entries(filter_map(object, &filters[i]), n ? n : 1);

		if (err)
			return err;
	}
	return 0;
}

static int fill(int fd, const struct vector *keys, size_t key_size, enum key_verdict verdict)
{
	const uint8_t value = verdict;

	for (size_t i = 0; i < keys->n; i++)
		if (bpf_map_update_elem(fd, (const char *)keys->items + i * key_size, &value,
					BPF_ANY))
			return -errno;
	return 0;
}

int filters_fill(const struct bpf_object *object, const struct request *request)
{
	int err = 0;

	for (size_t i = 0; !err && i < N_FILTERS; i++) {
		const struct choice *keys = filter_keys(&filters[i], request);
		int fd = bpf_map__fd(filter_map(object, &filters[i]));

		err = fill(fd, &keys->named, filters[i].key_size, KEY_WANTED);
		if (!err)
			err = fill(fd, &keys->left_out, filters[i].key_size, KEY_LEFT_OUT);
	}
	return err;
}
