/* SPDX-License-Identifier: MIT */
/* Says what an output answers, once as long as it is the same. */
#ifndef SHIP_TELLER_H
#define SHIP_TELLER_H

#include <stdint.h>

#include "ship/output.h"

/* Zero-initialised, nothing was said. */
struct teller {
	char said[sizeof(((struct answer *)0)->text)];
	const char *reason; /* why nothing is taken; NULL: it is */
	uint64_t since_ns;  /* of CLOCK_MONOTONIC, likewise */
};

void teller_answer(struct teller *teller, const struct answer *answer, uint64_t now_ns);

#endif
