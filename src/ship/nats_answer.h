/* SPDX-License-Identifier: MIT */
/* What a server of NATS says of a frame, and which subject a frame goes to. Pure. */
#ifndef SHIP_NATS_ANSWER_H
#define SHIP_NATS_ANSWER_H

#include <stddef.h>

#include "ship/output.h"
#include "util/error.h"

/*
 * JetStream's answer to a message: JSON of size bytes. Sets kind, reason and text of *ret; what is
 * no answer is ANSWER_BROKEN.
 */
void nats_answer_of(const char *json, size_t size, struct answer *ret);

/* How many streams take the subject, by the answer to STREAM.NAMES; -1: it does not say. */
int nats_streams_of(const char *json, size_t size);

/* Room for a subject, with its NUL. */
#define NATS_SUBJECT_SIZE 256

/*
 * The path of a URL as a subject; tpconnect.{host} where there is none. Returns 0, or -EINVAL with
 * a line in error: it would match others (* or >), has an empty token, or is too long.
 */
int nats_subject_check(const char *url, struct error *error);

/* The same with {host} filled in, of which what a token cannot have is "_". */
void nats_subject_of(const char *url, const char *host, char ret[NATS_SUBJECT_SIZE]);

#endif
