/* SPDX-License-Identifier: MIT */
/* What formats show of the names of a destination, by DNS. Pure. */
#ifndef FORMAT_DNS_H
#define FORMAT_DNS_H

#include <stddef.h>

#include "format/cell.h"
#include "model/dns_names.h"
#include "util/json.h"

/*
 * Text: " name=X" where it is certain, else " names=X,Y"; and whose answers they are, unless the
 * process's own. A comma in a name is written \044 there, and in cells.
 */
void dns_text(struct buffer *out, const struct dns_names *names);

/* JSON: the one that is certain, all, and whose answers they are. */
void dns_json(struct json *json, const struct dns_names *names);

/* JSON of a group: all only where none is certain. */
void dns_json_key(struct json *json, const struct dns_names *names);

/* All names with commas between, each byte of which may be one; and brackets. */
#define DNS_LABEL_MAX (DNS_NAMES_MAX * sizeof("\\044") * DNS_NAME_ROOM)

/* What a cell has that is wide enough, in at most DNS_LABEL_MAX bytes. */
void dns_label(struct buffer *out, const struct dns_names *names);

/*
 * "a" where it is certain, else "a,b"; "(a)" by answers of others, in at most max columns. A name
 * that is too long loses its beginning; of several, the first is shown, and how many more there
 * are: "a,+1". names: NULL for "-".
 */
void dns_cell(struct cell *cell, const struct dns_names *names, unsigned int max);

/* Bytes of all texts, as often as a line has them. */
size_t dns_text_size(const struct dns_names *names);

#endif
