/* SPDX-License-Identifier: MIT */
/* What a line of JSON says of image and cgroup: docs/spec.md, 6. Pure. */
#ifndef FORMAT_JSON_WHO_H
#define FORMAT_JSON_WHO_H

#include "format/fields.h"
#include "format/format.h"
#include "util/json.h"

/* The time of that key: boot_ns by CLOCK_BOOTTIME. */
#define put_time(json, key, boot_ns, boot_to_utc_ns)                                               \
	json_text(json, key, field_time((json)->out, (boot_ns) + (uint64_t)(boot_to_utc_ns)))

/* Keys of image and cgroup, behind other keys. */
void json_who(struct buffer *out, const struct event *event, const struct format_context *ctx);

#endif
