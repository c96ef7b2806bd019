// SPDX-License-Identifier: MIT
#include "format/summary.h"

#include <string.h>

#include "format/cell.h"
#include "format/fields.h"
#include "format/format.h"
#include "format/who.h"

/* The end of the text, if not all of it has room. */
static void put_end(struct buffer *out, const char *before, const char *text)
{
	size_t len = strlen(text), room = SUMMARY_EXE_MAX - strlen(before);

	buffer_puts(out, len <= room ? before : "...");
	buffer_puts(out, len <= room ? text : text + len - room);
}

/* What is called otherwise than its executable. Returns false if nothing is, or it is not known. */
static bool name_of(struct summary_name *ret, const struct event *event)
{
	const struct image *image = event->image;
	const char *path = image ? image->exe ? image->exe : image->exe_tail : NULL;
	struct buffer exe = {.data = ret->exe, .cap = sizeof(ret->exe)};

	memset(ret, 0, sizeof(*ret));
	memcpy(ret->comm, event->comm, strnlen(event->comm, sizeof(ret->comm) - 1));
	if (path && who_is_named_by(path, ret->comm))
		return false;
	if (path)
		put_end(&exe, image->exe ? "" : EXE_TAIL_PREFIX, path);
	else if (image && image->memfd)
		put_end(&exe, MEMFD_PREFIX, image->memfd);
	return exe.len;
}

static void add_name(struct summary *summary, const struct event *event)
{
	struct summary_name name;

	if (!name_of(&name, event))
		return;
	for (size_t i = 0; i < summary->n_names; i++)
		if (!memcmp(&summary->names[i], &name, sizeof(name)))
			return;
	if (summary->n_names == SUMMARY_NAMES)
		summary->more_names = true;
	else
		summary->names[summary->n_names++] = name;
}

/* What is too long for it is left out: the address is there. */
static void keep_server(struct summary *summary, const struct event *event)
{
	const char *server = event_server(event);

	*summary->server = '\0';
	if (server && strlen(server) < sizeof(summary->server))
		strcpy(summary->server, server);
}

void summary_add(struct summary *summary, const struct event *event)
{
	counts_add(&summary->counts, event);
	add_name(summary, event);
	/* docs/spec.md, T8: a deferred one holds the application's own idle time. */
	if (!(event->has & EVENT_HAS_LATENCY) || event->deferred ||
	    event->latency_ns <= summary->slowest.latency_ns)
		return;
	summary->slowest = *event;
	summary->slowest.image = NULL; /* not ours to keep */
	summary->slowest.cgroup = NULL;
	summary->slowest.names = NULL;
	keep_server(summary, event);
}

static uint64_t results(const struct counts *counts)
{
	return counts->established + counts->failed + counts->cancelled;
}

/* Whether all kinds of results were asked for: only then their sum is known. */
static bool is_whole(uint32_t events)
{
	const uint32_t all =
		EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED);

	return (events & all) == all;
}

bool summary_is_empty(const struct summary *summary, uint32_t events)
{
	return is_whole(events) && !results(&summary->counts);
}

static void put_errors(struct buffer *out, const struct counts *counts)
{
	const char *before = " (";

	for_each_error(error, counts)
	{
		buffer_puts(out, before);
		field_error_or_other(out, error->error);
		buffer_putc(out, ' ');
		buffer_u64(out, error->n);
		before = ", ";
	}
	if (*before == ',')
		buffer_putc(out, ')');
}

static void put_names(struct buffer *out, const struct summary *summary)
{
	const char *before = "; \"";

	for (size_t i = 0; i < summary->n_names; i++) {
		const struct summary_name *name = &summary->names[i];

		buffer_puts(out, before);
		put_escaped(out, name->comm, strlen(name->comm), true);
		buffer_literal(out, "\" is ");
		put_escaped(out, name->exe, strlen(name->exe), false);
		before = ", \"";
	}
	if (summary->more_names)
		buffer_literal(out, ", and there are more such");
}

static void put_slowest(struct buffer *out, const struct summary *summary, bool only)
{
	const struct event *event = &summary->slowest;
	struct cell cell;

	buffer_puts(out, only ? "; it took " : "; the slowest took ");
	field_duration(out, event->latency_ns);
	buffer_literal(out, ", to ");
	if (*summary->server) {
		put_escaped(out, summary->server, strlen(summary->server), false);
		buffer_literal(out, " at ");
	}
	cell_endpoint(&cell, &event->dst, event->family, NULL, CELL_MAX);
	cell_put(out, &cell, 0, false);
	if (event->kind == EVENT_ESTABLISHED)
		return;
	buffer_literal(out, " (");
	buffer_puts(out, event_kind_name(event->kind));
	buffer_putc(out, ')');
}

static void put_kind(struct buffer *out, const struct counts *counts, enum event_kind kind,
		     uint64_t n)
{
	buffer_u64(out, n);
	buffer_putc(out, ' ');
	buffer_puts(out, event_kind_name(kind));
	if (kind == EVENT_FAILED)
		put_errors(out, counts);
}

void results_put(struct buffer *out, const struct counts *counts)
{
	const uint64_t numbers[EVENT_KIND_END] = {
		[EVENT_ESTABLISHED] = counts->established,
		[EVENT_FAILED] = counts->failed,
		[EVENT_CANCELLED] = counts->cancelled,
	};
	const char *before = "";

	for (int kind = EVENT_ESTABLISHED; kind <= EVENT_CANCELLED; kind++) {
		if (!numbers[kind])
			continue;
		buffer_puts(out, before);
		put_kind(out, counts, (enum event_kind)kind, numbers[kind]);
		before = ", ";
	}
}

void summary_put(struct buffer *out, const struct summary *summary, uint32_t events, bool narrowed)
{
	const struct counts *counts = &summary->counts;
	const uint64_t numbers[EVENT_KIND_END] = {
		[EVENT_ESTABLISHED] = counts->established,
		[EVENT_FAILED] = counts->failed,
		[EVENT_CANCELLED] = counts->cancelled,
	};
	uint64_t n = results(counts);
	bool whole = is_whole(events);
	const char *before = "";

	if (whole && n) {
		buffer_u64(out, n);
		before = n == 1 ? " attempt: " : " attempts: ";
	} else if (whole) {
		buffer_puts(out, narrowed ? "no attempt fits the filters"
					  : "no connection was attempted");
	}
	for (int kind = EVENT_ESTABLISHED; kind <= EVENT_CANCELLED; kind++) {
		if (!(events & EVENT_BIT(kind)) || (whole && !numbers[kind]))
			continue;
		buffer_puts(out, before);
		put_kind(out, counts, (enum event_kind)kind, numbers[kind]);
		before = ", ";
	}
	if (n)
		put_names(out, summary);
	if (summary->slowest.latency_ns)
		put_slowest(out, summary, n == 1);
}
