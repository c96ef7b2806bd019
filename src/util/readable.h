/* SPDX-License-Identifier: MIT */
/* Whether a file that the user names can be read. */
#ifndef UTIL_READABLE_H
#define UTIL_READABLE_H

/*
 * Why the file cannot be read as a whole; NULL: it can. What is no regular file is refused before
 * it is opened: a FIFO that nobody writes to would be waited for, and no signal would end that.
 */
const char *unreadable_reason(const char *path);

#endif
