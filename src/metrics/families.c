// SPDX-License-Identifier: MIT
/* The families of services and destinations: one table has what each is called and shows. */
#include "metrics/families.h"

#include "contract/record.h"
#include "util/address.h"
#include "util/array.h"
#include "util/errno_name.h"

#define RESULTS                                                                                    \
	(EVENT_BIT(EVENT_ESTABLISHED) | EVENT_BIT(EVENT_FAILED) | EVENT_BIT(EVENT_CANCELLED))

/* The lines of one destination. */
typedef void put_fn(struct exposition *e, const struct destination *destination);

struct family {
	uint32_t events; /* EVENT_BIT()s: without any of them, nothing could be counted */
	const char *name, *help;
	put_fn *put;
};

static void destination_put(struct buffer *out, const struct destination_key *key)
{
	uint8_t family = address_family(key->addr);

	if (key->other) {
		buffer_literal(out, SERVICE_OTHER);
		return;
	}
	if (family == 6)
		buffer_putc(out, '[');
	put_zoned_address(out, key->addr, family, key->scope_id);
	if (family == 6)
		buffer_putc(out, ']');
	buffer_putc(out, ':');
	if (key->port)
		buffer_u64(out, key->port);
	else
		buffer_literal(out, "high");
}

static void begin(struct exposition *e, const struct destination *destination)
{
	sample_begin(e, "");
	label_put(e, "service", destination->service->name, destination->service->len);
	label_begin(e, "destination");
	destination_put(e->out, &destination->key);
	label_end(e);
}

static void put_attempts(struct exposition *e, const struct destination *destination)
{
	begin(e, destination);
	sample_u64(e, destination->counts.attempts);
}

static void put_result(struct exposition *e, const struct destination *destination,
		       const char *result, uint64_t n)
{
	if (!n)
		return;
	begin(e, destination);
	label_word(e, "result", result);
	sample_u64(e, n);
}

static void error_put(struct buffer *out, uint16_t error)
{
	const char *name = error ? errno_name(error) : SERVICE_OTHER;

	if (name)
		buffer_puts(out, name);
	else
		buffer_u64(out, error);
}

static void put_results(struct exposition *e, const struct destination *destination)
{
	const struct counts *counts = &destination->counts;

	put_result(e, destination, "established", counts->established);
	put_result(e, destination, "cancelled", counts->cancelled);
	for_each_error(error, counts)
	{
		begin(e, destination);
		label_word(e, "result", "failed");
		label_begin(e, "error");
		error_put(e->out, error->error);
		label_end(e);
		sample_u64(e, error->n);
	}
}

static void put_retries(struct exposition *e, const struct destination *destination)
{
	if (!destination->retries)
		return;
	begin(e, destination);
	sample_u64(e, destination->retries);
}

static void put_closed(struct exposition *e, const struct destination *destination)
{
	for (unsigned int i = 0; i < ENDED_END; i++) {
		const char *name = ended_name((enum ended)i);

		if (!destination->closed[i])
			continue;
		begin(e, destination);
		label_word(e, "ended", name ? name : "unknown");
		sample_u64(e, destination->closed[i]);
	}
}

static bool has_closed(const struct destination *destination)
{
	for (unsigned int i = 0; i < ENDED_END; i++)
		if (destination->closed[i])
			return true;
	return false;
}

static void put_direction(struct exposition *e, const struct destination *destination,
			  const char *direction, uint64_t bytes)
{
	begin(e, destination);
	label_word(e, "direction", direction);
	sample_u64(e, bytes);
}

static void put_bytes(struct exposition *e, const struct destination *destination)
{
	if (!has_closed(destination))
		return;
	put_direction(e, destination, "sent", destination->bytes_sent);
	put_direction(e, destination, "received", destination->bytes_received);
}

static const struct family families[] = {
	{EVENT_BIT(EVENT_CONNECT), "tpconnect_connect_attempts_total",
	 "Attempts to open a TCP connection outwards.", put_attempts},
	{RESULTS, "tpconnect_connect_results_total",
	 "Results of attempts: established, failed with an errno, or cancelled by this host.",
	 put_results},
	{EVENT_BIT(EVENT_RETRY), "tpconnect_connect_retries_total",
	 "SYNs that left this host again, as there was no answer.", put_retries},
	{EVENT_BIT(EVENT_CLOSE), "tpconnect_connections_closed_total",
	 "Ends of established outbound connections, by what was seen of them.", put_closed},
	{EVENT_BIT(EVENT_CLOSE), "tpconnect_connection_bytes_total",
	 "Payload of connections that have ended, each byte once.", put_bytes},
};

/* What a pure reader of 0.0.4 passes over. */
static void put_exemplar(struct buffer *out, const struct slowest *slowest)
{
	buffer_literal(out, "# EXEMPLAR {connection_id=\"");
	buffer_hex(out, slowest->start_ns);
	buffer_putc(out, '-');
	buffer_hex(out, slowest->cpu);
	buffer_literal(out, "\"} ");
	seconds_put(out, slowest->duration_ns);
	buffer_putc(out, ' ');
	seconds_put(out, slowest->utc_ns);
	buffer_putc(out, '\n');
}

/* The first bucket that has the duration in it has its exemplar as well. */
static bool has_exemplar(const struct slowest *slowest, unsigned int bucket)
{
	return slowest->duration_ns &&
	       (bucket == DURATION_BOUNDS || slowest->duration_ns <= duration_bounds_ns[bucket]) &&
	       (!bucket || slowest->duration_ns > duration_bounds_ns[bucket - 1]);
}

static void put_durations(struct exposition *e, const struct service *service)
{
	const struct durations *durations = &service->durations;
	uint64_t n = 0;

	for (unsigned int i = 0; i <= DURATION_BOUNDS; i++) {
		n += durations->buckets[i];
		if (has_exemplar(&durations->slowest, i))
			put_exemplar(e->out, &durations->slowest);
		sample_begin(e, "_bucket");
		label_put(e, "service", service->name, service->len);
		label_word(e, "le", duration_bound_names[i]);
		sample_u64(e, n);
	}
	sample_begin(e, "_sum");
	label_put(e, "service", service->name, service->len);
	sample_seconds(e, durations->sum_ns);
	sample_begin(e, "_count");
	label_put(e, "service", service->name, service->len);
	sample_u64(e, n);
}

static void put_histogram(struct exposition *e, const struct series *series)
{
	family_begin(e, "tpconnect_connect_duration_seconds", "histogram",
		     "Time from attempt to established; without deferred Fast Open.");
	for (struct service *service = series->services; service; service = service->hh.next)
		if (service != series->other || service->other->last_ns)
			put_durations(e, service);
}

static void put_family(struct exposition *e, const struct family *family,
		       const struct series *series)
{
	struct destination *destination = series->destinations;

	family_begin(e, family->name, "counter", family->help);
	for (; destination; destination = destination->hh.next)
		if (destination->last_ns) /* the `other` of all is there before an event is */
			family->put(e, destination);
}

void families_put(struct exposition *e, const struct metrics *metrics)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (metrics->events & families[i].events)
			put_family(e, &families[i], &metrics->series);
	if (metrics->events & EVENT_BIT(EVENT_ESTABLISHED))
		put_histogram(e, &metrics->series);
}
