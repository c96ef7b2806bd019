// SPDX-License-Identifier: MIT
/* Options that say how and where it is shown; and all the rest. */
#include <string.h>
#include <unistd.h>

#include "options/set.h"
#include "util/array.h"
#include "util/parse.h"

const char *output_format_name(size_t i)
{
	static const char *const names[] = {"text", "table", "json", "zeek", "html", "md", "dot"};

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

int set_output(struct options *options, const char *value, struct error *reason)
{
	int i = keyword_find(output_format_name, value);

	if (i < 0)
		return refuse_choice(reason, "format", value, output_format_name);
	options->output.format = output_format_name((size_t)i);
	return 0;
}

int set_write(struct options *options, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a file name is missing");
	options->output.write = true;
	options->output.write_path = strcmp(value, "-") ? value : NULL;
	return 0;
}

/* What --dns can be told. */
const char *dns_name(size_t i)
{
	return i ? NULL : "host";
}

int set_dns(struct options *options, const char *value, struct error *reason)
{
	if (value && keyword_find(dns_name, value) < 0)
		return refuse_value(
			reason,
			"\"" QUOTED "\" is nobody whose answers could be shown; write "
			"--dns for those of each process itself, or --dns=host for those "
			"of all others as well",
			value);
	options->request.dns = value ? DNS_HOST : DNS_PROCESS;
	return 0;
}

int set_filter(struct options *options, const char *value, struct error *reason)
{
	(void)reason;
	options->output.filter = value;
	return 0;
}

int set_replay(struct options *options, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a file name is missing");
	options->output.replay_path = value;
	return 0;
}

int set_repeat_limit(struct options *options, const char *value, struct error *reason)
{
	uint64_t limit;

	if (parse_u64(value, 0, UINT32_MAX, &limit))
		return refuse_value(
			reason, "\"" QUOTED "\" is not a number of events a second; 0: no limit",
			value);
	options->output.repeat_limit = (uint32_t)limit;
	return 0;
}

const char *color_name(size_t i)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always", [COLOR_NEVER] = "never"};

	return i < ARRAY_SIZE(names) ? names[i] : NULL;
}

int set_color(struct options *options, const char *value, struct error *reason)
{
	int i = keyword_find(color_name, value);

	if (i < 0)
		return refuse_choice(reason, "choice", value, color_name);
	options->output.color = (enum color)i;
	return 0;
}

int set_object(struct options *options, const char *value, struct error *reason)
{
	(void)reason;
	options->request.object_path = value;
	return 0;
}

int set_btf(struct options *options, const char *value, struct error *reason)
{
	if (!*value)
		return refuse_value(reason, "a file name is missing");
	options->request.btf_path = value;
	return 0;
}

int set_ring_size(struct options *options, const char *value, struct error *reason)
{
	uint64_t page = sysconf(_SC_PAGESIZE), max = 1ull << 30, size;

	if (parse_size(value, &size) || size & (size - 1) || size < page || size > max)
		return refuse_value(reason,
				    "\"" QUOTED
				    "\" is not a power of two from %ju to %ju bytes; such as 8M",
				    value, page, max);
	options->request.ring_size = size;
	return 0;
}

int set_quiet(struct options *options, const char *value, struct error *reason)
{
	(void)value, (void)reason;
	options->verbosity = -1;
	return 0;
}

int set_verbose(struct options *options, const char *value, struct error *reason)
{
	(void)value, (void)reason;
	options->verbosity = options->verbosity > 0 ? 2 : 1;
	return 0;
}

int set_help(struct options *options, const char *value, struct error *reason)
{
	(void)value, (void)reason;
	options->command = COMMAND_HELP;
	return 0;
}

int set_version(struct options *options, const char *value, struct error *reason)
{
	(void)value, (void)reason;
	options->command = COMMAND_VERSION;
	return 0;
}
