# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What a process repeats without end, unsent: summed up in the record, and none lost from its books.

# flood_denied N: so many attempts of one process to one place, which seccomp answers.
flood_denied() { trigger deny flood 10.99.0.2 80 "$1"; }

# The events that the lines of a file stand for, of a name.
events_named() {
    jq -n --arg name "$2" '[inputs | select(."event.name" == $name) |
        1 + (."tpconnect.repeated" // 0)] | add // 0' "$1"
}

# check_repeats N: a record of that many, each with its attempt, in a few lines a second.
check_repeats() {
    local seconds name

    seconds="$(jq -rn '[inputs.timestamp[:19] + "Z" | fromdate] | max - min + 2' record)"
    for name in tcp.connect tcp.failed; do
        [[ $(events_named record "$name") -eq $1 ]] ||
            fail "the lines stand for $(events_named record "$name") $name, not $1"
        # A hundred and two sums, of each.
        [[ $(grep -c "\"$name\"" record) -le $((102 * seconds)) ]] ||
            fail "$(grep -c "\"$name\"" record) lines of $name in $seconds s"
    done
    [[ $(stop_field events.sent) -eq $((2 * $1)) ]] || fail "sent: $(tail -n 1 record)"
}

case_repeats() {
    trace --ring-size 256M
    flood_denied "$stress_count"
    # What is summed up is told soon, not only at the end.
    await grep -q '"tpconnect.repeated"' record || fail "no sum: $(tail -n 2 record)"
    trigger connect -u ENETUNREACH 10.97.0.1 80
    await grep -q ENETUNREACH record || fail "another failure is not shown"
    stop_trace
    check_repeats "$((stress_count + 1))"
    check expected=false
    only_loss
}

case_repeats_few() { # below the limit nothing changes, and each process, place and errno has its own
    within "$a" ip route add prohibit 10.98.2.0/24
    trace
    trigger connect -n 400 -u EACCES 10.98.2.1 10000
    for _ in 1 2 3; do
        trigger deny seccomp 10.99.0.2 80
    done
    stop_trace
    check
    ! grep -q repeated record || fail "summed up: $(grep -m 1 repeated record)"
}

case_repeats_limit() { # --repeat-limit, and what is not summed up: count, and all that was sent
    local reporters=()

    report counts count --by dst
    "$tpconnect" --netns "$a" -e failed -o json -w record.all --repeat-limit 0 2>>messages &
    pids+=($!)
    reporters+=($!)
    await grep -qs '"tpconnect.start"' record.all || fail "it did not start: $(cat messages)"
    trace_raw --netns "$a" -w text --repeat-limit 2
    await three_trace || fail "not three: $(cat messages)"
    flood_denied 1000
    trigger flood -q 1 500 127.0.0.1 81
    stop_trace
    reporters_end
    [[ $(grep -c ECONNREFUSED text) -eq 500 ]] || fail "summed up that was sent"
    [[ $(grep -c EACCES text) -lt 100 ]] || fail "$(grep -c EACCES text) lines"
    grep EACCES text | sed -nE 's/.* sent=no( repeated=([0-9]+))?$/\2/p' |
        awk '{ n += 1 + $1 } END { print n }' >got
    [[ $(cat got) -eq 1000 ]] || fail "the lines stand for $(cat got), not 1000: $(grep EACCES text)"
    [[ $(grep -c '"tcp.failed"' record.all) -eq 1500 ]] || fail "summed up with --repeat-limit 0"
    [[ $(jq -n '[inputs | select(."network.peer.address" == "10.99.0.2") | ."tpconnect.attempts" // 0] |
        add' counts) -eq 1000 ]] || fail "count: $(cat counts)"
    trace -n 400 # counts events as they come
    flood_denied 1000
    trace_ends 0
    [[ $(grep -c '"tcp\.' record) -eq 400 ]] || fail "-n 400: $(grep -c '"tcp\.' record) events"
}

three_trace() { [[ $(grep -c ' tracing ' messages) -eq 3 ]]; }

# The lines that a full disk does not take stand for as many events in the books.
case_repeats_lost() {
    local events

    mount_full 64k
    trace_raw --netns "$a" -e all -w full/text --ring-size 64M
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    head -c 200K /dev/zero >full/filler 2>/dev/null || true
    flood_denied 5000
    stop_trace
    events="$(sed -nE 's/.*event=.* sent=no( repeated=([0-9]+))?$/\2/p' full/text |
        awk '{ n += 1 + $1 } END { print n + 0 }')"
    [[ $(summary_field sent) -eq 10000 ]] || fail "not 10000: $(cat messages)"
    [[ $(summary_field written) -eq $events ]] || fail "$events in the file: $(cat messages)"
    [[ $(summary_field output) -eq $((10000 - events)) ]] || fail "the books: $(cat messages)"
}

case_repeats_command() { # -- COMMAND: its summary knows all of them
    run_traced -w record -- nsenter --net="/run/netns/$a" "$triggers/deny" flood 10.99.0.2 80 3000
    [[ $status -eq 0 ]] || fail "status $status: $(cat messages)"
    grep -q ' 3000 attempts: 3000 failed (EACCES 3000)' messages || fail "it said: $(cat messages)"
    [[ $(summary_field written) -eq 3000 ]] || fail "books: $(cat messages)"
    [[ $(wc -l <record) -lt 1000 ]] || fail "$(wc -l <record) lines"
}
