// SPDX-License-Identifier: MIT
/* The two variables that all programs share, alone in .rodata and .bss: contract/config.h. */
#include "bpf/maps.bpf.h"
#include "contract/interface.h"
#include "contract/layout.h"

const volatile struct config config = {
	.interface = INTERFACE,
	.layout = LAYOUT,
	.overflow_max = OVERFLOW_MAX,
};
struct shared shared = {};

/* Dual MIT/GPL: the helpers that read kernel memory want a GPL-compatible licence. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
