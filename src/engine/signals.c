// SPDX-License-Identifier: MIT
#include "engine/signals.h"

#include <errno.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "util/array.h"

void signals_ignore_of_writing(void)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
}

int signals_open(struct signals *signals, bool for_command)
{
	static const int ours[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD};
	static const int passed_on[] = {SIGQUIT, SIGUSR1, SIGUSR2};
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		sigaddset(&mask, ours[i]);
	for (size_t i = 0; for_command && i < ARRAY_SIZE(passed_on); i++)
		sigaddset(&mask, passed_on[i]);
	sigprocmask(SIG_BLOCK, &mask, &signals->old_mask);
	signals_ignore_of_writing();
	signals->fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return signals->fd < 0 ? -errno : 0;
}

void signals_close(struct signals *signals)
{
	if (signals->fd >= 0)
		close(signals->fd);
	signals->fd = -1;
}

static enum signal_request interrupted(struct signals *signals, const struct signalfd_siginfo *info)
{
	bool from_terminal = info->ssi_code == SI_KERNEL;

	if (!signals->child.pid) {
		/* The terminal has shown "^C", and goes on behind it. */
		if (from_terminal && isatty(STDERR_FILENO))
			fputc('\n', stderr);
		return SIGNAL_STOP;
	}
	/* What the terminal sends, it sends to the command as well, which may live on with it. */
	if (from_terminal || child_interrupt(&signals->child, (int)info->ssi_signo))
		return SIGNAL_NOTHING;
	signals->abandoned = true;
	return SIGNAL_STOP;
}

bool signals_next(struct signals *signals, enum signal_request *ret)
{
	struct signalfd_siginfo info;

	if (read(signals->fd, &info, sizeof(info)) != sizeof(info))
		return false;
	*ret = SIGNAL_NOTHING;
	switch (info.ssi_signo) {
	case SIGCHLD:
		if (child_reap(&signals->child))
			*ret = SIGNAL_CHILD_ENDED;
		break;
	case SIGUSR1:
	case SIGUSR2:
		child_signal(&signals->child, (int)info.ssi_signo);
		break;
	case SIGHUP:
		if (signals->hangup_reopens) {
			*ret = SIGNAL_REOPEN;
			break;
		}
		/* fall through */
	default:
		*ret = interrupted(signals, &info);
	}
	return true;
}
