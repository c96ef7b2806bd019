/* SPDX-License-Identifier: MIT */
/* The directory of a store, and the lock that keeps a second writer away. */
#ifndef STORE_PLACE_H
#define STORE_PLACE_H

#include <stdbool.h>

#include "store/list.h"
#include "util/error.h"

struct place {
	int dir_fd, lock_fd, boot_fd; /* -1: not open */
	char boot[STORE_BOOT_MAX + 1];
};

/* As store_open() says. On failure, nothing stays open. */
int place_open(const char *dir, const char *boot, struct place *ret, struct error *error);
/* 0; -ENOTEMPTY: there is more in it than a store; or -errno. */
int place_check(int dir_fd);
/*
 * Makes anew what somebody has removed of it: the boot's directory, and the lock. *ret_old: a
 * descriptor of the old directory, now the caller's. Returns 0 or -errno; -ENOENT: the store's own
 * directory is gone.
 */
int place_renew(struct place *place, int *ret_old);
bool file_is_removed(int fd);
void place_close(struct place *place);

#endif
