// SPDX-License-Identifier: MIT
#include "engine/sweep.h"

#include <unistd.h>

#include "probe/loader.h"
#include "util/log.h"

#define SECONDS_A_SWEEP 60

/* What is younger, a sweep leaves alone: see probe_sweep(). */
#define SWEEP_AGE_MS 100

static void search(struct sweep *sweep, struct probe *probe)
{
	struct error error;

	if (sweep->impossible || !probe_sweep(probe, &error))
		return;
	sweep->impossible = true;
	log_warning("%s: what stays tracked may have no socket any more", error.text);
}

void sweep_second(struct sweep *sweep, struct probe *probe)
{
	if (++sweep->seconds % SECONDS_A_SWEEP == 0)
		search(sweep, probe);
}

void sweep_last(struct sweep *sweep, struct probe *probe, struct intake *intake)
{
	uint64_t tracked;

	if (!probe_tracked(probe, &tracked) && !tracked)
		return;
	for (int ms = 0; ms < SWEEP_AGE_MS; ms++) {
		intake_drain(intake);
		usleep(1000);
	}
	search(sweep, probe);
}
