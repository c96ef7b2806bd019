# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # what run.sh and lib.sh set, and what they read
# What must not be done to a host that somebody uses, and what only a VM lacks.

# tests/vm/run.sh boots with this word on the kernel's command line; nothing else does.
in_vm() { grep -qw tpconnect.vm /proc/cmdline; }

# connect_after_step AMOUNT PORT: sets the clock, makes a connection, and demands that its times are of the clock
# as it then is.
connect_after_step() {
    local from

    date -s "$1" >/dev/null
    from="$(now)"
    trigger connect ECONNREFUSED 10.99.0.2 "$2"
    await has_failed "$2" || fail "no event of port $2"
    jq -r --argjson port "$2" 'select(."network.peer.port" == $port) | .timestamp' record |
        awk -v from="$from" -v until="$(now)" '
            $0 < from || $0 > until { print "not between " from " and " until ": " $0 }' >odd
    [[ ! -s odd ]] || fail "after a step of $1: $(cat odd)"
}

has_failed() {
    jq -e --argjson port "$1" -n '[inputs | select(."network.peer.port" == $port and
        ."event.name" == "tcp.failed")] | length == 1' record >/dev/null
}

case_clock_stepped() { # 32; docs/spec.md, T10
    in_vm || skip "it sets the clock: only in a VM of tests/vm"
    trace
    connect_after_step 'now' 81
    connect_after_step '+1 hour' 82
    connect_after_step '-2 hours' 83
    connect_after_step '+1 hour' 84
    stop_trace
    # Times apart, which the clock's steps make useless, all is as ever.
    since=2000-01-01T00:00:00Z
    jq -c '.timestamp = "2000-01-02T00:00:00.000000000Z" |
        if ."process.creation.time" then ."process.creation.time" = "2000-01-02T00:00:00.000000000Z"
        else . end' record >timeless
    mv timeless record
    check
}

# record_after_step AMOUNT PORT: sets the clock, and waits until a connection is kept.
record_after_step() {
    date -s "$1" >/dev/null
    trigger connect ECONNREFUSED 10.99.0.2 "$2"
    await is_kept "$2" || fail "port $2 is not kept"
}

is_kept() { kept 2>/dev/null | grep -q "\"network.peer.port\":$1,.*ECONNREFUSED"; }

# ports_shown OPTION...: which ports history shows, in its order.
ports_shown() { history_says -e failed "$@" | sed -n 's/.* dst=10.99.0.2:\([0-9]*\) .*/\1/p' | tr '\n' ' '; }

shows_ports() {
    local want="$1" got
    shift

    got="$(ports_shown "$@")"
    [[ $got == "$want" ]] || fail "history $*: expected ports $want, got $got; it said: $(cat history_messages)"
    [[ ! -s history_messages ]] || fail "history $* said: $(cat history_messages)"
}

# What a store has stays in the order in which it came, each with its own time, and is found by it.
case_clock_stepped_while_recording() { # 32; docs/record.md
    local start

    in_vm || skip "it sets the clock: only in a VM of tests/vm"
    start="$(date +%s)"
    at() { date -u -d "@$((start + $1))" +%Y-%m-%dT%H:%M:%SZ; }
    record_a
    record_after_step 'now' 81
    record_after_step '+1 hour' 82
    record_after_step '-2 hours' 83
    record_after_step '+1 hour' 84
    shows_ports "81 82 83 84 "
    shows_ports "82 " --since "$(at 1800)"
    shows_ports "83 " --until "$(at -1800)"
    shows_ports "81 83 84 " --until "$(at 1800)"
    stop_trace
    kept >record
    without_gaps record
    shows_ports "81 82 83 84 "
}

case_without_ipv6() { # a kernel that was told to do without
    [[ ! -e /proc/sys/net/ipv6 ]] || skip "this host has IPv6"
    serve "$b" 10.99.0.2 80
    trace
    trigger connect established 10.99.0.2 80
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect -u ENETUNREACH 10.97.0.1 80
    stop_trace
    check
}
