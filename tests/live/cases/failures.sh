# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Attempts that come to nothing.

# Since Linux 6.5 the kernel tries so many times more often before it doubles its interval.
plain_retries() { sysctl_in "$a" net.ipv4.tcp_syn_linear_timeouts=0 2>/dev/null || true; }

# took_between EVENT LEAST MOST: how long the attempts took that ended so, in ms.
took_between() {
    local event="$1" least="$2" most="$3" ms

    while read -r ms; do
        [[ $ms -ge $least && $ms -le $most ]] || fail "$event after $ms ms, not $least to $most"
    done < <(jq --arg name "tcp.$event" 'select(."event.name" == $name) |
        ."tpconnect.connect.duration_ns" / 1e6 | floor' record)
}

case_no_answer() { # 5
    plain_retries
    sysctl_in "$a" net.ipv4.ip_local_port_range="45678 45678"
    rule_in "$b" input "tcp dport 80 drop"
    count_syns
    trace
    trigger connect -r -s 1 ETIMEDOUT 10.99.0.2 80
    trigger connect -r -s 1 ETIMEDOUT fd00:99::2 80
    stop_trace
    check
    [[ $(syns_sent) -eq 4 ]] || fail "the kernel has sent $(syns_sent) SYNs, not 4"
    took_between failed 2000 8000
}

case_unreachable_host() { # 6
    rule_in "$b" input "tcp dport 80 meta nfproto ipv4 reject with icmp type host-unreachable;
        tcp dport 80 meta nfproto ipv6 reject with icmpv6 type addr-unreachable"
    count_syns
    trace
    trigger connect EHOSTUNREACH 10.99.0.2 80
    trigger connect EHOSTUNREACH fd00:99::2 80
    stop_trace
    check retries=$(($(syns_sent) - 2))
}

# Whether the kernel tells of a segment that could not be sent again.
tells_unsent() { grep -qs 'int err;' /sys/kernel/tracing/events/tcp/tcp_retransmit_skb/format; }

case_firewall_drop() { # 7; docs/spec.md, T11: what this host refuses is no retry that was sent
    local unsent=()

    ! tells_unsent || unsent=(-e EPERM)
    plain_retries
    rule_in "$a" output "tcp dport 80 drop"
    count_syns
    trace
    trigger connect -s 1 "${unsent[@]}" ETIMEDOUT 10.99.0.2 80
    trigger connect -s 1 "${unsent[@]}" ETIMEDOUT fd00:99::2 80
    stop_trace
    check
    took_between failed 2000 8000
    [[ $(syns_sent) -eq 0 ]] || fail "$(syns_sent) SYNs have left"
    [[ $(jq -c 'select(."event.name" == "tcp.failed") | ."tpconnect.syn_retries"' record | sort -u) \
        == 0 ]] || fail "nothing has left: $(cat record)"
}

# The rule goes away while the attempt lasts: only what leaves is counted.
case_firewall_lifted() { # docs/spec.md, T11
    plain_retries
    serve "$b" 10.99.0.2 80
    rule_in "$a" output "tcp dport 80 drop"
    count_syns
    trace
    (sleep 2 && rule_in "$a" output "") & # after the first retry, before the second
    trigger connect established 10.99.0.2 80
    wait_for 1 established
    stop_trace
    check retries="$(count_events tcp.retry)"
    [[ $(syns_sent) -eq 1 ]] || fail "$(syns_sent) SYNs have left"
    [[ $(jq 'select(."event.name" == "tcp.established") | ."tpconnect.syn_retries"' record) -eq 1 ]] ||
        fail "one retry has left: $(cat record)"
    [[ $(jq -c 'select(."event.name" == "tcp.retry" and ."tpconnect.sent" == null)' record | wc -l) \
        -eq 1 ]] || fail "one retry has left: $(cat record)"
}

case_firewall_reset() { # 7
    rule_in "$a" output "tcp dport 80 reject with tcp reset"
    trace
    trigger connect ECONNREFUSED 10.99.0.2 80
    trigger connect ECONNREFUSED fd00:99::2 80
    stop_trace
    check
}

case_firewall_icmp() { # 7
    rule_in "$a" output "tcp dport 80 reject"
    trace
    trigger connect ECONNREFUSED 10.99.0.2 80
    stop_trace
    check retries="$(count_events tcp.retry)" # which cannot leave, if the kernel tells
    took_between failed 500 4000
}

case_routes() { # 8
    within "$a" ip route add unreachable 10.98.1.0/24
    within "$a" ip route add prohibit 10.98.2.0/24
    within "$a" ip route add blackhole 10.98.3.0/24
    within "$a" ip route add unreachable fd00:98:1::/48
    within "$a" ip route add prohibit fd00:98:2::/48
    within "$a" ip route add blackhole fd00:98:3::/48
    trace
    trigger connect -u EHOSTUNREACH 10.98.1.1 80
    trigger connect -u EACCES 10.98.2.1 80
    trigger connect -u EINVAL 10.98.3.1 80
    trigger connect -u ENETUNREACH 10.97.0.1 80
    trigger connect -u EHOSTUNREACH fd00:98:1::1 80
    trigger connect -u EACCES fd00:98:2::1 80
    trigger connect -u EINVAL fd00:98:3::1 80
    trigger connect -u ENETUNREACH fd00:97::1 80
    trigger connect -u -m ENETUNREACH 10.97.0.1 80
    stop_trace
    check
}

case_closed_meanwhile() { # docs/spec.md, T1: by another thread, during the call
    [[ $(nproc) -gt 1 ]] || skip "one CPU: nothing happens meanwhile"
    within "$a" ip route add prohibit 10.98.2.0/24
    trace --repeat-limit 0
    trigger closed 4000 EACCES 10.98.2.1 80
    [[ -s expected ]] || skip "the descriptor was closed ahead of every call"
    stop_trace
    check
}

# A descriptor that becomes another thing's meanwhile.
case_replaced_meanwhile() { # docs/spec.md, T1, T2
    local by

    [[ $(nproc) -gt 1 ]] || skip "one CPU: nothing happens meanwhile"
    within "$a" ip route add prohibit 10.98.2.0/24
    trace --repeat-limit 0
    for by in null unix; do
        trigger closed -"$by" 2000 EACCES 10.98.2.1 80
    done
    stop_trace
    # Nothing is told that was not attempted, and what lacks is counted.
    jq -c 'select(."event.name" == "tcp.failed") | ."error.type"' record | sort | uniq -c >got
    ! grep -v '"EACCES"' got || fail "no attempts: $(cat got)"
    [[ $(count_events tcp.failed) -le $(wc -l <expected) ]] || fail "more than attempts: $(cat got)"
    [[ $(($(count_events tcp.failed) + $(stop_field loss.missed))) -ge $(wc -l <expected) ]] ||
        fail "of $(wc -l <expected) attempts: $(tail -n 1 record)"
    only_loss missed
}

# Our SYN and the peer's cross each other; then we close, and no answer to ours ever comes.
case_crossed_and_given_up() { # 17
    command -v python3 >/dev/null || skip "python3 is missing"
    rule_in "$b" input "tcp dport 8080 drop"
    trace
    within "$a" python3 - >crossed <<-'PYTHON' &
	import socket, sys, time
	s = socket.socket()
	s.bind(("10.99.0.1", 8081))
	s.setblocking(False)
	s.connect_ex(("10.99.0.2", 8080))
	for i in range(1000):
	    time.sleep(.01)
	    if s.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == 3: # SYN_RECV
	        break
	else:
	    sys.exit("the SYNs have not crossed")
	s.close()
	print("closed")
	PYTHON
    pids+=($!)
    await pending_in_a || fail "no SYN was sent"
    within "$b" python3 - <<-'PYTHON' || fail "python3 failed"
	import socket
	s = socket.socket()
	s.bind(("10.99.0.2", 8080))
	s.setblocking(False)
	s.connect_ex(("10.99.0.1", 8081))
	import time
	time.sleep(1)
	PYTHON
    await test -s crossed || fail "not crossed"
    wait_for 1 cancelled
    # And the end of what was never established is none of a connection.
    rule_in "$b" input ""
    await none_is_left || fail "the socket does not end: $(within "$a" ss -Htan)"
    stop_trace
    check expected=false accepted=false
    [[ $(count_events tcp.established) -eq 0 ]] || fail "no handshake was complete: $(cat record)"
    [[ $(count_events tcp.close) -eq 0 ]] || fail "no connection has ended: $(cat record)"
}

none_is_left() { [[ $(within "$a" ss -Htan | wc -l) -eq 0 ]]; }

pending_in_a() { [[ $(within "$a" ss -Htn state syn-sent | wc -l) -ge 1 ]]; }

case_no_port_left() { # 9
    serve "$b" 10.99.0.2 80
    sysctl_in "$a" net.ipv4.ip_local_port_range="45678 45678"
    trace
    trigger_background connect -w 20000 established 10.99.0.2 80
    await test -s expected || fail "the first connection was not made"
    trigger connect -l EADDRNOTAVAIL 10.99.0.2 80
    stop_trace
    check uncounted=1
}

# The port that a socket had in an attempt before is not one of the attempt that gets none.
case_no_port_left_and_an_old_one() { # 9
    serve "$b" 10.99.0.2 80
    sysctl_in "$a" net.ipv4.ip_local_port_range="45678 45678"
    trace
    trigger_background connect -w 20000 established 10.99.0.2 80
    await test -s expected || fail "the first connection was not made"
    trigger connect -l -o 81 EADDRNOTAVAIL 10.99.0.2 80
    stop_trace
    check uncounted=1
}

case_given_up() { # 17
    local how port=80

    rule_in "$b" input "tcp dport 80-90 drop"
    trace
    for how in close shutdown unspec exit; do
        trigger giveup "$how" 10.99.0.2 "$port"
        port=$((port + 1))
    done
    # Killed by itself, and while it is blocked in connect.
    for how in kill kill-blocked; do
        within "$a" "$triggers/giveup" "$how" 10.99.0.2 "$port" >>expected || true
        port=$((port + 1))
    done
    stop_trace
    [[ $(wc -l <expected) -eq 6 ]] || fail "not all have connected: $(cat expected)"
    check
}

case_interrupted() { # 18
    local how n=0

    serve "$b" 10.99.0.2 80
    count_syns
    trace
    for how in signal restart timeout; do
        # The first SYN is lost, so that there is time for an interruption.
        rule_in "$b" input "tcp dport 80 drop"
        pending_for 0.4 rule_in "$b" input "" &
        trigger interrupted "$how" 10.99.0.2 80
        n=$((n + 1))
        wait_for "$n" established
    done
    stop_trace
    [[ $(syns_sent) -gt 3 ]] || fail "no SYN was lost"
    check retries=$(($(syns_sent) - 3))
}
