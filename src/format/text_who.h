/* SPDX-License-Identifier: MIT */
/* What a line of text says of image and cgroup: docs/spec.md, 5. Pure. */
#ifndef FORMAT_TEXT_WHO_H
#define FORMAT_TEXT_WHO_H

#include "format/format.h"

/* ` exe=`, behind comm; nothing where comm says as much, unless ctx is verbose. */
void text_exe(struct buffer *out, const struct event *event, const struct format_context *ctx);

/* ` container=` and ` unit=`, behind uid; if ctx is verbose, also ` args=` and what follows it. */
void text_who(struct buffer *out, const struct event *event, const struct format_context *ctx);

#endif
