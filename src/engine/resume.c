// SPDX-License-Identifier: MIT
#include "engine/resume.h"

#include <unistd.h>

#include "contract/config.h"
#include "engine/intake.h"
#include "probe/loader.h"

/* Negative: more has come since they were counted. */
static int64_t missing(const struct intake *intake, const struct counters *counters,
		       uint64_t waiting)
{
	return (int64_t)(counters->sent - counters->ring - intake->received - waiting);
}

uint64_t resume_unknown(struct probe *probe, const struct intake *intake)
{
	int64_t least = INT64_MAX;

	for (int ms = 0; ms < RESUME_SETTLE_MS && least > 0; ms++) {
		struct counters counters;
		int64_t now;

		if (ms)
			usleep(1000);
		probe_counters(probe, &counters);
		now = missing(intake, &counters, intake_waiting(intake));
		least = now < least ? now : least;
	}
	return least > 0 ? (uint64_t)least : 0;
}
