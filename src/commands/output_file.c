// SPDX-License-Identifier: MIT
/* What a command writes to: opened, opened anew, closed. */
#include <string.h>
#include <unistd.h>

#include "commands/output.h"
#include "util/clock.h"
#include "util/log.h"

/* Who talks to whom is nobody else's business; but the mode of a file of before is its owner's. */
static void warn_of_readers(const struct output *output)
{
	if (sink_is_readable_by_others(output->sink))
		log_warning("%s can be read by every user; chmod 600 takes that away",
			    output->options->output.write_path);
}

static void say_not_reopened(struct output *output, int err)
{
	if (err != output->reopen_error)
		log_warning("cannot open %s anew: %s; still writing to the old file, and trying "
			    "again every second",
			    output->options->output.write_path, sink_strerror(err));
	output->reopen_error = err;
}

static void say_reopened(const struct output *output, int left)
{
	const char *path = output->options->output.write_path;

	if (left == SINK_TAKEN_BACK)
		log_warning("%s is open anew; a line of which the old file had a part is taken "
			    "back from there, and written to the new one",
			    path);
	else if (left == SINK_LEFT_TORN)
		log_warning("%s is open anew; the old file ends in an incomplete line, which is "
			    "written whole to the new one",
			    path);
	else if (output->reopen_error)
		log_info("%s is open anew", path);
}

bool output_reopen(struct output *output)
{
	int left = sink_reopen(output->sink);

	if (left < 0) {
		say_not_reopened(output, left);
		return false;
	}
	say_reopened(output, left);
	warn_of_readers(output);
	output->reopen_error = output->write_error = 0;
	output->gone = false;
	if (output->options->output.write_path)
		output->since_header = 0; /* the new file begins with one */
	return true;
}

/* Without names, numbers are as good: no reason to end. */
static void load_names(struct output *output)
{
	struct names *names;
	int err = names_load(NAMES_SERVICES, NAMES_PASSWD, &names);

	if (err)
		log_warning("cannot read " NAMES_SERVICES " and " NAMES_PASSWD
			    ": %s; numbers are shown",
			    strerror(-err));
	else
		output->context.names = names;
}

enum exit_status output_open(struct output *output, const struct options *options, bool color)
{
	const char *path = options->output.write_path;
	int err;

	*output = (struct output){
		.options = options,
		.format = format_find(options->output.format),
		.context = {.color = color,
			    .closes = options->request.config.event_mask & EVENT_BIT(EVENT_CLOSE),
			    .process_epoch_ns = clock_boot_to_utc_ns()},
		.terminal = !path && isatty(STDOUT_FILENO),
	};
	err = path ? sink_open_file(path, &output->sink) : sink_open_stdout(&output->sink);
	if (err) {
		log_error("cannot write to %s: %s", path ? path : "stdout", sink_strerror(err));
		return STATUS_FAILED;
	}
	warn_of_readers(output);
	if (options->output.names)
		load_names(output);
	return STATUS_DONE;
}

void output_close(struct output *output)
{
	names_free((struct names *)output->context.names);
	sink_close(output->sink);
}
