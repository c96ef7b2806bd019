/* SPDX-License-Identifier: MIT */
/*
 * Type information of a kernel that does not give its own. Library code: what is wrong comes back
 * as a line of text.
 */
#ifndef PROBE_BTF_H
#define PROBE_BTF_H

#include "util/error.h"

/*
 * Whether a file can be the BTF of the kernel that runs: of a kernel, of this architecture and,
 * where the kernel has BTF to compare it with, the same. Returns 0, or -errno and a line in
 * error.
 */
int btf_check(const char *path, struct error *error);

#endif
