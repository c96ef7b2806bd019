// SPDX-License-Identifier: MIT
#include "replay/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replay/set.h"
#include "replay/value.h"
#include "util/address.h"
#include "util/array.h"
#include "util/json_read.h"

/* What a value becomes. */
enum type {
	TYPE_U64,
	TYPE_U32,
	TYPE_U16,
	TYPE_U64_TEXT, /* a string of digits */
	TYPE_FLAG,     /* bool */
	TYPE_NOT,      /* bool, the other way round */
	TYPE_TEXT,     /* const char * */
	TYPE_COMM,     /* char[COMM_LEN] */
	TYPE_TIME,     /* uint64_t, UTC in ns */
	TYPE_LOST,     /* added to line.lost; and likewise: */
	TYPE_MISSED,
	TYPE_BY, /* what its function makes of it */
};

/* Where it goes. */
enum place { IN_LINE, IN_EVENT, IN_IMAGE, IN_CGROUP };

/* has: a bit of the event's or the image's. */
struct field {
	struct part key;
	enum type type;
	enum place place;
	size_t offset;
	uint32_t has;
	value_fn *by;
};

#define PART(literal)                                                                              \
	{                                                                                          \
		literal, sizeof(literal) - 1                                                       \
	}
#define LINE(key, type, member)                                                                    \
	{                                                                                          \
		PART(key), type, IN_LINE, offsetof(struct replay_line, member), 0, NULL            \
	}
#define EVENT(key, type, member, has)                                                              \
	{                                                                                          \
		PART(key), type, IN_EVENT, offsetof(struct event, member), has, NULL               \
	}
#define IMAGE(key, type, member, has)                                                              \
	{                                                                                          \
		PART(key), type, IN_IMAGE, offsetof(struct image, member), has, NULL               \
	}
#define CGROUP(key, member)                                                                        \
	{                                                                                          \
		PART(key), TYPE_TEXT, IN_CGROUP, offsetof(struct cgroup, member), 0, NULL          \
	}
#define BY(key, place, function)                                                                   \
	{                                                                                          \
		PART(key), TYPE_BY, place, 0, 0, function                                          \
	}

/* docs/fields.md. What is not here, or of no use, is passed over. */
static const struct field fields[] = {
	BY("timestamp", IN_LINE, set_timestamp),
	BY("event.name", IN_LINE, set_name),
	LINE("tpconnect.seq", TYPE_U64, seq),
	LINE("host.name", TYPE_TEXT, host_name),
	LINE("tpconnect.programs", TYPE_TEXT, programs),
	LINE("tpconnect.observed.from", TYPE_TIME, observed_from_ns),
	LINE("tpconnect.observed.until", TYPE_TIME, observed_until_ns),
	LINE("tpconnect.loss.ring", TYPE_LOST, lost),
	LINE("tpconnect.loss.missed", TYPE_MISSED, missed),
	LINE("tpconnect.loss.state", TYPE_LOST, lost),
	LINE("tpconnect.loss.unmatched", TYPE_LOST, lost),
	LINE("tpconnect.loss.output", TYPE_LOST, lost),
	LINE("tpconnect.resumed", TYPE_FLAG, resumed),
	LINE("tpconnect.heartbeat.interval_ns", TYPE_U64, heartbeat_ns),
	LINE("tpconnect.store.dropped.boot.id", TYPE_TEXT, dropped_boot),
	LINE("tpconnect.loss.context", TYPE_U64, context),
	LINE("tpconnect.store.dropped.first_seq", TYPE_U64, dropped_first),
	LINE("tpconnect.store.dropped.last_seq", TYPE_U64, dropped_last),
	BY("tpconnect.connection.id", IN_EVENT, set_id),
	BY("network.type", IN_EVENT, set_family),
	BY("network.peer.address", IN_EVENT, set_peer),
	BY("network.peer.port", IN_EVENT, set_peer_port),
	BY("network.local.address", IN_EVENT, set_local),
	EVENT("network.local.port", TYPE_U16, src.port, 0),
	BY("tpconnect.peer.scope_id", IN_EVENT, set_scope),
	EVENT("process.pid", TYPE_U32, pid, EVENT_HAS_PROCESS),
	EVENT("thread.id", TYPE_U32, tid, 0),
	EVENT("process.parent_pid", TYPE_U32, ppid, 0),
	EVENT("process.executable.name", TYPE_COMM, comm, 0),
	EVENT("thread.name", TYPE_COMM, thread_comm, 0),
	EVENT("process.user.id", TYPE_U32, uid, 0),
	EVENT("process.creation.time", TYPE_TIME, process_start_ns, 0),
	EVENT("tpconnect.process.exec_id", TYPE_U32, exec_id, 0),
	BY("error.type", IN_EVENT, set_error),
	BY("tpconnect.origin", IN_EVENT, set_origin),
	EVENT("tpconnect.connect.duration_ns", TYPE_U64, latency_ns, EVENT_HAS_LATENCY),
	EVENT("tpconnect.sent", TYPE_NOT, not_sent, 0),
	EVENT("tpconnect.deferred", TYPE_FLAG, deferred, 0),
	BY("tpconnect.requested.address", IN_EVENT, set_requested),
	EVENT("tpconnect.requested.port", TYPE_U16, requested.port, 0),
	EVENT("tpconnect.ipv4_mapped", TYPE_FLAG, mapped, 0),
	EVENT("tpconnect.syn_retries", TYPE_U32, retries, EVENT_HAS_RETRIES),
	EVENT("tpconnect.netns", TYPE_U32, netns, 0),
	EVENT("tpconnect.cgroup.id", TYPE_U64_TEXT, cgroup_id, EVENT_HAS_CGROUP),
	EVENT("tpconnect.repeated", TYPE_U64, repeated, 0),
	EVENT("tpconnect.connection.duration_ns", TYPE_U64, duration_ns, EVENT_HAS_DURATION),
	EVENT("tpconnect.bytes_sent", TYPE_U64, bytes_sent, 0),
	EVENT("tpconnect.bytes_received", TYPE_U64, bytes_received, 0),
	EVENT("tpconnect.retransmits", TYPE_U32, retransmits, 0),
	EVENT("tpconnect.rtt_us", TYPE_U32, rtt_us, EVENT_HAS_RTT),
	BY("tpconnect.ended", IN_EVENT, set_ended),
	EVENT("tpconnect.preexisting", TYPE_FLAG, preexisting, 0),
	EVENT("tpconnect.holders", TYPE_U32, holders, EVENT_HAS_HOLDERS),
	EVENT("tpconnect.observed.duration_ns", TYPE_U64, observed_ns, EVENT_HAS_OBSERVED),
	BY("tpconnect.direction", IN_EVENT, set_direction),
	BY("network.connection.state", IN_EVENT, set_state),
	EVENT("tpconnect.idle_ns", TYPE_U64, open.idle_ns, EVENT_HAS_IDLE),
	EVENT("tpconnect.bytes_unacked", TYPE_U32, open.unacked, 0),
	BY("tpconnect.fd", IN_EVENT, set_fd),
	IMAGE("process.executable.path", TYPE_TEXT, exe, 0),
	IMAGE("tpconnect.process.executable.tail", TYPE_TEXT, exe_tail, 0),
	IMAGE("tpconnect.process.executable.memfd", TYPE_TEXT, memfd, 0),
	IMAGE("tpconnect.process.executable.deleted", TYPE_FLAG, exe_deleted, 0),
	IMAGE("tpconnect.process.executable.inode", TYPE_U64, exe_inode, IMAGE_HAS_EXE_FILE),
	BY("tpconnect.process.executable.device", IN_IMAGE, set_device),
	IMAGE("process.working_directory", TYPE_TEXT, cwd, 0),
	BY("process.command_args", IN_IMAGE, set_args),
	BY("tpconnect.process.args_source", IN_IMAGE, set_args_source),
	IMAGE("tpconnect.process.args_truncated", TYPE_FLAG, args_cut, 0),
	IMAGE("tpconnect.process.script", TYPE_TEXT, script, 0),
	BY("tpconnect.process.ancestors", IN_IMAGE, set_ancestors),
	IMAGE("process.real_user.id", TYPE_U32, real_uid, IMAGE_HAS_REAL_UID),
	IMAGE("tpconnect.process.login_uid", TYPE_U32, login_uid, IMAGE_HAS_LOGIN_UID),
	IMAGE("tpconnect.process.session_id", TYPE_U32, session_id, IMAGE_HAS_SESSION_ID),
	IMAGE("tpconnect.process.hostname", TYPE_TEXT, hostname, 0),
	CGROUP("container.id", container_id),
	CGROUP("container.runtime.name", runtime),
	CGROUP("container.name", container_name),
	CGROUP("container.image.name", image_name),
	CGROUP("k8s.pod.uid", pod_uid),
	CGROUP("k8s.pod.name", pod_name),
	CGROUP("k8s.namespace.name", pod_namespace),
	CGROUP("k8s.container.name", pod_container),
	CGROUP("process.linux.cgroup", path),
	CGROUP("tpconnect.systemd.unit", unit),
	CGROUP("tpconnect.app.id", app_id),
	BY("tpconnect.dns.names", IN_EVENT, set_dns_names),
	BY("tpconnect.dns.source", IN_EVENT, set_dns_source),
};

/* Keys mostly come in the order of the table: it is searched from behind the last that was found.
 */
static const struct field *find_field(struct part key, size_t *last)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t at = (*last + i) % ARRAY_SIZE(fields);

		if (fields[at].key.len != key.len ||
		    memcmp(fields[at].key.at, key.at, key.len) != 0)
			continue;
		*last = at + 1;
		return &fields[at];
	}
	return NULL;
}

static int set_number(struct parse *parse, enum type type, void *to)
{
	uint64_t max = type == TYPE_U16 ? UINT16_MAX : type == TYPE_U32 ? UINT32_MAX : UINT64_MAX;
	uint64_t value;

	if (take_number(parse, max, &value))
		return -EBADMSG;
	if (type == TYPE_U16)
		*(uint16_t *)to = (uint16_t)value;
	else if (type == TYPE_U32)
		*(uint32_t *)to = (uint32_t)value;
	else
		*(uint64_t *)to = value;
	return 0;
}

static int set_bool(const struct parse *parse, bool *to, bool yes)
{
	if (parse->token != TOKEN_TRUE && parse->token != TOKEN_FALSE)
		return -EBADMSG;
	*to = (parse->token == TOKEN_TRUE) == yes;
	return 0;
}

static int set_text(struct parse *parse, enum type type, void *to)
{
	const char *text = take_text(parse);

	if (!text)
		return -EBADMSG;
	switch (type) {
	case TYPE_TEXT:
		*(const char **)to = text;
		return 0;
	case TYPE_COMM:
		value_comm(text, to);
		return 0;
	case TYPE_TIME:
		return value_time(text, to);
	default:
		return value_u64((struct part){text, strlen(text)}, UINT64_MAX, to);
	}
}

static int set_lost(struct parse *parse, enum type type)
{
	uint64_t n;

	if (take_number(parse, UINT64_MAX, &n))
		return -EBADMSG;
	parse->line->lost += n;
	if (type == TYPE_MISSED)
		parse->line->missed = n;
	return 0;
}

static int set_value(struct parse *parse, const struct field *field, void *to)
{
	switch (field->type) {
	case TYPE_U64:
	case TYPE_U32:
	case TYPE_U16:
		return set_number(parse, field->type, to);
	case TYPE_FLAG:
	case TYPE_NOT:
		return set_bool(parse, to, field->type == TYPE_FLAG);
	case TYPE_LOST:
	case TYPE_MISSED:
		return set_lost(parse, field->type);
	case TYPE_BY:
		return field->by(parse);
	default:
		return set_text(parse, field->type, to);
	}
}

static int set_field(struct parse *parse, const struct field *field)
{
	char *const bases[] = {
		[IN_LINE] = (char *)parse->line,
		[IN_EVENT] = (char *)&parse->line->event,
		[IN_IMAGE] = (char *)&parse->texts->image,
		[IN_CGROUP] = (char *)&parse->texts->cgroup,
	};

	if (field->place == IN_IMAGE) {
		parse->has_image = true;
		parse->texts->image.has |= field->has;
	} else if (field->place == IN_CGROUP) {
		parse->has_cgroup = true;
	} else if (field->place == IN_EVENT) {
		parse->line->event.has |= field->has;
	}
	return set_value(parse, field, bases[field->place] + field->offset);
}

/* Every key of the line, and that nothing follows. */
static int read_keys(struct parse *parse)
{
	struct json_reader *reader = parse->reader;
	enum json_token token;
	size_t last = 0;

	if (json_next(reader) != TOKEN_OBJECT)
		return -EBADMSG;
	while ((token = json_next(reader)) == TOKEN_KEY) {
		/* None of ours has an escape in its name. */
		const struct field *field = find_field(reader->text, &last);

		parse->token = json_next(reader);
		if (field ? set_field(parse, field) : !json_skip(reader, parse->token))
			return -EBADMSG;
	}
	return token == TOKEN_OBJECT_END && json_next(reader) == TOKEN_END ? 0 : -EBADMSG;
}

/* Whether it has what every such line has. */
static bool is_whole(const struct parse *parse)
{
	const struct event *event = &parse->line->event;

	if (!parse->has_name || !parse->has_time)
		return false;
	if (parse->line->kind != REPLAY_EVENT)
		return true;
	if (!parse->has_id || !event->family)
		return false;
	if (event_listens(event)) /* it has no peer */
		return true;
	return parse->has_peer && parse->has_port &&
	       (event->kind != EVENT_OPEN || tcp_state_name(event->open.state));
}

static int make_room(struct replay_texts *texts, size_t size)
{
	char *text;

	texts->used = 0;
	if (size <= texts->size)
		return 0;
	text = realloc(texts->text, size);
	if (!text)
		return -ENOMEM;
	texts->text = text;
	texts->size = size;
	return 0;
}

int replay_texts_new(struct replay_texts **ret)
{
	struct replay_texts *texts = calloc(1, sizeof(*texts));

	if (!texts)
		return -ENOMEM;
	*ret = texts;
	return 0;
}

void replay_texts_free(struct replay_texts *texts)
{
	if (!texts)
		return;
	free(texts->text);
	free(texts);
}

int replay_parse(const char *line, size_t size, struct replay_texts *texts, struct replay_line *ret)
{
	struct json_reader reader = json_reader(line, size);
	struct parse parse = {.reader = &reader, .texts = texts, .line = ret};
	struct event *event = &ret->event;

	*ret = (struct replay_line){0};
	texts->image = (struct image){0};
	texts->cgroup = (struct cgroup){0};
	texts->names = (struct dns_names){0};
	if (make_room(texts, size + 1))
		return -ENOMEM;
	if (read_keys(&parse) || !is_whole(&parse))
		return -EBADMSG;
	if (ret->kind == REPLAY_HEARTBEAT) /* what it counts was lost at any time before */
		ret->lost = ret->missed = 0;
	event->time_ns = ret->utc_ns;
	if (event->has & EVENT_HAS_SRC && address_is_link_local(event->src.addr))
		event->src.scope_id = event->dst.scope_id;
	if (parse.has_image)
		event->image = &texts->image;
	if (parse.has_cgroup)
		event->cgroup = &texts->cgroup;
	if (texts->names.n && texts->names.source)
		event->names = &texts->names;
	return 0;
}
