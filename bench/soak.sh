#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Mixed connections, and what the kernel has counted beside what was recorded. Prints, and asserts
# nothing. Usage: soak.sh [SECONDS] | soak.sh --record [--day] [SECONDS]
# Without --record they are traced for 600 s, at the highest rate that this machine sustains.
# --record  kept in a store of 32 MiB for two hours (--day: a day), RATE of them a second (default 500),
#           with a line of what tpconnect takes and has lost, each INTERVAL seconds (default 60)
set -euo pipefail

what=trace seconds=600 rate="${RATE:-500}" interval="${INTERVAL:-60}"
while [[ ${1-} == --* ]]; do
    case "$1" in
    --record) what=record seconds=7200 ;;
    --day) seconds=86400 ;;
    *) echo "soak.sh: unknown argument '$1': it takes --record, --day and a number of seconds" >&2; exit 2 ;;
    esac
    shift
done
seconds="${1:-$seconds}"
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

of_status() { awk -v name="$1:" '$1 == name { print $2 }' "/proc/$tracer/status"; }

# started_as COMMAND...: its pid goes to $tracer once it is attached; $work/messages has what it says.
started_as() {
    for _ in {1..300}; do
        ! grep -qs tracing "$work/messages" || break
        sleep 0.1
    done
    tracer="$(pgrep -f -n "^$*")"
}

trace_all() {
    # Counted as it comes: a record of ten minutes would fill a disk.
    "$tpconnect" --netns "/run/netns/$a" -e all 2>"$work/messages" |
        LC_ALL=C awk '{ for (i = 6; i <= NF; i++) if ($i ~ /^event=/) { n[$i]++; break } }
            END { for (name in n) print name, n[name] }' >"$work/counts" &
    counting=$!
    started_as "$tpconnect --netns /run/netns/$a"
    early="$(of_status VmRSS)"

    again "$triggers/flood" -q 1 2000 10.99.0.2 80 & loads+=($!)
    again "$triggers/flood" -q 1 2000 fd00:99::2 80 & loads+=($!)
    again "$triggers/flood" -q 1 2000 10.99.0.2 81 & loads+=($!)
    again "$triggers/giveup" close 10.99.0.2 9000 & loads+=($!)
    again "$triggers/connect" -s 1 -r ETIMEDOUT 10.99.0.2 9000 & loads+=($!)
    again "$triggers/uring" inline established 10.99.0.2 80 & loads+=($!)
    sleep "$seconds"
    wait "${loads[@]:1}" || true
    sleep 5 # what was pending comes to its end
    late="$(of_status VmRSS)"
    cpu="$(cpu_seconds)"
    kill -TERM "$tracer"
    wait "$counting" || true

    echo "soak of $seconds s: $(uname -r), $(nproc) CPUs"
    echo "the kernel:  attempts $(counter ActiveOpens), failed or given up $(counter AttemptFails)"
    echo "the record:"
    sort "$work/counts" | sed 's/^/  /'
    echo "the books:   $(tail -n 1 "$work/messages")"
    echo "attempts a second: $(($(counter ActiveOpens) / seconds)); RSS $early KiB -> $late KiB; CPU of tpconnect $cpu s"
}

cpu_seconds() { awk '{ printf "%.1f", ($14 + $15) / 100 }' "/proc/$tracer/stat"; }

# A third of each kind, half a second's worth at a time, by new processes each time.
paced() {
    local end=$((SECONDS + seconds)) third=$((rate / 6 > 0 ? rate / 6 : 1)) now

    while ((SECONDS < end)); do
        inside "$a" "$triggers/flood" -q 1 "$third" 10.99.0.2 80
        inside "$a" "$triggers/flood" -q 1 "$third" fd00:99::2 80
        inside "$a" "$triggers/flood" -q 1 "$third" 10.99.0.2 81
        inside "$a" "$triggers/giveup" close 10.99.0.2 9000 >/dev/null
        now="${EPOCHREALTIME#*[.,]}"
        sleep "0.$(printf %06d $((500000 - 10#$now % 500000)))"
    done 2>>"$work/load.log"
}

# metric NAME: the sum of its series.
metric() { awk -v name="$1" '{ sub(/[{ ].*/, "", $1) } $1 == name { n += $NF } END { printf "%d", n }' "$work/metrics/file"; }

lost_as() { awk -v name="tpconnect_events_lost_total{reason=\"$1\"}" '$1 == name { print $2 }' "$work/metrics/file"; }

# One line of the table: what the kernel says of the process, what is in the store, what the metrics say.
sample() {
    local store

    store="$(find "$work/store" -name '*.zst' -printf '%s\n' | awk '{ n += $1 } END { printf "%d %d", n / 1024, NR }')"
    ((${store% *} <= most_kib)) || most_kib="${store% *}"
    # shellcheck disable=SC2046,SC2086 # a word each
    printf '%7d %8d %8d %4d %4d %9s %9d %9d %9d %5d %5d %5d %6d %6d %7d %9d\n' $SECONDS "$(of_status VmRSS)" \
        "$(of_status RssAnon)" "$(find "/proc/$tracer/fd" -mindepth 1 | wc -l)" "$(of_status Threads)" $store \
        "$(metric tpconnect_events_sent_total)" "$(counter ActiveOpens)" \
        $(for class in ring missed state unmatched output; do lost_as "$class"; done) \
        "$(metric tpconnect_context_lost_total)" "$(lost_as store)"
}

record_all() {
    local most_kib=0 load

    # What gives up its rights must be able to write both.
    install -d -o nobody "$work/metrics"
    chmod 755 "$work"
    "$tpconnect" record --netns "/run/netns/$a" --store "$work/store" --store-size 32M --user nobody \
        --metrics-file "$work/metrics/file" 2>"$work/messages" &
    loads+=($!)
    started_as "$tpconnect record --netns /run/netns/$a"
    echo "soak of record, $seconds s, $rate connections a second: $(uname -r), $(nproc) CPUs"
    printf '%7s %8s %8s %4s %4s %9s %9s %9s %9s %5s %5s %5s %6s %6s %7s %9s\n' seconds RSS-KiB anon-KiB fds thr \
        store-KiB segments sent attempts ring missed state unmatc output context dropped
    SECONDS=0
    paced & load=$!
    loads+=("$load")
    while sleep "$interval" && kill -0 "$load" 2>/dev/null; do sample; done
    wait "$load" || true
    sleep 6 # the next file of metrics
    sample
    echo "CPU of tpconnect $(cpu_seconds) s; the store had $most_kib KiB at most"
    kill -TERM "$tracer"
    wait "$tracer" || echo "tpconnect's exit status: $?"
    echo "the kernel:  attempts $(counter ActiveOpens); counted by tpconnect: $(metric tpconnect_connect_attempts_total)"
    echo "the books:   $(tail -n 1 "$work/messages")"
    echo "history:     $("$tpconnect" history --store "$work/store" -e all -o json 2>"$work/asked" |
        grep -c '"tcp\.') events; it says: $(cat "$work/asked")"
    echo "its messages:"
    sed 's/^/  /' "$work/messages"
}

make_network
nsenter --net="/run/netns/$b" "$triggers/accept" 10.99.0.2 80 fd00:99::2 80 >/dev/null 2>&1 &
loads+=($!)
"${what}_all"
