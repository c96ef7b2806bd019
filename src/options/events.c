// SPDX-License-Identifier: MIT
/* Options that say which events are wanted, how many, and how they are put together. */
#include <errno.h>
#include <string.h>

#include "model/by.h"
#include "model/event.h"
#include "options/set.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define N_KINDS (EVENT_KIND_END - EVENT_CONNECT)

/* The kinds in their order, and all of them. */
const char *event_name(size_t i)
{
	if (i == N_KINDS)
		return "all";
	return i < N_KINDS ? event_kind_name((enum event_kind)(EVENT_CONNECT + i)) : NULL;
}

static bool is_sign(char c)
{
	return c == '+' || c == '-';
}

/* "name" and "+name" add, "-name" takes away. */
static int add_event(const char *word, void *arg)
{
	struct options *options = arg;
	char sign = is_sign(*word) ? *word++ : 0;
	int i = keyword_find(event_name, word);
	uint32_t bits;

	if (i < 0)
		return -EINVAL;
	bits = i == N_KINDS ? EVENTS_ALL : EVENT_BIT(EVENT_CONNECT + i);
	if (sign == '-')
		options->request.config.event_mask &= ~bits;
	else
		options->request.config.event_mask |= bits;
	options->added_events &= ~bits;
	options->left_out_events &= ~bits;
	if (sign == '+')
		options->added_events |= bits;
	else if (sign == '-')
		options->left_out_events |= bits;
	return 0;
}

int set_events(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;

	/*
	 * A list that begins with a sign changes what was chosen before it. Any other list replaces
	 * it.
	 */
	if (!is_sign(*value)) {
		options->request.config.event_mask = 0;
		options->added_events = 0;
		options->left_out_events = 0;
		options->changes_events = false;
	} else if (!options->request.config.event_mask && !options->changes_events) {
		options->request.config.event_mask = EVENTS_DEFAULT;
		options->changes_events = true;
	}
	if (parse_list(value, add_event, options, &word))
		return refuse_choice(reason, "event", word, event_name);
	/* What signs leave of a command's own default is known at the end. */
	if (!options->request.config.event_mask && !options->changes_events)
		return refuse_value(reason, "\"" QUOTED "\" leaves no event to show", value);
	return 0;
}

int set_min_latency(struct options *options, const char *value, struct error *reason)
{
	uint64_t ns;

	/*
	 * Other tools take milliseconds here, and our times are in seconds: a number without a unit
	 * would be misread.
	 */
	if (!parse_u64(value, 0, UINT64_MAX, &ns))
		return refuse_value(
			reason, "\"" QUOTED "\" has no unit; write it as 500us, 10ms or 1s", value);
	if (parse_duration(value, &ns))
		return refuse_value(reason,
				    "\"" QUOTED "\" is not a time; write it as 500us, 10ms or 1s",
				    value);
	options->request.config.min_latency_ns = ns;
	return 0;
}

static int add_by(const char *word, void *arg)
{
	struct options *options = arg;
	unsigned int by = by_find(word);

	options->output.by |= by;
	return by ? 0 : -EINVAL;
}

int set_by(struct options *options, const char *value, struct error *reason)
{
	_cleanup_free_ char *word = NULL;

	options->output.by = 0;
	if (parse_list(value, add_by, options, &word))
		return refuse_choice(reason, "key", word, by_name);
	return 0;
}

int set_max_events(struct options *options, const char *value, struct error *reason)
{
	if (parse_u64(value, 1, UINT64_MAX, &options->limits.max_events))
		return refuse_value(reason, "\"" QUOTED "\" is not a number of events, from 1",
				    value);
	return 0;
}

int set_time(struct options *options, const char *value, struct error *reason)
{
	if (parse_duration(value, &options->limits.duration_ns))
		return refuse_value(
			reason, "\"" QUOTED "\" is not a time; write it as 500ms, 10s, 2m or 1h",
			value);
	return 0;
}
