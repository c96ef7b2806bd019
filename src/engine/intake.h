/* SPDX-License-Identifier: MIT */
/* Records come in here: out of the ring, decoded, handed on. */
#ifndef ENGINE_INTAKE_H
#define ENGINE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"
#include "probe/reader.h"

struct probe;

struct intake {
	struct reader *reader;
	uint64_t received;     /* records of events; since the ring was made, if that is known */
	uint64_t position;     /* in the ring, behind the last of these */
	bool keeps;	       /* as reader_keep() has it */
	uint64_t undecodable;  /* of these, such as are of another interface: the first is told */
	uint64_t context_lost; /* records of who and where that context() has refused: likewise */
	void (*event)(void *ctx, struct event *event);
	/* EVENT_PROCESS, EVENT_CGROUP, EVENT_DNS: before the events of them. 0 or -errno. */
	int (*context)(void *ctx, enum event_kind kind, const void *record, size_t size);
	bool (*busy)(void *ctx); /* as of a consumer's */
	uint64_t most_used;	 /* bytes of the ring, since intake_ring() was asked last */
	uint64_t crowded_ns;	 /* since when the ring is half full and fills up; 0: it is not */
	uint64_t produced;	 /* as of struct ring_fill, at the last look at such a ring */
	void *ctx;
};

/* Maps the probe's ring. -errno on failure. The caller closes it, opened or not. */
int intake_open(struct intake *intake, const struct probe *probe);
void intake_close(struct intake *intake);

/* Readable when the kernel side asks to be read. */
int intake_fd(const struct intake *intake);

/* Whether the ring is less than half full. */
bool intake_has_room(const struct intake *intake);

/* Whether the ring has so much room, or so little comes, that it can be left alone for a while. */
bool intake_can_wait(struct intake *intake);

/* How full the ring is; used: at most, since this was asked last. */
struct ring_fill intake_ring(struct intake *intake);

/*
 * Hands on what is in the ring, but no more than a bound: the loop has other work; and nothing as
 * long as busy() says so and there is room in the ring. -errno on failure.
 */
enum intake_left { INTAKE_SOME, INTAKE_EMPTY, INTAKE_HELD };

int intake_drain(struct intake *intake);

/*
 * From now on, what is read stays in the ring until it is released: for another process, should
 * this one die. It goes on at the position, if the ring has that still. Before anything is read.
 * Returns 0 or -errno.
 */
int intake_keep(struct intake *intake, uint64_t position);
void intake_release(struct intake *intake, uint64_t position);

/*
 * Where another process would go on: behind the last event. What was said since of processes,
 * cgroups and names is of events to come, unless it is much.
 */
uint64_t intake_position(const struct intake *intake);

/* Events in the ring that are not read. */
uint64_t intake_waiting(const struct intake *intake);

/* Reads what is in the ring now, but no more; what busy() leaves there is another process's. */
void intake_drain_present(struct intake *intake);

/* Takes a record of who or where as if it came out of the ring. */
void intake_context(struct intake *intake, enum event_kind kind, const void *record, size_t size);

/* Once detached: waits for what programs that were still running send, which is not long. */
void intake_drain_last(struct intake *intake, struct probe *probe);

#endif
