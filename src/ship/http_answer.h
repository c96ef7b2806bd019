/* SPDX-License-Identifier: MIT */
/* What an answer of HTTP means. Pure. */
#ifndef SHIP_HTTP_ANSWER_H
#define SHIP_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ship/output.h"

struct http_response {
	long status;
	const char *retry_after; /* headers; NULL: not there */
	const char *location;
	const char *body; /* its begin, any bytes */
	size_t body_size;
	bool is_otlp;
};

/* All but the number. reason: of a table, constant. */
void http_answer_of(const struct http_response *response, uint64_t now_utc_ns, struct answer *ret);

#endif
