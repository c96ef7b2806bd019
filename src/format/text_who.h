/* SPDX-License-Identifier: MIT */
/* What a line of text says of image, cgroup and names: docs/spec.md, 5. Pure. */
#ifndef FORMAT_TEXT_WHO_H
#define FORMAT_TEXT_WHO_H

#include "format/format.h"

/* ` exe=`, behind comm; nothing where comm says as much, unless ctx is verbose. */
void text_exe(struct buffer *out, const struct event *event, const struct format_context *ctx);

/*
 * Behind uid: ` container=` and ` unit=`; ` name=`; ` args=` and, if ctx is verbose, what follows
 * it.
 */
void text_who(struct buffer *out, const struct event *event, const struct format_context *ctx);

#endif
