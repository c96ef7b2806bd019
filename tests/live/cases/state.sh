# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What the kernel side keeps is bounded, exact, and gone when it should be.

# hold N ADDR PORT: a process with that many attempts or connections; its pid goes to $holder.
hold() { hold_in_a "$triggers/hold" "$@"; }

# hold_by UID N ADDR PORT: likewise, of that user.
hold_by() {
    local user="$1"
    shift

    [[ -n ${copy:-} ]] || copy_for_all hold
    hold_in_a setpriv --reuid="$user" --clear-groups "$copy" "$@"
}

hold_in_a() {
    rm -f holding
    nsenter --net="/run/netns/$a" "$@" 2>holding 0<>endless &
    holder=$!
    pids+=("$holder")
    # The whole line: bash 5.3 reports there how the one before ended, with its command, which has the word.
    await grep -qsx holding holding || fail "$*: $(cat holding)"
}

established() { [[ $(within "$a" ss -Htn state established | wc -l) -ge $1 ]]; }

count_events() { jq -c "select(.\"event.name\" == \"$1\")" record | wc -l; }

case_map_full() { # docs/spec.md, 8, state
    local object

    small_map 64
    peer_is_away
    trace --object "$object"
    hold 200 10.99.0.2 80
    kill -KILL "$holder"
    wait "$holder" || true
    stop_trace
    [[ $(stop_field loss.state) -eq 146 ]] || fail "200 attempts, room for 54: $(tail -n 1 record)"
    [[ $(count_events tcp.connect) -eq 200 ]] || fail "not 200 attempts"
    [[ $(count_events tcp.cancelled) -eq 54 ]] || fail "not 54 results"
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
    # Counted once: the ends of the other 146 are not counted as well.
    only_loss state
}

# Attempts take both slots and the only other place before connections end that were open before the start:
# nothing can tell the copies of the program that an end is told already, so none is, and each is counted.
case_map_full_ends_of_before() { # docs/spec.md, 7, what is open at the start
    local before

    small_map 1
    serve "$b" 10.99.0.2 80
    hold 5 10.99.0.2 80
    before="$holder"
    await established 5 || fail "no connections"
    # What asks for an address that nobody has stays pending.
    sysctl_in "$a" net.ipv4.neigh.veth0.mcast_solicit="$STEP_SECONDS"
    trace --object "$object"
    wait_for 5 open
    hold 20 10.99.0.77 81
    kill -KILL "$before"
    wait "$before" || true
    await sockets_left 20 || fail "still there: $(within "$a" ss -tan)"
    kill -KILL "$holder"
    wait "$holder" || true
    await sockets_left 0 || fail "still there: $(within "$a" ss -tan)"
    stop_trace
    [[ $(count_events tcp.close) -eq 0 ]] || fail "an end is told: $(grep '"tcp.close"' record)"
    [[ $(stop_field preexisting.unattributed) -eq 5 ]] || fail "not 5 ends: $(tail -n 1 record)"
    grep -q '^tpconnect: 5 connections ended of which it cannot be told whose they were' messages ||
        fail "it does not say so: $(cat messages)"
    grep -q '^tpconnect: uid 0 (pid [1-9][0-9]*, hold) holds 1 of 1 places' messages ||
        fail "it does not say whose attempts had no room: $(cat messages)"
    [[ $(stop_field loss.state) -eq 17 ]] || fail "20 attempts, room for 3: $(tail -n 1 record)"
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
    only_loss state
}

# Those that become connections are counted once more as these end, as nothing tells them from what was open
# before; so it must not be said of them that they were.
case_map_full_connected() { # docs/spec.md, 7, what is open at the start
    small_map 1
    serve "$b" 10.99.0.2 80
    trace --object "$object"
    hold 20 10.99.0.2 80
    await established 20 || fail "no connections"
    kill -KILL "$holder"
    wait "$holder" || true
    await sockets_left 0 || fail "still there: $(within "$a" ss -tan)"
    stop_trace
    [[ $(stop_field loss.state) -eq 17 ]] || fail "20 attempts, room for 3: $(tail -n 1 record)"
    [[ $(count_events tcp.close) -eq 3 ]] || fail "not 3 ends: $(grep '"tcp.close"' record)"
    ! grep '"tpconnect.preexisting":true' record >odd || fail "nothing was there before: $(cat odd)"
    [[ $(stop_field preexisting.unattributed) -eq 17 ]] || fail "not 17 ends: $(tail -n 1 record)"
    grep -q '^tpconnect: 17 connections ended of which it cannot be told whose they were, or whether ' messages ||
        fail "it does not say so: $(cat messages)"
    only_loss state
}

# small_map ENTRIES: an object with room for so many, beside two slots. One user may have four fifths.
small_map() {
    faulty_object "overflow=$1" crowded
}

# results_of_user UID EVENT: how many the record has. (jq would take long.)
results_of_user() {
    grep -c "\"event.name\":\"tcp.$2\".*\"process.user.id\":$1," record
}

# others_are_seen N EACH: while user 1234 has N attempts pending, more than there is room for; so many
# of each process.
others_are_seen() {
    local full=() n

    peer_is_away
    for ((n = 0; n < $1 / $2; n++)); do
        hold_by 1234 "$2" 10.99.0.2 $((100 + n))
        full+=("$holder")
    done
    await grep -q '^tpconnect: uid 1234 (pid [0-9]*, hold) holds [0-9]* of [0-9]* places' messages ||
        fail "it does not say who fills the map: $(cat messages)"
    within "$a" setpriv --reuid=1235 --clear-groups "$copy" 200 127.0.0.1 81 2>holding <&- ||
        fail "hold: $(cat holding)"
    hold_by 1236 200 10.99.0.2 81
    kill -KILL "$holder" "${full[@]}"
    wait "$holder" "${full[@]}" 2>/dev/null || true
    stop_trace
    [[ $(results_of_user 1235 failed) -eq 200 ]] ||
        fail "not 200 of 200 at once: $(results_of_user 1235 failed)"
    [[ $(results_of_user 1236 cancelled) -eq 200 ]] ||
        fail "not 200 of 200 pending: $(results_of_user 1236 cancelled)"
    [[ $(results_of_user 1234 connect) -eq $1 ]] || fail "not every attempt is shown"
    [[ $(($(results_of_user 1234 cancelled) + $(stop_field loss.state))) -eq $1 ]] ||
        fail "$(results_of_user 1234 cancelled) results: $(tail -n 1 record)"
    [[ $(grep -c 'tpconnect: uid ' messages) -eq 1 ]] || fail "not told once: $(cat messages)"
    [[ $(stop_field tracked) -eq 0 ]] || fail "still tracked: $(tail -n 1 record)"
    only_loss state
}

case_map_shared() { # docs/spec.md, 8, state: one user cannot take it all
    small_map 2048
    trace --object "$object"
    others_are_seen 2000 500
}

case_map_shared_whole() { # likewise, of the size that it has
    [[ $stress_count -ge 20000 ]] || skip "LIVE_COUNT asks for less"
    ulimit -n 16384 || skip "a process may not have 15000 descriptors"
    trace --ring-size 256M -e all,-retry
    others_are_seen 270000 15000
}

# Whoever makes user namespaces is one user all the same, with all the ids there.
case_map_shared_namespaces() {
    local id

    small_map 2048
    peer_is_away
    copy_for_all hold
    # As newuidmap does for a user who has subordinate ids.
    unshare_for 1234 100000
    trace --object "$object"
    for id in 1 2 3 4 5 6; do
        nsenter --net="/run/netns/$a" nsenter --user="/proc/$ward/ns/user" \
            setpriv --reuid="$id" --clear-groups "$copy" 400 10.99.0.2 $((80 + id)) 2>"holding.$id" \
            0<>endless &
        pids+=($!)
        await grep -qs holding "holding.$id" || fail "hold: $(cat "holding.$id")"
    done
    hold_by 1236 200 10.99.0.2 80
    stop_trace
    [[ $(results_of_user 100006 connect) -eq 400 ]] || fail "not every attempt is shown"
    # 2400, of which two have a slot and 1639 are in the map.
    [[ $(stop_field loss.state) -ge 759 && $(stop_field tracked) -eq 1841 ]] ||
        fail "not four fifths of the room: $(tail -n 1 record)"
    only_loss state
}

# unshare_for UID FIRST: a process of the user in a user namespace of the user's, with the 16 ids
# from FIRST there; its pid goes to $ward.
unshare_for() {
    # shellcheck disable=SC2016 # for the inner shell
    setpriv --reuid="$1" --clear-groups unshare --user sh -c 'echo $$; exec sleep "$1"' sh \
        "$STEP_SECONDS" >ward 2>ward.messages &
    pids+=($!)
    await test -s ward || skip "no user namespaces: $(cat ward.messages)"
    ward="$(cat ward)"
    pids+=("$ward")
    echo "0 $2 16" >"/proc/$ward/uid_map" || skip "the user namespace cannot be set up"
    echo "0 $2 16" >"/proc/$ward/gid_map"
}

case_map_full_errnos() { # what the call itself says of its attempt is shown all the same
    local file

    small_map 4
    ! "$tpconnect" doctor | grep -q '^WARN *task storage' || skip "this kernel has no task storage"
    peer_is_away
    serve "$a" 127.0.0.1 80 127.0.0.1 81 ::1 80
    # Others that begin at the same time, and are not wanted, take nothing from it.
    nsenter --net="/run/netns/$b" "$triggers/flood" -q 2 0 127.0.0.1 90 &
    pids+=($!)
    trace --object "$object"
    hold 20 10.99.0.2 80
    trigger connect -n 400 ECONNREFUSED 127.0.0.1 90
    trigger connect -n 2 established 127.0.0.1 80
    trigger connect established ::1 80
    trigger connect -u ENETUNREACH 10.97.0.1 80
    stop_trace
    # By the program's own words; but the time that it took, and a port that it has no more, is lost.
    for file in record expected; do
        jq -c 'select(."event.name" | IN("tcp.established", "tcp.failed")) | [."event.name",
            ."process.pid", ."network.peer.address", ."network.peer.port", ."error.type",
            if ."event.name" == "tcp.established" then ."network.local.port" else null end]' "$file" |
            sort >"$file.results"
    done
    diff expected.results record.results >differences || fail "$(cat differences)"
    only_loss state
    [[ $(stop_field loss.state) -eq 417 ]] || fail "20 and 403 attempts, room for 6: $(tail -n 1 record)"
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

case_tracked_returns_crowded() { # 28, where nearly every attempt finds its slot taken
    faulty_object crowded
    tracked_returns --object "$object"
}

# ends_that_reach_no_program [FAULT]: those of connections to port 80; those to port 81 do.
ends_that_reach_no_program() {
    local kept

    needs_map_iterators
    serve "$b" 10.99.0.2 80 10.99.0.2 81
    faulty_object closes_hidden "$@"
    trace --object "$object"
    hold 30 10.99.0.2 80
    kept="$holder"
    hold 200 10.99.0.2 80
    await established 230 || fail "no connections"
    kill -KILL "$holder"
    wait "$holder" || true
    await sockets_left 30 || fail "still there: $(within "$a" ss -tan)"
    trigger connect -n 1 ECONNREFUSED 10.99.0.2 82
    trigger connect established 10.99.0.2 81
    sleep 0.2 # what is younger than SWEEP_AGE_NS of sweep.bpf.c is left alone
    stop_trace
    kill -KILL "$kept"
    # Those that are open are tracked, and those that went by are lost.
    [[ $(stop_field tracked) -eq 30 ]] || fail "30 are open: $(tail -n 1 record)"
    [[ $(stop_field loss.missed) -eq 200 ]] || fail "200 have ended: $(tail -n 1 record)"
    only_loss missed
}

case_ends_that_reach_no_program() { # docs/spec.md, 8: swept, and counted as missed
    ends_that_reach_no_program
}

case_ends_that_reach_no_program_crowded() { # likewise, where nearly every slot is taken
    ends_that_reach_no_program crowded
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

case_two_tracers() { # docs/spec.md, 8
    trace_twice
    trigger flood -q 2 2000 127.0.0.1 80
    stop_both
    for record in record record.second; do
        [[ $(jq -c 'select(."event.name" == "tcp.failed")' "$record" | wc -l) -eq 4000 ]] ||
            fail "$record: $(tail -n 1 "$record")"
    done
}

# An attempt that begins before the last program is attached is not shown: what the programs that
# are missing would have told of it would lack.
case_begun_while_attaching() {
    local from first _

    nsenter --net="/run/netns/$a" "$triggers/flood" -q 2 0 127.0.0.1 90 &
    pids+=($!)
    for _ in 1 2 3; do
        rm -f record
        trace -e connect
        await enough_of 100 connect || fail "nothing in the record: $(cat messages)"
        stop_trace
        from="$(head -n 1 record | jq -r '."tpconnect.observed.from"')"
        first="$(awk -F '"' '/tcp.connect/ && (!least || $4 < least) { least = $4 } END { print least }' record)"
        [[ ! $first < $from ]] || fail "tracing began at $from, an attempt at $first"
    done
}

# The programs that a process holds.
programs_of() { sed -n 's/^prog_id:[[:space:]]*//p' "/proc/$1"/fdinfo/* 2>/dev/null | sort -u; }

programs_are_gone() {
    ! comm -12 <(sort held_programs) <(bpftool -j prog show | jq -r '.[].id' | sort) | grep -q .
}

case_killed_tracer() { # docs/spec.md, 8: nothing stays attached
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
    # The flood goes on, faster than a program with sanitizers reads: the ring keeps it.
    trace --ring-size 256M
    wait_for 1 failed
    stop_trace
    only_loss
}
