// SPDX-License-Identifier: MIT
/* What is written so that a terminal shows a screen: of lines, those that have changed. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "terminal/screen.h"

#define BEGIN "\033[?2026h\033[0m"
#define END   "\033[?2026l"

struct fixture {
	struct screen screen;
	struct lines lines;
	int pipe[2];
	char written[4096];
};

static int set_up(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){0};
	*state = &fixture;
	return pipe2(fixture.pipe, O_NONBLOCK);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	screen_free(&f->screen);
	lines_free(&f->lines);
	close(f->pipe[0]);
	close(f->pipe[1]);
	return 0;
}

static const char *read_all(struct fixture *f)
{
	ssize_t n = read(f->pipe[0], f->written, sizeof(f->written) - 1);

	f->written[n > 0 ? n : 0] = '\0';
	return f->written;
}

/* A word for each line. What a terminal of that size is sent. */
static const char *drawn(struct fixture *f, unsigned int width, unsigned int height,
			 const char *words)
{
	lines_clear(&f->lines);
	for (const char *word = words; *word; word += strcspn(word, " "), word += *word == ' ')
		assert_int_equal(lines_add(&f->lines, word, strcspn(word, " ")), 0);
	assert_int_equal(screen_draw(&f->screen, width, height, &f->lines), 0);
	assert_int_equal(screen_write(&f->screen, f->pipe[1]), 0);
	assert_false(screen_is_behind(&f->screen));
	return read_all(f);
}

static void the_first_one_is_written_whole(void **state)
{
	assert_string_equal(drawn(*state, 80, 3, "a b"),
			    BEGIN "\033[1;1H\033[Ka\033[2;1H\033[Kb\033[3;1H\033[K" END);
}

static void only_lines_that_changed_are_written(void **state)
{
	drawn(*state, 80, 3, "a b c");
	assert_string_equal(drawn(*state, 80, 3, "a x c"), BEGIN "\033[2;1H\033[Kx" END);
	assert_string_equal(drawn(*state, 80, 3, "a x c"), "");
	assert_string_equal(drawn(*state, 80, 3, "a xy"),
			    BEGIN "\033[2;1H\033[Kxy\033[3;1H\033[K" END);
	assert_string_equal(drawn(*state, 80, 3, "a xy"), "");
}

static void another_size_or_another_writer_means_all(void **state)
{
	struct fixture *f = *state;

	drawn(f, 80, 2, "a b");
	assert_string_equal(drawn(f, 81, 2, "a b"), BEGIN "\033[1;1H\033[Ka\033[2;1H\033[Kb" END);
	assert_string_equal(drawn(f, 81, 1, "a b"), BEGIN "\033[1;1H\033[Ka" END);
	assert_string_equal(drawn(f, 81, 1, "a"), "");
	screen_forget(&f->screen);
	assert_string_equal(drawn(f, 81, 1, "a"), BEGIN "\033[1;1H\033[Ka" END);
	assert_string_equal(drawn(f, 0, 0, ""), "");
}

/* A terminal that takes nothing for a while gets no other screen in the midst of one. */
static void a_screen_is_written_to_its_end_before_the_next(void **state)
{
	struct fixture *f = *state;
	char filler[4096] = {0};
	ssize_t n = 0;

	while (write(f->pipe[1], filler, sizeof(filler)) > 0)
		n++;
	assert_int_equal(lines_add(&f->lines, "a", 1), 0);
	assert_int_equal(screen_draw(&f->screen, 80, 1, &f->lines), 0);
	assert_int_equal(screen_write(&f->screen, f->pipe[1]), 0);
	assert_true(screen_is_behind(&f->screen));
	assert_int_equal(screen_draw(&f->screen, 80, 1, &f->lines), -EBUSY);
	while (n-- > 0)
		assert_int_equal(read(f->pipe[0], filler, sizeof(filler)), sizeof(filler));
	assert_int_equal(screen_write(&f->screen, f->pipe[1]), 0);
	assert_string_equal(read_all(f), BEGIN "\033[1;1H\033[Ka" END);
	assert_string_equal(drawn(f, 80, 1, "a"), "");
}

static void a_terminal_that_is_gone_is_an_error(void **state)
{
	struct fixture *f = *state;
	int closed = open("/dev/null", O_RDONLY);

	assert_int_equal(screen_draw(&f->screen, 80, 1, &f->lines), 0);
	assert_int_equal(screen_write(&f->screen, closed), -EBADF);
	close(closed);
}

static void lines_without_end_are_kept(void **state)
{
	struct fixture *f = *state;
	char line[300];
	size_t len;

	for (size_t i = 0; i < 1000; i++) {
		memset(line, 'a' + (int)(i % 26), sizeof(line));
		assert_int_equal(lines_add(&f->lines, line, i % sizeof(line)), 0);
	}
	for (size_t i = 0; i < 1000; i++) {
		const char *got = lines_at(&f->lines, i, &len);

		memset(line, 'a' + (int)(i % 26), sizeof(line));
		assert_int_equal(len, i % sizeof(line));
		assert_memory_equal(got, line, len);
	}
	lines_at(&f->lines, 1000, &len);
	assert_int_equal(len, 0);
}

#define test(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(the_first_one_is_written_whole),
		test(only_lines_that_changed_are_written),
		test(another_size_or_another_writer_means_all),
		test(a_screen_is_written_to_its_end_before_the_next),
		test(a_terminal_that_is_gone_is_an_error),
		test(lines_without_end_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
