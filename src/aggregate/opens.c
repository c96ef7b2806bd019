// SPDX-License-Identifier: MIT
#include "aggregate/opens.h"

#include <string.h>

void opens_add(struct opens *opens, const struct event *event)
{
	if (event_listens(event))
		opens->listening++;
	else if (event->open.direction == DIRECTION_OUT)
		opens->outbound++;
	else if (event->open.direction == DIRECTION_IN)
		opens->inbound++;
	else
		opens->unknown++;
	opens->unheld += !event->open.held;
	opens->bytes_sent += event->bytes_sent;
	opens->bytes_received += event->bytes_received;
}

void opens_merge(struct opens *to, const struct opens *from)
{
	to->outbound += from->outbound;
	to->inbound += from->inbound;
	to->unknown += from->unknown;
	to->listening += from->listening;
	to->unheld += from->unheld;
	to->bytes_sent += from->bytes_sent;
	to->bytes_received += from->bytes_received;
}

int opens_compare(const void *a, const void *b)
{
	const struct opens *x = a, *y = b;
	uint64_t m = opens_all(x), n = opens_all(y);

	if (m == n) {
		m = x->bytes_sent + x->bytes_received;
		n = y->bytes_sent + y->bytes_received;
	}
	return m > n ? -1 : m < n;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_endpoints(const struct endpoint *a, const struct endpoint *b)
{
	int order = memcmp(a->addr, b->addr, sizeof(a->addr));

	if (!order)
		order = compare_numbers(a->scope_id, b->scope_id);
	return order ? order : compare_numbers(a->port, b->port);
}

int opens_order(const struct event *a, const struct event *b)
{
	int order = compare_numbers(!a->open.held, !b->open.held);

	if (!order && a->open.held)
		order = strncmp(a->comm, b->comm, sizeof(a->comm));
	if (!order && a->open.held)
		order = compare_numbers(a->pid, b->pid);
	if (!order)
		order = compare_endpoints(&a->dst, &b->dst);
	if (!order)
		order = compare_endpoints(&a->src, &b->src);
	return order ? order : compare_numbers(a->open.socket, b->open.socket);
}
