// SPDX-License-Identifier: MIT
#include "aggregate/sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/huge.h"

/* A power of two, like all sizes of the table. */
#define PLACES_FIRST 1024

#define CHUNK_EVENTS (HUGE_PAGE / sizeof(struct event))

/* Of a socket (pid 0), or of a process that holds it: where the socket is, plus 1; 0: free. */
struct place {
	uint64_t socket;
	uint32_t pid;
	uint32_t index;
};

struct sockets {
	struct event *chunks[SOCKETS_MAX / CHUNK_EVENTS + 1]; /* CHUNK_EVENTS each; NULL: none */
	size_t n;
	struct place *places; /* a hash with open addressing, at most half of it used */
	size_t n_places, n_used;
};

int sockets_new(struct sockets **ret)
{
	struct sockets *sockets = calloc(1, sizeof(*sockets));

	if (!sockets)
		return -ENOMEM;
	*ret = sockets;
	return 0;
}

void sockets_free(struct sockets *sockets)
{
	if (!sockets)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(sockets->chunks); i++)
		free(sockets->chunks[i]);
	free(sockets->places);
	free(sockets);
}

static struct event *at(const struct sockets *sockets, size_t index)
{
	return &sockets->chunks[index / CHUNK_EVENTS][index % CHUNK_EVENTS];
}

/* The upper bits of a product depend on all of the key: Knuth's multiplicative hashing. */
static uint64_t hash(uint64_t socket, uint32_t pid)
{
	return ((socket ^ (uint64_t)pid << 40) * 0x9e3779b97f4a7c15u) >> 32;
}

/* The key's place, or the free one that it would get. There is always one that is free. */
static struct place *find(const struct sockets *sockets, uint64_t socket, uint32_t pid)
{
	size_t mask = sockets->n_places - 1;
	size_t i = hash(socket, pid) & mask;

	while (sockets->places[i].index &&
	       (sockets->places[i].socket != socket || sockets->places[i].pid != pid))
		i = (i + 1) & mask;
	return &sockets->places[i];
}

/* Makes room for two more places: that of a socket, and of one of its holders. */
static int make_places(struct sockets *sockets)
{
	struct sockets larger = *sockets;

	if (2 * (sockets->n_used + 2) <= sockets->n_places)
		return 0;
	larger.n_places = sockets->n_places ? 2 * sockets->n_places : PLACES_FIRST;
	larger.places = huge_alloc(larger.n_places * sizeof(*larger.places));
	if (!larger.places)
		return -ENOMEM;
	memset(larger.places, 0, larger.n_places * sizeof(*larger.places));
	for (size_t i = 0; i < sockets->n_places; i++) {
		const struct place *place = &sockets->places[i];

		if (place->index)
			*find(&larger, place->socket, place->pid) = *place;
	}
	free(sockets->places);
	*sockets = larger;
	return 0;
}

static int make_room(struct sockets *sockets)
{
	struct event **chunk = &sockets->chunks[sockets->n / CHUNK_EVENTS];

	if (sockets->n == SOCKETS_MAX)
		return -ENOMEM;
	if (*chunk)
		return 0;
	/* Most hosts have a few sockets, for which a huge page would be cleared in vain. */
	*chunk = sockets->n ? huge_alloc(HUGE_PAGE) : malloc(HUGE_PAGE);
	return *chunk ? 0 : -ENOMEM;
}

/* Without what is not ours to keep. */
static void copy(struct event *to, const struct event *event)
{
	*to = *event;
	to->has |= EVENT_HAS_HOLDERS;
	to->holders = 0;
	to->image = NULL;
	to->cgroup = NULL;
	to->names = NULL;
}

/* Whether a says better than b whose socket it is. */
static bool is_better(const struct event *a, const struct event *b)
{
	if (a->open.wanted != b->open.wanted)
		return a->open.wanted;
	if (a->open.fit != b->open.fit)
		return a->open.fit > b->open.fit;
	if (a->open.held != b->open.held)
		return a->open.held;
	if (a->process_start_ns != b->process_start_ns)
		return a->process_start_ns < b->process_start_ns;
	if (a->pid != b->pid)
		return a->pid < b->pid;
	return a->open.fd < b->open.fd;
}

/* Whoever opened it stays who did, if only one look at the socket could tell. */
static void choose(struct event *chosen, const struct event *other)
{
	enum direction direction = chosen->open.direction;
	uint32_t holders = chosen->holders;

	if (is_better(other, chosen))
		copy(chosen, other);
	if (chosen->open.direction == DIRECTION_UNKNOWN)
		chosen->open.direction =
			direction == DIRECTION_UNKNOWN ? other->open.direction : direction;
	chosen->holders = holders;
}

/* Returns where it is, plus 1. */
static uint32_t keep(struct sockets *sockets, struct place *place, const struct event *event)
{
	copy(at(sockets, sockets->n++), event);
	*place = (struct place){event->open.socket, 0, (uint32_t)sockets->n};
	sockets->n_used++;
	return place->index;
}

static void count_holder(struct sockets *sockets, uint32_t index, uint32_t pid)
{
	struct event *chosen = at(sockets, index - 1);
	struct place *place = find(sockets, chosen->open.socket, pid);

	if (place->index)
		return;
	*place = (struct place){chosen->open.socket, pid, index};
	sockets->n_used++;
	chosen->holders++;
}

int sockets_add(struct sockets *sockets, const struct event *event)
{
	struct place *place;
	uint32_t index;

	if (make_places(sockets))
		return -ENOMEM;
	place = find(sockets, event->open.socket, 0);
	index = place->index;
	if (!index && make_room(sockets))
		return -ENOMEM;
	if (index)
		choose(at(sockets, index - 1), event);
	else
		index = keep(sockets, place, event);
	if (event->open.held)
		count_holder(sockets, index, event->pid);
	return 0;
}

size_t sockets_n(const struct sockets *sockets)
{
	return sockets->n;
}

const struct event *sockets_at(const struct sockets *sockets, size_t index)
{
	return at(sockets, index);
}
