// SPDX-License-Identifier: MIT
#include "audit/match.h"

#include <string.h>

#include "util/address.h"
#include "util/array.h"

struct network {
	uint8_t addr[16];
	uint32_t prefix_len; /* of 128 bits */
};

#define IPV4(a, b) .addr = {[10] = 0xff, [11] = 0xff, (a), (b)}

static const struct network loopback[] = {
	{IPV4(127, 0), ADDRESS_MAPPED_BITS + 8},
	{.addr = {[15] = 1}, 128},
};

/* RFC 1918, RFC 4193. Not 169.254.0.0/16: clouds give away credentials there. */
static const struct network private[] = {
	{IPV4(10, 0), ADDRESS_MAPPED_BITS + 8},
	{IPV4(172, 16), ADDRESS_MAPPED_BITS + 12},
	{IPV4(192, 168), ADDRESS_MAPPED_BITS + 16},
	{.addr = {0xfc}, 7},
};

static bool begins_alike(const uint8_t a[16], const uint8_t b[16], uint32_t bits)
{
	uint32_t bytes = bits / 8, rest = bits % 8;

	return !memcmp(a, b, bytes) &&
	       (!rest || !((a[bytes] ^ b[bytes]) & (uint8_t)(0xff00 >> rest)));
}

static bool is_in(const struct network *networks, size_t n, const uint8_t addr[16])
{
	for (size_t i = 0; i < n; i++)
		if (begins_alike(networks[i].addr, addr, networks[i].prefix_len))
			return true;
	return false;
}

static bool is_in_network(const struct rule *rule, const struct event *event)
{
	const struct endpoint *dst = &event->dst;

	return rule->family == event->family &&
	       begins_alike(rule->addr, dst->addr, rule->prefix_len) &&
	       (!rule->scope_id || rule->scope_id == dst->scope_id);
}

static bool place_fits(const struct rule *rule, const struct event *event)
{
	switch (rule->place) {
	case RULE_LOOPBACK:
		return is_in(loopback, ARRAY_SIZE(loopback), event->dst.addr);
	case RULE_PRIVATE:
		return is_in(private, ARRAY_SIZE(private), event->dst.addr);
	case RULE_NETWORK:
		return is_in_network(rule, event);
	default:
		return false; /* a name: see names_fit() */
	}
}

static bool port_fits(const struct rule *rule, uint16_t port)
{
	const struct rule_ports *ports = rule->ports.items;

	for (size_t i = 0; i < rule->ports.n; i++)
		if (port >= ports[i].first && port <= ports[i].last)
			return true;
	return !rule->ports.n;
}

static enum fit process_fit(const struct rule *rule, const struct event *event)
{
	if (!rule->process)
		return FIT_YES;
	if (rule->is_path)
		return exe_fit(rule->process, event);
	if (!(event->has & EVENT_HAS_PROCESS))
		return event->origin == ORIGIN_KERNEL ? FIT_NO : FIT_UNKNOWN;
	return strncmp(rule->process, event->comm, COMM_LEN) ? FIT_NO : FIT_YES;
}

/* Of a rule whose destination fits. */
static enum fit use(struct rule *rule, const struct event *event)
{
	enum fit fit = process_fit(rule, event);

	rule->used |= fit == FIT_YES;
	return fit;
}

static enum fit name_fit(struct rules *rules, const char *name, const struct event *event)
{
	struct rule *items = rules->rules.items;
	enum fit best = FIT_NO;

	for (size_t i = 0; i < rules->rules.n; i++) {
		struct rule *rule = &items[i];
		enum fit fit;

		if (rule->place != RULE_NAME || strcmp(rule->name, name) != 0 ||
		    !port_fits(rule, event->dst.port))
			continue;
		fit = use(rule, event);
		best = fit > best ? fit : best;
	}
	return best;
}

/* The least of all names that it may have been asked for by, and of those that there may be
 * besides. */
static enum fit names_fit(struct rules *rules, const struct event *event)
{
	const struct dns_names *names = event->names;
	enum fit least;

	if (!names || !names->n || names->source == DNS_FROM_HOST)
		return FIT_NO;
	least = dns_names_are_all(names) ? FIT_YES : FIT_UNKNOWN;
	for (size_t i = 0; i < names->n; i++) {
		enum fit fit = name_fit(rules, names->names[i], event);

		least = fit < least ? fit : least;
	}
	return least;
}

enum fit rules_fit(struct rules *rules, const struct event *event)
{
	struct rule *items = rules->rules.items;
	enum fit best = rules->has_names ? names_fit(rules, event) : FIT_NO;

	for (size_t i = 0; i < rules->rules.n; i++) {
		enum fit fit = FIT_NO;

		if (place_fits(&items[i], event) && port_fits(&items[i], event->dst.port))
			fit = use(&items[i], event);
		best = fit > best ? fit : best;
	}
	return best;
}
