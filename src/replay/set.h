/* SPDX-License-Identifier: MIT */
/* How a key's value is taken: the functions of the rows of parse.c's table. */
#ifndef REPLAY_SET_H
#define REPLAY_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "replay/parse.h"
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
char *take_text(struct parse *parse);

/* The number that is at hand. Returns 0 or -EBADMSG. */
int take_number(struct parse *parse, uint64_t max, uint64_t *ret);

value_fn set_name;
value_fn set_timestamp;
value_fn set_id;
value_fn set_family;
value_fn set_peer;
value_fn set_peer_port;
value_fn set_local;
value_fn set_requested;
value_fn set_scope;
value_fn set_error;
value_fn set_origin;
value_fn set_ended;
value_fn set_direction;
value_fn set_state;
value_fn set_fd;
value_fn set_device;
value_fn set_args;
value_fn set_args_source;
value_fn set_ancestors;
value_fn set_dns_names;
value_fn set_dns_source;

#endif
