// SPDX-License-Identifier: MIT
#include "model/filters.h"

#include <string.h>

static bool has_item(const struct vector *items, const void *item, size_t size)
{
	for (size_t i = 0; i < items->n; i++)
		if (!memcmp((const char *)items->items + i * size, item, size))
			return true;
	return false;
}

/* What a map of the kernel side says of a key: settle_filters() has left no key on both lists. */
static bool key_wanted(const struct choice *choice, uint8_t use, const void *key, size_t size)
{
	if (has_item(&choice->left_out, key, size))
		return false;
	return use == FILTER_OTHERS || has_item(&choice->named, key, size);
}

/* Of its two names, one may be wanted, and none left out. */
static bool comm_wanted(const struct request *request, const struct event *event)
{
	const struct choice *comms = &request->comms;

	if (has_item(&comms->left_out, event->comm, COMM_LEN) ||
	    has_item(&comms->left_out, event->thread_comm, COMM_LEN))
		return false;
	return request->config.filter_comm == FILTER_OTHERS ||
	       has_item(&comms->named, event->comm, COMM_LEN) ||
	       has_item(&comms->named, event->thread_comm, COMM_LEN);
}

static bool process_wanted(const struct request *request, const struct event *event)
{
	const struct config *config = &request->config;

	if (!config->filter_pid && !config->filter_uid && !config->filter_comm)
		return true;
	if (!(event->has & EVENT_HAS_PROCESS))
		return false;
	if (config->filter_pid &&
	    !key_wanted(&request->pids, config->filter_pid, &event->pid, sizeof(event->pid)))
		return false;
	if (config->filter_uid &&
	    !key_wanted(&request->uids, config->filter_uid, &event->uid, sizeof(event->uid)))
		return false;
	return !config->filter_comm || comm_wanted(request, event);
}

static bool network_has(const struct config_network *network, const struct event *event)
{
	uint32_t bits = network->prefix_len - NETWORK_BITS(0), rest = bits % 8;
	const uint8_t *addr = event->dst.addr;

	if (network->family != event->family || memcmp(network->addr, addr, bits / 8) != 0)
		return false;
	return !rest || !((network->addr[bits / 8] ^ addr[bits / 8]) >> (8 - rest));
}

/* The length of the longest prefix that fits; 0: none does, as each has the family's bits. */
static uint32_t longest(const struct vector *networks, const struct event *event)
{
	const struct config_network *network = networks->items;
	uint32_t len = 0;

	for (size_t i = 0; i < networks->n; i++)
		if (network[i].prefix_len > len && network_has(&network[i], event))
			len = network[i].prefix_len;
	return len;
}

/* As the kernel's map finds it. */
static bool address_wanted(const struct request *request, const struct event *event)
{
	const struct config *config = &request->config;
	uint32_t named, left_out;

	if (config->family && config->family != event->family)
		return false;
	if (!config->filter_dst)
		return true;
	named = longest(&request->networks.named, event);
	left_out = longest(&request->networks.left_out, event);
	if (!named && !left_out)
		return config->filter_dst == FILTER_OTHERS;
	return named > left_out;
}

static bool netns_wanted(const struct config *config, const struct event *event)
{
	for (uint32_t i = 0; i < config->n_netns_left_out; i++)
		if (config->netns_left_out[i] == event->netns)
			return false;
	return !config->netns || config->netns == event->netns;
}

static bool port_wanted(const struct config *config, uint16_t port)
{
	return !config->filter_port || config->ports[port / 64] & (1ull << (port % 64));
}

bool filters_want_attempt(const struct request *request, const struct event *event)
{
	const struct config *config = &request->config;

	return netns_wanted(config, event) && port_wanted(config, event->dst.port) &&
	       address_wanted(request, event) && process_wanted(request, event);
}

static bool result_wanted(const struct config *config, const struct event *event)
{
	if (config->retried_only && event->kind == EVENT_ESTABLISHED &&
	    !(event->has & EVENT_HAS_RETRIES && event->retries))
		return false;
	/* How long an attempt will take is not known as it begins, or never, as it was not sent. */
	if (event->kind == EVENT_CONNECT)
		return !config->min_latency_ns || !event->not_sent;
	return !config->min_latency_ns ||
	       (event->has & EVENT_HAS_LATENCY && event->latency_ns >= config->min_latency_ns);
}

bool filters_want(const struct request *request, const struct event *event)
{
	return request->config.event_mask & EVENT_BIT(event->kind) &&
	       result_wanted(&request->config, event) && filters_want_attempt(request, event);
}
