/* SPDX-License-Identifier: MIT */
/* What tpconnect-ship gives up before it talks to anybody: all but its files and its ports. */
#ifndef SHIP_UNPRIVILEGED_H
#define SHIP_UNPRIVILEGED_H

#include "ship/options.h"
#include "util/error.h"

/*
 * offset: the path of the offset file. As root, it goes on as the store's owner, to whom with give
 * the directory of that file is given. What the kernel has no means for is left out, and said in
 * messages. Returns 0 or -errno with a line in error.
 */
int become_unprivileged(const struct ship_options *options, const char *offset, bool give,
			struct error *error);

#endif
