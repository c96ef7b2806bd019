// SPDX-License-Identifier: MIT
#include "ship/stats.h"

#include <string.h>

#include "metrics/exposition.h"
#include "util/array.h"

void stats_error(struct stats *stats, const char *reason)
{
	unsigned int i;

	if (!reason)
		reason = "other";
	for (i = 0; i < stats->n_errors; i++)
		if (!strcmp(stats->errors[i].reason, reason))
			break;
	if (i == STATS_REASONS_MAX)
		i--;
	else if (i == stats->n_errors)
		stats->errors[stats->n_errors++].reason =
			i == STATS_REASONS_MAX - 1 ? "other" : reason;
	stats->errors[i].n++;
}

uint64_t stats_errors(const struct stats *stats)
{
	uint64_t n = 0;

	for (unsigned int i = 0; i < stats->n_errors; i++)
		n += stats->errors[i].n;
	return n;
}

void stats_done(struct stats *stats, const struct parcel *parcel)
{
	if (parcel->is_refused) {
		stats->too_large += parcel->lines;
		return;
	}
	stats->records += parcel->lines;
	stats->frames++;
	stats->bytes += parcel->body_size;
}

static void put_number(struct exposition *e, const char *name, const char *type, const char *help,
		       const char *output, uint64_t value)
{
	family_begin(e, name, type, help);
	sample_begin(e, "");
	label_word(e, "output", output);
	sample_u64(e, value);
}

static void put_time(struct exposition *e, const char *name, const char *help, const char *output,
		     uint64_t ns)
{
	family_begin(e, name, "gauge", help);
	sample_begin(e, "");
	label_word(e, "output", output);
	sample_seconds(e, ns);
}

static void put_errors(struct exposition *e, const struct stats *stats, const char *output)
{
	family_begin(e, "tpconnect_ship_errors_total", "counter",
		     "Frames that were sent and not acknowledged, by why; they are sent again.");
	for (unsigned int i = 0; i < stats->n_errors; i++) {
		sample_begin(e, "");
		label_word(e, "output", output);
		label_word(e, "reason", stats->errors[i].reason);
		sample_u64(e, stats->errors[i].n);
	}
}

static void put_lost(struct exposition *e, const struct stats *stats, const char *output)
{
	const struct {
		const char *reason;
		uint64_t n;
	} rows[] = {{"missing", stats->source.missing},
		    {"too_large", stats->too_large},
		    {"rejected", stats->rejected}};

	family_begin(
		e, "tpconnect_ship_lost_records_total", "counter",
		"Records that this output never gets: missing, they were not in the store any "
		"more; too_large, not taken in any size; rejected, not taken of a request that "
		"was.");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		sample_begin(e, "");
		label_word(e, "output", output);
		label_word(e, "reason", rows[i].reason);
		sample_u64(e, rows[i].n);
	}
}

static void put_lag(struct exposition *e, const struct stats *stats, const char *output,
		    uint64_t now_ns)
{
	uint64_t oldest_ns = stats->oldest_ns;

	put_time(e, "tpconnect_ship_lag_seconds",
		 "Age of the oldest record that was not acknowledged; 0: all were.", output,
		 oldest_ns && now_ns > oldest_ns ? now_ns - oldest_ns : 0);
	if (oldest_ns)
		put_time(e, "tpconnect_ship_oldest_unacknowledged_timestamp_seconds",
			 "When that record was, if there is one.", output, oldest_ns);
}

void stats_put(struct buffer *out, const struct stats *stats, const char *output,
	       uint64_t now_utc_ns)
{
	struct exposition e = {.out = out};
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} rows[] = {
		{"tpconnect_shipped_records_total", "counter",
		 "Records that the output has acknowledged.", stats->records},
		{"tpconnect_shipped_frames_total", "counter", "Frames that they were in.",
		 stats->frames},
		{"tpconnect_shipped_bytes_total", "counter",
		 "Bytes of these frames, as they were sent.", stats->bytes},
		{"tpconnect_ship_sends_total", "counter", "Tries to send a frame.", stats->sends},
		{"tpconnect_ship_duplicates_total", "counter",
		 "Frames that the output says it had already.", stats->duplicates},
		{"tpconnect_ship_damaged_places_total", "counter",
		 "Places of the store that could not be read, and were passed over.",
		 stats->source.damaged},
		{"tpconnect_ship_in_flight", "gauge", "Frames that wait for an answer.",
		 stats->in_flight},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		put_number(&e, rows[i].name, rows[i].type, rows[i].help, output, rows[i].value);
	put_errors(&e, stats, output);
	put_lost(&e, stats, output);
	put_lag(&e, stats, output, now_utc_ns);
	put_time(&e, "tpconnect_ship_written_timestamp_seconds",
		 "When this was written: it is written each 5 seconds.", output, now_utc_ns);
}

static void put_count(struct buffer *out, const char *name, uint64_t n)
{
	if (out->len)
		buffer_putc(out, ' ');
	buffer_puts(out, name);
	buffer_putc(out, '=');
	buffer_u64(out, n);
}

void stats_line(struct buffer *out, const struct stats *stats)
{
	put_count(out, "records", stats->records);
	put_count(out, "frames", stats->frames);
	put_count(out, "bytes", stats->bytes);
	put_count(out, "sends", stats->sends);
	put_count(out, "errors", stats_errors(stats));
	put_count(out, "duplicates", stats->duplicates);
	put_count(out, "missing", stats->source.missing);
	put_count(out, "damaged_places", stats->source.damaged);
	put_count(out, "too_large", stats->too_large);
	put_count(out, "rejected", stats->rejected);
}
