// SPDX-License-Identifier: MIT
/* Images and cgroups in lines: how long a line can become, and what no text may do to it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/format.h"
#include "format/who.h"
#include "unit/random.h"
#include "util/array.h"
#include "util/utf8.h"

#define TEXT_MAX 4096

static const struct format_ops *const formats[] = {&format_text, &format_json, &format_table};

/* A text of n bytes that is the pattern again and again. */
static void repeat(char *text, size_t n, const char *pattern, size_t pattern_len)
{
	for (size_t i = 0; i < n; i++)
		text[i] = pattern[i % pattern_len];
	text[n] = '\0';
}

static struct image widest_image(const char *text)
{
	struct image image = {
		.key = {UINT64_MAX, UINT32_MAX, UINT32_MAX},
		.has = UINT32_MAX,
		.real_uid = UINT32_MAX,
		.login_uid = UINT32_MAX,
		.session_id = UINT32_MAX,
		.exe = text,
		.exe_tail = text, /* these exclude each other, which no format relies on */
		.memfd = text,
		.exe_deleted = true,
		.exe_inode = UINT64_MAX,
		.exe_major = UINT32_MAX,
		.exe_minor = UINT32_MAX,
		.cwd = text,
		.hostname = text,
		.script = text,
		.args = text,
		.args_size = strlen(text) + 1,
		.args_cut = true,
		.n_ancestors = ANCESTORS_MAX,
	};

	for (size_t i = 0; i < ANCESTORS_MAX; i++) {
		image.ancestors[i] = (struct ancestor){.start_ns = UINT64_MAX, .pid = UINT32_MAX};
		memset(image.ancestors[i].comm, 1, COMM_LEN - 1);
	}
	return image;
}

static struct cgroup widest_cgroup(const char *text)
{
	return (struct cgroup){
		.path = text,
		.container_id = text,
		.container_name = text,
		.runtime = text,
		.pod_uid = text,
		.unit = text,
		.app_id = text,
		.image_name = text,
		.pod_name = text,
		.pod_namespace = text,
		.pod_container = text,
	};
}

static struct dns_names widest_names(const char *text)
{
	struct dns_names names = {.source = DNS_FROM_PROCESS, .n = DNS_NAMES_MAX};

	for (size_t i = 0; i < DNS_NAMES_MAX; i++)
		names.names[i] = text;
	return names;
}

static struct event widest_event(const struct image *image, const struct cgroup *cgroup,
				 const struct dns_names *names)
{
	struct event event;

	memset(&event, 0xff, sizeof(event));
	event.kind = EVENT_CLOSE;
	event.origin = ORIGIN_IO_URING;
	event.family = 6;
	event.not_sent = event.deferred = event.mapped = true;
	event.preexisting = false; /* which would lack a thread */
	event.open.held = event.open.wanted = event.open.kernel = true;
	event.ended = ENDED_RESET_RECEIVED;
	event.error = ENOTRECOVERABLE;
	memset(event.comm, 1, COMM_LEN - 1);
	event.comm[COMM_LEN - 1] = '\0';
	memcpy(event.thread_comm, event.comm, COMM_LEN);
	event.image = image;
	event.cgroup = cgroup;
	event.names = names;
	return event;
}

/* The length of the line; fails if it is more than may be. */
static size_t line_length(const struct format_ops *format, const struct event *event)
{
	const struct format_context widest = {
		.boot_to_utc_ns = INT64_MAX,
		.process_epoch_ns = INT64_MAX,
		.seq = UINT64_MAX,
		.color = true,
		.verbose = true,
		.dns = true,
		.width = 500,
	};
	size_t max = format_line_max(event);
	struct buffer line = {.data = malloc(max), .cap = max};

	format->event(&line, event, &widest);
	assert_false(line.overflow);
	free(line.data);
	return line.len;
}

static void check_widest(const char *pattern, size_t pattern_len, size_t n)
{
	static char text[TEXT_MAX + 1], args[TEXT_MAX + 1], name[DNS_NAME_ROOM];
	struct image image;
	struct cgroup cgroup;
	struct dns_names names;
	struct event event;

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		repeat(text, n, pattern[0] ? pattern : "x", pattern[0] ? pattern_len : 1);
		repeat(args, n, pattern, pattern_len);
		image = widest_image(text);
		image.args = args;
		image.args_size = n;
		cgroup = widest_cgroup(text);
		repeat(name, n < DNS_NAME_ROOM ? n : DNS_NAME_ROOM - 1, pattern[0] ? pattern : "x",
		       pattern[0] ? pattern_len : 1);
		names = widest_names(name);
		event = widest_event(&image, &cgroup, &names);
		line_length(formats[i], &event);
		names.source = DNS_FROM_PARENT;
		line_length(formats[i], &event);
		names.n = 1;
		line_length(formats[i], &event);
		event.image = NULL;
		event.cgroup = NULL;
		line_length(formats[i], &event);
		event.image = &image;
		event.cgroup = &cgroup;
		image.exe_tail = NULL;
		line_length(formats[i], &event);
		image.memfd = NULL;
		cgroup.container_id = NULL;
		line_length(formats[i], &event);
		image.args_cut = false;
		cgroup.container_name = NULL;
		line_length(formats[i], &event);
	}
}

/* Each pattern is what grows most somewhere: control bytes, no UTF-8, quotes, arguments. */
static void no_line_is_longer_than_said(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
	} patterns[] = {
		{"x", 1},	 {"\x01", 1}, {"\xff", 1}, {"'", 1},   {"\"", 1},  {"\\", 1},
		{"\xc2\x80", 2}, {"\n", 1},   {"\0", 1},   {"\0'", 2}, {"'\0", 2}, {"x\0", 2},
		{" \0", 2},	 {"\0\1", 2}, {",", 1},	   {", ", 2},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		check_widest(patterns[i].bytes, patterns[i].n, 0);
		check_widest(patterns[i].bytes, patterns[i].n, 1);
		check_widest(patterns[i].bytes, patterns[i].n, TEXT_MAX);
	}
}

/* What the comment of FORMAT_WHO_MAX says: without a text, a line has that much room to spare. */
static void what_is_no_text_fits_its_share(void **state)
{
	const struct image image = widest_image("");
	const struct cgroup cgroup = widest_cgroup("");
	const struct dns_names names = widest_names("");
	struct event event = widest_event(NULL, NULL, NULL);
	size_t bare, known;

	(void)state;
	bare = line_length(&format_json, &event);
	assert_true(bare <= FORMAT_LINE_MAX);
	event = widest_event(&image, &cgroup, &names);
	known = line_length(&format_json, &event);
	print_message("%zu bytes, and %zu of image, cgroup and names\n", bare, known - bare);
	assert_true(known - bare <= FORMAT_WHO_MAX);
}

static void the_bound_is_of_the_texts_there_are(void **state)
{
	struct image image = {.exe = "/bin/sh", .args = "not known", .args_size = 9};
	struct cgroup cgroup = {.path = "/", .unit = "x.service"};
	struct dns_names names = {.source = DNS_FROM_PROCESS, .n = 2, .names = {"a", "bc"}};
	struct event event = {0};

	(void)state;
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX);
	event.image = &image;
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 7);
	image.has = IMAGE_HAS_ARGS;
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 16);
	event.cgroup = &cgroup;
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 26);
	event.names = &names;
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 29);
	names.n = 1; /* as the destination's name as well */
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 28);
	event = (struct event){.names = &names};
	assert_int_equal(format_line_max(&event), FORMAT_LINE_MAX + FORMAT_WHO_MAX + 6 * 2);
}

/* Hostile texts */

static void assert_clean(const struct buffer *line)
{
	size_t step;
	uint32_t code_point;

	assert_false(line->overflow);
	assert_int_equal(line->data[line->len - 1], '\n');
	for (size_t i = 0; i < line->len - 1; i += step) {
		step = utf8_step(line->data + i, line->len - 1 - i, &code_point);
		assert_int_not_equal(step, 0);
		assert_false(is_control(code_point));
	}
}

static void no_text_breaks_the_line_the_encoding_or_the_terminal(void **state)
{
	/* Bytes that begin, continue or break a character, and all that formats treat specially. */
	static const char alphabet[] = "a, =\"'<\\\n\x1b\x7f\x80\x9b\xc2\xe2\xed\xf0\xf4\xff";
	const struct format_context ctx = {.seq = 1, .verbose = true, .dns = true, .width = 200};
	uint64_t seed = 7;

	(void)state;
	for (unsigned int round = 0; round < 20000; round++) {
		char text[33], storage[16384];
		struct image image;
		struct cgroup cgroup;
		struct dns_names names;
		struct event event;

		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = alphabet[next_random(&seed) % (sizeof(alphabet) - 1)];
		text[next_random(&seed) % sizeof(text)] = '\0';
		text[sizeof(text) - 1] = '\0';
		image = widest_image(text);
		image.args_size = sizeof(text); /* behind the end of the text are more of them */
		if (next_random(&seed) % 2)
			image.exe_tail = NULL;
		memcpy(image.ancestors[0].comm, text, COMM_LEN - 1);
		cgroup = widest_cgroup(text);
		if (next_random(&seed) % 2)
			cgroup.container_id = NULL;
		names = widest_names(text);
		names.n = 1 + next_random(&seed) % DNS_NAMES_MAX;
		names.source = DNS_FROM_PROCESS + next_random(&seed) % 3;
		event = widest_event(&image, &cgroup, &names);
		for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
			struct buffer line = {.data = storage, .cap = sizeof(storage)};

			formats[i]->event(&line, &event, &ctx);
			assert_clean(&line);
		}
	}
}

static void a_path_of_any_length_is_whole(void **state)
{
	static char text[TEXT_MAX + 1], storage[32768];
	struct image image = {.exe = text};
	struct event event = {.kind = EVENT_CONNECT, .has = EVENT_HAS_PROCESS, .family = 4};
	const struct format_context ctx = {.seq = 1};

	(void)state;
	repeat(text, TEXT_MAX, "/a", 2);
	event.image = &image;
	for (size_t i = 0; i < 2; i++) {
		struct buffer line = {.data = storage, .cap = format_line_max(&event)};

		assert_true(line.cap < sizeof(storage));
		formats[i]->event(&line, &event, &ctx);
		assert_false(line.overflow);
		storage[line.len] = '\0';
		assert_non_null(strstr(storage, text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_line_is_longer_than_said),
		cmocka_unit_test(what_is_no_text_fits_its_share),
		cmocka_unit_test(the_bound_is_of_the_texts_there_are),
		cmocka_unit_test(no_text_breaks_the_line_the_encoding_or_the_terminal),
		cmocka_unit_test(a_path_of_any_length_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
