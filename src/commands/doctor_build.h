/* SPDX-License-Identifier: MIT */
/* The part of doctor that is about building: compilers, tools and libraries. */
#ifndef COMMANDS_DOCTOR_BUILD_H
#define COMMANDS_DOCTOR_BUILD_H

#include <stdbool.h>
#include <stddef.h>

#include "probe/checks.h"

#define DOCTOR_BUILD_MAX 12

/* Whether there is something to build: this program was built in a checkout, or starts in one. */
bool doctor_in_checkout(void);

/* Returns how many rows were filled. CHECK_WARN: absent or too old, so building cannot work. */
size_t doctor_look_at_build(struct check_result rows[static DOCTOR_BUILD_MAX]);

#endif
