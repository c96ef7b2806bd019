// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "unit/sink_fixture.h"

#define TIMEOUT_S 20

struct sink_test t;

static char storage[TEXT_MAX];

int setup(void **state)
{
	(void)state;
	memset(&t, 0, sizeof(t));
	t.reader = -1;
	t.text = storage;
	strcpy(t.dir, "/tmp/test_sink.XXXXXX");
	assert_non_null(mkdtemp(t.dir));
	snprintf(t.path, sizeof(t.path), "%s/out", t.dir);
	snprintf(t.other, sizeof(t.other), "%s/out.1", t.dir);
	fflush(stdout);
	t.stdout_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(t.stdout_fd >= 0);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	alarm(TIMEOUT_S);
	return 0;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

int teardown(void **state)
{
	(void)state;
	alarm(0);
	limit_file_size(RLIM_INFINITY);
	sink_close(t.sink);
	dup2(t.stdout_fd, STDOUT_FILENO);
	close(t.stdout_fd);
	if (t.reader >= 0)
		close(t.reader);
	return nftw(t.dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void become_stdout(int fd)
{
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
}

size_t make_line(char *to, unsigned int i)
{
	return (size_t)sprintf(to, "%06u %.*s\n", i, (int)(i * 37 % 97),
			       "................................................"
			       "................................................");
}

/* Other lines have another sum. */
static uint64_t weight_of(unsigned int i)
{
	return (uint64_t)i * i + 1;
}

uint64_t weight_of_lines(unsigned int first, unsigned int n)
{
	uint64_t weight = 0;

	for (unsigned int i = 0; i < n; i++)
		weight += weight_of(first + i);
	return weight;
}

unsigned int put_lines(unsigned int first, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct buffer *line = sink_reserve(t.sink, LINE_MAX_BYTES);
		char text[LINE_MAX_BYTES];

		if (!line)
			return i;
		buffer_put(line, text, make_line(text, first + i));
		assert_false(line->overflow);
		assert_true(sink_commit(t.sink, weight_of(first + i)));
	}
	return n;
}

unsigned int assert_lines(const char *text, size_t len, unsigned int first)
{
	char expected[LINE_MAX_BYTES];
	const char *end = text + len;

	while (text < end) {
		size_t n = make_line(expected, first++);

		assert_true((size_t)(end - text) >= n);
		assert_memory_equal(text, expected, n);
		text += n;
	}
	return first;
}

size_t read_some(int fd, size_t max)
{
	size_t before = t.len;

	while (t.len - before < max) {
		size_t room = sizeof(storage) - t.len, rest = max - (t.len - before);
		ssize_t n = read(fd, t.text + t.len, rest < room ? rest : room);

		if (n <= 0)
			break;
		t.len += (size_t)n;
	}
	return t.len - before;
}

void read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	t.len = 0;
	read_some(fd, SIZE_MAX);
	close(fd);
}

void assert_file(const char *path, unsigned int first, unsigned int last)
{
	read_file(path);
	assert_int_equal(assert_lines(t.text, t.len, first), last);
}

void append_to_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

void discard(unsigned int first, unsigned int n)
{
	uint64_t lines = sink_lines(t.sink), written = sink_written(t.sink);

	assert_int_equal(sink_discard(t.sink), weight_of_lines(first, n));
	assert_int_equal(sink_lines(t.sink), lines - n);
	assert_int_equal(sink_written(t.sink), written);
	assert_int_equal(sink_pending(t.sink), 0);
	/* Nothing but the end of a line that had to stay. */
	sink_flush(t.sink);
}

unsigned int whole_lines(void)
{
	char line[LINE_MAX_BYTES];
	unsigned int n = 0;

	for (size_t len = make_line(line, 0); len <= 1000; len += make_line(line, n))
		n++;
	return n;
}

void fill_file(void)
{
	limit_file_size(1000);
	assert_int_equal(put_lines(0, 100), 100);
	assert_int_equal(sink_flush(t.sink), -EFBIG);
	read_file(t.path);
	assert_int_equal(t.len, 1000);
	assert_true(t.text[999] != '\n');
}

void open_fifo(void)
{
	assert_int_equal(mkfifo(t.path, 0600), 0);
	t.reader = open(t.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(t.reader >= 0);
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_true(fcntl(sink_fd(t.sink), F_SETPIPE_SZ, 4096) >= 4096);
}

void tear_a_line(unsigned int n)
{
	assert_int_equal(put_lines(0, n), n);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_true(sink_pending(t.sink) > 0);
	read_some(t.reader, SIZE_MAX);
	assert_true(t.len > 0 && t.text[t.len - 1] != '\n');
}
