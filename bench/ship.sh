#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# ship.sh [ROUNDS]: what tpconnect-ship costs for each record: microseconds of CPU, without start and end, and
# bytes on the wire, with headers and acknowledgements of TCP. A store of 100,000 lines as services make them
# (bench/store.c), in frames of 500, 200 and 40, is sent to a server in a network namespace with nothing else on its
# loopback (tests/ship/server.py); as it lies, and as it is made anew. Medians of the rounds (default 5). Last, whether a
# recorder's writing slows down while a shipper is blocked by a server that hangs. Needs root.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ ${1-} != --inside ]]; then
    bench/build.sh >&2
    exec unshare --net "$0" --inside "${1:-5}"
fi
ip link set lo up
rounds="$2" lines=100000
work="$(mktemp -d -p /var/tmp)"
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT

cpu_ms() { awk '{ print ($1 + $2) * 1000 }'; }
median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
wire() { awk '$1 == "lo:" { print $2 }' /proc/net/dev; }

# ship STORE ARGUMENT...: sends what is new there, and prints milliseconds of CPU.
ship() {
    local LC_ALL=C TIMEFORMAT='%U %S'

    { time build/tpconnect-ship --once --offset "$work/offset" "${@:2}" "$1" "$url" 2>"$work/messages"; } 2>&1 | cpu_ms
}

# row NAME STORE ARGUMENT...
row() {
    local round before

    rm -f "$work"/{all,none,bytes}
    for ((round = 0; round < rounds; round++)); do
        rm -rf "$work"/offset "$work"/top/server/*
        before="$(wire)"
        ship "${@:2}" >>"$work/all"
        echo "$(($(wire) - before))" >>"$work/bytes"
        ship "${@:2}" >>"$work/none" # nothing is new: start and end
    done
    awk -v name="$1" -v all="$(median "$work/all")" -v none="$(median "$work/none")" -v bytes="$(median "$work/bytes")" \
        -v lines="$lines" 'BEGIN { printf "%-36s %.3f us CPU  %.1f bytes on the wire, a record\n", name,
            (all - none) * 1000 / lines, bytes / lines }'
}

# writing: microseconds of wall time that a recorder's 100,000 lines take, in frames of 20.
writing() {
    local begin="${EPOCHREALTIME/[.,]/}"

    rm -rf "$work/growing"
    build/tests/ship_lines "$work/growing" 0a1b 100 20 >/dev/null
    [[ $1 == alone ]] || { build/tpconnect-ship --offset "$work/other" "$work/growing" "$url" 2>/dev/null & }
    begin="${EPOCHREALTIME/[.,]/}"
    build/tests/ship_lines "$work/growing" 0a1b "$lines" 20 >/dev/null
    echo "$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))"
    [[ $1 == alone ]] || { kill -9 %+; wait %+ 2>/dev/null || true; rm -f "$work/other"*; }
}

mkdir -p "$work/top/server"
printf '%s\n' --every=0 >"$work/top/arguments"
python3 tests/ship/server.py "$work/top" &
until [[ -e $work/top/port ]]; do sleep 0.1; done
url="http://127.0.0.1:$(cat "$work/top/port")/insert?id={id}"
build/bench/store "$work/stores" >/dev/null
printf '%s, %s rounds, load %s, %d records\n' "$(uname -sr)" "$rounds" "$(cut -d ' ' -f 1 /proc/loadavg)" "$lines"
for size in 500 200 40; do
    row "frames of $size, as they lie" "$work/stores/$size"
done
row "frames of 500, --compress gzip" "$work/stores/500" --compress gzip
row "frames of 500, --compress none" "$work/stores/500" --compress none
row "frames of 500, --format otlp" "$work/stores/500" --format otlp
echo hang >"$work/top/server/answer"
for ((round = 0; round < rounds; round++)); do
    writing alone >>"$work/alone"
    writing beside >>"$work/beside"
done
printf 'to write %d lines: %s ms; beside a shipper that is blocked: %s ms\n' "$lines" "$(median "$work/alone")" "$(median "$work/beside")"
