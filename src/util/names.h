/* SPDX-License-Identifier: MIT */
/*
 * What this host calls TCP ports and users, by number and by name: read from the files themselves,
 * as NSS could ask a server, and wait. A name is any bytes but white space; whoever prints it
 * cleans it.
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

/* The name of a number; NULL if it has none, or if names is NULL. It lives as long as names. */
const char *names_service(const struct names *names, uint16_t port);
const char *names_user(const struct names *names, uint32_t uid);

/* A bit for each port: port / 64 is the word, port % 64 the bit. The type is that of __u64. */
#define SERVICE_PORT_WORDS 1024

/*
 * Sets the bits of the TCP ports that the file calls by that name, exactly; where there is none, of
 * those that have it as an alias. Several ports can have one name. Returns 0; -ESRCH if there is no
 * such service; -errno if the file cannot be read. In both cases, ports are untouched.
 */
int service_ports(const char *services, const char *name,
		  unsigned long long ports[SERVICE_PORT_WORDS]);

/* The first user of that name. Returns 0; -ENOENT: there is none; -errno: the file cannot be read.
 */
int user_find(const char *passwd, const char *name, uint32_t *ret_uid);

/*
 * Likewise, with the user's group; name: a number is one too. Who has that number but no line is of
 * the group of that number.
 */
int user_account(const char *passwd, const char *name, uint32_t *ret_uid, uint32_t *ret_gid);

#endif
