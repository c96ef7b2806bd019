/* SPDX-License-Identifier: MIT */
/*
 * Lines of a store -> a request of OTLP/HTTP for logs, in the JSON form of protobuf
 * (ExportLogsServiceRequest), and what is read of its answer. Pure.
 */
#ifndef SHIP_OTLP_H
#define SHIP_OTLP_H

#include <stddef.h>
#include <stdint.h>

#include "util/buffer.h"

/*
 * Of lines, whole ones. host.* and the boot become the resource, the time that of the record,
 * event.name its body; each key, that one too, an attribute. What failed is a warning, anything
 * else information. Returns 0, also where out overflows; -EBADMSG: a line is no JSON object with a
 * time.
 */
int otlp_put(struct buffer *out, const char *lines, size_t size);

struct otlp_answer {
	uint64_t rejected; /* records that were not taken */
	char text[256];	   /* why, or a warning; "" */
};

/* Of the body of an answer, any bytes: what cannot be read says that all was taken. */
void otlp_answer_read(const char *body, size_t size, struct otlp_answer *ret);

#endif
