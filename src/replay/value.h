/* SPDX-License-Identifier: MIT */
/* What the values of a record stand for. All return 0 or -EBADMSG, and set *ret then only. Pure. */
#ifndef REPLAY_VALUE_H
#define REPLAY_VALUE_H

#include <stdint.h>

#include "model/event.h"
#include "replay/parse.h"
#include "util/address.h"
#include "util/part.h"

/* Decimal digits alone, up to max. */
int value_u64(struct part text, uint64_t max, uint64_t *ret);

/* "2026-02-16T12:34:56.123456789Z", with nine digits or fewer behind the point, or none. */
int value_time(const char *text, uint64_t *ret_utc_ns);

/* A kind's name: sets line->kind, and event.kind of an event. */
int value_event_name(const char *name, struct replay_line *line);

/* "1a2b-3", or "p1a2b-3": start_ns and cpu. */
int value_id(const char *text, struct event *event);

int value_address(const char *text, uint8_t ret[16]);
int value_errno(const char *text, uint16_t *ret);
int value_origin(const char *text, enum origin *ret);
int value_ended(const char *text, enum ended *ret);
int value_direction(const char *text, enum direction *ret);
int value_dns_source(const char *text, enum dns_source *ret);
int value_state(const char *text, uint8_t *ret);

/* "8:1" */
int value_device(const char *text, uint32_t *ret_major, uint32_t *ret_minor);

/* Cut off between characters where it is longer than a name can be. */
void value_comm(const char *text, char ret[COMM_LEN]);

#endif
