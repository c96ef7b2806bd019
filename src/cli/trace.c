// SPDX-License-Identifier: MIT
#include "cli/output.h"
#include "cli/trace.h"
#include "util/log.h"

static void on_event(void *ctx, struct session *session, const struct conn *conn,
		     int64_t boot_to_utc_ns)
{
	struct output *output = ctx;
	uint64_t max = output->options->max_events;
	struct buffer *line;

	if (max && output->written == max) {
		output->filtered++;
		return;
	}
	line = output_line(output, session, FORMAT_LINE_MAX);
	if (!line) {
		output->lost++;
		return;
	}
	output->context.boot_to_utc_ns = boot_to_utc_ns;
	output->options->format->event(line, conn, &output->context);
	output_commit(output);
	if (++output->written == max)
		session_stop(session, EXIT_DONE);
}

int trace_main(const struct options *options, bool color)
{
	struct session_client client;
	struct output output;
	int status = output_open(&output, options, color);

	if (status)
		return status;
	if (options->names && options->format != &format_table)
		log_warning("-N shows names in tables only, such as -o table; here are numbers");
	client = output_client(&output);
	client.event = on_event;
	status = session_run(options, &client);
	output_close(&output);
	return status;
}
