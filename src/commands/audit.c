// SPDX-License-Identifier: MIT
/* tpconnect audit: what a command, this host or a record connected to, against what is expected. */
#include "commands/audit.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit/learn.h"
#include "commands/audit_file.h"
#include "commands/ledger.h"
#include "commands/run.h"
#include "commands/start_line.h"
#include "commands/trace.h"
#include "engine/session.h"
#include "util/log.h"

/* Processes outside the command that are told apart. */
#define OUTSIDE_MAX 1000

struct live_audit {
	struct audit *audit;
	struct ledger ledger;
	struct trace *trace;	/* with -w; NULL: none */
	struct consumer record; /* the trace's */
	uint64_t taken;
	bool is_over;
};

void audit_doubt(struct audit *audit, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0 || vector_push(&audit->doubts, &text, sizeof(text))) {
		/* It would be told as expected, were it not for this. */
		log_error("no memory");
		exit(STATUS_NO_VOUCHER);
	}
}

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct live_audit *live = ctx;
	const struct options *options = live->audit->options;

	(void)session;
	if (!live->trace)
		start_line_say(options, start);
	if (options->no_syscalls)
		audit_doubt(live->audit, "--no-syscalls leaves attempts unseen that fail before a "
					 "SYN is due");
	if (options->request.btf_path)
		audit_doubt(live->audit, "without the kernel's own BTF, not everything is seen");
	if (options->request.dns && start->dns == PROBE_DNS_NONE)
		audit_doubt(live->audit, "answers of name servers are not seen, so names cannot "
					 "be told");
}

static bool is_judged(const struct audit *audit, const struct event *event)
{
	return audit->options->audit.host || event->followed;
}

static void add_outside(struct audit *audit, const struct event *event)
{
	if (event->kind != EVENT_CONNECT)
		return;
	++*(uint64_t *)groups_value(audit->outside, event);
	audit->n_outside++;
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	struct live_audit *live = ctx;

	if (!is_judged(live->audit, event)) {
		add_outside(live->audit, event);
		books_filtered(live->trace ? &trace_output(live->trace)->ledger.books
					   : &live->ledger.books,
			       1);
		return;
	}
	seen_add(live->audit->seen, event);
	books_written(&live->ledger.books, ++live->taken);
	if (live->trace)
		live->record.event(live->record.ctx, session, event, boot_to_utc_ns);
}

/* What the record of the same run has lost is lost to who judges that. */
static const struct books *books_of(const struct live_audit *live)
{
	return live->trace ? &trace_output(live->trace)->ledger.books : &live->ledger.books;
}

static void doubt_losses(struct live_audit *live)
{
	uint64_t lost = books_all_lost(books_of(live));

	if (lost)
		audit_doubt(live->audit,
			    "%" PRIu64 " event%s lost: the line of the books says of which kind",
			    lost, lost == 1 ? " was" : "s were");
	if (!books_balanced(books_of(live)))
		audit_doubt(live->audit, "the books do not balance");
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct live_audit *live = ctx;
	const struct options *options = live->audit->options;
	uint64_t unknown = session_left_out(session).unknown;

	live->is_over = true;
	if (!live->trace) {
		ledger_count(&live->ledger, session, &end->counters);
		ledger_say(&live->ledger.books, options->request.dns ? &end->dns_unread : NULL,
			   false);
	}
	doubt_losses(live);
	if (end->failed)
		audit_doubt(live->audit, "tracing failed");
	if (end->command_runs)
		audit_doubt(live->audit, "the command still ran when tracing ended");
	if (unknown)
		audit_doubt(live->audit,
			    "%" PRIu64 " event%s left out of which it is not known whether "
			    "--container or --unit asks for %s",
			    unknown, unknown == 1 ? " was" : "s were",
			    unknown == 1 ? "it" : "them");
}

/* The record's consumer comes first, so that its books are told before the verdict. */
static int run_session(struct live_audit *live)
{
	const struct options *options = live->audit->options;
	struct consumer consumers[2] = {{
		.ctx = live,
		.started = on_started,
		.event = on_event,
		.finished = on_finished,
	}};
	size_t n = 1;
	int status = STATUS_DONE;

	if (options->output.write) {
		status = trace_open(options, false, &live->trace, &live->record);
		consumers[1] = consumers[0];
		consumers[0] = live->record;
		consumers[0].event = NULL;
		n++;
	}
	if (!status)
		status = session_run(&options->request, &options->limits, consumers, n);
	trace_close(live->trace);
	return status;
}

static int run_live(struct audit *audit)
{
	struct live_audit live = {.audit = audit};
	int status = run_session(&live);

	if (!live.is_over)
		return status;
	return audit_tell(audit, status);
}

static int run_records(struct audit *audit)
{
	int status = audit_read_records(audit);

	return status ? status : audit_tell(audit, STATUS_DONE);
}

static int open_audit(struct audit *audit, struct options *options)
{
	bool learns = options->audit.learn_path;
	int status = STATUS_DONE;

	audit->path = learns ? options->audit.learn_path : options->audit.allow_path;
	if (audit->path)
		status = audit_file_read(audit->path, learns, &audit->rules);
	if (audit->rules.has_names && !options->request.dns)
		request_use_dns(&options->request, DNS_PROCESS);
	if (!status && (seen_new(&audit->seen) ||
			groups_new(BY_PROCESS, sizeof(uint64_t), OUTSIDE_MAX, &audit->outside))) {
		log_error("no memory");
		status = STATUS_FAILED;
	}
	return status;
}

static void close_audit(struct audit *audit)
{
	rules_free(&audit->rules);
	seen_free(audit->seen);
	if (audit->outside)
		groups_free(audit->outside);
	learn_free(&audit->doubts);
}

int audit_main(const struct options *options, bool color)
{
	struct options own = *options;
	struct audit audit = {.options = &own};
	int status = open_audit(&audit, &own);

	(void)color;
	if (!status)
		status = own.files.n ? run_records(&audit) : run_live(&audit);
	close_audit(&audit);
	return status;
}
