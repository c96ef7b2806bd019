// SPDX-License-Identifier: MIT
/* What the tracer tells of itself: its books, ring, store and process. */
#include "metrics/exposition.h"
#include "metrics/families.h"
#include "metrics/metrics.h"

static void put_number(struct exposition *e, const char *name, const char *type, const char *help,
		       uint64_t value)
{
	family_begin(e, name, type, help);
	sample_begin(e, "");
	sample_u64(e, value);
}

static void put_seconds(struct exposition *e, const char *name, const char *type, const char *help,
			uint64_t ns)
{
	family_begin(e, name, type, help);
	sample_begin(e, "");
	sample_seconds(e, ns);
}

static void put_loss(struct exposition *e, const char *reason, uint64_t n)
{
	sample_begin(e, "");
	label_word(e, "reason", reason);
	sample_u64(e, n);
}

/* All classes of docs/spec.md, 8, also those that are 0; but `context`, which is of no event. */
static void put_losses(struct exposition *e, const struct metrics_self *self)
{
	const struct loss *lost = &self->books.lost;

	family_begin(e, "tpconnect_events_lost_total", "counter",
		     "Events that are lost, by class; each class stands here from the beginning.");
	put_loss(e, "ring", lost->ring);
	put_loss(e, "missed", lost->missed);
	put_loss(e, "state", lost->state);
	put_loss(e, "unmatched", lost->unmatched);
	put_loss(e, "output", lost->output);
	if (self->store)
		put_loss(e, "store", lost->store);
}

static void put_books(struct exposition *e, const struct metrics_self *self)
{
	const struct books *books = &self->books;

	put_number(e, "tpconnect_events_sent_total", "counter",
		   "Events that the kernel side has sent.", books->sent);
	put_number(e, "tpconnect_events_written_total", "counter",
		   "Events that were written: to the store, or another output.", books->written);
	put_number(e, "tpconnect_events_filtered_total", "counter",
		   "Events that filters in user space have left out.", books->filtered);
	put_losses(e, self);
	put_number(e, "tpconnect_context_lost_total", "counter",
		   "Records of processes, cgroups and names that had no room; of no event.",
		   books->lost.context);
}

static void put_ring(struct exposition *e, const struct metrics_self *self)
{
	if (!self->ring_size)
		return;
	family_begin(e, "tpconnect_ring_fill_ratio", "gauge",
		     "How full the ring buffer was at most since the file was written before.");
	sample_begin(e, "");
	sample_ratio(e, self->ring_used, self->ring_size);
}

static void put_store(struct exposition *e, const struct metrics_store *store)
{
	put_number(e, "tpconnect_store_bytes", "gauge", "Bytes of all segments of the store.",
		   store->bytes);
	put_number(e, "tpconnect_store_segments", "gauge", "Segments of the store.",
		   store->segments);
	if (store->oldest_ns)
		put_seconds(e, "tpconnect_store_oldest_timestamp_seconds", "gauge",
			    "Time of the first record of the store.", store->oldest_ns);
}

/* Not process_..., as client libraries call them: node_exporter, which passes ours on, has its own.
 */
static void put_process(struct exposition *e, const struct metrics_process *process)
{
	put_seconds(e, "tpconnect_process_cpu_seconds_total", "counter",
		    "CPU time of this process, of user and system.", process->cpu_ns);
	if (process->start_ns)
		put_seconds(e, "tpconnect_process_start_time_seconds", "gauge",
			    "When this process started.", process->start_ns);
	if (process->resident)
		put_number(e, "tpconnect_process_resident_memory_bytes", "gauge",
			   "Resident memory of this process.", process->resident);
	if (process->virtual)
		put_number(e, "tpconnect_process_virtual_memory_bytes", "gauge",
			   "Virtual memory of this process.", process->virtual);
	if (process->open_fds)
		put_number(e, "tpconnect_process_open_fds", "gauge",
			   "Open descriptors of this process.", process->open_fds);
	if (process->max_fds)
		put_number(e, "tpconnect_process_max_fds", "gauge",
			   "How many this process may have open.", process->max_fds);
}

static void put_series(struct exposition *e, const struct metrics *metrics)
{
	const struct series *series = &metrics->series;

	put_number(e, "tpconnect_series", "gauge",
		   "Pairs of a service and a destination that are counted apart.",
		   series->n_destinations);
	put_number(e, "tpconnect_series_folded_total", "counter",
		   "Events that are counted with ~other, as there were too many of such pairs.",
		   metrics->folded);
	put_number(e, "tpconnect_series_dropped_total", "counter",
		   "Such pairs that were dropped as nothing came of them for ten minutes.",
		   series->dropped);
}

void metrics_put(struct buffer *out, const struct metrics *metrics, const struct metrics_self *self)
{
	struct exposition e = {.out = out};

	family_begin(&e, "tpconnect_build_info", "gauge", "1, with the version of tpconnect.");
	sample_begin(&e, "");
	label_word(&e, "version", self->version);
	sample_u64(&e, 1);
	put_books(&e, self);
	put_ring(&e, self);
	put_number(&e, "tpconnect_tracked", "gauge", "Attempts and connections that are not over.",
		   self->tracked);
	if (self->store)
		put_store(&e, self->store);
	put_series(&e, metrics);
	put_process(&e, &self->process);
	families_put(&e, metrics);
}
