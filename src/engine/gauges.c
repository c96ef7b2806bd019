// SPDX-License-Identifier: MIT
#include "engine/gauges.h"

#include "probe/loader.h"
#include "util/log.h"

struct reading {
	session_gauge_fn *gauge;
	void *ctx;
};

static int on_record(void *ctx, const void *record, size_t size)
{
	const struct reading *reading = ctx;
	struct gauge gauge;
	int err = gauge_decode(record, size, &gauge);

	if (!err)
		reading->gauge(reading->ctx, &gauge);
	return err;
}

int gauges_read(struct probe *probe, session_gauge_fn *gauge, void *ctx)
{
	struct reading reading = {.gauge = gauge, .ctx = ctx};
	struct error error;
	int err = probe_gauges(probe, on_record, &reading, &error);

	if (err < 0)
		log_warning("%s", error.text);
	return err;
}
