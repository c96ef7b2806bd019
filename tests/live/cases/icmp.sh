# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034,SC2154 # what run.sh and lib.sh set and use
# Refusals by ICMP that come back within connect(2): the socket is in use then, so the kernel notes a
# soft error, which SO_ERROR gives and clears. docs/spec.md, T7.

# What nftables can answer, and the errno that it stands for: icmp_err_convert[] of net/ipv4/icmp.c
# and tab_unreach[] of net/ipv6/icmp.c.
reject_types() {
    printf '%s\n' "4 net-unreachable ENETUNREACH" "4 host-unreachable EHOSTUNREACH" \
        "4 prot-unreachable ENOPROTOOPT" "4 port-unreachable ECONNREFUSED" \
        "4 net-prohibited ENETUNREACH" "4 host-prohibited EHOSTUNREACH" \
        "4 admin-prohibited EHOSTUNREACH" "6 no-route ENETUNREACH" "6 admin-prohibited EACCES" \
        "6 addr-unreachable EHOSTUNREACH" "6 port-unreachable ECONNREFUSED" \
        "6 policy-fail EACCES" "6 reject-route EACCES"
}

# reject_in NAMESPACE HOOK FAMILY TYPE: of SYNs to port 80.
reject_in() {
    local type="icmp type $4"

    [[ $3 == 4 ]] || type="icmpv6 type $4"
    rule_in "$1" "$2" "tcp dport 80 reject with $type"
}

# reject_once PORT...: of the SYNs to each; later ones go nowhere.
reject_once() {
    local port rules=""

    for port; do
        rules+="tcp dport $port numgen inc mod 1000000 == 0 reject; tcp dport $port drop;"
    done
    rule_in "$a" output "$rules"
}

# refused_by_icmp NAMESPACE HOOK [OPTION...]: this host rejects, or the next.
refused_by_icmp() {
    local namespace="$1" hook="$2" family type errno
    shift 2

    # No answer is held back because there were others before.
    sysctl_in "$namespace" net.ipv4.icmp_ratelimit=0
    ! has_ipv6 || sysctl_in "$namespace" net.ipv6.icmp.ratelimit=0

    # The first packet of a pair of veth would have to wait for an address.
    within "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 81 >/dev/null
    ! has_ipv6 || within "$a" "$triggers/connect" ECONNREFUSED fd00:99::2 81 >/dev/null
    since=$(now) before="$(tcp_counter "$a" ActiveOpens)"
    trace "$@"
    while read -r family type errno; do
        reject_in "$namespace" "$hook" "$family" "$type"
        if [[ $family == 4 ]]; then
            trigger icmp asked "$errno" 10.99.0.2 80
            # From the next host, the answer may come later than the close.
            [[ $namespace != "$a" ]] || trigger icmp unasked "$errno" 10.99.0.2 80
        elif has_ipv6; then
            trigger icmp asked "$errno" fd00:99::2 80
        fi
    done < <(reject_types)
    # A SYN is sent again where the first answer told nobody.
    wait_for "$(wc -l <expected)" failed
    stop_trace
    check uncounted=-"$before" retries="$(count_events tcp.retry)"
}

case_icmp_of_own_firewall() { # docs/spec.md, T7
    refused_by_icmp "$a" output
}

case_icmp_of_own_firewall_without_syscalls() { # docs/spec.md, T7
    refused_by_icmp "$a" output --no-syscalls
}

case_icmp_of_next_host() { # docs/spec.md, T7
    refused_by_icmp "$b" input
}

# B forwards for A to a network of its own.
case_icmp_forwarded() { # docs/spec.md, T7
    ip -n "$b" link add inner0 type veth peer name inner1
    ip -n "$b" address add 10.98.0.1/24 dev inner0
    ip -n "$b" link set inner0 up
    sysctl_in "$b" net.ipv4.ip_forward=1
    ip -n "$a" route add 10.98.0.0/24 via 10.99.0.2
    rule_in "$b" forward "tcp dport 80 reject"
    trace
    trigger connect ECONNREFUSED 10.99.0.2 81
    for _ in 1 2 3; do
        trigger icmp asked ECONNREFUSED 10.98.0.2 80
        trigger connect ECONNREFUSED 10.98.0.2 80
    done
    stop_trace
    check retries="$(count_events tcp.retry)"
}

case_icmp_told_in_many_ways() { # docs/spec.md, T7
    local how

    trace
    for how in asked queued read-asked unasked twice unread fastopen; do
        rule_in "$a" output "tcp dport 80 reject"
        trigger icmp "$how" ECONNREFUSED 10.99.0.2 80
    done
    reject_once 80 82 83
    trigger icmp stale ECONNREFUSED 10.99.0.2 83
    trigger_background icmp asked-late ECONNREFUSED 10.99.0.2 82
    trigger icmp late ECONNREFUSED 10.99.0.2 80
    wait "${pids[-1]}" || fail "the trigger failed"
    stop_trace
    check retries="$(count_events tcp.retry)"
}

case_same_errno_twice() { # docs/spec.md, T7: by a RST, the first not read
    trace
    trigger icmp unread ECONNREFUSED 127.0.0.1 81
    trigger icmp unread ECONNREFUSED 10.99.0.2 81
    ! has_ipv6 || trigger icmp unread ECONNREFUSED ::1 81
    stop_trace
    check
}

case_icmp_io_uring() { # docs/spec.md, T7
    local how

    rule_in "$a" output "tcp dport 80 reject"
    trace
    for how in inline async sqpoll; do
        trigger uring -s "$how" ECONNREFUSED 10.99.0.2 80
    done
    stop_trace
    check retries="$(count_events tcp.retry)"
}

case_icmp_given_up_long_after() { # docs/spec.md, T7: the error that nobody asked for was not what it came to
    reject_once 80 82
    trace --no-syscalls
    trigger_background icmp later ECONNREFUSED 10.99.0.2 82
    trigger icmp late ECONNREFUSED 10.99.0.2 80
    wait "${pids[-1]}" || fail "the trigger failed"
    stop_trace
    check retries="$(count_events tcp.retry)"
}
