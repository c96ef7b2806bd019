// SPDX-License-Identifier: MIT
/*
 * golden CASES.txt...: records as the kernel side would send them -> exact lines.
 *
 * A case is records, a line each, of key=value words that begin with kind; the format; the lines
 * expected, of which a single dot stands for an empty one. It ends with a blank line; lines that
 * start with '#' stand between cases. What a record does not mention is 0, except for `origin`,
 * which is connect; 3x before a record is three of them. Names may be quoted, with \\ \" \n and
 * \xNN; `\e` in the lines expected of text-color, table-color and count-color is the escape
 * character. table-80 is a table in as many columns, table-80-header one with its headers; the
 * columns of a close are there where the case has one, or what is open. "count process,dst" and
 * "latency dst", and both with -json, are reports by these keys, of the first second; "list" and
 * list-80 the table of what is open, with its last line, and "list process,dst" that by these keys.
 *
 * zeek-header is with its header and last line, zeek-community and json-community with Community
 * IDs.
 *
 * Lines that begin with image, cgroup and dns, behind records, say who made the attempts of those,
 * and to which names, back to the last such lines: who.h. text-verbose is what -v shows.
 *
 * A line that begins with known, behind a record, says what user space knows besides of what was
 * open before: holders, observed_ns.
 *
 * Time 0 of a record is 2026-02-16T12:34:56Z, also for the start of its process.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format/format.h"
#include "model/decode.h"
#include "record.h"
#include "report.h"
#include "util/cleanup.h"
#include "who.h"

/* 2026-02-16T12:34:56Z: `date -u -d 2026-02-16T12:34:56Z +%s`. */
#define EPOCH_NS (1771245296ll * 1000000000)

#define RECORDS_MAX 64
#define MAKERS_MAX  8
#define OUTPUT_MAX  65536

struct golden_case {
	struct place place;
	char *format;
	struct event events[RECORDS_MAX];
	size_t n_events;
	struct who makers[MAKERS_MAX];
	size_t n_makers;
	size_t who_from, who_to; /* the events that the last of them has made */
	char expected[OUTPUT_MAX];
};

/* Formats: bytes for all events of the case. */

static bool has_close(const struct golden_case *c)
{
	for (size_t i = 0; i < c->n_events; i++)
		if (c->events[i].kind == EVENT_CLOSE || c->events[i].kind == EVENT_OPEN)
			return true;
	return false;
}

static bool has_names(const struct golden_case *c)
{
	for (size_t i = 0; i < c->n_makers; i++)
		if (c->makers[i].names.n)
			return true;
	return false;
}

static void put_events(struct buffer *out, const struct golden_case *c,
		       const struct format_ops *format, struct format_context ctx)
{
	bool headers = strstr(c->format, "-header");

	if (headers)
		format->header(out, &ctx);
	for (size_t i = 0; i < c->n_events; i++) {
		if (format->fit && format->fit(&c->events[i], &ctx) && headers)
			format->header(out, &ctx);
		format->event(out, &c->events[i], &ctx);
	}
	if (headers && format->footer)
		format->footer(out, &ctx);
}

/* "text", "text-color", "table-80", "count-80 dst,port", "latency-json process". */
static void put_output(struct buffer *out, const struct golden_case *c)
{
	const char *space = strchrnul(c->format, ' '), *dash = strchrnul(c->format, '-');
	_cleanup_free_ char *name =
		strndup(c->format, (size_t)((dash < space ? dash : space) - c->format));
	_cleanup_free_ char *variant =
		dash < space ? strndup(dash + 1, (size_t)(space - dash - 1)) : strdup("");
	const struct format_context ctx = {
		.boot_to_utc_ns = EPOCH_NS,
		.process_epoch_ns = EPOCH_NS,
		.seq = 1,
		.color = !strcmp(variant, "color"),
		.verbose = !strcmp(variant, "verbose"),
		.width = (unsigned int)atoi(variant),
		.closes = has_close(c),
		.dns = has_names(c),
		.community_id = strstr(variant, "community"),
		.log_utc_ns = EPOCH_NS,
	};
	const struct format_ops *format = format_find(name);

	if (format)
		put_events(out, c, format, ctx);
	else if (!put_report(out, name, *space ? space + 1 : "", !strcmp(variant, "json"),
			     c->events, c->n_events, &ctx))
		die(&c->place, "no such format, or keys: '%s'", c->format);
}

static bool run_case(const struct golden_case *c)
{
	static char bytes[OUTPUT_MAX];
	struct buffer out = {.data = bytes, .cap = sizeof(bytes)};

	put_output(&out, c);
	if (!out.overflow && out.len == strlen(c->expected) && !memcmp(bytes, c->expected, out.len))
		return true;
	printf("%s:%u: %s\n  expected:\n%s  got:\n%.*s", c->place.path, c->place.line, c->format,
	       c->expected, (int)out.len, bytes);
	return false;
}

/* Reading */

/* Every `\e` of the line becomes an escape character, in place. */
static void expand_escapes(char *line)
{
	char *to = line;

	while (*line) {
		if (line[0] == '\\' && line[1] == 'e') {
			*to++ = '\033';
			line += 2;
		} else {
			*to++ = *line++;
		}
	}
	*to = '\0';
}

static void add_record(struct golden_case *c, const char *line, const struct place *place)
{
	int times = isdigit((unsigned char)*line) ? atoi(line) : 1;
	union event_record record = read_record(strstr(line, "kind="), place);
	struct event event;
	int err = event_decode(&record, record.base.head.size, &event);

	if (err)
		die(place, "the record was refused: %s", strerror(-err));
	for (; times; times--) {
		if (c->n_events == RECORDS_MAX)
			die(place, "too many records");
		c->events[c->n_events++] = event;
	}
}

/* A line that says who made the attempts. */
static bool is_who(const char *line)
{
	return !strncmp(line, "image ", strlen("image ")) ||
	       !strncmp(line, "dns ", strlen("dns ")) ||
	       !strncmp(line, "cgroup ", strlen("cgroup "));
}

static void add_who(struct golden_case *c, const char *line, const struct place *place)
{
	if (c->who_to < c->n_events) { /* records came since the last such line */
		if (c->n_makers == MAKERS_MAX)
			die(place, "too many images and cgroups");
		c->n_makers++;
		c->who_from = c->who_to;
		c->who_to = c->n_events;
	}
	read_who(line, &c->makers[c->n_makers - 1], place);
	for (size_t i = c->who_from; i < c->who_to; i++)
		who_made(&c->events[i], &c->makers[c->n_makers - 1]);
}

static bool is_known(const char *line)
{
	return !strncmp(line, "known ", strlen("known "));
}

static void add_known(struct golden_case *c, const char *line, const struct place *place)
{
	struct event *event = &c->events[c->n_events - 1];
	_cleanup_free_ char *value = malloc(strlen(line) + 1);
	char key[KEY_MAX];

	if (!value)
		die(place, "no memory");
	line += strlen("known ");
	while (*line) {
		if (read_word(&line, key, value, place) < 0)
			die(place, "'%s' needs a value", key);
		if (!strcmp(key, "holders")) {
			event->has |= EVENT_HAS_HOLDERS;
			event->holders = (uint32_t)parse_number(value, place);
		} else if (!strcmp(key, "observed_ns")) {
			event->has |= EVENT_HAS_OBSERVED;
			event->observed_ns = parse_number(value, place);
		} else {
			die(place, "no such word: '%s'", key);
		}
	}
}

static bool is_record(const char *line)
{
	line += strspn(line, "0123456789x");
	line += strspn(line, " ");
	return !strncmp(line, "kind=", 5);
}

static void add_expected(struct golden_case *c, char *line)
{
	size_t len = strlen(c->expected);

	if (strstr(c->format, "-color"))
		expand_escapes(line);
	snprintf(c->expected + len, sizeof(c->expected) - len, "%s\n",
		 strcmp(line, ".") ? line : "");
}

/* The next line, without its newline; NULL at the end of the file. The caller frees it. */
static char *next_line(FILE *file, struct place *place)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len = getline(&line, &size, file);

	if (len < 0) {
		free(line);
		return NULL;
	}
	place->line++;
	if (len && line[len - 1] == '\n')
		line[len - 1] = '\0';
	return line;
}

/* Reads up to the end of the next case. Returns false if there is none. */
static bool read_case(FILE *file, struct place *at, struct golden_case *c)
{
	char *line;

	*c = (struct golden_case){0};
	while ((line = next_line(file, at))) {
		_cleanup_free_ char *owned = line;
		bool blank = !*line || (*line == '#' && !c->format);

		if (blank && c->n_events)
			break;
		if (blank)
			continue;
		if (!c->n_events)
			c->place = *at;
		if (!c->format && is_record(line))
			add_record(c, line, at);
		else if (!c->format && is_who(line))
			add_who(c, line, at);
		else if (!c->format && is_known(line))
			add_known(c, line, at);
		else if (!c->format)
			c->format = strdup(line);
		else
			add_expected(c, line);
	}
	if (c->n_events && !*c->expected)
		die(&c->place, "the case has no lines expected");
	return c->n_events;
}

struct tally {
	unsigned int passed, failed;
};

static void run_file(const char *path, struct tally *tally)
{
	static struct golden_case c;
	_cleanup_fclose_ FILE *file = fopen(path, "r");
	struct place at = {.path = path};

	if (!file)
		die(&at, "%s", strerror(errno));
	while (read_case(file, &at, &c)) {
		if (run_case(&c))
			tally->passed++;
		else
			tally->failed++;
		free(c.format);
	}
}

int main(int argc, char **argv)
{
	struct tally tally = {0};

	for (int i = 1; i < argc; i++)
		run_file(argv[i], &tally);
	if (tally.failed) {
		printf("golden: %u cases failed, %u passed\n", tally.failed, tally.passed);
		return 1;
	}
	if (!tally.passed) {
		fprintf(stderr, "golden: no case was read\n");
		return 2;
	}
	printf("golden: %u cases passed\n", tally.passed);
	return 0;
}
