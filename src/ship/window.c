// SPDX-License-Identifier: MIT
#include "ship/window.h"

#include "store/frame.h"

void window_init(struct window *window, unsigned int max)
{
	*window = (struct window){.max = max, .lines_max = FRAME_LINES_MAX};
}

void window_free(struct window *window)
{
	for (struct parcel *parcel = window->first, *next; parcel; parcel = next) {
		next = parcel->next;
		parcel_free(parcel);
	}
	window->first = NULL;
}

bool window_has_room(const struct window *window)
{
	return window->n < window->max;
}

void window_add(struct window *window, struct parcel *parcel)
{
	struct parcel **last = &window->first;

	while (*last)
		last = &(*last)->next;
	*last = parcel;
	window->n++;
}

struct parcel *window_next(struct window *window, uint64_t now_ns)
{
	if (window->is_stopped && window->n_sent)
		return NULL;
	window->is_stopped = false;
	if (now_ns < window->not_before_ns || window->n_sent >= window->max)
		return NULL;
	for (struct parcel *parcel = window->first; parcel; parcel = parcel->next)
		if (parcel->state == PARCEL_WAITING)
			return parcel;
	return NULL;
}

uint64_t window_sent(struct window *window, struct parcel *parcel)
{
	parcel->state = PARCEL_SENT;
	parcel->number = ++window->last_number;
	window->n_sent++;
	return parcel->number;
}

static void was_taken(struct window *window, struct parcel *parcel)
{
	parcel->state = PARCEL_DONE;
	backoff_reset(&window->backoff);
	if (window->lines_max < FRAME_LINES_MAX && ++window->n_taken == WINDOW_GROWS_AFTER) {
		window->lines_max *= 2;
		window->n_taken = 0;
	}
}

/* One line is passed over: held, it would hold up all that come after it. */
static int was_too_large(struct window *window, struct parcel *parcel, const struct shape *shape)
{
	struct parcel *rest;
	int err;

	if (parcel->lines == 1) {
		parcel->state = PARCEL_DONE;
		parcel->is_refused = true;
		return 0;
	}
	err = parcel_cut(parcel, parcel->lines / 2, shape, &rest);
	if (err)
		return err;
	rest->next = parcel->next;
	parcel->next = rest;
	window->n++;
	window->n_taken = 0;
	if (parcel->lines < window->lines_max)
		window->lines_max = parcel->lines;
	return 0;
}

/* Parts that fail together have failed once; what a server asks for counts in any case. */
static void pause_sending(struct window *window, const struct answer *answer, uint64_t now_ns,
			  uint64_t random)
{
	bool is_slow = answer->kind == ANSWER_REFUSED;
	uint64_t ns = 0;

	if (now_ns >= window->not_before_ns)
		ns = backoff_next(&window->backoff, is_slow, random);
	if (ns < answer->retry_after_ns)
		ns = answer->retry_after_ns;
	if (now_ns + ns > window->not_before_ns)
		window->not_before_ns = now_ns + ns;
}

int window_answer(struct window *window, const struct answer *answer, uint64_t now_ns,
		  uint64_t random, const struct shape *shape, const struct parcel **ret_parcel)
{
	struct parcel *parcel = window->first;

	while (parcel && (parcel->state != PARCEL_SENT || parcel->number != answer->number))
		parcel = parcel->next;
	*ret_parcel = parcel;
	if (!parcel)
		return 0;
	window->n_sent--;
	if (answer->kind == ANSWER_ACKED || answer->kind == ANSWER_DUPLICATE) {
		was_taken(window, parcel);
		return 0;
	}
	parcel->state = PARCEL_WAITING;
	window->is_stopped = true;
	if (answer->kind == ANSWER_TOO_LARGE)
		return was_too_large(window, parcel, shape);
	pause_sending(window, answer, now_ns, random);
	return 0;
}

struct parcel *window_take(struct window *window)
{
	struct parcel *parcel = window->first;

	if (!parcel || parcel->state != PARCEL_DONE)
		return NULL;
	window->first = parcel->next;
	window->n--;
	parcel->next = NULL;
	return parcel;
}

uint64_t window_not_before_ns(const struct window *window)
{
	return window->first && !window->n_sent ? window->not_before_ns : 0;
}
