/* SPDX-License-Identifier: MIT */
/* For tests of what is written: a buffer for one line, and its text. */
#ifndef UNIT_WRITTEN_H
#define UNIT_WRITTEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "format/format.h"

static char storage[FORMAT_LINE_MAX + 1];

static inline struct buffer empty_buffer(void)
{
	return (struct buffer){.data = storage, .cap = sizeof(storage) - 1};
}

/* What was written, as a string. It lives until the next one is written. */
static inline const char *text_of(const struct buffer *b)
{
	assert_false(b->overflow);
	storage[b->len] = '\0';
	return storage;
}

#endif
