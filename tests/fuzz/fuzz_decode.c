// SPDX-License-Identifier: MIT
/* Any bytes: decoding never reads outside of them, and what it accepts can be formatted. */
#include <errno.h>
#include <string.h>

#include "model/decode.h"
#include "format/format.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* From an allocation that ends where the record ends, at an odd address. */
static int decode(const uint8_t *data, size_t size, struct event *ret)
{
	uint8_t *copy = malloc(size + 1);
	int err;

	check(copy, "out of memory");
	memcpy(copy + 1, data, size);
	err = event_decode(copy + 1, size, ret);
	free(copy);
	return err;
}

static void check_refused(int err, const struct event *event)
{
	struct event untouched;

	memset(&untouched, 0xa5, sizeof(untouched));
	check(err == -EPROTONOSUPPORT || err == -EMSGSIZE || err == -EBADMSG, "%d", err);
	check(!memcmp(event, &untouched, sizeof(untouched)), "refused, and yet decoded");
}

static void check_accepted(size_t size, const struct event *event)
{
	check(size == sizeof(struct attempt_record) || size == sizeof(struct close_record), "%zu",
	      size);
	check(event_kind_name(event->kind), "kind %d", event->kind);
	check((unsigned int)event->origin < ORIGIN_END, "origin %d", event->origin);
	check(event->family == 4 || event->family == 6, "family %d", event->family);
	check(memchr(event->comm, '\0', COMM_LEN), "comm does not end");
	check(memchr(event->thread_comm, '\0', COMM_LEN), "thread_comm does not end");
	check(event->has & EVENT_HAS_ERROR || event->kind != EVENT_FAILED,
	      "failure without an error");
	check((unsigned int)event->ended < ENDED_END, "ended %d", event->ended);
}

static void check_formats(const struct format_ops *format, const struct event *event)
{
	const struct format_context context = {.seq = 1};
	char text[FORMAT_LINE_MAX];
	struct buffer line = {.data = text, .cap = sizeof(text)};

	format->event(&line, event, &context);
	check(!line.overflow, "%s: longer than FORMAT_LINE_MAX", format->name);
	check(line.len && text[line.len - 1] == '\n', "%s: no line", format->name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct event event;
	int err;

	memset(&event, 0xa5, sizeof(event));
	err = decode(data, size, &event);
	if (err) {
		check_refused(err, &event);
		return 0;
	}
	check_accepted(size, &event);
	check_formats(&format_text, &event);
	check_formats(&format_json, &event);
	return 0;
}
