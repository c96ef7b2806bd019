// SPDX-License-Identifier: MIT
#include "engine/intake.h"

#include <string.h>
#include <unistd.h>

#include "contract/record.h"
#include "model/decode.h"
#include "model/record.h"
#include "probe/loader.h"
#include "probe/reader.h"
#include "util/clock.h"
#include "util/log.h"

/* After so many batches the loop looks at its other descriptors. */
#define BATCHES_MAX 16

/* How long a ring that is half full, and fills up, is left alone. */
#define CROWDED_NS 50000000

/* How long a program that was running while it was detached may take to send its event. */
#define SETTLE_MS 100

/* What is said of events to come is kept for these, but not if it takes more of the ring. */
#define CONTEXT_PART 8

int intake_open(struct intake *intake, const struct probe *probe)
{
	int err = reader_open(probe_ring_fd(probe), &intake->reader);

	if (!err)
		intake->position = reader_position(intake->reader);
	return err;
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

static void dispatch_event(struct intake *intake, const void *record, size_t size)
{
	struct event event;
	int err = event_decode(record, size, &event);

	intake->received++;
	intake->position = reader_position(intake->reader);
	if (!err)
		intake->event(intake->ctx, &event);
	else if (!intake->undecodable++)
		log_warning("a record from the BPF object cannot be read (%s): it is of another "
			    "version; counted as lost (output)",
			    strerror(-err));
}

void intake_context(struct intake *intake, enum event_kind kind, const void *record, size_t size)
{
	int err = intake->context(intake->ctx, kind, record, size);

	if (err && !intake->context_lost++)
		log_warning("what the BPF object says of a process, cgroup or name cannot be kept "
			    "(%s): "
			    "events lack it; counted as lost (context)",
			    strerror(-err));
}

static bool is_context(unsigned int kind)
{
	return kind == EVENT_PROCESS || kind == EVENT_CGROUP || kind == EVENT_DNS;
}

static void dispatch(struct intake *intake, const void *record, size_t size)
{
	unsigned int kind = record_kind(record, size);

	if (is_context(kind))
		intake_context(intake, (enum event_kind)kind, record, size);
	else
		dispatch_event(intake, record, size);
}

bool intake_has_room(const struct intake *intake)
{
	struct ring_fill ring = reader_ring(intake->reader);

	return ring.used <= ring.size / 2;
}

/* Whether the ring fills up, or refuses what comes, as far as can be seen. */
static bool fills_up(struct intake *intake)
{
	struct ring_fill ring = reader_ring(intake->reader);
	bool more = ring.produced != intake->produced;

	intake->produced = ring.produced;
	return more || ring.size - ring.used < RECORD_SIZE_MAX;
}

/*
 * Nothing is lost by leaving records in the ring as long as nothing comes, or there is room. A disk
 * that is healthy makes room for a batch within milliseconds, however much has piled up; a slow one
 * never does, and then it is not the ring that shall overflow.
 */
bool intake_can_wait(struct intake *intake)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC);

	if (intake_has_room(intake)) {
		intake->crowded_ns = 0;
		return true;
	}
	if (!fills_up(intake) || !intake->crowded_ns)
		intake->crowded_ns = now;
	return now - intake->crowded_ns < CROWDED_NS;
}

/* Whether records are better left in the ring. */
static bool holds(struct intake *intake)
{
	if (intake->busy && intake->busy(intake->ctx))
		return intake->keeps || intake_can_wait(intake);
	intake->crowded_ns = 0;
	return false;
}

static void note_fill(struct intake *intake)
{
	struct ring_fill ring = reader_ring(intake->reader);

	if (ring.used > intake->most_used)
		intake->most_used = ring.used;
}

struct ring_fill intake_ring(struct intake *intake)
{
	struct ring_fill ring = reader_ring(intake->reader);

	if (intake->most_used > ring.used)
		ring.used = intake->most_used;
	intake->most_used = 0;
	return ring;
}

int intake_drain(struct intake *intake)
{
	note_fill(intake);
	for (int i = 0; i < BATCHES_MAX; i++) {
		const void *record;
		size_t size;
		int n;

		if (holds(intake))
			return INTAKE_HELD;
		n = reader_fill(intake->reader);
		if (n <= 0)
			return n ? n : INTAKE_EMPTY;
		while ((record = reader_next(intake->reader, &size)))
			dispatch(intake, record, size);
	}
	return INTAKE_SOME;
}

int intake_keep(struct intake *intake, uint64_t position)
{
	int err = reader_keep(intake->reader, position);

	if (err)
		return err;
	intake->keeps = true;
	intake->position = reader_position(intake->reader);
	return 0;
}

void intake_release(struct intake *intake, uint64_t position)
{
	reader_release(intake->reader, position);
}

uint64_t intake_position(const struct intake *intake)
{
	uint64_t read = reader_position(intake->reader);
	uint64_t size = reader_ring(intake->reader).size;

	return read - intake->position > size / CONTEXT_PART ? read : intake->position;
}

static void count_event(void *ctx, const void *record, size_t size)
{
	*(uint64_t *)ctx += !is_context(record_kind(record, size));
}

uint64_t intake_waiting(const struct intake *intake)
{
	uint64_t n = 0;

	reader_waiting(intake->reader, count_event, &n);
	return n;
}

void intake_drain_present(struct intake *intake)
{
	uint64_t end = reader_ring(intake->reader).produced, before;

	do
		before = reader_position(intake->reader);
	while (before < end && intake_drain(intake) == INTAKE_SOME &&
	       reader_position(intake->reader) > before);
}

/* Every program has done its part when all that was sent has arrived. */
void intake_drain_last(struct intake *intake, struct probe *probe)
{
	struct counters counters;

	intake->busy = NULL;
	for (int ms = 0; ms < SETTLE_MS; ms++) {
		while (intake_drain(intake) == INTAKE_SOME)
			;
		probe_counters(probe, &counters);
		if (counters.sent == intake->received + counters.ring)
			return;
		usleep(1000);
	}
}
