#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# fleet.sh [HOSTS [LINES]]: a fleet on one host. So many stores (default 200) of so many lines each (default 5000,
# in frames of 500) are sent at once, each by a tpconnect-ship of its own, to three servers of NATS on loopback, whose
# leader is killed after KILL_AFTER seconds (default 1) and started again (KILL=no: it is not). Prints the rate, CPU time and bytes a record, and counts each record
# of each host in the stream: any that lacks, or is there twice, fails. Needs nats-server. What it says is in docs/fleet.md.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
hosts="${1:-200}" lines="${2:-5000}"
export PATH="$PATH:/usr/sbin"
work="$(mktemp -d -p /var/tmp)"
chmod 755 "$work"
cleanup() {
    cat "$work"/n?.pid 2>/dev/null | xargs -r kill -KILL 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
base=$((30000 + $$ % 2000))
servers="127.0.0.1:$((base + 1)),127.0.0.1:$((base + 2)),127.0.0.1:$((base + 3))"
tool_servers="nats://${servers//,/,nats://}"
tool() { build/tests/nats_stream "$tool_servers" "$@"; }

start_server() {
    nats-server -c "$work/n$1.conf" >>"$work/n$1.log" 2>&1 &
    echo "$!" >"$work/n$1.pid"
    disown "$!"
}

for n in 1 2 3; do
    cat >"$work/n$n.conf" <<END
listen: 127.0.0.1:$((base + n))
server_name: n$n
jetstream { store_dir: "$work/n$n", max_mem: 64M, max_file: 4G }
cluster {
    name: fleet
    listen: 127.0.0.1:$((base + 10 + n))
    routes: [nats://127.0.0.1:$((base + 11)), nats://127.0.0.1:$((base + 12)), nats://127.0.0.1:$((base + 13))]
}
END
    start_server "$n"
done
tool make fleet 'fleet.>' 3 10000000 600

host_of() { printf '%032x' "$1"; }
for ((host = 1; host <= hosts; host++)); do
    build/tests/ship_lines "$work/s$host" 0a1b2c3d-0000-4000-8000-000000000001 "$lines" 500 0 0 \
        "$(host_of "$host")" >/dev/null
done
bytes="$(find "$work"/s* -name '*.zst' -printf '%s\n' | awk '{ sum += $1 } END { print sum }')"
echo "bench: $hosts stores with $lines lines each are there" >&2

ship_all() {
    local host pids=()

    for ((host = 1; host <= hosts; host++)); do
        build/tpconnect-ship --once --offset "$work/o$host" "$work/s$host" "nats://$servers/fleet.{host}" 2>"$work/m$host" &
        pids+=("$!")
    done
    wait "${pids[@]}"
}

# kill_leader NAME: while they are at it, and started again.
kill_leader() {
    sleep "${KILL_AFTER:-1}"
    kill -KILL "$(cat "$work/$1.pid")"
    echo "bench: the leader, $1, is killed: $(cat "$work"/m* | grep -c 'records=' || true) of $hosts stores are sent by then" >&2
    sleep 3
    start_server "${1#n}"
}

leader="$(tool leader fleet)"
[[ ${KILL-} == no ]] || kill_leader "$leader" &
LC_ALL=C TIMEFORMAT='%R %U %S'
{ time ship_all; } 2>"$work/took"
wait
for ((host = 1; host <= hosts; host++)); do
    tail -n 1 "$work/m$host"
done >"$work/ends"
read -r wall user system < <(tail -n 1 "$work/took")
tool read fleet "$work/messages" >"$work/n_messages"
zstdcat <"$work/messages" | grep -oE '"tpconnect.seq":[0-9]+,"host.id":"[0-9a-f]+"' >"$work/came"
awk -v records=$((hosts * lines)) -v wall="$wall" -v cpu="$(awk "BEGIN { print $user + $system }")" -v bytes="$bytes" \
    -v messages="$(cat "$work/n_messages")" '
    match($0, /sends=[0-9]+/) { sends += substr($0, RSTART + 6, RLENGTH - 6) }
    END {
        printf "records %d in %d messages, %.1f s: %.0f a second\n", records, messages, wall, records / wall
        printf "CPU of the shippers: %.2f us a record, start and end included (%.0f ms a process)\n", cpu * 1e6 / records, cpu * 1000 / '"$hosts"'
        printf "in the stores: %.1f bytes a record; tries a message: %.2f\n", bytes / records, sends / messages
    }' "$work/ends"
came="$(wc -l <"$work/came")"
once="$(sort -u "$work/came" | wc -l)"
echo "in the stream: $once records, $((came - once)) of them twice, $((hosts * lines - once)) missing"
[[ $once -eq $((hosts * lines)) && $came -eq $once ]]
