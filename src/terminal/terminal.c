// SPDX-License-Identifier: MIT
/*
 * Handlers of signals use what is here, so that all of it calls only what signal-safety(7) allows,
 * but for terminal_open() and terminal_close().
 */
#include "terminal/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "util/array.h"

/*
 * xterm's alternate screen, with the cursor's place kept; no cursor; no wrapping, so that a line
 * that a terminal takes for longer than it is cannot move those below. Erased before it is left:
 * who talks to whom is nothing to stay where there is no such screen, and tmux that was resized
 * puts lines of it above those of the shell.
 */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?2026l\033[0m\033[H\033[2J\033[?7h\033[?25h\033[?1049l"

/* How long a terminal that takes nothing more, as its network is gone, may hold up the end. */
#define PATIENCE_MS 500

/*
 * What ends a process, and can be caught. What the program takes itself it blocks, so that it comes
 * here only before and after that.
 */
static const int deadly[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGILL,	 SIGTRAP, SIGABRT, SIGBUS, SIGFPE,
			     SIGUSR1, SIGSEGV, SIGUSR2, SIGALRM, SIGTERM, SIGXCPU, SIGSYS};

static struct {
	int fd, changes; /* -1: it is not open */
	pid_t pid;	 /* whose it is: not that of children */
	volatile sig_atomic_t taken;
	struct termios before, raw;
	struct sigaction old_deadly[ARRAY_SIZE(deadly)], old_stop, old_go_on, old_resize;
} terminal = {.fd = -1, .changes = -1};

bool terminal_is_there(void)
{
	const char *type = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(type && !strcmp(type, "dumb"));
}

static void put(const char *bytes, size_t n)
{
	struct pollfd room = {.fd = terminal.fd, .events = POLLOUT};

	while (n) {
		ssize_t written = write(terminal.fd, bytes, n);

		if (written > 0) {
			bytes += written;
			n -= (size_t)written;
		} else if (errno != EINTR &&
			   (errno != EAGAIN || poll(&room, 1, PATIENCE_MS) <= 0)) {
			return;
		}
	}
}

static void take(void)
{
	terminal.taken = true;
	tcsetattr(terminal.fd, TCSANOW, &terminal.raw);
	put(ENTER, sizeof(ENTER) - 1);
}

/* SIGTTOU: a process in the background would be stopped instead. */
static void give_back(void)
{
	sigset_t in_background, old;

	if (!terminal.taken || getpid() != terminal.pid)
		return;
	terminal.taken = false;
	sigemptyset(&in_background);
	sigaddset(&in_background, SIGTTOU);
	pthread_sigmask(SIG_BLOCK, &in_background, &old);
	put(LEAVE, sizeof(LEAVE) - 1);
	tcsetattr(terminal.fd, TCSANOW, &terminal.before);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

static void note_change(void)
{
	uint64_t one = 1;

	if (write(terminal.changes, &one, sizeof(one)) < 0)
		return; /* it is noted already */
}

/* An instruction that fails does so again when the handler has returned, and nothing else does. */
static bool comes_again(const siginfo_t *info)
{
	switch (info->si_signo) {
	case SIGSEGV:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
		return info->si_code > 0; /* the kernel found it */
	default:
		return false;
	}
}

static void on_deadly(int sig, siginfo_t *info, void *context)
{
	(void)context;
	give_back();
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		if (deadly[i] == sig)
			sigaction(sig, &terminal.old_deadly[i], NULL);
	if (!comes_again(info))
		raise(sig);
}

static void handle(int sig, void (*handler)(int), struct sigaction *ret_old);

/* SA_NODEFER: raise() stops us here, and returns when we go on. */
static void on_stop(int sig)
{
	int old_errno = errno;

	give_back();
	sigaction(sig, &terminal.old_stop, NULL);
	raise(sig);
	handle(sig, on_stop, NULL);
	take();
	note_change();
	errno = old_errno;
}

/* After SIGSTOP, of which nothing was known: a shell may have changed what it liked. */
static void on_go_on(int sig)
{
	int old_errno = errno;

	(void)sig;
	if (terminal.taken)
		take();
	note_change();
	errno = old_errno;
}

static void on_resize(int sig)
{
	int old_errno = errno;

	(void)sig;
	note_change();
	errno = old_errno;
}

/* What is ignored, as by nohup(1), stays so. */
static void handle(int sig, void (*handler)(int), struct sigaction *ret_old)
{
	const struct sigaction action = {.sa_handler = handler,
					 .sa_flags = SA_RESTART | SA_NODEFER};
	struct sigaction old;

	sigaction(sig, NULL, &old);
	if (old.sa_handler != SIG_IGN)
		sigaction(sig, &action, NULL);
	if (ret_old)
		*ret_old = old;
}

static void handle_deadly(int sig, struct sigaction *ret_old)
{
	const struct sigaction action = {.sa_sigaction = on_deadly, .sa_flags = SA_SIGINFO};

	sigaction(sig, NULL, ret_old);
	if (ret_old->sa_handler != SIG_IGN)
		sigaction(sig, &action, NULL);
}

static void handle_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		handle_deadly(deadly[i], &terminal.old_deadly[i]);
	handle(SIGTSTP, on_stop, &terminal.old_stop);
	handle(SIGCONT, on_go_on, &terminal.old_go_on);
	handle(SIGWINCH, on_resize, &terminal.old_resize);
}

static void handle_none(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(deadly); i++)
		sigaction(deadly[i], &terminal.old_deadly[i], NULL);
	sigaction(SIGTSTP, &terminal.old_stop, NULL);
	sigaction(SIGCONT, &terminal.old_go_on, NULL);
	sigaction(SIGWINCH, &terminal.old_resize, NULL);
}

/*
 * Opened anew, as O_NONBLOCK on a descriptor that a shell shares would be its own, too. Where the
 * device belongs to another user, as after su(1), /dev/tty is there for whom it controls.
 */
static int open_terminal(void)
{
	const int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = open("/proc/self/fd/1", flags);

	if (fd < 0)
		fd = open("/dev/tty", flags);
	return fd < 0 ? -errno : fd;
}

static int open_both(void)
{
	int fd = terminal_is_there() ? open_terminal() : -ENOTTY;

	if (fd < 0)
		return fd;
	terminal.fd = fd;
	if (tcgetattr(fd, &terminal.before))
		return -errno;
	terminal.changes = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	return terminal.changes < 0 ? -errno : 0;
}

static void close_both(void)
{
	close(terminal.fd);
	close(terminal.changes);
	terminal.fd = terminal.changes = -1;
}

int terminal_open(void)
{
	static bool at_exit;
	int err = open_both();

	if (err) {
		close_both();
		return err;
	}
	at_exit = at_exit || !atexit(terminal_close);
	terminal.pid = getpid();
	terminal.raw = terminal.before;
	cfmakeraw(&terminal.raw);
	handle_all();
	take();
	return 0;
}

void terminal_close(void)
{
	if (terminal.fd < 0 || getpid() != terminal.pid)
		return;
	give_back();
	handle_none();
	close_both();
}

int terminal_fd(void)
{
	return terminal.fd;
}

int terminal_changes(void)
{
	return terminal.changes;
}

bool terminal_changed(void)
{
	uint64_t n;

	return read(terminal.changes, &n, sizeof(n)) == sizeof(n);
}

void terminal_size(unsigned int *ret_width, unsigned int *ret_height)
{
	struct winsize size = {0};

	ioctl(terminal.fd, TIOCGWINSZ, &size);
	*ret_width = size.ws_col ? size.ws_col : 80;
	*ret_height = size.ws_row ? size.ws_row : 24;
}

void terminal_suspend(void)
{
	kill(0, SIGTSTP);
}
