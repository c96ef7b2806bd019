// SPDX-License-Identifier: MIT
#include "sink/writer.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/thread.h"

/* Little is called, but sanitizers have larger frames; only what is used takes memory. */
#define STACK_SIZE (256 * 1024)

/*
 * With so much to write, more is to come later: the rest of the sink has room for all that a batch
 * of the reader's makes (probe/reader.c). Where nothing is written in BUSY_PATIENCE_NS, later may
 * be never.
 */
#define BUSY_SIZE	 (SINK_CAPACITY / 4)
#define BUSY_PATIENCE_NS 250000000

/*
 * The loop looks ten times a second. Who did not for longer was stopped, as the thread was, which
 * must not be taken for one that hangs: of the time between two looks no more counts.
 */
#define LOOK_NS 100000000

/* What the thread is asked for. */
enum { ASK_FLUSH = 1, ASK_REOPEN = 2, ASK_DISCARD = 4, ASK_END = 8, ASK_FINISH = 16 };

struct writer {
	struct sink *sink;
	int patience_ms;
	bool impatient;	   /* nothing was taken for too long: not waited for again */
	uint64_t given_up; /* as of sink_given_up(), when it was told last */

	/* All that follows is of a writer with a thread. */
	bool stuck;	/* the thread did not come back in time: not waited for either */
	uint64_t seen;	/* how much it had written at the last look, as of sink_written() */
	bool seen_idle; /* likewise whether it was */
	uint64_t seen_rounds;
	uint64_t looked_ns;
	uint64_t silent_ns; /* for how long it was seen to be at it, and to write nothing */
	bool has_thread;
	pthread_t thread;
	int asked_fd, done_fd; /* eventfds: the thread has something to do; it has done it */

	pthread_mutex_t lock;
	unsigned int asked; /* and not yet begun */
	bool busy;
	uint64_t rounds; /* how often it came back, with whatever result */
	bool hindered;	 /* the last write was refused, or not of all: who knows when there is room?
			  */
	struct writer_report report;

	/* Of the thread alone. */
	bool blocked; /* there is more to write once the descriptor can be written to */
	bool gone;    /* nobody reads: the descriptor is always ready to say so */
};

/* The thread */

static void note_error(struct writer *writer, int err)
{
	pthread_mutex_lock(&writer->lock);
	writer->report.error = err;
	writer->hindered = err || writer->blocked;
	pthread_mutex_unlock(&writer->lock);
}

static void flush(struct writer *writer, bool all)
{
	int err = all ? sink_finish(writer->sink) : sink_flush(writer->sink);

	writer->blocked = sink_is_blocked(writer->sink);
	/* What takes lines, or is full of them, has a reader: who went away was not the last. */
	if (err != -EPIPE && (writer->blocked || sink_has_progressed(writer->sink)))
		writer->gone = false;
	note_error(writer, err);
}

static void reopen(struct writer *writer)
{
	int left;
	bool readable;

	sink_flush_marked(writer->sink);
	left = sink_reopen(writer->sink);
	readable = left >= 0 && sink_is_readable_by_others(writer->sink);
	pthread_mutex_lock(&writer->lock);
	writer->report.reopened = true;
	writer->report.left = left;
	writer->report.readable = readable;
	pthread_mutex_unlock(&writer->lock);
	if (left >= 0)
		writer->gone = false;
	flush(writer, false);
}

static void discard(struct writer *writer)
{
	sink_discard(writer->sink);
	writer->blocked = false;
}

/* Waits for something to do, on the descriptor or asked for. */
static void wait_for_work(struct writer *writer)
{
	struct pollfd fds[] = {
		{.fd = writer->asked_fd, .events = POLLIN},
		{.fd = writer->gone ? -1 : sink_fd(writer->sink),
		 .events = writer->blocked ? POLLOUT : 0},
	};
	eventfd_t n;

	if (poll(fds, 2, sink_wait_ms(writer->sink)) < 0)
		return;
	if (!sink_wait_ms(writer->sink))
		flush(writer, false);
	if (fds[0].revents & POLLIN)
		eventfd_read(writer->asked_fd, &n);
	if (fds[1].revents & (POLLERR | POLLHUP)) {
		writer->gone = true;
		note_error(writer, -EPIPE);
	} else if (fds[1].revents & POLLOUT) {
		flush(writer, false);
		eventfd_write(writer->done_fd, 1);
	}
}

/* Takes what is asked for, and is busy with it; 0: nothing, and idle. */
static unsigned int take(struct writer *writer)
{
	unsigned int asked;

	pthread_mutex_lock(&writer->lock);
	asked = writer->asked;
	writer->asked = 0;
	writer->rounds++;
	writer->busy = asked != 0;
	pthread_mutex_unlock(&writer->lock);
	if (!asked)
		eventfd_write(writer->done_fd, 1);
	return asked;
}

static void *run(void *arg)
{
	struct writer *writer = arg;
	unsigned int asked;

	do {
		asked = take(writer);
		if (!asked)
			wait_for_work(writer);
		if (asked & ASK_REOPEN)
			reopen(writer);
		else if (asked & (ASK_FLUSH | ASK_FINISH))
			flush(writer, asked & ASK_FINISH);
		if (asked & ASK_DISCARD)
			discard(writer);
	} while (!(asked & ASK_END));
	take(writer);
	return NULL;
}

/* Who asks it */

static void ask(struct writer *writer, unsigned int what)
{
	bool is_new;

	pthread_mutex_lock(&writer->lock);
	is_new = !(writer->asked & what);
	writer->asked |= what;
	pthread_mutex_unlock(&writer->lock);
	if (is_new)
		eventfd_write(writer->asked_fd, 1);
}

static int start(struct writer *writer)
{
	int err = thread_start(&writer->thread, STACK_SIZE, run, writer);

	writer->has_thread = !err;
	return err;
}

static void release(struct writer *writer)
{
	if (writer->asked_fd >= 0)
		close(writer->asked_fd);
	if (writer->done_fd >= 0)
		close(writer->done_fd);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

int writer_open(struct sink *sink, int patience_ms, struct writer **ret)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int err = 0;

	if (!writer)
		return -ENOMEM;
	*writer = (struct writer){
		.sink = sink,
		.patience_ms = patience_ms,
		.looked_ns = clock_now_ns(CLOCK_MONOTONIC),
		.seen_idle = true,
		.asked_fd = -1,
		.done_fd = -1,
	};
	pthread_mutex_init(&writer->lock, NULL);
	if (sink_may_block(sink)) {
		writer->asked_fd = eventfd(0, EFD_CLOEXEC);
		writer->done_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
		err = writer->asked_fd < 0 || writer->done_fd < 0 ? -errno : 0;
	}
	if (err) {
		release(writer);
		return err;
	}
	*ret = writer;
	return 0;
}

int writer_begin(struct writer *writer)
{
	return writer->asked_fd < 0 || writer->has_thread ? 0 : start(writer);
}

int writer_fd(const struct writer *writer)
{
	return writer->has_thread ? -1 : sink_fd(writer->sink);
}

void writer_flush(struct writer *writer)
{
	if (!writer->has_thread)
		writer->report.error = sink_flush(writer->sink);
	else if (sink_pending(writer->sink))
		ask(writer, ASK_FLUSH);
}

void writer_hand_on(struct writer *writer)
{
	if (!writer->has_thread)
		writer->report.error = sink_finish(writer->sink);
	else
		ask(writer, ASK_FINISH);
}

void writer_reopen(struct writer *writer)
{
	if (!writer->has_thread)
		return;
	sink_mark(writer->sink);
	ask(writer, ASK_REOPEN);
}

/* Whether the thread has done all that it was asked for; and how often it came back. */
static bool look(struct writer *writer, uint64_t *ret_rounds)
{
	bool idle;

	pthread_mutex_lock(&writer->lock);
	idle = !writer->asked && !writer->busy;
	*ret_rounds = writer->rounds;
	pthread_mutex_unlock(&writer->lock);
	return idle;
}

static bool is_idle(struct writer *writer)
{
	uint64_t rounds;

	return look(writer, &rounds);
}

/*
 * Whether it has been at the same for so long, which it should not be: the file does not answer. A
 * disk that refuses does: the thread comes back.
 */
static bool is_late(struct writer *writer, uint64_t patience_ns)
{
	uint64_t now = clock_now_ns(CLOCK_MONOTONIC), written = sink_written(writer->sink);
	uint64_t since = now - writer->looked_ns;
	uint64_t rounds;
	bool idle = look(writer, &rounds);

	if (idle || writer->seen_idle || written != writer->seen || rounds != writer->seen_rounds)
		writer->silent_ns = 0;
	else
		writer->silent_ns += since < LOOK_NS ? since : LOOK_NS;
	writer->seen = written;
	writer->seen_idle = idle;
	writer->seen_rounds = rounds;
	writer->looked_ns = now;
	return writer->silent_ns > patience_ns;
}

static bool is_hindered(struct writer *writer)
{
	bool hindered;

	pthread_mutex_lock(&writer->lock);
	hindered = writer->hindered;
	pthread_mutex_unlock(&writer->lock);
	return hindered;
}

bool writer_is_busy(struct writer *writer)
{
	return writer->has_thread && sink_pending(writer->sink) > BUSY_SIZE &&
	       !is_hindered(writer) && !is_late(writer, BUSY_PATIENCE_NS);
}

bool writer_wait(struct writer *writer)
{
	struct pollfd pollfd = {.fd = writer->done_fd, .events = POLLIN};
	eventfd_t n;

	writer_flush(writer);
	if (!writer_is_busy(writer))
		return writer->has_thread && !writer->stuck &&
		       sink_pending(writer->sink) <= BUSY_SIZE;
	if (poll(&pollfd, 1, 1) > 0)
		eventfd_read(writer->done_fd, &n);
	return true;
}

struct writer_report writer_tell(struct writer *writer)
{
	struct writer_report report;

	pthread_mutex_lock(&writer->lock);
	report = writer->report;
	writer->report = (struct writer_report){0};
	pthread_mutex_unlock(&writer->lock);
	report.late =
		writer->has_thread && is_late(writer, (uint64_t)writer->patience_ms * 1000000);
	return report;
}

static bool has_work(struct writer *writer)
{
	return sink_pending(writer->sink) || sink_keeps(writer->sink);
}

/* Whether, besides, it has nothing more to write, or cannot. */
static bool is_done(struct writer *writer)
{
	bool failed;

	pthread_mutex_lock(&writer->lock);
	failed = writer->report.error;
	pthread_mutex_unlock(&writer->lock);
	return is_idle(writer) && (failed || !has_work(writer));
}

/* Waits until it is so, as long as something is written. Returns whether it is. */
static bool wait_until(struct writer *writer, bool (*is)(struct writer *writer))
{
	struct pollfd pollfd = {.fd = writer->done_fd, .events = POLLIN};
	uint64_t patience_ns = (uint64_t)writer->patience_ms * 1000000;
	uint64_t begin = clock_now_ns(CLOCK_MONOTONIC), now = begin;
	size_t before = sink_pending(writer->sink);
	eventfd_t n;

	while (!is(writer)) {
		if (sink_pending(writer->sink) < before)
			begin = now;
		else if (now - begin >= patience_ns)
			return false;
		before = sink_pending(writer->sink);
		poll(&pollfd, 1, (int)((begin + patience_ns - now) / 1000000) + 1);
		eventfd_read(writer->done_fd, &n);
		now = clock_now_ns(CLOCK_MONOTONIC);
	}
	return true;
}

/* Waits until the thread has done what it was asked for; false: it does not come back. */
static bool settle(struct writer *writer)
{
	if (writer->stuck)
		return is_idle(writer);
	writer->stuck = !wait_until(writer, is_idle);
	return !writer->stuck;
}

static void finish_alone(struct writer *writer)
{
	struct pollfd pollfd = {.fd = sink_fd(writer->sink), .events = POLLOUT};
	size_t before;

	do {
		before = sink_pending(writer->sink);
		writer->report.error = sink_finish(writer->sink);
		if (writer->report.error || !sink_pending(writer->sink))
			return;
		if (sink_pending(writer->sink) < before)
			writer->impatient = false;
		else if (writer->impatient)
			return;
	} while (poll(&pollfd, 1, writer->patience_ms) > 0 || sink_pending(writer->sink) < before);
	writer->impatient = true;
}

bool writer_finish(struct writer *writer)
{
	if (!writer->has_thread) {
		finish_alone(writer);
		return true;
	}
	if (has_work(writer))
		ask(writer, ASK_FINISH);
	if (writer->impatient || writer->stuck)
		return settle(writer);
	writer->impatient = !wait_until(writer, is_done);
	writer->stuck = writer->impatient && !is_idle(writer);
	return !writer->stuck;
}

uint64_t writer_discard(struct writer *writer)
{
	uint64_t before = writer->given_up;

	if (!writer->has_thread)
		sink_discard(writer->sink);
	else
		ask(writer, ASK_DISCARD);
	/* A thread that comes back just now has given them up itself: the sink knows their weight.
	 */
	if (writer->has_thread && !settle(writer))
		sink_abandon(writer->sink);
	writer->given_up = sink_given_up(writer->sink);
	return writer->given_up - before;
}

void writer_close(struct writer *writer)
{
	if (!writer)
		return;
	if (writer->has_thread) {
		ask(writer, ASK_END);
		if (!settle(writer)) {
			pthread_detach(writer->thread);
			return;
		}
		pthread_join(writer->thread, NULL);
	}
	sink_close(writer->sink);
	release(writer);
}
