// SPDX-License-Identifier: MIT
#include "format/zeek.h"

#include <errno.h>
#include <string.h>

#include "format/community_id.h"
#include "format/fields.h"
#include "format/who.h"
#include "util/address.h"
#include "util/array.h"

#define UNSET "-"
#define EMPTY "(empty)"

/* A field of a line. */
struct row {
	const struct event *event;
	uint64_t begin_ns; /* by the clock of event->time_ns */
	const struct format_context *ctx;
};

typedef void put_field(struct buffer *out, const struct row *row);

bool zeek_has_line(const struct event *event)
{
	switch (event->kind) {
	case EVENT_ESTABLISHED:
	case EVENT_CLOSE:
		return true;
	case EVENT_FAILED:
	case EVENT_CANCELLED:
		return !event->not_sent;
	default:
		return false;
	}
}

uint64_t zeek_begin_ns(const struct event *event)
{
	uint64_t ago = 0;

	if (event->has & EVENT_HAS_LATENCY)
		ago = event->latency_ns;
	else if (event->has & EVENT_HAS_DURATION)
		ago = event->duration_ns;
	else if (event->has & EVENT_HAS_OBSERVED)
		ago = event->observed_ns;
	return ago < event->time_ns ? event->time_ns - ago : 0;
}

/*
 * A refusal is a RST, or an ICMP message that says the same. Of any other errno but a timeout it is
 * not known whether the peer had a part in it.
 */
static const char *state_failed(const struct event *event)
{
	if (event->error == ECONNREFUSED)
		return "REJ";
	return event->error == ETIMEDOUT ? "S0" : UNSET;
}

static const char *state_closed(enum ended ended)
{
	switch (ended) {
	case ENDED_FIN:
		return "SF";
	case ENDED_LOCAL: /* of the peer's end nothing was seen */
		return "S2";
	case ENDED_RESET_SENT:
		return "RSTO";
	case ENDED_RESET_RECEIVED:
		return "RSTR";
	default: /* it may be with a RST, or in silence */
		return UNSET;
	}
}

const char *zeek_conn_state(const struct event *event)
{
	if (event->preexisting)
		return "OTH";
	switch (event->kind) {
	case EVENT_ESTABLISHED:
		return "S1";
	case EVENT_FAILED:
		return state_failed(event);
	case EVENT_CANCELLED: /* deferred: the SYN may not have left */
		return event->deferred ? UNSET : "S0";
	case EVENT_CLOSE:
		return state_closed(event->ended);
	default:
		return UNSET;
	}
}

/*
 * Whether the byte at s stands for itself: Zeek's own logs keep UTF-8. *ret_len: the bytes of its
 * character.
 */
static bool is_itself(const char *s, size_t len, size_t *ret_len)
{
	struct legible shown;

	*ret_len = legible_step(s, len, &shown);
	return *s != '\\' && shown.text == s;
}

static void put_hex(struct buffer *out, const char *s, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		buffer_literal(out, "\\x");
		buffer_putc(out, digits[(unsigned char)s[i] >> 4]);
		buffer_putc(out, digits[(unsigned char)s[i] & 15]);
	}
}

static void put_bytes(struct buffer *out, const char *s, size_t len)
{
	for (size_t i = 0, step; i < len; i += step) {
		if (is_itself(s + i, len - i, &step))
			buffer_put(out, s + i, step);
		else
			put_hex(out, s + i, step);
	}
}

static void put_text(struct buffer *out, const char *before, const char *text, size_t len)
{
	bool bare = !*before && text;

	if (!text) {
		buffer_literal(out, UNSET);
	} else if (bare && !len) {
		buffer_literal(out, EMPTY);
	} else if (bare && ((len == sizeof(UNSET) - 1 && !memcmp(text, UNSET, len)) ||
			    (len == sizeof(EMPTY) - 1 && !memcmp(text, EMPTY, len)))) {
		put_hex(out, text, 1);
		put_bytes(out, text + 1, len - 1);
	} else {
		buffer_puts(out, before);
		put_bytes(out, text, len);
	}
}

void zeek_text(struct buffer *out, const char *before, const char *text)
{
	put_text(out, before, text, text ? strlen(text) : 0);
}

/* Seconds, digits beyond microseconds cut off. */
static void put_seconds(struct buffer *out, uint64_t ns)
{
	buffer_u64(out, ns / NSEC_PER_SEC);
	buffer_putc(out, '.');
	buffer_u64_padded(out, ns % NSEC_PER_SEC / 1000, 6);
}

static void put_unset(struct buffer *out, const struct row *row)
{
	(void)row;
	buffer_literal(out, UNSET);
}

static void put_ts(struct buffer *out, const struct row *row)
{
	put_seconds(out, row->begin_ns + (uint64_t)row->ctx->boot_to_utc_ns);
}

/* As JSON has it, so that lines of both can be put together. */
static void put_uid(struct buffer *out, const struct row *row)
{
	if (row->event->preexisting)
		buffer_putc(out, 'p');
	buffer_hex(out, row->event->start_ns);
	buffer_putc(out, '-');
	buffer_hex(out, row->event->cpu);
}

static void put_orig_h(struct buffer *out, const struct row *row)
{
	if (row->event->has & EVENT_HAS_SRC)
		put_address(out, row->event->src.addr, row->event->family);
	else
		buffer_literal(out, UNSET);
}

static void put_orig_p(struct buffer *out, const struct row *row)
{
	if (row->event->has & EVENT_HAS_SRC)
		buffer_u64(out, row->event->src.port);
	else
		buffer_literal(out, UNSET);
}

static void put_resp_h(struct buffer *out, const struct row *row)
{
	put_address(out, row->event->dst.addr, row->event->family);
}

static void put_resp_p(struct buffer *out, const struct row *row)
{
	buffer_u64(out, row->event->dst.port);
}

static void put_proto(struct buffer *out, const struct row *row)
{
	(void)row;
	buffer_literal(out, "tcp");
}

/* Of one that is open, or was before tracing began, it cannot be known. */
static void put_duration(struct buffer *out, const struct row *row)
{
	const struct event *event = row->event;

	if (event->kind == EVENT_ESTABLISHED ||
	    !(event->has & (EVENT_HAS_LATENCY | EVENT_HAS_DURATION)))
		buffer_literal(out, UNSET);
	else
		put_seconds(out, event->time_ns - row->begin_ns);
}

static void put_carried(struct buffer *out, const struct event *event, uint64_t bytes)
{
	if (event->kind == EVENT_CLOSE)
		buffer_u64(out, bytes);
	else
		buffer_literal(out, UNSET);
}

static void put_orig_bytes(struct buffer *out, const struct row *row)
{
	put_carried(out, row->event, row->event->bytes_sent);
}

static void put_resp_bytes(struct buffer *out, const struct row *row)
{
	put_carried(out, row->event, row->event->bytes_received);
}

static void put_conn_state(struct buffer *out, const struct row *row)
{
	buffer_puts(out, zeek_conn_state(row->event));
}

static void put_pid(struct buffer *out, const struct row *row)
{
	if (row->event->has & EVENT_HAS_PROCESS)
		buffer_u64(out, row->event->pid);
	else
		buffer_literal(out, UNSET);
}

static void put_process(struct buffer *out, const struct row *row)
{
	zeek_text(out, "", row->event->has & EVENT_HAS_PROCESS ? row->event->comm : NULL);
}

static void put_executable(struct buffer *out, const struct row *row)
{
	const struct image *image = row->event->image;

	if (image && image->exe_tail)
		zeek_text(out, EXE_TAIL_PREFIX, image->exe_tail);
	else if (image && image->memfd)
		zeek_text(out, MEMFD_PREFIX, image->memfd);
	else
		zeek_text(out, "", image ? image->exe : NULL);
}

static void put_container(struct buffer *out, const struct row *row)
{
	const struct cgroup *cgroup = row->event->cgroup;

	zeek_text(out, "",
		  !cgroup		 ? NULL
		  : cgroup->container_id ? cgroup->container_id
					 : cgroup->container_name);
}

static void put_unit(struct buffer *out, const struct row *row)
{
	zeek_text(out, "", row->event->cgroup ? row->event->cgroup->unit : NULL);
}

static void put_server_name(struct buffer *out, const struct row *row)
{
	zeek_text(out, "", event_server(row->event));
}

static void put_error(struct buffer *out, const struct row *row)
{
	if (row->event->has & EVENT_HAS_ERROR)
		field_errno(out, row->event->error);
	else
		buffer_literal(out, UNSET);
}

static void put_id(struct buffer *out, const struct row *row)
{
	if (has_community_id(row->event))
		put_community_id(out, row->event);
	else
		buffer_literal(out, UNSET);
}

/* Zeek's own, in its order; behind them those of ours. What only packets tell is never known. */
static const struct field {
	const char *name, *type;
	put_field *put;
} fields[] = {
	{"ts", "time", put_ts},
	{"uid", "string", put_uid},
	{"id.orig_h", "addr", put_orig_h},
	{"id.orig_p", "port", put_orig_p},
	{"id.resp_h", "addr", put_resp_h},
	{"id.resp_p", "port", put_resp_p},
	{"proto", "enum", put_proto},
	{"service", "string", put_unset},
	{"duration", "interval", put_duration},
	{"orig_bytes", "count", put_orig_bytes},
	{"resp_bytes", "count", put_resp_bytes},
	{"conn_state", "string", put_conn_state},
	{"local_orig", "bool", put_unset},
	{"local_resp", "bool", put_unset},
	{"missed_bytes", "count", put_unset},
	{"history", "string", put_unset},
	{"orig_pkts", "count", put_unset},
	{"orig_ip_bytes", "count", put_unset},
	{"resp_pkts", "count", put_unset},
	{"resp_ip_bytes", "count", put_unset},
	{"tunnel_parents", "set[string]", put_unset},
	{"community_id", "string", put_id}, /* with --community-id */
	{"pid", "count", put_pid},
	{"process", "string", put_process},
	{"executable", "string", put_executable},
	{"container", "string", put_container},
	{"unit", "string", put_unit},
	{"server_name", "string", put_server_name},
	{"error", "string", put_error},
};

static bool is_shown(const struct field *field, const struct format_context *ctx)
{
	return ctx->community_id || field->put != put_id;
}

void zeek_line(struct buffer *out, const struct event *event, uint64_t begin_ns,
	       const struct format_context *ctx)
{
	const struct row row = {event, begin_ns, ctx};

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!is_shown(&fields[i], ctx))
			continue;
		if (i)
			buffer_putc(out, '\t');
		fields[i].put(out, &row);
	}
	buffer_putc(out, '\n');
}

static void zeek_event(struct buffer *out, const struct event *event,
		       const struct format_context *ctx)
{
	if (zeek_has_line(event))
		zeek_line(out, event, zeek_begin_ns(event), ctx);
}

/* "2026-02-16-12-34-56", in UTC. */
static void put_moment(struct buffer *out, const char *key, uint64_t utc_ns)
{
	char text[sizeof("2026-02-16T12:34:56.123456789Z")];
	struct buffer time = {.data = text, .cap = sizeof(text)};

	field_time(&time, utc_ns);
	text[10] = text[13] = text[16] = '-';
	buffer_puts(out, key);
	buffer_put(out, text, sizeof("2026-02-16-12-34-56") - 1);
	buffer_putc(out, '\n');
}

static void put_names(struct buffer *out, const char *key, bool types,
		      const struct format_context *ctx)
{
	buffer_puts(out, key);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!is_shown(&fields[i], ctx))
			continue;
		buffer_putc(out, '\t');
		buffer_puts(out, types ? fields[i].type : fields[i].name);
	}
	buffer_putc(out, '\n');
}

static void zeek_header(struct buffer *out, const struct format_context *ctx)
{
	buffer_literal(out, "#separator \\x09\n#set_separator\t,\n#empty_field\t" EMPTY
			    "\n#unset_field\t" UNSET "\n#path\tconn\n");
	put_moment(out, "#open\t", ctx->log_utc_ns);
	put_names(out, "#fields", false, ctx);
	put_names(out, "#types", true, ctx);
}

static void zeek_footer(struct buffer *out, const struct format_context *ctx)
{
	put_moment(out, "#close\t", ctx->log_utc_ns);
}

const struct format_ops format_zeek = {
	.name = "zeek",
	.event = zeek_event,
	.header = zeek_header,
	.footer = zeek_footer,
};
