/* SPDX-License-Identifier: MIT */
/*
 * What a process may do as far as capabilities(7) say so, by system calls: glibc has no wrappers,
 * and libcap would be one more library. All of it is the calling thread's: others, and what they
 * start, keep what they have.
 */
#ifndef CONFINE_CAPABILITIES_H
#define CONFINE_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#define CAPABILITY(number) (1ull << (number))

/* Whether they are all in effect. */
bool capabilities_have(uint64_t wanted);

/*
 * Gives up all capabilities but these; it has none of them that it did not have before, and none is
 * handed on by exec(2). Returns 0 or -errno.
 */
int capabilities_keep(uint64_t kept);

/* As if all were given up, for as long as capabilities_keep() is not called. 0 or -errno. */
int capabilities_suspend(void);

/*
 * No program that it executes can get any either, whatever its file says. Returns 0 or -errno:
 * -EPERM without CAP_SETPCAP.
 */
int capabilities_drop_bounding(void);

/* Nor by set-user-ID bits: what seccomp(2) and Landlock ask for. Returns 0 or -errno. */
int no_new_privileges(void);

#endif
