// SPDX-License-Identifier: MIT
#include "ship/parcel.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/content.h"
#include "store/tag.h"
#include "util/cleanup.h"
#include "util/json_pick.h"

void parcel_free(struct parcel *parcel)
{
	if (!parcel)
		return;
	if (parcel->body != parcel->packed)
		free(parcel->body);
	free(parcel->packed);
	free(parcel);
}

struct ship_frame parcel_frame(const struct parcel *parcel)
{
	return (struct ship_frame){
		.number = parcel->number,
		.id = parcel->id,
		.host = parcel->host,
		.boot = parcel->boot,
		.first_seq = parcel->first_seq,
		.last_seq = parcel->last_seq,
		.lines = parcel->lines,
		.content = parcel->body,
		.size = parcel->body_size,
		.encoding = parcel->encoding,
	};
}

static void name_parcel(struct parcel *parcel)
{
	snprintf(parcel->id, sizeof(parcel->id), "%s:%s:%" PRIu64 "-%" PRIu64, parcel->host,
		 parcel->boot, parcel->first_seq, parcel->last_seq);
}

static struct parcel *new_parcel(const char *host, const char *boot, uint64_t since_ns)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel));

	if (!parcel)
		return NULL;
	snprintf(parcel->host, sizeof(parcel->host), "%s", host);
	snprintf(parcel->boot, sizeof(parcel->boot), "%s", boot);
	parcel->since_ns = since_ns;
	return parcel;
}

/* The body of what is packed, where that is another. */
static int make_body(struct parcel *parcel, const char *lines, size_t size,
		     const struct shape *shape)
{
	parcel->encoding = shape_encoding(shape);
	if (!is_as_kept(shape))
		return body_make(lines, size, shape, &parcel->body, &parcel->body_size);
	parcel->body = parcel->packed;
	parcel->body_size = parcel->packed_size;
	return 0;
}

/* Sets all that comes of the lines, from first to last. */
static int fill(struct parcel *parcel, const char *lines, size_t size, const struct shape *shape)
{
	static const struct shape kept = {.compression = COMPRESS_ZSTD};
	const char *end = lines + size, *line = lines;
	struct tag tag = {0};
	int err;

	for (parcel->lines = 0; line < end; parcel->lines++) {
		size_t n =
			(size_t)((const char *)memchr(line, '\n', (size_t)(end - line)) + 1 - line);

		if (tag_read(line, n, &tag))
			return -EBADMSG;
		if (!parcel->lines)
			parcel->first_seq = tag.seq;
		line += n;
	}
	parcel->last_seq = tag.seq;
	name_parcel(parcel);
	err = body_make(lines, size, &kept, &parcel->packed, &parcel->packed_size);
	return err ? err : make_body(parcel, lines, size, shape);
}

/* Takes over a copy of the frame as it is. */
static int fill_whole(struct parcel *parcel, const struct store_frame *frame,
		      const struct shape *shape)
{
	_cleanup_free_ char *lines = NULL;
	size_t size = 0;
	int err = 0;

	parcel->first_seq = frame->index->first_seq;
	parcel->last_seq = frame->index->last_seq;
	parcel->lines = frame->index->lines;
	name_parcel(parcel);
	parcel->packed_size = frame->index->size;
	parcel->packed = malloc(parcel->packed_size);
	if (!parcel->packed)
		return -ENOMEM;
	memcpy(parcel->packed, frame->content, parcel->packed_size);
	if (!is_as_kept(shape)) {
		lines = malloc(FRAME_RAW_MAX);
		err = lines ? content_unpack(parcel->packed, parcel->packed_size, lines, &size)
			    : -ENOMEM;
	}
	return err ? err : make_body(parcel, lines, size, shape);
}

/* Where the first line begins whose seq is above that; size: there is none. -EBADMSG. */
static ssize_t find_behind(const char *lines, size_t size, uint64_t seq)
{
	const char *end = lines + size, *line = lines;
	struct tag tag;

	while (line < end) {
		size_t n =
			(size_t)((const char *)memchr(line, '\n', (size_t)(end - line)) + 1 - line);

		if (tag_read(line, n, &tag))
			return -EBADMSG;
		if (tag.seq > seq)
			break;
		line += n;
	}
	return line - lines;
}

static int fill_behind(struct parcel *parcel, const struct store_frame *frame, uint64_t after_seq,
		       const struct shape *shape)
{
	_cleanup_free_ char *lines = malloc(FRAME_RAW_MAX);
	ssize_t begin;
	size_t size;
	int err =
		lines ? content_unpack(frame->content, frame->index->size, lines, &size) : -ENOMEM;

	if (err)
		return err;
	begin = find_behind(lines, size, after_seq);
	if (begin < 0 || (size_t)begin == size)
		return -EBADMSG;
	return fill(parcel, lines + begin, size - (size_t)begin, shape);
}

int parcel_of_frame(const struct store_frame *frame, uint64_t after_seq, const struct shape *shape,
		    const char *host, struct parcel **ret)
{
	struct parcel *parcel = new_parcel(host, frame->boot, frame->index->since_ns);
	int err;

	if (!parcel)
		return -ENOMEM;
	err = after_seq < frame->index->first_seq ? fill_whole(parcel, frame, shape)
						  : fill_behind(parcel, frame, after_seq, shape);
	if (err)
		parcel_free(parcel);
	else
		*ret = parcel;
	return err;
}

/* Where line n begins, counted from 0. */
static size_t line_at(const char *lines, size_t size, uint64_t n)
{
	const char *line = lines;

	while (n--)
		line = (const char *)memchr(line, '\n', size - (size_t)(line - lines)) + 1;
	return (size_t)(line - lines);
}

/* The two parcels of the lines, in place of the whole. */
static int cut(struct parcel *parcel, const char *lines, size_t size, size_t at,
	       const struct shape *shape, struct parcel *rest)
{
	struct parcel *first = new_parcel(parcel->host, parcel->boot, parcel->since_ns),
		      whole = *parcel;
	int err = first ? fill(first, lines, at, shape) : -ENOMEM;

	if (!err)
		err = fill(rest, lines + at, size - at, shape);
	if (!err) {
		*parcel = *first;
		parcel->state = whole.state;
		parcel->number = whole.number;
		parcel->next = whole.next;
		*first = whole;
	}
	parcel_free(first);
	return err;
}

int parcel_cut(struct parcel *parcel, uint64_t n, const struct shape *shape,
	       struct parcel **ret_rest)
{
	_cleanup_free_ char *lines = malloc(FRAME_RAW_MAX);
	struct parcel *rest = new_parcel(parcel->host, parcel->boot, parcel->since_ns);
	size_t size;
	int err = lines && rest ? content_unpack(parcel->packed, parcel->packed_size, lines, &size)
				: -ENOMEM;

	if (!err)
		err = cut(parcel, lines, size, line_at(lines, size, n), shape, rest);
	if (err)
		parcel_free(rest);
	else
		*ret_rest = rest;
	return err;
}

/* A parcel of the id, in which a colon has a meaning. */
static void make_plain(char *s)
{
	for (; *s; s++)
		if (!isascii(*s) || (!isalnum((unsigned char)*s) && !strchr("._-", *s)))
			*s = '_';
}

int frame_host(const struct store_frame *frame, char ret[PARCEL_HOST_MAX + 1])
{
	_cleanup_free_ char *lines = malloc(FRAME_RAW_MAX);
	char id[PARCEL_HOST_MAX + 1] = "", name[PARCEL_HOST_MAX + 1] = "";
	const struct json_pick picks[] = {{{"host.id"}, id, sizeof(id)},
					  {{"host.name"}, name, sizeof(name)}};
	struct json_reader reader;
	size_t size;
	int err =
		lines ? content_unpack(frame->content, frame->index->size, lines, &size) : -ENOMEM;

	if (err)
		return err;
	reader = json_reader(lines, line_at(lines, size, 1));
	if (!json_pick(&reader, picks, 2))
		return -EBADMSG;
	strcpy(ret, *id ? id : *name ? name : "-");
	make_plain(ret);
	return 0;
}
