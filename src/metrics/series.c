// SPDX-License-Identifier: MIT
/* Without memory for one more, an event is counted with `other`; the program does not end. */
#define HASH_NONFATAL_OOM 1
#include "metrics/series.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct service *add_service(struct series *series, const char *name, size_t len)
{
	struct service *service = calloc(1, sizeof(*service));

	if (!service)
		return NULL;
	service->number = ++series->last_number;
	service->len = len;
	memcpy(service->name, name, len);
	HASH_ADD(hh, series->services, name, len, service);
	if (!service->hh.tbl) { /* HASH_NONFATAL_OOM */
		free(service);
		return NULL;
	}
	return service;
}

static struct destination *add_destination(struct series *series, struct service *service,
					   const struct destination_key *key)
{
	struct destination *destination = calloc(1, sizeof(*destination));

	if (!destination)
		return NULL;
	destination->key = *key;
	destination->service = service;
	HASH_ADD(hh, series->destinations, key, sizeof(destination->key), destination);
	if (!destination->hh.tbl) {
		free(destination);
		return NULL;
	}
	return destination;
}

/* Further destinations of the service; NULL: no memory. */
static struct destination *other_of(struct series *series, struct service *service)
{
	const struct destination_key key = {.service = service->number, .other = 1};

	if (!service->other)
		service->other = add_destination(series, service, &key);
	return service->other;
}

/* There from the beginning, so that an event can always be counted. */
int series_open(struct series *series)
{
	series->other = add_service(series, SERVICE_OTHER, strlen(SERVICE_OTHER));
	return series->other && other_of(series, series->other) ? 0 : -ENOMEM;
}

void series_free(struct series *series)
{
	struct destination *destination = series->destinations, *next;
	struct service *service = series->services, *next_service;

	/* HASH_CLEAR() frees the table only, so all are still linked. */
	HASH_CLEAR(hh, series->destinations);
	for (; destination; destination = next) {
		next = destination->hh.next;
		free(destination);
	}
	HASH_CLEAR(hh, series->services);
	for (; service; service = next_service) {
		next_service = service->hh.next;
		free(service);
	}
}

static struct service *service_of(struct series *series, const struct cgroup *cgroup)
{
	char room[SERVICE_MAX];
	struct buffer name = {.data = room, .cap = sizeof(room)};
	struct service *service;

	service_put(&name, cgroup);
	HASH_FIND(hh, series->services, name.data, name.len, service);
	if (service)
		return service;
	if (series->n_services < SERVICES_MAX)
		service = add_service(series, name.data, name.len);
	if (!service)
		return series->other;
	series->n_services++;
	return service;
}

static bool is_high(uint16_t port)
{
	return port >= PORT_HIGH_FIRST && port <= PORT_HIGH_LAST;
}

static struct destination_key key_of_event(const struct service *service, const struct event *event)
{
	struct destination_key key = {
		.scope_id = event->dst.scope_id,
		.service = service->number,
		.port = is_high(event->dst.port) ? 0 : event->dst.port,
	};

	memcpy(key.addr, event->dst.addr, sizeof(key.addr));
	return key;
}

static bool has_room(const struct series *series, const struct service *service)
{
	return service != series->other && service->n < DESTINATIONS_OF_SERVICE &&
	       series->n_destinations < DESTINATIONS_MAX;
}

static struct destination *look_up(struct series *series, const struct event *event)
{
	struct service *service = service_of(series, event->cgroup);
	struct destination_key key = key_of_event(service, event);
	struct destination *destination;

	HASH_FIND(hh, series->destinations, &key, sizeof(key), destination);
	if (destination)
		return destination;
	if (has_room(series, service))
		destination = add_destination(series, service, &key);
	if (!destination) {
		destination = other_of(series, service);
		return destination ? destination : series->other->other;
	}
	service->n++;
	series->n_destinations++;
	return destination;
}

static struct series_memo memo_key(const struct event *event)
{
	struct series_memo key = {
		.cgroup = event->cgroup ? event->cgroup->serial : 0,
		.scope_id = event->dst.scope_id,
		.port = event->dst.port,
	};

	memcpy(key.addr, event->dst.addr, sizeof(key.addr));
	return key;
}

/* Fibonacci hashing: Knuth, The Art of Computer Programming, 6.4. */
static uint64_t hash(const struct series_memo *key)
{
	return (key->addr[0] ^ key->addr[1] ^ key->cgroup << 17 ^ key->port) *
	       0x9e3779b97f4a7c15ull;
}

static bool is_same(const struct series_memo *a, const struct series_memo *b)
{
	return a->addr[1] == b->addr[1] && a->cgroup == b->cgroup && a->addr[0] == b->addr[0] &&
	       a->port == b->port && a->scope_id == b->scope_id;
}

/* What is in a way is there for as long as nothing is dropped, and no more than MEMO_WAYS meet. */
struct destination *series_of(struct series *series, const struct event *event)
{
	struct series_memo key = memo_key(event), *set;
	uint64_t bits = hash(&key);
	unsigned int way = 0;

	/* Of contents without a serial, nothing says when they are others. */
	if (event->cgroup && !key.cgroup)
		return look_up(series, event);
	set = series->memo[bits >> (64 - MEMO_SET_BITS)];
	while (way < MEMO_WAYS && set[way].destination) {
		if (is_same(&set[way], &key))
			return set[way].destination;
		way++;
	}
	key.destination = look_up(series, event);
	set[way < MEMO_WAYS ? way : bits % MEMO_WAYS] = key;
	return key.destination;
}

static void drop_destination(struct series *series, struct destination *destination)
{
	struct service *service = destination->service;

	if (destination == service->other) {
		service->other = NULL;
	} else {
		service->n--;
		series->n_destinations--;
	}
	HASH_DEL(series->destinations, destination);
	free(destination);
	series->dropped++;
}

static void drop_idle_destinations(struct series *series, uint64_t before_ns)
{
	struct destination *destination, *next;

	HASH_ITER(hh, series->destinations, destination, next)
	{
		if (destination->last_ns < before_ns && destination != series->other->other)
			drop_destination(series, destination);
	}
}

void series_drop_idle(struct series *series, uint64_t before_ns)
{
	struct service *service, *next;

	memset(series->memo, 0, sizeof(series->memo));
	drop_idle_destinations(series, before_ns);
	HASH_ITER(hh, series->services, service, next)
	{
		if (service == series->other || service->n || service->other)
			continue;
		HASH_DEL(series->services, service);
		free(service);
		series->n_services--;
	}
}
