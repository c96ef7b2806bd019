/* SPDX-License-Identifier: MIT */
#ifndef CONTAINERS_HELPER_H
#define CONTAINERS_HELPER_H

#include <sys/types.h>

/*
 * The process that reads the files: answers each struct container_question that comes from fd, a
 * socket, with a struct container_answer, until the other end is closed or `parent` has ended. To
 * be called right after fork(), by a process that has one thread. root: what its paths begin with.
 */
_Noreturn void helper_main(int fd, pid_t parent, const char *root);

#endif
