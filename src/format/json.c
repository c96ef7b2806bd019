// SPDX-License-Identifier: MIT
/* One JSON object a line, docs/spec.md, 6: its keys, in the order of its table. */
#include "format/format.h"

#include "format/fields.h"
#include "util/address.h"

/* The next key. A line starts with `timestamp`, so every other key has one before it. */
#define put_key(out, name) buffer_literal(out, ",\"" name "\":")

static void put_time(struct buffer *out, uint64_t boot_ns, int64_t boot_to_utc_ns)
{
	buffer_putc(out, '"');
	field_time(out, boot_ns + (uint64_t)boot_to_utc_ns);
	buffer_putc(out, '"');
}

static void put_bool(struct buffer *out, bool value)
{
	if (value)
		buffer_literal(out, "true");
	else
		buffer_literal(out, "false");
}

static void put_peer_address(struct buffer *out, const struct endpoint *endpoint, uint8_t family)
{
	buffer_putc(out, '"');
	put_address(out, endpoint->addr, family);
	buffer_putc(out, '"');
}

static void put_head(struct buffer *out, uint64_t time_ns, const char *prefix, const char *name,
		     const struct format_context *ctx)
{
	buffer_literal(out, "{\"timestamp\":");
	put_time(out, time_ns, ctx->boot_to_utc_ns);
	put_key(out, "event.name");
	buffer_putc(out, '"');
	buffer_puts(out, prefix);
	buffer_puts(out, name);
	buffer_putc(out, '"');
	put_key(out, "tpconnect.seq");
	buffer_u64(out, ctx->seq);
}

static void put_connection_id(struct buffer *out, const struct event *event)
{
	put_key(out, "tpconnect.connection.id");
	buffer_putc(out, '"');
	buffer_hex(out, event->start_ns);
	buffer_putc(out, '-');
	buffer_hex(out, event->cpu);
	buffer_putc(out, '"');
}

static void put_network(struct buffer *out, const struct event *event)
{
	put_key(out, "network.transport");
	buffer_literal(out, "\"tcp\"");
	put_key(out, "network.type");
	if (event->family == 4)
		buffer_literal(out, "\"ipv4\"");
	else
		buffer_literal(out, "\"ipv6\"");
	put_key(out, "network.peer.address");
	put_peer_address(out, &event->dst, event->family);
	put_key(out, "network.peer.port");
	buffer_u64(out, event->dst.port);
	if (event->dst.scope_id) {
		put_key(out, "tpconnect.peer.scope_id");
		buffer_u64(out, event->dst.scope_id);
	}
	if (event->has & EVENT_HAS_SRC) {
		put_key(out, "network.local.address");
		put_peer_address(out, &event->src, event->family);
		put_key(out, "network.local.port");
		buffer_u64(out, event->src.port);
	}
}

static void put_process(struct buffer *out, const struct event *event,
			const struct format_context *ctx)
{
	put_key(out, "process.pid");
	buffer_u64(out, event->pid);
	put_key(out, "thread.id");
	buffer_u64(out, event->tid);
	if (event->ppid) {
		put_key(out, "process.parent_pid");
		buffer_u64(out, event->ppid);
	}
	put_key(out, "process.executable.name");
	field_json_string(out, event->comm);
	put_key(out, "thread.name");
	field_json_string(out, event->thread_comm);
	put_key(out, "process.user.id");
	buffer_u64(out, event->uid);
	if (event->process_start_ns) {
		put_key(out, "process.creation.time");
		put_time(out, event->process_start_ns, ctx->process_epoch_ns);
	}
}

static void put_requested(struct buffer *out, const struct event *event)
{
	put_key(out, "tpconnect.requested.address");
	/* Its own family: it may differ from the one that the socket went for. */
	put_peer_address(out, &event->requested, address_family(event->requested.addr));
	put_key(out, "tpconnect.requested.port");
	buffer_u64(out, event->requested.port);
}

static void put_result(struct buffer *out, const struct event *event)
{
	if (event->has & EVENT_HAS_ERROR) {
		put_key(out, "error.type");
		buffer_putc(out, '"');
		field_errno(out, event->error);
		buffer_putc(out, '"');
	}
	put_key(out, "tpconnect.origin");
	buffer_putc(out, '"');
	buffer_puts(out, origin_name(event->origin));
	buffer_putc(out, '"');
	if (event->has & EVENT_HAS_LATENCY) {
		put_key(out, "tpconnect.connect.duration_ns");
		buffer_u64(out, event->latency_ns);
	}
}

static void put_attempt(struct buffer *out, const struct event *event)
{
	if (event->not_sent) {
		put_key(out, "tpconnect.sent");
		put_bool(out, false);
	}
	if (event->deferred) {
		put_key(out, "tpconnect.deferred");
		put_bool(out, true);
	}
	if (event->has & EVENT_HAS_REQUESTED)
		put_requested(out, event);
	if (event->mapped) {
		put_key(out, "tpconnect.ipv4_mapped");
		put_bool(out, true);
	}
	if (event->has & EVENT_HAS_RETRIES) {
		put_key(out, "tpconnect.syn_retries");
		buffer_u64(out, event->retries);
	}
	/* No namespace has the inode number 0: it stands for one that could not be read. */
	if (event->netns) {
		put_key(out, "tpconnect.netns");
		buffer_u64(out, event->netns);
	}
	if (event->has & EVENT_HAS_CGROUP) {
		put_key(out, "tpconnect.cgroup.id");
		buffer_putc(out, '"');
		buffer_u64(out, event->cgroup_id);
		buffer_putc(out, '"');
	}
}

static void put_close(struct buffer *out, const struct event *event)
{
	if (event->has & EVENT_HAS_DURATION) {
		put_key(out, "tpconnect.connection.duration_ns");
		buffer_u64(out, event->duration_ns);
	}
	put_key(out, "tpconnect.bytes_sent");
	buffer_u64(out, event->bytes_sent);
	put_key(out, "tpconnect.bytes_received");
	buffer_u64(out, event->bytes_received);
	put_key(out, "tpconnect.retransmits");
	buffer_u64(out, event->retransmits);
	if (event->has & EVENT_HAS_RTT) {
		put_key(out, "tpconnect.rtt_us");
		buffer_u64(out, event->rtt_us);
	}
	if (event->ended) {
		put_key(out, "tpconnect.ended");
		buffer_putc(out, '"');
		buffer_puts(out, ended_name(event->ended));
		buffer_putc(out, '"');
	}
}

static void json_event(struct buffer *out, const struct event *event,
		       const struct format_context *ctx)
{
	put_head(out, event->time_ns, "tcp.", event_kind_name(event->kind), ctx);
	put_connection_id(out, event);
	put_network(out, event);
	if (event->has & EVENT_HAS_PROCESS)
		put_process(out, event, ctx);
	put_result(out, event);
	put_attempt(out, event);
	if (event->kind == EVENT_CLOSE)
		put_close(out, event);
	if (event->repeated) {
		put_key(out, "tpconnect.repeated");
		buffer_u64(out, event->repeated);
	}
	buffer_literal(out, "}\n");
}

static void put_loss(struct buffer *out, const struct loss *loss)
{
	put_key(out, "tpconnect.loss.ring");
	buffer_u64(out, loss->ring);
	put_key(out, "tpconnect.loss.missed");
	buffer_u64(out, loss->missed);
	put_key(out, "tpconnect.loss.state");
	buffer_u64(out, loss->state);
	put_key(out, "tpconnect.loss.unmatched");
	buffer_u64(out, loss->unmatched);
	put_key(out, "tpconnect.loss.output");
	buffer_u64(out, loss->output);
}

static void put_books(struct buffer *out, const struct notice *notice)
{
	put_key(out, "tpconnect.events.sent");
	buffer_u64(out, notice->books.sent);
	put_key(out, "tpconnect.events.written");
	buffer_u64(out, notice->books.written);
	put_key(out, "tpconnect.events.filtered");
	buffer_u64(out, notice->books.filtered);
	put_key(out, "tpconnect.tracked");
	buffer_u64(out, notice->tracked);
}

static void put_versions(struct buffer *out, const struct notice *notice)
{
	put_key(out, "tpconnect.version");
	field_json_string(out, notice->version);
	put_key(out, "tpconnect.programs");
	field_json_string(out, notice->programs);
}

/* docs/spec.md, T10: by the clock as it is now, if it was set meanwhile. */
static void put_observed(struct buffer *out, const struct notice *notice,
			 const struct format_context *ctx)
{
	put_key(out, "tpconnect.observed.from");
	put_time(out, notice->observed.begin_ns, ctx->boot_to_utc_ns);
	if (notice->kind != NOTICE_STOP)
		return;
	put_key(out, "tpconnect.observed.until");
	put_time(out, notice->observed.end_ns, ctx->boot_to_utc_ns);
}

static void json_notice(struct buffer *out, const struct notice *notice,
			const struct format_context *ctx)
{
	static const char *const names[] = {
		[NOTICE_START] = "start",
		[NOTICE_LOSS] = "loss",
		[NOTICE_STOP] = "stop",
	};

	put_head(out, notice->time_ns, "tpconnect.", names[notice->kind], ctx);
	if (notice->kind == NOTICE_START)
		put_versions(out, notice);
	else
		put_loss(out, &notice->books.lost);
	if (notice->kind == NOTICE_STOP)
		put_books(out, notice);
	if (notice->kind != NOTICE_LOSS)
		put_observed(out, notice, ctx);
	buffer_literal(out, "}\n");
}

const struct format_ops format_json = {
	.name = "json",
	.event = json_event,
	.notice = json_notice,
};
