/* SPDX-License-Identifier: MIT */
/* The system calls that are left to a process that traces, once all is attached. */
#ifndef CONFINE_ALLOWED_H
#define CONFINE_ALLOWED_H

/* Returns 0 or -errno. */
int allowed_enter(void);

#endif
