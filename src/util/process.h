/* SPDX-License-Identifier: MIT */
/* Whether a process runs. */
#ifndef UTIL_PROCESS_H
#define UTIL_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

enum process_state {
	PROCESS_RUNS,	 /* at least one of its threads does */
	PROCESS_NONE,	 /* there is none of that id, or it has ended and waits for its parent */
	PROCESS_THREAD,	 /* it is the id of a thread that leads no process */
	PROCESS_UNKNOWN, /* /proc cannot tell, as in a pid namespace other than the initial one */
};

/*
 * pid: of the initial pid namespace. *ret_tgid: with PROCESS_THREAD, the thread's process; 0 where
 * /proc does not tell. Otherwise it is untouched.
 */
enum process_state process_find(uint32_t pid, uint32_t *ret_tgid);

/*
 * Whether this process is in a pid namespace other than the initial one, where the ids of
 * processes, its children's too, are not those by which the kernel side knows them. False where
 * /proc does not tell.
 */
bool process_ids_are_other(void);

#endif
