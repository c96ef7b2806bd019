// SPDX-License-Identifier: MIT
/* tpconnect: parse the command line, run the command. */
#include "commands/run.h"
#include "commit.h"
#include "options/options.h"
#include "util/descriptors.h"
#include "util/log.h"
#include "util/status.h"

/* COMMIT is empty in a tree without git. */
static const char *version(void)
{
	return *COMMIT ? "tpconnect " VERSION " (" COMMIT ")" : "tpconnect " VERSION;
}

int main(int argc, char **argv)
{
	struct error error;
	struct options options;
	bool has_all, has_stdout = descriptors_open_standard(&has_all);
	int status;

	if (!has_all)
		return STATUS_FAILED; /* there is no place for a message either */
	if (options_parse(argc, argv, &options, &error)) {
		log_error("%s", error.text);
		status = STATUS_USAGE;
	} else {
		if (options.verbosity)
			log_set_level(options.verbosity < 0 ? LOG_ERROR : LOG_DEBUG);
		status = command_run(&options, version(), has_stdout);
	}
	options_free(&options);
	return status;
}
