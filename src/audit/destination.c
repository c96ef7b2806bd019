// SPDX-License-Identifier: MIT
/* DESTINATION[:PORTS] of a rule: an address, a network, a name, or one of two words. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "audit/rules.h"
#include "util/address.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define QUOTED "%.80s"

/* RFC 1035, 2.3.4, without the dot at the end. */
#define NAME_MAX_BYTES	253
#define LABEL_MAX_BYTES 63

#define DIGITS "0123456789"

static int read_port(const char *text, uint16_t *ret)
{
	uint64_t port;

	if (parse_u64(text, 0, UINT16_MAX, &port))
		return -EINVAL;
	*ret = (uint16_t)port;
	return 0;
}

/* "443", or "8000-8999". */
static int add_ports(const char *word, void *arg)
{
	_cleanup_free_ char *text = strdup(word);
	char *dash = text ? strchr(text, '-') : NULL;
	struct rule_ports ports;
	struct rule *rule = arg;

	if (!text)
		return -ENOMEM;
	if (dash)
		*dash = '\0';
	if (read_port(text, &ports.first) || read_port(dash ? dash + 1 : text, &ports.last) ||
	    ports.first > ports.last)
		return -EINVAL;
	return vector_push(&rule->ports, &ports, sizeof(ports));
}

static int read_ports(const char *text, struct rule *rule, struct error *reason)
{
	_cleanup_free_ char *word = NULL;
	int err = parse_list(text, add_ports, rule, &word);

	if (!err || err == -ENOMEM)
		return err;
	return error_set(reason, -EINVAL,
			 "'" QUOTED "' are no ports: numbers up to 65535 and ranges, such as "
			 "443,8000-8999",
			 text);
}

/* The zone of an address, by number: behind its '%', which becomes its end. */
static int read_zone(char *text, struct rule *rule, struct error *reason)
{
	char *percent = strchr(text, '%');
	uint64_t scope_id;

	if (!percent)
		return 0;
	if (parse_u64(percent + 1, 1, UINT32_MAX, &scope_id))
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is no zone: it is the number of an interface, as in "
				 "[fe80::1%%3]:80",
				 percent + 1);
	*percent = '\0';
	rule->scope_id = (uint32_t)scope_id;
	return 0;
}

static bool has_bits_beyond(const uint8_t addr[16], uint32_t prefix_len)
{
	for (uint32_t bit = prefix_len; bit < 128; bit++)
		if (addr[bit / 8] & 0x80 >> bit % 8)
			return true;
	return false;
}

static int read_network(char *text, struct rule *rule, struct error *reason)
{
	_cleanup_free_ char *given = strdup(text);
	int err;

	if (!given)
		return -ENOMEM;
	if (read_zone(text, rule, reason))
		return -EINVAL;
	err = parse_network(text, rule->addr, &rule->prefix_len);
	if (err == -ENOMEM)
		return err;
	if (err)
		return error_set(reason, -EINVAL, "'" QUOTED "' is no address or network", given);
	if (rule->scope_id && (rule->prefix_len < 128 || !address_is_link_local(rule->addr)))
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' has a zone, which is for link-local addresses",
				 given);
	if (has_bits_beyond(rule->addr, rule->prefix_len))
		return error_set(reason, -EINVAL,
				 "'" QUOTED
				 "' has bits beyond its prefix: an address alone, or the "
				 "network's first",
				 given);
	rule->place = RULE_NETWORK;
	rule->family =
		rule->prefix_len >= ADDRESS_MAPPED_BITS ? address_family(rule->addr) : (uint8_t)6;
	return 0;
}

/* Lower case, digits, '-' and '_', in labels; the last one is no number. */
static bool is_name(const char *text)
{
	size_t len = strlen(text), label = 0;

	if (!len || len > NAME_MAX_BYTES)
		return false;
	for (size_t i = 0; i < len; i++) {
		label = text[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX_BYTES || (!label && (!i || text[i - 1] == '.')))
			return false;
		if (!strchr("abcdefghijklmnopqrstuvwxyz" DIGITS "-_.", text[i]))
			return false;
	}
	return label && strspn(text + len - label, DIGITS) < label;
}

static int read_name(const char *text, struct rule *rule, struct error *reason)
{
	rule->name = strdup(text);
	if (!rule->name)
		return -ENOMEM;
	for (char *at = rule->name; *at; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	rule->place = RULE_NAME;
	if (!is_name(rule->name))
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is no address, network, loopback, private or name "
				 "(in ASCII, without a dot at its end)",
				 text);
	return 0;
}

static int read_place(char *text, struct rule *rule, struct error *reason)
{
	if (strchr(text, '*'))
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is a wildcard, and so a hole: whoever can have a "
				 "name below it would be expected; write each name",
				 text);
	if (!strcmp(text, "loopback") || !strcmp(text, "private")) {
		rule->place = *text == 'l' ? RULE_LOOPBACK : RULE_PRIVATE;
		return 0;
	}
	if (strpbrk(text, ":/%") || strspn(text, DIGITS ".") == strlen(text))
		return read_network(text, rule, reason);
	return read_name(text, rule, reason);
}

/* From its bracket on. */
static int read_bracketed(char *text, struct rule *rule, struct error *reason)
{
	char *bracket = strchr(text, ']');
	int err;

	if (!bracket || (bracket[1] && bracket[1] != ':'))
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is not as an IPv6 address with ports should be: "
				 "[2001:db8::1]:443",
				 text);
	*bracket = '\0';
	if (!strchr(text + 1, ':'))
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is in brackets, and no IPv6 address or network",
				 text + 1);
	err = read_network(text + 1, rule, reason);
	return err || !bracket[1] ? err : read_ports(bracket + 2, rule, reason);
}

int rule_read_destination(const char *text, struct rule *rule, struct error *reason)
{
	_cleanup_free_ char *copy = strdup(text);
	char *colon = copy ? strchr(copy, ':') : NULL;
	int err;

	if (!copy)
		return -ENOMEM;
	if (*copy == '[')
		return read_bracketed(copy, rule, reason);
	if (!colon || strchr(colon + 1, ':')) /* with more than one, an IPv6 address */
		return read_place(copy, rule, reason);
	*colon = '\0';
	err = read_place(copy, rule, reason);
	return err ? err : read_ports(colon + 1, rule, reason);
}
