// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "store/parts.h"
#include "store/recover.h"
#include "util/cleanup.h"
#include "util/clock.h"

/* What a limit of 0 stands for. */
#define DEFAULT_SIZE_MAX    (10ull << 30)
#define DEFAULT_SEGMENT_MAX (64ull << 20)
#define DEFAULT_SEGMENT_AGE (3600 * NSEC_PER_SEC)

static int cut(int dir_fd, const struct segment *last, struct store *store)
{
	_cleanup_close_ int fd = segment_open(dir_fd, last, O_RDWR, 0);
	struct recovered found;
	int err = fd < 0 ? fd : recover(fd, &found);

	if (err)
		return err;
	store->next_seq = found.last_seq ? found.last_seq + 1 : last->first_seq;
	store->torn_seq = found.sums.lines ? found.sums.last_seq + 1 : last->first_seq;
	store->mark = found.mark;
	store->torn_mark = found.torn_mark;
	store->counts.torn = found.torn.events;
	store->counts.torn_bytes = found.torn_bytes;
	if (found.size && !found.torn_bytes)
		return 0;
	return past_cut_last(&store->past, dir_fd, fd, found.size);
}

/* The newest of the boot's segments, or NULL. */
static const struct segment *last_of_boot(const struct store *store)
{
	const struct segment *last = past_last(&store->past);

	return last && !strcmp(last->boot, store->place.boot) ? last : NULL;
}

/* Who was killed as a segment began has left the last mark in the one before. */
static void find_mark(struct store *store)
{
	const struct segment *last = last_of_boot(store);
	_cleanup_close_ int fd = last ? segment_open(store->place.dir_fd, last, O_RDONLY, 0) : -1;
	struct recovered found;

	if (fd >= 0 && !recover(fd, &found))
		store->mark = found.mark;
}

static int recover_last(struct store *store)
{
	const struct segment *last = last_of_boot(store);
	size_t n = store->past.n;
	int err = last ? cut(store->place.dir_fd, last, store) : 0;

	if (!err && store->past.n < n)
		find_mark(store);
	return err;
}

static int look_around(struct store *store, const char *dir, struct error *error)
{
	int err = past_list(&store->past, &store->place);

	if (!err)
		err = recover_last(store);
	if (err == -ENOTSUP)
		return error_set(error, err,
				 "%s/%s was written by a newer tpconnect: run that, or name "
				 "another directory",
				 dir, store->place.boot);
	if (err)
		return error_set(error, err, "cannot read the store %s: %s", dir, strerror(-err));
	past_date(&store->past, store->place.dir_fd);
	store_note_state(store);
	return 0;
}

static struct store *store_new(const struct store_limits *limits)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	store->limits = *limits;
	if (!limits->size_max)
		store->limits.size_max = DEFAULT_SIZE_MAX;
	if (!limits->segment_max)
		store->limits.segment_max = DEFAULT_SEGMENT_MAX;
	if (!limits->segment_age_ns)
		store->limits.segment_age_ns = DEFAULT_SEGMENT_AGE;
	store->next_seq = 1;
	store->current.fd = -1;
	store->place = (struct place){.dir_fd = -1, .lock_fd = -1, .boot_fd = -1};
	pthread_mutex_init(&store->lock, NULL);
	if (!batch_new(&store->batch))
		return store;
	store_close(store);
	return NULL;
}

int store_open(const char *dir, const char *boot_id, const struct store_limits *limits,
	       struct store **ret, struct error *error)
{
	struct store *store = store_new(limits);
	int err;

	if (!store)
		return error_set(error, -ENOMEM, "out of memory");
	err = place_open(dir, boot_id, &store->place, error);
	if (!err)
		err = look_around(store, dir, error);
	if (err) {
		store_close(store);
		return err;
	}
	*ret = store;
	return 0;
}
