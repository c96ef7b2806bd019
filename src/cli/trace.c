// SPDX-License-Identifier: MIT
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>

#include "cli/session.h"
#include "cli/trace.h"
#include "sink/sink.h"
#include "util/clock.h"
#include "util/log.h"

/* At the end, a reader that takes nothing for so long is given up. */
#define FLUSH_PATIENCE_MS 2000

struct trace {
	const struct options *options;
	struct sink *sink;
	struct format_context context;	    /* seq: of the next line */
	uint64_t written, filtered, output; /* events */
	struct loss shown;		    /* the loss that was last told */
	int write_error;		    /* the last errno told; 0: output works */
	bool reopen, closed;
};

static void write_failed(struct trace *trace, struct session *session, int err)
{
	const char *path = trace->options->write_path;

	if (err == -EPIPE && !path) {
		trace->closed = true;
		session_stop(session, EXIT_DONE);
	} else if (err != trace->write_error) {
		log_warning("cannot write to %s: %s; it is tried again, and what does not fit in "
			    "memory until then is counted as lost (output)",
			    path ? path : "stdout", strerror(-err));
	}
	trace->write_error = err;
}

static void flush(struct trace *trace, struct session *session)
{
	int err = sink_flush(trace->sink);

	if (err)
		write_failed(trace, session, err);
	else if (!sink_pending(trace->sink))
		trace->write_error = 0;
}

static void on_event(void *ctx, struct session *session, const struct conn *conn,
		     int64_t boot_to_utc_ns)
{
	struct trace *trace = ctx;
	uint64_t max = trace->options->max_events;
	struct buffer *line;

	if (max && trace->written == max) {
		trace->filtered++;
		return;
	}
	if (sink_wants_flush(trace->sink))
		flush(trace, session);
	line = sink_reserve(trace->sink, FORMAT_LINE_MAX);
	if (!line) {
		trace->output++;
		return;
	}
	trace->context.boot_to_utc_ns = boot_to_utc_ns;
	trace->options->format->event(line, conn, &trace->context);
	sink_commit(trace->sink);
	trace->context.seq++;
	if (++trace->written == max)
		session_stop(session, EXIT_DONE);
}

static void on_undecodable(void *ctx, struct session *session, int err)
{
	struct trace *trace = ctx;

	(void)session;
	if (!trace->output++)
		log_warning("a record from the BPF object cannot be read (%s): it is of another "
			    "version; counted as lost (output)",
			    strerror(-err));
}

static void put_notice(struct trace *trace, struct notice *notice)
{
	const struct format_ops *format = trace->options->format;
	struct buffer *line;

	if (!format->notice)
		return;
	line = sink_reserve(trace->sink, FORMAT_LINE_MAX);
	if (!line)
		return;
	notice->time_ns = clock_now_ns(CLOCK_BOOTTIME);
	trace->context.boot_to_utc_ns = clock_boot_to_utc_ns();
	format->notice(line, notice, &trace->context);
	sink_commit(trace->sink);
	trace->context.seq++;
}

static void on_started(void *ctx, struct session *session, const char *tracepoints)
{
	struct notice notice = {.kind = NOTICE_START, .version = VERSION, .programs = tracepoints};
	struct trace *trace = ctx;

	put_notice(trace, &notice);
	flush(trace, session);
	log_info("tracing outbound TCP connections at %s%s", tracepoints,
		 trace->options->no_syscalls
			 ? "; without the system calls, attempts that fail before SYN_SENT and "
			   "the errnos of synchronous failures stay unseen"
			 : "");
}

static void try_reopen(struct trace *trace)
{
	int err = sink_reopen(trace->sink);

	trace->reopen = err == -EAGAIN;
	if (err && err != -EAGAIN)
		log_warning("cannot open %s anew: %s; still writing to the old file",
			    trace->options->write_path, strerror(-err));
}

static void on_idle(void *ctx, struct session *session)
{
	struct trace *trace = ctx;

	flush(trace, session);
	if (trace->reopen)
		try_reopen(trace);
}

static void on_hangup(void *ctx, struct session *session)
{
	struct trace *trace = ctx;

	flush(trace, session);
	try_reopen(trace);
}

static struct loss loss_now(const struct trace *trace, const struct counters *counters)
{
	return (struct loss){
		.ring = counters->ring,
		.missed = counters->missed,
		.state = counters->state,
		.unmatched = counters->unmatched,
		.output = trace->output,
	};
}

static void on_second(void *ctx, struct session *session, const struct counters *counters)
{
	struct trace *trace = ctx;
	struct notice notice = {.kind = NOTICE_LOSS, .loss = loss_now(trace, counters)};

	(void)session;
	if (!memcmp(&notice.loss, &trace->shown, sizeof(trace->shown)))
		return;
	trace->shown = notice.loss;
	put_notice(trace, &notice);
}

/* In no line of an event: there, a quote inside a value is escaped. */
static const char notice_mark[] = "\"event.name\":\"tpconnect.";

static void discard_line(void *ctx, const char *bytes, size_t n)
{
	struct trace *trace = ctx;

	trace->context.seq--;
	/* Not an event, if it is one of the program's own. */
	if (trace->options->format->notice && memmem(bytes, n, notice_mark, strlen(notice_mark)))
		return;
	trace->written--;
	trace->output++;
}

/* Writes what is pending, waiting for a slow reader as long as it takes something at all. */
static void flush_last(struct trace *trace)
{
	struct pollfd pollfd = {.fd = sink_fd(trace->sink), .events = POLLOUT};
	size_t before;

	do {
		before = sink_pending(trace->sink);
		if (sink_flush(trace->sink) || !sink_pending(trace->sink))
			break;
	} while (poll(&pollfd, 1, FLUSH_PATIENCE_MS) > 0 || sink_pending(trace->sink) < before);
	sink_discard(trace->sink, discard_line, trace);
}

static void print_summary(const struct trace *trace, const struct notice *stop)
{
	const struct loss *loss = &stop->loss;
	uint64_t lost = loss->ring + loss->missed + loss->state + loss->unmatched + loss->output;

	/* Who closed the pipe wants nothing more, unless it is to know that something is missing.
	 */
	if (trace->closed && lost == loss->output)
		return;
	log_error("sent=%" PRIu64 " written=%" PRIu64 " filtered=%" PRIu64 " lost: ring=%" PRIu64
		  " missed=%" PRIu64 " state=%" PRIu64 " unmatched=%" PRIu64 " output=%" PRIu64,
		  stop->sent, stop->written, stop->filtered, loss->ring, loss->missed, loss->state,
		  loss->unmatched, loss->output);
}

static void on_finished(void *ctx, const struct counters *counters, uint64_t tracked)
{
	struct notice stop = {.kind = NOTICE_STOP};
	struct trace *trace = ctx;

	flush_last(trace);
	stop.sent = counters->sent;
	stop.written = trace->written;
	stop.filtered = trace->filtered;
	stop.tracked = tracked;
	stop.loss = loss_now(trace, counters);
	put_notice(trace, &stop);
	sink_flush(trace->sink);
	print_summary(trace, &stop);
}

static int output_fd(void *ctx)
{
	struct trace *trace = ctx;

	return sink_fd(trace->sink);
}

static bool output_pending(void *ctx)
{
	struct trace *trace = ctx;

	/* A full disk is always ready to refuse: the tick is soon enough to try again. */
	return sink_pending(trace->sink) && !trace->write_error;
}

int trace_main(const struct options *options, bool color)
{
	struct trace trace = {
		.options = options,
		.context = {.seq = 1, .color = color, .process_epoch_ns = clock_boot_to_utc_ns()},
	};
	const struct session_client client = {
		.ctx = &trace,
		.started = on_started,
		.event = on_event,
		.undecodable = on_undecodable,
		.idle = on_idle,
		.second = on_second,
		.hangup = on_hangup,
		.finished = on_finished,
		.output_fd = output_fd,
		.output_pending = output_pending,
	};
	const char *path = options->write_path;
	int err = path ? sink_open_file(path, &trace.sink) : sink_open_stdout(&trace.sink);
	int status;

	if (err) {
		log_error("cannot write to %s: %s", path ? path : "stdout", strerror(-err));
		return EXIT_FAILED;
	}
	status = session_run(options, &client);
	sink_close(trace.sink);
	return status;
}
