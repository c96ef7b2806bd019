// SPDX-License-Identifier: MIT
#include "commands/kept.h"

#include <inttypes.h>
#include <string.h>

#include "format/brief.h"
#include "format/fields.h"
#include "util/log.h"

/* So many gaps are told one by one. */
#define GAPS_TOLD 5

struct moment {
	char chars[40];
};

/* To the millisecond: as --since and --until take it. */
static struct moment moment_of(uint64_t utc_ns)
{
	struct moment moment = {{0}};
	struct buffer out = {.data = moment.chars, .cap = sizeof(moment.chars) - 1};

	field_time(&out, utc_ns);
	strcpy(moment.chars + strlen("2026-02-16T12:34:56.123"), "Z");
	return moment;
}

static struct moment age_of(uint64_t ns)
{
	struct moment age = {{0}};
	struct buffer out = {.data = age.chars, .cap = sizeof(age.chars) - 1};

	brief_age(&out, ns);
	return age;
}

/* Lines of JSON have it themselves. */
static bool says_gaps(const struct options *options)
{
	return strcmp(options->output.format, "json") != 0 || options->output.by ||
	       options->output.latency;
}

static void take_gap(struct kept *kept, uint64_t from_ns, uint64_t to_ns)
{
	const struct store_options *store = &kept->options->store;

	if (!from_ns || from_ns >= to_ns || to_ns <= store->since_ns ||
	    (store->until_ns && from_ns >= store->until_ns) || !says_gaps(kept->options))
		return;
	kept->gaps_ns += to_ns - from_ns;
	if (kept->gaps++ < GAPS_TOLD)
		log_warning("nobody recorded from %s to %s", moment_of(from_ns).chars,
			    moment_of(to_ns).chars);
}

void kept_line(struct kept *kept, const struct replay_line *line, uint64_t before_ns)
{
	uint64_t from_ns = kept->last_ns > before_ns ? kept->last_ns : before_ns;

	if (line->kind == REPLAY_START)
		take_gap(kept, kept->stop_ns ? kept->stop_ns : from_ns,
			 line->observed_from_ns ? line->observed_from_ns : line->utc_ns);
	kept->stop_ns = 0;
	if (line->kind == REPLAY_STOP)
		kept->stop_ns = line->observed_until_ns ? line->observed_until_ns : line->utc_ns;
	if (line->dropped_last && line->dropped_last >= line->dropped_first)
		kept->dropped += line->dropped_last - line->dropped_first + 1;
	if (line->utc_ns > kept->last_ns)
		kept->last_ns = line->utc_ns;
}

/* Where what is asked for is not all there. */
static void say_begin(const struct kept *kept, const struct store_read *read)
{
	uint64_t since_ns = kept->options->store.since_ns, before = kept->dropped;

	if (read->first_seq && read->first_seq - 1 > before)
		before = read->first_seq - 1;
	if (!read->first_ns || read->newer || read->first_ns <= since_ns)
		return;
	if (before)
		log_warning("the store begins at %s (UTC): at least %" PRIu64
			    " line%s of before %s left it",
			    moment_of(read->first_ns).chars, before, before == 1 ? "" : "s",
			    before == 1 ? "has" : "have");
	else if (since_ns)
		log_warning("the store begins at %s (UTC): it has nothing of before",
			    moment_of(read->first_ns).chars);
}

void kept_end(const struct kept *kept, const struct store_read *read)
{
	uint64_t since_ns = kept->options->store.since_ns;

	say_begin(kept, read);
	if (read->last_ns && read->last_ns < since_ns)
		log_warning("the last line of the store is of %s (UTC)",
			    moment_of(read->last_ns).chars);
	if (kept->gaps > GAPS_TOLD)
		log_warning("nobody recorded %" PRIu64 " times, of which the first are told; "
			    "%s in all",
			    kept->gaps, age_of(kept->gaps_ns).chars);
}

struct span kept_span(const struct store_options *store, const struct store_read *read)
{
	struct span span = {
		.begin_ns = store->since_ns > read->first_ns ? store->since_ns : read->first_ns,
		.end_ns = store->until_ns ? store->until_ns : read->last_ns,
	};

	if (!read->first_ns || span.begin_ns > span.end_ns || span.begin_ns > read->last_ns)
		return (struct span){0};
	return span;
}
