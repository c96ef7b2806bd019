/* SPDX-License-Identifier: MIT */
/*
 * What was open before tracing began: looked at once, told bit by bit, and remembered as far as
 * its end is to say more of it than the kernel side knows.
 */
#ifndef ENGINE_OPENED_H
#define ENGINE_OPENED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model/event.h"
#include "model/request.h"

struct consumer;
struct intake;
struct probe;
struct shared_socket;
struct sockets;
struct who;

struct opened {
	const struct request *request; /* borrowed, like these two */
	struct who *who;
	struct intake *intake;
	uint64_t begin_ns;	      /* when tracing began */
	struct sockets *sockets;      /* NULL: there are none to be told */
	size_t next;		      /* of them */
	uint64_t told;		      /* events */
	struct shared_socket *shared; /* those that several processes hold, in the order of their
					 ids */
	size_t n_shared;
	bool failed;	 /* it is not known of all of them who holds them */
	bool unreadable; /* a record was, which is said */
};

/* Looks at what is open. Where that fails, says so: tracing goes on without. */
void opened_look(struct opened *opened, struct probe *probe);
void opened_close(struct opened *opened);

/*
 * The next EVENT_OPEN that the kernel side's filters want, if the request wants any. Returns false
 * if there is none left.
 */
bool opened_next(struct opened *opened, struct event *ret);
bool opened_is_left(const struct opened *opened);

/*
 * Whether there is one, and now is the time to tell it: it does not run away, as what is in the
 * ring does, and no consumer need lose it.
 */
bool opened_is_due(const struct opened *opened, const struct consumer *consumers, size_t n);

/* Of an EVENT_CLOSE: adds what is known of a connection that was open before. */
void opened_ended(const struct opened *opened, struct event *event);

#endif
