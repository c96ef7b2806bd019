/* SPDX-License-Identifier: MIT */
/*
 * The terminal that this process has, of which there is one: taken for a screen, and given back as
 * it was, however the process ends or stops, but for SIGKILL and SIGSTOP.
 */
#ifndef TERMINAL_TERMINAL_H
#define TERMINAL_TERMINAL_H

#include <stdbool.h>

/* Whether standard output is a terminal that can show more than lines. */
bool terminal_is_there(void);

/*
 * Takes the terminal: keys come as they are pressed, Ctrl-C and Ctrl-Z among them, and what was on
 * it is kept for terminal_close(), which is called at exit as well. From now on, the signals that
 * would end or stop this process give it back first. Returns 0; -ENOTTY; -errno.
 */
int terminal_open(void);
void terminal_close(void);

/*
 * Of the terminal: readable when there are keys, and writable when it has room for what is to be
 * shown. Neither makes wait: EAGAIN. It is this process's own, not that of a shell beside it.
 */
int terminal_fd(void);

/*
 * Readable when terminal_changed() would return true: it has another size, or this process goes on
 * after it was stopped, so that the screen has to be written anew.
 */
int terminal_changes(void);
bool terminal_changed(void);

/* 80x24 where it does not say. */
void terminal_size(unsigned int *ret_width, unsigned int *ret_height);

/* As if Ctrl-Z were not ours: stops all processes of the job, and returns when they go on. */
void terminal_suspend(void);

#endif
