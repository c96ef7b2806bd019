// SPDX-License-Identifier: MIT
/*
 * Lines that wait: every sequence of a few operations, and long ones by chance, are compared with a
 * list of lines that says what must come out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sink/queue.h"
#include "unit/random.h"

#define CAPACITY  256
#define ROOM	  90
#define MODEL_MAX 16

enum operation {
	PUT_1,
	PUT_60,
	PUT_90,
	PUT_TOO_MUCH,
	PUT_NOTHING,
	WRITE_1,
	WRITE_70,
	WRITE_ALL,
	WRITE_MEANWHILE, /* between a line's reserve and its commit */
	MARK,
	UNTEAR,
	CLEAR,
	OPERATIONS,
};

struct model_line {
	size_t size;
	uint64_t weight;
	unsigned char id;
};

struct model {
	struct queue queue;
	struct model_line lines[MODEL_MAX];
	size_t n, torn, marked, bytes;
	uint64_t weight, kept, written;
	unsigned char id; /* of the last line */
};

static void write_next(struct model *model, size_t max)
{
	size_t n, left;

	queue_next(&model->queue, max, &n);
	assert_true(n > 0 || model->bytes == model->torn);
	queue_advance(&model->queue, n);
	model->torn += n;
	model->marked -= n < model->marked ? n : model->marked;
	for (left = model->torn; model->n && left >= model->lines[0].size; model->torn = left) {
		left -= model->lines[0].size;
		model->bytes -= model->lines[0].size;
		model->weight -= model->lines[0].weight;
		model->written += model->lines[0].weight;
		memmove(model->lines, model->lines + 1, --model->n * sizeof(*model->lines));
	}
}

/* In parts, of which the last may be too much. */
static void fill(struct buffer *line, unsigned char id, size_t size)
{
	char bytes[2 * ROOM];

	for (size_t i = 0; i < size; i++)
		bytes[i] = (char)(id * 7 + i);
	buffer_put(line, bytes, size / 2);
	buffer_put(line, bytes + size / 2, size - size / 2);
}

static void put(struct model *model, size_t size, bool meanwhile)
{
	struct buffer *line = queue_reserve(&model->queue, ROOM);
	struct model_line expected = {size, 1ull << (model->id % 40), (unsigned char)++model->id};

	/* Some room at the end of the ring may be lost, and some between the two parts. */
	if (model->bytes + 2 * ROOM <= CAPACITY && model->n < CAPACITY / 32)
		assert_non_null(line);
	if (!line)
		return;
	assert_int_equal(line->cap, ROOM);
	fill(line, expected.id, size / 2);
	if (meanwhile)
		write_next(model, SIZE_MAX);
	line->len = 0;
	fill(line, expected.id, size);
	assert_int_equal(queue_commit(&model->queue, expected.weight), size <= ROOM);
	if (!size || size > ROOM)
		return;
	assert_true(model->n < MODEL_MAX);
	model->lines[model->n++] = expected;
	model->bytes += size;
	model->weight += expected.weight;
	model->kept++;
}

static void clear(struct model *model)
{
	assert_int_equal(queue_clear(&model->queue), model->weight);
	model->kept -= model->n;
	model->n = model->torn = model->marked = model->bytes = 0;
	model->weight = 0;
}

static void operate(struct model *model, enum operation operation)
{
	switch (operation) {
	case PUT_1:
		put(model, 1, false);
		break;
	case PUT_60:
		put(model, 60, false);
		break;
	case PUT_90:
		put(model, 90, false);
		break;
	case PUT_TOO_MUCH:
		put(model, 91, false);
		break;
	case PUT_NOTHING:
		put(model, 0, false);
		break;
	case WRITE_1:
		write_next(model, 1);
		break;
	case WRITE_70:
		write_next(model, 70);
		break;
	case WRITE_ALL:
		write_next(model, SIZE_MAX);
		break;
	case WRITE_MEANWHILE:
		put(model, 60, true);
		break;
	case MARK:
		queue_mark(&model->queue);
		model->marked = model->bytes - model->torn;
		break;
	case UNTEAR:
		queue_untear(&model->queue);
		model->torn = 0;
		break;
	default:
		clear(model);
	}
}

/* The bytes that come next are those of the oldest lines; an id's bytes are no other's. */
static void compare(const struct model *model)
{
	size_t n, line = 0, at = model->torn;
	const char *bytes = queue_next(&model->queue, SIZE_MAX, &n);

	assert_true(n <= model->bytes - model->torn);
	for (size_t i = 0; i < n; i++, at++) {
		if (at == model->lines[line].size)
			line++, at = 0;
		assert_int_equal((unsigned char)bytes[i],
				 (unsigned char)(model->lines[line].id * 7 + at));
	}
	assert_int_equal(queue_pending(&model->queue), model->bytes - model->torn);
	assert_int_equal(queue_torn_rest(&model->queue),
			 model->torn ? model->lines[0].size - model->torn : 0);
	assert_int_equal(model->queue.marked, model->marked);
	assert_int_equal(model->queue.weight, model->weight);
	assert_int_equal(model->queue.written, model->written);
	assert_int_equal(model->queue.kept, model->kept);
}

static void every_short_sequence_gives_the_lines_as_they_came(void **state)
{
	const unsigned int length = 5;
	unsigned int sequences = 1;

	(void)state;
	for (unsigned int i = 0; i < length; i++)
		sequences *= OPERATIONS;
	for (unsigned int sequence = 0; sequence < sequences; sequence++) {
		struct model model = {0};

		assert_int_equal(queue_open(&model.queue, CAPACITY), 0);
		for (unsigned int i = 0, rest = sequence; i < length; i++, rest /= OPERATIONS) {
			operate(&model, (enum operation)(rest % OPERATIONS));
			compare(&model);
		}
		queue_close(&model.queue);
	}
}

static void long_sequences_do_as_well(void **state)
{
	struct model model = {0};
	uint64_t seed = 1;

	(void)state;
	assert_int_equal(queue_open(&model.queue, CAPACITY), 0);
	for (int i = 0; i < 200000; i++) {
		enum operation operation = (enum operation)(next_random(&seed) % OPERATIONS);

		/* Seldom, so that there is something in the queue. */
		if (operation == CLEAR && next_random(&seed) % 8)
			continue;
		operate(&model, operation);
		compare(&model);
	}
	assert_true(model.written > 1000000);
	queue_close(&model.queue);
}

static void all_of_an_empty_queue_is_room(void **state)
{
	struct queue queue;
	struct buffer *line;
	size_t n;

	(void)state;
	assert_int_equal(queue_open(&queue, CAPACITY), 0);
	for (int i = 0; i < 3; i++) {
		line = queue_reserve(&queue, 100);
		assert_non_null(line);
		fill(line, 1, 100);
		assert_true(queue_commit(&queue, 1));
		queue_next(&queue, SIZE_MAX, &n);
		queue_advance(&queue, n);
		assert_non_null(queue_reserve(&queue, CAPACITY));
		assert_null(queue_reserve(&queue, CAPACITY + 1));
	}
	queue_close(&queue);
}

static void there_is_a_bound_on_the_lines(void **state)
{
	struct queue queue;
	unsigned int lines = 0;

	(void)state;
	assert_int_equal(queue_open(&queue, CAPACITY), 0);
	for (struct buffer *line; (line = queue_reserve(&queue, 1)); lines++) {
		buffer_putc(line, 'x');
		assert_true(queue_commit(&queue, 1));
	}
	assert_in_range(lines, CAPACITY / 32, CAPACITY - 1);
	assert_int_equal(queue_clear(&queue), lines);
	assert_non_null(queue_reserve(&queue, CAPACITY));
	queue_close(&queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_short_sequence_gives_the_lines_as_they_came),
		cmocka_unit_test(long_sequences_do_as_well),
		cmocka_unit_test(all_of_an_empty_queue_is_room),
		cmocka_unit_test(there_is_a_bound_on_the_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
