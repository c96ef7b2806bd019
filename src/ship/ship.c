// SPDX-License-Identifier: MIT
#include "ship/ship.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/signalfd.h>

#include "ship/file.h"
#include "ship/source.h"
#include "ship/stats.h"
#include "ship/teller.h"
#include "ship/window.h"
#include "util/cleanup.h"
#include "util/log.h"

/* A recorder writes a frame each 200 ms. */
#define POLL_NS (200 * NSEC_PER_MSEC)

/* What was acknowledged since then is sent again after a crash; a sync takes up to 40 ms. */
#define SAVE_NS (1 * NSEC_PER_SEC)

/* As tpconnect record writes its own. */
#define METRICS_NS   (5 * NSEC_PER_SEC)
#define METRICS_MAX  (64 * 1024)
#define METRICS_MODE 0644

/* For what is on its way as it is to end; systemd waits 90 s. */
#define END_NS (5 * NSEC_PER_SEC)

struct ship {
	const struct ship_options *options;
	struct offset *offset;
	struct source *source;
	struct output *output;
	struct window window;
	struct stats stats;
	struct teller teller;
	int signal_fd;
	bool at_end;	    /* of the store, for now */
	bool is_ending;	    /* by a signal: nothing more is sent */
	uint64_t end_ns;    /* by then, likewise */
	uint64_t looked_ns; /* when the store was last asked for more */
	uint64_t saved_ns, metrics_ns;
	int offset_err, metrics_err; /* the last that was told */
};

static uint64_t now_ns(void)
{
	return clock_now_ns(CLOCK_MONOTONIC);
}

/* The store */

/* Fills the window. Returns 0 or -errno, which was said. */
static int take_parcels(struct ship *ship)
{
	struct error error;
	struct parcel *parcel;
	int more = 1;

	if (ship->is_ending ||
	    (ship->at_end && (ship->options->once || now_ns() - ship->looked_ns < POLL_NS)))
		return 0;
	while (more == 1 && window_has_room(&ship->window)) {
		more = source_next(ship->source, ship->window.lines_max, &parcel, &error);
		if (more == 1)
			window_add(&ship->window, parcel);
		if (more < 0)
			log_error("%s", error.text);
	}
	ship->at_end = !more;
	ship->looked_ns = now_ns();
	return more < 0 ? more : 0;
}

/* Sending */

static void send_parcels(struct ship *ship)
{
	struct parcel *parcel;
	struct ship_frame frame;

	while (!ship->is_ending && (parcel = window_next(&ship->window, now_ns()))) {
		frame = parcel_frame(parcel);
		frame.number = ship->window.last_number + 1;
		if (!ship->options->ops->send(ship->output, &frame))
			return;
		window_sent(&ship->window, parcel);
		ship->stats.sends++;
	}
}

static void take_done(struct ship *ship)
{
	struct parcel *parcel;

	while ((parcel = window_take(&ship->window))) {
		stats_done(&ship->stats, parcel);
		if (parcel->is_refused)
			log_error("line %" PRIu64
				  " of boot %s is too large for the output, and passed over",
				  parcel->first_seq, parcel->boot);
		strcpy(ship->offset->place.boot, parcel->boot);
		ship->offset->place.seq = parcel->last_seq;
		parcel_free(parcel);
	}
}

/* Returns 0 or -errno, which was said. */
static int take_answer(struct ship *ship, const struct answer *answer)
{
	const struct parcel *parcel;
	int err = window_answer(&ship->window, answer, now_ns(), (uint64_t)random(),
				&ship->options->shape, &parcel);

	if (!parcel)
		return 0;
	if (answer->kind == ANSWER_DUPLICATE)
		ship->stats.duplicates++;
	if (answer->kind == ANSWER_ACKED)
		ship->stats.rejected += answer->rejected;
	if (answer->reason)
		stats_error(&ship->stats, answer->reason);
	teller_answer(&ship->teller, answer, now_ns());
	take_done(ship);
	if (err)
		log_error("cannot make a frame smaller: %s", strerror(-err));
	return err;
}

/* How long there is nothing to do but to wait. */
static int patience_ms(const struct ship *ship)
{
	uint64_t now = now_ns(), ns = POLL_NS, until = window_not_before_ns(&ship->window);

	if (until && until <= now && !ship->is_ending)
		ns = 0;
	else if (until && until - now < ns)
		ns = until - now;
	return (int)((ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

/* Returns 0 or -errno, which was said. */
static int wait_for_answers(struct ship *ship)
{
	int timeout_ms = patience_ms(ship), more, err = 0;
	struct answer answer;

	do {
		more = ship->options->ops->wait(ship->output, ship->signal_fd, timeout_ms, &answer);
		if (more == 1)
			err = take_answer(ship, &answer);
		timeout_ms = 0;
	} while (more == 1 && !err);
	if (more < 0)
		log_error("cannot wait for answers: %s", strerror(-more));
	return more < 0 ? more : err;
}

/* What is kept */

static void save_offset(struct ship *ship)
{
	int err = offset_save(ship->offset);

	ship->saved_ns = now_ns();
	if (err && err != ship->offset_err)
		log_warning("cannot write the offset file %s: %s; what is sent meanwhile is sent "
			    "again after a restart; it is tried again",
			    ship->offset->path, strerror(-err));
	ship->offset_err = err;
}

static void note_state(struct ship *ship)
{
	ship->stats.source = source_counts(ship->source);
	ship->stats.in_flight = ship->window.n_sent;
	ship->stats.oldest_ns = ship->window.first ? ship->window.first->since_ns : 0;
}

static void write_metrics(struct ship *ship)
{
	_cleanup_free_ char *text = malloc(METRICS_MAX);
	struct buffer out = {.data = text, .cap = METRICS_MAX};
	int err;

	ship->metrics_ns = now_ns();
	if (!ship->options->metrics || !text)
		return;
	note_state(ship);
	stats_put(&out, &ship->stats, ship->options->target.shown, clock_now_ns(CLOCK_REALTIME));
	err = file_replace(ship->options->metrics, out.data, out.len, METRICS_MODE, false);
	if (err && err != ship->metrics_err)
		log_warning("cannot write metrics to %s: %s; it is tried again",
			    ship->options->metrics, strerror(-err));
	ship->metrics_err = err;
}

static void keep(struct ship *ship)
{
	uint64_t now = now_ns();

	if (now - ship->saved_ns >= SAVE_NS)
		save_offset(ship);
	if (now - ship->metrics_ns >= METRICS_NS)
		write_metrics(ship);
}

/* The loop */

static void look_for_signal(struct ship *ship)
{
	struct signalfd_siginfo info;

	if (ship->is_ending || read(ship->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	ship->is_ending = true;
	ship->end_ns = now_ns() + END_NS;
}

static bool is_over(const struct ship *ship)
{
	if (ship->is_ending)
		return !ship->window.n_sent || now_ns() >= ship->end_ns;
	return ship->options->once && ship->at_end && !ship->window.first;
}

static int loop(struct ship *ship)
{
	int err = 0;

	while (!err) {
		look_for_signal(ship);
		err = take_parcels(ship);
		if (err || is_over(ship))
			break;
		send_parcels(ship);
		err = wait_for_answers(ship);
		keep(ship);
	}
	return err;
}

/* Begin and end */

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int open_all(struct ship *ship, struct error *error)
{
	const struct ship_options *options = ship->options;
	static const struct place_of nowhere;
	const struct place_of *after = options->from_start ? &nowhere : &ship->offset->place;
	int err = source_open(options->store, options->boot, after, options->since_ns,
			      &options->shape, &ship->source, error);

	if (!err)
		err = options->ops->open(&options->target, &ship->output, error);
	ship->signal_fd = open_signals();
	if (!err && ship->signal_fd < 0)
		err = error_set(error, -errno, "cannot take signals: %s", strerror(errno));
	return err;
}

/* A token over http:// is everybody's who is on the way. */
static void warn_of_secrets(const struct ship_options *options)
{
	const struct output_target *target = &options->target;

	if (!strncasecmp(target->url, "http://", 7) && (target->token_file || target->header_file))
		log_warning(
			"over http://, what is in --token-file and --header-file can be read on "
			"the way: https:// has it encrypted");
}

static void say_begin(const struct ship *ship)
{
	const struct place_of *place = &ship->offset->place;

	if (*place->boot && !ship->options->from_start)
		log_info("sending %s to %s, from behind line %" PRIu64 " of boot %s on",
			 ship->options->store, ship->options->target.shown, place->seq,
			 place->boot);
	else
		log_info("sending %s to %s, from %s on", ship->options->store,
			 ship->options->target.shown,
			 ship->options->since_ns ? "that time" : "its start");
}

static void say_end(struct ship *ship)
{
	char text[512];
	struct buffer out = {.data = text, .cap = sizeof(text)};

	note_state(ship);
	stats_line(&out, &ship->stats);
	log_info("%.*s", (int)out.len, text);
}

static void close_all(struct ship *ship)
{
	if (ship->output)
		ship->options->ops->close(ship->output);
	window_free(&ship->window);
	source_close(ship->source);
	cleanup_close(&ship->signal_fd);
}

enum exit_status ship_run(const struct ship_options *options, struct offset *offset)
{
	struct ship ship = {.options = options, .offset = offset, .signal_fd = -1};
	enum exit_status status = STATUS_FAILED;
	struct error error;
	int err = open_all(&ship, &error);

	if (err) {
		log_error("%s", error.text);
		status = err == -EINVAL ? STATUS_USAGE : STATUS_FAILED;
	} else {
		srandom((unsigned int)(now_ns() ^ (uint64_t)getpid()));
		window_init(&ship.window, options->window);
		warn_of_secrets(options);
		say_begin(&ship);
		write_metrics(&ship);
		err = loop(&ship);
		save_offset(&ship);
		write_metrics(&ship);
		say_end(&ship);
		status = err || ship.offset_err ? STATUS_FAILED : STATUS_DONE;
	}
	close_all(&ship);
	return status;
}
