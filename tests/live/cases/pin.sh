# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What outlives its process: record --pin, detach.

# Attempts that case_pin_killed makes, at about 2,000 a second, and connections of case_pin_long_lived.
: "${LIVE_COUNT:=8000}"
: "${LIVE_LONG:=1000}"

# A BPF file system of the case's own: with it, all goes that is pinned there.
mount_bpffs() {
    mkdir bpffs
    mount -t bpf bpf bpffs || skip "no BPF file system can be mounted here"
}

# record_pinned OPTION...: record what A does; returns when it is attached.
record_pinned() {
    record_a --pin bpffs/pins "$@"
}

# kill_recorder: as nobody can catch it, and no sooner than it is over.
kill_recorder() {
    kill -KILL "$tracer"
    wait "$tracer" 2>/dev/null || true
}

# kept_events N: so many of attempts and connections are in the store.
kept_events() { [[ $(kept 2>/dev/null | grep -c '"tcp\.') -ge $1 ]]; }

# Until the store grows no more. Who ends sooner leaves the rest to the next, and has sent so much less.
all_is_read() {
    local size='' before=none

    await kept_events 100 || fail "nothing is kept: $(cat messages)"
    while [[ $size != "$before" ]]; do
        before="$size"
        sleep 2
        size="$(find store -type f -exec cat {} + | wc -c)"
    done
}

# flood_slowly N: as many refused attempts, some 2,000 a second.
flood_slowly() {
    local left="$1"

    while [[ $left -gt 0 ]]; do
        within "$a" "$triggers/flood" -q 2 100 127.0.0.1 80 || return 1
        left=$((left - 200))
        sleep 0.07
    done
}

# demand_once EVENT N: so many of these in the record, each of another connection.
demand_once() {
    jq -r "select(.\"event.name\" == \"tcp.$1\") | .\"tpconnect.connection.id\"" record | sort >ids
    [[ $(uniq -d ids | wc -l) -eq 0 ]] || fail "$(uniq -d ids | wc -l) $1 are told twice"
    [[ $(wc -l <ids) -eq $2 ]] || fail "expected $2 $1, got $(wc -l <ids): $(tail -n 1 messages)"
}

# What the kernel side has counted since it was pinned, by the last line.
demand_books() {
    jq -se ".[-1] | .\"event.name\" == \"tpconnect.stop\" and .\"tpconnect.events.sent\" == $1 and
        .\"tpconnect.loss.ring\" == 0 and .\"tpconnect.loss.missed\" == 0 and
        .\"tpconnect.loss.state\" == 0 and .\"tpconnect.loss.unmatched\" == 0" record >/dev/null ||
        fail "not $1 sent, and nothing lost in the kernel: $(tail -n 1 record)"
}

case_pin_killed() { # docs/record.md: four times, once with nobody there for 3 s
    local pause

    mount_bpffs
    record_pinned
    flood_slowly "$LIVE_COUNT" &
    flood=$!
    pids+=("$flood")
    for pause in 0 0 3 0; do
        sleep 0.5
        kill_recorder
        sleep "$pause"
        record_pinned
        grep -q 'goes on with what an earlier process left' messages || fail "it begins anew: $(cat messages)"
    done
    wait "$flood" || fail "the attempts failed"
    all_is_read
    stop_trace
    kept >record
    without_gaps record
    demand_books "$((2 * LIVE_COUNT))"
    demand_once connect "$LIVE_COUNT"
    demand_once failed "$LIVE_COUNT"
    jq -se 'map(select(."event.name" == "tpconnect.start")) | length == 5 and
        (map(."tpconnect.resumed" // false) == [false, true, true, true, true]) and
        (map(."tpconnect.observed.from" | .[:21]) | unique | length == 1)' record >/dev/null ||
        fail "starts: $(grep tpconnect.start record)"
}

case_pin_long_lived() { # docs/record.md
    local problems

    mount_bpffs
    serve "$a" 127.0.0.1 80
    record_pinned
    nsenter --net="/run/netns/$a" "$triggers/long" "$LIVE_LONG" 127.0.0.1 80 0<>endless >bytes 2>opened &
    long=$!
    pids+=("$long")
    await grep -q open opened || fail "not all are open: $(cat opened)"
    await kept_events "$((2 * LIVE_LONG))" || fail "not all is kept: $(cat messages)"
    kill_recorder
    record_pinned
    kill_recorder
    record_pinned
    kill "$long"
    await kept_events "$((3 * LIVE_LONG))" || fail "not all ends are kept: $(cat messages)"
    stop_trace
    kept >record
    demand_once connect "$LIVE_LONG"
    demand_once established "$LIVE_LONG"
    demand_once close "$LIVE_LONG"
    # Each is one line there, its end, although the recorder was killed twice meanwhile.
    "$tpconnect" history --store store -o zeek >conn.log 2>messages || fail "history: $(cat messages)"
    [[ $(grep -c '^[0-9]' conn.log) -eq $LIVE_LONG && $(grep '^[0-9]' conn.log | cut -f 2 | sort -u | wc -l) -eq $LIVE_LONG ]] ||
        fail "not a line for each connection: $(grep -c '^[0-9]' conn.log)"
    ! grep -m 1 $'\tS1\t' conn.log >odd || fail "as if it were open: $(cat odd)"
    problems="$(jq -r 'select(."event.name" == "tcp.close") |
        "\(."network.local.port") \(."tpconnect.bytes_sent")"' record | sort | diff - <(sort bytes))" ||
        fail "not the bytes that were sent: ${problems:0:300}"
}

case_pin_stays() { # docs/spec.md, 7: record --pin, detach
    mount_bpffs
    record_pinned
    run_traced record --store other --pin bpffs/pins
    [[ $status -eq 1 ]] || fail "a second recorder: status $status"
    grep -q "bpffs/pins is in use: a recorder runs, pid $tracer" messages || fail "it says: $(cat messages)"
    run_traced detach --pin bpffs/pins
    [[ $status -eq 1 ]] || fail "detach under a recorder: status $status"
    grep -q "pid $tracer" messages || fail "it says: $(cat messages)"
    stop_trace
    tail -n 1 messages | grep -q 'stay in the kernel.*tpconnect detach --pin bpffs/pins' ||
        fail "it does not say what stays: $(cat messages)"
    trigger flood -q 1 50 127.0.0.1 80
    run_traced detach --pin bpffs/pins
    [[ $status -eq 0 && $(wc -l <messages) -eq 1 ]] || fail "status $status: $(cat messages)"
    grep -qE 'took away [0-9]+ programs from bpffs/pins, .*since 20.*; 100 events were not read' messages ||
        fail "it says: $(cat messages)"
    [[ ! -e bpffs/pins ]] || fail "something is left: $(ls -R bpffs/pins)"
    run_traced detach --pin bpffs/pins
    [[ $status -eq 0 ]] || fail "nothing there: status $status"
    grep -q 'nothing is pinned in bpffs/pins' messages || fail "it says: $(cat messages)"
    mkdir elsewhere
    run_traced detach --pin elsewhere
    grep -q 'cannot detach what is in elsewhere: it is not on a BPF' messages || fail "it says: $(cat messages)"
}

case_pin_other_filters() { # docs/record.md
    mount_bpffs
    record_pinned -P 81
    trigger connect ECONNREFUSED 10.99.0.2 81
    unexpected "$a" ECONNREFUSED 10.99.0.2 82
    await kept_events 2 || fail "not kept: $(cat messages)"
    stop_trace
    record_pinned -P 82
    grep -q 'what is asked for is not what was' messages || fail "it is not said: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 82
    unexpected "$a" ECONNREFUSED 10.99.0.2 81
    await kept_events 4 || fail "not kept: $(cat messages)"
    stop_trace
    kept >record
    demand_books 4
    [[ $(jq -r '."network.peer.port" // empty' record | tr '\n' ' ') == "81 81 82 82 " ]] ||
        fail "other ports: $(cat record)"
}

case_pin_other_build() { # docs/record.md
    mount_bpffs
    faulty_object layout=1
    record_pinned --object "$object"
    kill_recorder
    trigger flood -q 1 50 127.0.0.1 80
    record_pinned
    grep -q 'not taken over, as it is of another build: .* afresh: 100 events that nobody had read are lost' \
        messages || fail "it is not said: $(cat messages)"
    [[ $(ls bpffs/pins) == 2 ]] || fail "what was there stays: $(ls bpffs/pins)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    await kept_events 2 || fail "not kept: $(cat messages)"
    stop_trace
    kept >record
    demand_books 2
}

case_pin_ring_size() { # docs/record.md: what nobody reads has the ring's room
    mount_bpffs
    record_pinned --ring-size 64K
    kill_recorder
    trigger flood -q 1 1000 127.0.0.1 80
    record_pinned
    grep -q 'the ring stays as it is pinned, 65536 bytes, not 4194304' messages ||
        fail "it is not said: $(cat messages)"
    all_is_read
    stop_trace
    kept >record
    jq -se '.[-1] | ."tpconnect.events.sent" == 2000 and ."tpconnect.loss.ring" > 0' record >/dev/null ||
        fail "the books: $(tail -n 1 record)"
    [[ $(grep -c '"tcp\.' record) -eq $((2000 - $(tail -n 1 record | jq '."tpconnect.loss.ring"'))) ]] ||
        fail "what had room is not all there: $(tail -n 1 record)"
}

case_pin_refused() { # docs/spec.md, 7: record --pin
    mount_bpffs
    run_traced record --store store --pin nowhere/pins
    [[ $status -eq 1 && $(wc -l <messages) -eq 1 ]] || fail "status $status: $(cat messages)"
    grep -q 'nowhere/pins: No such file.*: the directory that it' messages || fail "it says: $(cat messages)"
    mkdir elsewhere
    run_traced record --store store --pin elsewhere/pins
    grep -q 'elsewhere/pins: it is not on a BPF file system; mount one' messages || fail "it says: $(cat messages)"
    run_traced record --store store --pin "$PWD"
    grep -q 'it is not on a BPF file system; mount one' messages || fail "it says: $(cat messages)"
    mkdir -m 777 bpffs/wide
    run_traced record --store store --pin bpffs/wide
    [[ $status -eq 1 ]] || fail "a wide directory: status $status"
    grep -q 'others may write to it' messages || fail "it says: $(cat messages)"
    mkdir bpffs/theirs
    chown 65533 bpffs/theirs
    run_traced record --store store --pin bpffs/theirs
    [[ $status -eq 1 ]] || fail "another user's: status $status"
    grep -q 'belongs to user 65533' messages || fail "it says: $(cat messages)"
}

case_pin_found() { # doctor
    mount_bpffs
    record_pinned
    look_for_pins | grep -q 'PASS    left pins  *none' || fail "it finds what is in use: $(look_for_pins)"
    kill_recorder
    look_for_pins | grep -A1 'WARN    left pins  */sys/fs/bpf/pins: ' |
        grep -q 'tpconnect detach --pin /sys/fs/bpf/pins$' || fail "it does not find what is left: $(look_for_pins)"
    record_a --pin bpffs/others
    kill_recorder
    look_for_pins | grep -q 'WARN    left pins  */sys/fs/bpf/[a-z]* and 1 more: ' ||
        fail "it does not find the others: $(look_for_pins)"
}

look_for_pins() {
    unshare --mount bash -c "mount --bind bpffs /sys/fs/bpf && exec '$tpconnect' doctor" 2>&1 || true
}

# As the unit of the service runs it.
case_pin_ambient() { # docs/privileges.md
    local keep=bpf,perfmon,dac_read_search,sys_admin run

    need_setpriv
    mount_bpffs
    mkdir -m 700 bpffs/pins store
    chown 65533 bpffs/pins store
    for run in 1 2; do
        (
            ulimit -l unlimited 2>/dev/null || true
            exec setpriv --reuid 65533 --regid 65533 --clear-groups --inh-caps "-all,+${keep//,/,+}" \
                --ambient-caps "-all,+${keep//,/,+}" "$tpconnect" record --netns "$(netns_inode "$a")" \
                --store store --pin bpffs/pins
        ) >>stdout 2>>messages &
        tracer=$!
        pids+=("$tracer")
        await more_recordings "$((run - 1))" || skip_refused
        demand "$tracer" CapPrm "$(capabilities_left)"
        trigger flood -q 1 20 127.0.0.1 80
        await kept_events "$((40 * run))" || fail "not kept: $(cat messages)"
        kill_recorder
    done
    grep -q 'goes on with what' messages || fail "it begins anew: $(cat messages)"
    kept >record
    demand_once failed 40
}
