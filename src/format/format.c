// SPDX-License-Identifier: MIT
#include "format/format.h"

#include <string.h>

#include "util/array.h"
#include "util/keywords.h"

static const struct format_ops *const formats[] = {
	&format_text,
	&format_table,
	&format_json,
};

static const char *const event_kind_names[EVENT_KIND_END] = {
	[EVENT_CONNECT] = "connect",	     [EVENT_RETRY] = "retry",
	[EVENT_ESTABLISHED] = "established", [EVENT_FAILED] = "failed",
	[EVENT_CANCELLED] = "cancelled",     [EVENT_CLOSE] = "close",
};

static const char *const origin_names[ORIGIN_END] = {
	[ORIGIN_UNKNOWN] = "unknown",	[ORIGIN_CONNECT] = "connect", [ORIGIN_COMPAT] = "compat",
	[ORIGIN_IO_URING] = "io_uring", [ORIGIN_SENDMSG] = "sendmsg", [ORIGIN_KERNEL] = "kernel",
	[ORIGIN_MPTCP] = "mptcp",	[ORIGIN_REPAIR] = "repair",
};

const char *format_name(size_t i)
{
	return i < ARRAY_SIZE(formats) ? formats[i]->name : NULL;
}

const struct format_ops *format_find(const char *name)
{
	int i = keyword_find(format_name, name);

	return i < 0 ? NULL : formats[i];
}

const char *event_kind_name(enum event_kind kind)
{
	return (unsigned int)kind < EVENT_KIND_END ? event_kind_names[kind] : NULL;
}

const char *origin_name(enum origin origin)
{
	return origin_names[(unsigned int)origin < ORIGIN_END ? origin : ORIGIN_UNKNOWN];
}

const char *ended_name(enum ended ended)
{
	static const char *const names[ENDED_END] = {
		[ENDED_FIN] = "fin",
		[ENDED_LOCAL] = "local",
		[ENDED_RESET_SENT] = "reset_sent",
		[ENDED_RESET_RECEIVED] = "reset_received",
		[ENDED_TIMEOUT] = "timeout",
		[ENDED_ABORTED] = "aborted",
	};

	return (unsigned int)ended < ENDED_END ? names[ended] : NULL;
}

static bool ends_with(const char *line, size_t n, const char *end)
{
	size_t len = strlen(end);

	return n >= len && !memcmp(line + n - len, end, len);
}

uint64_t format_events(const char *line, size_t n)
{
	uint64_t repeated = 0, power = 1;

	if (n && line[n - 1] == '}')
		n--;
	for (; n && line[n - 1] >= '0' && line[n - 1] <= '9'; power *= 10)
		repeated += (uint64_t)(line[--n] - '0') * power;
	if (ends_with(line, n, FORMAT_REPEATED) ||
	    ends_with(line, n, "\"" FORMAT_REPEATED_KEY "\":"))
		return 1 + repeated;
	return 1;
}
