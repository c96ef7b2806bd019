// SPDX-License-Identifier: MIT
#include "engine/pinned.h"

#include <inttypes.h>
#include <stdio.h>

#include "probe/loader.h"
#include "util/log.h"

static void say_afresh(const char *dir, const struct probe_pins *pins)
{
	char unread[96] = "how many events it had that nobody had read is not known";

	if (pins->unread_known)
		snprintf(unread, sizeof(unread), "%" PRIu64 " events that nobody had read are lost",
			 pins->unread);
	log_warning(
		"what an earlier process left in %s is not taken over, as %s; it is taken away, "
		"and tracing begins afresh: %s",
		dir, pins->misfit, unread);
}

static void say_resumed(const struct request *request, const struct probe_pins *pins)
{
	log_info("goes on with what an earlier process left in %s", request->pin_path);
	if (pins->ring_size != request->ring_size)
		log_warning("--ring-size: the ring stays as it is pinned, %u bytes, not %u; for "
			    "another: tpconnect detach --pin %s, and start record again",
			    pins->ring_size, request->ring_size, request->pin_path);
	if (pins->other_filters)
		log_info("what is asked for is not what was: attempts and connections that were "
			 "chosen before are told to their end, and what is open is looked for "
			 "again");
}

void pinned_say(const struct request *request, const struct probe *probe)
{
	struct probe_pins pins = probe_pins(probe);

	if (!pins.pinned)
		return;
	if (pins.misfit[0])
		say_afresh(request->pin_path, &pins);
	if (probe_resumed(probe))
		say_resumed(request, &pins);
	if (pins.pair_unpinned)
		log_warning("this kernel, before Linux 5.15, lets the programs at system calls end "
			    "with their process: while no process records, attempts that fail "
			    "before SYN_SENT are not seen, and not counted");
}
