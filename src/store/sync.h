/* SPDX-License-Identifier: MIT */
/*
 * The thread that waits for the disk, so that who writes does not: it syncs each second, and closes
 * and unlinks what is over.
 */
#ifndef STORE_SYNC_H
#define STORE_SYNC_H

#include <stdbool.h>

#include "store/list.h"

struct syncer;

/* Returns 0 or -errno. dir_fd: the store's, as long as the syncer lives. */
int syncer_open(int dir_fd, struct syncer **ret);

/* Does all that it was asked for, then ends. Returns as syncer_error() does. NULL is fine. */
int syncer_close(struct syncer *syncer);

/* fd was written to, or was made in the directory boot_fd (-1: it was there). None is closed. */
void syncer_written(struct syncer *syncer, int fd, int boot_fd);

/* Nobody writes to fd any more, a file or a directory: it is synced, and closed. */
void syncer_finish(struct syncer *syncer, int fd);

/* The file goes, and with a boot's last one (is_last) the boot. */
void syncer_unlink(struct syncer *syncer, const struct segment *segment);

/* Waits until no file is left to be unlinked; false: none was. */
bool syncer_wait(struct syncer *syncer);

/* The last -errno of a sync or of unlinking since this was asked before; 0: there was none. */
int syncer_error(struct syncer *syncer);

/* What syncer_unlink() has done. Returns 0 or -errno. */
int segment_unlink(int dir_fd, const struct segment *segment);

#endif
