# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# The record: what its file may be, to have it opened anew, and the span that it tells of.

# --- whose it is -------------------------------------------------------------------------------

# refuses_record FILE PATTERN: one line that names the file and matches; nothing is written.
refuses_record() {
    run_traced -t 10ms --netns "/run/netns/$a" -w "$1"
    [[ $status -eq 1 && ! -s stdout ]] || fail "status $status for $1: $(cat messages stdout)"
    [[ $(wc -l <messages) -eq 1 ]] || fail "not one line: $(cat messages)"
    grep -qE "cannot write to $1: .*$2" messages || fail "expected $2, got $(cat messages)"
}

case_record_is_private() { # docs/spec.md, 7: -w
    local mask

    for mask in 000 022 0277; do
        (umask "$mask" && exec "$tpconnect" -q -t 10ms -w "made$mask") 2>messages ||
            fail "exit status $?: $(cat messages)"
        [[ $(stat -c %a "made$mask") == 600 ]] ||
            fail "with umask $mask it has mode $(stat -c %a "made$mask")"
    done
    # What there is keeps its mode; if others read in it, that is said.
    echo '# of before' >wide
    chmod 644 wide
    run_traced -t 10ms --netns "/run/netns/$a" -w wide
    [[ $status -eq 0 && $(stat -c %a wide) == 644 ]] || fail "not appended to: $(cat messages)"
    grep -q 'wide can be read by every user; chmod 600' messages || fail "not said: $(cat messages)"
    chmod 640 wide
    run_traced -t 10ms --netns "/run/netns/$a" -w wide
    ! grep -q 'can be read' messages || fail "said of a group: $(cat messages)"
}

case_record_is_no_link() { # docs/spec.md, 7: -w
    mkdir sub
    ln -s sub linked
    ln -s target link
    refuses_record link 'symbolic link.*name the file'
    [[ ! -e target ]] || fail "what the link leads to was made"
    echo precious >target
    refuses_record link 'symbolic link'
    ln target other
    refuses_record target 'hard links.*remove it'
    rm other
    chown 65534 target
    refuses_record target 'another user.*remove it'
    [[ $(cat target) == precious ]] || fail "something was written: $(cat target)"
    refuses_record /dev/stdout 'leave -w out'
    refuses_record /dev/stderr 'leave -w out'
    # Links above it are the user's way to name it.
    run_traced -t 10ms --netns "/run/netns/$a" -o json -w linked/record
    [[ $status -eq 0 ]] || fail "status $status: $(cat messages)"
    grep -q '"tpconnect.stop"' sub/record || fail "nothing in the record: $(cat messages)"
}

case_record_is_a_descriptor() { # a shell's >(...)
    trace_raw --netns "/run/netns/$a" -e all -o json -w >(cat >>record)
    await grep -qs '"tpconnect.start"' record || fail "it did not start: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    await grep -qs '"tpconnect.stop"' record || fail "not all arrived: $(cat record)"
    check
}

# --- SIGHUP ------------------------------------------------------------------------------------

# Opens it anew, and waits for what is said of that.
hang_up() {
    : >hung_up
    kill -HUP "$tracer"
    await grep -q "$1" messages || fail "it does not say $1: $(cat messages)"
}

# json_trace FILE: all events of A, to that file.
json_trace() {
    trace_raw --netns "/run/netns/$a" -e all -o json -w "$1"
    await grep -qs '"tpconnect.start"' "$1" || fail "it did not start: $(cat messages)"
}

# fill_disk FILE: events to it until there is no room on its file system, in the midst of a line.
fill_disk() {
    trigger flood 1 80 127.0.0.1 80
    await grep -q 'No space left on device' messages || fail "not full: $(cat messages)"
    await torn "$1" || fail "no line is torn"
}

torn() { [[ -s $1 && $(tail -c 1 "$1" | od -An -tx1) != " 0a" ]]; }

enough_in() { [[ $(grep -c '"tcp\.' "$1" 2>/dev/null) -ge $2 ]]; }

# whole_lines FILE...: one after the other, without what is behind the last newline of each.
whole_lines() {
    local file

    for file; do
        sed -n '$!p' "$file"
        torn "$file" || tail -n 1 "$file"
    done
}

# Its own blocks are what the disk is full of: they are not given back before it is closed.
case_reopen_full_disk_deleted() { # docs/spec.md, 7: SIGHUP
    mount_full 128k
    json_trace full/record
    fill_disk full/record
    cp full/record old
    rm full/record
    hang_up 'full/record is open anew; .* taken back'
    trigger flood 1 10 127.0.0.1 80
    await enough_in full/record 20 || fail "nothing in the new file: $(cat messages)"
    stop_trace
    # Nothing is lost, torn or written twice.
    whole_lines old full/record >record
    check
}

case_reopen_full_disk_renamed() { # docs/spec.md, 7: SIGHUP
    mount_full 64k
    json_trace full/record
    fill_disk full/record
    mv full/record full/record.1
    hang_up 'full/record is open anew; .* taken back'
    # There is no room for the new one yet: all waits in memory.
    trigger flood 1 10 127.0.0.1 80
    mount -o remount,size=1m full
    await enough_in full/record 20 || fail "nothing in the new file: $(cat messages)"
    stop_trace
    cat full/record.1 full/record >record
    check
}

# Something else stands behind the torn line by now, so it has to stay.
case_reopen_full_disk_torn() { # docs/spec.md, 7: SIGHUP
    local part

    mount_full 64k
    json_trace full/record
    fill_disk full/record
    part="$(tail -n 1 full/record)"
    truncate -s +1 full/record
    mv full/record full/record.1
    hang_up 'full/record is open anew; the old file ends in an incomplete line'
    mount -o remount,size=1m full
    trigger flood 1 10 127.0.0.1 80
    stop_trace
    grep -qF -- "$part" full/record || fail "the torn line is not in the new file"
    whole_lines full/record.1 full/record >record
    check
}

case_reopen_file_limit() { # docs/spec.md, 7: SIGHUP
    (ulimit -f 128 && exec "$tpconnect" --netns "/run/netns/$a" -e all -o json -w sized) \
        >>stdout 2>>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' sized || fail "it did not start: $(cat messages)"
    trigger flood 1 80 127.0.0.1 80
    await grep -q 'cannot write to sized: File too large' messages || fail "not full: $(cat messages)"
    mv sized sized.1
    hang_up 'sized is open anew; .* taken back'
    stop_trace
    cat sized.1 sized >record
    check
}

case_reopen_no_directory() { # docs/spec.md, 7: SIGHUP
    mkdir sub
    json_trace sub/record
    mv sub gone
    hang_up 'cannot open sub/record anew: No such file or directory; still writing to the old file'
    trigger connect ECONNREFUSED 10.99.0.2 81
    await enough_in gone/record 1 || fail "not written to the old file: $(cat messages)"
    # It is tried again without being asked to.
    mkdir sub
    await grep -q 'sub/record is open anew' messages || fail "not tried again: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 82
    await enough_in sub/record 1 || fail "not written to the new file: $(cat messages)"
    [[ $(grep -c 'cannot open' messages) -eq 1 ]] || fail "said again: $(cat messages)"
    stop_trace
    cat gone/record sub/record >record
    check
}

case_reopen_refused() { # docs/spec.md, 7: -w
    echo precious >target
    json_trace watched
    mv watched watched.1
    ln -s target watched
    hang_up 'cannot open watched anew: it is a symbolic link.*; still writing to the old file'
    rm watched
    ln target watched
    await grep -q 'cannot open watched anew: it has further names' messages ||
        fail "the other reason is not said: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    [[ $(cat target) == precious ]] || fail "something was written: $(cat target)"
    mv watched.1 record
    check
}

# --- the span ----------------------------------------------------------------------------------

# stop_during: the trigger's lines are whole then.
stop_during() {
    kill -TERM "$during"
    await gone "$during" || fail "the trigger did not end"
    wait "$during" || fail "the trigger failed"
}

case_observed() { # docs/spec.md, 3: what happened in that span, all of it, and nothing beside it
    local problems

    nsenter --net="/run/netns/$a" "$triggers/during" 127.0.0.1 80 >during &
    during=$!
    pids+=("$during")
    await test -s during || fail "the trigger does not begin"
    trace -e failed
    await enough_of 100 failed || fail "nothing in the record: $(cat messages)"
    stop_trace
    sleep 0.1
    stop_during
    problems="$(jq -nr --slurpfile record record --slurpfile during during --arg since "$since" \
        --argjson skew "${LIVE_SKEW_NS:-200000}" \
        -f "$here/observed.jq")" || fail "the record is not JSON"
    [[ -z $problems ]] || fail "$problems"
}

# The spans of reports are what was observed, from the first to the last.
case_observed_by_reports() { # docs/spec.md, 3
    run_traced count 1 -t 1500ms -o json -w record --netns "/run/netns/$a" -- nsenter \
        --net="/run/netns/$a" "$triggers/flood" -q 1 50 127.0.0.1 80
    [[ $status -eq 0 ]] || fail "status $status: $(cat messages)"
    jq -se 'def ns: ((.[:19] + "Z" | fromdate) % 100000) * 1e9 + (.[20:29] | tonumber);
        (map(select(."event.name" == "tpconnect.count")) | last) as $last |
        .[-1] as $stop | ($stop."tpconnect.observed.until" | ns) as $until |
        ($last.timestamp | ns) - $until | fabs < 1e6' record >/dev/null ||
        fail "the last report does not end with what was observed: $(cat record)"
}
