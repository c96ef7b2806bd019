/* SPDX-License-Identifier: MIT */
/* The names that an address was got for, by answers of name servers: docs/spec.md, T14. */
#ifndef MODEL_DNS_NAMES_H
#define MODEL_DNS_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Of more names that fit, those that were answered last are kept. */
#define DNS_NAMES_MAX 4

/* Bytes of the longest name in presentation form (RFC 1035, 5.1: \DDD for each byte), with a NUL.
 */
#define DNS_NAME_ROOM 1025

/* Who got the answers. */
enum dns_source {
	DNS_FROM_PROCESS = 1, /* the process itself, as the image that made the attempt */
	DNS_FROM_PARENT,      /* the process that forked it, before that, as the same image */
	DNS_FROM_HOST,	      /* any process of this host */
};

/*
 * Texts are NUL-terminated, in lower case, as RFC 1035 writes names, but without a dot at the end;
 * they belong to whoever made the struct.
 */
struct dns_names {
	enum dns_source source;
	size_t n;			  /* 1 to DNS_NAMES_MAX */
	const char *names[DNS_NAMES_MAX]; /* each once; the one that was answered last first */
};

/* "process", "parent", "host". */
const char *dns_source_name(enum dns_source source);

/* The one that is certain: the only one, and not by the host's answers. Else, and for NULL: NULL.
 */
const char *dns_names_sure(const struct dns_names *names);

/*
 * Whether these are all names that the process can have asked for: of as many as can be kept, there
 * may be more; and the host's are by the answers that others got. False for NULL.
 */
bool dns_names_are_all(const struct dns_names *names);

#endif
