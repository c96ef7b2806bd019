/* SPDX-License-Identifier: MIT */
/* Descriptors that wake the loop: of timers and signals. */
#ifndef ENGINE_WAKEUPS_H
#define ENGINE_WAKEUPS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* Readable after first_ns, then each interval_ns (0: no more). -1 and errno on failure. */
int timer_open(uint64_t first_ns, uint64_t interval_ns);

/*
 * Blocks the signals that the loop takes, and reads them; *old_mask: what was blocked before.
 * for_command: also what is of no interest to us, but may be to a command. -1 and errno on failure.
 */
int signals_open(sigset_t *old_mask, bool for_command);

#endif
