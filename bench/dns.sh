#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# dns.sh [ROUNDS]: what --dns costs those who send and receive: docs/performance.md. For each kind of load
# (bench/load.c), round after round: ns of CPU time per operation under tpconnect without --dns, under the same
# beside empty programs at the tracepoints of --dns, and under tpconnect with it. Prints medians, and medians
# and quartiles of what the round's last two have added to its first. Needs root, Linux 6.3 or newer and a
# quiet machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
rounds="${1:-15}"
cpu=$(($(nproc) - 1))
work="$(mktemp -d -p /dev/shm)"
tracers=()

finish() {
    [[ ${#tracers[@]} -eq 0 ]] || kill "${tracers[@]}" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

start() {
    "$@" >"$work/events" 2>"$work/messages" &
    tracers+=($!)
    until grep -qs tracing "$work/messages"; do
        kill -0 $!
        sleep 0.05
    done
    sleep 0.1
}

stop() {
    kill -INT "${tracers[@]}"
    wait "${tracers[@]}" || true
    tracers=()
}

# Of the one load that all are compared by, so that it differs in nothing but the tracer.
once() {
    local ns _

    echo >&"${LOAD[1]}"
    read -r _ ns <&"${LOAD[0]}"
    echo "$ns" >>"$work/$load.$1"
}

one_round() {
    start build/tpconnect -P 9
    once off
    stop
    start build/tpconnect -P 9
    start build/bench/floor empty_recv empty_send
    once empty
    stop
    start build/tpconnect -P 9 --dns
    once dns
    stop
}

quartiles() {
    sort -n | awk '{ v[NR] = $1 } END {
        printf "%8.1f (%.1f .. %.1f)", v[int((NR + 1) / 2)], v[int((NR + 3) / 4)], v[int((3 * NR + 3) / 4)] }'
}

row() {
    printf '%-10s %8.0f ns, empty programs add %s, --dns %s\n' "$load" \
        "$(sort -n "$work/$load.off" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }')" \
        "$(paste "$work/$load.empty" "$work/$load.off" | awk '{ print $1 - $2 }' | quartiles)" \
        "$(paste "$work/$load.dns" "$work/$load.off" | awk '{ print $1 - $2 }' | quartiles)"
}

bench/build.sh >&2
printf '%s, %s rounds, load %s\n' "$(uname -sr)" "$rounds" "$(cut -d ' ' -f 1 /proc/loadavg)"
for load in datagram unnamed stream answer getppid; do
    count=100000
    [[ $load != getppid ]] || count=2000000
    coproc LOAD { build/bench/load -c "$cpu" "$load" "$count"; }
    read -r _ <&"${LOAD[0]}"
    for ((round = 1; round <= rounds; round++)); do
        one_round
    done
    kill "$LOAD_PID"
    wait "$LOAD_PID" || true
    row
done
