// SPDX-License-Identifier: MIT
#include "enrich/enrich.h"

#include <errno.h>
#include <stdlib.h>

#include "enrich/cgroups.h"
#include "enrich/connection.h"
#include "enrich/destinations.h"
#include "model/decode.h"
#include "model/texts.h"
#include "util/array.h"
#include "util/cache.h"

/*
 * Measured: an image takes about 500 bytes, a cgroup 400, what a connection holds 700. The bounds
 * in bytes hold down what has long texts, and the copies that connections hold, of which there is
 * room for about 9,000: others are named as long as their image is known, as that of most is.
 * 10,000 images with a connection each take 11 MiB; all together never take more than 16. With
 * names by DNS, 10 more.
 */
#define IMAGES_MAX	  16384
#define IMAGES_BYTES	  (8 << 20)
#define CGROUPS_MAX_KNOWN 4096
#define CGROUPS_BYTES	  (2 << 20)
#define CONNECTIONS_BYTES (6 << 20)

/* What a connection holds; texts behind it. */
struct held {
	bool has_image, has_cgroup;
	struct image image;
	struct cgroup cgroup;
	char texts[];
};

struct enrich {
	bool closes;
	enrich_forgets *forgets;
	void *ctx;
	struct cache images, connections;
	struct cgroups cgroups;
	struct destinations destinations;
	uint64_t serial;	      /* the image's that was told last */
	struct connection_key closed; /* the connection whose close came last: to be forgotten */
	bool has_closed;
	char texts[TEXTS_MAX];
};

static void on_image_evicted(void *ctx, const void *key, const void *value)
{
	const struct image_key *image = key;
	const struct enrich *enrich = ctx;

	(void)value;
	if (enrich->forgets)
		enrich->forgets(enrich->ctx, image->pid, NULL);
}

static void on_cgroup_evicted(void *ctx, const void *key, const void *value)
{
	const struct enrich *enrich = ctx;

	(void)value;
	if (enrich->forgets)
		enrich->forgets(enrich->ctx, 0, key);
}

int enrich_new(bool closes, enrich_forgets *forgets, void *ctx, struct enrich **ret)
{
	struct enrich *enrich = calloc(1, sizeof(*enrich));

	if (!enrich)
		return -ENOMEM;
	enrich->closes = closes;
	enrich->forgets = forgets;
	enrich->ctx = ctx;
	enrich->images = (struct cache){
		.key_size = sizeof(struct image_key),
		.max = IMAGES_MAX,
		.max_bytes = IMAGES_BYTES,
		.on_evicted = on_image_evicted,
		.ctx = enrich,
	};
	enrich->cgroups.cache = (struct cache){
		.key_size = sizeof(struct cgroup_key),
		.max = CGROUPS_MAX_KNOWN,
		.max_bytes = CGROUPS_BYTES,
		.on_evicted = on_cgroup_evicted,
		.ctx = enrich,
	};
	enrich->connections = (struct cache){
		.key_size = sizeof(struct connection_key),
		.max = SIZE_MAX,
		.max_bytes = CONNECTIONS_BYTES,
	};
	*ret = enrich;
	return 0;
}

void enrich_free(struct enrich *enrich)
{
	if (!enrich)
		return;
	cache_clear(&enrich->images);
	cache_clear(&enrich->cgroups.cache);
	cache_clear(&enrich->connections);
	destinations_close(&enrich->destinations);
	free(enrich);
}

int enrich_use_dns(struct enrich *enrich, bool host)
{
	return destinations_open(&enrich->destinations, enrich->closes, host);
}

static int take_image(struct enrich *enrich, const void *data, size_t size)
{
	struct image image, *place;
	int err = image_decode(data, size, enrich->texts, &image);

	if (err)
		return err;
	place = cache_add(&enrich->images, &image.key, sizeof(image) + image_texts_size(&image));
	if (!place)
		return -ENOMEM;
	image_copy(place, &image, (char *)(place + 1));
	place->serial = ++enrich->serial;
	return 0;
}

int enrich_record(struct enrich *enrich, enum event_kind kind, const void *data, size_t size)
{
	switch (kind) {
	case EVENT_PROCESS:
		return take_image(enrich, data, size);
	case EVENT_DNS:
		return enrich->destinations.known
			       ? known_record(enrich->destinations.known, data, size)
			       : 0;
	default:
		return cgroups_take(&enrich->cgroups, data, size, enrich->texts);
	}
}

/* Without memory for it, the close is named as long as its image is known. */
static void hold(struct enrich *enrich, const struct event *event)
{
	const struct image *image = event->image;
	const struct cgroup *cgroup = event->cgroup;
	struct connection_key key = connection_key(event);
	struct held *held;
	char *texts;

	held = cache_add(&enrich->connections, &key,
			 sizeof(*held) + (image ? image_texts_size(image) : 0) +
				 (cgroup ? cgroup_texts_size(cgroup) : 0));
	if (!held)
		return;
	texts = held->texts;
	held->has_image = image;
	held->has_cgroup = cgroup;
	if (image)
		texts = image_copy(&held->image, image, texts);
	if (cgroup)
		cgroup_copy(&held->cgroup, cgroup, texts);
}

static const struct image *find_image(struct enrich *enrich, const struct event *event)
{
	const struct image_key key = {event->process_start_ns, event->pid, event->exec_id};

	return event->has & EVENT_HAS_PROCESS ? cache_find(&enrich->images, &key) : NULL;
}

static struct cgroup_key cgroup_key(const struct event *event)
{
	return (struct cgroup_key){event->cgroup_id, event->cgroup1_id};
}

static void look_up(struct enrich *enrich, struct event *event)
{
	struct cgroup_key key = cgroup_key(event);

	event->image = find_image(enrich, event);
	event->cgroup = event->has & EVENT_HAS_CGROUP ? cgroups_find(&enrich->cgroups, &key) : NULL;
}

void enrich_again(struct enrich *enrich, struct event *event)
{
	look_up(enrich, event);
	event->names = destinations_again(&enrich->destinations, event);
}

static void look_up_closed(struct enrich *enrich, struct event *event)
{
	struct connection_key key = connection_key(event);
	const struct held *held = cache_find(&enrich->connections, &key);

	if (!held) {
		look_up(enrich, event);
		return;
	}
	event->image = held->has_image ? &held->image : NULL;
	event->cgroup = held->has_cgroup ? &held->cgroup : NULL;
	/* Names may have come since. */
	if (event->cgroup && enrich->cgroups.ask) {
		const struct cgroup *known = cgroups_find(&enrich->cgroups, &held->cgroup.key);

		event->cgroup = known ? known : event->cgroup;
	}
	enrich->closed = key;
	enrich->has_closed = true;
}

static void look_up_attempt(struct enrich *enrich, struct event *event)
{
	struct cgroup_key cgroup = cgroup_key(event);

	event->image = find_image(enrich, event);
	event->cgroup = event->has & EVENT_HAS_CGROUP
				? cgroups_at(&enrich->cgroups, &cgroup, event->start_ns)
				: NULL;
	if (enrich->closes && event->kind == EVENT_ESTABLISHED && (event->image || event->cgroup))
		hold(enrich, event);
}

void enrich_event(struct enrich *enrich, struct event *event)
{
	if (enrich->has_closed)
		cache_remove(&enrich->connections, &enrich->closed);
	enrich->has_closed = false;
	if (event->kind == EVENT_CLOSE)
		look_up_closed(enrich, event);
	else
		look_up_attempt(enrich, event);
	event->names = destinations_event(&enrich->destinations, event);
}

void enrich_keep_all(struct enrich *enrich)
{
	struct cache *caches[] = {&enrich->images, &enrich->cgroups.cache};

	for (size_t i = 0; i < ARRAY_SIZE(caches); i++)
		caches[i]->max = caches[i]->max_bytes = SIZE_MAX;
}

void enrich_ask_names(struct enrich *enrich, enrich_ask_fn *ask, void *ctx)
{
	enrich->cgroups.ask = ask;
	enrich->cgroups.ctx = ctx;
}

void enrich_names(struct enrich *enrich, const struct cgroup *named)
{
	cgroups_name(&enrich->cgroups, named);
}

struct enrich_forgotten enrich_forgotten(const struct enrich *enrich)
{
	return (struct enrich_forgotten){
		.images = enrich->images.evicted,
		.cgroups = enrich->cgroups.cache.evicted,
		.connections = enrich->connections.evicted,
	};
}

struct enrich_dns enrich_dns(const struct enrich *enrich)
{
	const struct destinations *destinations = &enrich->destinations;
	struct known_counts counts = {0};

	if (destinations->known)
		counts = known_counts(destinations->known);
	return (struct enrich_dns){
		.answers = counts.answers,
		.forgotten = counts.forgotten,
		.connections = destinations->held.evicted,
	};
}
