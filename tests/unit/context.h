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
struct process_bytes {
	struct process_record record;
	char texts[RECORD_SIZE_MAX - sizeof(struct process_record)];
};

struct cgroup_bytes {
	struct cgroup_record record;
	char texts[RECORD_SIZE_MAX - sizeof(struct cgroup_record)];
};

/* Of the process that sample_attempt is of, which has no text yet. */
static inline struct process_bytes process_sample(void)
{
	return (struct process_bytes){.record = {
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
static inline void process_text(struct process_bytes *to, enum process_text text, const char *bytes,
				size_t size)
{
	memcpy((char *)to + to->record.head.size, bytes, size);
	to->record.sizes[text] = (__u16)size;
	to->record.head.size += size;
}

/* Of the cgroup that sample_attempt is in. */
static inline struct cgroup_bytes cgroup_sample(const char *bytes, size_t size)
{
	struct cgroup_bytes to = {
		.record = {
			.head = {.interface = INTERFACE,
				 .kind = EVENT_CGROUP,
				 .size = (__u16)(sizeof(struct cgroup_record) + size)},
			.id = 77,
			.size = (__u16)size,
		}};

	memcpy((char *)&to + sizeof(to.record), bytes, size);
	return to;
}

/* Behind the path of version 2. */
static inline void cgroup_path1(struct cgroup_bytes *to, __u64 id1, const char *bytes, size_t size)
{
	memcpy((char *)to + to->record.head.size, bytes, size);
	to->record.id1 = id1;
	to->record.size1 = (__u16)size;
	to->record.head.size += size;
}

#endif
