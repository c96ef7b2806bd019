/* SPDX-License-Identifier: MIT */
/*
 * For tests of whole sessions, with a kernel side that is a queue: a consumer that notes what it is
 * called for, and sessions of it.
 */
#ifndef UNIT_SESSION_FIXTURE_H
#define UNIT_SESSION_FIXTURE_H

#include <signal.h>
#include <sys/wait.h>

#include "engine/session.h"
#include "unit/fake_probe.h"
#include "unit/parsed.h"
#include "unit/said.h"

/* What a consumer of these tests has been called for. */
struct calls {
	unsigned int started, events, idle, ticks, intervals, reopened, finished;
	uint32_t pids[FAKE_RECORDS_MAX];
	struct session_end end;
	char order[16];	       /* 's' started, 'e' the first event, 'f' finished */
	unsigned int stop_at;  /* events; 0: never */
	int signo;	       /* that is sent to this process once tracing has begun */
	uint32_t sends_at_end; /* an event of that pid, once it is asked to stop */
	uint64_t undecodable;
	struct left_out left_out;
	unsigned int busy_for, busy; /* how often it says that it is, and has said so */
	unsigned int waits;	     /* how often it might go on waiting */
	bool over;		     /* the last event came after detaching */
	char who[64];		     /* the last event's executable and cgroup */
	char server[64];	     /* and the name of its destination */
};

static struct calls calls[2];

static inline void note(struct calls *of, char what)
{
	of->order[strlen(of->order)] = what;
}

static inline void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct calls *of = ctx;

	(void)session;
	assert_string_equal(start->tracepoints, "fake:one,fake:two");
	assert_int_not_equal(start->begin_ns, 0);
	of->started++;
	note(of, 's');
	if (of->signo)
		kill(getpid(), of->signo);
}

static inline void on_event(void *ctx, struct session *session, const struct event *event,
			    int64_t boot_to_utc_ns)
{
	struct calls *of = ctx;

	assert_true(boot_to_utc_ns > 0);
	if (!of->events)
		note(of, 'e');
	of->pids[of->events++] = event->pid;
	of->over = session_is_over(session);
	snprintf(of->who, sizeof(of->who), "%s %s", event->image ? event->image->exe : NULL,
		 event->cgroup ? event->cgroup->path : NULL);
	snprintf(of->server, sizeof(of->server), "%s", event_server(event));
	if (of->events == of->stop_at)
		session_stop(session, STATUS_DONE);
}

static inline bool on_busy(void *ctx)
{
	struct calls *of = ctx;

	if (of->busy == of->busy_for)
		return false;
	of->busy++;
	return true;
}

static inline void on_idle(void *ctx, struct session *session)
{
	(void)session;
	((struct calls *)ctx)->idle++;
}

static inline void on_tick(void *ctx, struct session *session, const struct counters *counters)
{
	assert_memory_equal(counters, &fake.counters, sizeof(*counters));
	((struct calls *)ctx)->ticks++;
	session_stop(session, STATUS_DONE);
}

static inline void on_interval(void *ctx, struct session *session)
{
	(void)session;
	((struct calls *)ctx)->intervals++;
}

static inline void on_reopen(void *ctx, struct session *session)
{
	((struct calls *)ctx)->reopened++;
	session_stop(session, STATUS_DONE);
}

static inline void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct calls *of = ctx;

	of->finished++;
	of->end = *end;
	of->undecodable = session_undecodable(session);
	of->left_out = session_left_out(session);
	note(of, 'f');
}

static sigset_t mask_of_before;
static unsigned int open_before;

static inline unsigned int count_open(void)
{
	unsigned int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static inline int begin(void **state)
{
	(void)state;
	memset(calls, 0, sizeof(calls));
	fake_reset();
	open_before = count_open();
	return 0;
}

static inline int end(void **state)
{
	/* Else the command of the next session would have them blocked. */
	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	/* What a session has opened it has closed, and no command is left. */
	assert_int_equal(fake.opened_times, fake.closed);
	assert_int_equal(count_open(), open_before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	return forget(state);
}

#define session_test(test) cmocka_unit_test_setup_teardown(test, begin, end)

/* The signals that a session has blocked would be blocked for the command of the next. */
static inline int run_all(const struct options *options, const struct consumer *consumers, size_t n)
{
	int status = session_run(&options->request, &options->limits, consumers, n);

	sigprocmask(SIG_SETMASK, &mask_of_before, NULL);
	return status;
}

/* A session of a consumer that knows what every session has, and more callbacks of its own. */
static inline int run(const struct options *options, struct consumer consumer)
{
	consumer.ctx = &calls[0];
	consumer.started = on_started;
	consumer.event = on_event;
	consumer.finished = on_finished;
	return run_all(options, &consumer, 1);
}

/* The same, with what it said in said. */
static inline int run_and_hear(const struct options *options, struct consumer consumer)
{
	int status;

	listen_to_stderr();
	status = run(options, consumer);
	heard();
	return status;
}

/* Before all of them: what a session changes is put back after each. */
static inline int remember_mask(void **state)
{
	(void)state;
	return sigprocmask(SIG_SETMASK, NULL, &mask_of_before);
}

#endif
