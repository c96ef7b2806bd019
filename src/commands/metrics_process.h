/* SPDX-License-Identifier: MIT */
/* What this process takes of the host, as metrics tell it. */
#ifndef COMMANDS_METRICS_PROCESS_H
#define COMMANDS_METRICS_PROCESS_H

#include <dirent.h>

#include "metrics/metrics.h"

/* Opened before privileges are dropped, as /proc may not be to be opened then. */
struct process_files {
	int statm_fd; /* -1: it is not there, and is not told */
	DIR *fds;     /* NULL: likewise */
	uint64_t start_ns;
};

void process_files_open(struct process_files *files);
void process_files_close(struct process_files *files);

void process_files_read(const struct process_files *files, struct metrics_process *ret);

#endif
