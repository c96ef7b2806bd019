// SPDX-License-Identifier: MIT
/*
 * top [--write] PASSWD FILE...: screens of `tpconnect top` for the host of unit/top_scene.h. Each
 * file is made anew from the heads of its cases, and must be what it is. --write writes it instead:
 * look at what has changed with your own eyes.
 *
 * A case is a line "-- WIDTHxHEIGHT WORDS", and below it the screen, without the spaces at the ends
 * of lines. What is above the first case is kept. Words: `ascii`: a terminal without UTF-8;
 * `color`: with colours, in which \e is the escape character; `empty`: of a host that connects to
 * nothing; `hostile`: names that are hostile or wide; `names`: of destinations; `lost`, `replay`,
 * `note`: what is to be said of them; last, `keys` and keys that are pressed, <Enter> and the like
 * by their names. <1s>: a second goes by.
 */
#include <stdio.h>

#include "unit/top_scene.h"
#include "util/cleanup.h"

#define FILE_MAX (4 << 20)

struct screen_case {
	char head[512];
	unsigned int width, height;
	struct scene scene;
	struct view *view;
	struct view_head shown;
	const struct names *names;
};

static void __attribute__((noreturn)) die(const char *what, const char *which)
{
	fprintf(stderr, "top: %s: %s\n", which, what);
	exit(2);
}

/* Whether the head has the word, which is not what is typed. */
static bool has_word(const struct screen_case *c, const char *word)
{
	char words[sizeof(c->head)], *keys, *save;

	strcpy(words, c->head);
	keys = strstr(words, " keys ");
	if (keys)
		*keys = '\0';
	for (char *at = strtok_r(words, " ", &save); at; at = strtok_r(NULL, " ", &save))
		if (!strcmp(at, word))
			return true;
	return false;
}

static void draw(struct screen_case *c)
{
	c->shown = scene_head(&c->scene);
	c->shown.names = c->names;
	if (has_word(c, "lost")) {
		c->shown.lost = 1234;
		c->shown.missed = 5;
	}
	if (has_word(c, "replay")) {
		c->shown.replay = "monday.json";
		c->shown.host = NULL;
	}
	c->shown.note = has_word(c, "note") ? "12 rows were written to top-214438.txt" : NULL;
	if (view_draw(c->view, c->scene.live, &c->shown, c->width, c->height))
		die("no memory", c->head);
}

/* A key, or a name in <>; *at moves behind it. KEY_NONE: a second goes by. */
static int next_key(const char **at)
{
	static const struct {
		const char *name;
		int key;
	} names[] = {
		{"<Up>", KEY_UP},	   {"<Down>", KEY_DOWN},  {"<PgUp>", KEY_PAGE_UP},
		{"<PgDn>", KEY_PAGE_DOWN}, {"<Home>", KEY_HOME},  {"<End>", KEY_END},
		{"<Enter>", KEY_ENTER},	   {"<Esc>", KEY_ESCAPE}, {"<Tab>", KEY_TAB},
		{"<Back>", KEY_BACKSPACE}, {"<1s>", KEY_NONE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strncmp(*at, names[i].name, strlen(names[i].name))) {
			*at += strlen(names[i].name);
			return names[i].key;
		}
	return *(*at)++;
}

static void press(struct screen_case *c)
{
	const char *at = strstr(c->head, " keys ");

	for (at = at ? at + strlen(" keys ") : ""; *at;) {
		int key = next_key(&at);

		if (key) {
			view_key(c->view, key);
			continue;
		}
		draw(c);
		scene_go_on(&c->scene);
	}
}

static void put_screen(const struct screen_case *c, struct buffer *out)
{
	const struct lines *lines = view_lines(c->view);

	if (lines->n != c->height)
		die("not as many lines", c->head);
	for (size_t i = 0; i < lines->n; i++) {
		size_t len;
		const char *line = lines_at(lines, i, &len);

		while (len && line[len - 1] == ' ')
			len--;
		for (size_t n = 0; n < len; n++)
			if (line[n] == '\033')
				buffer_literal(out, "\\e");
			else
				buffer_putc(out, line[n]);
		buffer_putc(out, '\n');
	}
}

static void run_case(const char *head, const struct names *names, struct buffer *out)
{
	struct screen_case c = {.names = names};

	snprintf(c.head, sizeof(c.head), "%s", head);
	if (sscanf(head, "-- %ux%u", &c.width, &c.height) != 2)
		die("a head is -- WIDTHxHEIGHT", head);
	if (has_word(&c, "empty"))
		scene_nothing(&c.scene);
	else
		scene_start(&c.scene);
	if (has_word(&c, "hostile"))
		scene_hostile(&c.scene);
	if (has_word(&c, "names"))
		scene_names(&c.scene);
	if (view_new(!has_word(&c, "ascii"), has_word(&c, "color"), &c.view))
		die("no memory", head);
	press(&c);
	draw(&c);
	buffer_puts(out, head);
	buffer_putc(out, '\n');
	put_screen(&c, out);
	view_free(c.view);
	live_free(c.scene.live);
}

/* The file as it should be. */
static void remake(const char *text, const struct names *names, struct buffer *out)
{
	_cleanup_free_ char *copy = strdup(text);
	bool before = true;
	char *save;

	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (!strncmp(line, "-- ", 3)) {
			before = false;
			run_case(line, names, out);
		} else if (before) {
			buffer_puts(out, line);
			buffer_putc(out, '\n');
		}
	}
	buffer_putc(out, '\0');
	if (out->overflow)
		die("too long", "a file");
}

static void read_file(const char *path, char *text)
{
	_cleanup_fclose_ FILE *file = fopen(path, "r");

	if (!file)
		die("it cannot be read", path);
	text[fread(text, 1, FILE_MAX - 1, file)] = '\0';
}

static void write_file(const char *path, const char *text)
{
	_cleanup_fclose_ FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0)
		die("it cannot be written", path);
}

/* Shows the first line that differs. */
static void show_difference(const char *path, const char *is, const char *should)
{
	unsigned int line = 1;

	while (*is && strcspn(is, "\n") == strcspn(should, "\n") &&
	       !strncmp(is, should, strcspn(is, "\n") + 1)) {
		line++;
		is += strcspn(is, "\n") + 1;
		should += strcspn(should, "\n") + 1;
	}
	printf("%s:%u:\n  expected: %.*s\n  got:      %.*s\n", path, line, (int)strcspn(is, "\n"),
	       is, (int)strcspn(should, "\n"), should);
}

int main(int argc, char **argv)
{
	bool write = argc > 1 && !strcmp(argv[1], "--write");
	static char text[FILE_MAX], made[FILE_MAX];
	struct names *names;
	int failed = 0;

	argv += 1 + write;
	if (!argv[0] || names_load("/dev/null", argv[0], &names))
		die("it cannot be read", "PASSWD");
	for (argv++; *argv; argv++) {
		struct buffer out = {.data = made, .cap = sizeof(made)};

		read_file(*argv, text);
		remake(text, names, &out);
		if (write) {
			write_file(*argv, made);
		} else if (strcmp(text, made)) {
			show_difference(*argv, text, made);
			failed = 1;
		}
	}
	names_free(names);
	return failed;
}
