# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What record keeps: docs/record.md.

# record_a OPTION...: record what A does in the store; returns when it is attached.
record_a() {
    local before

    before="$(grep -c 'recording to' messages || true)"
    trace_raw record --netns "/run/netns/$a" --store store "$@"
    await more_recordings "$before" || fail "tpconnect did not start: $(cat messages)"
}

more_recordings() { [[ $(grep -c 'recording to' messages) -gt $1 ]]; }

# All lines of the store, oldest first; zstd is there to read them, as users do.
kept() {
    command -v zstdcat >/dev/null || skip "zstd is missing"
    find store/ -name '*.zst' | sort | xargs zstdcat
}

# The numbers of all lines are those from the first to the last, each once and in order.
without_gaps() {
    jq -rn 'reduce inputs as $line (0; $line."tpconnect.seq" as $seq |
        if . == 0 or $seq == . + 1 then $seq else error("\($seq) follows \(.)") end)' "$1" >last_seq ||
        fail "numbers with gaps"
}

# The last start of several has a number of its own; what check() compares begins with 1.
case_store_keeps_all() { # docs/spec.md, 7, record
    serve "$b" 10.99.0.2 80
    record_a -v
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect established 10.99.0.2 80
    trigger flood 20 10 127.0.0.1 80
    stop_trace
    kept >record
    check
    grep -q 'store=0$' messages || fail "no word of the store in the books: $(cat messages)"
    jq -e -s 'all(.[]; has("tpconnect.boot.id") and has("host.name"))' record >/dev/null ||
        fail "a line does not say of which host and boot it is: $(head -n 2 record)"
    [[ $(stat -c %a store) == 750 ]] || fail "the store is open to others: $(ls -ld store)"
}

# Also by a signal that nobody can catch: what was not on its way to the disk has no number, and is not torn.
case_store_goes_on() { # docs/spec.md, 6, tpconnect.seq
    local run

    for run in TERM KILL TERM; do
        record_a
        trigger flood -q 4 50 127.0.0.1 80
        [[ $run == TERM ]] || await kept_enough 400 || fail "nothing is kept while it runs"
        kill -"$run" "$tracer"
        wait "$tracer" || true
    done
    kept >record
    without_gaps record
    [[ $(grep -c '"tpconnect.start"' record) -eq 3 ]] || fail "not three starts"
    [[ $(grep -c '"tpconnect.stop"' record) -eq 2 ]] || fail "not two ends"
    [[ $(grep -c '"tcp.failed"' record) -eq 600 ]] || fail "not 600 failures: $(grep -c failed record)"
    grep -q 'has .* of the 10G that it may, since ' messages || fail "not said what it has: $(cat messages)"
}

kept_enough() { [[ $(kept 2>/dev/null | grep -c '"tcp.failed"') -ge $1 ]]; }

# A second one is refused, and says whose it is; SIGHUP changes nothing.
case_store_is_one_writers() {
    local first

    record_a
    first="$tracer"
    run_traced record --netns "/run/netns/$a" --store store
    [[ $status -eq 1 ]] || fail "exit status $status: $(cat messages)"
    grep -q "$first" messages || fail "not said who has it: $(cat messages)"
    kill -HUP "$first"
    trigger connect ECONNREFUSED 10.99.0.2 81
    tracer="$first"
    stop_trace
    kept >record
    check
}

# What is refused is as it was: nothing of a store is made in it.
case_store_is_a_directory_of_its_own() { # docs/spec.md, 7, record
    local user

    mkdir other
    echo precious >other/file
    for user in nobody root; do
        run_traced record --netns "/run/netns/$a" --store other --user "$user"
        [[ $status -eq 1 ]] || fail "as $user: exit status $status: $(cat messages)"
        grep -q 'cannot use other as a store: there is more in it than a store' messages || fail "not said: $(cat messages)"
        [[ $(ls -A other) == file ]] || fail "written to: $(ls -A other)"
    done
}

# Who may not trace makes no store, and hears the reason.
case_store_is_not_made_without_privilege() { # docs/spec.md, 7, record
    command -v setpriv >/dev/null || skip "setpriv is missing"
    mkdir open
    chmod 777 . open
    status=0
    setpriv --reuid 12345 --regid 12345 --clear-groups --inh-caps=-all --bounding-set=-all \
        "$tpconnect" record --store open/store 2>messages || status=$?
    [[ $status -eq 3 ]] || fail "exit status $status: $(cat messages)"
    grep -q 'CAP_BPF' messages || fail "not said what lacks: $(cat messages)"
    [[ -z $(ls -A open) ]] || fail "something was made: $(ls -A open)"
}

# What is removed under it is counted, and told once; what comes then is kept.
case_store_is_removed() { # docs/spec.md, 8, store
    local gone

    record_a
    trigger flood -q 4 25 127.0.0.1 80
    await kept_enough 100 || fail "not all is kept"
    find store -mindepth 1 -delete
    trigger flood -q 4 25 127.0.0.1 80
    await kept_enough 1 || fail "nothing is kept any more: $(cat messages)"
    stop_trace
    kept >record
    gone="$(summary_field store)"
    [[ $gone -ge 200 ]] || fail "store=$gone: $(cat messages)"
    [[ $(grep -c 'somebody has removed what was being written' messages) -eq 1 ]] || fail "said otherwise than once: $(cat messages)"
    [[ $(summary_field written) -eq 400 && $(grep -c '"tcp\.' record) -eq $((400 - gone)) ]] ||
        fail "$(grep -c '"tcp\.' record) events are there: $(cat messages)"
    # Without its own directory nothing can be kept.
    record_a
    trigger flood -q 4 25 127.0.0.1 80
    await kept_enough 100 || fail "not all is kept"
    rm -rf store
    trigger flood -q 4 25 127.0.0.1 80
    await grep -q 'somebody has removed it; start record anew' messages || fail "not said: $(cat messages)"
    stop_trace
    [[ $(($(summary_field output) + $(summary_field store))) -eq 400 ]] || fail "not all is counted: $(cat messages)"
}

# size_of_store: bytes of all segments
size_of_store() { find store/ -name '*.zst' -printf '%s\n' | awk '{ sum += $1 } END { print sum + 0 }'; }

dropping_is_told() { [[ $(kept 2>/dev/null | grep -c '"tpconnect.loss"') -gt 0 ]]; }

case_store_is_bounded() { # docs/spec.md, 8, store
    local sent

    record_a --store-size 1M
    steady_flood
    steady_flood
    await dropping_is_told || fail "nothing is told: $(cat messages)"
    stop_trace
    [[ $(size_of_store) -le 1048576 ]] || fail "the store has $(size_of_store) bytes"
    kept >record
    without_gaps record
    sent="$(summary_field sent)"
    [[ $sent -eq $(summary_field written) && $sent -eq 60000 ]] || fail "the books: $(cat messages)"
    [[ $(summary_field store) -gt 0 ]] || fail "nothing had to go: $(cat messages)"
    # What was written is there, or was counted.
    [[ $(grep -c '"tcp\.' record) -eq $((sent - $(summary_field store))) ]] ||
        fail "$(grep -c '"tcp\.' record) events are there: $(cat messages)"
    [[ $(grep -c 'is full: the oldest goes' messages) -eq 1 ]] || fail "said otherwise than once: $(cat messages)"
    jq -es 'map(select(."event.name" == "tpconnect.loss")) | length > 0 and
        all(."tpconnect.loss.store" > 0 and ."tpconnect.store.dropped.last_seq" >= ."tpconnect.store.dropped.first_seq")' \
        record >/dev/null || fail "not told in the record: $(grep tpconnect.loss record)"
    check_says 0 store
    grep -qx "explained: $(jq -n 'input."tpconnect.seq" - 1' record) lines left the store, as it says itself" checked ||
        fail "what left is not explained: $(cat checked)"
}

# A file system without room takes the oldest, and only then anything new is lost.
case_store_on_full_disk() { # 24
    local sent

    mkdir full
    mount -t tmpfs -o size=1M tmpfs full || skip "no tmpfs here"
    ln -s full/store store
    trace_raw record --netns "/run/netns/$a" --store full/store
    await grep -q 'recording to' messages || fail "tpconnect did not start: $(cat messages)"
    steady_flood
    steady_flood
    stop_trace
    kept >record
    sent="$(summary_field sent)"
    [[ $sent -eq 60000 && $sent -eq $(($(summary_field written) + $(summary_field output))) ]] ||
        fail "the books: $(cat messages)"
    [[ $(summary_field store) -gt 0 && $(summary_field output) -eq 0 ]] ||
        fail "the oldest did not make room: $(cat messages)"
    [[ $(grep -c '"tcp\.' record) -eq $((sent - $(summary_field store))) ]] || fail "what is there: $(cat messages)"
    without_gaps record
}

# A disk that refuses answers: that it is full is said once, and not that it hangs.
case_store_without_any_room() { # 24
    mkdir full
    mount -t tmpfs -o size=128K tmpfs full || skip "no tmpfs here"
    trace_raw record --netns "/run/netns/$a" --store full/store
    await grep -q 'recording to' messages || fail "tpconnect did not start: $(cat messages)"
    head -c 200000 /dev/zero >full/other 2>/dev/null || true
    for _ in {1..20}; do
        trigger flood -q 4 50 127.0.0.1 80
        sleep 0.2
    done
    stop_trace
    [[ $(grep -c 'No space left on device' messages) -eq 1 ]] || fail "said otherwise than once: $(cat messages)"
    ! grep -q 'does not answer' messages || fail "a full disk is said to hang: $(cat messages)"
    [[ $(summary_field sent) -eq 8000 && $(summary_field output) -eq 8000 ]] || fail "the books: $(cat messages)"
}

# What has to go, and cannot be removed, is said; and the record goes on.
case_store_that_cannot_drop() {
    local first

    command -v chattr >/dev/null || skip "chattr is missing"
    mount_disk
    ln -s full/store store
    trace_raw record --netns "/run/netns/$a" --store full/store --store-size 1M
    await grep -q 'recording to' messages || fail "tpconnect did not start: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    await kept_one || fail "nothing is kept"
    first="$(find store/ -name '*.zst')"
    chattr +i "$first" || skip "this file system has no attributes"
    steady_flood
    steady_flood
    await grep -q 'the disk of the store full/store reports: Operation not permitted' messages ||
        { chattr -i "$first"; fail "not said: $(cat messages)"; }
    chattr -i "$first"
    stop_trace
    [[ -e $first && $(summary_field store) -gt 0 && $(summary_field output) -eq 0 ]] || fail "$(cat messages)"
    [[ $(grep -c 'reports: Operation' messages) -eq 1 ]] || fail "said otherwise than once: $(cat messages)"
}

# It does not hang with its file system; what is given up is counted.
case_store_on_frozen_disk() { # 24
    local sent written

    mount_disk
    ln -s full/store store
    trace_raw record --netns "/run/netns/$a" --store full/store --ring-size 2M
    await grep -q 'recording to' messages || fail "tpconnect did not start: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    await kept_one || fail "nothing is kept"
    fsfreeze -f full
    steady_flood
    await grep -q 'full/store: its file system does not answer' messages || fail "not said: $(cat messages)"
    stops_in_time
    fsfreeze -u full
    trace_ends 0
    sent="$(summary_field sent)" written="$(summary_field written)"
    [[ $(summary_field ring) -eq 0 ]] || fail "reading has waited for the disk: $(cat messages)"
    [[ $(summary_field output) -gt 0 && $sent -eq $((written + $(summary_field output))) ]] ||
        fail "the books: $(cat messages)"
    kept >record
    without_gaps record
    [[ $(grep -c '"tcp\.' record) -ge $written ]] || fail "$(grep -c '"tcp\.' record) of $written"
}

kept_one() { kept 2>/dev/null | grep -q '"tcp.failed"'; }

# What history says of the store, as the exit status wants it.
history_says() {
    "$tpconnect" history --store store "$@" 2>history_messages ||
        fail "history $*: exit status $?: $(cat history_messages)"
}

# Each line as it was kept; the same events as another tracer has seen them at that time, and as count counts them.
case_history_is_what_was_kept() { # docs/spec.md, 7, history
    serve "$b" 10.99.0.2 80
    trace --repeat-limit 0
    cp record other_start
    trace_pid="$tracer"
    record_a --repeat-limit 0
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect established 10.99.0.2 80
    trigger flood -q 4 20 127.0.0.1 80
    stop_trace
    tracer="$trace_pid"
    stop_trace
    history_says -e all -o json >shown
    kept | cmp - shown || fail "history -o json is not what the store has"
    for file in shown record; do
        jq -c 'select(."event.name" | startswith("tcp.")) |
            [."event.name", ."process.pid", ."network.peer.address", ."network.peer.port", ."network.local.port",
             ."error.type"]' "$file" | sort >"$file.events"
    done
    diff record.events shown.events >difference || fail "trace and history differ: $(head difference)"
    [[ ! -s history_messages ]] || fail "history said: $(cat history_messages)"
    # The default is that of trace, as text.
    [[ $(history_says | grep -c 'event=failed error=ECONNREFUSED') -eq 81 ]] || fail "not 81 failures"
    [[ $(history_says | grep -vc ' event=\(failed\|established\|retry\|cancelled\) ') -eq 0 ]] ||
        fail "more than trace shows: $(history_says | head)"
    [[ $(history_says -d 10.99.0.2 -P 81 | wc -l) -eq 1 ]] || fail "not the one to port 81"
    [[ $(history_says -n 5 | wc -l) -eq 5 ]] || fail "not 5 events"
    history_says -o json --by port | jq -es 'any(."network.peer.port" == 80 and
        ."tpconnect.attempts" == 81 and ."tpconnect.failed" == 80 and ."tpconnect.established" == 1)' >/dev/null ||
        fail "not counted: $(history_says --by port)"
    history_says --latency -o json | jq -e '."tpconnect.latency.count" == 1' >/dev/null ||
        fail "no histogram: $(history_says --latency)"
    history_says -o table | grep -q ECONNREFUSED || fail "no table"
}

# A line that stands for many is counted as many, and so it is in a report.
case_history_counts_what_is_summed_up() { # docs/spec.md, 7, --repeat-limit
    record_a --repeat-limit 2
    trigger deny flood 10.99.0.2 80 1000
    stop_trace
    [[ $(kept | grep -c '"tcp.failed"') -lt 100 ]] || fail "not summed up: $(kept | grep -c '"tcp.failed"')"
    history_says -o json --by port | jq -es 'any(."network.peer.port" == 80 and
        ."tpconnect.attempts" == 1000 and ."tpconnect.failed" == 1000)' >/dev/null ||
        fail "not counted: $(history_says --by port)"
    kept >record
    "$tpconnect" report -o md record >summary.md || fail "no report"
    grep -q '1,\?000' summary.md || fail "the report: $(cat summary.md)"
}

# Of times, and of frames that cannot have a destination, none is read.
case_history_reads_what_can_have_it() {
    local middle

    record_a
    trigger connect ECONNREFUSED 10.99.0.2 81
    await kept_one || fail "nothing is kept"
    middle="$(now)"
    trigger connect ECONNREFUSED 10.99.0.2 82
    await kept_port_82 || fail "the second is not kept"
    stop_trace
    [[ $(history_says --since "$middle" | grep -c 'dst=10.99.0.2:82') -eq 1 ]] || fail "not the later one"
    [[ $(history_says --until "$middle" | grep -c 'dst=10.99.0.2:81') -eq 1 ]] || fail "not the one before"
    [[ $(history_says --since "$middle" | wc -l) -eq 1 ]] || fail "more than that: $(history_says --since "$middle")"
    [[ $(history_says --since 1h --until 0.001s | wc -l) -eq 2 ]] || fail "not both of the last hour"
    history_says -v -d 10.99.0.77 >none
    [[ ! -s none ]] || fail "something to 10.99.0.77: $(cat none)"
    # But those with the recorder's own lines.
    [[ $(($(sed -nE 's/^tpconnect: ([0-9]+) of the store.s ([0-9]+) .*/\2-\1/p' history_messages))) -gt 0 ]] ||
        fail "frames are read that cannot have it: $(cat history_messages)"
}

kept_port_82() { kept 2>/dev/null | grep -q '"network.peer.port":82,.*ECONNREFUSED'; }

case_history_while_it_is_written() {
    local n before=0

    record_a
    trigger_background flood -q 1 5000 127.0.0.1 80
    for _ in {1..6}; do
        history_says -e all -o json >shown
        without_gaps shown
        n="$(wc -l <shown)"
        [[ $n -ge $before ]] || fail "$n lines after $before"
        before="$n"
        [[ ! -s history_messages ]] || fail "history said: $(cat history_messages)"
    done
    stop_trace
}

# A closed pipe ends it quietly; a store that is not there, or not one, does not.
case_history_ends_as_it_should() {
    record_a
    trigger flood -q 1 3000 127.0.0.1 80
    stop_trace
    { "$tpconnect" history --store store -e all -o json 2>history_messages || echo "$?" >status; } | head -n 1 >one
    [[ ! -e status && ! -s history_messages && $(wc -l <one) -eq 1 ]] ||
        fail "a closed pipe: $(cat status history_messages)"
    run_traced history --store nowhere
    [[ $status -eq 1 ]] || fail "exit status $status without a store"
    grep -q nowhere messages || fail "not said which: $(cat messages)"
    run_traced history --store store -w /dev/full -e all
    [[ $status -eq 1 ]] || fail "exit status $status with nowhere to write to: $(cat messages)"
}

# What is damaged is said, with its place, and passed over.
case_history_passes_damage_over() {
    local segment size

    record_a
    trigger flood -q 1 3000 127.0.0.1 80
    stop_trace
    segment="$(find store/ -name '*.zst')"
    size="$(stat -c %s "$segment")"
    printf 'XXXXXXXXXXXXXXXX' | dd of="$segment" bs=1 seek=$((size / 2)) conv=notrunc status=none
    history_says -e all -o json >shown
    jq -e . shown >/dev/null || fail "what is shown is not whole"
    [[ $(wc -l <shown) -gt 1000 && $(wc -l <shown) -lt 6000 ]] || fail "$(wc -l <shown) lines"
    grep -q "${segment##*/}" history_messages || fail "not said where: $(cat history_messages)"
}

# A manager's socket, whose name is abstract; what comes is a line each in `told`.
listen_as_manager() {
    command -v python3 >/dev/null || skip "python3 is missing"
    python3 -c '
import socket, sys
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("\0" + sys.argv[1])
print("ready", flush=True)
while True:
    print(manager.recv(4096).decode(), flush=True)' "$1" >told &
    pids+=($!)
    await grep -qs ready told || fail "no manager"
}

told_of() { [[ $(grep -cx "$1" told) -ge $2 ]]; }

# Also once it has given up its rights; a process that does not go on gives no sign of life.
case_store_tells_its_manager() {
    local signs

    listen_as_manager "$run_id-manager"
    export NOTIFY_SOCKET="@$run_id-manager" WATCHDOG_USEC=3000000
    record_a
    await told_of READY=1 1 || fail "not told that it is ready: $(cat told)"
    await told_of WATCHDOG=1 2 || fail "no signs of life: $(cat told)"
    kill -STOP "$tracer"
    signs="$(grep -c WATCHDOG told)"
    sleep 2.5
    [[ $(grep -c WATCHDOG told) -le $((signs + 1)) ]] || fail "a stopped process gives signs of life: $(cat told)"
    kill -CONT "$tracer"
    stop_trace
    await told_of STOPPING=1 1 || fail "not told of the end: $(cat told)"
    [[ $(grep -cx READY=1 told) -eq 1 && $(grep -cx STOPPING=1 told) -eq 1 ]] || fail "told twice: $(cat told)"
}
