// SPDX-License-Identifier: MIT
#include "top/frame.h"

#include <string.h>

#include "format/dns.h"
#include "format/fields.h"
#include "model/wanted.h"
#include "util/address.h"
#include "util/json.h"

/* Keys and numbers of a row, or of all that is not of a row, at their widest: test_frame. */
#define ROW_MAX	 2048
#define HEAD_MAX 2048

static size_t texts_max(const struct live_pair *pair)
{
	const char *const texts[] = {pair->exe, pair->container, pair->container_name, pair->unit,
				     pair->cgroup};
	size_t sum = 0;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		sum += texts[i] ? 6 * strlen(texts[i]) : 0;
	return sum + 6 * dns_text_size(&pair->names);
}

static size_t rows_shown(const struct rows *rows)
{
	size_t n = rows_n(rows);

	return n < FRAME_ROWS_MAX ? n : FRAME_ROWS_MAX;
}

size_t frame_max(const struct rows *rows)
{
	size_t sum = HEAD_MAX;

	for (size_t i = 0; i < rows_shown(rows); i++)
		sum += ROW_MAX + texts_max(rows_at(rows, i)->pair);
	return sum;
}

/* What happened in the interval. */
static void put_interval(struct json *json, const struct live_interval *last)
{
	json_u64(json, "tpconnect.attempts", last->begun);
	json_u64(json, "tpconnect.established", last->established);
	json_u64(json, "tpconnect.failed", last->failed);
	json_u64(json, "tpconnect.cancelled", last->cancelled);
	json_u64(json, "tpconnect.retries", last->retries);
	json_u64(json, "tpconnect.closed", last->closed);
}

static void put_slowest(struct json *json, uint64_t p50_ns, uint64_t p99_ns, uint64_t max_ns)
{
	if (p50_ns)
		json_u64(json, "tpconnect.latency.p50_ns", p50_ns);
	if (p99_ns)
		json_u64(json, "tpconnect.latency.p99_ns", p99_ns);
	if (max_ns)
		json_u64(json, "tpconnect.latency.max_ns", max_ns);
}

/* By what it is made of: see struct live_pair. */
static void put_exe(struct json *json, const char *exe)
{
	if (!exe)
		return;
	if (*exe == '/')
		json_known(json, "process.executable.path", exe);
	else if (!strncmp(exe, MEMFD_PREFIX, strlen(MEMFD_PREFIX)))
		json_known(json, "tpconnect.process.executable.memfd", exe + strlen(MEMFD_PREFIX));
	else
		json_known(json, "tpconnect.process.executable.tail",
			   exe + strlen(EXE_TAIL_PREFIX));
}

static void put_process(struct json *json, const struct live_pair *pair)
{
	bool is_id = pair->container && is_hex(pair->container, CONTAINER_ID_MIN);

	if (pair->has_process) {
		json_u64(json, "process.pid", pair->pid);
		json_string(json, "process.executable.name", pair->comm);
		put_exe(json, pair->exe);
		json_u64(json, "process.user.id", pair->uid);
	}
	json_known(json, "container.id", is_id ? pair->container : NULL);
	json_known(json, "container.name", is_id ? pair->container_name : pair->container);
	json_known(json, "tpconnect.systemd.unit", pair->unit);
	json_known(json, "process.linux.cgroup", pair->cgroup);
}

static void put_peer(struct json *json, const struct live_pair *pair)
{
	json_word(json, "network.type", pair->family == 4 ? "ipv4" : "ipv6");
	json_text(json, "network.peer.address",
		  put_address(json->out, pair->dst.addr, pair->family));
	json_u64(json, "network.peer.port", pair->dst.port);
	if (pair->dst.scope_id)
		json_u64(json, "tpconnect.peer.scope_id", pair->dst.scope_id);
}

static void put_row(struct json *json, const struct row *row)
{
	json_item(json);
	json_open(json, '{');
	put_process(json, row->pair);
	put_peer(json, row->pair);
	if (row->pair->names.n)
		dns_json(json, &row->pair->names);
	json_u64(json, "tpconnect.open", row->n_open);
	json_u64(json, "tpconnect.pending", row->n_pending);
	put_interval(json, &row->last);
	put_slowest(json, row->p50_ns, row->p99_ns, row->max_ns);
	json_u64(json, "tpconnect.bytes_sent", row->tx);
	json_u64(json, "tpconnect.bytes_received", row->rx);
	json_u64(json, "tpconnect.bytes_sent.rate", row->tx_rate);
	json_u64(json, "tpconnect.bytes_received.rate", row->rx_rate);
	json_close(json, '}');
}

static void put_rows(struct json *json, const struct rows *rows)
{
	size_t n = rows_shown(rows);

	json_key(json, "tpconnect.rows");
	json_open(json, '[');
	for (size_t i = 0; i < n; i++)
		put_row(json, rows_at(rows, i));
	json_close(json, ']');
	if (rows_n(rows) > n)
		json_u64(json, "tpconnect.rows.left_out", rows_n(rows) - n);
}

static void put_head(struct json *json, const struct frame_head *head,
		     const struct format_context *ctx)
{
	json_text(json, "timestamp",
		  field_time(json->out, head->now_ns + (uint64_t)ctx->boot_to_utc_ns));
	json_word(json, "event.name", "tpconnect.top");
	json_u64(json, "tpconnect.seq", ctx->seq);
	json_u64(json, "tpconnect.interval_ns", head->interval_ns);
	if (head->cost >= 0) /* thousandths of a CPU: no format of ours writes fractions */
		json_u64(json, "tpconnect.cpu_permille", (uint64_t)(head->cost * 1000));
	json_u64(json, "tpconnect.lost", head->lost);
	json_u64(json, "tpconnect.missed", head->missed);
}

void frame_json(struct buffer *out, const struct live *live, const struct rows *rows,
		const struct frame_head *head, const struct format_context *ctx)
{
	const struct live_sums *sums = live_sums(live);
	const struct live_interval *last = &sums->history[LIVE_HISTORY - 1];
	struct json json = {.out = out};

	json_open(&json, '{');
	put_head(&json, head, ctx);
	json_u64(&json, "tpconnect.open", sums->n_open);
	json_u64(&json, "tpconnect.open.preexisting", sums->n_preexisting);
	json_u64(&json, "tpconnect.pending", sums->n_pending);
	put_interval(&json, last);
	put_slowest(&json, 0, last->p99_ns, last->slowest_ns);
	json_u64(&json, "tpconnect.bytes_sent", last->bytes_sent);
	json_u64(&json, "tpconnect.bytes_received", last->bytes_received);
	if (sums->forgotten)
		json_u64(&json, "tpconnect.forgotten", sums->forgotten);
	put_rows(&json, rows);
	json_close(&json, '}');
	buffer_putc(out, '\n');
}
