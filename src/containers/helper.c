// SPDX-License-Identifier: MIT
#include "containers/helper.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "containers/find.h"
#include "util/array.h"

/* Descriptors that may be open where the kernel has no close_range(2), before 5.9: at the start. */
#define FDS_MAX 1024

static void close_range_of(unsigned int first, unsigned int last)
{
	if (first > last || !syscall(SYS_close_range, first, last, 0))
		return;
	for (unsigned int fd = first; fd <= last && fd < FDS_MAX; fd++)
		close((int)fd);
}

static void close_others(int fd)
{
	if (fd)
		close_range_of(0, (unsigned int)fd - 1);
	close_range_of((unsigned int)fd + 1, UINT_MAX);
}

/* The end of the socket is the end; what a terminal or a service manager sends to all is not. */
static void ignore_signals(void)
{
	static const int ignored[] = {SIGINT,  SIGTERM, SIGHUP,	 SIGQUIT, SIGTSTP,
				      SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGPIPE};

	for (size_t i = 0; i < ARRAY_SIZE(ignored); i++)
		signal(ignored[i], SIG_IGN);
}

/*
 * It reads what others wrote, and needs no right but to do so. As root it may still do what files
 * of root's own allow.
 */
static bool drop_rights(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &header, caps))
		return false;
	caps[0].permitted &= 1u << CAP_DAC_READ_SEARCH;
	caps[0].effective &= caps[0].permitted;
	caps[0].inheritable = 0;
	caps[1] = (struct __user_cap_data_struct){}; /* it is of the first 32 */
	return !syscall(SYS_capset, &header, caps) && !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

/* Returns false when the other end is closed. */
static bool answer(int fd, const char *root)
{
	struct container_question question;
	struct container_answer answer;
	ssize_t n = recv(fd, &question, sizeof(question), 0);

	if (n < 0)
		return errno == EINTR;
	if (n != (ssize_t)sizeof(question) || !container_question_is_valid(&question))
		return n;
	answer.key = question.key;
	container_find(root, &question, &answer.names);
	while ((n = send(fd, &answer, sizeof(answer), MSG_NOSIGNAL)) < 0 && errno == EINTR)
		;
	return n > 0;
}

_Noreturn void helper_main(int fd, pid_t parent, const char *root)
{
	ignore_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0); /* it ended before it could be heard of */
	prctl(PR_SET_NAME, "tpconnect-names");
	close_others(fd);
	if (!drop_rights())
		_exit(1);
	while (answer(fd, root))
		;
	_exit(0);
}
