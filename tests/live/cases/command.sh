# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Tracing one command: tpconnect OPTION... -- COMMAND.

case_command_status() { # docs/spec.md, 7
    local want code

    while read -r want code; do
        run_traced -w events -- sh -c "$code"
        [[ $status -eq $want ]] || fail "sh -c '$code': expected status $want, got $status"
    done <<-'ROWS'
	0 true
	7 exit 7
	255 exit 255
	137 kill -KILL $$
	143 kill -TERM $$
	134 kill -ABRT $$
	ROWS
    run_traced -w events -- "$case_dir/missing"
    [[ $status -eq 127 ]] || fail "a missing command: expected status 127, got $status"
    grep -q "cannot run $case_dir/missing: No such file" messages || fail "it said: $(cat messages)"
    run_traced -w events -- "$case_dir"
    [[ $status -eq 126 ]] || fail "a directory: expected status 126, got $status"
}

# In a pid namespace of its own its id is another than the programs know it by, and another process's outside.
case_command_in_a_pid_namespace() { # docs/limits.md
    local status=0

    unshare --pid --fork --mount --mount-proc "$tpconnect" -w events -- touch run >stdout 2>messages || status=$?
    [[ $status -eq 3 ]] || fail "expected status 3, got $status: $(cat messages)"
    grep -q 'cannot follow touch from within a pid namespace' messages || fail "it said: $(cat messages)"
    [[ ! -e run ]] || fail "the command ran"
}

case_command_streams() { # docs/spec.md, 7
    run_traced -w events -- sh -c 'cat; echo to stderr >&2' <<<"from stdin"
    [[ $(cat stdout) == "from stdin" ]] || fail "stdout is not the command's own: $(cat stdout)"
    [[ $(grep -vc '^tpconnect: ' messages) -eq 1 ]] || fail "stderr is: $(cat messages)"
}

# trace_shell CODE: traces a shell in A with this code, which knows $triggers; what it prints is
# what must be in the record.
trace_shell() {
    export triggers
    run_traced -e all -o json -w record -- nsenter --net="/run/netns/$a" sh -c "$1"
    mv stdout expected
    touch stdout
    [[ $status -eq 0 ]] || fail "exit status $status: $(cat messages)"
}

case_command_only() { # docs/spec.md, 7
    serve "$b" 10.99.0.2 80
    # One that is none of its descendants goes on connecting all the while.
    (while nsenter --net="/run/netns/$a" "$triggers/connect" established 10.99.0.2 80 >/dev/null; do
        :
    done) 2>/dev/null &
    pids+=($!)
    # shellcheck disable=SC2016 # for the inner shell
    trace_shell '"$triggers/connect" established 10.99.0.2 80
        "$triggers/connect" -n 3 ECONNREFUSED 10.99.0.2 81
        "$triggers/inherit" fork 10.99.0.2 80
        sleep 0.3'
    check accepted=false opens=5
}

case_command_descendants() { # docs/spec.md, 7
    serve "$b" 10.99.0.2 80
    # A daemon: its parent is gone, and so is its session, before it connects.
    # shellcheck disable=SC2016 # for the inner shell
    trace_shell '(setsid sh -c "sleep 0.2; $triggers/connect established 10.99.0.2 80" &)
        (("$triggers/connect" ECONNREFUSED 10.99.0.2 81 &) &)
        until [ "$(wc -l <stdout)" -ge 2 ]; do sleep 0.05; done'
    [[ $(wc -l <expected) -eq 2 ]] || fail "the daemons did not connect"
    check
}

case_command_last_events() { # docs/spec.md, 7
    # What happens in the very exit of the command is in the record as well.
    rule_in "$b" input "tcp dport 80 drop"
    # shellcheck disable=SC2016 # for the inner shell
    trace_shell 'exec "$triggers/giveup" exit 10.99.0.2 80'
    check
}

case_command_interrupted() { # docs/spec.md, 7
    "$tpconnect" -w events -- sh -c 'trap "exit 9" TERM; echo "ready $$"; while :; do sleep 0.05; done' \
        >stdout 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -q ready stdout || fail "the command did not start: $(cat messages)"
    kill -TERM "$tracer"
    trace_ends 9
}

# A command that says which signals it gets, and ends with SIGTERM. A shell lets what it starts in
# the background ignore some of them. Its tpconnect goes to $tracer.
listener() {
    : >stdout
    # shellcheck disable=SC2016 # for the inner shell
    env --default-signal=INT,QUIT,HUP "$tpconnect" "$@" -- sh -c 'for name in INT HUP QUIT USR1 USR2; do trap "echo $name" $name; done
        trap "exit 9" TERM; echo "ready $$"; while :; do sleep 0.02; done' >stdout 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -q ready stdout || fail "the command did not start: $(cat messages)"
    pids+=("$(sed -n 's/^ready //p' stdout)")
}

case_command_signals() { # docs/spec.md, 7
    local name

    for name in USR1 USR2; do
        listener
        kill "-$name" "$tracer"
        await grep -q "$name" stdout || fail "SIG$name is not passed on: $(cat stdout)"
        kill -TERM "$tracer"
        trace_ends 9
    done
    # What ends a command mostly: the first is passed on, a second one does not wait for its end.
    for name in HUP QUIT INT; do
        listener
        kill "-$name" "$tracer"
        await grep -q "$name" stdout || fail "SIG$name is not passed on: $(cat stdout)"
        kill -TERM "$tracer"
        trace_ends 0
    done
    # With a file, SIGHUP opens that anew, and the command hears nothing of it.
    listener -w events
    mv events events.old
    kill -HUP "$tracer"
    await test -e events || fail "the file was not opened anew"
    kill -TERM "$tracer"
    trace_ends 9
    [[ $(wc -l <stdout) -eq 1 ]] || fail "SIGHUP was passed on in spite of -w: $(cat stdout)"
}

# Of all results in the record, the one that took the longest, as the summary says it.
slowest() {
    jq -rs 'map(select(."tpconnect.connect.duration_ns")) | max_by(."tpconnect.connect.duration_ns") |
        (."tpconnect.connect.duration_ns" |
            (if . < 1e9 then [1e3, "ms"] else [1e6, "s"] end) as [$part, $unit] |
            (. / $part | floor) as $n |
            "\($n / 1000 | floor).\($n % 1000 + 1000 | tostring[1:])\($unit)") +
        ", to \(."network.peer.address"):\(."network.peer.port")" +
        (if ."event.name" == "tcp.established" then "" else " (\(."event.name"[4:]))" end)' record
}

case_command_summary() { # docs/spec.md, 7
    local said

    serve "$b" 10.99.0.2 80
    rule_in "$b" input "tcp dport 82 drop"
    # shellcheck disable=SC2016 # for the inner shell
    trace_shell '"$triggers/connect" -n 2 ECONNREFUSED 10.99.0.2 90
        "$triggers/connect" established 10.99.0.2 80
        "$triggers/connect" -u ENETUNREACH 10.97.0.1 80
        "$triggers/giveup" exit 10.99.0.2 82'
    said='5 attempts: 1 established, 3 failed (ECONNREFUSED 2, ENETUNREACH 1), 1 cancelled; '
    grep -qF "$said" messages || fail "no summary: $(cat messages)"
    said="the slowest took $(slowest)"
    [[ $(sed -n '/ attempts: /p' messages) == *"; $said" ]] ||
        fail "not $said: $(cat messages)"
    [[ $(tail -n 1 messages) == *" written="* ]] || fail "the books are not last: $(cat messages)"
    check
    run_traced -- true
    grep -q ': no connection was attempted$' messages || fail "no summary: $(cat messages)"
    run_traced -q -- true
    [[ $(wc -l <messages) -eq 1 ]] || fail "a summary in spite of -q: $(cat messages)"
    run_traced -e retry -- true
    ! grep -q attempt messages || fail "a summary of what was not asked for: $(cat messages)"
}

case_command_time() { # -t with a command: tracing ends before the command, whose status counts
    run_traced -t 300ms -w events -- sh -c 'sleep 1; exit 5'
    [[ $status -eq 5 ]] || fail "expected status 5, got $status"
}
