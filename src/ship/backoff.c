// SPDX-License-Identifier: MIT
#include "ship/backoff.h"

uint64_t backoff_next(struct backoff *backoff, bool is_slow, uint64_t random)
{
	uint64_t ns = is_slow ? BACKOFF_SLOW_FIRST_NS : BACKOFF_FIRST_NS;
	uint64_t max = is_slow ? BACKOFF_SLOW_MAX_NS : BACKOFF_MAX_NS;

	for (unsigned int i = 0; i < backoff->failures && ns < max; i++)
		ns *= 2;
	if (ns > max)
		ns = max;
	backoff->failures++;
	return ns - random % (ns / 2 + 1);
}

void backoff_reset(struct backoff *backoff)
{
	backoff->failures = 0;
}
