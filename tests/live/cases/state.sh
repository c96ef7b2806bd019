# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the kernel side keeps is bounded, exact, and gone when it should be.

# hold N ADDR PORT: a process with that many attempts or connections; its pid goes to $holder.
hold() {
    rm -f holding
    # Its input never ends.
    nsenter --net="/run/netns/$a" "$triggers/hold" "$@" 2>holding < <(sleep "$STEP_SECONDS") &
    holder=$!
    pids+=("$holder")
    await grep -qs holding holding || fail "hold $*: $(cat holding)"
}

established() { [[ $(within "$a" ss -Htn state established | wc -l) -ge $1 ]]; }

count_events() { jq -c "select(.\"event.name\" == \"$1\")" record | wc -l; }

case_map_full() { # section 8, state
    local object

    mutated_object tracked.bpf.h 's/max_entries, 262144/max_entries, 64/; s/(PLACE_BITS) 12/\1 1/'
    peer_is_away
    trace --object "$object"
    hold 200 10.99.0.2 80
    kill -KILL "$holder"
    wait "$holder" || true
    stop_trace
    [[ $(stop_field loss.state) -eq 134 ]] || fail "200 attempts, room for 66: $(tail -n 1 record)"
    [[ $(count_events tcp.connect) -eq 200 ]] || fail "not 200 attempts"
    [[ $(count_events tcp.cancelled) -eq 66 ]] || fail "not 66 results"
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
    # Of the ends of the other 134 nothing is known.
    only_loss state unmatched
}

tracked_returns() {
    serve "$b" 10.99.0.2 80
    trace "$@"
    hold 50 10.99.0.2 80 # ended by the death of its process
    await established 50 || fail "no connections"
    kill -KILL "$holder"
    hold 50 10.99.0.2 80 # ended by another program
    await established 50 || fail "no connections"
    within "$a" ss -4 -t -K dst 10.99.0.2 >/dev/null
    kill -KILL "$holder"
    hold 50 10.99.0.2 81 # refused
    kill -KILL "$holder"
    peer_is_away
    ip -n "$a" neighbour flush all
    hold 50 10.99.0.2 80 # pending, ended by another program
    within "$a" ss -4 -t -K dst 10.99.0.2 >/dev/null
    kill -KILL "$holder"
    hold 50 10.99.0.2 80 # pending, ended by the death of its process
    kill -KILL "$holder"
    wait "$holder" || true
    stop_trace
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
    [[ $(count_events tcp.connect) -eq 250 ]] || fail "not 250 attempts"
    only_loss
}

case_tracked_returns() { # 28
    tracked_returns
}

case_tracked_returns_crowded() { # 28, where nearly every attempt finds its place taken
    mutated_object tracked.bpf.h 's/(PLACE_BITS) 12/\1 1/'
    tracked_returns --object "$object"
}

# trace_ends_hidden [FILE EXPRESSION]: an object in which the ends of connections to port 80 reach no
# program, those to port 81 do, and that of mutated_object() besides.
trace_ends_hidden() {
    mutated_object "$@" state.bpf.c '
        /^static __always_inline void state_changed/,/^}/ s/^\ttracked = tracked_find\(key\);/\
\tif (newstate == TCP_CLOSE \&\& bpf_ntohs(KERNEL_READ(sk, __sk_common.skc_dport)) == 80)\
\t\treturn;\n&/'
    trace --object "$object"
}

ends_that_reach_no_program() {
    local kept

    serve "$b" 10.99.0.2 80 10.99.0.2 81
    trace_ends_hidden "$@"
    hold 30 10.99.0.2 80
    kept="$holder"
    hold 200 10.99.0.2 80
    await established 230 || fail "no connections"
    kill -KILL "$holder"
    wait "$holder" || true
    await sockets_left 30 || fail "still there: $(within "$a" ss -tan)"
    trigger connect -n 1 ECONNREFUSED 10.99.0.2 82
    trigger connect established 10.99.0.2 81
    stop_trace
    kill -KILL "$kept"
    # Those that are open are tracked, and those that went by are lost.
    [[ $(stop_field tracked) -eq 30 ]] || fail "30 are open: $(tail -n 1 record)"
    [[ $(stop_field loss.missed) -eq 200 ]] || fail "200 have ended: $(tail -n 1 record)"
    only_loss missed
}

case_ends_that_reach_no_program() { # section 8: swept, and counted as missed
    ends_that_reach_no_program
}

case_ends_that_reach_no_program_crowded() { # likewise, where nearly every place is taken
    ends_that_reach_no_program tracked.bpf.h 's/(PLACE_BITS) 12/\1 1/'
}

sockets_left() { [[ $(within "$a" ss -Htan exclude time-wait | wc -l) -eq $1 ]]; }

case_tracked_of_before() { # pending when tracing began: no entry for what the filters leave out
    local options

    peer_is_away
    hold 20 10.99.0.2 80
    for options in "--netns $a" "--netns $a -P 81" "--netns $a -P 80" "--netns $b" "--netns $a -6"; do
        rm -f record
        # shellcheck disable=SC2086 # the options are words
        trace_raw -o json -w record -t 100ms $options
        trace_ends 0
        echo "$options: $(stop_field tracked)"
    done >got
    kill -KILL "$holder"
    printf '%s\n' "--netns $a: 20" "--netns $a -P 81: 0" "--netns $a -P 80: 20" "--netns $b: 0" \
        "--netns $a -6: 0" | diff - got >odd || fail "$(cat odd)"
}

case_two_tracers() { # section 8
    trace_twice
    trigger flood -q 2 2000 127.0.0.1 80
    stop_both
    for record in record record.second; do
        [[ $(jq -c 'select(."event.name" == "tcp.failed")' "$record" | wc -l) -eq 4000 ]] ||
            fail "$record: $(tail -n 1 "$record")"
    done
}

# The programs that a process holds.
programs_of() { sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$1"/fdinfo/* 2>/dev/null | sort -u; }

programs_are_gone() {
    ! comm -12 <(sort held_programs) <(bpftool -j prog show | jq -r '.[].id' | sort) | grep -q .
}

case_killed_tracer() { # section 8: nothing stays attached
    trace
    trigger_background flood -q 2 0 127.0.0.1 80
    sleep 0.3
    programs_of "$tracer" >held_programs
    [[ $(wc -l <held_programs) -ge 6 ]] || fail "programs: $(cat held_programs)"
    kill -KILL "$tracer"
    wait "$tracer" || true
    await programs_are_gone || fail "programs are left: $(bpftool prog show)"
    # What the killed one wrote ends anywhere; a new one starts with a line of its own.
    rm -f record
    trace
    wait_for 1 failed
    stop_trace
    only_loss
}
