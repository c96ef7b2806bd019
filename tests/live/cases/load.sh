# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Many at once.

# How many connections case_many makes.
: "${LIVE_MANY:=50000}"

# A field of the last line, tpconnect.stop.
stop_field() { tail -n 1 record | jq ".\"tpconnect.$1\""; }

case_stopped_reader() { # 23
    trace --ring-size 1M
    kill -STOP "$tracer"
    trigger flood -q 2 10000 127.0.0.1 80
    kill -CONT "$tracer"
    stop_trace
    # Refused: an attempt and a failure each, no more and no less.
    [[ $(stop_field events.sent) -eq 40000 ]] || fail "not 40000 events: $(tail -n 1 record)"
    [[ $(stop_field loss.ring) -gt 0 ]] || fail "nothing was lost: $(tail -n 1 record)"
    check expected=false lossless=false
    only_loss ring
}

# only_loss CLASS...: nothing was lost in another way.
only_loss() {
    local others

    others="$(tail -n 1 record | jq -c '
        [to_entries[] | select((.key | startswith("tpconnect.loss.")) and .value != 0)
         | .key[15:]] - $ARGS.positional' --args "$@")"
    [[ $others == "[]" ]] || fail "lost in other ways as well, $others: $(tail -n 1 record)"
}

case_loss_is_told() { # docs/spec.md, 8: within a second
    trace --ring-size 64K
    kill -STOP "$tracer"
    trigger flood -q 1 2000 127.0.0.1 80
    kill -CONT "$tracer"
    await grep -q '"tpconnect.loss"' record || fail "the loss is not told while tracing goes on"
    stop_trace
    grep '"tpconnect.loss"' record >losses
    keep_lines losses
    check expected=false lossless=false
    grep -q 'lost: ring=[1-9]' messages || fail "the summary does not tell: $(cat messages)"
}

case_stop_in_flood() { # 25
    trace --ring-size 256M
    stop_in_flood
    all_were_sent
    # Attempts under way at the end have no result, and the flood goes on without being traced.
    check expected=false accepted=false opens="$(grep -c '"tcp.connect"' record)"
}

case_stop_in_flood_with_loss() { # 25
    trace --ring-size 64K
    stop_in_flood
    check expected=false accepted=false lossless=false
}

stop_in_flood() {
    trigger_background flood -q 1 0 127.0.0.1 80
    await enough_of 5000 failed || fail "no 5000 failures in the record"
    stop_trace
    # And where iterators over maps are refused, a word of that.
    [[ $(grep -cv 'refuses iterators over maps' messages) -eq 2 ]] || fail "not a start and a summary: $(cat messages)"
    [[ $(tcp_counter "$a" ActiveOpens) -ge $(grep -c '"tcp.connect"' record) ]] ||
        fail "more attempts in the record than the kernel has counted"
}

# All are refused by the peer: none can have failed before anything was sent.
all_were_sent() {
    ! grep -m 3 '"tpconnect.sent":false' record >odd || fail "made up: $(cat odd)"
}

case_start_in_flood() { # 34
    trigger_background flood -q 2 0 127.0.0.1 80
    await flood_runs || fail "there is no flood"
    trace --ring-size 256M
    await enough_of 5000 failed || fail "no 5000 failures in the record"
    end_flood
    stop_trace
    all_were_sent
    check expected=false accepted=false opens="$(grep -c '"tcp.connect"' record)"
}

# An attempt that begins while tracing does, between two copies of the program: the second must not take
# for its own what the first left to those from before, and did not tell of whom it is.
case_start_between_copies() { # 34
    faulty_object start_between
    serve "$a" 127.0.0.1 80
    trace --object "$object"
    within "$a" "$triggers/connect" established 127.0.0.1 80 >unshown
    stop_trace
    [[ $(count_events tcp.connect) -eq 0 ]] || fail "the second copy has made it an attempt: $(cat record)"
    [[ $(stop_field loss.unmatched) -eq 1 ]] || fail "its end is not counted: $(tail -n 1 record)"
    only_loss unmatched
}

# Everything that runs in A is of the flood.
end_flood() {
    pids_in "$a" | xargs kill -KILL
    await no_process || fail "the flood goes on"
}

no_process() { [[ -z $(pids_in "$a") ]]; }

flood_runs() { [[ $(tcp_counter "$a" ActiveOpens) -gt 1000 ]]; }

case_many() { # 28
    local early late

    serve "$a" 127.0.0.1 80 >/dev/null
    # AddressSanitizer keeps what was freed, such as what each connection holds until its close.
    ASAN_OPTIONS="${ASAN_OPTIONS-}:quarantine_size_mb=1" \
        "$tpconnect" --netns "$a" -e all,-retry -o json > >(tail -n 1 >record) 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    STEP_SECONDS=600 trigger flood -q 2 "$((LIVE_MANY * 2 / 10))" 127.0.0.1 80
    early="$(resident)"
    STEP_SECONDS=600 trigger flood -q 2 "$((LIVE_MANY * 3 / 10))" 127.0.0.1 80
    late="$(resident)"
    stop_trace
    await test -s record || fail "no last line"
    [[ $(tcp_counter "$a" ActiveOpens) -eq $LIVE_MANY ]] || fail "not $LIVE_MANY connections"
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked at the end: $(cat record)"
    # Attempt, result and close of each, though the reader or its output may not have kept up.
    [[ $(stop_field events.sent) -eq $((3 * LIVE_MANY)) ]] ||
        fail "not 3 events each: $(cat record)"
    only_loss ring output
    [[ $((late - early)) -lt 1024 ]] || fail "RSS has grown from $early to $late KiB"
}

# Counted page by page: before Linux 6.2, VmRSS leaves out what a thread has not handed on yet (64 page
# faults later it does), here the ring's 8 MiB.
resident() { awk '$1 == "Rss:" { print $2 }' "/proc/$tracer/smaps_rollup"; }

case_rotation() { # 27
    local n=0

    trace --ring-size 64M
    trigger_background flood 1 "${LIVE_COUNT:-20000}" 127.0.0.1 80
    while [[ $n -lt 10 ]]; do
        sleep 0.05
        n=$((n + 1))
        mv record "old.$n"
        kill -HUP "$tracer"
        await test -e record || fail "there is no new file"
    done
    wait "${pids[-1]}" || fail "the flood failed"
    stop_trace
    for file in old.*; do
        [[ ! -s $file || -z $(tail -c 1 "$file") ]] || fail "$file ends in the middle of a line"
    done
    [[ $(find . -name 'old.*' -size +0 | wc -l) -gt 1 ]] || fail "nothing was written meanwhile"
    # In their order, the files are one record without a gap.
    mv record "old.$((n + 1))"
    for ((n = 1; n <= 11; n++)); do
        cat "old.$n"
    done >record
    check
}
