// SPDX-License-Identifier: MIT
/*
 * The reader on a ring whose kernel side is this test: pages in memory, written to as
 * kernel/bpf/ringbuf.c does. This program is linked so that they are taken for a map.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <bpf/bpf.h>

#include "contract/record.h"
#include "probe/reader.h"
#include "unit/random.h"

#define RING_SIZE (256 * 1024)

static struct {
	int fd;
	size_t page;
	uint8_t *pages;
	uint64_t *consumed, *produced;
	uint8_t *data;
	uint32_t epoll_events; /* that were asked for last */
} kernel;

static struct reader *reader;

int __wrap_bpf_obj_get_info_by_fd(int fd, void *info, uint32_t *size);
int __wrap_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event);

int __wrap_bpf_obj_get_info_by_fd(int fd, void *info, uint32_t *size)
{
	assert_int_equal(fd, kernel.fd);
	assert_int_equal(*size, sizeof(struct bpf_map_info));
	((struct bpf_map_info *)info)->max_entries = RING_SIZE;
	return 0;
}

int __wrap_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event)
{
	(void)epoll_fd, (void)op;
	assert_int_equal(fd, kernel.fd);
	kernel.epoll_events = event->events;
	return 0;
}

static int setup(void **state)
{
	size_t size;

	(void)state;
	kernel.page = (size_t)sysconf(_SC_PAGESIZE);
	size = 2 * kernel.page + 2 * RING_SIZE;
	kernel.fd = memfd_create("ring", MFD_CLOEXEC);
	assert_int_equal(ftruncate(kernel.fd, (off_t)size), 0);
	kernel.pages = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, kernel.fd, 0);
	kernel.consumed = (uint64_t *)kernel.pages;
	kernel.produced = (uint64_t *)(kernel.pages + kernel.page);
	kernel.data = kernel.pages + 2 * kernel.page;
	/* As if it had been written round many times. */
	*kernel.consumed = *kernel.produced = 7 * (uint64_t)RING_SIZE + 4096;
	assert_int_equal(reader_open(kernel.fd, &reader), 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	reader_close(reader);
	munmap(kernel.pages, 2 * kernel.page + 2 * RING_SIZE);
	close(kernel.fd);
	return 0;
}

/* In both places of what is mapped twice. */
static void put_bytes(uint64_t position, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		size_t at = (position + i) % RING_SIZE;

		kernel.data[at] = kernel.data[at + RING_SIZE] = ((const uint8_t *)bytes)[i];
	}
}

static uint64_t room_of(uint32_t size)
{
	return (size + BPF_RINGBUF_HDR_SZ + 7) / 8 * 8;
}

static void set_head(uint64_t position, uint32_t len)
{
	const uint32_t head[2] = {len, 0};

	put_bytes(position, head, sizeof(head));
}

/* What a record of that number and size is filled with. */
static void fill(uint8_t *bytes, uint32_t size, unsigned int number)
{
	for (uint32_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(number * 31 + i);
}

/* A record with those bits; returns where it is, or 0: there is no room. */
static uint64_t put(unsigned int number, uint32_t size, uint32_t bits)
{
	static uint8_t bytes[RING_SIZE];
	uint64_t at = *kernel.produced;

	if (at + room_of(size) - *kernel.consumed > RING_SIZE - 1)
		return 0;
	fill(bytes, size, number);
	set_head(at, size | bits);
	put_bytes(at + BPF_RINGBUF_HDR_SZ, bytes, size);
	*kernel.produced = at + room_of(size);
	return at;
}

static void assert_next(unsigned int number, uint32_t size)
{
	uint8_t bytes[RECORD_SIZE_MAX];
	size_t found;
	const void *record = reader_next(reader, &found);

	assert_non_null(record);
	assert_int_equal(found, size);
	fill(bytes, size, number);
	assert_memory_equal(record, bytes, size);
}

static void assert_no_more(void)
{
	size_t size;

	assert_null(reader_next(reader, &size));
}

static void records_come_as_they_were_sent_and_their_room_is_free_at_once(void **state)
{
	(void)state;
	put(1, 100, 0);
	put(2, 1, 0);
	put(3, 8, 0);
	assert_int_equal(reader_ring(reader).used, 112 + 16 + 16);
	assert_int_equal(reader_fill(reader), 3);
	assert_int_equal(reader_ring(reader).used, 0);
	assert_next(1, 100);
	assert_next(2, 1);
	assert_next(3, 8);
	assert_no_more();
	assert_int_equal(reader_fill(reader), 0);
	assert_int_equal(kernel.epoll_events, EPOLLIN);
}

static void what_is_being_written_is_waited_for_with_all_behind_it(void **state)
{
	uint64_t busy;

	(void)state;
	put(1, 24, 0);
	busy = put(2, 32, BPF_RINGBUF_BUSY_BIT);
	put(3, 40, 0);
	assert_int_equal(reader_fill(reader), 1);
	assert_next(1, 24);
	assert_int_equal(reader_fill(reader), 0);
	assert_int_equal(*kernel.consumed, busy);
	set_head(busy, 32);
	assert_int_equal(reader_fill(reader), 2);
	assert_next(2, 32);
	assert_next(3, 40);
}

static void what_was_discarded_is_passed_over(void **state)
{
	(void)state;
	put(1, 24, BPF_RINGBUF_DISCARD_BIT);
	assert_int_equal(reader_fill(reader), 0);
	assert_int_equal(reader_ring(reader).used, 0);
	put(2, 24, BPF_RINGBUF_DISCARD_BIT);
	put(3, 32, 0);
	put(4, 24, BPF_RINGBUF_DISCARD_BIT);
	assert_int_equal(reader_fill(reader), 1);
	assert_next(3, 32);
	assert_no_more();
}

static void a_record_larger_than_any_is_cut(void **state)
{
	(void)state;
	put(1, RECORD_SIZE_MAX + 1, 0);
	put(2, RECORD_SIZE_MAX, 0);
	put(3, 16, 0);
	assert_int_equal(reader_fill(reader), 3);
	assert_next(1, RECORD_SIZE_MAX);
	assert_next(2, RECORD_SIZE_MAX);
	assert_next(3, 16);
}

/* A batch has what fits; the rest comes with the next. */
static void a_flood_comes_in_batches(void **state)
{
	unsigned int sent = 0, come = 0;
	int n;

	(void)state;
	while (put(sent, 184, 0))
		sent++;
	while ((n = reader_fill(reader)) > 0) {
		assert_in_range(n, 1, 400);
		for (int i = 0; i < n; i++)
			assert_next(come++, 184);
		assert_no_more();
	}
	assert_int_equal(come, sent);
}

static void nothing_is_given_back_but_what_is_released(void **state)
{
	uint64_t begin = *kernel.produced, behind[3];

	(void)state;
	for (unsigned int i = 0; i < 3; i++) {
		put(i, 24 + 8 * i, 0);
		behind[i] = *kernel.produced;
	}
	assert_int_equal(reader_keep(reader, 0), 0);
	assert_int_equal(kernel.epoll_events, EPOLLIN | EPOLLET);
	assert_int_equal(reader_position(reader), begin);
	assert_int_equal(reader_fill(reader), 3);
	assert_int_equal(reader_position(reader), begin);
	for (unsigned int i = 0; i < 3; i++) {
		assert_next(i, 24 + 8 * i);
		assert_int_equal(reader_position(reader), behind[i]);
	}
	assert_int_equal(*kernel.consumed, begin);
	assert_int_equal(reader_ring(reader).used, behind[2] - begin);
	assert_int_equal(reader_fill(reader), 0);
	reader_release(reader, behind[1]);
	assert_int_equal(*kernel.consumed, behind[1]);
	/* It is never taken back. */
	reader_release(reader, behind[0]);
	assert_int_equal(*kernel.consumed, behind[1]);
}

static void another_process_goes_on_where_it_is_told(void **state)
{
	uint64_t second, third;

	(void)state;
	put(1, 24, 0);
	second = put(2, 32, 0);
	third = put(3, 40, 0);
	assert_int_equal(reader_keep(reader, third), 0);
	assert_int_equal(reader_position(reader), third);
	assert_int_equal(reader_fill(reader), 1);
	assert_next(3, 40);
	assert_int_equal(*kernel.consumed, second - 32);
}

/* It was given back, or was never written, or is no place of a record: all that there is comes. */
static void a_position_that_the_ring_has_not_is_none(void **state)
{
	uint64_t begin = *kernel.consumed;
	const uint64_t wrong[] = {begin - 32, begin + 32 + 8, begin + 4};

	for (size_t i = 0; i < 3; i++) {
		teardown(state);
		setup(state);
		put(1, 24, 0);
		assert_int_equal(reader_keep(reader, wrong[i]), 0);
		assert_int_equal(reader_fill(reader), 1);
		assert_next(1, 24);
	}
}

static void count(void *ctx, const void *record, size_t size)
{
	unsigned int *sum = ctx;

	(void)record;
	*sum = *sum * 1000 + (unsigned int)size;
}

static void what_waits_can_be_looked_at_and_waits_on(void **state)
{
	unsigned int sum = 0;

	(void)state;
	put(1, 24, 0);
	assert_int_equal(reader_fill(reader), 1);
	put(2, 32, 0);
	put(3, 24, BPF_RINGBUF_DISCARD_BIT);
	put(4, 40, 0);
	put(5, 48, BPF_RINGBUF_BUSY_BIT);
	reader_waiting(reader, count, &sum);
	assert_int_equal(sum, 32040);
	assert_next(1, 24);
	assert_int_equal(reader_fill(reader), 2);
	assert_next(2, 32);
}

/* What was sent, and where each begins: for who reads it a second time. */
struct sent {
	uint64_t at;
	uint32_t size;
};

#define SENT_MAX 60000

/*
 * By chance: records of all sizes come, are read, are given back or not; and now and then who reads
 * is another one, who goes on where the one before has come to, or where that has given back.
 */
static void whoever_reads_on_finds_all_that_was_not_given_back(void **state)
{
	static struct sent sent[SENT_MAX];
	unsigned int n = 0, next = 0;
	uint64_t seed = 1;
	int kept;

	(void)state;
	assert_int_equal(reader_keep(reader, 0), 0);
	while (n < SENT_MAX) {
		for (uint64_t i = random_bits(&seed, 6); i && n < SENT_MAX; i--) {
			uint32_t size = (uint32_t)random_bits(&seed, 9) + 1;
			uint64_t at = put(n, size, 0);

			if (!at)
				break;
			sent[n++] = (struct sent){at, size};
		}
		kept = reader_fill(reader);
		for (int i = 0; i < kept; i++, next++)
			assert_next(next, sent[next].size);

		if (random_bits(&seed, 2))
			reader_release(reader, reader_position(reader));
		if (random_bits(&seed, 4))
			continue;
		/* The next one: from here, from what was given back, or from a place between. */
		reader_close(reader);
		assert_int_equal(reader_open(kernel.fd, &reader), 0);
		while (next && sent[next - 1].at >= *kernel.consumed && random_bits(&seed, 4))
			next--;
		assert_int_equal(reader_keep(reader, next < n ? sent[next].at : *kernel.produced),
				 0);
	}
	while ((kept = reader_fill(reader)) > 0)
		for (int i = 0; i < kept; i++, next++)
			assert_next(next, sent[next].size);
	assert_int_equal(next, n);
}

#define reader_row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		reader_row(records_come_as_they_were_sent_and_their_room_is_free_at_once),
		reader_row(what_is_being_written_is_waited_for_with_all_behind_it),
		reader_row(what_was_discarded_is_passed_over),
		reader_row(a_record_larger_than_any_is_cut),
		reader_row(a_flood_comes_in_batches),
		reader_row(nothing_is_given_back_but_what_is_released),
		reader_row(another_process_goes_on_where_it_is_told),
		reader_row(a_position_that_the_ring_has_not_is_none),
		reader_row(what_waits_can_be_looked_at_and_waits_on),
		reader_row(whoever_reads_on_finds_all_that_was_not_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
