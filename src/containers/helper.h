/* SPDX-License-Identifier: MIT */
/* The process behind containers.h. */
#ifndef CONTAINERS_HELPER_H
#define CONTAINERS_HELPER_H

/*
 * Answers what fd is asked until that is closed; root: a string. Once it has given up its rights
 * but that to read. It is an apart_fn of util/apart.h.
 */
void helper_run(int fd, void *root);

#endif
