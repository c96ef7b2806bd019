/* SPDX-License-Identifier: MIT */
/* For tests of command lines: to parse one, and to say what must be right or wrong with it. */
#ifndef UNIT_PARSED_H
#define UNIT_PARSED_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/by.h"
#include "model/event.h"
#include "options/options.h"
#include "util/array.h"

#define WORDS_MAX 40

/* A parsed command line, and what it was parsed from: options.limits.argv points into it. */
struct parsed {
	char *argv[WORDS_MAX + 2];
	int argc, err;
	struct options options;
	struct error error;
};

static struct parsed parsed;

static inline int forget(void **state)
{
	(void)state;
	options_free(&parsed.options);
	memset(&parsed, 0, sizeof(parsed));
	return 0;
}

static inline void parse_words(const char *const *words)
{
	forget(NULL);
	parsed.argv[parsed.argc++] = (char *)"tpconnect";
	for (; *words; words++) {
		assert_true(parsed.argc <= WORDS_MAX);
		parsed.argv[parsed.argc++] = (char *)*words;
	}
	memset(&parsed.error, '#', sizeof(parsed.error));
	parsed.err = options_parse(parsed.argc, parsed.argv, &parsed.options, &parsed.error);
}

/* The command line of these words, which must be right: its options. */
#define good(...) good_words((const char *const[]){__VA_ARGS__ __VA_OPT__(, ) NULL})

static inline const struct options *good_words(const char *const *words)
{
	parse_words(words);
	if (parsed.err)
		fail_msg("refused: %.*s", (int)sizeof(parsed.error), parsed.error.text);
	return &parsed.options;
}

/* The command line of these words, which must be wrong: one line that says why. */
#define bad(...) bad_words((const char *const[]){__VA_ARGS__, NULL})

static inline const char *bad_words(const char *const *words)
{
	parse_words(words);
	if (parsed.err != -EINVAL)
		fail_msg("\"%s\" was not refused but %d", words[0], parsed.err);
	assert_non_null(memchr(parsed.error.text, '\0', sizeof(parsed.error)));
	assert_true(*parsed.error.text);
	assert_null(strchr(parsed.error.text, '\n'));
	return parsed.error.text;
}

/* Inlined, gcc 12 with -fsanitize=undefined takes `what` for NULL and warns. */
__attribute__((noinline, unused)) static void assert_says(const char *error, const char *what)
{
	if (!strstr(error, what))
		fail_msg("\"%s\" does not say \"%s\"", error, what);
}

static inline void assert_default_filters(const struct options *options)
{
	assert_int_equal(options->request.config.netns, 0);
	assert_null(options->request.pids.named.items);
	assert_int_equal(options->request.pids.named.n, 0);
	assert_int_equal(options->request.pids.left_out.n, 0);
	assert_false(options->request.config.filter_port);
	for (size_t i = 0; i < PORT_WORDS; i++)
		assert_int_equal(options->request.config.ports[i], 0);
	assert_false(options->output.failed_only);
	assert_false(options->no_syscalls);
}

static inline void assert_default_output(const struct options *options)
{
	assert_string_equal(options->output.format, "text");
	assert_null(options->output.write_path);
	assert_int_equal(options->output.color, COLOR_AUTO);
	assert_int_equal(options->limits.max_events, 0);
	assert_int_equal(options->limits.duration_ns, 0);
	assert_null(options->request.object_path);
	assert_int_equal(options->request.ring_size, 4 * 1024 * 1024);
	assert_int_equal(options->verbosity, 0);
}

#define row(test) cmocka_unit_test_teardown(test, forget)

#endif
