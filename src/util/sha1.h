/* SPDX-License-Identifier: MIT */
/* SHA-1 (FIPS 180-4), for names that others compute by it: it guards nothing. Pure. */
#ifndef UTIL_SHA1_H
#define UTIL_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20

/* The longest message: one block of 64 bytes holds it, the bit behind it and its length. */
#define SHA1_MESSAGE_MAX 55

/* size: at most SHA1_MESSAGE_MAX. */
void sha1_short(const void *message, size_t size, uint8_t ret[SHA1_SIZE]);

#endif
