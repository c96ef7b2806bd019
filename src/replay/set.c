// SPDX-License-Identifier: MIT
#include "replay/set.h"

#include <errno.h>
#include <string.h>

#include "replay/value.h"

char *take_text(struct parse *parse)
{
	struct replay_texts *texts = parse->texts;
	char *text = texts->text + texts->used;

	if (parse->token != TOKEN_STRING ||
	    json_text(parse->reader, text, texts->size - texts->used))
		return NULL;
	texts->used += strlen(text) + 1;
	return text;
}

int take_number(struct parse *parse, uint64_t max, uint64_t *ret)
{
	if (parse->token != TOKEN_NUMBER)
		return -EBADMSG;
	return value_u64(parse->reader->text, max, ret);
}

int set_name(struct parse *parse)
{
	const char *name = take_text(parse);

	parse->has_name = true;
	return name ? value_event_name(name, parse->line) : -EBADMSG;
}

int set_timestamp(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->has_time = true;
	return text ? value_time(text, &parse->line->utc_ns) : -EBADMSG;
}

int set_id(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->has_id = true;
	return text ? value_id(text, &parse->line->event) : -EBADMSG;
}

int set_family(struct parse *parse)
{
	const char *text = take_text(parse);

	if (!text || (strcmp(text, "ipv4") && strcmp(text, "ipv6")))
		return -EBADMSG;
	parse->line->event.family = text[3] == '4' ? 4 : 6;
	return 0;
}

int set_peer(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->has_peer = true;
	return text ? value_address(text, parse->line->event.dst.addr) : -EBADMSG;
}

int set_peer_port(struct parse *parse)
{
	uint64_t port;

	if (take_number(parse, UINT16_MAX, &port))
		return -EBADMSG;
	parse->has_port = true;
	parse->line->event.dst.port = (uint16_t)port;
	return 0;
}

int set_local(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->line->event.has |= EVENT_HAS_SRC;
	return text ? value_address(text, parse->line->event.src.addr) : -EBADMSG;
}

int set_requested(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->line->event.has |= EVENT_HAS_REQUESTED;
	return text ? value_address(text, parse->line->event.requested.addr) : -EBADMSG;
}

int set_scope(struct parse *parse)
{
	struct event *event = &parse->line->event;
	uint64_t scope;

	if (take_number(parse, UINT32_MAX, &scope))
		return -EBADMSG;
	event->dst.scope_id = (uint32_t)scope;
	return 0;
}

int set_error(struct parse *parse)
{
	const char *text = take_text(parse);

	parse->line->event.has |= EVENT_HAS_ERROR;
	return text ? value_errno(text, &parse->line->event.error) : -EBADMSG;
}

int set_origin(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_origin(text, &parse->line->event.origin) : -EBADMSG;
}

int set_ended(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_ended(text, &parse->line->event.ended) : -EBADMSG;
}

int set_direction(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_direction(text, &parse->line->event.open.direction) : -EBADMSG;
}

int set_state(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_state(text, &parse->line->event.open.state) : -EBADMSG;
}

int set_fd(struct parse *parse)
{
	uint64_t fd;

	if (take_number(parse, UINT32_MAX, &fd))
		return -EBADMSG;
	parse->line->event.open.held = true;
	parse->line->event.open.fd = (uint32_t)fd;
	return 0;
}

int set_device(struct parse *parse)
{
	struct image *image = &parse->texts->image;
	const char *text = take_text(parse);

	return text ? value_device(text, &image->exe_major, &image->exe_minor) : -EBADMSG;
}

/* They lie one behind the other, as the strings of a line do. */
int set_args(struct parse *parse)
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

int set_args_source(struct parse *parse)
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
		if (take_number(parse, UINT32_MAX, &pid))
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

int set_ancestors(struct parse *parse)
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
int set_dns_names(struct parse *parse)
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

int set_dns_source(struct parse *parse)
{
	const char *text = take_text(parse);

	return text ? value_dns_source(text, &parse->texts->names.source) : -EBADMSG;
}
