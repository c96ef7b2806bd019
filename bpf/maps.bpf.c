// SPDX-License-Identifier: MIT
/* The variables that all programs share; user space sets the first two before loading. */
#include "bpf/maps.bpf.h"

const volatile struct config config = {};
const volatile __u64 config_ports[PORT_WORDS] = {};

struct counters counters[COUNTER_SLOTS] = {};

/* Dual MIT/GPL: the helpers that read kernel memory want a GPL-compatible licence. */
char LICENSE[] SEC("license") = "Dual MIT/GPL";
