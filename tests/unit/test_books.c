// SPDX-License-Identifier: MIT
/* The books, over every sequence of what can become of an event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "books/books.h"
#include "util/array.h"

#define LENGTH 5

enum step {
	SENT,	    /* the kernel side has put an event into the ring */
	NO_ROOM,    /* it has found no room there */
	NEVER_SENT, /* it has not got that far, and counted that */
	ASKED,	    /* the kernel side's counters are read */
	FILTERED,   /* an event is read from the ring, and is not to be shown */
	TAKEN,	    /* it waits to be written */
	REFUSED,    /* there is no room for its line, or the line is too long */
	WRITTEN,    /* one that waits is written */
	GIVEN_UP,   /* all that wait are given up */
	ASKED_LATE, /* the kernel side's counters are read from where they were at the beginning */
	STEPS,
};

/* Where the events are. */
struct world {
	uint64_t sent, never, in_ring, waiting, written;
	struct loss loss;
	struct books books;
};

static void read_one(struct world *world, enum step step)
{
	if (!world->in_ring)
		return;
	world->in_ring--;
	if (step == FILTERED)
		books_filtered(&world->books, 1);
	else if (step == REFUSED)
		books_lost(&world->books, 1);
	else
		world->waiting++;
}

static void never_sent(struct world *world)
{
	uint64_t *const classes[] = {&world->loss.missed, &world->loss.state,
				     &world->loss.unmatched, &world->loss.context};

	++*classes[world->never++ % ARRAY_SIZE(classes)];
}

static void take(struct world *world, enum step step)
{
	switch (step) {
	case SENT:
		world->sent++, world->in_ring++;
		break;
	case NO_ROOM:
		world->sent++, world->loss.ring++;
		break;
	case NEVER_SENT:
		never_sent(world);
		break;
	case ASKED:
		books_kernel(&world->books, world->sent, &world->loss);
		break;
	case WRITTEN:
		world->written += world->waiting > 0;
		world->waiting -= world->waiting > 0;
		books_written(&world->books, world->written);
		break;
	case GIVEN_UP:
		books_lost(&world->books, world->waiting);
		world->waiting = 0;
		break;
	case ASKED_LATE:
		books_kernel(&world->books, 0, &(struct loss){0});
		break;
	default:
		read_one(world, step);
	}
}

static void assert_grown(const struct books *before, const struct books *now)
{
	uint64_t from[sizeof(*now) / sizeof(uint64_t)], to[sizeof(*now) / sizeof(uint64_t)];

	memcpy(from, before, sizeof(from));
	memcpy(to, now, sizeof(to));
	for (size_t i = 0; i < ARRAY_SIZE(to); i++)
		assert_true(from[i] <= to[i]);
}

/* Everything is read, written and asked for: the books say where each event is. */
static void assert_end(struct world *world)
{
	const struct books *books = &world->books;

	books_kernel(&world->books, world->sent, &world->loss);
	assert_int_equal(books_balanced(books), !world->in_ring && !world->waiting);
	while (world->in_ring)
		read_one(world, TAKEN);
	books_lost(&world->books, world->waiting);
	assert_true(books_balanced(books));
	assert_int_equal(books->written, world->written);
	assert_int_equal(books_all_lost(books),
			 world->loss.ring + world->never + books->lost.output);
	/* One event more in any column is one too many. */
	books_filtered(&world->books, 1);
	assert_false(books_balanced(books));
}

static void every_sequence_balances_and_every_counter_only_grows(void **state)
{
	unsigned int sequences = 1;

	(void)state;
	for (unsigned int i = 0; i < LENGTH; i++)
		sequences *= STEPS;
	for (unsigned int sequence = 0; sequence < sequences; sequence++) {
		struct world world = {0};

		for (unsigned int i = 0, rest = sequence; i < LENGTH; i++, rest /= STEPS) {
			struct books before = world.books;

			take(&world, (enum step)(rest % STEPS));
			assert_grown(&before, &world.books);
		}
		assert_end(&world);
	}
}

static void each_class_has_a_counter_of_its_own(void **state)
{
	const struct loss loss = {
		.ring = 1, .missed = 20, .state = 300, .unmatched = 4000, .context = 600000};
	struct books books = {0};

	(void)state;
	books_kernel(&books, 70000, &loss);
	books_lost(&books, 50000);
	books_filtered(&books, 9999);
	books_written(&books, 10000);
	assert_int_equal(books.lost.ring, 1);
	assert_int_equal(books.lost.missed, 20);
	assert_int_equal(books.lost.state, 300);
	assert_int_equal(books.lost.unmatched, 4000);
	assert_int_equal(books.lost.output, 50000);
	assert_int_equal(books.lost.context, 600000);
	assert_int_equal(books_all_lost(&books), 654321);
	books_store(&books, 7000000);
	books_store(&books, 6999999); /* what only grows */
	assert_int_equal(books.lost.store, 7000000);
	assert_int_equal(books_all_lost(&books), 7654321);
	/* What was never sent is in no column of what was. */
	assert_true(books_balanced(&books));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_sequence_balances_and_every_counter_only_grows),
		cmocka_unit_test(each_class_has_a_counter_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
