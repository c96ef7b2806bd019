/* SPDX-License-Identifier: MIT */
/* How many attempts are missed, from what is counted: pure. */
#ifndef PROBE_MISSED_H
#define PROBE_MISSED_H

#include <stdbool.h>

#include "contract/config.h"

/*
 * What the kernel side counts as missed is so for good. Of a call whose end was skipped, the
 * thread's next call shows that nothing lacks (recovered): until tracing is over, no skipped end is
 * taken for a loss, so that what is returned never falls. over: no program runs any more.
 */
static inline __u64 missed_in_all(const struct counters *sum, bool over)
{
	__u64 open = sum->skipped > sum->recovered ? sum->skipped - sum->recovered : 0;

	return sum->missed + (over ? open : 0);
}

#endif
