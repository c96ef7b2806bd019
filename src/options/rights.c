// SPDX-License-Identifier: MIT
/* Who the process becomes once all is attached, and what it may still write. */
#include <errno.h>
#include <string.h>

#include "options/errors.h"
#include "options/rows.h"
#include "options/set.h"
#include "util/array.h"
#include "util/names.h"

/* Where not even /etc/passwd tells of nobody: the kernel's overflowuid. */
#define NOBODY 65534

int set_user(struct options *options, const char *value, struct error *reason)
{
	struct rights *rights = &options->request.rights;

	if (user_account(NAMES_PASSWD, value, &rights->uid, &rights->gid))
		return refuse_value(
			reason,
			"there is no user \"" QUOTED
			"\" in /etc/passwd; give a name that is there, or a number of 0 "
			"to 4294967294",
			value);
	rights->named = true;
	rights->user = value;
	return 0;
}

static void choose_user(struct rights *rights)
{
	static const char *const users[] = {"tpconnect", "nobody"};

	for (size_t i = 0; i < ARRAY_SIZE(users); i++) {
		rights->user = users[i];
		if (!user_account(NAMES_PASSWD, users[i], &rights->uid, &rights->gid))
			return;
	}
	rights->uid = rights->gid = NOBODY;
}

/* A store is written below its directory; a file that is replaced, beside itself as well. */
static int name_places(struct options *options, struct error *error)
{
	const char **written = options->request.rights.written, *path = options->metrics_path;
	const char *slash = path ? strrchr(path, '/') : NULL;

	*written++ = options->store.dir;
	if (!path)
		return 0;
	options->metrics_dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	*written = options->metrics_dir;
	return *written ? 0 : refuse(error, "no memory");
}

int finish_rights(struct options *options, struct error *error)
{
	struct rights *rights = &options->request.rights;

	if (options->limits.argv && rights->named)
		return refuse(error, "--user: with a COMMAND nothing is given up, as the COMMAND "
				     "would have to do without it, too");
	rights->drop = CMD(options->command) & CMD_EVENTS && !options->limits.argv;
	if (!rights->drop)
		return 0;
	if (!rights->named)
		choose_user(rights);
	return options->command == COMMAND_RECORD ? name_places(options, error) : 0;
}
