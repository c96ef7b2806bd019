#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Mixed connections at the highest rate that this machine sustains, traced all along, then what the
# kernel has counted beside what was recorded. Usage: soak.sh [SECONDS]; default 600. Prints, and
# asserts nothing.
set -euo pipefail

seconds="${1:-600}"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
tpconnect="$here/build/tpconnect" triggers="$here/build/tests/live/triggers"
a="soak$$-a" b="soak$$-b"
work="$(mktemp -d)"
loads=()

"$here/scripts/setup.sh" --test >&2
"$here/scripts/build.sh" >&2

clean_up() {
    kill "${loads[@]}" 2>/dev/null || true
    wait 2>/dev/null || true
    ip netns delete "$a" 2>/dev/null || true
    ip netns delete "$b" 2>/dev/null || true
    rm -rf "$work"
}
trap clean_up EXIT

make_network() {
    local n name

    ip netns add "$a"
    ip netns add "$b"
    ip -n "$a" link add veth0 type veth peer name veth0 netns "$b"
    for name in "$a" "$b"; do
        n=$((${n:-0} + 1))
        ip -n "$name" link set lo up
        ip -n "$name" address add "10.99.0.$n/24" dev veth0
        ip -n "$name" address add "fd00:99::$n/64" dev veth0 nodad
        ip -n "$name" link set veth0 up
    done
    # Port 9000 is a black hole.
    ip netns exec "$b" nft "add table inet t; add chain inet t in { type filter hook input priority 0; };
        add rule inet t in tcp dport 9000 drop"
}

inside() {
    local name="$1"
    shift
    nsenter --net="/run/netns/$name" "$@"
}

# again COMMAND...: over and over, in A, until the time is over.
again() {
    local end=$((SECONDS + seconds))

    while ((SECONDS < end)); do
        # Below what reads the record: the highest rate is the one that is still read.
        inside "$a" nice -n 15 "$@" >/dev/null 2>>"$work/load.log" || true
    done
}

counter() {
    # shellcheck disable=SC2016 # for awk
    inside "$a" awk -v name="$1" '
        $1 == "Tcp:" && !column { for (i = 2; i <= NF; i++) if ($i == name) column = i; next }
        $1 == "Tcp:" { print $column }' /proc/net/snmp
}

resident() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$tracer/status"; }

make_network
inside "$b" "$triggers/accept" 10.99.0.2 80 fd00:99::2 80 >/dev/null 2>&1 &
loads+=($!)
# Counted as it comes: a record of ten minutes would fill a disk.
"$tpconnect" --netns "/run/netns/$a" -e all 2>"$work/messages" |
    LC_ALL=C awk '{ for (i = 6; i <= NF; i++) if ($i ~ /^event=/) { n[$i]++; break } }
        END { for (name in n) print name, n[name] }' >"$work/counts" &
counting=$!
for _ in {1..50}; do
    grep -q tracing "$work/messages" && break
    sleep 0.1
done
tracer="$(pgrep -f -n "^$tpconnect --netns /run/netns/$a")"
early="$(resident)"

again "$triggers/flood" -q 1 2000 10.99.0.2 80 & loads+=($!)
again "$triggers/flood" -q 1 2000 fd00:99::2 80 & loads+=($!)
again "$triggers/flood" -q 1 2000 10.99.0.2 81 & loads+=($!)
again "$triggers/giveup" close 10.99.0.2 9000 & loads+=($!)
again "$triggers/connect" -s 1 -r ETIMEDOUT 10.99.0.2 9000 & loads+=($!)
again "$triggers/uring" inline established 10.99.0.2 80 & loads+=($!)
sleep "$seconds"
wait "${loads[@]:1}" || true
sleep 5 # what was pending comes to its end
late="$(resident)"
cpu="$(awk '{ printf "%.1f", ($14 + $15) / 100 }' "/proc/$tracer/stat")"
kill -TERM "$tracer"
wait "$counting" || true

echo "soak of $seconds s: $(uname -r), $(nproc) CPUs"
echo "the kernel:  attempts $(counter ActiveOpens), failed or given up $(counter AttemptFails)"
echo "the record:"
sort "$work/counts" | sed 's/^/  /'
echo "the books:   $(tail -n 1 "$work/messages")"
echo "attempts a second: $(($(counter ActiveOpens) / seconds)); RSS $early KiB -> $late KiB; CPU of tpconnect $cpu s"
