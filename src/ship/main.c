// SPDX-License-Identifier: MIT
/* tpconnect-ship: sends a store's records on. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "ship/offset.h"
#include "ship/options.h"
#include "ship/ship.h"
#include "ship/unprivileged.h"
#include "util/host.h"
#include "util/log.h"

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
}

int main(int argc, char **argv)
{
	struct ship_options options;
	struct host host = host_read(); /* which it may not be able to later */
	struct offset offset;
	struct error error;
	char path[OFFSET_PATH_MAX];
	int status, err;
	bool give; /* of the offset file's directory: one that somebody named stays as it is */

	log_set_name("tpconnect-ship");
	status = ship_options_parse(argc, argv, &options);
	if (status >= 0)
		return status;
	options.boot = *host.boot_id ? host.boot_id : NULL;
	block_signals();
	if (options.offset)
		snprintf(path, sizeof(path), "%s", options.offset);
	else
		offset_path(options.url.name, path, sizeof(path));
	give = offset_make_directory(path) || !options.offset;
	err = become_unprivileged(&options, path, give, &error);
	if (!err)
		err = offset_open(path, options.url.name, &offset, &error);
	if (err) {
		log_error("%s", error.text);
		return STATUS_FAILED;
	}
	status = ship_run(&options, &offset);
	offset_close(&offset);
	return status;
}
