/* SPDX-License-Identifier: MIT */
/* Bytes from the ring buffer -> struct event. Pure: no global state, no allocation, no output. */
#ifndef MODEL_DECODE_H
#define MODEL_DECODE_H

#include <stddef.h>

#include "model/event.h"

/*
 * Decodes one record of contract/record.h.
 *
 * data: size bytes, of any alignment.
 * ret:  set on success only.
 *
 * Returns 0, or
 *   -EPROTONOSUPPORT  the record has another version
 *   -EMSGSIZE         its size is not that of its kind
 *   -EBADMSG          a field holds a value that contract/record.h does not define
 */
int event_decode(const void *data, size_t size, struct event *ret);

#endif
