#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# profile.sh [LOAD [COUNT [TPCONNECT-OPTION...]]]: where the kernel side's time goes. For each BPF
# program of tpconnect, and of empty ones at the same tracepoints: how often it ran under that load
# (bench/load.c; default refused, 200000), ns per run and per operation, instructions verified and
# translated, bytes of machine code. The kernel's own clock reading is in every ns per run: what the
# empty programs show is the zero of this scale.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
. bench/stats.sh
load="${1:-refused}" count="${2:-200000}"
shift $(($# < 2 ? $# : 2))
cpu=$(($(nproc) - 1))
work="$(mktemp -d -p /dev/shm)"
stats="$(sysctl -n kernel.bpf_stats_enabled)"
tracer=

finish() {
    [[ -z $tracer ]] || kill "$tracer" 2>/dev/null || true
    sysctl -q kernel.bpf_stats_enabled="$stats"
    rm -rf "$work"
}
trap finish EXIT

show() {
    local id runs ns verified text name xlated jited
    while read -r id runs ns verified; do
        text="$(bpftool prog show id "$id" | tr '\n' ' ')"
        name="$(sed -E 's/.* name (\S+) .*/\1/' <<<"$text")"
        xlated="$(sed -E 's/.*xlated ([0-9]+)B.*/\1/' <<<"$text")"
        jited="$(sed -E 's/.*jited ([0-9]+)B.*/\1/' <<<"$text")"
        awk -v runs="$runs" -v ns="$ns" -v ops="$((count + 1000))" \
            -v f='%-18s %9d %8.1f %8.1f %9d %8d %8d\n' \
            -v name="$name" -v verified="$verified" -v xlated="$xlated" -v jited="$jited" \
            'BEGIN { printf f, name, runs, ns / runs, ns / ops, verified, xlated / 8, jited }'
    done
}

profile() {
    local took
    "$@" >"$work/events" 2>"$work/messages" &
    tracer=$!
    until grep -qs tracing "$work/messages"; do
        kill -0 "$tracer"
        sleep 0.05
    done
    took="$(build/bench/load -c "$cpu" "$load" "$count")"
    printf '\n%s: %s ns per operation\n' "$*" "${took%% *}"
    printf '%-18s %9s %8s %8s %9s %8s %8s\n' program runs ns/run ns/op verified insns jited
    stats_of "$tracer" | show
    kill -INT "$tracer"
    wait "$tracer" || true
    tracer=
}

bench/build.sh
sysctl -q kernel.bpf_stats_enabled=1
model="$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1)"
printf '%s, %s, %s x %s\n' "$(uname -sr)" "$model" "$load" "$count"
case "$load" in
datagram | unnamed | stream | answer) empty=(empty_recv empty_send) ;; # with the option --dns
*) empty=(empty_enter empty_exit empty_state empty_state_again) ;;
esac
profile build/bench/floor "${empty[@]}"
profile build/tpconnect "$@"
