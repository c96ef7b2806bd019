// SPDX-License-Identifier: MIT
#include "engine/shares.h"

#include <inttypes.h>

#include "util/log.h"
#include "util/utf8.h"

static void tell(const struct share *share, uint64_t max)
{
	char text[4 * COMM_LEN]; /* UTF-8 takes at most four bytes for a column */
	struct buffer name = {.data = text, .cap = sizeof(text)};

	put_legible(&name, share->comm, COMM_LEN);
	log_warning("uid %u (pid %u, %.*s) holds %" PRIu64 " of %" PRIu64
		    " places for attempts, and has to leave the rest to others: its further "
		    "attempts are shown without most of their results, and counted as lost "
		    "(state)",
		    share->uid, share->pid, (int)name.len, text, (uint64_t)share->held_refused,
		    max);
}

void shares_tell(struct shares *shares, struct probe *probe, const struct counters *counters)
{
	struct share share;

	if (counters->state == shares->state)
		return;
	shares->state = counters->state;
	for (unsigned int i = 0; i < SHARES; i++) {
		if (shares->told[i])
			continue;
		probe_share(probe, i, &share);
		if (!share.held_refused)
			continue;
		shares->told[i] = true;
		tell(&share, probe_room(probe));
	}
}
