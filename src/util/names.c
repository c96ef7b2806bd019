// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/names.h"
#include "util/parse.h"

struct name {
	uint32_t number, line; /* the first of a number's names is the one that counts */
	char *text;
};

struct name_list {
	struct name *names;
	size_t n;
};

struct names {
	struct name_list services, users;
};

static int add(struct name_list *list, uint32_t number, const char *text)
{
	struct name *more = reallocarray(list->names, list->n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	list->names = more;
	more[list->n] = (struct name){number, list->n, strdup(text)};
	if (!more[list->n].text)
		return -ENOMEM;
	list->n++;
	return 0;
}

/*
 * services(5): "https  443/tcp  alias... # comment". Returns the name, or NULL if the line tells of
 * no TCP port; *ret_aliases is what follows, words in white space.
 */
static char *split_service(char *line, uint64_t *ret_port, char **ret_aliases)
{
	char *name, *port, *protocol;

	line[strcspn(line, "#")] = 0;
	name = strtok_r(line, " \t\n", ret_aliases);
	port = strtok_r(NULL, "/ \t\n", ret_aliases);
	protocol = strtok_r(NULL, " \t\n", ret_aliases);
	if (!protocol || strcmp(protocol, "tcp") || parse_u64(port, 1, UINT16_MAX, ret_port))
		return NULL;
	return name;
}

static int add_service(struct name_list *list, char *line)
{
	uint64_t number;
	char *aliases, *name = split_service(line, &number, &aliases);

	return name ? add(list, number, name) : 0;
}

/*
 * passwd(5): "name:password:uid:gid:...". Returns the name, or NULL if the line tells of no user.
 * ret_rest: what begins with the group, NULL where nothing does.
 */
static char *split_user(char *line, uint64_t *ret_uid, char **ret_rest)
{
	char *name = strsep(&line, ":"), *uid;

	strsep(&line, ":");
	uid = strsep(&line, ":");
	*ret_rest = line;
	return *name && uid && !parse_u64(uid, 0, UINT32_MAX, ret_uid) ? name : NULL;
}

static int add_user(struct name_list *list, char *line)
{
	uint64_t number;
	char *rest, *name = split_user(line, &number, &rest);

	return name ? add(list, number, name) : 0;
}

static int by_number(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int read_list(const char *path, int (*add_line)(struct name_list *list, char *line),
		     struct name_list *list)
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int err = 0;

	if (!file)
		return errno == ENOENT ? 0 : -errno;
	while (!err && getline(&line, &size, file) > 0)
		err = add_line(list, line);
	if (list->n)
		qsort(list->names, list->n, sizeof(*list->names), by_number);
	return err;
}

int names_load(const char *services, const char *passwd, struct names **ret)
{
	struct names *names = calloc(1, sizeof(*names));
	int err = names ? read_list(services, add_service, &names->services) : -ENOMEM;

	if (!err)
		err = read_list(passwd, add_user, &names->users);
	if (err) {
		names_free(names);
		return err;
	}
	*ret = names;
	return 0;
}

static void free_list(struct name_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		free(list->names[i].text);
	free(list->names);
}

void names_free(struct names *names)
{
	if (!names)
		return;
	free_list(&names->services);
	free_list(&names->users);
	free(names);
}

/* The first of the number's names. */
static const char *find(const struct name_list *list, uint32_t number)
{
	size_t low = 0, high = list->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->names[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->n && list->names[low].number == number ? list->names[low].text : NULL;
}

const char *names_service(const struct names *names, uint16_t port)
{
	return names ? find(&names->services, port) : NULL;
}

static bool has_alias(char *aliases, const char *name)
{
	char *word;

	while ((word = strtok_r(NULL, " \t\n", &aliases)))
		if (!strcmp(word, name))
			return true;
	return false;
}

/* Sets the bits of the ports that have that name; if `alias`, of those that have it as an alias. */
static int find_ports(const char *services, const char *name, bool alias, unsigned long long *ports)
{
	_cleanup_fclose_ FILE *file = fopen(services, "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int err = -ESRCH;

	if (!file)
		return -errno;
	while (getline(&line, &size, file) > 0) {
		uint64_t port;
		char *aliases, *first = split_service(line, &port, &aliases);

		if (!first || !(alias ? has_alias(aliases, name) : !strcmp(first, name)))
			continue;
		ports[port / 64] |= 1ull << (port % 64);
		err = 0;
	}
	return err;
}

int service_ports(const char *services, const char *name,
		  unsigned long long ports[SERVICE_PORT_WORDS])
{
	int err = find_ports(services, name, false, ports);

	return err == -ESRCH ? find_ports(services, name, true, ports) : err;
}

const char *names_user(const struct names *names, uint32_t uid)
{
	return names ? find(&names->users, uid) : NULL;
}

/* For setresuid(2) and the like, the last of all numbers is none. */
#define ID_MAX (UINT32_MAX - 1)

/* Likewise; NULL as well where the line tells of no group, or of none that can be become. */
static const char *split_account(char *line, uint64_t *ret_uid, uint64_t *ret_gid)
{
	char *rest;
	const char *name = split_user(line, ret_uid, &rest), *gid = strsep(&rest, ":");

	return name && *ret_uid <= ID_MAX && gid && !parse_u64(gid, 0, ID_MAX, ret_gid) ? name
											: NULL;
}

int user_account(const char *passwd, const char *name, uint32_t *ret_uid, uint32_t *ret_gid)
{
	_cleanup_fclose_ FILE *file = fopen(passwd, "re");
	_cleanup_free_ char *line = NULL;
	uint64_t number, uid, gid;
	bool is_number = !parse_u64(name, 0, ID_MAX, &number);
	size_t size = 0;

	if (!file && !is_number)
		return -errno;
	while (file && getline(&line, &size, file) > 0) {
		const char *user = split_account(line, &uid, &gid);

		if (user && (is_number ? uid == number : !strcmp(user, name))) {
			*ret_uid = (uint32_t)uid;
			*ret_gid = (uint32_t)gid;
			return 0;
		}
	}
	if (!is_number)
		return -ENOENT;
	*ret_uid = *ret_gid = (uint32_t)number;
	return 0;
}

int user_find(const char *passwd, const char *name, uint32_t *ret_uid)
{
	_cleanup_fclose_ FILE *file = fopen(passwd, "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	if (!file)
		return -errno;
	while (getline(&line, &size, file) > 0) {
		uint64_t uid;
		char *rest;
		const char *user = split_user(line, &uid, &rest);

		if (user && !strcmp(user, name)) {
			*ret_uid = (uint32_t)uid;
			return 0;
		}
	}
	return -ENOENT;
}
