/* SPDX-License-Identifier: MIT */
/* For tests of tables: how many columns of a terminal a line takes. */
#ifndef UNIT_WIDTH_OF_H
#define UNIT_WIDTH_OF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/buffer.h"
#include "util/utf8.h"
#include "util/width.h"

/* Of one line, in columns. Fails on what must not reach a terminal. */
static inline unsigned int width_of(const struct buffer *line)
{
	unsigned int width = 0;
	uint32_t code_point;
	size_t step;

	assert_false(line->overflow);
	assert_int_equal(line->data[line->len - 1], '\n');
	for (size_t i = 0; i < line->len - 1; i += step) {
		step = utf8_step(line->data + i, line->len - 1 - i, &code_point);
		assert_true(step);
		assert_false(is_control(code_point));
		width += char_width(code_point);
	}
	return width;
}

#endif
