// SPDX-License-Identifier: MIT
/* tpconnect: parse the command line, pick the command. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/count.h"
#include "commands/doctor.h"
#include "commands/latency.h"
#include "commands/trace.h"
#include "commit.h"
#include "options/options.h"
#include "sink/sink.h"
#include "util/log.h"
#include "util/status.h"

/*
 * A standard descriptor that is closed would be the next file that is opened, and messages would go
 * into the record. So /dev/null takes its place, for the command to trace as well. Returns whether
 * standard output was open; *ret_all: whether all of them are now.
 */
static bool open_standard_descriptors(bool *ret_all)
{
	bool has_stdout = fcntl(STDOUT_FILENO, F_GETFD) >= 0;

	*ret_all = true;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			continue;
		/* The lowest that is free is this one. A root without /dev has itself at least. */
		if (open("/dev/null", O_RDWR | O_NOCTTY) != fd &&
		    open("/", O_RDONLY | O_DIRECTORY) != fd)
			*ret_all = false;
	}
	return has_stdout;
}

static bool use_color(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");

	if (options->output.color != COLOR_AUTO)
		return options->output.color == COLOR_ALWAYS;
	return !options->output.write_path && !(no_color && *no_color) && isatty(STDOUT_FILENO);
}

static int cannot_write(int err)
{
	log_error("cannot write to stdout: %s", sink_strerror(err));
	return STATUS_FAILED;
}

/* The status, if what was printed has gone out. A reader that has gone needs no message. */
static int flushed(int status)
{
	if ((!fflush(stdout) && !ferror(stdout)) || errno == EPIPE)
		return status;
	return cannot_write(-errno);
}

static int run(const struct options *options)
{
	switch (options->command) {
	case COMMAND_HELP:
		options_help(stdout);
		return flushed(STATUS_DONE);
	case COMMAND_VERSION:
		puts(*COMMIT ? "tpconnect " VERSION " (" COMMIT ")" : "tpconnect " VERSION);
		return flushed(STATUS_DONE);
	case COMMAND_DOCTOR:
		return flushed(doctor_main(use_color(options), options->request.btf_path));
	case COMMAND_TRACE:
		return trace_main(options, use_color(options));
	case COMMAND_COUNT:
		return count_main(options, use_color(options));
	case COMMAND_LATENCY:
		return latency_main(options, use_color(options));
	}
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	struct error error;
	struct options options;
	bool has_all, has_stdout = open_standard_descriptors(&has_all);
	int status;

	if (!has_all)
		return STATUS_FAILED; /* nor is there a place for a message */
	if (options_parse(argc, argv, &options, &error)) {
		log_error("%s", error.text);
		status = STATUS_USAGE;
	} else {
		if (options.verbosity)
			log_set_level(options.verbosity < 0 ? LOG_ERROR : LOG_DEBUG);
		if (has_stdout || options.output.write_path)
			status = run(&options);
		else
			status = cannot_write(-EBADF);
	}
	options_free(&options);
	return status;
}
