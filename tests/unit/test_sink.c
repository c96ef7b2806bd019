// SPDX-License-Identifier: MIT
/*
 * Every test writes numbered lines of many lengths and compares what arrived byte by byte. What
 * must not block is under an alarm: a test that hangs is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sink/sink.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define LINE_MAX_BYTES 256
#define TIMEOUT_S      20
#define UNPRIVILEGED   65534 /* nobody */

static struct {
	char dir[64], path[128], other[128];
	int stdout_fd; /* the real one */
	int reader;    /* the other end of a pipe or socket */
	struct sink *sink;
	char *text; /* what was read */
	size_t len;
} t;

/* More than a sink and any pipe or socket behind it hold. */
static char storage[8 * 1024 * 1024];

/* Before and after each test */

static int setup(void **state)
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

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static int teardown(void **state)
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

/* Standard output */

/* fd becomes standard output, and is closed. */
static void become_stdout(int fd)
{
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
}

/* Standard output is a pipe of one page, so that it is soon full. */
static void pipe_becomes_stdout(void)
{
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	assert_true(fcntl(fds[1], F_SETPIPE_SZ, 4096) >= 4096);
	t.reader = fds[0];
	assert_int_equal(fcntl(t.reader, F_SETFL, O_NONBLOCK), 0);
	become_stdout(fds[1]);
}

static void socket_becomes_stdout(void)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	t.reader = fds[0];
	assert_int_equal(fcntl(t.reader, F_SETFL, O_NONBLOCK), 0);
	become_stdout(fds[1]);
}

/* Numbered lines */

/* Writes line number i, newline included, and returns its length: 8 to 8 + 96 bytes. */
static size_t make_line(char *to, unsigned int i)
{
	return (size_t)sprintf(to, "%06u %.*s\n", i, (int)(i * 37 % 97),
			       "................................................"
			       "................................................");
}

/* Hands lines first... to the sink, until it refuses one or n are in. Returns how many. */
static unsigned int put_lines(unsigned int first, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		struct buffer *line = sink_reserve(t.sink, LINE_MAX_BYTES);
		char text[LINE_MAX_BYTES];

		if (!line)
			return i;
		buffer_put(line, text, make_line(text, first + i));
		assert_false(line->overflow);
		sink_commit(t.sink);
	}
	return n;
}

/* Compares all of text with lines first... of that many; returns the number of the next. */
static unsigned int assert_lines(const char *text, size_t len, unsigned int first)
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

/* Reads on until there is nothing more for now, or the end, or `max` bytes were read. */
static size_t read_some(int fd, size_t max)
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

/* The whole of a file, in t.text. */
static void read_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	t.len = 0;
	read_some(fd, SIZE_MAX);
	close(fd);
}

/* The file holds lines [first, last), and nothing else. */
static void assert_file(const char *path, unsigned int first, unsigned int last)
{
	read_file(path);
	assert_int_equal(assert_lines(t.text, t.len, first), last);
}

static void append_to_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

/* What sink_discard() reports. */
struct discarded {
	unsigned int first, n;
};

static void on_discarded(void *ctx, const char *bytes, size_t n)
{
	struct discarded *discarded = ctx;
	char expected[LINE_MAX_BYTES];
	size_t len = make_line(expected, discarded->first + discarded->n);

	/* Of a line of which a part is written, what is left. */
	assert_true(n < len && (n == len - 1 || !discarded->n));
	assert_memory_equal(bytes, expected + (len - 1 - n), n);
	discarded->n++;
}

/* Discards lines [first, first + n): each is told, in order, and nothing is left. */
static void discard(unsigned int first, unsigned int n)
{
	struct discarded discarded = {.first = first};

	sink_discard(t.sink, on_discarded, &discarded);
	assert_int_equal(discarded.n, n);
	/* At most the end of a line that had to stay. */
	assert_true(sink_pending(t.sink) <= 1);
	assert_int_equal(sink_flush(t.sink), 0);
}

/* Files */

static void a_file_is_created_for_its_owner_to_write_and_all_to_read(void **state)
{
	mode_t mask = umask(0);
	struct stat st;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	umask(mask);
	assert_int_equal(stat(t.path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(st.st_size, 0);
}

static void a_file_is_appended_to(void **state)
{
	(void)state;
	append_to_file(t.path, "000000 \n");
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(1, 10), 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(sink_pending(t.sink), 0);
	assert_file(t.path, 0, 11);
}

static void a_file_that_can_not_be_opened_is_an_error(void **state)
{
	char path[160];

	(void)state;
	snprintf(path, sizeof(path), "%s/no/such", t.dir);
	assert_int_equal(sink_open_file(path, &t.sink), -ENOENT);
	assert_int_equal(sink_open_file(t.dir, &t.sink), -EISDIR);
	/* A FIFO that nobody reads: to open it must not wait either. */
	assert_int_equal(mkfifo(t.path, 0600), 0);
	assert_int_equal(sink_open_file(t.path, &t.sink), -ENXIO);
	assert_null(t.sink);
}

static void nothing_is_written_before_a_flush(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 3), 3);
	assert_true(sink_pending(t.sink) > 0);
	assert_file(t.path, 0, 0);
}

static void what_is_reserved_and_not_committed_is_not_written(void **state)
{
	struct buffer *line;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 1), 1);
	line = sink_reserve(t.sink, LINE_MAX_BYTES);
	assert_non_null(line);
	buffer_puts(line, "never mind");
	assert_int_equal(put_lines(1, 1), 1);
	/* A commit that follows no reserve has nothing to keep. */
	sink_commit(t.sink);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, 2);
}

static void a_reserved_line_has_the_room_asked_for_and_no_more(void **state)
{
	struct buffer *line;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	line = sink_reserve(t.sink, 10);
	assert_int_equal(line->cap, 10);
	assert_int_equal(line->len, 0);
	buffer_puts(line, "0123456789");
	assert_false(line->overflow);
	buffer_putc(line, 'x');
	assert_true(line->overflow);
	assert_non_null(sink_reserve(t.sink, SINK_CAPACITY));
	assert_null(sink_reserve(t.sink, SINK_CAPACITY + 1));
}

static void much_is_worth_a_write_and_little_is_not(void **state)
{
	unsigned int n = 0;

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_false(sink_wants_flush(t.sink));
	assert_int_equal(put_lines(n++, 1), 1);
	assert_false(sink_wants_flush(t.sink));
	while (!sink_wants_flush(t.sink))
		assert_int_equal(put_lines(n++, 1), 1);
	assert_true(sink_pending(t.sink) < SINK_CAPACITY / 2);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_false(sink_wants_flush(t.sink));
	assert_file(t.path, 0, n);
}

/* Reopening */

static void after_a_rename_and_reopen_lines_go_to_the_new_file(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	/* Until the reopen, to the old one. */
	put_lines(100, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	put_lines(200, 100);
	assert_int_equal(sink_reopen(t.sink), 0);
	put_lines(300, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.other, 0, 200);
	assert_file(t.path, 200, 400);
}

static void after_a_failed_reopen_the_old_file_stays_in_use(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(mkdir(t.path, 0700), 0);
	put_lines(10, 10);
	assert_int_equal(sink_reopen(t.sink), -EISDIR);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.other, 0, 20);
	/* And the next attempt may succeed. */
	assert_int_equal(rmdir(t.path), 0);
	assert_int_equal(sink_reopen(t.sink), 0);
	put_lines(20, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 20, 30);
}

static void standard_output_is_not_reopened(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	put_lines(0, 5);
	assert_int_equal(sink_reopen(t.sink), 0);
	assert_int_equal(sink_flush(t.sink), 0);
	read_some(t.reader, SIZE_MAX);
	assert_int_equal(assert_lines(t.text, t.len, 0), 5);
}

/* A sink on a FIFO of one page at t.path, which t.reader reads. */
static void open_fifo(void)
{
	assert_int_equal(mkfifo(t.path, 0600), 0);
	t.reader = open(t.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(t.reader >= 0);
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_true(fcntl(sink_fd(t.sink), F_SETPIPE_SZ, 4096) >= 4096);
}

/* Writes lines [0, n) as far as the FIFO takes them: somewhere in the middle of one it is full. */
static void tear_a_line(unsigned int n)
{
	assert_int_equal(put_lines(0, n), n);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_true(sink_pending(t.sink) > 0);
	read_some(t.reader, SIZE_MAX);
	assert_true(t.len > 0 && t.text[t.len - 1] != '\n');
}

static void a_half_written_line_is_ended_in_the_old_file(void **state)
{
	size_t torn_at;
	unsigned int next;

	(void)state;
	open_fifo();
	tear_a_line(300);
	torn_at = t.len;
	assert_int_equal(rename(t.path, t.other), 0);
	assert_int_equal(sink_reopen(t.sink), 0);
	put_lines(300, 10);
	assert_int_equal(sink_flush(t.sink), 0);

	read_some(t.reader, SIZE_MAX);
	assert_true(t.len > torn_at && t.len < torn_at + LINE_MAX_BYTES);
	next = assert_lines(t.text, t.len, 0);
	assert_file(t.path, next, 310);
}

static void a_reopen_is_put_off_while_the_old_file_does_not_take_the_rest(void **state)
{
	unsigned int next;

	(void)state;
	open_fifo();
	assert_int_equal(put_lines(0, 300), 300);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_int_equal(rename(t.path, t.other), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(sink_reopen(t.sink), -EAGAIN);
	assert_int_equal(access(t.path, F_OK), -1);

	read_some(t.reader, SIZE_MAX);
	assert_int_equal(sink_reopen(t.sink), 0);
	assert_int_equal(sink_flush(t.sink), 0);
	read_some(t.reader, SIZE_MAX);
	next = assert_lines(t.text, t.len, 0);
	assert_true(next < 300);
	assert_file(t.path, next, 300);
}

/* Slow readers of standard output */

/* Lines [0, n), until the sink refuses one: n. */
static unsigned int put_until_refused(void)
{
	unsigned int n = 0, done;

	do {
		done = put_lines(n, 100);
		n += done;
		assert_int_equal(sink_flush(t.sink), 0);
		assert_true(n < sizeof(storage) / LINE_MAX_BYTES * 2);
	} while (done == 100);
	/* The line written in part is kept whole. */
	assert_true(sink_pending(t.sink) > SINK_CAPACITY - 2 * LINE_MAX_BYTES);
	assert_null(sink_reserve(t.sink, LINE_MAX_BYTES));
	return n;
}

/*
 * Lines to a reader that takes nothing, until the sink refuses; then it reads, at first little at
 * a time. What was accepted arrives whole and in order.
 */
static void assert_slow_reader_is_not_waited_for(void)
{
	unsigned int n = put_until_refused(), before = n;

	for (int i = 0; i < 100; i++) {
		assert_true(read_some(t.reader, 10000) > 0);
		assert_int_equal(sink_flush(t.sink), 0);
		n += put_lines(n, 7);
	}
	/* What little room came free was used again. */
	assert_true(n > before);
	do
		assert_int_equal(sink_flush(t.sink), 0);
	while (read_some(t.reader, SIZE_MAX));
	assert_int_equal(sink_pending(t.sink), 0);
	assert_int_equal(assert_lines(t.text, t.len, 0), n);
}

/* O_NONBLOCK would be seen by whoever else has standard output. */
static void assert_stdout_still_blocks(void)
{
	assert_int_equal(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
}

static void a_slow_reader_of_a_pipe_is_not_waited_for(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_stdout_still_blocks();
	assert_slow_reader_is_not_waited_for();
	assert_stdout_still_blocks();
}

static void a_slow_reader_of_a_socket_is_not_waited_for(void **state)
{
	(void)state;
	socket_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_slow_reader_is_not_waited_for();
	assert_stdout_still_blocks();
}

/* As someone who may not open the pipe that he was handed. */
static void open_stdout_unprivileged(void)
{
	bool root = geteuid() == 0;

	assert_int_equal(fchmod(STDOUT_FILENO, 0), 0);
	if (root)
		assert_int_equal(seteuid(UNPRIVILEGED), 0);
	assert_int_equal(open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC), -1);
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	if (root)
		assert_int_equal(seteuid(0), 0);
	/* The leak sanitizer needs what the change of user took away. */
	prctl(PR_SET_DUMPABLE, 1);
}

static void a_slow_reader_of_a_pipe_that_can_not_be_reopened_is_not_waited_for(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	open_stdout_unprivileged();
	assert_int_equal(sink_fd(t.sink), STDOUT_FILENO);
	assert_slow_reader_is_not_waited_for();
	assert_stdout_still_blocks();
}

/* Errors of standard output */

static void a_closed_standard_output_is_an_error(void **state)
{
	int err;

	(void)state;
	close(STDOUT_FILENO);
	err = sink_open_stdout(&t.sink);
	dup2(t.stdout_fd, STDOUT_FILENO);
	assert_int_equal(err, -EBADF);
	assert_null(t.sink);
}

/* Lines that were written are gone with the reader, those that were not are all told. */
static void assert_epipe(void)
{
	put_lines(0, 3);
	assert_int_equal(sink_flush(t.sink), 0);
	close(t.reader);
	t.reader = -1;
	put_lines(3, 3);
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	discard(3, 3);
}

static void a_pipe_that_nobody_reads_any_more_is_epipe(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_epipe();
}

static void a_pipe_that_nobody_read_from_the_start_is_epipe(void **state)
{
	(void)state;
	pipe_becomes_stdout();
	close(t.reader);
	t.reader = -1;
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	put_lines(0, 3);
	assert_int_equal(sink_flush(t.sink), -EPIPE);
	discard(0, 3);
}

static void a_socket_that_nobody_reads_any_more_is_epipe_without_a_signal(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_DFL);
	socket_becomes_stdout();
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_epipe();
}

static void standard_output_outlives_the_sink(void **state)
{
	static void (*const kinds[])(void) = {pipe_becomes_stdout, socket_becomes_stdout};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		kinds[i]();
		assert_int_equal(sink_open_stdout(&t.sink), 0);
		sink_close(t.sink);
		t.sink = NULL;
		assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
		close(t.reader);
		t.reader = -1;
	}
	sink_close(NULL);
}

/* Full disks */

/* What a full device refuses is kept, may be tried again, and is told when given up. */
static void assert_full(void)
{
	put_lines(0, 10);
	assert_int_equal(sink_flush(t.sink), -ENOSPC);
	put_lines(10, 10);
	assert_int_equal(sink_flush(t.sink), -ENOSPC);
	discard(0, 20);
	discard(20, 0);
}

static void a_full_disk_is_enospc_and_lines_are_kept_until_discarded(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file("/dev/full", &t.sink), 0);
	assert_full();
}

static void a_full_disk_behind_standard_output_is_the_same(void **state)
{
	(void)state;
	become_stdout(open("/dev/full", O_WRONLY | O_CLOEXEC));
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	assert_full();
}

static void lines_refused_by_a_full_disk_are_written_once_there_is_room(void **state)
{
	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	limit_file_size(1000);
	put_lines(0, 100);
	assert_int_equal(sink_flush(t.sink), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	put_lines(100, 100);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, 200);
}

/* The number of whole lines in 1000 bytes. */
static unsigned int whole_lines(void)
{
	char line[LINE_MAX_BYTES];
	unsigned int n = 0;

	for (size_t len = make_line(line, 0); len <= 1000; len += make_line(line, n))
		n++;
	return n;
}

/* Lines [0, 100) to a file that ends after 1000 bytes: in the middle of a line. */
static void fill_file(void)
{
	limit_file_size(1000);
	assert_int_equal(put_lines(0, 100), 100);
	assert_int_equal(sink_flush(t.sink), -EFBIG);
	read_file(t.path);
	assert_int_equal(t.len, 1000);
	assert_true(t.text[999] != '\n');
}

static void a_half_written_line_is_taken_back_when_discarded(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	discard(whole, 100 - whole);
	assert_file(t.path, 0, whole);
	/* And the file can be written again, right behind the last whole line. */
	limit_file_size(RLIM_INFINITY);
	put_lines(whole, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, whole + 10);
}

static void a_line_written_in_many_parts_is_taken_back_whole(void **state)
{
	char line[LINE_MAX_BYTES];
	size_t len = make_line(line, 0) + make_line(line, 1);

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	assert_int_equal(put_lines(0, 10), 10);
	for (size_t torn = 1; torn < make_line(line, 2); torn += 2) {
		limit_file_size(len + torn);
		assert_int_equal(sink_flush(t.sink), -EFBIG);
	}
	discard(2, 8);
	assert_file(t.path, 0, 2);
}

/* `tpconnect > file`: without O_APPEND, the next write goes where the descriptor stands. */
static void a_half_written_line_is_taken_back_from_standard_output(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	become_stdout(open(t.path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(sink_open_stdout(&t.sink), 0);
	fill_file();
	discard(whole, 100 - whole);
	assert_file(t.path, 0, whole);
	limit_file_size(RLIM_INFINITY);
	put_lines(whole, 10);
	assert_int_equal(sink_flush(t.sink), 0);
	assert_file(t.path, 0, whole + 10);
}

static void what_another_program_appended_is_not_taken_back(void **state)
{
	unsigned int whole = whole_lines();

	(void)state;
	assert_int_equal(sink_open_file(t.path, &t.sink), 0);
	fill_file();
	limit_file_size(RLIM_INFINITY);
	append_to_file(t.path, "someone else's\n");
	discard(whole, 100 - whole);
	read_file(t.path);
	/* And what comes next will be a line of its own. */
	assert_int_equal(t.len, 1000 + strlen("someone else's\n\n"));
	assert_memory_equal(t.text + 1000, "someone else's\n\n", strlen("someone else's\n\n"));
}

/* Nothing can be taken back from a pipe; but the line that follows must be a line of its own. */
static void a_line_after_a_half_written_one_that_stays_is_a_line_of_its_own(void **state)
{
	struct discarded discarded = {0};
	char next[LINE_MAX_BYTES];
	size_t len = make_line(next, 300);

	(void)state;
	open_fifo();
	tear_a_line(300);
	while (t.text[t.len - 1] != '\n')
		t.len--;
	discarded.first = assert_lines(t.text, t.len, 0);
	sink_discard(t.sink, on_discarded, &discarded);

	t.len = 0;
	put_lines(300, 1);
	assert_int_equal(sink_flush(t.sink), 0);
	read_some(t.reader, SIZE_MAX);
	assert_true(t.len > len);
	assert_memory_equal(t.text + t.len - len, next, len);
	assert_int_equal(t.text[t.len - len - 1], '\n');
}

#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(a_file_is_created_for_its_owner_to_write_and_all_to_read),
		row(a_file_is_appended_to),
		row(a_file_that_can_not_be_opened_is_an_error),
		row(nothing_is_written_before_a_flush),
		row(what_is_reserved_and_not_committed_is_not_written),
		row(a_reserved_line_has_the_room_asked_for_and_no_more),
		row(much_is_worth_a_write_and_little_is_not),
		row(after_a_rename_and_reopen_lines_go_to_the_new_file),
		row(after_a_failed_reopen_the_old_file_stays_in_use),
		row(standard_output_is_not_reopened),
		row(a_half_written_line_is_ended_in_the_old_file),
		row(a_reopen_is_put_off_while_the_old_file_does_not_take_the_rest),
		row(a_slow_reader_of_a_pipe_is_not_waited_for),
		row(a_slow_reader_of_a_socket_is_not_waited_for),
		row(a_slow_reader_of_a_pipe_that_can_not_be_reopened_is_not_waited_for),
		row(a_closed_standard_output_is_an_error),
		row(a_pipe_that_nobody_reads_any_more_is_epipe),
		row(a_pipe_that_nobody_read_from_the_start_is_epipe),
		row(a_socket_that_nobody_reads_any_more_is_epipe_without_a_signal),
		row(standard_output_outlives_the_sink),
		row(a_full_disk_is_enospc_and_lines_are_kept_until_discarded),
		row(a_full_disk_behind_standard_output_is_the_same),
		row(lines_refused_by_a_full_disk_are_written_once_there_is_room),
		row(a_half_written_line_is_taken_back_when_discarded),
		row(a_line_written_in_many_parts_is_taken_back_whole),
		row(a_half_written_line_is_taken_back_from_standard_output),
		row(what_another_program_appended_is_not_taken_back),
		row(a_line_after_a_half_written_one_that_stays_is_a_line_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
