# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # what run.sh and lib.sh set, and what they read
# The kernel can skip a program: what it would have told is told by another, or counted as missed.

# --- no transition missed ----------------------------------------------------------------------

# Two tracers at once: an interrupt that finds a program of one running leaves the other's alone. So
# what both have missed, no program could have seen: there are kernels that hide a process of theirs
# from all tracing, and what is received while that one is interrupted.
trace_twice() {
    trace_flood
    first_tracer="$tracer"
    mv record record.first
    trace_flood
    second_tracer="$tracer"
    mv record record.second
}

stop_both() {
    tracer="$first_tracer"
    stop_trace
    tracer="$second_tracer"
    stop_trace
    mv record.first record
}

# Of each attempt, in lines that are the same whoever traced it: the process, the how manieth of its
# attempts, and its life if that is not whole.
incomplete() {
    events_of "$1" | awk -F '\t' '
        $1 ~ /^tcp\./ && !($3 in turn) { turn[$3] = $4 " " ++turns[$4] }
        $1 ~ /^tcp\./ { life[$3] = life[$3] substr($1, 5, 2) " " }
        END { for (id in life) if (life[id] !~ /^co (re )*(es cl |fa |ca )$/)
            print turn[id] ": " life[id] }' | sort
}

# All that one of the two has missed, the other has missed as well, and has counted it.
missed_by_both() {
    local missed

    incomplete record >missing
    incomplete record.second >missing.second
    diff missing missing.second >differences ||
        fail "$(wc -l <missing) attempts are incomplete, a second tracer lacks" \
            "$(wc -l <missing.second); they differ: $(head -n 5 differences)"
    missed="$(tail -n 1 record | jq '."tpconnect.loss.missed"')"
    # What the kernel has skipped is of all the host.
    [[ $missed -ge $(wc -l <missing) ]] ||
        fail "$(wc -l <missing) attempts are incomplete, $missed are counted as missed"
}

# steered_flood ADDR: many connections at once, as many packets on each CPU.
steered_flood() {
    steer_loopback
    trace_twice
    spin
    trigger flood 4 $((stress_count / 4)) "$1" 80
    stop_both
    [[ $(wc -l <expected) -eq $((stress_count / 4 * 4)) ]] || fail "the trigger has not said all"
    missed_by_both
    [[ ! -s missing ]] || skip "of $stress_count attempts, $(wc -l <missing) had transitions that" \
        "this kernel hid from every program; no other was missed"
}

case_stress_steered() { # 22
    serve "$a" 127.0.0.1 80
    steered_flood 127.0.0.1
    check_many
}

case_stress_steered_refused() { # 22
    steered_flood 127.0.0.1
    check_many accepted=false
}

# With one copy of the program, the cases before must fail.
case_stress_steered_teeth() { # 22: with what makes up for it taken out as well, it fails
    faulty_object one_copy
    LIVE_OBJECT="$object"
    serve "$a" 127.0.0.1 80
    # What the subshell starts, only it knows of.
    (
        trap 'kill -KILL "${pids[@]}" 2>/dev/null' EXIT
        steered_flood 127.0.0.1
        check_many
    ) >said && fail "nothing was missed without the mechanism"
    ! grep -q 'hid from' said || fail "the case does not notice: $(cat said)"
    cat said
}

# What was open before and has no entry as it ends is told by one copy of the program, whichever sees it.
case_stress_steered_ends_of_before() { # 37
    local each=$((stress_count / 8)) holder

    mkfifo until
    sleep infinity >until &
    holder=$!
    pids+=("$holder")
    nsenter --net="/run/netns/$a" "$triggers/pairs" 4 "$each" 80 <until >made 2>said &
    pids+=("$!")
    await grep -qs open said || fail "the trigger failed: $(cat said)"
    steer_loopback
    trace_ends_of_before record.first
    first_tracer="$tracer"
    trace_ends_of_before record.second
    spin
    kill "$holder"
    await none_open || fail "$(within "$a" ss -Htn exclude time-wait | wc -l) connections do not end"
    stop_trace
    tracer="$first_tracer"
    stop_trace
    awk '$5 == 80 { print $2, $3, $4 }' made | sort >want
    [[ $(wc -l <want) -eq $((4 * each)) ]] || fail "the trigger has not said all"
    lacking record.first >missing
    lacking record.second >missing.second
    diff missing missing.second >differences || fail "one tracer lacks what another has: $(head -n 5 differences)"
    [[ ! -s missing ]] || skip "of $((4 * each)) ends, this kernel hid $(wc -l <missing) from every program"
}

trace_ends_of_before() {
    trace_raw --netns "/run/netns/$a" -e close -o json -w "$1" --ring-size 64M --no-snapshot
    await grep -qs '"tpconnect.start"' "$1" || fail "tpconnect did not start: $(cat messages)"
}

# lacking RECORD: what is in `want` and not there; nothing may be there that is not wanted, or twice.
lacking() {
    jq -r 'select(."event.name" == "tcp.close" and ."tpconnect.preexisting") |
        [."network.local.address", ."network.local.port", ."network.peer.address"] | join(" ")' "$1" | sort >got
    comm -13 want got >odd
    [[ ! -s odd ]] || fail "$1: not wanted, or once more: $(head -n 5 odd)"
    comm -23 want got
}

none_open() { [[ $(within "$a" ss -Htn exclude time-wait | wc -l) -eq 0 ]]; }

# The kernel may skip the program at the beginning of a call, and run the one at its end. What seccomp
# answers looks so too, but nothing of that may be invented, and the request is known all the same.
case_stress_entry_skipped() {
    faulty_object entries_skipped
    LIVE_OBJECT="$object"
    trace_flood
    trigger flood 2 $((stress_count / 20)) 127.0.0.1 80
    trigger flood 1 20 0.0.0.0 80
    stop_trace
    sed -i 's/"0\.0\.0\.0"/"127.0.0.1"/' expected
    check_many accepted=false
    [[ $(grep -c '"tpconnect.requested.address":"0.0.0.0"' record) -eq 40 ]] ||
        fail "not every request is known: $(tail -n 2 record | head -n 1)"
}

# Since Linux 7.0 or so it may skip that at the end as well, as if none of its copies were there. What
# is lost by that is counted (here, of A only: the rest of the host connects as well), and no call is
# taken for the one before.
case_stress_ends_skipped() {
    faulty_object entries_skipped exits_skipped
    LIVE_OBJECT="$object"
    within "$a" ip route add prohibit 10.98.2.0/24
    trace_flood
    trigger connect -n 1000 -u EACCES 10.98.2.1 10000
    stop_trace
    jq -r 'select(."event.name" == "tcp.failed") | ."network.peer.port"' record >ports
    [[ $(wc -l <ports) -eq $(sort -u ports | wc -l) ]] || fail "an attempt is told twice"
    [[ $(wc -l <ports) -gt 300 ]] || fail "only $(wc -l <ports) attempts are told"
    [[ $(($(wc -l <ports) + $(tail -n 1 record | jq '."tpconnect.loss.missed"'))) -eq 1000 ]] ||
        fail "of 1000 attempts $(wc -l <ports) are told: $(tail -n 1 record)"
}

# What begins in a call is of that call, not of the one before whose end was skipped.
case_stress_ends_skipped_sent() {
    faulty_object entries_skipped exits_skipped
    LIVE_OBJECT="$object"
    trace_flood
    trigger connect -n 1000 ECONNREFUSED 127.0.0.1 10000
    stop_trace
    check_many accepted=false
    ! grep -q '"tpconnect.requested' record || fail "not requested: $(grep -m 1 requested record)"
}

# Attempts that never leave, of more processes than there are CPUs: of these only the call itself
# tells. Each is in the record or counted as missed.
case_stress_never_sent() {
    local each=$((stress_count / 20)) triggers_of=() n missed

    within "$a" ip route add prohibit 10.98.2.0/24
    trace_flood
    for n in {1..8}; do
        nsenter --net="/run/netns/$a" "$triggers/connect" -n "$each" -u EACCES 10.98.2.1 10000 \
            >"told.$n" &
        triggers_of+=($!)
        pids+=($!)
    done
    for n in "${triggers_of[@]}"; do
        wait "$n" || fail "a trigger failed"
    done
    stop_trace
    jq -c 'select(."event.name" == "tcp.failed") | [."process.pid", ."network.peer.port"]' \
        record | sort >got
    jq -c '[."process.pid", ."network.peer.port"]' told.* | sort >want
    [[ -z $(comm -23 got want) ]] || fail "not attempted: $(comm -23 got want | head -n 5)"
    missed="$(tail -n 1 record | jq '."tpconnect.loss.missed"')"
    # What the kernel has skipped is of all the host.
    [[ $(comm -13 got want | wc -l) -le $missed ]] ||
        fail "$(comm -13 got want | wc -l) of $((8 * each)) lack, $missed are counted as missed"
    [[ $missed -eq 0 ]] || echo "$missed of $((8 * each)) were missed, and counted"
}

# ESTABLISHED reaches no program, so the latency of a connection is not known; but where the call
# returned, or the connection ended, sooner than -l asks for, it is known to be too short.
case_established_unseen_too_soon() {
    local options

    faulty_object established_hidden
    serve "$a" 127.0.0.1 80
    for options in --syscalls --no-syscalls; do
        # shellcheck disable=SC2086 # an option or none
        trace --object "$object" -l 10s ${options#--syscalls}
        within "$a" "$triggers/connect" -n 1 established 127.0.0.1 80 >unshown
        within "$a" "$triggers/nonblock" established 127.0.0.1 80 >unshown
        stop_trace
        [[ $(wc -l <record) -eq 2 ]] || fail "what was not shown is closed: $(sed -n 2p record)"
        [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
        only_loss
        rm record
    done
}

# If the connection did last so long, its latency may have been that as well, so it is lost.
case_established_unseen_perhaps_slow() {
    faulty_object established_hidden
    serve "$a" 127.0.0.1 80
    trace --object "$object" -l 100ms --no-syscalls
    hold 3 127.0.0.1 80
    await established 3 || fail "no connections"
    sleep 0.2
    kill -KILL "$holder"
    wait "$holder" || true
    stop_trace
    [[ $(wc -l <record) -eq 2 ]] || fail "what was not shown is closed: $(sed -n 2p record)"
    [[ $(stop_field loss.missed) -eq 3 ]] || fail "3 were perhaps slow: $(tail -n 1 record)"
    only_loss missed
}

sent_again() { [[ $(tcp_counter "$a" RetransSegs) -gt 0 ]]; }

# A connection to 127.0.0.1:80 whose first byte is lost, and sent again; its pid goes to $sender.
send_again() {
    rule_in "$a" input "tcp dport 80 tcp flags & psh == psh numgen inc mod 1000000 == 0 drop"
    nsenter --net="/run/netns/$a" bash -c 'exec 3<>/dev/tcp/127.0.0.1/80; echo >&3; read -r' 0<>endless &
    sender=$!
    pids+=("$sender")
    await sent_again || fail "nothing was sent again"
}

# Without -l, it is shown all the same, though not when: by the end of its call, or of the connection.
# What is sent again meanwhile is no SYN.
case_established_unseen() {
    local option n=3

    faulty_object established_hidden
    serve "$a" 127.0.0.1 80
    for option in -q --no-syscalls; do
        rm -f record
        : >accepted
        trace --object "$object" "$option"
        hold 3 127.0.0.1 80
        if [[ $option == --no-syscalls ]]; then
            send_again
            n=4
        fi
        await established "$n" || fail "no connections"
        kill -KILL "$holder" ${sender:+"$sender"}
        wait "$holder" ${sender:+"$sender"} || true
        stop_trace
        [[ $(count_events tcp.established) -eq $n && $(count_events tcp.close) -eq $n ]] ||
            fail "not $n results and $n ends: $(cat record)"
        [[ $(count_events tcp.retry) -eq 0 ]] || fail "no SYN was sent again: $(cat record)"
        ! grep -q 'connect.duration_ns' record ||
            fail "a time that nobody knows: $(grep -m 1 duration record)"
        jq '."network.local.port"' accepted | sort >ports
        jq 'select(."event.name" == "tcp.established") | ."network.local.port"' record | sort |
            diff ports - >differences || fail "not the ports that the peer saw: $(cat differences)"
        only_loss
    done
}

# --- the end of a call is skipped, and the kernel counts it --------------------------------------

# What a call has left is kept until the thread's next, and the registers say which call it is in.
needs_task_storage() {
    ! "$tpconnect" doctor | grep -q '^WARN *task storage' ||
        skip "this kernel has no task storage: what a skipped end left is not known"
}

# What the line says of losses while tracing goes on is not taken back at its end: that nothing lacks
# of the attempt shows only at the thread's next call.
case_exit_lost_and_recovered() { # section 8, missed
    needs_task_storage
    faulty_object exits_lost
    trace --object "$object"
    within "$a" bash -c '{ : >/dev/tcp/127.0.0.1/80; sleep 1.6; : >/dev/tcp/127.0.0.1/81; sleep 1.1; }' \
        2>/dev/null || true
    stop_trace
    [[ $(count_events tcp.failed) -eq 2 ]] || fail "not two results: $(cat record)"
    jq -c 'select(."event.name" == "tpconnect.loss")' record >losses
    [[ ! -s losses ]] || fail "nothing was lost, and it says: $(cat losses)"
    only_loss
}

# Of an attempt that never left, only the end of its call tells: it is lost, whether its thread makes no
# other call, or one that shows the end to have been skipped.
case_exit_lost() { # section 8, missed
    faulty_object exits_lost
    within "$a" ip route add prohibit 10.98.2.0/24
    trace --object "$object"
    within "$a" "$triggers/connect" -u EACCES 10.98.2.1 80 >unshown
    within "$a" "$triggers/connect" -n 2 -u EACCES 10.98.2.1 80 >unshown
    sleep 1.1
    stop_trace
    [[ $(stop_field loss.missed) -eq 2 ]] || fail "two ends of calls were skipped: $(tail -n 1 record)"
    ! grep -q '"tpconnect.loss"' record || fail "not certain yet: $(grep tpconnect.loss record)"
    only_loss missed
}

# An attempt that closed within its call, of which only the errno tells, and that is skipped: it is
# lost, and counted once, when the thread's next call shows it.
case_exit_lost_with_errno() { # section 8, missed
    needs_task_storage
    faulty_object exits_lost
    sysctl_in "$a" net.ipv4.ip_local_port_range="45678 45678"
    serve "$b" 10.99.0.2 80
    trace --object "$object"
    within "$a" bash -c '{ exec 3<>/dev/tcp/10.99.0.2/80; : >/dev/tcp/10.99.0.2/80
        : >/dev/tcp/127.0.0.1/81; }' 2>bash_messages || true
    stop_trace
    [[ $(stop_field loss.missed) -eq 1 ]] || fail "one errno was lost: $(cat record bash_messages)"
    [[ $(count_events tcp.failed) -eq 1 ]] || fail "it is known why one failed: $(cat record)"
    only_loss missed
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
}

# The slot of a thread is not taken for one of a call that it is not in: what it closes is cancelled.
case_exit_lost_and_cancelled() {
    needs_task_storage
    faulty_object exits_lost
    peer_is_away
    trace --object "$object"
    within "$a" "$triggers/hold" 1 10.99.0.2 80 </dev/null 2>holding || fail "hold: $(cat holding)"
    stop_trace
    [[ $(count_events tcp.cancelled) -eq 1 ]] || fail "it was given up: $(cat record)"
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
}
