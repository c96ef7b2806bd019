#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# store.sh [ROUNDS [CONNECTIONS]]: what it costs to keep a record: docs/record.md. By turns, the same
# refused connections (default 200,000, two events each) are traced to a file (trace -e all -o json -w) and
# to a store (record); prints medians of the rounds (default 5) of the CPU time without start and end, and
# bytes an event. Then asks the last of the stores, grown to so many events (EVENTS, default 2,000,000; fewer
# where the load outruns the ring, which the books say): for one destination, and for all, which has
# everything read. Needs root and a quiet machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
rounds="${1:-5}" connections="${2:-200000}" events="${EVENTS:-2000000}"
work="$(mktemp -d -p /var/tmp)"
tracer=

finish() {
    [[ -z $tracer ]] || kill "$tracer" 2>/dev/null || true
    rm -rf "$work"
}

refused() { taskset -c 0 build/bench/load refused "$1" </dev/null >/dev/null; }

# traced NAME CONNECTIONS COMMAND...: CPU milliseconds of a tracer of so many, added to those of NAME.
traced() {
    local LC_ALL=C TIMEFORMAT='%U %S' name="$1" n="$2"
    shift 2

    rm -f "$work/messages"
    { time taskset -c 1 "$@" --ring-size 64M >/dev/null 2>"$work/messages"; } 2>"$work/time" &
    until grep -qs 'tracing' "$work/messages"; do sleep 0.05; done
    tracer="$(pgrep -P "$!" -f -- "--ring-size 64M")"
    [[ $n -eq 0 ]] || refused "$n"
    kill -TERM "$tracer"
    wait "$!"
    tracer=
    awk '{ print ($1 + $2) * 1000 }' "$work/time" >>"$work/$name"
    grep 'sent=' "$work/messages" >>"$work/$name.books"
}

file() { traced "trace$1" "$2" build/tpconnect trace -C load,bash -e all -o json -w "$work/file"; }
store() { traced "record$1" "$2" build/tpconnect record -C load,bash --store "$work/store"; }

median() { sort -n "$work/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# row NAME COMMAND BYTES
row() {
    sort -n "$work/$1" | awk -v command="$2" -v bytes="$3" -v none="$(median "$1.none")" \
        -v events="$((2 * connections))" -v file="$(median trace)" -v file_none="$(median trace.none)" '
        { v[NR] = $1 }
        END {
            middle = v[int((NR + 1) / 2)]
            printf "%-28s %7.0f ms (%.0f .. %.0f)  %.2f us an event  %.2f of trace  %.1f bytes an event\n",
                command, middle, v[1], v[NR], (middle - none) * 1000 / events,
                (middle - none) / (file - file_none), bytes / events
        }'
}

# asked COMMAND...: CPU milliseconds of five runs, the median, and how many lines came.
asked() {
    local LC_ALL=C TIMEFORMAT='%U %S' round

    rm -f "$work/asked"
    for ((round = 0; round < 5; round++)); do
        { time "$@" >"$work/lines" 2>"$work/messages"; } 2>&1 | awk '{ print ($1 + $2) * 1000 }' >>"$work/asked"
    done
    printf '%8.0f ms  %8d lines  %s' "$(median asked)" "$(wc -l <"$work/lines")" "$(grep -o '[0-9]* of .* frames' "$work/messages" || true)"
}

bytes_of() { find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }'; }

bench/build.sh >&2
trap finish EXIT
for ((round = 0; round < 3; round++)); do file .none 0; store .none 0; done
for ((round = 1; round <= rounds; round++)); do
    echo "bench: round $round of $rounds" >&2
    rm -rf "$work/file" "$work/store"
    file '' "$connections"
    store '' "$connections"
done
printf '%s, %s rounds, load %s, %d events a round\n' "$(uname -sr)" "$rounds" "$(cut -d ' ' -f 1 /proc/loadavg)" \
    "$((2 * connections))"
row trace 'trace -e all -o json -w' "$(bytes_of "$work/file")"
row record 'record' "$(bytes_of "$work/store")"
printf 'books of the last: %s\n' "$(tail -n 1 "$work/record.books" | sed 's/.*sent/sent/')"

store .grown "$(((events - 2 * connections) / 2))"
moment="$(date -u +%Y-%m-%dT%H:%M:%SZ)"
{ build/tpconnect record -t 3s -C load,bash --store "$work/store" 2>"$work/messages" & }
until grep -qs tracing "$work/messages"; do sleep 0.05; done
bash -c '(exec 3<>/dev/tcp/127.0.0.99/9) 2>/dev/null' || true
sleep 4
printf 'books of what it grew by: %s\n' "$(tail -n 1 "$work/record.grown.books" | sed 's/.*sent/sent/')"
printf '%s bytes, asked:\n' "$(bytes_of "$work/store")"
printf '%-44s %s\n' "-d 127.0.0.99" "$(asked build/tpconnect history -v --store "$work/store" -d 127.0.0.99)"
printf '%-44s %s\n' "-d 127.0.0.99 --since $moment" \
    "$(asked build/tpconnect history -v --store "$work/store" -d 127.0.0.99 --since "$moment")"
printf '%-44s %s\n' "-C nobody (all is read)" "$(asked build/tpconnect history -v --store "$work/store" -C nobody)"
printf '%-44s %s\n' "-o json (all is read and shown)" "$(asked build/tpconnect history -v --store "$work/store" -o json)"
