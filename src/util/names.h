/* SPDX-License-Identifier: MIT */
/*
 * Names of numbers, read once from the files themselves: NSS could ask a server, and wait. A name
 * is any bytes but white space; whoever prints it cleans it.
 */
#ifndef UTIL_NAMES_H
#define UTIL_NAMES_H

#include <stdint.h>

#define NAMES_SERVICES "/etc/services"
#define NAMES_PASSWD   "/etc/passwd"

struct names;

/*
 * Reads the TCP services and the users of these files; *ret is the caller's, to be freed with
 * names_free(). A file that is not there has no names. -errno if one cannot be read.
 */
int names_load(const char *services, const char *passwd, struct names **ret);
void names_free(struct names *names);

/* NULL where there is no such name, or no names at all (names is NULL). Live as long as names. */
const char *names_service(const struct names *names, uint16_t port);
const char *names_user(const struct names *names, uint32_t uid);

#endif
