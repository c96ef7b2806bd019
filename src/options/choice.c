// SPDX-License-Identifier: MIT
/*
 * Filters in which something is both named and left out: it is left out. What remains must not be
 * empty.
 */
#include <errno.h>
#include <string.h>

#include "options/errors.h"
#include "options/set.h"

/* Whether the item that is left out takes the named item out. Both have size bytes. */
typedef bool covers_fn(const void *left_out, const void *named, size_t size);

static bool is_same(const void *left_out, const void *named, size_t size)
{
	return !memcmp(left_out, named, size);
}

static bool bits_match(const uint8_t *a, const uint8_t *b, uint32_t bits)
{
	uint32_t bytes = bits / 8, rest = bits % 8;

	return !memcmp(a, b, bytes) && (!rest || !((a[bytes] ^ b[bytes]) >> (8 - rest)));
}

/*
 * The kernel's map finds the longest network that fits. So a named network must not lie in one that
 * is left out: it would win.
 */
static bool network_covers(const void *left_out, const void *named, size_t size)
{
	const struct config_network *outer = left_out, *inner = named;

	(void)size;
	return outer->family == inner->family && outer->prefix_len <= inner->prefix_len &&
	       bits_match(outer->addr, inner->addr, outer->prefix_len - NETWORK_BITS(0));
}

static bool is_left_out(const struct choice *choice, const void *named, size_t size,
			covers_fn *covers)
{
	for (size_t i = 0; i < choice->left_out.n; i++)
		if (covers((const char *)choice->left_out.items + i * size, named, size))
			return true;
	return false;
}

/*
 * Takes out of the named items what is left out. Returns false if items were named and none
 * remains.
 */
static bool settle(struct choice *choice, size_t size, covers_fn *covers)
{
	char *items = choice->named.items;
	size_t n = choice->named.n, kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!is_left_out(choice, items + i * size, size, covers))
			memmove(items + kept++ * size, items + i * size, size);
	choice->named.n = kept;
	return kept || !n;
}

static bool is_same_text(const char *left_out, const char *named)
{
	return !strcmp(left_out, named);
}

/* Texts stay: wanted_fit() asks what is left out first. Returns false as settle() does. */
static bool any_remains(const struct choice *choice,
			bool (*covers)(const char *left_out, const char *named))
{
	char *const *named = choice->named.items, *const *left_out = choice->left_out.items;
	size_t n = choice->named.n, taken = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < choice->left_out.n; j++)
			if (covers(left_out[j], named[i])) {
				taken++;
				break;
			}
	return taken < n || !n;
}

/* Without named ports, all ports are wanted but those that are left out. */
static bool settle_ports(struct options *options)
{
	__u64 *ports = options->request.config.ports, named = 0, wanted = 0;

	if (!options->request.config.filter_port)
		return true;
	for (size_t i = 0; i < PORT_WORDS; i++)
		named |= ports[i];
	for (size_t i = 0; i < PORT_WORDS; i++) {
		ports[i] = (named ? ports[i] : UINT64_MAX) & ~options->ports_left_out[i];
		wanted |= ports[i];
	}
	return wanted;
}

static bool netns_is_left(const struct options *options)
{
	const struct config *kernel = &options->request.config;

	for (uint32_t i = 0; kernel->netns && i < kernel->n_netns_left_out; i++)
		if (kernel->netns_left_out[i] == kernel->netns)
			return false;
	return true;
}

/* The kernel side takes the first cgroup that fits, so those that are left out come first. */
static bool settle_cgroups(struct config *kernel)
{
	struct config_cgroup sorted[CGROUPS_MAX] = {{0}};
	uint32_t n = 0, left_out, named = 0;

	for (uint32_t i = 0; i < kernel->n_cgroups; i++)
		if (kernel->cgroups[i].left_out)
			sorted[n++] = kernel->cgroups[i];
	left_out = n;
	for (uint32_t i = 0; i < kernel->n_cgroups; i++) {
		bool again = false;

		if (kernel->cgroups[i].left_out)
			continue;
		named++;
		for (uint32_t j = 0; j < left_out; j++)
			again = again || sorted[j].id == kernel->cgroups[i].id;
		if (!again)
			sorted[n++] = kernel->cgroups[i];
	}
	memcpy(kernel->cgroups, sorted, sizeof(sorted));
	kernel->n_cgroups = n;
	kernel->filter_cgroup = !n ? FILTER_UNUSED : named ? FILTER_NAMED : FILTER_OTHERS;
	return !named || n > left_out;
}

int settle_filters(struct options *options, struct error *error)
{
	const char *empty = NULL;

	if (!settle(&options->request.pids, sizeof(uint32_t), is_same))
		empty = "pid";
	if (!settle(&options->request.uids, sizeof(uint32_t), is_same))
		empty = "uid";
	if (!settle(&options->request.comms, COMM_LEN, is_same))
		empty = "comm";
	if (!settle(&options->request.networks, sizeof(struct config_network), network_covers))
		empty = "dst";
	if (!settle_ports(options))
		empty = "port";
	if (!settle_cgroups(&options->request.config))
		empty = "cgroup";
	if (!netns_is_left(options))
		empty = "netns";
	if (!any_remains(&options->request.wanted.exes, exe_covers))
		empty = "exe";
	if (!any_remains(&options->request.wanted.containers, container_covers))
		empty = "container";
	if (!any_remains(&options->request.wanted.units, is_same_text))
		empty = "unit";
	return empty ? refuse(error, "--%s leaves out all that it names", empty) : 0;
}
