/* SPDX-License-Identifier: MIT */
/*
 * Sockets that no process holds: in no table of descriptors, but in the kernel's own of each
 * network namespace. All namespaces are asked before and after the processes are: what was there
 * both times, and no process had, was held by none. One time alone would not tell that from a
 * socket that was made, or closed, meanwhile.
 */
#ifndef COMMANDS_UNHELD_H
#define COMMANDS_UNHELD_H

#include "probe/loader.h"
#include "util/vector.h"

/* Zero-initialised, nothing was asked. Owns its vectors: unheld_free(). */
struct unheld {
	const struct config *config; /* of the request: which namespaces are wanted */
	struct vector visited;	     /* numbers of namespaces, uint32_t */
	struct vector refused;	     /* likewise of those that could not be entered */
	int err;		     /* why the last of them could not, -errno */
	uint32_t untold;	     /* processes of which it cannot be told, at the last time */
	uint32_t untold_pid;	     /* one of them */
	int untold_err;
	struct vector before; /* struct event_open.socket, in order once sorted */
};

/*
 * Gives probe_sockets() of each namespace that is wanted. Returns 0; or -errno, with a line in
 * error.
 */
int unheld_ask(struct unheld *unheld, struct probe *probe, probe_record_fn *record, void *ctx,
	       struct error *error);

/* A socket that was there before the processes were asked. Returns 0 or -ENOMEM. */
int unheld_note(struct unheld *unheld, uint64_t socket);

/* Once all are noted; then whether a socket was. */
void unheld_sort(struct unheld *unheld);
bool unheld_was_there(const struct unheld *unheld, uint64_t socket);

/* Says which namespaces were not asked. with_sockets: numbers of those that processes' are in. */
void unheld_say(const struct unheld *unheld, const struct vector *with_sockets);

void unheld_free(struct unheld *unheld);

#endif
