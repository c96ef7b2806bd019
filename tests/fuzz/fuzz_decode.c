// SPDX-License-Identifier: MIT
/*
 * Any bytes: decoding never reads outside of them, and what it accepts can be formatted. Of images
 * and cgroups, each text is one, and a copy has the same.
 */
#include <errno.h>
#include <string.h>

#include "model/decode.h"
#include "model/record.h"
#include "model/texts.h"
#include "contract/cgroup.h"
#include "contract/dns.h"
#include "contract/open.h"
#include "format/format.h"
#include "fuzz/check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *allocate(size_t size)
{
	void *block = malloc(size);

	check(block, "out of memory");
	return block;
}

static void check_refused(int err, const void *ret, size_t size)
{
	check(err == -EPROTONOSUPPORT || err == -EMSGSIZE || err == -EBADMSG, "%d", err);
	for (size_t i = 0; i < size; i++)
		check(((const uint8_t *)ret)[i] == 0xa5, "refused, and yet decoded");
}

static void check_path(const char *path, size_t depth, bool whole)
{
	size_t slashes = 0;

	if (!path)
		return;
	check(*path && (*path == '/') == whole, "'%s'", path);
	for (const char *c = path; *c; c++) {
		slashes += *c == '/';
		check(*c != '/' || c[1] != '/', "'%s'", path);
	}
	check(slashes < depth + whole, "'%s'", path);
}

/* Both are the same text or none, at different places. */
static void check_same(const char *a, const char *b)
{
	check(!a == !b, "%s", a ? a : b);
	check(!a || (a != b && !strcmp(a, b)), "'%s' '%s'", a, b);
}

static void check_image_copy(const struct image *image)
{
	size_t size = image_texts_size(image);
	char *texts = allocate(size + 1);
	struct image copy;

	check(size <= TEXTS_MAX, "%zu", size);
	check(image_copy(&copy, image, texts) == texts + size, "%zu", size);
	check_same(copy.exe, image->exe);
	check_same(copy.exe_tail, image->exe_tail);
	check_same(copy.memfd, image->memfd);
	check_same(copy.cwd, image->cwd);
	check_same(copy.hostname, image->hostname);
	check_same(copy.script, image->script);
	check(!image->args_size || !memcmp(copy.args, image->args, image->args_size), "arguments");
	free(texts);
}

static void check_image(const struct image *image)
{
	check(!!image->exe + !!image->exe_tail + !!image->memfd <= 1, "more than one executable");
	check_path(image->exe, PATH_DEPTH_MAX, true);
	check_path(image->exe_tail, PATH_DEPTH_MAX, false);
	check_path(image->cwd, PATH_DEPTH_MAX, true);
	check(!image->args == !(image->has & IMAGE_HAS_ARGS), "arguments without their flag");
	check(image->args_size <= ARGS_MAX, "%zu", image->args_size);
	check(image->key.pid, "an image of nobody");
	check(image->n_ancestors <= ANCESTORS_MAX, "%zu", image->n_ancestors);
	for (size_t i = 0; i < image->n_ancestors; i++)
		check(memchr(image->ancestors[i].comm, '\0', COMM_LEN), "comm does not end");
	check_image_copy(image);
}

static void decode_image(const uint8_t *data, size_t size)
{
	char *texts = allocate(TEXTS_MAX);
	struct image image;
	int err;

	memset(&image, 0xa5, sizeof(image));
	err = image_decode(data, size, texts, &image);
	if (err)
		check_refused(err, &image, sizeof(image));
	else
		check_image(&image);
	free(texts);
}

static void decode_cgroup(const uint8_t *data, size_t size)
{
	char *texts = allocate(TEXTS_MAX);
	struct cgroup_paths paths;
	struct cgroup cgroup;
	int err;

	memset(&cgroup, 0xa5, sizeof(cgroup));
	err = cgroup_decode(data, size, texts, &cgroup, &paths);
	if (err) {
		check_refused(err, &cgroup, sizeof(cgroup));
	} else {
		check(cgroup.key.id, "a cgroup without an id");
		check(!paths.path1 == !cgroup.key.id1, "a path without an id");
		check_path(cgroup.path, CGROUP_DEPTH_MAX, true);
	}
	free(texts);
}

static void decode_gauge(const uint8_t *data, size_t size)
{
	struct gauge gauge;
	int err;

	memset(&gauge, 0xa5, sizeof(gauge));
	err = gauge_decode(data, size, &gauge);
	if (err)
		check_refused(err, &gauge, sizeof(gauge));
	else
		check(tcp_state_name(gauge.state), "state %d", gauge.state);
}

static void decode_dns(const uint8_t *data, size_t size)
{
	struct dns_message message;
	int err;

	memset(&message, 0xa5, sizeof(message));
	err = dns_message_decode(data, size, &message);
	if (err) {
		check_refused(err, &message, sizeof(message));
		return;
	}
	check(message.image.pid, "a message to nobody");
	check(message.size <= DNS_COPY_MAX, "%zu", message.size);
	check(message.data + message.size == data + size, "%zu", message.size);
}

static void check_open(const struct event *event)
{
	check(event->preexisting, "open, and not preexisting");
	check(tcp_state_name(event->open.state), "state %d", event->open.state);
	check((unsigned int)event->open.direction < DIRECTION_END, "%d", event->open.direction);
	check(event->open.held == !!(event->has & EVENT_HAS_PROCESS), "held by nobody");
}

static void check_accepted(size_t size, const struct event *event)
{
	check(size == sizeof(struct attempt_record) || size == sizeof(struct close_record) ||
		      size == sizeof(struct open_record),
	      "%zu", size);
	check(event_kind_name(event->kind), "kind %d", event->kind);
	check((unsigned int)event->origin < ORIGIN_END, "origin %d", event->origin);
	check(event->family == 4 || event->family == 6, "family %d", event->family);
	check(memchr(event->comm, '\0', COMM_LEN), "comm does not end");
	check(memchr(event->thread_comm, '\0', COMM_LEN), "thread_comm does not end");
	check(event->has & EVENT_HAS_ERROR || event->kind != EVENT_FAILED,
	      "failure without an error");
	check((unsigned int)event->ended < ENDED_END, "ended %d", event->ended);
	check(!event->preexisting || !(event->has & (EVENT_HAS_LATENCY | EVENT_HAS_DURATION)),
	      "a time of what was not seen");
	if (event->kind == EVENT_OPEN)
		check_open(event);
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

static void decode_event(const uint8_t *data, size_t size)
{
	struct event event;
	int err;

	memset(&event, 0xa5, sizeof(event));
	err = event_decode(data, size, &event);
	if (err) {
		check_refused(err, &event, sizeof(event));
		return;
	}
	check_accepted(size, &event);
	check_formats(&format_text, &event);
	check_formats(&format_json, &event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* An allocation that ends where the record ends, at an odd address. */
	uint8_t *copy = allocate(size + 1), *record = copy + 1;

	memcpy(record, data, size);
	switch (record_kind(record, size)) {
	case EVENT_PROCESS:
		decode_image(record, size);
		break;
	case EVENT_CGROUP:
		decode_cgroup(record, size);
		break;
	case EVENT_GAUGE:
		decode_gauge(record, size);
		break;
	case EVENT_DNS:
		decode_dns(record, size);
		break;
	default:
		decode_event(record, size);
	}
	free(copy);
	return 0;
}
