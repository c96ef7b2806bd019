// SPDX-License-Identifier: MIT
#include "format/report_open.h"

#include "format/brief.h"

enum { OPEN, OUTBOUND, INBOUND, UNKNOWN, LISTENING, SENT, RECEIVED, N_COLUMNS };

static void fill(struct cell *cell, const void *value, unsigned int column, unsigned int max)
{
	const struct opens *opens = value;
	const uint64_t numbers[N_COLUMNS] = {
		[OPEN] = opens_all(opens),	    [OUTBOUND] = opens->outbound,
		[INBOUND] = opens->inbound,	    [UNKNOWN] = opens->unknown,
		[LISTENING] = opens->listening,	    [SENT] = opens->bytes_sent,
		[RECEIVED] = opens->bytes_received,
	};

	(void)max;
	cell_start(cell);
	if (column >= SENT)
		brief_size(&cell->text, numbers[column]);
	else
		buffer_u64(&cell->text, numbers[column]);
	cell_done(cell);
}

const struct report_columns open_columns = {
	.n = N_COLUMNS,
	.names = {"OPEN", "OUT", "IN", "UNKNOWN", "LISTEN", "TX", "RX"},
	.fill = fill,
};

void open_json(struct buffer *out, const struct group *group, unsigned int by, uint64_t now_ns,
	       const struct format_context *ctx)
{
	const struct span moment = {.begin_ns = now_ns, .end_ns = now_ns};
	const struct opens *opens = group->value;
	struct json json = {.out = out};

	report_json_open(&json, "tpconnect.list", group, by, &moment, ctx);
	json_u64(&json, "tpconnect.open", opens_all(opens));
	json_u64(&json, "tpconnect.outbound", opens->outbound);
	json_u64(&json, "tpconnect.inbound", opens->inbound);
	json_u64(&json, "tpconnect.unknown_direction", opens->unknown);
	json_u64(&json, "tpconnect.listening", opens->listening);
	json_u64(&json, "tpconnect.bytes_sent", opens->bytes_sent);
	json_u64(&json, "tpconnect.bytes_received", opens->bytes_received);
	report_json_close(&json);
}
