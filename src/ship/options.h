/* SPDX-License-Identifier: MIT */
/* The command line of tpconnect-ship. */
#ifndef SHIP_OPTIONS_H
#define SHIP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "ship/body.h"
#include "ship/output.h"
#include "ship/url.h"

struct ship_options {
	const char *store;
	struct url url;
	struct output_target target;
	const struct output_ops *ops;
	struct shape shape;
	unsigned int window;
	const char *offset, *metrics; /* paths; NULL: not given */
	uint64_t since_ns;	      /* UTC; 0: from the start */
	bool from_start, once;
	const char *boot; /* of this host; NULL: not known. Not an option */
};

/* Returns a status to end with, having said why; -1: go on. ret's texts are argv's, or its own. */
int ship_options_parse(int argc, char **argv, struct ship_options *ret);

#endif
