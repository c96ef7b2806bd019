// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "engine/child.h"
#include "engine/descendants.h"
#include "engine/pids.h"
#include "engine/probe_start.h"
#include "engine/session.h"
#include "engine/shares.h"
#include "engine/wakeups.h"
#include "model/decode.h"
#include "probe/loader.h"
#include "probe/reader.h"
#include "util/clock.h"
#include "util/log.h"

/* How often the ring is read when the kernel side does not ask for it: half of what is promised. */
#define TICK_NS	       100000000ull
#define TICKS_A_SECOND (NSEC_PER_SEC / TICK_NS)

/* After so many batches the loop looks at its other descriptors. */
#define BATCHES_MAX 16

/* How long a program that was running while it was detached may take to send its event. */
#define SETTLE_MS 100

/* How often the kernel side is searched for what has no socket any more. */
#define SECONDS_A_SWEEP 60

/* What is younger, a sweep leaves alone: see probe_sweep(). */
#define SWEEP_AGE_MS 100

/* A smaller change of the clocks' distance is the noise of reading them. */
#define CLOCK_NOISE_NS 1000

enum { FD_SIGNAL, FD_CLOCK_STEP, FD_TICK, FD_INTERVAL, FD_LIMIT, FD_RING, FD_OUTPUT, FD_COUNT };

struct session {
	const struct options *options;
	const struct session_client *client;
	struct probe *probe;
	struct reader *reader;
	struct pollfd fds[FD_COUNT];
	sigset_t old_mask;
	struct shares shares;
	struct child child;
	bool child_abandoned;
	int64_t boot_to_utc_ns;
	uint64_t received; /* records */
	unsigned int ticks, seconds;
	bool cannot_sweep;
	bool stopping;
	enum exit_status status;
};

void session_stop(struct session *session, enum exit_status status)
{
	session->stopping = true;
	session->status = status;
}

static void clock_refresh(struct session *session)
{
	int64_t now = clock_boot_to_utc_ns();

	if (llabs(now - session->boot_to_utc_ns) > CLOCK_NOISE_NS)
		session->boot_to_utc_ns = now;
}

static void hand_on(struct session *session, const void *record, size_t size)
{
	const struct session_client *client = session->client;
	struct event event;
	int err = event_decode(record, size, &event);

	session->received++;
	if (err)
		client->undecodable(client->ctx, session, err);
	else
		client->event(client->ctx, session, &event, session->boot_to_utc_ns);
}

/* Reads what is in the ring. Returns whether it is empty now. */
static bool drain(struct session *session)
{
	for (int i = 0; i < BATCHES_MAX; i++) {
		int n = reader_fill(session->reader);
		const void *record;
		size_t size;

		if (n < 0) {
			log_error("cannot read the ring buffer: %s", strerror(-n));
			session_stop(session, STATUS_FAILED);
		}
		if (n <= 0)
			return true;
		while ((record = reader_next(session->reader, &size)))
			hand_on(session, record, size);
	}
	return false;
}

/* Every program has done its part when all that was sent has arrived. */
static void drain_last(struct session *session)
{
	struct counters counters;

	for (int ms = 0; ms < SETTLE_MS; ms++) {
		while (!drain(session))
			;
		probe_counters(session->probe, &counters);
		if (counters.sent == session->received + counters.ring)
			return;
		usleep(1000);
	}
}

static void interrupted(struct session *session, const struct signalfd_siginfo *info)
{
	if (!session->child.pid) {
		/* The terminal has shown "^C", and goes on behind it. */
		if (info->ssi_code == SI_KERNEL && isatty(STDERR_FILENO))
			fputc('\n', stderr);
		session_stop(session, STATUS_DONE);
		return;
	}
	/* What the terminal sends, it sends to the command as well, which may live on with it. */
	if (info->ssi_code == SI_KERNEL)
		return;
	if (!child_interrupt(&session->child, (int)info->ssi_signo)) {
		session->child_abandoned = true;
		session_stop(session, STATUS_DONE);
	}
}

static bool command_is_over(const struct session *session)
{
	return session->options->argv && !session->child.pid &&
	       !descendants_awaited(session->options, session->probe);
}

static void on_signal(struct session *session)
{
	struct signalfd_siginfo info;

	while (read(session->fds[FD_SIGNAL].fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			if (child_reap(&session->child) && command_is_over(session))
				session_stop(session, STATUS_DONE);
			break;
		case SIGUSR1:
		case SIGUSR2:
			child_signal(&session->child, (int)info.ssi_signo);
			break;
		case SIGHUP:
			if (session->options->write_path) {
				session->client->hangup(session->client->ctx, session);
				break;
			}
			/* fall through */
		default:
			interrupted(session, &info);
		}
	}
}

static void sweep(struct session *session)
{
	struct error error;

	if (session->cannot_sweep || !probe_sweep(session->probe, &error))
		return;
	session->cannot_sweep = true;
	log_warning("%s: what stays tracked may have no socket any more", error.text);
}

/* As long as the programs are there, nothing that ends by the rules can be taken for what did not.
 */
static void sweep_last(struct session *session)
{
	if (!probe_tracked(session->probe))
		return;
	for (int ms = 0; ms < SWEEP_AGE_MS; ms++) {
		drain(session);
		usleep(1000);
	}
	sweep(session);
}

static void on_tick(struct session *session)
{
	struct counters counters;
	uint64_t ticks = 0;

	if (read(session->fds[FD_TICK].fd, &ticks, sizeof(ticks)) != sizeof(ticks))
		return;
	if (command_is_over(session))
		session_stop(session, STATUS_DONE);
	session->ticks += ticks;
	if (session->ticks < TICKS_A_SECOND)
		return;
	session->ticks = 0;
	if (++session->seconds % SECONDS_A_SWEEP == 0)
		sweep(session);
	probe_counters(session->probe, &counters);
	shares_tell(&session->shares, session->probe, &counters);
	session->client->second(session->client->ctx, session, &counters);
}

static void on_interval(struct session *session)
{
	uint64_t times;

	if (read(session->fds[FD_INTERVAL].fd, &times, sizeof(times)) == sizeof(times))
		session->client->interval(session->client->ctx, session);
}

/* One turn of the loop. */
static void turn(struct session *session, bool wait)
{
	const struct session_client *client = session->client;
	struct pollfd *fds = session->fds;
	bool empty;

	fds[FD_OUTPUT].fd = client->output_fd(client->ctx);
	fds[FD_OUTPUT].events = client->output_pending(client->ctx) ? POLLOUT : 0;
	if (poll(fds, FD_COUNT, wait ? -1 : 0) < 0 && errno != EINTR) {
		log_error("cannot wait for events: %s", strerror(errno));
		session_stop(session, STATUS_FAILED);
		return;
	}
	/* What happened before the wall clock was set is shown by the clock of before. */
	if (!(fds[FD_CLOCK_STEP].revents & POLLIN))
		clock_refresh(session);
	if (fds[FD_OUTPUT].revents & (POLLERR | POLLHUP))
		client->output_gone(client->ctx, session);
	empty = drain(session);
	if (fds[FD_CLOCK_STEP].revents & POLLIN) {
		clock_step_rearm(fds[FD_CLOCK_STEP].fd);
		clock_refresh(session);
	}
	if (fds[FD_TICK].revents & POLLIN)
		on_tick(session);
	if (fds[FD_INTERVAL].revents & POLLIN)
		on_interval(session);
	if (empty)
		client->idle(client->ctx, session);
	if (fds[FD_LIMIT].revents & POLLIN)
		session_stop(session, STATUS_DONE);
	if (fds[FD_SIGNAL].revents & POLLIN)
		on_signal(session);
}

static int open_fds(struct session *session)
{
	struct pollfd *fds = session->fds;

	for (int i = 0; i < FD_COUNT; i++)
		fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
	fds[FD_SIGNAL].fd = signals_open(&session->old_mask, session->options->argv);
	fds[FD_TICK].fd = timer_open(TICK_NS, TICK_NS);
	/* Without it, a step of the wall clock is noticed a little later: no reason to give up. */
	fds[FD_CLOCK_STEP].fd = clock_step_open();
	return fds[FD_SIGNAL].fd < 0 || fds[FD_TICK].fd < 0 ? -errno : 0;
}

/* What is told in spans of time. The first began with tracing, a little while ago. */
static int open_limits(struct session *session)
{
	const struct options *options = session->options;
	struct pollfd *fds = session->fds;

	if (options->interval_ns) {
		uint64_t due = probe_observed(session->probe).begin_ns + options->interval_ns;
		uint64_t now = clock_now_ns(CLOCK_BOOTTIME);

		fds[FD_INTERVAL].fd = timer_open(due > now ? due - now : 1, options->interval_ns);
		if (fds[FD_INTERVAL].fd < 0)
			return -errno;
	}
	if (options->duration_ns) {
		fds[FD_LIMIT].fd = timer_open(options->duration_ns, 0);
		if (fds[FD_LIMIT].fd < 0)
			return -errno;
	}
	return 0;
}

static enum exit_status start_child(struct session *session)
{
	char **argv = session->options->argv;
	int err;

	if (!argv)
		return STATUS_DONE;
	err = child_start(argv, &session->old_mask, &session->child);
	if (!err)
		err = probe_follow(session->probe, session->child.pid);
	if (err) {
		log_error("cannot start %s: %s", argv[0], strerror(-err));
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

static enum exit_status open_all(struct session *session)
{
	enum exit_status status;
	int err = open_fds(session);

	if (err) {
		log_error("cannot set up signals and timers: %s", strerror(-err));
		return STATUS_FAILED;
	}
	status = pids_check(session->options);
	if (!status)
		status = probe_start(session->options, &session->probe);
	if (status)
		return status;
	err = reader_open(probe_ring_fd(session->probe), &session->reader);
	if (err) {
		log_error("cannot map the ring buffer: %s", strerror(-err));
		return STATUS_FAILED;
	}
	session->fds[FD_RING].fd = reader_fd(session->reader);
	return start_child(session);
}

static void close_all(struct session *session)
{
	reader_close(session->reader);
	probe_close(session->probe);
	for (int i = 0; i < FD_OUTPUT; i++)
		if (i != FD_RING && session->fds[i].fd >= 0)
			close(session->fds[i].fd);
}

static void loop(struct session *session)
{
	const struct session_client *client = session->client;
	struct counters counters;
	struct span observed;
	int err;

	client->started(client->ctx, session, probe_tracepoints(session->probe),
			probe_observed(session->probe).begin_ns);
	err = open_limits(session);
	if (err) {
		log_error("cannot set up timers: %s", strerror(-err));
		session_stop(session, STATUS_FAILED);
	} else if (session->child.pid) {
		err = child_release(&session->child);
		if (err)
			log_error("cannot run %s: %s", session->options->argv[0], strerror(-err));
	}
	while (!session->stopping)
		turn(session, true);
	sweep_last(session);
	probe_detach(session->probe);
	clock_refresh(session);
	drain_last(session);
	if (session->options->argv && !session->child.pid)
		descendants_say_left(session->options, session->probe);
	probe_counters(session->probe, &counters);
	shares_tell(&session->shares, session->probe, &counters);
	observed = probe_observed(session->probe);
	client->finished(client->ctx, &counters, probe_tracked(session->probe), &observed);
}

/* Tracing can end before the command does (-n, -t); the exit status is its own all the same. */
static int final_status(struct session *session)
{
	if (!session->options->argv || session->status != STATUS_DONE)
		return session->status;
	while (session->child.pid && !session->child_abandoned) {
		poll(&session->fds[FD_SIGNAL], 1, -1);
		on_signal(session);
	}
	return session->child.status;
}

int session_run(const struct options *options, const struct session_client *client)
{
	struct session session = {
		.options = options,
		.client = client,
		.boot_to_utc_ns = clock_boot_to_utc_ns(),
	};
	int status = open_all(&session);

	if (!status) {
		loop(&session);
		status = final_status(&session);
	}
	close_all(&session);
	return status;
}
