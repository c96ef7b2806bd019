/* SPDX-License-Identifier: MIT */
/*
 * What is expected: a file of rules, one a line, as docs/audit.md has it. Pure, but for its memory.
 *
 *     version 1
 *     [PROCESS] DESTINATION[:PORTS] [# comment]
 */
#ifndef AUDIT_RULES_H
#define AUDIT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"
#include "util/vector.h"

/* What every file begins with. */
#define RULES_VERSION "version 1"

enum rule_place { RULE_NETWORK, RULE_LOOPBACK, RULE_PRIVATE, RULE_NAME };

struct rule_ports {
	uint16_t first, last;
};

struct rule {
	unsigned int line; /* from 1 */
	char *text;	   /* without its comment */
	char *process;	   /* NULL: any */
	bool is_path;	   /* it is an executable's, else a process's name */
	enum rule_place place;
	char *name;	     /* RULE_NAME: in lower case */
	uint8_t addr[16];    /* RULE_NETWORK, like the next three */
	uint32_t prefix_len; /* of 128 bits */
	uint8_t family;	     /* 4 or 6: ::/0 has no IPv4 address in it */
	uint32_t scope_id;   /* 0: whatever zone */
	struct vector ports; /* of struct rule_ports; empty: any */
	bool used;	     /* something fits it: audit/match.h */
};

/* Zero-initialised, nothing is expected. */
struct rules {
	struct vector rules; /* of struct rule, as they stand in the file */
	bool has_names;
};

/* What is wrong with a line of the file. */
typedef void rules_wrong_fn(void *ctx, unsigned int line, const char *what);

/*
 * text: size bytes, all of the file; one without a byte is without a rule. Tells of every line that
 * is wrong. Returns 0; -EBADMSG if any is; -ENOMEM. In these cases *ret is untouched.
 */
int rules_parse(const char *text, size_t size, rules_wrong_fn *wrong, void *ctx, struct rules *ret);
void rules_free(struct rules *rules);

/* "10.0.0.0/8:443": sets what it says in rule. Returns 0; -EINVAL and why; -ENOMEM. */
int rule_read_destination(const char *text, struct rule *rule, struct error *reason);

#endif
