// SPDX-License-Identifier: MIT
/* tpconnect detach: takes away what a recorder left in the kernel. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "commands/run.h"
#include "engine/probe_start.h"
#include "format/fields.h"
#include "probe/pins_away.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/status.h"

static uint64_t utc_of(uint64_t boot_ns)
{
	return clock_now_ns(CLOCK_REALTIME) - clock_now_ns(CLOCK_BOOTTIME) + boot_ns;
}

static void say(const char *dir, const struct pins_taken *taken)
{
	char since[48] = "", unread[64] = "; what was unread in the ring is not known";
	struct buffer out = {.data = since, .cap = sizeof(since) - 1};

	if (taken->since_ns) {
		buffer_puts(&out, " since ");
		field_time(&out, utc_of(taken->since_ns));
	}
	if (taken->unread_known)
		snprintf(unread, sizeof(unread), "; %" PRIu64 " events were not read, and are lost",
			 taken->unread);
	log_info("took away %d programs from %s, which observed%s%s", taken->programs, dir,
		 since[0] ? since : " since a time that is not known", unread);
}

int detach_main(const struct options *options, bool color)
{
	const char *dir = options->request.pin_path ? options->request.pin_path : PIN_DIR;
	struct pins_taken taken;
	struct error error;
	int status = probe_may_start(), err;

	(void)color;
	if (status)
		return status;
	err = pins_take_away(dir, &taken, &error);
	if (err == -ENOENT || (!err && !taken.programs)) {
		log_info("nothing is pinned in %s", dir);
		return STATUS_DONE;
	}
	if (err) {
		log_error("%s", error.text);
		return STATUS_FAILED;
	}
	say(dir, &taken);
	return STATUS_DONE;
}
