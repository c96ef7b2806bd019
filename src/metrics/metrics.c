// SPDX-License-Identifier: MIT
#include "metrics/metrics.h"

#include <errno.h>
#include <stdlib.h>

#include "metrics/state.h"

int metrics_new(uint32_t events, struct metrics **ret)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));
	int err = metrics ? series_open(&metrics->series) : -ENOMEM;

	if (err) {
		metrics_free(metrics);
		return err;
	}
	metrics->events = events;
	*ret = metrics;
	return 0;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	series_free(&metrics->series);
	free(metrics);
}

static void add_duration(struct service *service, const struct event *event, int64_t boot_to_utc_ns)
{
	const struct slowest one = {
		.duration_ns = event->latency_ns,
		.utc_ns = event->time_ns + (uint64_t)boot_to_utc_ns,
		.start_ns = event->start_ns,
		.cpu = event->cpu,
	};

	if (event_has_handshake(event))
		durations_add(&service->durations, &one);
}

static void add_close(struct destination *destination, const struct event *event)
{
	destination->closed[event->ended < ENDED_END ? event->ended : ENDED_UNKNOWN]++;
	destination->bytes_sent += event->bytes_sent;
	destination->bytes_received += event->bytes_received;
}

static void add(struct destination *destination, const struct event *event, int64_t boot_to_utc_ns)
{
	switch (event->kind) {
	case EVENT_RETRY:
		destination->retries += event->not_sent ? 0 : event_weight(event);
		break;
	case EVENT_CLOSE:
		add_close(destination, event);
		break;
	case EVENT_ESTABLISHED:
		add_duration(destination->service, event, boot_to_utc_ns);
		counts_add(&destination->counts, event);
		break;
	default:
		counts_add(&destination->counts, event);
		break;
	}
}

void metrics_add(struct metrics *metrics, const struct event *event, int64_t boot_to_utc_ns)
{
	struct destination *destination;

	if (event->kind == EVENT_OPEN)
		return;
	destination = series_of(&metrics->series, event);
	destination->last_ns = event->time_ns;
	if (destination_is_other(&metrics->series, destination))
		metrics->folded += event_weight(event);
	add(destination, event, boot_to_utc_ns);
}

void metrics_drop_idle(struct metrics *metrics, uint64_t now_ns)
{
	if (now_ns > METRICS_IDLE_NS)
		series_drop_idle(&metrics->series, now_ns - METRICS_IDLE_NS);
}

void metrics_told(struct metrics *metrics)
{
	struct service *service;

	for (service = metrics->series.services; service; service = service->hh.next)
		if (++service->durations.slowest.told >= EXEMPLAR_FILES)
			service->durations.slowest = (struct slowest){0};
}
