// SPDX-License-Identifier: MIT
#include "commands/history.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "commands/kept.h"
#include "model/filters.h"
#include "store/reader.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/status.h"

struct reading {
	const struct options *options;
	struct store_reader *reader;
	struct replay_texts *texts;
	struct replay_line line;
	history_line_fn *take;
	void *ctx;
	struct kept kept;
	uint64_t bad;	  /* lines that are none of ours */
	uint64_t unknown; /* events that might have fit */
	bool is_enough;	  /* no more was wanted */
	bool lost;	  /* the recorder has lost events, as it says itself */
};

/* Only frames that can have one of these are read, if all that is wanted are whole addresses. */
static int set_destinations(const struct options *options, struct store_query *query)
{
	const struct vector *named = &options->request.networks.named;
	const struct config_network *networks = named->items;
	uint8_t(*addresses)[16];

	for (size_t i = 0; i < named->n; i++)
		if (networks[i].prefix_len != NETWORK_BITS(128))
			return 0;
	if (!named->n)
		return 0;
	addresses = calloc(named->n, sizeof(*addresses));
	if (!addresses)
		return -ENOMEM;
	for (size_t i = 0; i < named->n; i++)
		memcpy(addresses[i], networks[i].addr, sizeof(*addresses));
	query->destinations = (const uint8_t(*)[16])addresses;
	query->n_destinations = named->n;
	return 0;
}

static void say_damage(struct reading *reading)
{
	const char *where;

	while ((where = store_reader_damage(reading->reader)))
		log_warning("%s", where);
}

static bool is_in_span(const struct store_options *store, uint64_t utc_ns)
{
	return utc_ns >= store->since_ns && (!store->until_ns || utc_ns < store->until_ns);
}

/* Whether the event is wanted, by all that the kernel side and user space would have asked. */
static bool event_wanted(struct reading *reading, const struct event *event)
{
	const struct request *request = &reading->options->request;
	enum fit fit;

	if (!filters_want(request, event))
		return false;
	fit = wanted_fit(&request->wanted, event);
	reading->unknown += fit == FIT_UNKNOWN;
	return fit == FIT_YES;
}

/* Returns false to have no more. */
static bool take_line(struct reading *reading, const char *text, size_t size)
{
	const struct replay_line *line = &reading->line;

	kept_line(&reading->kept, line, store_read(reading->reader).before_ns);
	if (!is_in_span(&reading->options->store, line->utc_ns))
		return true;
	reading->lost |= line->lost > 0;
	if (line->kind == REPLAY_EVENT && !event_wanted(reading, &line->event))
		return true;
	return reading->take(reading->ctx, line, text, size);
}

/* Returns 1: there may be more; 0: the end, or no more is wanted; -errno. */
static int read_line(struct reading *reading)
{
	const char *text;
	size_t size;
	int more = store_reader_next(reading->reader, &text, &size), err;

	say_damage(reading);
	if (more <= 0)
		return more;
	err = replay_parse(text, size, reading->texts, &reading->line);
	if (err == -ENOMEM)
		return err;
	if (err)
		reading->bad++;
	else if (!take_line(reading, text, size))
		more = 0;
	reading->is_enough |= !more;
	return more;
}

static const char *plural(uint64_t n)
{
	return n == 1 ? "" : "s";
}

static const char *were(uint64_t n)
{
	return n == 1 ? "was" : "were";
}

/* What the answer lacks, or may lack. */
static void say_what_lacks(const struct reading *reading)
{
	struct store_read read = store_read(reading->reader);

	log_debug("%" PRIu64 " of the store's %" PRIu64 " frames were read", read.frames_read,
		  read.frames);
	kept_end(&reading->kept, &read);
	if (read.damaged)
		log_warning("%" PRIu64 " damaged place%s of the store, with %" PRIu64 " byte%s, "
			    "%s passed over",
			    read.damaged, plural(read.damaged), read.damaged_bytes,
			    plural(read.damaged_bytes), were(read.damaged));
	if (read.missing)
		log_warning("%" PRIu64 " line%s missing, as the numbers of others tell",
			    read.missing, read.missing == 1 ? " is" : "s are");
	if (reading->bad)
		log_warning("%" PRIu64 " line%s none of tpconnect's, and %s passed over",
			    reading->bad, reading->bad == 1 ? " is" : "s are", were(reading->bad));
	if (reading->lost)
		log_warning("some of what happened was lost as it was recorded: -o json has the "
			    "lines tpconnect.loss and tpconnect.stop, which say how much");
	if (reading->unknown)
		log_warning("%" PRIu64 " event%s might have been wanted: what --exe, --container "
			    "or --unit ask for is not known of %s",
			    reading->unknown, plural(reading->unknown),
			    reading->unknown == 1 ? "it" : "them");
}

static int read_all(struct reading *reading)
{
	struct store_read read;
	int more;

	while ((more = read_line(reading)) > 0)
		;
	if (!more && !reading->is_enough)
		store_reader_end(reading->reader);
	say_damage(reading);
	say_what_lacks(reading);
	read = store_read(reading->reader);
	if (!more && read.newer && !read.first_ns)
		return STATUS_FAILED; /* which was said */
	if (!more)
		return STATUS_DONE;
	log_error("cannot read the store %s: %s", reading->options->store.dir, strerror(-more));
	return STATUS_FAILED;
}

static int open_reading(struct reading *reading, const struct store_query *query)
{
	struct error error;

	if (replay_texts_new(&reading->texts)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	if (store_reader_open(reading->options->store.dir, query, &reading->reader, &error)) {
		log_error("%s", error.text);
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

int history_read(const struct options *options, history_line_fn *take, void *ctx,
		 struct span *ret_span)
{
	const struct store_options *store = &options->store;
	struct store_query query = {.since_ns = store->since_ns, .until_ns = store->until_ns};
	struct reading reading = {
		.options = options, .kept = {.options = options}, .take = take, .ctx = ctx};
	int status;

	if (set_destinations(options, &query)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	status = open_reading(&reading, &query);
	if (!status)
		status = read_all(&reading);
	*ret_span = (struct span){0};
	if (!status) {
		struct store_read read = store_read(reading.reader);

		*ret_span = kept_span(store, &read);
	}
	store_reader_close(reading.reader);
	replay_texts_free(reading.texts);
	free((void *)query.destinations);
	return status;
}
