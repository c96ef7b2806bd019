# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the kernel counts of BPF programs while kernel.bpf_stats_enabled is set.

# stats_of PID: of each program that the process holds, a line: id runs ns verified
stats_of() {
    local info
    for info in "/proc/$1/fdinfo/"*; do
        awk '{ v[$1] = $2 }
            "run_cnt:" in v { id = v["prog_id:"]; n = v["run_cnt:"]; ns = v["run_time_ns:"] }
            END { if (n) print id, n, ns, v["verified_insns:"] }' "$info" 2>/dev/null || true
    done | sort -nu
}
