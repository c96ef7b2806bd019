/* SPDX-License-Identifier: MIT */
/*
 * --metrics-file: what a session sees, as a file for Prometheus, written anew each five seconds. A
 * consumer beside the one whose lines are written, and behind it.
 */
#ifndef COMMANDS_METRICS_FILE_H
#define COMMANDS_METRICS_FILE_H

#include "books/books.h"
#include "engine/consumer.h"
#include "options/options.h"
#include "store/store.h"
#include "util/status.h"

struct metrics_file;

/* What it tells of others, which are there as long as the session runs. */
struct metrics_sources {
	const struct books *books;
	struct store *store; /* NULL: there is none */
};

/*
 * Opens what options->metrics_path names; says why not. Before privileges are dropped; a thread is
 * started only once the session has. The caller closes it. Returns an exit status.
 */
enum exit_status metrics_file_open(const struct options *options,
				   const struct metrics_sources *sources, struct metrics_file **ret,
				   struct consumer *ret_consumer);
void metrics_file_close(struct metrics_file *file);

#endif
