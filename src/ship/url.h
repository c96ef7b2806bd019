/* SPDX-License-Identifier: MIT */
/* What has to be known of an output's URL, whatever its protocol. Pure. */
#ifndef SHIP_URL_H
#define SHIP_URL_H

#include <stddef.h>
#include <stdint.h>

#include "ship/output.h"
#include "util/error.h"

#define URL_PORTS_MAX 16
#define URL_SUM_LEN   9

struct url {
	char shown[1025]; /* without query and fragment, which may be secret */
	/* The same, and where there is a query "#" and a sum of it: another query is another
	 * output. */
	char name[1025 + URL_SUM_LEN]; /* SHOWN_MAX of ship/place.h */
	/* Of all its hosts; where none is written, that of the scheme. */
	uint16_t ports[URL_PORTS_MAX];
	size_t n_ports;
};

/*
 * "scheme://host[:port][,host[:port]...][/path][?query]". Returns 0, or -EINVAL with a line in
 * error, which has nothing of a password or a query: no such URL, an unknown scheme, or a user in
 * it.
 */
int url_parse(const char *url, struct url *ret, struct error *error);

/*
 * The URL with its placeholders filled in, each byte of a value that is not plain as %XX: {id},
 * {host}, {boot}, {first}, {last}. Returns 0 or -ENAMETOOLONG.
 */
int url_fill(const char *url, const struct ship_frame *frame, char *ret, size_t size);

#endif
