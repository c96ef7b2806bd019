/* SPDX-License-Identifier: MIT */
/*
 * Commands that have a daemon do their work. What such a daemon connects to is no descendant's of
 * the command, so that nothing of it is shown. Pure.
 */
#ifndef COMMANDS_DAEMONS_H
#define COMMANDS_DAEMONS_H

struct daemon_client {
	const char *name;    /* of the command, without its directory */
	const char *daemon;  /* who does the work */
	const char *way_out; /* how to see what that connects to */
};

/*
 * The client that a command line is of, also behind words such as sudo; NULL if it is none that is
 * known. argv: NULL-terminated.
 */
const struct daemon_client *daemon_client_of(char *const *argv);

#endif
