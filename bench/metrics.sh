#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# metrics.sh [ROUNDS]: what --metrics-file adds to the reader, beside the reader's own CPU time for an event:
# docs/performance.md. The reader's is that of all its threads, user and system, while it writes JSON to memory
# under a load of refused connects. Prints medians, and the ratio, which is to be below 2 %. Needs root.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds="${1:-7}"
connects=200000
work="$(mktemp -d -p /dev/shm)"
tracer=

finish() {
    [[ -z $tracer ]] || kill "$tracer" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT

ticks() { awk '{ print $14 + $15 }' "/proc/$tracer/stat"; }

# ns of CPU time for each event that was written.
reader() {
    local before after written

    build/tpconnect trace -e all -o json -w "$work/events" 2>"$work/messages" &
    tracer=$!
    until grep -qs tracing "$work/messages"; do
        kill -0 "$tracer"
        sleep 0.05
    done
    before="$(ticks)"
    build/bench/load refused "$connects" >/dev/null
    sleep 0.3
    after="$(ticks)"
    kill -INT "$tracer"
    wait "$tracer" || true
    tracer=
    rm "$work/events"
    written="$(sed -n 's/.* written=\([0-9]*\).*/\1/p' "$work/messages")"
    echo $(((after - before) * (1000000000 / $(getconf CLK_TCK)) / written))
}

bench/build.sh >&2
for ((i = 0; i < rounds; i++)); do reader; done | sort -n >"$work/reader"
median="$(sed -n "$((rounds / 2 + 1))p" "$work/reader")"
printf 'the reader, an event %24d ns  (%d .. %d)\n' "$median" "$(head -n 1 "$work/reader")" "$(tail -n 1 "$work/reader")"
build/bench/metrics "$median"
