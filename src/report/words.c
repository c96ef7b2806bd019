// SPDX-License-Identifier: MIT
#include "report/words.h"

#include <ctype.h>
#include <string.h>

#include "format/brief.h"
#include "format/fields.h"
#include "util/utf8.h"

/* What each step of legible_step() leaves: the character, or its bytes in hexadecimal. */
static void put_step(FILE *to, const char *s, size_t step, put_char *put)
{
	struct legible shown;

	legible_step(s, step, &shown);
	if (shown.text == s) {
		put(to, s, step);
		return;
	}
	for (size_t i = 0; i < step; i++) {
		char hex[8];

		snprintf(hex, sizeof(hex), "\\x%02x", (unsigned char)s[i]);
		for (size_t j = 0; hex[j]; j++)
			put(to, &hex[j], 1);
	}
}

static size_t count_steps(const char *name, size_t len)
{
	struct legible shown;
	size_t n = 0;

	for (size_t at = 0; at < len; n++)
		at += legible_step(name + at, len - at, &shown);
	return n;
}

void words_name(FILE *to, const char *name, bool is_path, put_char *put)
{
	size_t len = strlen(name), n = count_steps(name, len), at = 0;
	size_t skip = n > WORDS_MAX && is_path ? n - WORDS_MAX + 1 : 0;
	size_t end = n > WORDS_MAX && !is_path ? WORDS_MAX - 1 : n;

	if (skip)
		put(to, ELLIPSIS, strlen(ELLIPSIS));
	for (size_t i = 0; i < end; i++) {
		struct legible shown;
		size_t step = legible_step(name + at, len - at, &shown);

		if (i >= skip)
			put_step(to, name + at, step, put);
		at += step;
	}
	if (end < n)
		put(to, ELLIPSIS, strlen(ELLIPSIS));
}

void html_char(FILE *to, const char *s, size_t len)
{
	switch (*s) {
	case '&':
		fputs("&amp;", to);
		break;
	case '<':
		fputs("&lt;", to);
		break;
	case '>':
		fputs("&gt;", to);
		break;
	case '"':
		fputs("&quot;", to);
		break;
	case '\'':
		fputs("&#39;", to);
		break;
	default:
		fwrite(s, 1, len, to);
	}
}

/* Between <code> and </code>: what is written as a number begins no markup, no link, no mention. */
void md_char(FILE *to, const char *s, size_t len)
{
	if (len == 1 && ispunct((unsigned char)*s) && !strchr("/-,", *s))
		fprintf(to, "&#%d;", *s);
	else
		fwrite(s, 1, len, to);
}

/* Between double quotes, where Graphviz knows HTML's entities as well. */
void dot_char(FILE *to, const char *s, size_t len)
{
	if (*s == '&') {
		fputs("&amp;", to);
		return;
	}
	if (*s == '"' || *s == '\\')
		fputc('\\', to);
	fwrite(s, 1, len, to);
}

static void put_text(FILE *to, const char *text, put_char *put)
{
	for (; *text; text++)
		put(to, text, 1);
}

static void put_others(FILE *to, size_t n, put_char *put)
{
	char text[48];

	snprintf(text, sizeof(text), n ? "others (%zu)" : "others", n);
	put_text(to, text, put);
}

void words_who(FILE *to, const struct node *node, size_t n, put_char *put)
{
	const char *slash = node && node->is_path ? strrchr(node->name, '/') : NULL;

	if (!node)
		put_others(to, n, put);
	else if (!*node->name)
		put_text(to, "unknown", put);
	else
		words_name(to, slash && slash[1] ? slash + 1 : node->name, false, put);
}

bool words_who_more(FILE *to, const struct node *node, put_char *put)
{
	if (!node || (!node->is_path && !*node->place))
		return false;
	if (node->is_path)
		words_name(to, node->name, true, put);
	if (node->is_path && *node->place)
		put_text(to, ", ", put);
	words_name(to, node->place, false, put);
	return true;
}

void words_where_to(FILE *to, const struct node *node, size_t n, put_char *put)
{
	bool brackets = node && strchr(node->name, ':');

	if (!node) {
		put_others(to, n, put);
		return;
	}
	put_text(to, brackets ? "[" : "", put);
	words_name(to, node->name, false, put);
	put_text(to, brackets ? "]:" : ":", put);
	put_text(to, node->place, put);
}

/* What call puts into `text`, a buffer for numbers and times. */
#define PUT_BRIEF(to, call)                                                                        \
	do {                                                                                       \
		char bytes[64];                                                                    \
		struct buffer text = {.data = bytes, .cap = sizeof(bytes)};                        \
                                                                                                   \
		call;                                                                              \
		fwrite(bytes, 1, text.len, to);                                                    \
	} while (0)

void words_errors(FILE *to, const struct counts *counts)
{
	const char *between = "";

	for_each_error(error, counts)
	{
		if (!error->n)
			continue;
		fputs(between, to);
		PUT_BRIEF(to, field_error_or_other(&text, error->error));
		if (error->n > 1) {
			fputs("\u00a0", to);
			words_grouped(to, error->n);
		}
		between = ", ";
	}
}

void words_grouped(FILE *to, uint64_t n)
{
	PUT_BRIEF(to, brief_grouped(&text, n));
}

void words_span(FILE *to, uint64_t ns)
{
	PUT_BRIEF(to, brief_duration(&text, ns));
}

void words_size(FILE *to, uint64_t bytes_of)
{
	PUT_BRIEF(to, brief_size(&text, bytes_of));
}

void words_moment(FILE *to, uint64_t utc_ns)
{
	PUT_BRIEF(to, (field_time(&text, utc_ns), bytes[10] = ' ',
		       text.len = sizeof("2026-02-16 12:34:56") - 1));
}

const char *outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_NOTHING] = "no result",
		[OUTCOME_WORKED] = "worked",
		[OUTCOME_MIXED] = "partly failed",
		[OUTCOME_FAILED] = "failed",
	};

	return names[outcome];
}

void words_tally(FILE *to, const struct tally *tally)
{
	uint64_t attempts = tally_attempts(tally), before = tally_before(tally);

	words_grouped(to, attempts);
	fputs(attempts == 1 ? " attempt: " : " attempts: ", to);
	words_grouped(to, tally_established(tally));
	fputs(" established", to);
	if (tally->counts.failed) {
		fputs(", ", to);
		words_grouped(to, tally->counts.failed);
		fputs(" failed (", to);
		words_errors(to, &tally->counts);
		fputc(')', to);
	}
	if (tally->counts.cancelled) {
		fputs(", ", to);
		words_grouped(to, tally->counts.cancelled);
		fputs(" given up", to);
	}
	if (before) {
		fputs("; ", to);
		words_grouped(to, before);
		fputs(" open before", to);
	}
}
