/* SPDX-License-Identifier: MIT */
/* The offset file: ship/place.h, on disk, and this process's alone. */
#ifndef SHIP_OFFSET_H
#define SHIP_OFFSET_H

#include <stdbool.h>

#include "ship/place.h"
#include "util/error.h"

#define OFFSET_PATH_MAX 3072

struct offset {
	char path[OFFSET_PATH_MAX];
	const char *shown; /* of the output; the caller's */
	int lock_fd;
	struct place_of place, saved;
};

/*
 * The path of an output that was given none: in the directory that a service manager has made
 * ($STATE_DIRECTORY), or OFFSET_DIR, by the output's name.
 */
#define OFFSET_DIR "/var/lib/tpconnect-ship"
void offset_path(const char *shown, char *ret, size_t size);

/* Makes its directory, where that alone is lacking. Returns whether it did. */
bool offset_make_directory(const char *path);

/*
 * Locks it, and reads it where it is. Returns 0; or -errno with a line in error: -EBUSY: another
 * process has it.
 */
int offset_open(const char *path, const char *shown, struct offset *ret, struct error *error);

/* Keeps the place, if it is another than was kept before. Returns 0 or -errno. */
int offset_save(struct offset *offset);

void offset_close(struct offset *offset);

#endif
