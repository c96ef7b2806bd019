# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What a trace shows of connections that were there before it began: docs/spec.md, T15. That who opened them
# is told right, however they came to be open: open.sh.

# --- help --------------------------------------------------------------------------------------

# keep NAME PORT [BYTES]: a process of that name, in A, that connects to B, sends so many bytes, and is then
# told what to do (`tell`): its pid goes to $keeper, its local port to $port.
keep() {
    local name="$1"

    [[ -e $name ]] || cp "$(command -v bash)" "./$name" || fail "cannot make $name"
    mkfifo "$name.told"
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$a" "./$name" -c '
        exec 4<>"$1.told" && exec 3<>"/dev/tcp/10.99.0.2/$2" && printf "%0$3d" 0 >&3 && echo >"$1.holds"
        while read -r what <&4; do
            case "$what" in
            share) sleep "$4" 4<&- & echo "$!" >"$1.shares" ;;
            close) exec 3>&- ; echo >"$1.closed" ;;
            esac
        done' "$name" "$name" "$2" "${3:-1}" "$STEP_SECONDS" 2>"$name.said" &
    keeper=$!
    pids+=("$keeper")
    await test -s "$name.holds" || fail "$name does not connect: $(cat "$name.said")"
    port="$(local_port "$2")"
    [[ $port =~ ^[0-9]+$ ]] || fail "ss does not show one connection to port $2, but '$port'"
    await acknowledged "${3:-1}" || fail "what $name sent is not acknowledged"
}

local_port() { within "$a" ss -tnH "dport = :$1" | awk '{ sub(/.*:/, "", $4); print $4 }'; }

# All $1 bytes, and the SYN.
acknowledged() { [[ $(within "$a" ss -tniOH "sport = :$port") == *" bytes_acked:$(($1 + 1)) "* ]]; }

# tell NAME WHAT
tell() { echo "$2" >"$1.told"; }

# share NAME: a child inherits the connection; its pid goes to $child.
share() {
    tell "$1" share
    await test -s "$1.shares" || fail "$1 has no child"
    child="$(cat "$1.shares")"
    pids+=("$child")
}

# expect NAME PID PORT KEY VALUE...: an event, with what is always so of such.
expect() {
    local name="$1" pid="$2" dport="$3"
    shift 3

    printf '{"event.name": "tcp.%s", "process.pid": %s, "network.peer.address": "10.99.0.2",
        "network.peer.port": %d, "network.local.port": %d, "tpconnect.preexisting": true,
        "tpconnect.origin": null, "tpconnect.syn_retries": null, "tpconnect.connect.duration_ns": null,
        "tpconnect.connection.duration_ns": null' "$name" "$pid" "$dport" "$port" >>expected
    while [[ $# -gt 0 ]]; do
        printf ', "%s": %s' "$1" "$2" >>expected
        shift 2
    done
    echo '}' >>expected
}

# expect_open PID PORT HOLDERS KEY VALUE...; and likewise its end. Both are as ss says, and the process.
expect_open() {
    expect open "$1" "$2" tpconnect.holders "$3" tpconnect.direction '"out"' \
        network.connection.state '"established"' tpconnect.fd 3 tpconnect.bytes_unacked 0 "${@:4}"
}

expect_close() { expect close "$1" "$2" tpconnect.holders "$3" tpconnect.observed.duration_ns '"*"' "${@:4}"; }

# Of the end: from the moment that the start tells, which is when tracing began. In ns, which jq would round; the
# wall clock may be slewed meanwhile.
observed_is_right() {
    local line from until observed off

    from="$(sed -n '1s/.*"tpconnect.observed.from":"\([^"]*\)".*/\1/p' record)"
    grep '"tcp.close"' record >closes || fail "there is no close"
    while read -r line; do
        until="${line#*\"timestamp\":\"}"
        observed="${line#*\"tpconnect.observed.duration_ns\":}"
        off=$(($(date -d "${until%%\"*}" +%s%N) - $(date -d "$from" +%s%N) - ${observed%%,*}))
        [[ ${off#-} -lt 1000000 ]] || fail "from $from, $off ns more have passed: $line"
    done <closes
}

# The kernel has counted those of before, too.
check_before() { check opens=0 accepted=false "$@"; }

# --- cases -------------------------------------------------------------------------------------

case_snapshot() { # docs/spec.md, T15
    serve "$b" 10.99.0.2 80
    keep before 80 700
    expect_open "$keeper" 80 1 tpconnect.bytes_sent 700 tpconnect.bytes_received 0 \
        process.executable.name '"before"' process.executable.path "\"$PWD/before\"" \
        process.creation.time '"*"' process.user.id 0 tpconnect.idle_ns '"*"'
    expect_close "$keeper" 80 1 tpconnect.bytes_sent 700 process.executable.path "\"$PWD/before\""
    trace
    wait_for 1 open
    tell before close
    wait_for 1 close
    stop_trace
    check_before
    observed_is_right
}

case_snapshot_shared() { # docs/spec.md, T15: the holder that started first stands for both
    serve "$b" 10.99.0.2 80
    keep parent 80
    share parent
    expect_open "$keeper" 80 2 process.executable.name '"parent"'
    expect_close "$keeper" 80 2 process.executable.path "\"$PWD/parent\""
    trace
    wait_for 1 open
    tell parent close
    await test -e parent.closed || fail "the parent does not close"
    kill -KILL "$child"
    wait_for 1 close
    stop_trace
    check_before
}

# The child is asked for by its number; and by its executable, which is for user space to decide.
case_snapshot_of_child() { # docs/spec.md, T15: of those that the filters want
    serve "$b" 10.99.0.2 80
    serve "$b" 10.99.0.2 81
    keep alone 81
    keep parent 80
    share parent
    for wanted in "-p $child" "-C sleep" "--exe $(readlink -f "$(command -v sleep)")"; do
        expect_open "$child" 80 2 process.executable.name '"sleep"'
        # shellcheck disable=SC2086 # words
        trace $wanted
        wait_for 1 open
        stop_trace
        check_before whole=false
        jq -e 'select(."event.name" == "tpconnect.stop") |
            ."tpconnect.events.filtered" == if $wanted | startswith("--exe") then 1 else 0 end' \
            --arg wanted "$wanted" record >/dev/null || fail "$wanted: $(tail -n 1 record)"
        rm record expected
        touch record expected
    done
    expect_open "$child" 80 2
    expect_close "$child" 80 2
    trace -p "$child"
    wait_for 1 open
    tell parent close
    await test -e parent.closed || fail "the parent does not close"
    kill -KILL "$child"
    wait_for 1 close
    stop_trace
    check_before
}

# Accepted before, or there: neither while it lasts nor as it ends.
case_snapshot_accepted() { # docs/spec.md, T2
    serve "$a" 10.99.0.1 80
    nsenter --net="/run/netns/$b" "$triggers/connect" -w 4000 established 10.99.0.1 80 >there &
    pids+=($!)
    await accepted_there 1 || fail "nothing is accepted"
    trace
    await accepted_there 0 || fail "the connection does not end"
    stop_trace
    check_before
    ! grep -q '"tcp\.' record || fail "what was accepted is shown: $(grep '"tcp\.' record)"
}

accepted_there() { [[ $(within "$a" ss -Htn state established | wc -l) -eq $1 ]]; }

case_snapshot_not_asked_for() { # docs/spec.md, 3: not in the default set
    serve "$b" 10.99.0.2 80
    keep before 80
    trace -e failed,established
    ends_unseen before
    check_before whole=false
}

# ends_unseen NAME: its connection ends, and then something is shown, but nothing of before.
ends_unseen() {
    tell "$1" close
    await test -e "$1.closed" || fail "$1 does not close"
    trigger connect ECONNREFUSED 10.99.0.2 81
    wait_for 1 failed
    stop_trace
    ! grep '"tpconnect.preexisting":true' record || fail "what was there before is shown"
}

case_snapshot_min_latency() { # docs/spec.md, 7: how long it took, nobody knows
    serve "$b" 10.99.0.2 80
    keep before 80
    trace -l 1us
    ends_unseen before
    check_before whole=false
}

case_snapshot_command() { # docs/spec.md, 7: of a command, nothing was there before
    serve "$b" 10.99.0.2 80
    keep before 80
    # shellcheck disable=SC2016 # for the inner shell
    run_traced --netns "/run/netns/$a" -e all -o json -w record -- bash -c '
        echo close >before.told; until [[ -e before.closed ]]; do sleep 0.02; done'
    [[ $status -eq 0 ]] || fail "status $status: $(cat messages)"
    check_before
    ! grep '"tcp[.]' record || fail "what was there before is shown"
}

# They are many times what a pipe and our memory take: they come as fast as they are read.
case_snapshot_slow_reader() { # docs/spec.md, 7
    ulimit -n 4096 || skip "a process may not have 4,096 descriptors"
    serve "$b" 10.99.0.2 80
    hold 3000 10.99.0.2 80
    await connected_before 3000 || fail "not all are connected"
    mkfifo lines
    (
        read -r line && echo "$line" && await test -e go
        cat
    ) <lines >record &
    pids+=($!)
    "$tpconnect" --netns "/run/netns/$a" -e open -o json >lines 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -q tracing messages || fail "tpconnect did not start: $(cat messages)"
    await sleeps "$tracer" || fail "it does not wait for its reader"
    touch go
    wait_for 3000 open
    stop_trace
    await grep -q '"tpconnect.stop"' record || fail "the end lacks"
    check_before expected=false
}

connected_before() { [[ $(within "$a" ss -Htn state established | wc -l) -eq $1 ]]; }

# sleeps PID: has not run for a fifth of a second.
sleeps() {
    local before

    before="$(cat "/proc/$1/schedstat")"
    sleep 0.2
    [[ $(awk '{ print $1 }' "/proc/$1/schedstat") -lt $((${before%% *} + 20000000)) ]]
}

case_no_snapshot() { # docs/spec.md, 7: --no-snapshot
    serve "$b" 10.99.0.2 80
    keep before 80 700
    expect close null 80 tpconnect.holders null process.executable.name null \
        tpconnect.observed.duration_ns '"*"' tpconnect.bytes_sent 700
    trace --no-snapshot
    grep -q 'what is pending or open at the start is not looked for' messages ||
        fail "it is not said: $(cat messages)"
    tell before close
    wait_for 1 close
    stop_trace
    check_before
    observed_is_right
}
