// SPDX-License-Identifier: MIT
#include "serve/clients.h"

#include <string.h>

#define NS_PER_MS 1000000ull

void clients_add(struct clients *clients, int fd, uint64_t now_ns)
{
	clients->items[clients->n++] = (struct client){.fd = fd, .since_ns = now_ns};
}

static void remove_at(struct clients *clients, size_t i)
{
	memmove(&clients->items[i], &clients->items[i + 1],
		(clients->n - i - 1) * sizeof(clients->items[0]));
	clients->n--;
}

void clients_remove(struct clients *clients, int fd)
{
	for (size_t i = 0; i < clients->n; i++) {
		if (clients->items[i].fd != fd)
			continue;
		remove_at(clients, i);
		return;
	}
}

int clients_take_late(struct clients *clients, uint64_t now_ns, size_t wanted)
{
	const struct client oldest = clients->items[0];

	if (!clients->n)
		return -1;
	if (now_ns - oldest.since_ns < CLIENT_NS && clients->n + wanted <= CLIENTS_MAX)
		return -1;
	remove_at(clients, 0);
	return oldest.fd;
}

int clients_patience_ms(const struct clients *clients, uint64_t now_ns)
{
	uint64_t late_ns;

	if (!clients->n)
		return -1;
	late_ns = clients->items[0].since_ns + CLIENT_NS;
	return late_ns <= now_ns ? 0 : (int)((late_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}
