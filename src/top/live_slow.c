// SPDX-License-Identifier: MIT
#include "top/live_slow.h"

static size_t fastest(const struct live_slow *slow)
{
	size_t found = 0;

	for (size_t i = 1; i < slow->n; i++)
		if (slow->kept[i].connection.latency_ns < slow->kept[found].connection.latency_ns)
			found = i;
	return found;
}

void live_slow_keep(struct live_slow *slow, const struct live_connection *connection,
		    const struct live_pair *pair)
{
	size_t at = slow->n < LIVE_HANDSHAKES ? slow->n : fastest(slow);

	if (!connection->established_ns || !connection->latency_ns ||
	    connection->ended_ns >= connection->established_ns + LIVE_HANDSHAKE_NS)
		return;
	if (at < slow->n && slow->kept[at].connection.latency_ns >= connection->latency_ns)
		return;
	slow->n += at == slow->n;
	slow->kept[at] = (struct live_handshake){.pair = pair, .connection = *connection};
	slow->kept[at].connection.prev = slow->kept[at].connection.next = NULL;
}

static void remove_at(struct live_slow *slow, size_t i)
{
	slow->kept[i] = slow->kept[--slow->n];
}

void live_slow_expire(struct live_slow *slow, uint64_t now_ns)
{
	for (size_t i = slow->n; i-- > 0;)
		if (now_ns >= slow->kept[i].connection.established_ns + LIVE_HANDSHAKE_NS)
			remove_at(slow, i);
}

void live_slow_replace(struct live_slow *slow, const struct live_pair *pair,
		       const struct live_pair *by)
{
	for (size_t i = slow->n; i-- > 0;) {
		if (slow->kept[i].pair != pair)
			continue;
		slow->kept[i].pair = by;
		if (!by)
			remove_at(slow, i);
	}
}
