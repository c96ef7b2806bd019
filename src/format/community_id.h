/* SPDX-License-Identifier: MIT */
/*
 * The Community ID of a connection, version 1, seed 0: what Zeek, Suricata and others call the same
 * connection (https://github.com/corelight/community-id-spec). Pure.
 */
#ifndef FORMAT_COMMUNITY_ID_H
#define FORMAT_COMMUNITY_ID_H

#include <stdbool.h>

#include "model/event.h"
#include "util/buffer.h"

/* Whether it has one: its source is known, and it has a peer. */
bool has_community_id(const struct event *event);

/* "1:" and 28 characters of base64 */
void put_community_id(struct buffer *out, const struct event *event);

#endif
