/* SPDX-License-Identifier: MIT */
/* The system calls that are left to tpconnect-ship. */
#ifndef SHIP_CALLS_H
#define SHIP_CALLS_H

/* Returns 0 or -errno. */
int calls_enter(void);

#endif
