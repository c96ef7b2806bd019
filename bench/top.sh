#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# top.sh [SECONDS [CONNECTIONS]]: what `tpconnect top` takes of a CPU at an interval of 1 s: docs/open.md.
# Holds so many connections (default 10,000: one end is outbound, the other is not shown) in a namespace of
# their own, and looks at the screen on a terminal of 140x40 for so long (default 30): once with those
# connections, once without. Prints shares of a CPU. Needs root, script(1) and a quiet machine.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
seconds="${1:-30}" connections="${2:-10000}"
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

cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# share NAME: of a CPU, per cent, after a start that is not counted.
share() {
    local before pid

    script --quiet --flush --command "stty cols 140 rows 40; exec build/tpconnect top --netns $netns" \
        "$work/screen" >/dev/null 2>&1 </dev/null &
    until pid="$(pgrep --full "^build/tpconnect top --netns $netns")" && grep -qsa 'open' "$work/screen"; do
        kill -0 $!
        sleep 0.1
    done
    sleep 2
    before="$(cpu_ticks "$pid")"
    sleep "$seconds"
    awk -v ticks="$(($(cpu_ticks "$pid") - before))" -v hz="$(getconf CLK_TCK)" -v s="$seconds" -v what="$1" \
        'BEGIN { printf "%-28s %5.2f %% of a CPU\n", what, 100 * ticks / hz / s }'
    kill -TERM "$pid"
    wait $! || true
}

bench/build.sh >&2
ip netns add "$netns"
mkfifo "$work/input"
exec {input}<>"$work/input"
trap finish EXIT
ip -n "$netns" link set lo up
nsenter --net="/run/netns/$netns" sysctl -qw net.ipv4.ip_local_port_range="1024 65535"
share "no connection"
nsenter --net="/run/netns/$netns" build/tests/live/triggers/pairs "$processes" \
    "$((connections / processes))" 999 <"$work/input" >/dev/null 2>"$work/open" {input}>&- &
holder=$!
until grep -qs open "$work/open"; do
    kill -0 "$holder"
    sleep 0.1
done
share "$connections connections"
