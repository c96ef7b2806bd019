// SPDX-License-Identifier: MIT
/* Any bytes: decoding never reads outside of them, and what it accepts can be formatted. */
#include <errno.h>
#include <string.h>

#include "model/decode.h"
#include "format/format.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From an allocation that ends where the record ends, at an odd address. */
static int decode(const uint8_t *data, size_t size, struct conn *ret)
{
	uint8_t *copy = malloc(size + 1);
	int err;

	check(copy, "out of memory");
	memcpy(copy + 1, data, size);
	err = event_decode(copy + 1, size, ret);
	free(copy);
	return err;
}

static void check_refused(int err, const struct conn *conn)
{
	struct conn untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	check(err == -EPROTONOSUPPORT || err == -EMSGSIZE || err == -EBADMSG, "%d", err);
	check(!memcmp(conn, &untouched, sizeof(untouched)), "refused, and yet decoded");
}

static void check_accepted(size_t size, const struct conn *conn)
{
	check(size == sizeof(struct event) || size == sizeof(struct close_event), "%zu", size);
	check(event_kind_name(conn->kind), "kind %d", conn->kind);
	check((unsigned int)conn->origin < ORIGIN_END, "origin %d", conn->origin);
	check(conn->family == 4 || conn->family == 6, "family %d", conn->family);
	check(memchr(conn->comm, '\0', COMM_LEN), "comm does not end");
	check(memchr(conn->thread_comm, '\0', COMM_LEN), "thread_comm does not end");
	check(conn->has & CONN_HAS_ERROR || conn->kind != EVENT_FAILED, "failure without an error");
	check((unsigned int)conn->ended < ENDED_END, "ended %d", conn->ended);
}

static void check_formats(const struct format_ops *format, const struct conn *conn)
{
	const struct format_context context = {.seq = 1};
	char text[FORMAT_LINE_MAX];
	struct buffer line = {.data = text, .cap = sizeof(text)};

	format->event(&line, conn, &context);
	check(!line.overflow, "%s: longer than FORMAT_LINE_MAX", format->name);
	check(line.len && text[line.len - 1] == '\n', "%s: no line", format->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conn conn;
	int err;

	memset(&conn, 0xa5, sizeof(conn));
	err = decode(data, size, &conn);
	if (err) {
		check_refused(err, &conn);
		return 0;
	}
	check_accepted(size, &conn);
	check_formats(&format_text, &conn);
	check_formats(&format_json, &conn);
	return 0;
}
