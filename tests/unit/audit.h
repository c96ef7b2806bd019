/* SPDX-License-Identifier: MIT */
/* For tests: rules of a text, and attempts for them. */
#ifndef UNIT_AUDIT_H
#define UNIT_AUDIT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "audit/match.h"
#include "audit/rules.h"
#include "util/address.h"

/* What rules_parse() has told: "2: ...\n", and so on. */
static char wrongs[8192];

static inline void note_wrong(void *ctx, unsigned int line, const char *what)
{
	size_t len = strlen(wrongs);

	(void)ctx;
	snprintf(wrongs + len, sizeof(wrongs) - len, "%u: %s\n", line, what);
}

/* The rules of these lines, behind the version. */
static inline struct rules rules_of(const char *lines)
{
	struct rules rules = {0};
	char text[4096];

	*wrongs = '\0';
	snprintf(text, sizeof(text), RULES_VERSION "\n%s", lines);
	if (rules_parse(text, strlen(text), note_wrong, NULL, &rules))
		fail_msg("%s", wrongs);
	return rules;
}

static const struct image curl_image = {.exe = "/usr/bin/curl"};

/* An attempt of curl's, to that address. */
static inline struct event attempt_to(const char *address, uint16_t port)
{
	struct event event = {
		.kind = EVENT_CONNECT,
		.has = EVENT_HAS_PROCESS,
		.origin = ORIGIN_CONNECT,
		.comm = "curl",
		.image = &curl_image,
		.dst.port = port,
	};
	uint32_t bits;

	assert_int_equal(parse_network(address, event.dst.addr, &bits), 0);
	event.family = address_family(event.dst.addr);
	return event;
}

#endif
