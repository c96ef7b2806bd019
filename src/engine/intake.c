// SPDX-License-Identifier: MIT
#include "engine/intake.h"

#include <string.h>
#include <unistd.h>

#include "model/decode.h"
#include "probe/loader.h"
#include "probe/reader.h"
#include "util/log.h"

/* After so many batches the loop looks at its other descriptors. */
#define BATCHES_MAX 16

/* How long a program that was running while it was detached may take to send its event. */
#define SETTLE_MS 100

int intake_open(struct intake *intake, const struct probe *probe)
{
	return reader_open(probe_ring_fd(probe), &intake->reader);
}

void intake_close(struct intake *intake)
{
	reader_close(intake->reader);
	intake->reader = NULL;
}

int intake_fd(const struct intake *intake)
{
	return reader_fd(intake->reader);
}

static void dispatch(struct intake *intake, const void *record, size_t size)
{
	struct event event;
	int err = event_decode(record, size, &event);

	intake->received++;
	if (!err)
		intake->event(intake->ctx, &event);
	else if (!intake->undecodable++)
		log_warning("a record from the BPF object cannot be read (%s): it is of another "
			    "version; counted as lost (output)",
			    strerror(-err));
}

int intake_drain(struct intake *intake)
{
	for (int i = 0; i < BATCHES_MAX; i++) {
		int n = reader_fill(intake->reader);
		const void *record;
		size_t size;

		if (n <= 0)
			return n ? n : 1;
		while ((record = reader_next(intake->reader, &size)))
			dispatch(intake, record, size);
	}
	return 0;
}

/* Every program has done its part when all that was sent has arrived. */
void intake_drain_last(struct intake *intake, struct probe *probe)
{
	struct counters counters;

	for (int ms = 0; ms < SETTLE_MS; ms++) {
		while (intake_drain(intake) == 0)
			;
		probe_counters(probe, &counters);
		if (counters.sent == intake->received + counters.ring)
			return;
		usleep(1000);
	}
}
