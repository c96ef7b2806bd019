/* SPDX-License-Identifier: MIT */
/* What a record of EVENT_OPEN has besides an attempt: decode_open.c, for decode.c alone. */
#ifndef MODEL_DECODE_OPEN_H
#define MODEL_DECODE_OPEN_H

#include <stdbool.h>

#include "model/event.h"

/* Whether that can be; the attempt in it has been checked. */
bool open_valid(const struct open_record *open);

void open_set(struct event *event, const struct open_record *open);

#endif
