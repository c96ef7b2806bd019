// SPDX-License-Identifier: MIT
#include "commands/metrics_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "commands/metrics_process.h"
#include "engine/session.h"
#include "metrics/metrics.h"
#include "sink/replacer.h"
#include "util/clock.h"
#include "util/log.h"

/* Prometheus' shortest usual scrape interval; formatting takes a millisecond for 1,000 series. */
#define INTERVAL_NS (5 * NSEC_PER_SEC)

/* At the end, a healthy disk has long taken a file of some hundred KiB. */
#define PATIENCE_MS 1000

/* At the start, the first file is waited for, to say at once what is wrong: the ring has room. */
#define START_PATIENCE_MS 100

struct metrics_file {
	const char *path;
	struct metrics_sources sources;
	struct metrics *metrics;
	struct replacer *replacer;
	struct process_files process;
	struct session *session;
	int error; /* the last that was told */
	bool late; /* likewise that the file system does not answer */
};

/* In a directory with the sticky bit, such as /tmp, only its owner replaces a file. */
static bool say_sticky(const struct metrics_file *file, int err)
{
	struct stat st;

	if (err != -EPERM || lstat(file->path, &st) || st.st_uid == geteuid())
		return false;
	log_warning("cannot write metrics to %s: user %u has that file, and its directory has the "
		    "sticky bit, so that user %u may not replace it: remove it, or chown it; it is "
		    "tried again",
		    file->path, st.st_uid, geteuid());
	return true;
}

static void say_error(struct metrics_file *file, int err)
{
	if (err == file->error)
		return;
	file->error = err;
	if (say_sticky(file, err))
		return;
	if (err == -EACCES || err == -EPERM || err == -EROFS)
		log_warning("cannot write metrics to %s: %s; its directory must be one that user "
			    "%u may write to; it is tried again",
			    file->path, strerror(-err), geteuid());
	else if (err)
		log_warning("cannot write metrics to %s: %s; it is tried again", file->path,
			    strerror(-err));
}

static void say_late(struct metrics_file *file, bool late)
{
	if (late && !file->late)
		log_warning("cannot write metrics to %s: its file system does not answer; it is "
			    "tried again",
			    file->path);
	file->late = late;
}

static struct metrics_store store_of(struct store *store)
{
	struct store_counts counts = store_counts(store);

	return (struct metrics_store){
		.bytes = counts.bytes,
		.segments = counts.segments,
		.oldest_ns = counts.oldest_ns,
	};
}

/* All that is told but series. store: room for what is told of one. */
static struct metrics_self self_of(struct metrics_file *file, struct metrics_store *store)
{
	struct ring_fill ring = session_ring(file->session);
	struct metrics_self self = {
		.version = VERSION,
		.books = *file->sources.books,
		.ring_used = ring.used,
		.ring_size = ring.size,
		.tracked = session_tracked(file->session),
	};

	if (file->sources.store) {
		*store = store_of(file->sources.store);
		self.store = store;
	}
	process_files_read(&file->process, &self.process);
	return self;
}

/* It grows with what it is to hold; without memory, the file stays as it is. */
static void write_file(struct metrics_file *file)
{
	struct buffer *out = replacer_buffer(file->replacer);
	struct metrics_store store = {0};
	struct metrics_self self;

	say_late(file, !out);
	if (!out)
		return;
	say_error(file, replacer_error(file->replacer));
	self = self_of(file, &store);
	metrics_put(out, file->metrics, &self);
	while (out->overflow) {
		if (replacer_grow(file->replacer)) {
			say_error(file, -ENOMEM);
			return;
		}
		metrics_put(out, file->metrics, &self);
	}
	metrics_told(file->metrics);
	replacer_put(file->replacer);
}

static void on_started(void *ctx, struct session *session, const struct session_start *start)
{
	struct metrics_file *file = ctx;
	int err = replacer_start(file->replacer);

	(void)start;
	file->session = session;
	if (err) {
		log_error("cannot start a thread that writes metrics: %s", strerror(-err));
		session_stop(session, STATUS_FAILED);
		return;
	}
	write_file(file);
	if (replacer_finish(file->replacer, START_PATIENCE_MS))
		say_error(file, replacer_error(file->replacer));
}

static void on_event(void *ctx, struct session *session, const struct event *event,
		     int64_t boot_to_utc_ns)
{
	struct metrics_file *file = ctx;

	(void)session;
	metrics_add(file->metrics, event, boot_to_utc_ns);
}

static void on_interval(void *ctx, struct session *session)
{
	struct metrics_file *file = ctx;

	(void)session;
	metrics_drop_idle(file->metrics, clock_now_ns(CLOCK_BOOTTIME));
	write_file(file);
}

static void on_finished(void *ctx, struct session *session, const struct session_end *end)
{
	struct metrics_file *file = ctx;

	(void)session, (void)end;
	replacer_finish(file->replacer, PATIENCE_MS);
	write_file(file);
	if (!replacer_finish(file->replacer, PATIENCE_MS))
		say_late(file, true);
	else
		say_error(file, replacer_error(file->replacer));
}

static enum exit_status open_parts(struct metrics_file *file, const struct options *options)
{
	struct error error;

	if (metrics_new(options->request.config.event_mask, &file->metrics)) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	if (replacer_open(options->metrics_path, &file->replacer, &error)) {
		log_error("--metrics-file: %s", error.text);
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}

enum exit_status metrics_file_open(const struct options *options,
				   const struct metrics_sources *sources, struct metrics_file **ret,
				   struct consumer *ret_consumer)
{
	struct metrics_file *file = calloc(1, sizeof(*file));
	enum exit_status status;

	if (!file) {
		log_error("no memory");
		return STATUS_FAILED;
	}
	file->path = options->metrics_path;
	file->sources = *sources;
	process_files_open(&file->process);
	status = open_parts(file, options);
	if (status) {
		metrics_file_close(file);
		return status;
	}
	*ret = file;
	*ret_consumer = (struct consumer){
		.ctx = file,
		.interval_ns = INTERVAL_NS,
		.started = on_started,
		.event = on_event,
		.interval = on_interval,
		.finished = on_finished,
	};
	return STATUS_DONE;
}

void metrics_file_close(struct metrics_file *file)
{
	if (!file)
		return;
	replacer_close(file->replacer);
	process_files_close(&file->process);
	metrics_free(file->metrics);
	free(file);
}
