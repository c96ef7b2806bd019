# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Answers of name servers, in every way in which a process can receive one: that they are taken where
# they can be, and nothing else for one. What is made of them: dns.sh.

# --- help --------------------------------------------------------------------------------------

# What the kernel has, as it says itself: no more than names of what it was built from.
has_receives() { grep -q ' __traceiter_sock_recv_length$' /proc/kallsyms; }

# answer_on ADDR: in B, answers everything with 10.99.0.2.
answer_on() {
    local log="server.${#pids[@]}"

    nsenter --net="/run/netns/$b" "$triggers/nameserver" "$1" "${2:-53}" 10.99.0.2 >>accepted 2>"$log" &
    pids+=($!)
    await grep -qs listening "$log" || fail "the name server did not start: $(cat "$log")"
}

# names_held PID: the names of its BPF programs and maps.
names_held() {
    local kind

    for kind in prog map; do
        bpftool -j "$kind" show >"all_$kind"
        awk -v key="${kind}_id:" '$1 == key { print $2 }' "/proc/$1/fdinfo/"* | jq -s . >"held_$kind"
        jq -r --slurpfile held "held_$kind" '.[] | select(.id | IN($held[0][])) | .name' "all_$kind"
    done
}

answerers() {
    serve "$b" 10.99.0.2 80
    answer_on 10.99.0.2
}

# asks WAY [NAME] [SERVER] [PORT] [TIMES]: what it connects to has that name; of WAY is unseen, none.
asks() {
    local way="$1" name="${2:-${1//_/-}.test}" status=0

    within "$a" "$triggers/dns" "$way" "$name" "${3:-10.99.0.2}" "${4:-53}" 80 "${5:-1}" >asked 2>trigger_messages ||
        status=$?
    [[ $status -ne $SKIPPED ]] || return 0
    [[ $status -eq 0 ]] || fail "trigger dns $* failed ($status): $(cat trigger_messages)"
    jq -c --arg name "$name" --argjson seen "${seen:-true}" '
        if $seen and ."network.peer.port" == 80 then
            . + {"server.address": $name, "tpconnect.dns.names": [$name], "tpconnect.dns.source": "process"}
        else . + {"server.address": null, "tpconnect.dns.names": null} end' asked >>expected
}

asks_unseen() { seen=false asks "$@"; }

# unread_are N: so many answers are said to have gone unread.
unread_are() {
    jq -se --argjson n "$1" '.[-1]."tpconnect.dns.unread" == $n' record >/dev/null ||
        fail "expected $1 that could not be read: $(tail -n 1 record)"
}

# --- cases -------------------------------------------------------------------------------------

case_dns_receives() { # docs/spec.md, T14
    local way

    answerers
    trace --dns
    for way in recvfrom recv read recvmsg readv recvmmsg peek; do
        asks "$way"
    done
    asks recvfrom big.test
    asks truncating big-too.test
    stop_trace
    check
    unread_are 0
}

# A socket that is not connected is known by where it has sent to.
case_dns_unconnected() { # docs/spec.md, T14
    local way

    answerers
    trace --dns
    for way in sendto sendmsg sendmmsg; do
        asks "$way"
    done
    stop_trace
    check
}

# Anyone can send to such a socket; but knows no question's id.
case_dns_forged() { # docs/spec.md, T14
    serve "$b" 10.99.0.2 80
    trace --dns
    asks_unseen forged
    stop_trace
    check
    unread_are 0
}

case_dns_stream() { # docs/spec.md, T14
    local way

    has_receives || skip "this kernel does not show what is received from a stream"
    answerers
    trace --dns
    for way in tcp tcp_length_first tcp_length_apart; do
        asks "$way"
        asks "$way" "big-$way.test"
    done
    stop_trace
    check
    unread_are 0
}

case_dns_ipv6() { # docs/spec.md, T14
    has_ipv6 || skip "no IPv6"
    answerers
    answer_on fd00:99::2
    trace --dns
    asks recvfrom v6.test fd00:99::2
    asks sendto v6-unconnected.test fd00:99::2
    stop_trace
    check
}

# Where the process has its answer is not known: no name, rather than another's.
case_dns_unread() { # docs/spec.md, T14
    local way

    answerers
    trace --dns
    # Of a datagram that is freed, it does not matter.
    if has_receives; then
        asks_unseen recvmmsg_two
        asks_unseen header_apart
    else
        asks recvmmsg_two
        asks header_apart
    fi
    for way in uring uring_async; do
        asks_unseen "$way"
    done
    # Done at the end of another call, with another answer in that call's buffer.
    asks_unseen uring_late late.test
    stop_trace
    check
    unread_are "$(grep -c '"server.address":null' expected)"
}

case_dns_unread_compat() { # docs/spec.md, T14
    answerers
    trace --dns
    asks_unseen compat
    [[ -s expected ]] || skip "$(cat trigger_messages)"
    stop_trace
    check
    unread_are 1
}

# Not the port of name servers; and not asked for.
case_dns_others() { # docs/spec.md, T14
    answerers
    answer_on 10.99.0.2 5353
    trace --dns
    asks_unseen recvfrom other.test 10.99.0.2 5353
    asks_unseen sendto other-unconnected.test 10.99.0.2 5353
    stop_trace
    check
    unread_are 0
}

# They can come at any rate, and leave room for events.
case_dns_crowded() { # docs/spec.md, T14
    answerers
    trace --dns --ring-size 16384
    kill -STOP "$tracer"
    asks recvfrom crowded.test 10.99.0.2 53 400
    kill -CONT "$tracer"
    stop_trace
    check lossless=false
    jq -e 'select(."event.name" == "tpconnect.stop") |
        ."tpconnect.loss.ring" == 0 and ."tpconnect.loss.context" > 0' record >/dev/null ||
        fail "lost: $(tail -n 1 record)"
}

# None of it is there that is not asked for.
case_dns_unloaded() { # docs/spec.md, T14
    command -v bpftool >/dev/null || skip "needs bpftool"
    trace
    names_held "$tracer" >programs
    grep -q state_first programs || fail "its programs: $(cat programs)"
    ! grep dns_ programs || fail "without --dns"
    stop_trace
    rm record
    trace --dns
    names_held "$tracer" >programs
    grep -qE 'dns_(recv|consume)' programs || fail "with --dns: $(cat programs)"
    stop_trace
}
