// SPDX-License-Identifier: MIT
#include "top/rows_key.h"

#include <string.h>

#include "util/address.h"
#include "util/array.h"

/* Bytes of an address that are its network's: /24 of IPv4, which is mapped; /64 of IPv6. */
#define IPV4_NETWORK_BYTES 15
#define IPV6_NETWORK_BYTES 8

/* Of row_key.text_kind, so that a unit is no container of the same name. */
enum row_text {
	ROW_TEXT_NONE,
	ROW_TEXT_EXE,
	ROW_TEXT_CONTAINER,
	ROW_TEXT_UNIT,
	ROW_TEXT_CGROUP,
	ROW_TEXT_NAME
};

static void set_process(struct row_key *key, const struct live_pair *pair)
{
	key->has_process = pair->has_process;
	key->pid = pair->pid;
	key->process_start_ns = pair->process_start_ns;
}

static void set_address(struct row_key *key, const struct live_pair *pair, size_t bytes)
{
	memcpy(key->addr, pair->dst.addr, bytes);
	key->scope_id = pair->dst.scope_id;
}

static const char *set_text(struct row_key *key, enum row_text kind, const char *text)
{
	key->text_kind = text ? kind : ROW_TEXT_NONE;
	return text ? text : "";
}

static const char *set_place(struct row_key *key, const struct live_pair *pair)
{
	if (pair->container)
		return set_text(key, ROW_TEXT_CONTAINER, pair->container);
	if (pair->unit)
		return set_text(key, ROW_TEXT_UNIT, pair->unit);
	return set_text(key, ROW_TEXT_CGROUP, pair->cgroup);
}

static size_t network_bytes(const struct live_pair *pair)
{
	return address_family(pair->dst.addr) == 4 ? IPV4_NETWORK_BYTES : IPV6_NETWORK_BYTES;
}

const char *row_key_of(struct row_key *ret, enum rows_by by, const struct live_pair *pair)
{
	*ret = (struct row_key){.by = by};
	switch (by) {
	case ROWS_PROCESS:
		set_process(ret, pair);
		break;
	case ROWS_EXE:
		return set_text(ret, ROW_TEXT_EXE, pair->exe);
	case ROWS_CONTAINER:
		return set_place(ret, pair);
	case ROWS_NAME:
		return set_text(ret, ROW_TEXT_NAME, pair->name);
	case ROWS_USER:
		ret->has_process = pair->has_process;
		ret->uid = pair->uid;
		break;
	case ROWS_DST:
		set_address(ret, pair, sizeof(ret->addr));
		ret->port = pair->dst.port;
		break;
	case ROWS_NETWORK:
		set_address(ret, pair, network_bytes(pair));
		break;
	case ROWS_PORT:
		ret->port = pair->dst.port;
		break;
	default: /* ROWS_PAIR */
		set_process(ret, pair);
		set_address(ret, pair, sizeof(ret->addr));
		ret->port = pair->dst.port;
		break;
	}
	return "";
}

bool rows_same(enum rows_by by, const struct live_pair *a, const struct live_pair *b)
{
	struct row_key x, y;
	const char *text = row_key_of(&x, by, a);

	return !strcmp(text, row_key_of(&y, by, b)) && !memcmp(&x, &y, sizeof(x));
}

/* What is not known comes last. */
static int compare_texts(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) : !a - !b;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_destinations(const struct live_pair *a, const struct live_pair *b)
{
	int order = memcmp(a->dst.addr, b->dst.addr, sizeof(a->dst.addr));

	return order ? order : compare_numbers(a->dst.port, b->dst.port);
}

static int compare_processes(const struct live_pair *a, const struct live_pair *b)
{
	int order = compare_texts(a->has_process ? a->comm : NULL, b->has_process ? b->comm : NULL);

	return order ? order : compare_numbers(a->pid, b->pid);
}

static const char *place_of(const struct live_pair *pair)
{
	if (pair->container_name)
		return pair->container_name;
	return pair->container ? pair->container : pair->unit ? pair->unit : pair->cgroup;
}

/* Names before numbers. */
static int compare_users(const struct live_pair *a, const struct live_pair *b,
			 const struct names *names)
{
	int order = b->has_process - a->has_process;

	if (!order)
		order = compare_texts(names_user(names, a->uid), names_user(names, b->uid));
	return order ? order : compare_numbers(a->uid, b->uid);
}

int row_compare_names(enum rows_by by, const struct live_pair *a, const struct live_pair *b,
		      const struct names *names)
{
	int order;

	switch (by) {
	case ROWS_EXE:
		return compare_texts(a->exe, b->exe);
	case ROWS_CONTAINER:
		return compare_texts(place_of(a), place_of(b));
	case ROWS_NAME:
		return compare_texts(a->name, b->name);
	case ROWS_USER:
		return compare_users(a, b, names);
	case ROWS_DST:
	case ROWS_NETWORK:
		return compare_destinations(a, b);
	case ROWS_PORT:
		return compare_numbers(a->dst.port, b->dst.port);
	default: /* ROWS_PAIR, ROWS_PROCESS */
		order = compare_processes(a, b);
		return order || by == ROWS_PROCESS ? order : compare_destinations(a, b);
	}
}

const char *rows_by_name(size_t i)
{
	static const char *const names[ROWS_BY_END] = {
		[ROWS_PAIR] = "pair",		[ROWS_PROCESS] = "process", [ROWS_EXE] = "exe",
		[ROWS_CONTAINER] = "container", [ROWS_USER] = "user",	    [ROWS_DST] = "dst",
		[ROWS_NETWORK] = "network",	[ROWS_PORT] = "port",	    [ROWS_NAME] = "name",
	};

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}
