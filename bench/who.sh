#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# who.sh [ROUNDS]: what it costs to tell who makes attempts: docs/who.md. Compares, round after round,
# reports that need it (count --by exe) with such as do not (count), by the kernel's own clock of BPF
# programs, and prints medians of the rounds (default 5). Needs root and a quiet machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
. bench/stats.sh
rounds="${1:-5}"
cpu=$(($(nproc) - 1))
attempts=50000 processes=1000 # of a crowd, each process is two images
work="$(mktemp -d -p /dev/shm)"
stats="$(sysctl -n kernel.bpf_stats_enabled)"
tracer=

finish() {
    [[ -z $tracer ]] || kill "$tracer" 2>/dev/null || true
    sysctl -q kernel.bpf_stats_enabled="$stats"
    rm -rf "$work"
}
trap finish EXIT

start() {
    build/tpconnect "$@" >"$work/events" 2>"$work/messages" &
    tracer=$!
    until grep -qs tracing "$work/messages"; do
        kill -0 "$tracer"
        sleep 0.05
    done
}

stop() {
    kill -INT "$tracer"
    wait "$tracer" || true
    tracer=
}

refused() { build/bench/load -c "$cpu" refused "$attempts" >/dev/null; }
crowd() { taskset -c "$cpu" build/tests/live/triggers/crowd "${1:-$processes}" 127.0.0.1 1; }

# figure NAME VALUE: of one round.
figure() { echo "$2" >>"$work/$1"; }

# spent NAME DIVISOR LOAD...: ns in all programs, for each of DIVISOR.
spent() {
    local before name="$1" divisor="$2"
    shift 2
    before="$(stats_of "$tracer" | awk '{ ns += $3 } END { print ns }')"
    "$@"
    figure "$name" "$(stats_of "$tracer" | awk -v before="$before" -v n="$divisor" \
        '{ ns += $3 } END { print (ns - before) / n }')"
}

# each NAME PROGRAM: ns for each run of the program.
each() {
    local id runs ns
    while read -r id runs ns _; do
        [[ $(bpftool prog show id "$id") != *" name $2 "* ]] || figure "$1" "$((ns / runs))"
    done < <(stats_of "$tracer")
}

# Without the pages of the ring, which any load fills.
rss() { awk '/^RssAnon/ { print $2 }' "/proc/$tracer/status"; }

cpu_ms() { # the CPU time of a start and an end
    local LC_ALL=C TIMEFORMAT='%U %S'
    { time build/tpconnect "$@" -t 1ms >/dev/null 2>&1; } 2>&1 | awk '{ print ($1 + $2) * 1000 }'
}

# one_round MODE...: both, in that order.
one_round() {
    local mode before
    for mode; do
        local by=(count)
        [[ $mode == off ]] || by=(count --by exe)
        figure "start_$mode" "$(cpu_ms "${by[@]}")"
        start "${by[@]}"
        spent "later_$mode" "$attempts" refused
        spent "first_$mode" "$((2 * processes))" crowd
        stop
    done
    start --args --lineage -o json
    crowd
    each exec exec_args
    each fork lineage_fork
    stop
    figure start_both "$(cpu_ms --args --lineage)"
    start -o json
    before="$(rss)"
    crowd 5000
    figure rss "$(($(rss) - before))"
    stop
}

# row NAME FILE [YARDSTICK]: median and extremes; of two files, their difference.
row() {
    sort -n "$work/$2" | awk -v name="$1" -v base="${3:+$(sort -n "$work/$3" | awk '
        { v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')}" '
        { v[NR] = $1 }
        END {
            middle = v[int((NR + 1) / 2)]
            printf "%-56s %9.1f  (%.1f .. %.1f)", name, middle, v[1], v[NR]
            if (base != "") printf "  %+.1f, %.2f", middle - base, middle / base
            print ""
        }'
}

bench/build.sh >&2
sysctl -q kernel.bpf_stats_enabled=1
for ((round = 1; round <= rounds; round++)); do
    echo "bench: round $round of $rounds" >&2
    # What comes after a load of this kind is slower: each mode comes first in every other round.
    if ((round % 2)); then one_round off on; else one_round on off; fi
done
printf '%s, %s rounds, load %s\n' "$(uname -sr)" "$rounds" "$(cut -d ' ' -f 1 /proc/loadavg)"
row 'later attempts, ns in the kernel: not told' later_off
row 'later attempts, ns in the kernel: told' later_on later_off
row 'first attempts of an image, ns: not told' first_off
row 'first attempts of an image, ns: told' first_on first_off
row 'an exec, ns: --args' exec
row 'a fork, ns: --lineage' fork
row 'start and end, ms of CPU: not told' start_off
row 'start and end, ms of CPU: told' start_on start_off
row 'start and end, ms of CPU: --args --lineage' start_both start_off
row 'RSS after 10,000 images, KiB more, without the ring' rss
