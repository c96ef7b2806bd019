// SPDX-License-Identifier: MIT
#include "audit/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"
#include "util/width.h"

/* [PROCESS] DESTINATION, and one more to know that there is too much. */
#define WORDS_MAX 3

#define HOW "a rule is [PROCESS] DESTINATION[:PORTS] [# comment]"

/* Quotes at most 80 bytes of what is wrong, so that the advice after it is never cut off. */
#define QUOTED "%.80s"

struct word {
	char *text;
	bool quoted;
	bool is_path; /* it begins with a slash, and no escape */
};

/* What is left of a line, and what was read of it. */
struct line {
	const char *at, *end;
	struct word words[WORDS_MAX];
	size_t n;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* What stands behind a backslash, as text output writes it. Returns 0 or -EINVAL. */
static int read_escape(struct line *line, char *to)
{
	int high, low;
	char c;

	if (line->at == line->end)
		return -EINVAL;
	c = *line->at++;
	if (c == '"' || c == '\\' || c == 'n') {
		*to = c == 'n' ? '\n' : c;
		return 0;
	}
	if (c != 'x' || line->end - line->at < 2)
		return -EINVAL;
	high = hex_digit(line->at[0]);
	low = hex_digit(line->at[1]);
	line->at += 2;
	if (high < 0 || low < 0 || !(high | low))
		return -EINVAL;
	*to = (char)(high << 4 | low);
	return 0;
}

/* From behind its first quote. */
static int read_quoted(struct line *line, char *to, struct error *reason)
{
	while (line->at < line->end && *line->at != '"') {
		char c = *line->at++;

		if (c == '\\' && read_escape(line, &c))
			return error_set(reason, -EINVAL,
					 "in quotes, a backslash is for \\\", \\\\, \\n and \\xNN");
		*to++ = c;
	}
	*to = '\0';
	if (line->at == line->end)
		return error_set(reason, -EINVAL, "a quote is open to the end of the line");
	line->at++;
	if (line->at < line->end && !is_blank(*line->at))
		return error_set(reason, -EINVAL, "behind a closing quote there must be a blank");
	return 0;
}

static int read_plain(struct line *line, char *to, struct error *reason)
{
	while (line->at < line->end && !is_blank(*line->at)) {
		if (*line->at == '"')
			return error_set(reason, -EINVAL,
					 "a quote stands within a word: all of it goes in quotes");
		*to++ = *line->at++;
	}
	*to = '\0';
	return 0;
}

static int read_word(struct line *line, struct error *reason)
{
	struct word *word = &line->words[line->n];

	/* No escape makes a word longer. */
	word->text = malloc((size_t)(line->end - line->at) + 1);
	if (!word->text)
		return -ENOMEM;
	line->n++;
	word->quoted = *line->at == '"';
	line->at += word->quoted;
	word->is_path = line->at < line->end && *line->at == '/';
	return word->quoted ? read_quoted(line, word->text, reason)
			    : read_plain(line, word->text, reason);
}

/* Up to the comment. *ret_end: what is behind the last word. */
static int read_words(struct line *line, const char **ret_end, struct error *reason)
{
	*ret_end = line->at;
	for (;;) {
		int err;

		while (line->at < line->end && is_blank(*line->at))
			line->at++;
		if (line->at == line->end || *line->at == '#')
			return 0;
		if (line->n == WORDS_MAX)
			return 0;
		err = read_word(line, reason);
		if (err)
			return err;
		*ret_end = line->at;
	}
}

static void free_words(struct line *line)
{
	for (size_t i = 0; i < line->n; i++)
		free(line->words[i].text);
}

static void free_rule(struct rule *rule)
{
	free(rule->text);
	free(rule->process);
	free(rule->name);
	vector_free(&rule->ports);
}

/* The kernel keeps 15 bytes of a name. */
#define COMM_MAX 15

static int take_process(struct word *word, struct rule *rule, struct error *reason)
{
	if (!word->is_path && strlen(word->text) > COMM_MAX)
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is longer than a process's name, of which the "
				 "kernel keeps %d bytes; an executable is an absolute path",
				 word->text, COMM_MAX);
	rule->process = word->text;
	rule->is_path = word->is_path;
	word->text = NULL;
	return 0;
}

static int take_words(struct line *line, struct rule *rule, struct error *reason)
{
	struct word *destination = &line->words[line->n - 1];

	if (line->n == WORDS_MAX)
		return error_set(reason, -EINVAL,
				 "'" QUOTED "' is too much: " HOW
				 "; a process's name with spaces goes in double quotes",
				 destination->text);
	if (destination->quoted)
		return error_set(reason, -EINVAL,
				 "\"" QUOTED "\" is in quotes, and so no destination: " HOW,
				 destination->text);
	if (line->n == 2 && take_process(&line->words[0], rule, reason))
		return -EINVAL;
	return rule_read_destination(destination->text, rule, reason);
}

/* A rule, or nothing: then rule->text is NULL. */
static int read_line(struct line *line, struct rule *rule, struct error *reason)
{
	const char *begin = line->at, *end;
	int err = read_words(line, &end, reason);

	if (err || !line->n)
		return err;
	while (is_blank(*begin))
		begin++;
	rule->text = strndup(begin, (size_t)(end - begin));
	return rule->text ? take_words(line, rule, reason) : -ENOMEM;
}

static int check_version(const struct line *line, struct error *reason)
{
	const struct word *words = line->words;

	if (line->n != 2 || words[0].quoted || strcmp(words[0].text, "version") != 0)
		return error_set(reason, -EINVAL, "the first line must be '" RULES_VERSION "'");
	if (strcmp(words[1].text, "1") != 0)
		return error_set(reason, -EINVAL,
				 "version '" QUOTED
				 "' is not known: this tpconnect knows " RULES_VERSION,
				 words[1].text);
	return 0;
}

static int read_version(struct line *line, struct error *reason)
{
	const char *end;
	int err = read_words(line, &end, reason);

	return err ? err : check_version(line, reason);
}

/* Who reviews rules must see all of a line: what the learner escapes is not taken bare. */
static int check_shown(const struct line *line, struct error *reason)
{
	for (const char *at = line->at; at < line->end;) {
		uint32_t code_point;
		size_t step = utf8_step(at, (size_t)(line->end - at), &code_point);

		if (step && char_steers(code_point))
			return error_set(reason, -EINVAL,
					 "U+%04X, which shows nothing itself: in double quotes "
					 "write its bytes as \\xNN, in a comment leave it out",
					 code_point);
		at += step ? step : 1;
	}
	return 0;
}

/* A file of another system, or none of text. */
static int check_bytes(const struct line *line, struct error *reason)
{
	for (const char *at = line->at; at < line->end; at++) {
		unsigned char c = (unsigned char)*at;

		if (c == '\r' && at + 1 == line->end)
			return error_set(reason, -EINVAL,
					 "the line ends with a carriage return: lines end with a "
					 "newline alone");
		if ((c < ' ' && c != '\t') || c == 0x7f)
			return error_set(reason, -EINVAL,
					 "a control character, \\x%02x: it is no text", c);
	}
	return check_shown(line, reason);
}

/* Returns 0; -EINVAL and why; -ENOMEM. */
static int take_line(struct line *line, unsigned int number, struct rules *rules,
		     struct error *reason)
{
	struct rule rule = {.line = number};
	int err = check_bytes(line, reason);

	if (!err)
		err = number == 1 ? read_version(line, reason) : read_line(line, &rule, reason);
	free_words(line);
	if (!err && rule.text)
		err = vector_push(&rules->rules, &rule, sizeof(rule));
	if (err || !rule.text)
		free_rule(&rule);
	else
		rules->has_names |= rule.place == RULE_NAME;
	return err;
}

int rules_parse(const char *text, size_t size, rules_wrong_fn *wrong, void *ctx, struct rules *ret)
{
	const char *at = text, *end = text + size;
	struct rules rules = {0};
	bool is_wrong = false;
	int err = 0;

	for (unsigned int number = 1; at < end && err != -ENOMEM; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		struct line line = {.at = at, .end = newline ? newline : end};
		struct error reason;

		err = take_line(&line, number, &rules, &reason);
		if (err == -EINVAL)
			wrong(ctx, number, reason.text);
		is_wrong |= err;
		at = newline ? newline + 1 : end;
	}
	if (is_wrong) {
		rules_free(&rules);
		return err == -ENOMEM ? err : -EBADMSG;
	}
	*ret = rules;
	return 0;
}

void rules_free(struct rules *rules)
{
	struct rule *items = rules->rules.items;

	for (size_t i = 0; i < rules->rules.n; i++)
		free_rule(&items[i]);
	vector_free(&rules->rules);
	rules->has_names = false;
}
