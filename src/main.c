// SPDX-License-Identifier: MIT
/* tpconnect: parse the command line, pick the command. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/count.h"
#include "cli/doctor.h"
#include "cli/latency.h"
#include "cli/options.h"
#include "cli/trace.h"
#include "util/log.h"

static bool use_color(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	return !options->write_path && !(no_color && *no_color) && isatty(STDOUT_FILENO);
}

static int run(const struct options *options)
{
	switch (options->command) {
	case COMMAND_HELP:
		options_help(stdout);
		return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
	case COMMAND_VERSION:
		puts("tpconnect " VERSION);
		return fflush(stdout) ? EXIT_FAILED : EXIT_DONE;
	case COMMAND_DOCTOR:
		return doctor_main(use_color(options), options->btf_path);
	case COMMAND_TRACE:
		return trace_main(options, use_color(options));
	case COMMAND_COUNT:
		return count_main(options, use_color(options));
	case COMMAND_LATENCY:
		return latency_main(options, use_color(options));
	}
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	char error[OPTIONS_ERROR_MAX];
	struct options options;
	int status;

	if (options_parse(argc, argv, &options, error)) {
		log_error("%s", error);
		status = EXIT_USAGE;
	} else {
		if (options.verbosity)
			log_set_level(options.verbosity < 0 ? LOG_ERROR : LOG_DEBUG);
		status = run(&options);
	}
	options_free(&options);
	return status;
}
