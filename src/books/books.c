// SPDX-License-Identifier: MIT
#include "books/books.h"

/* What is read anew from where it is counted: a smaller number than before would be an error. */
static void raise_to(uint64_t *counter, uint64_t total)
{
	if (*counter < total)
		*counter = total;
}

void books_kernel(struct books *books, uint64_t sent, const struct loss *loss)
{
	raise_to(&books->sent, sent);
	raise_to(&books->lost.ring, loss->ring);
	raise_to(&books->lost.missed, loss->missed);
	raise_to(&books->lost.state, loss->state);
	raise_to(&books->lost.unmatched, loss->unmatched);
	raise_to(&books->lost.context, loss->context);
}

void books_written(struct books *books, uint64_t written)
{
	raise_to(&books->written, written);
}

void books_store(struct books *books, uint64_t lost)
{
	raise_to(&books->lost.store, lost);
}

void books_filtered(struct books *books, uint64_t n)
{
	books->filtered += n;
}

void books_lost(struct books *books, uint64_t n)
{
	books->lost.output += n;
}

void books_left(struct books *books, uint64_t n)
{
	books->sent -= n;
}

uint64_t books_all_lost(const struct books *books)
{
	const struct loss *lost = &books->lost;

	return lost->ring + lost->missed + lost->state + lost->unmatched + lost->output +
	       lost->store + lost->context;
}

static uint64_t told(const struct books *books)
{
	return books->written + books->filtered + books->lost.ring + books->lost.output;
}

bool books_balanced(const struct books *books)
{
	return books->sent == told(books);
}
