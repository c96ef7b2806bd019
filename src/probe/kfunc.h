/* SPDX-License-Identifier: MIT */
/*
 * Calls of kernel functions. libbpf resolves them by the kernel's BTF, and loads no object that
 * names one where there is none; so ours call a number that no helper has (contract/config.h),
 * which becomes the function here, or stays in code that the verifier removes.
 */
#ifndef PROBE_KFUNC_H
#define PROBE_KFUNC_H

#include <bpf/libbpf.h>

/*
 * Makes each call of that number in prog, which is not loaded yet, one of the function with that
 * id in the kernel's BTF. -errno on failure.
 */
int kfunc_put(struct bpf_program *prog, int number, int id);

#endif
