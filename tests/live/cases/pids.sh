# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # what run.sh and lib.sh set, and what they read
# The processes of -p: which of them are there, and whom they start (--follow).

# An id that no process can have: above PID_MAX_LIMIT of the kernel's threads.h.
NO_PROCESS=99999999

# said STATUS PATTERN: that was its exit status, and one line says so of a process.
said() {
    [[ $status -eq $1 ]] || fail "exit status $status: $(cat messages)"
    [[ $(grep -cE 'no process|is a thread' messages) -eq 1 ]] || fail "not one line: $(cat messages)"
    grep -q "$2" messages || fail "not '$2': $(cat messages)"
}

case_pid_missing() { # -p: one that does not run is said, by itself; with none, there is nothing to trace
    local zombie

    refused 1 "no process $NO_PROCESS runs; .*-- COMMAND" -p "$NO_PROCESS"
    run_traced -p "$NO_PROCESS,99999998" -q
    [[ $status -eq 1 && $(grep -c 'no process 9999999[89] runs' messages) -eq 2 ]] ||
        fail "status $status: $(cat messages)"
    run_traced -p "$NO_PROCESS,$$" -t 0.1s
    said 0 "no process $NO_PROCESS runs; the others"
    run_traced -p "!$NO_PROCESS" -t 0.1s
    said 0 "no process $NO_PROCESS runs; .*leave out"
    run_traced -p "$$" -t 0.1s
    ! grep -q 'no process' messages || fail "it runs, yet: $(cat messages)"
    # Ended, but its parent, which has become another program by then, does not ask for it.
    mkfifo go
    bash -c '(read -r _ <go) & echo $! >zombie; exec sleep 600' &
    pids+=($!)
    await grep -qs sleep "/proc/$!/comm" || fail "the parent is no other program"
    echo >go
    await is_zombie || fail "no zombie: $(cat zombie)"
    zombie="$(cat zombie)"
    refused 1 "no process $zombie runs" -p "$zombie"
}

is_zombie() { grep -qs '^State:.Z' "/proc/$(cat zombie)/status"; }

case_pid_of_thread() { # -p: its process is said
    local main tid

    rule_in "$b" input "tcp dport 80 drop"
    trigger_background thread plain 10.99.0.2 80
    main=$!
    await has_threads 2 "$main" || fail "no second thread"
    tid="$(printf '%s\n' "/proc/$main/task/"* | grep -v "/$main\$")"
    tid="${tid##*/}"
    refused 1 "$tid is a thread of process $main; .* -p $main" -p "$tid"
    run_traced -p "$tid,$main" -t 0.1s
    said 0 "$tid is a thread of process $main"
    run_traced -p "!$tid" -t 0.1s
    said 0 "$tid is a thread .* leave that out: -p '!$main'"
}

has_threads() { [[ $(find "/proc/$2/task" -mindepth 1 -maxdepth 1 | wc -l) -eq $1 ]]; }

# starter CODE: a shell in A with this code, which knows $triggers, once it is released; its pid goes
# to $starter. What it prints is what must be in the record.
starter() {
    export triggers
    mkfifo "gate.${#pids[@]}"
    nsenter --net="/run/netns/$a" bash -c "read -r _ <gate.${#pids[@]}; $1" >>expected &
    starter=$!
    gate="gate.${#pids[@]}"
    pids+=("$starter")
}

# open_gate FIFO: whoever reads from it goes on.
open_gate() {
    # shellcheck disable=SC2016 # for the inner shell
    timeout "$STEP_SECONDS" sh -c 'echo >"$1"' sh "$1" || fail "nobody waits at $1"
}

let_go() {
    open_gate "$gate"
    wait "$starter" || fail "the starter failed"
}

# What a process starts, that in turn, daemons, what a thread starts, and what another program that it
# becomes does.
# shellcheck disable=SC2016 # for the inner shell
STARTS='"$triggers/connect" ECONNREFUSED 10.99.0.2 81
    ("$triggers/connect" ECONNREFUSED 10.99.0.2 82; bash -c "\"\$triggers/connect\" ECONNREFUSED 10.99.0.2 83; :")
    ((setsid bash -c "sleep 0.1; \"\$triggers/connect\" ECONNREFUSED 10.99.0.2 84; : >daemon" &) &)
    "$triggers/thread" fork 10.99.0.2 80
    until [[ -e daemon ]]; do sleep 0.1; done
    rm daemon
    exec "$triggers/connect" ECONNREFUSED 10.99.0.2 85'

case_follow() { # -p --follow
    serve "$b" 10.99.0.2 80
    starter "$STARTS"
    trace -p "$starter" --follow
    unexpected "$a" ECONNREFUSED 10.99.0.2 90
    let_go
    stop_trace
    [[ $(wc -l <expected) -eq 6 ]] || fail "not all have connected: $(cat expected)"
    check opens=6
}

case_follow_not() { # -p alone, and what was started before
    local before

    serve "$b" 10.99.0.2 80
    # A FIFO for each: a second reader of one could still find the writer that let the first go.
    mkfifo early later
    # shellcheck disable=SC2016 # for the inner shell
    starter '(read -r _ <early; "$triggers/connect" ECONNREFUSED 10.99.0.2 86 >others) & echo $! >early_pid
        read -r _ <later; wait; '"${STARTS/%exec */exec \"\$triggers/connect\" ECONNREFUSED 10.99.0.2 87}"
    open_gate "$gate"
    await test -s early_pid || fail "nothing was started early"
    before="$(cat early_pid)"
    trace -p "$starter" --follow
    open_gate early
    await gone "$before" || fail "the early one did not end"
    open_gate later
    wait "$starter" || fail "the starter failed"
    stop_trace
    [[ -s others ]] || fail "the early one did not connect"
    check opens=6
    : >expected
    : >record
    since="$(now)"
    starter "$STARTS"
    trace -p "$starter"
    let_go
    stop_trace
    jq -c --argjson pid "$starter" 'select(."process.pid" == $pid)' expected >own
    mv own expected
    check accepted=false opens=1
}

case_follow_left_out() { # -p '!PID' --follow: all but that and whom it starts
    serve "$b" 10.99.0.2 80
    starter "$STARTS"
    trace -p "!$starter" --follow
    let_go
    mv expected others
    [[ $(wc -l <others) -eq 6 ]] || fail "not all have connected: $(cat others)"
    trigger connect ECONNREFUSED 10.99.0.2 90
    stop_trace
    check accepted=false opens=1
}

# Whoever is started once tracing has begun is followed: of a process that starts one after the other,
# what is recorded begins somewhere, and then lacks none.
case_follow_no_gap() {
    local n

    # shellcheck disable=SC2016 # for the inner shell
    starter 'echo; while [[ ! -e enough ]]; do "$triggers/connect" ECONNREFUSED 10.99.0.2 81; done'
    open_gate "$gate"
    await test -s expected || fail "it did not start"
    for n in 1 2 3; do
        rm -f record
        trace -p "$starter" --follow
        wait_for 20 failed
        stop_trace
        mv record "record.$n"
    done
    touch enough
    wait "$starter" || fail "the starter failed"
    for n in 1 2 3; do
        jq -r 'select(."event.name" == "tcp.failed") | ."process.pid"' "record.$n" >recorded
        jq -r '."process.pid"' expected | sed -n "/^$(head -n 1 recorded)\$/,/^$(tail -n 1 recorded)\$/p" |
            diff - recorded >odd || fail "not all of these were recorded: $(cat odd)"
        tail -n 1 "record.$n" | jq -e '[to_entries[] | select(.key | startswith("tpconnect.loss.")) |
            .value] | length > 3 and all(. == 0)' >/dev/null ||
            fail "something was lost: $(tail -n 1 "record.$n")"
    done
}
