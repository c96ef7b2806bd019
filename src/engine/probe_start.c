// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/probe_start.h"
#include "probe/checks.h"
#include "probe/loader.h"
#include "util/log.h"

/* More than tracing takes: with a command, 47 were the least limit of all on Linux 6.18. */
#define DESCRIPTORS_TO_TRACE 64

/* To see what the kernel lacks. */
#define DESCRIPTORS_TO_LOOK 8

/* Whether this process may have n more descriptors at once. */
static bool descriptors_left(unsigned int n)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	bool left = fd >= 0 && (n == 1 || descriptors_left(n - 1));

	if (fd >= 0)
		close(fd);
	return left;
}

/*
 * To libbpf, no descriptor for a trial is a kernel that cannot do what was tried; what it says
 * then, and its errno, lead astray. So when something failed, whether there was room is looked at
 * first.
 */
static bool lacks_descriptors(unsigned int n)
{
	if (descriptors_left(n))
		return false;
	log_error("cannot load the BPF programs: %s; raise the limit: ulimit -n 1024",
		  strerror(EMFILE));
	return true;
}

static uint8_t filter_use(const struct choice *choice)
{
	if (choice->named.n)
		return FILTER_NAMED;
	return choice->left_out.n ? FILTER_OTHERS : FILTER_UNUSED;
}

/* All that the options ask of the kernel side. */
static struct config kernel_config(const struct options *options)
{
	struct config config = options->kernel;

	config.event_mask = options->events;
	config.filter_pid = filter_use(&options->pids);
	config.filter_uid = filter_use(&options->uids);
	config.filter_comm = filter_use(&options->comms);
	config.filter_dst = filter_use(&options->networks);
	config.family = options->ipv4 == options->ipv6 ? 0 : options->ipv4 ? 4 : 6;
	config.follow = options->argv ? FILTER_NAMED : FILTER_UNUSED;
	/* Whom these processes start is wanted, or left out, as they are: then they are in that
	 * map. */
	if (options->follow) {
		config.follow = config.filter_pid;
		config.filter_pid = FILTER_UNUSED;
	}
	config.syscalls = !options->no_syscalls;
	return config;
}

enum exit_status probe_start(const struct options *options, struct probe **ret)
{
	const struct probe_options probe_options = {
		.object_path = options->object_path,
		.btf_path = options->btf_path,
		.config = kernel_config(options),
		.pids = &options->pids,
		.uids = &options->uids,
		.comms = &options->comms,
		.networks = &options->networks,
		.follow_pids = options->follow,
		.ring_size = options->ring_size,
		.verbose = options->verbosity > 0,
	};
	struct error error, reason;
	int err;

	err = probe_open(&probe_options, ret, &error);
	if (!err)
		return STATUS_DONE;
	if (lacks_descriptors(DESCRIPTORS_TO_LOOK))
		return STATUS_FAILED;
	if (err != -ENOEXEC && checks_explain(!options->no_syscalls, options->btf_path, &reason)) {
		log_debug("%s", error.text);
		log_error("%s", reason.text);
		return STATUS_UNABLE;
	}
	if (err != -ENOEXEC && lacks_descriptors(DESCRIPTORS_TO_TRACE))
		return STATUS_FAILED;
	log_error("%s%s", error.text,
		  log_level() < LOG_DEBUG && err != -ENOEXEC ? "; -v shows more" : "");
	return STATUS_FAILED;
}
