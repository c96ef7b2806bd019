// SPDX-License-Identifier: MIT
/* Options of audit: what is expected, and of whom. */
#include <errno.h>

#include "options/errors.h"
#include "options/set.h"
#include "util/keywords.h"

enum scope { SCOPE_COMMAND, SCOPE_HOST };

const char *audit_scope_name(size_t i)
{
	static const char *const names[] = {[SCOPE_COMMAND] = "command", [SCOPE_HOST] = "host"};

	return i <= SCOPE_HOST ? names[i] : NULL;
}

static int set_rules(const char **to, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a file name is missing");
	*to = value;
	return 0;
}

int set_allow(struct options *options, const char *value, struct error *reason)
{
	return set_rules(&options->audit.allow_path, value, reason);
}

int set_learn(struct options *options, const char *value, struct error *reason)
{
	return set_rules(&options->audit.learn_path, value, reason);
}

int set_scope_of_audit(struct options *options, const char *value, struct error *reason)
{
	int scope = keyword_find(audit_scope_name, value);

	if (scope < 0)
		return refuse_choice(reason, "scope", value, audit_scope_name);
	options->audit.scope_given = true;
	options->audit.host = scope == SCOPE_HOST;
	return 0;
}

static int check_files(const struct options *options, struct error *error)
{
	const char *first = *(const char *const *)options->files.items;

	if (options->limits.argv)
		return refuse(error,
			      "'" QUOTED "' is a record, and there is a COMMAND as well: "
			      "one of the two is judged",
			      first);
	if (options->output.write)
		return refuse(error,
			      "--write records what is traced, and a record is there "
			      "already: '" QUOTED "'",
			      first);
	if (options->request.config.n_cgroups)
		return refuse(error, "--cgroup is not for records, which do not have where a "
				     "cgroup lay; take --unit or --container");
	return 0;
}

int finish_audit(struct options *options, struct error *error)
{
	struct audit_options *audit = &options->audit;
	__u32 *events = &options->request.config.event_mask;

	if (audit->allow_path && audit->learn_path)
		return refuse(error, "--allow judges by a file and --learn adds to one: give one "
				     "of the two");
	if (audit->scope_given && !audit->host && !options->limits.argv)
		return refuse(error, "--scope command needs a COMMAND: put it after --");
	audit->host |= !options->limits.argv;
	*events = EVENTS_COUNT;
	/* In the record, all; and of what was open before, that there was some. */
	if (options->output.write)
		*events = EVENTS_ALL;
	if (audit->host)
		*events |= EVENT_BIT(EVENT_OPEN);
	if (options->limits.argv)
		*events &= ~EVENT_BIT(EVENT_OPEN);
	return options->files.n ? check_files(options, error) : 0;
}
