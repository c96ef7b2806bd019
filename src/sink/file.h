/* SPDX-License-Identifier: MIT */
/* The files that a sink writes to: what may be one, and how it is opened. */
#ifndef SINK_FILE_H
#define SINK_FILE_H

#include <stdbool.h>

/* Why a file that there is may be none to write to: beside errnos, which end at 4095. */
enum file_refusal {
	FILE_IS_LINK = 4096, /* symbolic */
	FILE_IS_STDOUT,	     /* the name that the system gives to a descriptor of ours */
	FILE_IS_STDERR,
	FILE_HAS_NAMES, /* hard links: who made another may be meant to be harmed, or to read it */
	FILE_OF_OTHER,	/* whose owner could read all of it, whatever its mode */
	FILE_OPENER_GONE, /* the process that had the right to open it: opener.h */
};

/*
 * Opens a file to append to, without ever waiting; it is made with mode 0600, whatever the umask.
 * The descriptor, which the caller closes; or -errno, or a refusal, negative.
 */
int file_open(const char *path);

/* The descriptor that the path is a name of, as a shell's >(...) is; -1: of none. */
int file_descriptor_in(const char *path);

/* Whether both descriptors are of one file. */
bool file_is_same(int a, int b);

#endif
