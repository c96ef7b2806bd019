// SPDX-License-Identifier: MIT
#include "commands/conn_log.h"

#include <inttypes.h>

#include "aggregate/unended.h"
#include "format/zeek.h"
#include "util/cleanup.h"
#include "util/log.h"

struct conn_log {
	struct output *output;
	struct unended *unended;
	uint64_t without_room; /* connections whose end could not be awaited */
};

enum exit_status conn_log_open(struct output *output, struct conn_log **ret)
{
	struct conn_log *conn_log = calloc(1, sizeof(*conn_log));

	if (conn_log && !unended_new(&conn_log->unended)) {
		conn_log->output = output;
		*ret = conn_log;
		return STATUS_DONE;
	}
	free(conn_log);
	log_error("no memory");
	return STATUS_FAILED;
}

void conn_log_close(struct conn_log *conn_log)
{
	if (!conn_log)
		return;
	if (conn_log->without_room)
		log_warning("there was no room to await the end of %" PRIu64
			    " connections: those that were open at the end have no line",
			    conn_log->without_room);
	unended_free(conn_log->unended);
	free(conn_log);
}

/* What its line would be if no more were heard of it. */
static void await_end(struct conn_log *conn_log, const struct event *event)
{
	uint64_t begin_ns = zeek_begin_ns(event);
	size_t size = format_line_max(event);
	_cleanup_free_ char *text = malloc(size);
	struct buffer line = {.data = text, .cap = text ? size : 0};

	zeek_line(&line, event, begin_ns, &conn_log->output->context);
	if (!line.overflow && unended_add(conn_log->unended, event, begin_ns, text, line.len))
		return;
	conn_log->without_room++;
	books_lost(&conn_log->output->ledger.books, 1);
}

/* The line has the event in it that it became established by: that had none of its own. */
static void put_ended(struct conn_log *conn_log, struct session *session, const struct event *event)
{
	struct output *output = conn_log->output;
	uint64_t begin_ns;
	struct buffer *line;

	if (!event->preexisting && unended_take(conn_log->unended, event, &begin_ns))
		books_filtered(&output->ledger.books, 1);
	else
		begin_ns = zeek_begin_ns(event);
	line = output_line(output, session, format_line_max(event));
	if (!line) {
		books_lost(&output->ledger.books, 1);
		return;
	}
	zeek_line(line, event, begin_ns, &output->context);
	output_commit(output, 1);
}

void conn_log_event(struct conn_log *conn_log, struct session *session, const struct event *event,
		    int64_t boot_to_utc_ns)
{
	struct output *output = conn_log->output;

	output->context.boot_to_utc_ns = boot_to_utc_ns;
	if (!zeek_has_line(event))
		books_filtered(&output->ledger.books, event_weight(event));
	else if (event->kind == EVENT_ESTABLISHED)
		await_end(conn_log, event);
	else
		put_ended(conn_log, session, event);
}

void conn_log_settle(struct conn_log *conn_log)
{
	struct output *output = conn_log->output;
	uint64_t max = output->options->limits.max_events;
	struct unended_line open;
	struct buffer *line;

	while ((open = unended_next(conn_log->unended)).text) {
		if (max && output->taken == max) {
			books_filtered(&output->ledger.books, 1);
			continue;
		}
		line = output_line(output, NULL, open.size);
		if (!line) {
			books_lost(&output->ledger.books, 1);
			continue;
		}
		buffer_put(line, open.text, open.size);
		output_commit(output, 1);
	}
}
