# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# A file system that hangs: whoever writes there waits, and cannot even be killed.

# An ext4 of its own at full, which can be frozen; case_cleanup thaws it and takes it away.
mount_disk() {
    local tool

    for tool in mkfs.ext4 fsfreeze losetup; do
        command -v "$tool" >/dev/null || skip "$tool is missing"
    done
    truncate -s 64M disk
    mkfs.ext4 -q disk
    mkdir full
    mount -o loop disk full 2>mount_messages || skip "no loop mount here: $(cat mount_messages)"
}

# trace_disk FILE OPTION...: all events of A to that file; returns when the first are in there.
trace_disk() {
    trace_raw --netns "$a" -e all --ring-size 2M -w "$@"
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    await grep -qs ECONNREFUSED "$1" || fail "nothing in $1: $(cat messages)"
}

summary_is_there() { grep -q ' written=' messages; }

# stops_in_time: SIGTERM, and the summary on stderr comes before patience is at its end: 2 s, and as
# much again for a busy host.
stops_in_time() {
    local begin="${EPOCHREALTIME/./}" took

    kill -TERM "$tracer"
    await summary_is_there || fail "no summary in 10 s: $(cat messages)"
    took=$(((${EPOCHREALTIME/./} - begin) / 1000))
    echo "the summary came after $took ms"
    [[ $took -lt 4000 ]] || fail "the summary came after $took ms: $(cat messages)"
}

case_frozen_disk() { # 24
    local lines sent written output

    mount_disk
    trace_disk full/text
    fsfreeze -f full
    steady_flood
    await grep -q 'full/text: its file system does not answer' messages || fail "not said: $(cat messages)"
    stops_in_time
    fsfreeze -u full
    trace_ends 0
    sent="$(summary_field sent)" written="$(summary_field written)" output="$(summary_field output)"
    lines="$(grep -c 'event=' full/text)"
    [[ $sent -eq 30002 ]] || fail "not 30002 events: $(cat messages)"
    [[ $(summary_field ring) -eq 0 ]] || fail "reading has waited for the disk: $(cat messages)"
    [[ $output -gt 0 && $sent -eq $((written + output)) ]] || fail "the books: $(cat messages)"
    # What was being written when it was given up is counted as lost, and may have been written.
    [[ $lines -ge $written && $lines -le $((written + 1000)) ]] || fail "$lines lines: $(cat messages)"
    [[ $(grep -c 'does not answer' messages) -eq 2 ]] || fail "not said at the end, or again: $(cat messages)"
}

case_frozen_for_a_while() { # 24, 11
    mount_disk
    trace_raw --netns "$a" -e all -o json -w full/record
    await grep -qs '"tpconnect.start"' full/record || fail "it did not start: $(cat messages)"
    trigger flood 1 100 127.0.0.1 80
    mv full/record full/record.1
    fsfreeze -f full
    # Not only to write has to wait, but to make the new file as well.
    trigger flood 1 100 127.0.0.1 80
    kill -HUP "$tracer"
    sleep 0.5
    trigger flood 1 100 127.0.0.1 80
    fsfreeze -u full
    await test -s full/record || fail "no new file: $(cat messages)"
    stop_trace
    cat full/record.1 full/record >record
    # Nothing is lost, torn or written twice.
    check
}
