/* SPDX-License-Identifier: MIT */
/*
 * For tests of sinks. Each writes numbered lines of many lengths and compares what arrived byte by
 * byte. What must not block is under an alarm: a test that hangs is killed.
 */
#ifndef UNIT_SINK_FIXTURE_H
#define UNIT_SINK_FIXTURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include "sink/sink.h"

#define LINE_MAX_BYTES 256

/* More than a sink and any pipe or socket behind it hold. */
#define TEXT_MAX (8 * 1024 * 1024)

struct sink_test {
	char dir[64], path[128], other[128];
	int stdout_fd; /* the real one */
	int reader;    /* the other end of a pipe or socket */
	struct sink *sink;
	char *text; /* what was read: TEXT_MAX bytes at most */
	size_t len;
};

extern struct sink_test t;

int setup(void **state);
int teardown(void **state);

#define row(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* fd becomes standard output, and is closed. */
void become_stdout(int fd);

/* RLIM_INFINITY: no limit. */
void limit_file_size(rlim_t bytes);

/* Writes line number i, newline included, and returns its length: 8 to 8 + 96 bytes. */
size_t make_line(char *to, unsigned int i);

/* Hands lines first... to the sink, until it refuses one or n are in. Returns how many. */
unsigned int put_lines(unsigned int first, unsigned int n);

/* Compares all of text with lines first... of that many; returns the number of the next. */
unsigned int assert_lines(const char *text, size_t len, unsigned int first);

/* Reads on until there is nothing more for now, or the end, or `max` bytes were read. */
size_t read_some(int fd, size_t max);

/* The whole of a file, in t.text. */
void read_file(const char *path);

/* The file holds lines [first, last), and nothing else. */
void assert_file(const char *path, unsigned int first, unsigned int last);

void append_to_file(const char *path, const char *text);

/* The weight that put_lines() gives to lines first... of that many. */
uint64_t weight_of_lines(unsigned int first, unsigned int n);

/* Discards lines [first, first + n): their weight is told, and nothing is left. */
void discard(unsigned int first, unsigned int n);

/* The number of whole lines in 1000 bytes. */
unsigned int whole_lines(void);

/* Lines [0, 100) to a file that ends after 1000 bytes: in the middle of a line. */
void fill_file(void);

/* A sink on a FIFO of one page at t.path, which t.reader reads. */
void open_fifo(void);

/* Writes lines [0, n) as far as the FIFO takes them: somewhere in the middle of one it is full. */
void tear_a_line(unsigned int n);

#endif
