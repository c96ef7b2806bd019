/* SPDX-License-Identifier: MIT */
/* For tests of stores: a directory of their own, and lines as they are written. */
#ifndef UNIT_STORE_FIXTURE_H
#define UNIT_STORE_FIXTURE_H

#include <stddef.h>
#include <stdint.h>

#include "store/store.h"

#define BOOT  "0a1b2c3d-0000-4000-8000-000000000001"
#define BOOT2 "0a1b2c3d-0000-4000-8000-000000000002"

#define STORE_LINE_MAX 1024

/* 2026-02-16T12:34:56Z, and a millisecond for each seq. */
#define TIME_OF(seq) (1771245296000000000u + (uint64_t)(seq)*1000000)

struct store_test {
	char dir[64];
	struct store *store;
	struct store_limits limits;
};

extern struct store_test t;

int store_setup(void **state);
int store_teardown(void **state);

#define store_row(test) cmocka_unit_test_setup_teardown(test, store_setup, store_teardown)

/* The line of that seq, always the same, as an event of a service: returns its length. */
size_t make_line(char *to, uint64_t seq);

/* Opens the store of t.dir, of a boot, with t.limits. */
void open_store(const char *boot);
void close_store(void);

/* Appends lines [first, last), each in a call of its own, and asserts that they are taken. */
void append_lines(uint64_t first, uint64_t last);

/* The path of a file in t.dir, until the next call. */
const char *path_of(const char *boot, uint64_t first_seq);

/* The whole of a file: to be freed. */
char *read_whole(const char *path, size_t *ret_size);
void write_whole(const char *path, const void *data, size_t size);

#endif
