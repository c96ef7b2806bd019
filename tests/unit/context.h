/* SPDX-License-Identifier: MIT */
/* For tests: records of images and cgroups, as the kernel side writes them. */
#ifndef UNIT_CONTEXT_H
#define UNIT_CONTEXT_H

#include <string.h>

#include "contract/cgroup.h"
#include "contract/interface.h"
#include "contract/process.h"

/* A text of a record with the NULs in it, and the one at its end: TEXT("curl\0bin") is /bin/curl.
 */
#define TEXT(literal) literal, sizeof(literal)

/* A record with room behind it for any text. */
union process_bytes {
	struct process_record record;
	char bytes[RECORD_SIZE_MAX];
};

union cgroup_bytes {
	struct cgroup_record record;
	char bytes[RECORD_SIZE_MAX];
};

/* Of the process that sample_attempt is of, which has no text yet. */
static inline union process_bytes process_sample(void)
{
	return (union process_bytes){.record = {
					     .head = {.interface = INTERFACE,
						      .kind = EVENT_PROCESS,
						      .size = sizeof(struct process_record)},
					     .start_ns = 500,
					     .pid = 10,
					     .ruid = PROCESS_ID_UNSET,
					     .login_uid = PROCESS_ID_UNSET,
					     .session_id = PROCESS_ID_UNSET,
				     }};
}

/* Texts come in the order of enum process_text. */
static inline void process_text(union process_bytes *to, enum process_text text, const char *bytes,
				size_t size)
{
	memcpy(to->bytes + to->record.head.size, bytes, size);
	to->record.sizes[text] = (__u16)size;
	to->record.head.size += size;
}

/* Of the cgroup that sample_attempt is in. */
static inline union cgroup_bytes cgroup_sample(const char *bytes, size_t size)
{
	union cgroup_bytes to = {
		.record = {
			.head = {.interface = INTERFACE,
				 .kind = EVENT_CGROUP,
				 .size = (__u16)(sizeof(struct cgroup_record) + size)},
			.id = 77,
			.size = (__u16)size,
		}};

	memcpy(to.bytes + sizeof(to.record), bytes, size);
	return to;
}

/* Behind the path of version 2. */
static inline void cgroup_path1(union cgroup_bytes *to, __u64 id1, const char *bytes, size_t size)
{
	memcpy(to->bytes + to->record.head.size, bytes, size);
	to->record.id1 = id1;
	to->record.size1 = (__u16)size;
	to->record.head.size += size;
}

#endif
