// SPDX-License-Identifier: MIT
/* What a service manager is told, by a socket of the test's. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/notify.h"

static char dir[] = "/tmp/test_notify.XXXXXX";
static char path[64];

/* The manager's socket; name: a path, or what is abstract behind an @. */
static int listen_at(const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(address.sun_path, name, len);
	if (*name == '@')
		address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	return fd;
}

static void assert_hears(int fd, const char *what)
{
	char text[64];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	if (!what) {
		assert_int_equal(n, -1);
		assert_int_equal(errno, EAGAIN);
		return;
	}
	assert_true(n >= 0);
	text[n] = '\0';
	assert_string_equal(text, what);
}

static int forget(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	unlink(path);
	return 0;
}

static void nobody_is_told_where_nobody_asks(void **state)
{
	struct notify notify;

	(void)state;
	assert_int_equal(notify_open(&notify), 0);
	assert_int_equal(notify.fd, -1);
	notify_send(&notify, "READY=1");
	notify_close(&notify);
	setenv("NOTIFY_SOCKET", "", 1);
	assert_int_equal(notify_open(&notify), 0);
	assert_int_equal(notify.fd, -1);
}

static void a_socket_is_a_path_or_abstract(void **state)
{
	char abstract[64];
	const char *names[] = {path, abstract};

	(void)state;
	snprintf(abstract, sizeof(abstract), "@test_notify.%d", (int)getpid());
	for (int i = 0; i < 2; i++) {
		int manager = listen_at(names[i]);
		struct notify notify;

		setenv("NOTIFY_SOCKET", names[i], 1);
		assert_int_equal(notify_open(&notify), 0);
		assert_hears(manager, NULL);
		notify_send(&notify, "READY=1");
		notify_send(&notify, "STOPPING=1");
		assert_hears(manager, "READY=1");
		assert_hears(manager, "STOPPING=1");
		notify_close(&notify);
		close(manager);
	}
}

static void a_manager_that_is_full_or_gone_holds_up_nobody(void **state)
{
	int manager = listen_at(path);
	struct notify notify;

	(void)state;
	setenv("NOTIFY_SOCKET", path, 1);
	assert_int_equal(notify_open(&notify), 0);
	alarm(10);
	for (int i = 0; i < 100000; i++)
		notify_send(&notify, "WATCHDOG=1");
	close(manager);
	notify_send(&notify, "WATCHDOG=1");
	alarm(0);
	notify_close(&notify);
}

static void what_cannot_be_reached_is_said(void **state)
{
	char longest[200];
	struct notify notify;

	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
	assert_int_equal(notify_open(&notify), -ENOENT);
	assert_int_equal(notify.fd, -1);
	setenv("NOTIFY_SOCKET", "vsock:2:1", 1);
	assert_int_equal(notify_open(&notify), -EAFNOSUPPORT);
	setenv("NOTIFY_SOCKET", "/", 1);
	assert_int_equal(notify_open(&notify), -EAFNOSUPPORT);
	memset(longest, '/', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	setenv("NOTIFY_SOCKET", longest, 1);
	assert_int_equal(notify_open(&notify), -ENAMETOOLONG);
}

static uint64_t watchdog(const char *usec, const char *pid)
{
	struct notify notify;
	uint64_t ns;

	setenv("WATCHDOG_USEC", usec, 1);
	if (pid)
		setenv("WATCHDOG_PID", pid, 1);
	else
		unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_open(&notify), 0);
	ns = notify.watchdog_ns;
	notify_close(&notify);
	return ns;
}

static void signs_of_life_are_for_who_is_asked_for_them(void **state)
{
	int manager = listen_at(path);
	char own[16];

	(void)state;
	snprintf(own, sizeof(own), "%d", (int)getpid());
	setenv("NOTIFY_SOCKET", path, 1);
	assert_int_equal(watchdog("30000000", own), 30000000000);
	assert_int_equal(watchdog("30000000", NULL), 30000000000);
	assert_int_equal(watchdog("30000000", "1"), 0);
	assert_int_equal(watchdog("0", own), 0);
	assert_int_equal(watchdog("soon", own), 0);
	close(manager);
}

#define row(test) cmocka_unit_test_teardown(test, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		row(nobody_is_told_where_nobody_asks),
		row(a_socket_is_a_path_or_abstract),
		row(a_manager_that_is_full_or_gone_holds_up_nobody),
		row(what_cannot_be_reached_is_said),
		row(signs_of_life_are_for_who_is_asked_for_them),
	};
	int failed;

	if (!mkdtemp(dir))
		return 1;
	snprintf(path, sizeof(path), "%s/notify", dir);
	forget(NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(dir);
	return failed;
}
