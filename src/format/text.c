// SPDX-License-Identifier: MIT
/* key=value lines: docs/spec.md, 5. */
#include "format/format.h"

#include "format/color.h"
#include "format/fields.h"
#include "format/text_who.h"
#include "format/value.h"
#include "util/address.h"

static void put_endpoint(struct buffer *out, const struct endpoint *endpoint, uint8_t family)
{
	if (family == 6)
		buffer_putc(out, '[');
	put_zoned_address(out, endpoint->addr, family, endpoint->scope_id);
	if (family == 6)
		buffer_putc(out, ']');
	buffer_putc(out, ':');
	buffer_u64(out, endpoint->port);
}

static void put_event(struct buffer *out, const struct event *event, bool color)
{
	const char *start = color ? kind_color(event->kind) : "";

	buffer_putc(out, ' ');
	buffer_puts(out, start);
	buffer_literal(out, "event=");
	buffer_puts(out, event_kind_name(event->kind));
	if (event->has & EVENT_HAS_ERROR) {
		buffer_literal(out, " error=");
		field_errno(out, event->error);
	}
	if (*start)
		buffer_literal(out, SGR_PLAIN);
}

static void put_process(struct buffer *out, const struct event *event,
			const struct format_context *ctx)
{
	buffer_literal(out, " comm=");
	put_value(out, "", event->comm, strlen(event->comm));
	text_exe(out, event, ctx);
	buffer_literal(out, " uid=");
	buffer_u64(out, event->uid);
}

static void put_who_and_where(struct buffer *out, const struct event *event,
			      const struct format_context *ctx)
{
	buffer_literal(out, " pid="); /* always written; 0, which is no process, if not known */
	buffer_u64(out, event->pid);
	buffer_literal(out, " proto=6 dst=");
	put_endpoint(out, &event->dst, event->family);
	if (event->has & EVENT_HAS_SRC) {
		buffer_literal(out, " src=");
		put_endpoint(out, &event->src, event->family);
	}
	if (event->has & EVENT_HAS_PROCESS)
		put_process(out, event, ctx);
	/* A socket's own may be known. */
	if (event->has & (EVENT_HAS_PROCESS | EVENT_HAS_CGROUP) || event->names)
		text_who(out, event, ctx);
}

static void put_attempt(struct buffer *out, const struct event *event)
{
	if (event->has & EVENT_HAS_LATENCY) {
		buffer_literal(out, " latency=");
		field_duration(out, event->latency_ns);
	}
	if (event->has & EVENT_HAS_RETRIES && event->retries) {
		buffer_literal(out, " retries=");
		buffer_u64(out, event->retries);
	}
	if (event->not_sent)
		buffer_literal(out, " sent=no");
	if (event->deferred)
		buffer_literal(out, " deferred=yes");
	if (event->origin != ORIGIN_CONNECT && !event->preexisting) {
		buffer_literal(out, " origin=");
		buffer_puts(out, origin_name(event->origin));
	}
	if (event->has & EVENT_HAS_REQUESTED) {
		buffer_literal(out, " requested=");
		/* The requested address may be of another family than the socket's destination. */
		put_endpoint(out, &event->requested, address_family(event->requested.addr));
	}
	if (event->preexisting)
		buffer_literal(out, " preexisting=yes");
}

/* docs/spec.md, T15. One is what nearly all have. */
static void put_holders(struct buffer *out, const struct event *event)
{
	if (!(event->has & EVENT_HAS_HOLDERS) || event->holders == 1)
		return;
	buffer_literal(out, " holders=");
	buffer_u64(out, event->holders);
}

static void put_carried(struct buffer *out, const struct event *event)
{
	buffer_literal(out, " tx=");
	buffer_u64(out, event->bytes_sent);
	buffer_literal(out, " rx=");
	buffer_u64(out, event->bytes_received);
	if (event->has & EVENT_HAS_RTT) {
		buffer_literal(out, " rtt=");
		field_duration(out, (uint64_t)event->rtt_us * 1000);
	}
	buffer_literal(out, " retrans=");
	buffer_u64(out, event->retransmits);
}

static void put_close(struct buffer *out, const struct event *event)
{
	if (event->has & EVENT_HAS_DURATION) {
		buffer_literal(out, " duration=");
		field_duration(out, event->duration_ns);
	}
	if (event->has & EVENT_HAS_OBSERVED) {
		buffer_literal(out, " observed=");
		field_duration(out, event->observed_ns);
	}
	put_holders(out, event);
	put_carried(out, event);
	if (event->ended) {
		buffer_literal(out, " ended=");
		buffer_puts(out, ended_name(event->ended));
	}
}

static void put_open(struct buffer *out, const struct event *event)
{
	const struct event_open *open = &event->open;

	buffer_literal(out, " state=");
	buffer_puts(out, tcp_state_name(open->state));
	if (open->direction != DIRECTION_OUT && !event_listens(event)) {
		buffer_literal(out, " direction=");
		buffer_puts(out, direction_name(open->direction));
	}
	put_holders(out, event);
	if (event_listens(event))
		return;
	if (event->has & EVENT_HAS_IDLE) {
		buffer_literal(out, " idle=");
		field_duration(out, open->idle_ns);
	}
	put_carried(out, event);
	buffer_literal(out, " unacked=");
	buffer_u64(out, open->unacked);
}

static void put_repeated(struct buffer *out, const struct event *event)
{
	if (!event->repeated)
		return;
	buffer_literal(out, " repeated=");
	buffer_u64(out, event->repeated);
}

static void text_event(struct buffer *out, const struct event *event,
		       const struct format_context *ctx)
{
	field_time(out, event->time_ns + (uint64_t)ctx->boot_to_utc_ns);
	put_who_and_where(out, event, ctx);
	put_event(out, event, ctx->color);
	put_attempt(out, event);
	if (event->kind == EVENT_CLOSE)
		put_close(out, event);
	else if (event->kind == EVENT_OPEN)
		put_open(out, event);
	put_repeated(out, event);
	buffer_putc(out, '\n');
}

const struct format_ops format_text = {
	.name = "text",
	.event = text_event,
};
