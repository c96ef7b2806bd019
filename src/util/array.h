/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

/* The number of elements of an array; not of a pointer to one. */
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#endif
