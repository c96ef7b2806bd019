// SPDX-License-Identifier: MIT
#include "top/columns.h"

void columns_fit(uint8_t *widths, const struct column_step *steps, size_t n, unsigned int room)
{
	for (size_t i = 0; i < n; i++) {
		uint8_t *width = &widths[steps[i].column];
		unsigned int more = steps[i].width - *width + (*width ? 0 : 1);

		if (more > room)
			continue;
		room -= more;
		*width = steps[i].width;
	}
}
