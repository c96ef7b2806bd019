// SPDX-License-Identifier: MIT
/* One JSON object a line, docs/spec.md, 6: its keys, in the order of its table. */
#include "format/format.h"

#include "format/community_id.h"
#include "format/dns.h"
#include "format/fields.h"
#include "format/json_who.h"
#include "format/who_memo.h"
#include "util/address.h"
#include "util/json.h"

static void put_host(struct json *json, const struct host *host)
{
	if (*host->id)
		json_word(json, "host.id", host->id);
	if (*host->name)
		json_string(json, "host.name", host->name);
	if (*host->boot_id)
		json_word(json, "tpconnect.boot.id", host->boot_id);
}

static void open_line(struct json *json, uint64_t time_ns, const char *prefix, const char *name,
		      const struct format_context *ctx)
{
	json_open(json, '{');
	put_time(json, "timestamp", time_ns, ctx->boot_to_utc_ns);
	json_text(json, "event.name",
		  (buffer_puts(json->out, prefix), buffer_puts(json->out, name)));
	json_u64(json, "tpconnect.seq", ctx->seq);
	if (ctx->host && ctx->host_always)
		put_host(json, ctx->host);
}

static void close_line(struct json *json)
{
	json_close(json, '}');
	buffer_putc(json->out, '\n');
}

static void put_connection_id(struct json *json, const struct event *event)
{
	json_text(json, "tpconnect.connection.id",
		  (buffer_puts(json->out, event->preexisting ? "p" : ""),
		   buffer_hex(json->out, event->start_ns), buffer_putc(json->out, '-'),
		   buffer_hex(json->out, event->cpu)));
}

static void put_peer(struct json *json, const struct event *event)
{
	json_text(json, "network.peer.address",
		  put_address(json->out, event->dst.addr, event->family));
	json_u64(json, "network.peer.port", event->dst.port);
	if (event->dst.scope_id)
		json_u64(json, "tpconnect.peer.scope_id", event->dst.scope_id);
}

static void put_network(struct json *json, const struct event *event,
			const struct format_context *ctx)
{
	json_word(json, "network.transport", "tcp");
	json_word(json, "network.type", event->family == 4 ? "ipv4" : "ipv6");
	if (!event_listens(event))
		put_peer(json, event);
	if (event->has & EVENT_HAS_SRC) {
		json_text(json, "network.local.address",
			  put_address(json->out, event->src.addr, event->family));
		json_u64(json, "network.local.port", event->src.port);
	}
	if (ctx->community_id && has_community_id(event))
		json_text(json, "tpconnect.community_id", put_community_id(json->out, event));
}

static void put_process(struct json *json, const struct event *event,
			const struct format_context *ctx)
{
	bool has_thread = !event->preexisting; /* a process holds a socket, and no thread of it */

	json_u64(json, "process.pid", event->pid);
	if (has_thread)
		json_u64(json, "thread.id", event->tid);
	if (event->ppid)
		json_u64(json, "process.parent_pid", event->ppid);
	json_string(json, "process.executable.name", event->comm);
	if (has_thread)
		json_string(json, "thread.name", event->thread_comm);
	json_u64(json, "process.user.id", event->uid);
	if (event->process_start_ns)
		put_time(json, "process.creation.time", event->process_start_ns,
			 ctx->process_epoch_ns);
	if (event->exec_id)
		json_u64(json, "tpconnect.process.exec_id", event->exec_id);
}

static void put_requested(struct json *json, const struct endpoint *requested)
{
	/* The requested address may be of another family than the socket's destination. */
	json_text(json, "tpconnect.requested.address",
		  put_address(json->out, requested->addr, address_family(requested->addr)));
	json_u64(json, "tpconnect.requested.port", requested->port);
}

static void put_result(struct json *json, const struct event *event)
{
	if (event->has & EVENT_HAS_ERROR)
		json_text(json, "error.type", field_errno(json->out, event->error));
	if (!event->preexisting)
		json_word(json, "tpconnect.origin", origin_name(event->origin));
	if (event->has & EVENT_HAS_LATENCY)
		json_u64(json, "tpconnect.connect.duration_ns", event->latency_ns);
}

static void put_attempt(struct json *json, const struct event *event)
{
	if (event->not_sent)
		json_false(json, "tpconnect.sent");
	if (event->deferred)
		json_true(json, "tpconnect.deferred");
	if (event->has & EVENT_HAS_REQUESTED)
		put_requested(json, &event->requested);
	if (event->mapped)
		json_true(json, "tpconnect.ipv4_mapped");
	if (event->has & EVENT_HAS_RETRIES)
		json_u64(json, "tpconnect.syn_retries", event->retries);
	/* 0 is no inode number of a namespace: the number could not be read. */
	if (event->netns)
		json_u64(json, "tpconnect.netns", event->netns);
	/* A string: many readers of JSON keep numbers exact only up to 2^53. */
	if (event->has & EVENT_HAS_CGROUP)
		json_text(json, "tpconnect.cgroup.id", buffer_u64(json->out, event->cgroup_id));
}

static void put_preexisting(struct json *json, const struct event *event)
{
	json_true(json, "tpconnect.preexisting");
	if (event->has & EVENT_HAS_HOLDERS)
		json_u64(json, "tpconnect.holders", event->holders);
}

static void put_carried(struct json *json, const struct event *event)
{
	json_u64(json, "tpconnect.bytes_sent", event->bytes_sent);
	json_u64(json, "tpconnect.bytes_received", event->bytes_received);
	json_u64(json, "tpconnect.retransmits", event->retransmits);
	if (event->has & EVENT_HAS_RTT)
		json_u64(json, "tpconnect.rtt_us", event->rtt_us);
}

static void put_close(struct json *json, const struct event *event)
{
	if (event->has & EVENT_HAS_DURATION)
		json_u64(json, "tpconnect.connection.duration_ns", event->duration_ns);
	if (event->has & EVENT_HAS_OBSERVED)
		json_u64(json, "tpconnect.observed.duration_ns", event->observed_ns);
	put_carried(json, event);
	if (event->ended)
		json_word(json, "tpconnect.ended", ended_name(event->ended));
}

static void put_open(struct json *json, const struct event *event)
{
	const struct event_open *open = &event->open;

	json_word(json, "network.connection.state", tcp_state_name(open->state));
	if (open->held)
		json_u64(json, "tpconnect.fd", open->fd);
	if (event_listens(event))
		return;
	json_word(json, "tpconnect.direction", direction_name(open->direction));
	if (event->has & EVENT_HAS_IDLE)
		json_u64(json, "tpconnect.idle_ns", open->idle_ns);
	put_carried(json, event);
	json_u64(json, "tpconnect.bytes_unacked", open->unacked);
}

static void json_event(struct buffer *out, const struct event *event,
		       const struct format_context *ctx)
{
	struct json json = {.out = out};

	open_line(&json, event->time_ns, "tcp.", event_kind_name(event->kind), ctx);
	put_connection_id(&json, event);
	put_network(&json, event, ctx);
	if (event->has & EVENT_HAS_PROCESS)
		put_process(&json, event, ctx);
	if (event->has & (EVENT_HAS_PROCESS | EVENT_HAS_CGROUP)) /* a socket's own may be known */
		who_memo_put(out, event, ctx, json_who);
	if (event->names)
		dns_json(&json, event->names);
	put_result(&json, event);
	put_attempt(&json, event);
	if (event->preexisting)
		put_preexisting(&json, event);
	if (event->kind == EVENT_CLOSE)
		put_close(&json, event);
	else if (event->kind == EVENT_OPEN)
		put_open(&json, event);
	if (event->repeated)
		json_u64(&json, "tpconnect.repeated", event->repeated);
	close_line(&json);
}

/* What the oldest line that the store still has tells of what it has no more. */
static void put_store(struct json *json, const struct notice *notice)
{
	json_u64(json, "tpconnect.loss.store", notice->books.lost.store);
	if (notice->store_oldest_ns)
		put_time(json, "tpconnect.store.oldest", notice->store_oldest_ns, 0);
	if (!notice->dropped_boot)
		return;
	json_word(json, "tpconnect.store.dropped.boot.id", notice->dropped_boot);
	json_u64(json, "tpconnect.store.dropped.first_seq", notice->dropped_first);
	json_u64(json, "tpconnect.store.dropped.last_seq", notice->dropped_last);
}

static void put_loss(struct json *json, const struct loss *loss)
{
	json_u64(json, "tpconnect.loss.ring", loss->ring);
	json_u64(json, "tpconnect.loss.missed", loss->missed);
	json_u64(json, "tpconnect.loss.state", loss->state);
	json_u64(json, "tpconnect.loss.unmatched", loss->unmatched);
	json_u64(json, "tpconnect.loss.output", loss->output);
	json_u64(json, "tpconnect.loss.context", loss->context);
}

static void put_books(struct json *json, const struct books *books)
{
	json_u64(json, "tpconnect.events.sent", books->sent);
	json_u64(json, "tpconnect.events.written", books->written);
	json_u64(json, "tpconnect.events.filtered", books->filtered);
}

static void put_end(struct json *json, const struct notice *notice)
{
	json_u64(json, "tpconnect.tracked", notice->tracked);
	json_u64(json, "tpconnect.preexisting.unattributed", notice->unattributed);
	if (notice->dns)
		json_u64(json, "tpconnect.dns.unread", notice->dns_unread);
}

static void put_versions(struct json *json, const struct notice *notice,
			 const struct format_context *ctx)
{
	if (ctx->host && !ctx->host_always)
		put_host(json, ctx->host);
	json_string(json, "tpconnect.version", notice->version);
	json_string(json, "tpconnect.programs", notice->programs);
	json_word(json, "tpconnect.schema", FORMAT_SCHEMA);
	if (notice->resumed)
		json_true(json, "tpconnect.resumed");
	if (notice->dns)
		json_word(json, "tpconnect.dns.seen", notice->dns);
}

/* docs/spec.md, T10: if the clock was set meanwhile, times are by the clock as it is now. */
static void put_observed(struct json *json, const struct notice *notice,
			 const struct format_context *ctx)
{
	put_time(json, "tpconnect.observed.from", notice->observed.begin_ns, ctx->boot_to_utc_ns);
	if (notice->kind == NOTICE_STOP)
		put_time(json, "tpconnect.observed.until", notice->observed.end_ns,
			 ctx->boot_to_utc_ns);
}

static void json_notice(struct buffer *out, const struct notice *notice,
			const struct format_context *ctx)
{
	static const char *const names[] = {
		[NOTICE_START] = "start",
		[NOTICE_LOSS] = "loss",
		[NOTICE_HEARTBEAT] = "heartbeat",
		[NOTICE_STOP] = "stop",
	};
	struct json json = {.out = out};

	open_line(&json, notice->time_ns, "tpconnect.", names[notice->kind], ctx);
	if (notice->kind == NOTICE_START)
		put_versions(&json, notice, ctx);
	else
		put_loss(&json, &notice->books.lost);
	if (notice->kind != NOTICE_START && notice->store)
		put_store(&json, notice);
	if (notice->heartbeat_ns)
		json_u64(&json, "tpconnect.heartbeat.interval_ns", notice->heartbeat_ns);
	if (notice->kind == NOTICE_HEARTBEAT || notice->kind == NOTICE_STOP)
		put_books(&json, &notice->books);
	if (notice->kind == NOTICE_STOP)
		put_end(&json, notice);
	if (notice->kind != NOTICE_LOSS)
		put_observed(&json, notice, ctx);
	close_line(&json);
}

const struct format_ops format_json = {
	.name = "json",
	.event = json_event,
	.notice = json_notice,
};
