// SPDX-License-Identifier: MIT
#include "enrich/destinations.h"

#include "model/texts.h"

/* What a connection holds takes about 200 bytes: there is room for 10,000. */
#define HELD_BYTES (2 << 20)

int destinations_open(struct destinations *destinations, bool closes, bool host)
{
	*destinations = (struct destinations){
		.closes = closes,
		.held = {.key_size = sizeof(struct connection_key),
			 .max = SIZE_MAX,
			 .max_bytes = HELD_BYTES},
	};
	return known_new(host, &destinations->known);
}

void destinations_close(struct destinations *destinations)
{
	cache_clear(&destinations->held);
	known_free(destinations->known);
}

/* What was open before has no attempt that anything could have been answered before. */
static const struct dns_names *find(struct destinations *destinations, const struct event *event,
				    struct dns_names *found)
{
	struct connection_key key = connection_key(event);
	const struct dns_names *held;

	if (!destinations->known || event->preexisting)
		return NULL;
	held = cache_find(&destinations->held, &key);
	if (held)
		return held;
	return known_find(destinations->known, event, found) ? found : NULL;
}

/* Without memory for it, later events have what is known then. */
static const struct dns_names *hold(struct destinations *destinations, const struct event *event,
				    const struct dns_names *names)
{
	struct connection_key key = connection_key(event);
	struct dns_names *held =
		cache_add(&destinations->held, &key, sizeof(*held) + dns_names_texts_size(names));

	if (!held)
		return names;
	dns_names_copy(held, names, (char *)(held + 1));
	return held;
}

static bool is_last(const struct destinations *destinations, const struct event *event)
{
	switch (event->kind) {
	case EVENT_FAILED:
	case EVENT_CANCELLED:
	case EVENT_CLOSE:
		return true;
	default:
		return event->kind == EVENT_ESTABLISHED && !destinations->closes;
	}
}

const struct dns_names *destinations_event(struct destinations *destinations,
					   const struct event *event)
{
	const struct dns_names *names;

	if (destinations->has_over)
		cache_remove(&destinations->held, &destinations->over);
	destinations->has_over = false;
	names = find(destinations, event, &destinations->found);
	if (!names)
		return NULL;
	if (!is_last(destinations, event))
		return names == &destinations->found ? hold(destinations, event, names) : names;
	destinations->over = connection_key(event);
	destinations->has_over = true;
	return names;
}

const struct dns_names *destinations_again(struct destinations *destinations,
					   const struct event *event)
{
	return find(destinations, event, &destinations->again);
}
