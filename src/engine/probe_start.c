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

enum exit_status probe_start(const struct request *request, struct probe **ret)
{
	struct error error, reason;
	int err;

	err = probe_open(request, ret, &error);
	if (!err)
		return STATUS_DONE;
	if (lacks_descriptors(DESCRIPTORS_TO_LOOK))
		return STATUS_FAILED;
	if (err != -ENOEXEC &&
	    checks_explain(request->config.syscalls, request->btf_path, &reason)) {
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

enum exit_status probe_may_start(void)
{
	struct error reason;

	if (!checks_privilege(&reason))
		return STATUS_DONE;
	log_error("%s", reason.text);
	return STATUS_UNABLE;
}
