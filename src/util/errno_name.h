/* SPDX-License-Identifier: MIT */
/* Symbols of error numbers. strerrorname_np() would do, but only glibc from 2.32 on has it. */
#ifndef UTIL_ERRNO_NAME_H
#define UTIL_ERRNO_NAME_H

/* "ECONNREFUSED" for 111; of two symbols of one number, glibc's first choice. NULL: it has none. */
const char *errno_name(int error);

#endif
