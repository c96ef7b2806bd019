// SPDX-License-Identifier: MIT
/*
 * A terminal is what it was, however the process that took it ends or stops. The second witness is
 * the other end of a pseudo-terminal: its modes, and what was written to it.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "terminal/terminal.h"
#include "util/array.h"

#define ENTERED "\033[?1049h"
#define LEFT	"\033[?1049l"
#define ERASED	"\033[H\033[2J"

static struct {
	int ours, theirs; /* ends of the pseudo-terminal */
	struct termios before;
	pid_t pid;
	char written[65536];
	size_t n;
} pty;

/* Reads what there is. */
static void look(void)
{
	ssize_t n;

	while ((n = read(pty.ours, pty.written + pty.n, sizeof(pty.written) - 1 - pty.n)) > 0)
		pty.n += (size_t)n;
	pty.written[pty.n] = '\0';
}

static size_t count(const char *what)
{
	size_t n = 0;

	look();
	for (const char *at = pty.written; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* Waits until the child has written it so often. */
static void await(const char *what, size_t times)
{
	struct pollfd more = {.fd = pty.ours, .events = POLLIN};

	while (count(what) < times)
		if (poll(&more, 1, 60000) != 1)
			fail_msg("%s was not written %zu times: %s", what + 1, times, pty.written);
}

static void assert_given_back(void)
{
	struct termios now = {0}; /* padding is compared as well */

	look();
	assert_int_equal(tcgetattr(pty.theirs, &now), 0);
	assert_memory_equal(&now, &pty.before, sizeof(now));
	assert_int_equal(count(ENTERED), count(LEFT));
	assert_int_equal(count(ERASED), count(LEFT));
	assert_non_null(strstr(pty.written, "\033[?25h"));
}

static void assert_taken(void)
{
	struct termios now = {0}; /* padding is compared as well */

	assert_int_equal(tcgetattr(pty.theirs, &now), 0);
	assert_int_equal(now.c_lflag & (ICANON | ECHO | ISIG), 0);
	assert_int_equal(count(ENTERED), count(LEFT) + 1);
}

/* Runs act() in a process that has the terminal, in a job of its own as a shell has them. */
static void start(void (*act)(void))
{
	pty.n = 0;
	assert_int_equal(openpty(&pty.ours, &pty.theirs, NULL, NULL, NULL), 0);
	fcntl(pty.ours, F_SETFL, O_NONBLOCK);
	tcgetattr(pty.theirs, &pty.before);
	pty.pid = fork();
	assert_true(pty.pid >= 0);
	if (pty.pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* after a test that failed */
	/*
	 * cmocka would go on with the next test in this process; and who runs the tests may have
	 * signals ignored, as nohup(1) has SIGHUP, and a shell SIGINT and SIGQUIT of what it runs
	 * in the background.
	 */
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	setpgid(0, 0);
	dup2(pty.theirs, STDOUT_FILENO);
	close(pty.ours);
	setenv("TERM", "xterm", 1);
	if (terminal_open())
		_exit(99);
	act();
	_exit(98);
}

/* Returns how it ended. */
static int finish(void)
{
	int status;

	assert_int_equal(waitpid(pty.pid, &status, 0), pty.pid);
	assert_given_back();
	close(pty.ours);
	close(pty.theirs);
	return status;
}

static void say(const char *what)
{
	if (write(terminal_fd(), what, strlen(what)) < 0)
		_exit(97);
}

static void close_it(void)
{
	terminal_close();
	terminal_close(); /* it is given back already */
	_exit(5);
}

static void exit_at_once(void)
{
	exit(5);
}

static void wait_for_a_signal(void)
{
	say("ready");
	for (;;)
		pause();
}

static void write_nowhere(void)
{
	volatile char *nowhere = mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	*nowhere = 1;
}

static void it_is_given_back_at_the_end(void **state)
{
	(void)state;
	start(close_it);
	assert_int_equal(WEXITSTATUS(finish()), 5);
	start(exit_at_once);
	assert_int_equal(WEXITSTATUS(finish()), 5);
}

static void it_is_given_back_by_who_is_killed(void **state)
{
	static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGSEGV};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		int status;

		start(wait_for_a_signal);
		await("ready", 1);
		assert_taken();
		kill(pty.pid, signals[i]);
		status = finish();
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), signals[i]);
	}
}

static void it_is_given_back_by_who_crashes(void **state)
{
	(void)state;
	start(write_nowhere);
	assert_int_equal(WTERMSIG(finish()), SIGSEGV);
	start(abort);
	assert_int_equal(WTERMSIG(finish()), SIGABRT);
}

static void who_is_stopped_gives_it_back_for_the_time(void **state)
{
	int status;

	(void)state;
	start(wait_for_a_signal);
	await("ready", 1);
	for (size_t times = 1; times <= 2; times++) {
		kill(pty.pid, SIGTSTP);
		assert_int_equal(waitpid(pty.pid, &status, WUNTRACED), pty.pid);
		assert_true(WIFSTOPPED(status));
		assert_given_back();
		kill(pty.pid, SIGCONT);
		await(ENTERED, times + 1);
		assert_taken();
	}
	kill(pty.pid, SIGTERM);
	finish();
}

static void suspend_and_tell(void)
{
	terminal_suspend();
	say(terminal_changed() ? "changed" : "same");
	say(terminal_changed() ? "changed" : "same");
	close_it();
}

static void a_key_can_stop_it_as_well(void **state)
{
	int status;

	(void)state;
	start(suspend_and_tell);
	assert_int_equal(waitpid(pty.pid, &status, WUNTRACED), pty.pid);
	assert_true(WIFSTOPPED(status));
	assert_given_back();
	kill(pty.pid, SIGCONT);
	assert_int_equal(WEXITSTATUS(finish()), 5);
	assert_non_null(strstr(pty.written, ENTERED "\033[?25l\033[?7lchangedsame"));
}

/* SIGSTOP cannot be caught; what a shell does to the terminal meanwhile is undone. */
static void who_goes_on_takes_it_anew(void **state)
{
	int status;

	(void)state;
	start(wait_for_a_signal);
	await("ready", 1);
	kill(pty.pid, SIGSTOP);
	assert_int_equal(waitpid(pty.pid, &status, WUNTRACED), pty.pid);
	tcsetattr(pty.theirs, TCSANOW, &pty.before);
	kill(pty.pid, SIGCONT);
	await(ENTERED, 2);
	kill(pty.pid, SIGTERM);
	waitpid(pty.pid, &status, 0);
	assert_int_equal(count(LEFT), 1);
	close(pty.ours);
	close(pty.theirs);
}

static void tell_sizes(void)
{
	struct pollfd change = {.fd = terminal_changes(), .events = POLLIN};
	unsigned int width, height;
	char text[64];

	for (;;) {
		terminal_size(&width, &height);
		snprintf(text, sizeof(text), "%ux%u ", width, height);
		say(text);
		while (poll(&change, 1, -1) < 0 || !terminal_changed())
			;
	}
}

static void its_size_is_followed(void **state)
{
	(void)state;
	start(tell_sizes);
	await("80x24", 1); /* it has none */
	ioctl(pty.ours, TIOCSWINSZ, &(struct winsize){.ws_col = 132, .ws_row = 43});
	kill(pty.pid, SIGWINCH); /* it is not the terminal that controls it */
	await("132x43", 1);
	kill(pty.pid, SIGTERM);
	finish();
}

static void have_children(void)
{
	pid_t pid = fork();

	if (!pid)
		exit(0);
	waitpid(pid, NULL, 0);
	pid = fork();
	if (!pid)
		raise(SIGTERM);
	waitpid(pid, NULL, 0);
	wait_for_a_signal();
}

static void children_do_not_give_it_back(void **state)
{
	(void)state;
	start(have_children);
	await("ready", 1);
	assert_taken();
	kill(pty.pid, SIGTERM);
	finish();
}

static void fill_it(void)
{
	while (write(terminal_fd(), "xxxxxxxx", 8) > 0)
		;
	if (errno == EAGAIN)
		close_it();
}

/* As behind a network that is gone: the end comes all the same, and the modes are restored. */
static void a_terminal_that_takes_nothing_holds_nothing_up(void **state)
{
	struct termios now = {0}; /* padding is compared as well */
	int status;

	(void)state;
	start(fill_it);
	assert_int_equal(waitpid(pty.pid, &status, 0), pty.pid);
	assert_int_equal(WEXITSTATUS(status), 5);
	assert_int_equal(tcgetattr(pty.theirs, &now), 0);
	assert_memory_equal(&now, &pty.before, sizeof(now));
	close(pty.ours);
	close(pty.theirs);
}

static void read_keys(void)
{
	struct pollfd keys = {.fd = terminal_fd(), .events = POLLIN};
	char bytes[16];

	if (read(terminal_fd(), bytes, sizeof(bytes)) >= 0 || errno != EAGAIN)
		_exit(96);
	say("ready");
	poll(&keys, 1, -1);
	if (read(terminal_fd(), bytes, sizeof(bytes)) != 1 || bytes[0] != 3)
		_exit(95);
	close_it();
}

static void keys_come_as_they_are_pressed(void **state)
{
	(void)state;
	start(read_keys);
	await("ready", 1);
	assert_int_equal(write(pty.ours, "\003", 1), 1);
	assert_int_equal(WEXITSTATUS(finish()), 5);
}

static void without_a_terminal_nothing_is_taken(void **state)
{
	pid_t pid;
	int status;

	(void)state;
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDOUT_FILENO);
		_exit(terminal_is_there() ? 1 : terminal_open() == -ENOTTY ? 0 : 2);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_given_back_at_the_end),
		cmocka_unit_test(it_is_given_back_by_who_is_killed),
		cmocka_unit_test(it_is_given_back_by_who_crashes),
		cmocka_unit_test(who_is_stopped_gives_it_back_for_the_time),
		cmocka_unit_test(a_key_can_stop_it_as_well),
		cmocka_unit_test(who_goes_on_takes_it_anew),
		cmocka_unit_test(its_size_is_followed),
		cmocka_unit_test(children_do_not_give_it_back),
		cmocka_unit_test(a_terminal_that_takes_nothing_holds_nothing_up),
		cmocka_unit_test(keys_come_as_they_are_pressed),
		cmocka_unit_test(without_a_terminal_nothing_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
