#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# list.sh [ROUNDS [CONNECTIONS]]: what it costs to list what is open: docs/open.md. Makes so many
# connections (default 50,000, and so twice as many sockets) in a namespace of their own, lists them by
# turns with tpconnect list and with ss -tinp, and prints medians of the rounds (default 5): the CPU
# time of each, its ratio to that of ss, and microseconds a socket, without start and end. Of those, list
# --by process has hardly anything to write: it is the snapshot. Needs root, ss and a quiet machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
rounds="${1:-5}" connections="${2:-50000}"
processes=20
netns="tpconnect-bench-$$"
work="$(mktemp -d -p /dev/shm)"
holder=

finish() {
    exec {input}>&-
    [[ -z $holder ]] || wait "$holder" || true
    ip netns delete "$netns"
    rm -rf "$work"
}

# cpu_ms NAME COMMAND...: user and system time, added to the figures of NAME.
cpu_ms() {
    local LC_ALL=C TIMEFORMAT='%U %S' name="$1"
    shift
    { time "$@" >"$work/lines" 2>"$work/messages"; } 2>&1 |
        awk '{ print ($1 + $2) * 1000 }' >>"$work/$name"
    wc -l <"$work/lines" >"$work/$name.lines"
}

# each SUFFIX: all of it once. --all finds those of both ends, as ss does.
each() {
    cpu_ms "list$1" build/tpconnect list
    cpu_ms "by$1" build/tpconnect list --by process
    cpu_ms "all$1" build/tpconnect list --all
    cpu_ms "json$1" build/tpconnect list --all -o json
    cpu_ms "ss$1" nsenter --net="/run/netns/$netns" ss -tinp
}

median() { sort -n "$work/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# row COMMAND NAME
row() {
    sort -n "$work/$2" | awk -v command="$1" -v lines="$(cat "$work/$2.lines")" -v ss="$(median ss)" \
        -v none="$(median "$2.none")" -v sockets="$((2 * connections))" '
        { v[NR] = $1 }
        END {
            middle = v[int((NR + 1) / 2)]
            printf "%-26s %7d lines %8.0f ms (%.0f .. %.0f)  1/%.1f of ss  %.2f us a socket\n", command,
                lines, middle, v[1], v[NR], ss / middle, (middle - none) * 1000 / sockets
        }'
}

bench/build.sh >&2
ip netns add "$netns"
mkfifo "$work/input"
exec {input}<>"$work/input"
trap finish EXIT
ip -n "$netns" link set lo up
nsenter --net="/run/netns/$netns" sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
for ((round = 0; round < 3; round++)); do each .none; done
nsenter --net="/run/netns/$netns" build/tests/live/triggers/pairs "$processes" \
    "$((connections / processes))" 999 <"$work/input" >/dev/null 2>"$work/open" {input}>&- &
holder=$!
until grep -qs open "$work/open"; do
    kill -0 "$holder"
    sleep 0.1
done
for ((round = 1; round <= rounds; round++)); do
    echo "bench: round $round of $rounds" >&2
    each ''
done
printf '%s, %s rounds, load %s, %d sockets\n' "$(uname -sr)" "$rounds" "$(cut -d ' ' -f 1 /proc/loadavg)" \
    "$((2 * connections))"
row 'ss -tinp' ss
row 'list' list
row 'list --by process' by
row 'list --all' all
row 'list --all -o json' json
