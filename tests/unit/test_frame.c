// SPDX-License-Identifier: MIT
/* A line of `top -o json`: as it is, and that no line is longer than it is said to be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "top/frame.h"
#include "unit/top_scene.h"
#include "util/cleanup.h"

#define LINE_ROOM (1 << 20)

static const char *golden_path;

/* The line of the live state; the caller frees it. */
static char *write_frame(const struct live *live, const struct frame_head *head,
			 const struct format_context *ctx, size_t *ret_max)
{
	const struct rows_how how = {.filter = "", .idle = true, .now_ns = head->now_ns};
	char *text = malloc(LINE_ROOM + 1);
	struct buffer out = {.data = text, .cap = LINE_ROOM};
	struct rows *rows;

	assert_non_null(text);
	assert_int_equal(rows_new(&rows), 0);
	assert_int_equal(rows_make(rows, live, &how), 0);
	frame_json(&out, live, rows, head, ctx);
	*ret_max = frame_max(rows);
	rows_free(rows);
	text[out.len] = '\0';
	return text;
}

static void a_line_is_as_it_is_known(void **state)
{
	const struct format_context ctx = {.boot_to_utc_ns = SCENE_EPOCH_NS - SCENE_BEGIN_NS,
					   .seq = 253};
	_cleanup_free_ char *text = NULL, *golden = NULL;
	_cleanup_fclose_ FILE *file = fopen(golden_path, "re");
	struct scene scene;
	struct frame_head head;
	size_t size = 0, max;

	(void)state;
	scene_start(&scene);
	head = (struct frame_head){.now_ns = scene_head(&scene).now_ns,
				   .interval_ns = NSEC_PER_SEC,
				   .cost = 0.0149,
				   .lost = 3,
				   .missed = 1};
	text = write_frame(scene.live, &head, &ctx, &max);
	assert_true(strlen(text) <= max);
	assert_non_null(file);
	if (getline(&golden, &size, file) < 0 || strcmp(golden, text) != 0) {
		fputs(text, stderr);
		fail();
	}
	live_free(scene.live);
}

/* Every number at its widest, every byte of a text one that becomes six. */
static void no_line_is_longer_than_it_is_said(void **state)
{
	char text[4096 + 1];
	const struct image image = {.exe = text};
	const struct cgroup cgroup = {.path = text, .container_name = text, .unit = text};
	const struct frame_head head = {UINT64_MAX, UINT64_MAX, 1e6, UINT64_MAX, UINT64_MAX};
	const struct format_context ctx = {.seq = UINT64_MAX};
	char name[DNS_NAME_ROOM];
	const struct dns_names names = {DNS_FROM_PROCESS, 1, {name}};
	struct event event = {.kind = EVENT_OPEN, .has = EVENT_HAS_PROCESS, .family = 6};
	struct live *live;
	char *line;
	size_t max;

	(void)state;
	memset(text, 1, sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memset(name, 1, sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(event.dst.addr, 0xfe, sizeof(event.dst.addr));
	event.dst.port = UINT16_MAX;
	event.dst.scope_id = UINT32_MAX;
	event.pid = event.uid = UINT32_MAX;
	memset(event.comm, 1, COMM_LEN - 1);
	event.image = &image;
	event.cgroup = &cgroup;
	event.names = &names;
	event.bytes_sent = event.bytes_received = UINT64_MAX;
	assert_int_equal(live_new(&live), 0);
	live_event(live, &event);
	live_tick(live, NSEC_PER_SEC);
	line = write_frame(live, &head, &ctx, &max);
	assert_true(strlen(line) <= max);
	assert_true(strlen(line) > 4 * 6 * 4096);
	free(line);
	live_free(live);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_as_it_is_known),
		cmocka_unit_test(no_line_is_longer_than_it_is_said),
	};

	if (argc != 2)
		return 2;
	golden_path = argv[1];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
