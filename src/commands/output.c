// SPDX-License-Identifier: MIT
#include "commands/output.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "commands/keeper.h"
#include "commands/start_line.h"
#include "format/layout.h"
#include "util/clock.h"
#include "util/log.h"

/* In a lower terminal, the header is not repeated: there would be little else. */
#define ROWS_MIN 5

static void write_failed(struct output *output, struct session *session, int err)
{
	const char *where = output->where;

	if (err == -EPIPE && !output->options->output.write_path) {
		output->closed = true;
		if (session)
			session_stop(session, STATUS_DONE);
	} else if (output->store && err == -ENOENT && err != output->write_error) {
		keeper_say_gone(&output->options->store);
	} else if (output->once && err != output->write_error) {
		log_error("cannot write to %s: %s", where, sink_strerror(err));
	} else if (err != output->write_error) {
		log_warning("cannot write to %s: %s; it is tried again, and what does not fit in "
			    "memory until then is counted as lost (output)",
			    where, sink_strerror(err));
	}
	output->write_error = err;
}

static void say_late(struct output *output, bool late)
{
	if (late && !output->late)
		log_warning(
			"cannot write to %s: its file system does not answer; what does not fit "
			"in memory until it does is counted as lost (output)",
			output->where);
	output->late = late;
}

static void count_written(struct output *output)
{
	books_written(&output->ledger.books, output->written_before + sink_written(output->sink));
}

/* What has become of what the writer was asked for. session: NULL once tracing is over. */
static void hear(struct output *output, struct session *session)
{
	struct writer_report report = writer_tell(output->writer);

	count_written(output);
	if (report.reopened)
		output_reopened(output, &report);
	say_late(output, report.late);
	if (report.error)
		write_failed(output, session, report.error);
	else if (!sink_pending(output->sink) && !sink_keeps(output->sink))
		output->write_error = 0;
}

/*
 * Waits for what the sink needs, if no thread does: room for what is pending, or that nobody reads
 * any more. A full disk is always ready to refuse: the tick is soon enough to try again. A
 * descriptor without a reader would always be ready to say so.
 */
static void watch(struct output *output, struct session *session)
{
	bool room = sink_pending(output->sink) && !output->write_error;

	loop_watch(session_loop(session), output->source,
		   output->gone ? -1 : writer_fd(output->writer), room ? POLLOUT : 0);
}

static void flush(struct output *output, struct session *session)
{
	writer_flush(output->writer);
	hear(output, session);
	output_give_back(output, false);
	watch(output, session);
}

void output_flush(struct output *output)
{
	writer_flush(output->writer);
	hear(output, NULL);
}

/* The window can be resized at any time; asking costs less than a signal for it. */
static void look_at_terminal(struct output *output)
{
	struct winsize size;

	if (!output->terminal || ioctl(sink_fd(output->sink), TIOCGWINSZ, &size))
		return;
	if (size.ws_col != output->context.width)
		output->since_header = 0;
	output->context.width = size.ws_col;
	output->terminal_rows = size.ws_row;
}

unsigned int output_rows(struct output *output)
{
	look_at_terminal(output);
	return output->format == &format_json ? 0 : output->terminal_rows;
}

static bool header_due(const struct output *output)
{
	if (!output->format->header || output->reports)
		return false;
	if (!output->since_header)
		return true;
	/* Columns that people read have it once a page. */
	return output->format->fit && output->terminal_rows >= ROWS_MIN &&
	       output->since_header + 1 >= output->terminal_rows;
}

/* Room for a line, whose number is the first and those of before that were not given up. */
static struct buffer *reserve(struct output *output, size_t max)
{
	output->context.seq = output->first_seq + sink_lines(output->sink);
	return sink_reserve(output->sink, max);
}

static void put_header(struct output *output)
{
	struct buffer *line = sink_reserve(output->sink, FORMAT_LINE_MAX);

	if (!line)
		return;
	output->context.log_utc_ns = clock_now_ns(CLOCK_REALTIME);
	output->format->header(line, &output->context);
	sink_commit(output->sink, 0);
	output->since_header = 1;
}

void output_footer(struct output *output)
{
	struct buffer *line;

	if (!output->format->footer)
		return;
	if (header_due(output))
		put_header(output);
	line = sink_reserve(output->sink, FORMAT_LINE_MAX);
	if (!line)
		return;
	output->context.log_utc_ns = clock_now_ns(CLOCK_REALTIME);
	output->format->footer(line, &output->context);
	sink_commit(output->sink, 0);
}

struct buffer *output_line(struct output *output, struct session *session, size_t max)
{
	struct buffer *line;

	if (session && sink_wants_flush(output->sink))
		flush(output, session);
	if (header_due(output))
		put_header(output);
	line = reserve(output, max);
	/* A report may be more than fits. */
	while (!line && session && session_can_wait(session) && writer_wait(output->writer))
		line = reserve(output, max);
	if (line || (session && !session_is_over(session)))
		return line;
	/* Tracing is over: nothing else waits. */
	output_flush_patiently(output);
	return reserve(output, max);
}

void output_fit(struct output *output, const struct event *event)
{
	const struct format_ops *format = output->format;

	if (format->fit && format->fit(event, &output->context))
		output->since_header = 0;
}

void output_commit(struct output *output, uint64_t events)
{
	output_mark(output, events);
	if (!sink_commit(output->sink, events)) {
		books_lost(&output->ledger.books, events);
		return;
	}
	output->taken += events;
	output->since_header++;
}

void output_notice(struct output *output, struct notice *notice)
{
	const struct format_ops *format = output->format;
	struct buffer *line;

	if (!format->notice)
		return;
	line = reserve(output, FORMAT_LINE_MAX);
	if (!line)
		return;
	notice->time_ns = clock_now_ns(CLOCK_BOOTTIME);
	output->context.boot_to_utc_ns = clock_boot_to_utc_ns();
	format->notice(line, notice, &output->context);
	sink_commit(output->sink, 0);
}

/* Whether the only report comes when the user ends it. */
static bool ends_by_hand(const struct options *options)
{
	return options->command != COMMAND_TOP && !options->limits.interval_ns &&
	       !options->limits.duration_ns && !options->limits.argv;
}

static void on_sink_ready(void *ctx, short revents)
{
	struct output *output = ctx;

	if (!(revents & (POLLERR | POLLHUP)))
		return; /* it is written to when the loop is idle */
	output->gone = true;
	write_failed(output, output->session, -EPIPE);
	watch(output, output->session);
}

/* Names of containers are wanted, and nobody looks them up. */
static bool lacks_names(const struct request *request)
{
	return wanted_has_names(&request->wanted) && !request->container_names;
}

void output_say_names(const struct request *request)
{
	if (lacks_names(request))
		log_warning(
			"--container: of names, only those of LXC and systemd-nspawn are known; "
			"--container-names looks up others");
}

/* What was asked for and is not shown, in a terminal as wide as it is now. */
static void say_no_room(const struct output *output)
{
	if (output->format == &format_table && !output->reports && output->context.dns &&
	    !layout_for(&output->context).width[NAME])
		log_warning("so narrow a table has no room for names of destinations; text has");
}

void output_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct notice notice = {
		.kind = NOTICE_START,
		.version = VERSION,
		.programs = start->tracepoints,
		.observed.begin_ns = start->begin_ns,
		.resumed = start->resumed,
	};
	struct output *output = ctx;

	output->begin_ns = start->begin_ns;
	output->heartbeat_ns = start->begin_ns + HEARTBEAT_NS;
	notice.heartbeat_ns = output->store ? HEARTBEAT_NS : 0;
	if (output_begin(output))
		session_stop(session, STATUS_FAILED);
	output->session = session;
	output_resume(output, start);
	output->dns = output->options->request.dns ? dns_seen_name(start->dns) : NULL;
	notice.dns = output->dns;
	output->source = loop_add(session_loop(session), -1, 0, on_sink_ready, output);
	output_notice(output, &notice);
	look_at_terminal(output);
	if (header_due(output))
		put_header(output);
	flush(output, session);
	start_line_say(output->options, start);
	if (output->store)
		keeper_say(&output->options->store, output->store);
	output_say_names(&output->options->request);
	say_no_room(output);
	if (ends_by_hand(output->options) && output->reports)
		log_info("Ctrl-C shows the report");
}

static bool is_busy(void *ctx)
{
	struct output *output = ctx;

	return writer_is_busy(output->writer) || output_is_full(output);
}

static bool has_room(void *ctx)
{
	struct output *output = ctx;

	return sink_pending(output->sink) <= SINK_CAPACITY / 4;
}

static void on_idle(void *ctx, struct session *session)
{
	struct output *output = ctx;

	look_at_terminal(output);
	output_moved(output);
	flush(output, session);
}

static void on_reopen(void *ctx, struct session *session)
{
	struct output *output = ctx;

	flush(output, session);
	output->reopen_error = 0; /* said again: it was asked for again */
	output->since_header = 0; /* the new file begins with one */
	writer_reopen(output->writer);
}

static void tell_loss(struct output *output)
{
	struct notice notice = {.kind = NOTICE_LOSS};

	if (output->store)
		output_count_store(output, &notice);
	notice.books = output->ledger.books;
	if (!memcmp(&notice.books.lost, &output->shown, sizeof(output->shown)))
		return;
	output->shown = notice.books.lost;
	if (output->store)
		output_tell_store(output, &notice);
	else
		output_notice(output, &notice);
}

static void on_tick(void *ctx, struct session *session, const struct counters *counters)
{
	struct output *output = ctx;

	if (output->reopen_error)
		writer_reopen(output->writer);
	output_moved(output);
	output_give_back(output, true);
	ledger_count(&output->ledger, session, counters);
	tell_loss(output);
	if (output->store)
		output_beat(output);
}

void output_flush_patiently(struct output *output)
{
	if (!writer_finish(output->writer) && !output->given_up) {
		output->given_up = true;
		output->late = true;
		log_warning("cannot write to %s: its file system does not answer; what is not "
			    "written is given up, and the process ends when the kernel lets go",
			    output->where);
	}
	hear(output, NULL);
}

void output_settle(struct output *output)
{
	uint64_t given_up;

	output_flush_patiently(output);
	if (sink_pending(output->sink) || sink_kept(output->sink)) {
		given_up = writer_discard(output->writer);
		if (!output_leave(output, given_up))
			books_lost(&output->ledger.books, given_up);
	}
	count_written(output);
}

/* What is left out as it does not fit is as it was asked for; this may be otherwise. */
void output_say_unknown(uint64_t n, const char *what, const struct request *request)
{
	if (n)
		log_warning("%" PRIu64 " of the %s might have been wanted: what --exe, "
			    "--container or --unit ask for is not known of them%s",
			    n, what,
			    lacks_names(request)
				    ? "; --container-names looks up names of containers"
				    : "");
}

/* Counted as well are attempts that found no room as they began, and became connections. */
static void say_unattributed(uint64_t n)
{
	if (n)
		log_warning("%" PRIu64 " %s ended of which it cannot be told whose %s, or whether "
			    "%s open before the start: not shown",
			    n, n == 1 ? "connection" : "connections",
			    n == 1 ? "it was" : "they were", n == 1 ? "it was" : "they were");
}

/* Who closed the pipe wants nothing more, unless it is to know that something is missing. */
static void print_summary(const struct output *output, const struct notice *stop)
{
	const struct books *books = &stop->books;

	if (!output->closed || books_all_lost(books) != books->lost.output)
		ledger_say(books, stop->dns ? &stop->dns_unread : NULL, stop->store);
}

void output_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct notice stop = {
		.kind = NOTICE_STOP,
		.observed = end->observed,
		.tracked = end->tracked,
		.unattributed = end->counters.unattributed,
		.dns_unread = end->dns_unread,
	};
	struct output *output = ctx;

	output_moved(output);
	output_settle(output);
	ledger_count(&output->ledger, session, &end->counters);
	books_left(&output->ledger.books, end->left + output->left);
	if (output->store)
		output_count_store(output, &stop);
	stop.books = output->ledger.books;
	stop.dns = output->dns;
	output_notice(output, &stop);
	writer_finish(output->writer);
	/* The notice may be written in part. The books, which it has told, are final. */
	if (sink_pending(output->sink))
		writer_discard(output->writer);
	output_give_back(output, false);
	if (!books_balanced(&stop.books))
		log_debug("the books do not balance");
	output_say_unknown(session_left_out(session).unknown, "filtered events",
			   &output->options->request);
	say_unattributed(stop.unattributed);
	print_summary(output, &stop);
}

struct consumer output_consumer(struct output *output)
{
	return (struct consumer){
		.ctx = output,
		.interval_ns = output->options->limits.interval_ns,
		.started = output_started,
		.busy = is_busy,
		.has_room = has_room,
		.idle = on_idle,
		.tick = on_tick,
		.reopen = output->options->output.write_path ? on_reopen : NULL,
		.finished = output_finished,
	};
}
