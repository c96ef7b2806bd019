// SPDX-License-Identifier: MIT
#include "replay/parse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "replay/value.h"
#include "util/address.h"
#include "util/array.h"
#include "util/json_read.h"

/* Longer than any key of ours. */
#define KEY_SIZE 64

struct replay_texts {
	struct image image;
	struct cgroup cgroup;
	struct dns_names names;
	char *text; /* of the size of the line: no string becomes longer without its quotes */
	size_t size, used;
};

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

/* What is being read of a line. */
struct parse {
	struct json_reader *reader;
	struct replay_texts *texts;
	struct replay_line *line;
	enum json_token token; /* the value's first */
	bool has_name, has_time, has_id, has_peer, has_port, has_image, has_cgroup;
};

/* Returns 0 or -EBADMSG. */
typedef int value_fn(struct parse *parse);

/* The string that is at hand, valid as long as the line; NULL: it is none. */
static char *take_text(struct parse *parse)
{
	struct replay_texts *texts = parse->texts;
	char *text = texts->text + texts->used;

	if (parse->token != TOKEN_STRING ||
	    json_text(parse->reader, text, texts->size - texts->used))
		return NULL;
	texts->used += strlen(text) + 1;
	return text;
}

static int number(struct parse *parse, uint64_t max, uint64_t *ret)
{
	if (parse->token != TOKEN_NUMBER)
		return -EBADMSG;
	return value_u64(parse->reader->text, max, ret);
}

static int set_name(struct parse *parse)
{
	const char *name = take_text(parse);

	parse->has_name = true;
	return name ? value_event_name(name, parse->line) : -EBADMSG;
}

static int set_timestamp(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->has_time = true;
	return text ? value_time(text, &parse->line->utc_ns) : -EBADMSG;
}

static int set_id(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->has_id = true;
	return text ? value_id(text, &parse->line->event) : -EBADMSG;
}

static int set_family(struct parse *parse)
{
	const char *text = take_text(parse);

	if (!text || (strcmp(text, "ipv4") && strcmp(text, "ipv6")))
		return -EBADMSG;
	parse->line->event.family = text[3] == '4' ? 4 : 6;
	return 0;
}

static int set_peer(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->has_peer = true;
	return text ? value_address(text, parse->line->event.dst.addr) : -EBADMSG;
}

static int set_peer_port(struct parse *parse)
{
	uint64_t port;

	if (number(parse, UINT16_MAX, &port))
		return -EBADMSG;
	parse->has_port = true;
	parse->line->event.dst.port = (uint16_t)port;
	return 0;
}

static int set_local(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->line->event.has |= EVENT_HAS_SRC;
	return text ? value_address(text, parse->line->event.src.addr) : -EBADMSG;
}

static int set_requested(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->line->event.has |= EVENT_HAS_REQUESTED;
	return text ? value_address(text, parse->line->event.requested.addr) : -EBADMSG;
}

static int set_scope(struct parse *parse)
{
	struct event *event = &parse->line->event;
	uint64_t scope;

	if (number(parse, UINT32_MAX, &scope))
		return -EBADMSG;
	event->dst.scope_id = (uint32_t)scope;
	return 0;
}

static int set_error(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->line->event.has |= EVENT_HAS_ERROR;
	return text ? value_errno(text, &parse->line->event.error) : -EBADMSG;
}

static int set_origin(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_origin(text, &parse->line->event.origin) : -EBADMSG;
}

static int set_ended(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_ended(text, &parse->line->event.ended) : -EBADMSG;
}

static int set_direction(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_direction(text, &parse->line->event.open.direction) : -EBADMSG;
}

static int set_state(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_state(text, &parse->line->event.open.state) : -EBADMSG;
}

static int set_fd(struct parse *parse)
{
	uint64_t fd;

	if (number(parse, UINT32_MAX, &fd))
		return -EBADMSG;
	parse->line->event.open.held = true;
	parse->line->event.open.fd = (uint32_t)fd;
	return 0;
}

static int set_device(struct parse *parse)
{
	struct image *image = &parse->texts->image;
	const char *text = take_text(parse);

	return text ? value_device(text, &image->exe_major, &image->exe_minor) : -EBADMSG;
}

/* They lie one behind the other, as the strings of a line do. */
static int set_args(struct parse *parse)
{
	struct image *image = &parse->texts->image;
	const char *begin = parse->texts->text + parse->texts->used;

	if (parse->token != TOKEN_ARRAY)
		return -EBADMSG;
	while ((parse->token = json_next(parse->reader)) != TOKEN_ARRAY_END)
		if (!take_text(parse))
			return -EBADMSG;
	image->has |= IMAGE_HAS_ARGS;
	image->args = begin;
	image->args_size = (size_t)(parse->texts->text + parse->texts->used - begin);
	return 0;
}

static int set_args_source(struct parse *parse)
{
	const char *text = take_text(parse);

	if (!text)
		return -EBADMSG;
	parse->texts->image.args_exec = !strcmp(text, "exec");
	return 0;
}

static int set_ancestor(struct parse *parse, const char *key, struct ancestor *ancestor)
{
	uint64_t pid;
	char *text;

	if (!strcmp(key, "pid")) {
		if (number(parse, UINT32_MAX, &pid))
			return -EBADMSG;
		ancestor->pid = (uint32_t)pid;
		return 0;
	}
	if (strcmp(key, "name") && strcmp(key, "creation_time"))
		return json_skip(parse->reader, parse->token) ? 0 : -EBADMSG;
	text = take_text(parse);
	if (!text)
		return -EBADMSG;
	if (*key == 'c')
		return value_time(text, &ancestor->start_ns);
	value_comm(text, ancestor->comm);
	return 0;
}

static int set_ancestors(struct parse *parse)
{
	struct image *image = &parse->texts->image;
	char key[KEY_SIZE];

	if (parse->token != TOKEN_ARRAY)
		return -EBADMSG;
	while ((parse->token = json_next(parse->reader)) == TOKEN_OBJECT) {
		struct ancestor ancestor = {0};

		while ((parse->token = json_next(parse->reader)) == TOKEN_KEY) {
			if (json_text(parse->reader, key, sizeof(key)))
				*key = 0; /* none of ours */
			parse->token = json_next(parse->reader);
			if (set_ancestor(parse, key, &ancestor))
				return -EBADMSG;
		}
		if (parse->token != TOKEN_OBJECT_END)
			return -EBADMSG;
		if (image->n_ancestors < ANCESTORS_MAX)
			image->ancestors[image->n_ancestors++] = ancestor;
	}
	return parse->token == TOKEN_ARRAY_END ? 0 : -EBADMSG;
}

/* server.address is one of them. */
static int set_dns_names(struct parse *parse)
{
	struct dns_names *names = &parse->texts->names;

	if (parse->token != TOKEN_ARRAY)
		return -EBADMSG;
	while ((parse->token = json_next(parse->reader)) != TOKEN_ARRAY_END) {
		const char *name = take_text(parse);

		if (!name || strlen(name) >= DNS_NAME_ROOM)
			return -EBADMSG;
		if (names->n < DNS_NAMES_MAX)
			names->names[names->n++] = name;
	}
	return 0;
}

static int set_dns_source(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_dns_source(text, &parse->texts->names.source) : -EBADMSG;
}

/* has: a bit of the event's or the image's. */
struct field {
	const char *key;
	enum type type;
	enum place place;
	size_t offset;
	uint32_t has;
	value_fn *by;
};

#define LINE(key, type, member)                                                                    \
	{                                                                                          \
		key, type, IN_LINE, offsetof(struct replay_line, member), 0, NULL                  \
	}
#define EVENT(key, type, member, has)                                                              \
	{                                                                                          \
		key, type, IN_EVENT, offsetof(struct event, member), has, NULL                     \
	}
#define IMAGE(key, type, member, has)                                                              \
	{                                                                                          \
		key, type, IN_IMAGE, offsetof(struct image, member), has, NULL                     \
	}
#define CGROUP(key, member)                                                                        \
	{                                                                                          \
		key, TYPE_TEXT, IN_CGROUP, offsetof(struct cgroup, member), 0, NULL                \
	}
#define BY(key, place, function)                                                                   \
	{                                                                                          \
		key, TYPE_BY, place, 0, 0, function                                                \
	}

/* docs/fields.md. What is not here, or of no use, is passed over. */
static const struct field fields[] = {
	BY("timestamp", IN_LINE, set_timestamp),
	BY("event.name", IN_LINE, set_name),
	LINE("tpconnect.seq", TYPE_U64, seq),
	LINE("tpconnect.observed.from", TYPE_TIME, observed_from_ns),
	LINE("tpconnect.observed.until", TYPE_TIME, observed_until_ns),
	LINE("tpconnect.loss.ring", TYPE_LOST, lost),
	LINE("tpconnect.loss.missed", TYPE_MISSED, missed),
	LINE("tpconnect.loss.state", TYPE_LOST, lost),
	LINE("tpconnect.loss.unmatched", TYPE_LOST, lost),
	LINE("tpconnect.loss.output", TYPE_LOST, lost),
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
static const struct field *find_field(const char *key, size_t *last)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		size_t at = (*last + i) % ARRAY_SIZE(fields);

		if (strcmp(fields[at].key, key) != 0)
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

	if (number(parse, max, &value))
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

	if (number(parse, UINT64_MAX, &n))
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
	char key[KEY_SIZE];
	size_t last = 0;

	if (json_next(reader) != TOKEN_OBJECT)
		return -EBADMSG;
	while ((token = json_next(reader)) == TOKEN_KEY) {
		const struct field *field = NULL;

		if (!json_text(reader, key, sizeof(key)))
			field = find_field(key, &last);
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
