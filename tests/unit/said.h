/* SPDX-License-Identifier: MIT */
/* What is written to stderr between listen_to_stderr() and heard(). */
#ifndef UNIT_SAID_H
#define UNIT_SAID_H

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

static char said[8 * PATH_MAX];

static struct {
	FILE *file;
	int real; /* stderr's own */
} listener;

static inline void listen_to_stderr(void)
{
	listener.file = tmpfile();
	listener.real = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_non_null(listener.file);
	assert_true(listener.real >= 0);
	dup2(fileno(listener.file), STDERR_FILENO);
}

/* What was said since; stderr is what it was before. */
static inline const char *heard(void)
{
	size_t n;

	dup2(listener.real, STDERR_FILENO);
	close(listener.real);
	rewind(listener.file);
	n = fread(said, 1, sizeof(said) - 1, listener.file);
	said[n] = '\0';
	fclose(listener.file);
	return said;
}

#endif
