// SPDX-License-Identifier: MIT
/*
 * The screen of what is connecting now: whatever happens, whatever names there are, and whatever is
 * pressed. How it looks is in golden/top_*.txt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "format/color.h"
#include "unit/random_event.h"
#include "unit/top_scene.h"
#include "util/utf8.h"
#include "util/width.h"

struct fixture {
	struct scene scene;
	struct view *view;
	struct view_head head;
	unsigned int width, height;
	char text[1 << 16];
};

static int set_up(void **state)
{
	static struct fixture f;

	f = (struct fixture){.width = 80, .height = 24};
	scene_start(&f.scene);
	f.head = scene_head(&f.scene);
	*state = &f;
	return view_new(true, false, &f.view);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	view_free(f->view);
	live_free(f->scene.live);
	return 0;
}

static enum view_action press(struct fixture *f, const char *keys)
{
	enum view_action action = VIEW_NOTHING;

	for (; *keys; keys++) {
		action = view_key(f->view, *keys == '\r'     ? KEY_ENTER
					   : *keys == '\033' ? KEY_ESCAPE
							     : *keys);
	}
	return action;
}

static void draw(struct fixture *f)
{
	assert_int_equal(view_draw(f->view, f->scene.live, &f->head, f->width, f->height), 0);
	assert_int_equal(view_lines(f->view)->n, f->height);
}

/* A line as a string. It lives until the next one. */
static const char *line_text(struct fixture *f, size_t i)
{
	size_t len;
	const char *line = lines_at(view_lines(f->view), i, &len);

	snprintf(f->text, sizeof(f->text), "%.*s", (int)len, line);
	return f->text;
}

/* The line of the selected row. */
static const char *selected_line(struct fixture *f)
{
	for (size_t i = 0; i < f->height; i++)
		if (*line_text(f, i) == '>')
			return f->text;
	fail_msg("nothing is selected");
	return NULL;
}

static bool is_shown(struct fixture *f, const char *text)
{
	for (size_t i = 0; i < f->height; i++)
		if (strstr(line_text(f, i), text))
			return true;
	return false;
}

/* Keys */

static void what_is_not_the_views_to_do_is_said(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(press(f, "q"), VIEW_QUIT);
	assert_int_equal(press(f, "w"), VIEW_WRITE);
	assert_int_equal(press(f, "["), VIEW_BACK);
	assert_int_equal(press(f, "]"), VIEW_FORTH);
	assert_int_equal(press(f, "{"), VIEW_FAR_BACK);
	assert_int_equal(press(f, "}"), VIEW_FAR_FORTH);
	assert_int_equal(press(f, "\x03"), VIEW_QUIT);
	assert_int_equal(press(f, "\x0c"), VIEW_REDRAW);
	assert_int_equal(press(f, "\x1a"), VIEW_SUSPEND);
	assert_int_equal(press(f, "sgx"), VIEW_NOTHING);
}

/* All of it may come before the screen is drawn again. */
static void what_is_typed_is_no_command(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(press(f, "/qw[p"), VIEW_NOTHING);
	assert_int_equal(press(f, "\x03"), VIEW_QUIT);
	draw(f);
	assert_true(is_shown(f, "/ qw[p_ "));
	assert_true(is_shown(f, " 0 of 7 rows"));
	assert_false(view_is_frozen(f->view));
	assert_int_equal(press(f, "q\r"), VIEW_NOTHING);
	assert_int_equal(press(f, "q"), VIEW_QUIT);
	assert_int_equal(press(f, "/q\033"), VIEW_NOTHING);
	assert_int_equal(press(f, "q"), VIEW_QUIT);
	draw(f);
	assert_true(is_shown(f, "/ filter"));
	assert_int_equal(press(f, "?q"), VIEW_NOTHING); /* which leaves the help */
	draw(f);
	assert_true(is_shown(f, "PROCESS"));
	assert_int_equal(press(f, "?jk"), VIEW_NOTHING); /* which read on in it */
	assert_int_equal(press(f, "q"), VIEW_NOTHING);
	assert_int_equal(press(f, "?"), VIEW_NOTHING);
	draw(f);
	assert_int_equal(press(f, "w"), VIEW_NOTHING);
	assert_int_equal(press(f, "w"), VIEW_WRITE);
}

static void a_filter_is_edited_by_characters_and_words(void **state)
{
	struct fixture *f = *state;

	press(f, "/ab cd");
	view_key(f->view, 0x6f22);
	draw(f);
	assert_true(is_shown(f, "/ ab cd\u6f22_"));
	view_key(f->view, KEY_BACKSPACE);
	draw(f);
	assert_true(is_shown(f, "/ ab cd_"));
	press(f, " \x17");
	draw(f);
	assert_true(is_shown(f, "/ ab _"));
	press(f, "\x15");
	draw(f);
	assert_true(is_shown(f, "/ _"));
	view_key(f->view, KEY_BACKSPACE);
	for (int i = 0; i < 1000; i++) {
		view_key(f->view, 0x1f433);
		if (i % 200 == 0)
			draw(f);
	}
	draw(f); /* it is full, and shows its end */
	assert_true(is_shown(f, "\U0001f433_"));
	view_set_filter(f->view, "pgbouncer");
	press(f, "\r");
	draw(f);
	assert_true(is_shown(f, "/ pgbouncer "));
	assert_true(is_shown(f, "1 of 7 rows"));
}

static void more_keys_than_are_kept_do_no_harm(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 3 * VIEW_KEYS_MAX; i++)
		assert_int_equal(view_key(f->view, i % 2 ? KEY_DOWN : 'j'), VIEW_NOTHING);
	assert_int_equal(view_key(f->view, KEY_CTRL('C')), VIEW_QUIT);
	draw(f);
	assert_non_null(strstr(selected_line(f), "10.0.9.1:2049"));
}

/* The selection */

static void the_selection_stays_on_its_row(void **state)
{
	struct fixture *f = *state;

	press(f, "jj");
	draw(f);
	assert_non_null(strstr(selected_line(f), "curl "));
	press(f, "ss"); /* curl has no attempt now */
	draw(f);
	assert_non_null(strstr(selected_line(f), "curl "));
	for (int i = 0; i < 5; i++) {
		scene_go_on(&f->scene);
		f->head = scene_head(&f->scene);
		draw(f);
		assert_non_null(strstr(selected_line(f), "curl "));
	}
	press(f, "\rr\t");
	draw(f);
	assert_non_null(strstr(selected_line(f), "curl "));
	press(f, "/node"); /* of which curl is none, but it comes back */
	draw(f);
	assert_non_null(strstr(selected_line(f), "node "));
	press(f, "\033");
	draw(f);
	assert_non_null(strstr(selected_line(f), "curl "));
	press(f, "/node\r"); /* what stands in its place then is chosen */
	draw(f);
	press(f, "\033");
	draw(f);
	assert_non_null(strstr(selected_line(f), "node "));
}

/* Until one is chosen, the first row is of interest, whichever that is. */
static void the_first_row_is_selected_until_one_is_chosen(void **state)
{
	struct fixture *f = *state;

	draw(f);
	assert_non_null(strstr(selected_line(f), "nginx "));
	for (int i = 0; i < 5; i++) {
		scene_go_on(&f->scene);
		f->head = scene_head(&f->scene);
		draw(f);
	}
	assert_non_null(strstr(selected_line(f), "node "));
}

static void many(struct fixture *f, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct event event = scene_event(&f->scene, CURL, EVENT_CONNECT, 1000000 + i);

		event.dst.port = (uint16_t)(1 + i);
		scene_send(&f->scene, event);
	}
	f->scene.now_ns += NSEC_PER_SEC;
	live_tick(f->scene.live, f->scene.now_ns);
	f->head = scene_head(&f->scene);
}

/* The lines of the table, by the ports of their destinations. */
static unsigned int first_port(struct fixture *f, size_t line)
{
	const char *at = strstr(line_text(f, line), "203.0.113.9:");

	assert_non_null(at);
	return (unsigned int)atoi(at + strlen("203.0.113.9:"));
}

static void the_table_follows_the_selection(void **state)
{
	struct fixture *f = *state;

	many(f, 300);
	press(f, "/curl\rssssss"); /* by name, and so by port */
	draw(f);
	assert_int_equal(first_port(f, 4), 1);
	view_key(f->view, KEY_PAGE_DOWN);
	draw(f);
	assert_int_equal(first_port(f, 4), 1);
	view_key(f->view, KEY_PAGE_DOWN);
	draw(f);
	assert_int_equal(first_port(f, 4), 9);
	view_key(f->view, KEY_END);
	draw(f);
	assert_int_equal(first_port(f, 12), 443);
	assert_true(is_shown(f, "301 of 307 rows"));
	view_key(f->view, KEY_HOME);
	draw(f);
	assert_int_equal(first_port(f, 4), 1);
	view_key(f->view, KEY_END);
	f->height = 12; /* it becomes smaller, and the selection is still there */
	draw(f);
	assert_non_null(strstr(selected_line(f), ":443 "));
	f->height = 60;
	draw(f);
	assert_non_null(strstr(selected_line(f), ":443 "));
}

/* Freezing */

static void copy_screen(struct fixture *f, struct lines *to)
{
	lines_clear(to);
	for (size_t i = 0; i < f->height; i++)
		lines_add(to, line_text(f, i), strlen(line_text(f, i)));
}

static void assert_same_screen(struct fixture *f, const struct lines *as)
{
	for (size_t i = 0; i < f->height; i++) {
		size_t len;
		const char *line = lines_at(as, i, &len);

		assert_memory_equal(line_text(f, i), line, len);
		assert_int_equal(strlen(line_text(f, i)), len);
	}
}

static void what_is_frozen_stands_still_and_can_be_looked_at(void **state)
{
	struct fixture *f = *state;
	struct lines before = {0};

	press(f, "p");
	draw(f);
	assert_true(view_is_frozen(f->view));
	copy_screen(f, &before);
	for (int i = 0; i < 100; i++) {
		scene_second(&f->scene, (unsigned int)i);
		scene_go_on(&f->scene);
		f->head = scene_head(&f->scene);
		draw(f);
		assert_same_screen(f, &before);
	}
	press(f, "j\rjg\033f");
	draw(f);
	press(f, "ffgggggg");
	draw(f);
	press(f, "kkkk");
	draw(f);
	press(f, "p");
	draw(f);
	assert_false(view_is_frozen(f->view));
	assert_true(is_shown(f, "EHOSTUNREACH"));
	lines_free(&before);
}

/* Intervals are never exactly as long as they were to be. */

static void a_little_more_or_less_time_changes_nothing(void **state)
{
	static const int64_t off_ns[] = {-1300000, -1, 1, 1300000};
	struct fixture *f = *state;
	struct lines exact = {0};

	f->width = 140;
	f->height = 40;
	draw(f);
	copy_screen(f, &exact);
	for (size_t i = 0; i < ARRAY_SIZE(off_ns); i++) {
		f->head.interval_ns = NSEC_PER_SEC + (uint64_t)off_ns[i];
		draw(f);
		assert_same_screen(f, &exact);
	}
	lines_free(&exact);
}

static void an_interval_of_any_length_has_a_name(void **state)
{
	static const struct {
		uint64_t ns;
		const char *name;
	} cases[] = {
		{1000000, " 1.00ms "},	   {50000000, " 50.0ms "}, {100000000, " 0.1s "},
		{949999999, " 0.9s "},	   {950000000, " 1s "},	   {1500000000, " 1.5s "},
		{59960000000ull, " 60s "},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		f->head.interval_ns = cases[i].ns;
		draw(f);
		assert_non_null(strstr(line_text(f, 0), cases[i].name));
	}
}

/* The table as text */

static void the_table_can_be_written(void **state)
{
	struct fixture *f = *state;
	struct buffer out = {.data = f->text, .cap = sizeof(f->text)};
	size_t lines = 0, len = 0;

	view_free(f->view);
	assert_int_equal(view_new(true, true, &f->view), 0);
	many(f, 300);
	press(f, "/443\r");
	draw(f);
	press(f, "s"); /* of what is drawn next */
	assert_int_equal(view_table(f->view, f->scene.live, &f->head, &out), 0);
	for (size_t i = 0; i < out.len; i++) {
		assert_int_not_equal(out.data[i], '\033');
		if (out.data[i] != '\n')
			continue;
		assert_int_not_equal(out.data[i - 1], ' ');
		lines++;
	}
	assert_int_equal(lines, 3); /* with the header */
	len = out.len;
	for (out.cap = 0; out.cap < len; out.cap += 7) {
		out.len = out.overflow = 0;
		assert_int_equal(view_table(f->view, f->scene.live, &f->head, &out), -ENOBUFS);
	}
}

/* Whatever happens */

/* The bytes of one of our colours, if some are here; 0: there are none. */
static size_t color_length(const char *text, size_t n)
{
	static const char *const colors[] = {SGR_PLAIN, SGR_BOLD,     SGR_DIM,	 SGR_REVERSE,
					     SGR_RED,	SGR_BOLD_RED, SGR_GREEN, SGR_YELLOW};

	for (size_t i = 0; i < ARRAY_SIZE(colors); i++)
		if (strlen(colors[i]) <= n && !memcmp(text, colors[i], strlen(colors[i])))
			return strlen(colors[i]);
	return 0;
}

/* Fails on what must not reach a terminal. */
static unsigned int shown_width(const char *line, size_t len, bool utf8, bool color)
{
	unsigned int width = 0;
	uint32_t code_point;
	size_t step;
	bool plain = true;

	for (size_t i = 0; i < len; i += step) {
		step = color_length(line + i, len - i);
		if (step) {
			assert_true(color);
			plain = !strncmp(line + i, SGR_PLAIN, step);
			continue;
		}
		step = utf8_step(line + i, len - i, &code_point);
		assert_true(step);
		assert_false(is_control(code_point) || char_steers(code_point));
		assert_true(utf8 || code_point < 0x80);
		width += char_width(code_point);
	}
	assert_true(plain);
	return width;
}

static void assert_screen(const struct view *view, unsigned int width, unsigned int height,
			  bool utf8, bool color)
{
	const struct lines *lines = view_lines(view);

	assert_int_equal(lines->n, height);
	for (size_t i = 0; i < height; i++) {
		size_t len;
		const char *line = lines_at(lines, i, &len);

		assert_in_range(shown_width(line, len, utf8, color), 0, width);
	}
}

/* Of few connections and processes, so that they meet again, with names of any bytes. */
static struct event any_event(uint64_t *seed)
{
	static char text[64];
	static struct image image;
	static struct cgroup cgroup;
	struct event event = random_event(seed);

	event.pid %= 8;
	event.process_start_ns = 1;
	event.start_ns = 1 + next_random(seed) % 40;
	event.cpu = 0;
	memset(event.dst.addr, 0, 16);
	random_bytes(event.dst.addr + next_random(seed) % 16, 1, seed);
	event.dst.scope_id = next_random(seed) % 2;
	event.holders = next_random(seed) % 3;
	event.preexisting = next_random(seed) % 2;
	event.open.state = (uint8_t)(next_random(seed) % 14);
	event.open.direction = DIRECTION_OUT;
	event.retries = next_random(seed) % 5;
	random_bytes(text, sizeof(text) - 1, seed);
	image = (struct image){.exe = next_random(seed) % 2 ? text : NULL};
	cgroup = (struct cgroup){.path = text + 7,
				 .unit = next_random(seed) % 2 ? text + 3 : NULL,
				 .container_id = next_random(seed) % 2 ? text + 9 : NULL};
	event.image = &image;
	event.cgroup = &cgroup;
	return event;
}

static int any_key(uint64_t *seed)
{
	static const char keys[] = "jjkk/nsrgpfzi?wq\x0c\x17\x15 ab!1:";
	uint32_t random = next_random(seed) % 64;

	if (random < 13)
		return KEY_UP + (int)random;
	if (random < 16)
		return (int)(next_random(seed) % 0x110000);
	return keys[random % (sizeof(keys) - 1)];
}

static struct view_head any_head(uint64_t *seed, uint64_t now_ns)
{
	static char text[64];

	random_bytes(text, sizeof(text) - 1, seed);
	return (struct view_head){
		.host = next_random(seed) % 2 ? text : NULL,
		.now_ns = now_ns,
		.boot_to_utc_ns = SCENE_EPOCH_NS,
		.running_ns = random_bits(seed, 60) >> next_random(seed) % 60,
		.interval_ns = random_bits(seed, 40) >> next_random(seed) % 40,
		.cost = next_random(seed) % 2 ? 0.014 : -1,
		.lost = random_bits(seed, 64) >> next_random(seed) % 64,
		.missed = next_random(seed) % 2,
		.replay = next_random(seed) % 4 ? NULL : text,
		.note = next_random(seed) % 4 ? NULL : text,
	};
}

static unsigned int any_size(uint64_t *seed)
{
	static const unsigned int sizes[] = {0,	 1,  2,	 3,  5,	 10, 16, 20,  24,  30,
					     36, 39, 40, 60, 79, 80, 81, 120, 140, 300};

	return next_random(seed) % 4 ? sizes[next_random(seed) % ARRAY_SIZE(sizes)]
				     : next_random(seed) % 200;
}

static void watch_anything(uint64_t seed)
{
	bool utf8 = seed % 2, color = seed / 2 % 2;
	uint64_t now_ns = NSEC_PER_SEC;
	struct live *live;
	struct view *view;

	assert_int_equal(live_new(&live), 0);
	assert_int_equal(view_new(utf8, color, &view), 0);
	for (int i = 0; i < 60; i++) {
		unsigned int width = any_size(&seed), height = any_size(&seed);
		struct view_head head = any_head(&seed, now_ns);

		for (uint32_t n = next_random(&seed) % 30; n; n--) {
			struct event event = any_event(&seed);

			event.time_ns = now_ns;
			live_event(live, &event);
		}
		for (uint32_t n = next_random(&seed) % 6; n; n--)
			view_key(view, any_key(&seed));
		assert_int_equal(view_draw(view, live, &head, width, height), 0);
		assert_screen(view, width, height, utf8, color);
		now_ns += NSEC_PER_SEC;
		live_tick(live, now_ns);
	}
	view_free(view);
	live_free(live);
}

static void no_line_is_too_wide_or_moves_the_cursor(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++)
		watch_anything(seed);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(what_is_not_the_views_to_do_is_said),
		test(what_is_typed_is_no_command),
		test(a_filter_is_edited_by_characters_and_words),
		test(more_keys_than_are_kept_do_no_harm),
		test(the_selection_stays_on_its_row),
		test(the_first_row_is_selected_until_one_is_chosen),
		test(the_table_follows_the_selection),
		test(what_is_frozen_stands_still_and_can_be_looked_at),
		test(a_little_more_or_less_time_changes_nothing),
		test(an_interval_of_any_length_has_a_name),
		test(the_table_can_be_written),
		cmocka_unit_test(no_line_is_too_wide_or_moves_the_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
