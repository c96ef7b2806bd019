/* SPDX-License-Identifier: MIT */
/* What signals ask for: of us, and of the command after "--" if there is one. */
#ifndef ENGINE_SIGNALS_H
#define ENGINE_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

#include "engine/child.h"

struct signals {
	int fd; /* readable when one has come */
	sigset_t old_mask;
	struct child child;  /* child.pid is 0 without a command, and when it has ended */
	bool abandoned;	     /* the user asked twice, and waits no longer for the command */
	bool hangup_reopens; /* SIGHUP asks for files to be opened anew, and not for the end */
};

enum signal_request {
	SIGNAL_NOTHING,	    /* what was to be done is done */
	SIGNAL_STOP,	    /* end tracing */
	SIGNAL_REOPEN,	    /* open files anew */
	SIGNAL_CHILD_ENDED, /* the command has */
};

/* A closed pipe and a file at its limit are errors of write(2) from now on, no reason to die. */
void signals_ignore_of_writing(void);

/*
 * Blocks the signals that the loop takes. for_command: also what is of no interest to us, but may
 * be to a command. -errno on failure.
 */
int signals_open(struct signals *signals, bool for_command);
void signals_close(struct signals *signals);

/* The next signal that has come, and has been dealt with as far as it is the command's. Returns
 * false if there is none. */
bool signals_next(struct signals *signals, enum signal_request *ret);

#endif
