// SPDX-License-Identifier: MIT
#include "engine/command.h"

#include <poll.h>
#include <string.h>

#include "engine/signals.h"
#include "probe/loader.h"
#include "util/log.h"
#include "util/process.h"

enum exit_status command_check(const struct limits *limits)
{
	if (!limits->argv || !process_ids_are_other())
		return STATUS_DONE;
	log_error("cannot follow %s from within a pid namespace, such as a container's: the kernel "
		  "side knows processes by their ids outside of it. Run tpconnect in the host's "
		  "(docker: --pid=host), or without a command",
		  limits->argv[0]);
	return STATUS_UNABLE;
}

enum exit_status command_start(const struct limits *limits, struct signals *signals,
			       struct probe *probe)
{
	int err;

	if (!limits->argv)
		return STATUS_DONE;
	err = child_start(limits->argv, limits->apart, &signals->old_mask, &signals->child);
	if (!err)
		err = probe_follow(probe, signals->child.pid);
	if (err) {
		log_error("cannot start %s: %s", limits->argv[0], strerror(-err));
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

void command_go(const struct limits *limits, struct signals *signals)
{
	int err = signals->child.pid ? child_release(&signals->child) : 0;

	if (err)
		log_error("cannot run %s: %s", limits->argv[0], strerror(-err));
}

bool command_is_over(const struct limits *limits, const struct signals *signals,
		     const struct probe *probe)
{
	return limits->argv && !signals->child.pid && !(limits->wait && probe_follows_any(probe));
}

void command_say_left(const struct limits *limits, const struct signals *signals,
		      const struct probe *probe)
{
	const char *way_out = limits->wait ? "" : "; --wait goes on until the last has ended";
	int n = limits->argv && !signals->child.pid ? probe_followed(probe) : 0;

	if (signals->child.pid)
		log_warning("waiting for %s, which still runs", limits->argv[0]);
	if (n < 0)
		log_warning("cannot tell whether descendants of the command still run: %s",
			    strerror(-n));
	else if (n == 1)
		log_warning("1 descendant of the command still runs and is no longer followed%s",
			    way_out);
	else if (n)
		log_warning("%d descendants of the command still run and are no longer followed%s",
			    n, way_out);
}

int command_status(struct signals *signals)
{
	struct pollfd pollfd = {.fd = signals->fd, .events = POLLIN};
	enum signal_request request;

	while (signals->child.pid && !signals->abandoned) {
		poll(&pollfd, 1, -1);
		while (signals_next(signals, &request))
			; /* what of it is the command's is done */
	}
	return signals->child.status;
}
