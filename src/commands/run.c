// SPDX-License-Identifier: MIT
#include "commands/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sink/sink.h"
#include "util/log.h"
#include "util/status.h"

#define RUN(number, name, run, help) [number] = (run),
static command_fn *const runs[] = {COMMANDS(RUN)};

static bool use_color(const struct output_options *output)
{
	const char *no_color = getenv("NO_COLOR");

	if (output->color != COLOR_AUTO)
		return output->color == COLOR_ALWAYS;
	return !output->write_path && !(no_color && *no_color) && isatty(STDOUT_FILENO);
}

static int cannot_write(int err)
{
	log_error("cannot write to stdout: %s", sink_strerror(err));
	return STATUS_FAILED;
}

/*
 * Returns the status, or STATUS_FAILED with a message if stdout took not all. A reader that went
 * away gets no message.
 */
static int flushed(int status)
{
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return status;
	return cannot_write(-errno);
}

int command_run(const struct options *options, const char *version, bool has_stdout)
{
	if (!has_stdout && !options->output.write_path && options->command != COMMAND_RECORD &&
	    (options->command != COMMAND_AUDIT || options->output.write))
		return cannot_write(-EBADF);
	switch (options->command) {
	case COMMAND_HELP:
		options_help(stdout);
		return flushed(STATUS_DONE);
	case COMMAND_VERSION:
		puts(version);
		return flushed(STATUS_DONE);
	default:
		return flushed(runs[options->command](options, use_color(&options->output)));
	}
}
