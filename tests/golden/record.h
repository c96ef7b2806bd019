/* SPDX-License-Identifier: MIT */
/* Records as the kernel side would send them, from key=value words. */
#ifndef GOLDEN_RECORD_H
#define GOLDEN_RECORD_H

#include "contract/attempt.h"

/* Where in the file the case began that is being read: for messages. */
struct place {
	const char *path;
	unsigned int line;
};

void __attribute__((format(printf, 2, 3), noreturn))
die(const struct place *place, const char *format, ...);

/* What a record does not mention is 0, except for `origin`, which is connect. */
struct close_record read_record(const char *line, const struct place *place);

#endif
