# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# How a connection ended, and what it carried. docs/spec.md, T11 and T12.

ends_server() {
    nsenter --net="/run/netns/$b" "$triggers/ends" serve "$@" >/dev/null 2>ends_server &
    pids+=($!)
    await grep -qs listening ends_server || fail "the server did not start: $(cat ends_server)"
}

case_ends() { # docs/spec.md, T12
    local how ended n=0

    ends_server 10.99.0.2 80
    trace
    while read -r how ended; do
        trigger ends "$how" "$ended" 10.99.0.2 80
        n=$((n + 1))
        wait_for "$n" close
    done <<-'WAYS'
	close local
	peer-close fin
	both fin
	late-data local
	unread reset_sent
	linger reset_sent
	unspec reset_sent
	half-linger reset_sent
	half-unspec reset_sent
	linger2 reset_sent
	reset reset_received
	half-reset reset_received
	peer-half-reset reset_received
	shut-data -
	WAYS
    stop_trace
    check accepted=false
}

# ends_waiting HOW ENDED: until it is ready for what ends it.
ends_waiting() {
    rm -f ready
    nsenter --net="/run/netns/$a" "$triggers/ends" "$1" "$2" 10.99.0.2 80 >>expected 2>ready &
    pids+=($!)
    await grep -qs ready ready || fail "ends $1: $(cat ready)"
}

case_ends_by_others() { # docs/spec.md, T12
    ends_server 10.99.0.2 80
    trace
    ends_waiting destroy aborted
    within "$a" ss -4 -t -K dst 10.99.0.2 >/dev/null
    wait_for 1 close
    ends_waiting timeout timeout
    rule_in "$b" input "tcp dport 80 drop"
    wait_for 2 close
    rule_in "$b" input ""
    # The server has one connection after the other, and does not know of the timeout.
    kill "${pids[0]}"
    await gone "${pids[0]}" || fail "the server goes on"
    ends_server 10.99.0.2 80
    ends_waiting keepalive timeout
    rule_in "$b" input "tcp dport 80 drop"
    wait_for 3 close
    stop_trace
    check accepted=false
}

# With an ICMP error on the way, the kernel prefers that as the errno of a timeout.
case_ends_by_timeout_with_icmp() { # docs/spec.md, T12
    ends_server 10.99.0.2 80
    trace
    nsenter --net="/run/netns/$a" "$triggers/ends" timeout timeout 10.99.0.2 80 2>ready \
        >unused &
    pids+=($!)
    await grep -qs ready ready || fail "ends: $(cat ready)"
    rule_in "$b" input "tcp dport 80 reject with icmp type host-unreachable"
    wait_for 1 close
    stop_trace
    check accepted=false expected=false
    [[ $(close_event | jq -r '."error.type" + " " + ."tpconnect.ended"') == "EHOSTUNREACH timeout" ]] ||
        fail "$(close_event)"
}

# Who asks for the error all the time mostly has it before the state changes, if on another CPU. Then
# nothing says how it ended, and nobody on this side has ended it.
case_ends_by_a_reset_that_was_read() { # docs/spec.md, T12
    command -v python3 >/dev/null || skip "python3 is missing"
    [[ $(nproc) -gt 1 ]] || skip "one CPU: nothing happens meanwhile"
    serve "$b" -r 10.99.0.2 80
    trace
    within "$a" python3 - "${pids[0]}" <<-'PYTHON' || fail "python3 failed"
	import os, socket, sys
	first, second = sorted(os.sched_getaffinity(0))[:2]
	os.sched_setaffinity(0, {first})
	os.sched_setaffinity(int(sys.argv[1]), {second})
	for _ in range(50):
	    s = socket.socket()
	    s.setblocking(False)
	    s.connect_ex(("10.99.0.2", 80))
	    while not s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
	        pass
	    s.close()
	PYTHON
    stop_trace
    check expected=false
    close_event | jq -r '."tpconnect.ended" // "read before"' | sort | uniq -c >ended
    [[ $(count_events tcp.close) -eq 50 ]] || fail "not 50 ends: $(cat ended)"
    ! grep -vE 'reset_received|read before' ended >odd || fail "the peer has reset them: $(cat ended)"
}

# sends_traced BYTES: to B, and the bytes that the close tells must be as many.
sends_traced() {
    local bytes="$1"

    trigger transfer refused 10.99.0.2 80 "$bytes"
    wait_for 1 close
    stop_trace
    check accepted=false
    all_received "$bytes"
    # The kernel counts those that failed for the namespace, and in it there is no other connection.
    [[ $(close_event | jq '."tpconnect.retransmits"') -eq \
        $(($(tcp_counter "$a" RetransSegs) - $(tcp_ext_counter "$a" TCPRetransFail))) ]] ||
        fail "of $(tcp_counter "$a" RetransSegs) segments that were sent again" \
            "$(tcp_ext_counter "$a" TCPRetransFail) failed: $(close_event)"
}

case_sent_past_own_firewall() { # docs/spec.md, T11: this host refuses one packet in ten
    transfer_server 1048576
    rule_in "$a" output "meta l4proto tcp ct state established numgen inc mod 10 == 7 drop"
    trace
    sends_traced 1048576
}

case_sent_past_a_full_queue() { # docs/spec.md, T11
    command -v tc >/dev/null || skip "tc is missing"
    nsenter --net="/run/netns/$a" tc qdisc add dev veth0 root tbf rate 20mbit burst 5k \
        limit 6000 2>odd || skip "this kernel has no tbf: $(cat odd)"
    transfer_server 1048576
    trace
    sends_traced 1048576
    nsenter --net="/run/netns/$a" tc -s qdisc show dev veth0 | grep -q 'dropped [1-9]' ||
        fail "the queue was never full"
}

case_sent_and_all_refused() { # docs/spec.md, T11: each byte once, however often it is tried
    local sent

    ends_server 10.99.0.2 80
    trace
    ends_waiting timeout timeout
    rule_in "$a" output "tcp dport 80 drop"
    wait_for 1 close
    stop_trace
    check accepted=false
    # What had left is acknowledged; of the rest, one segment was tried again and again.
    sent="$(close_event | jq '."tpconnect.bytes_sent"')"
    [[ $sent -le $(close_event | jq '."tpconnect.connection.duration_ns" / 10000000 + 2 | floor') ]] ||
        fail "more than was written, a byte each 10 ms: $(close_event)"
}

# Much is written, and nothing leaves: the peer reads none of it.
case_sent_nothing_of_much() { # docs/spec.md, T11
    command -v python3 >/dev/null || skip "python3 is missing"
    serve "$b" 10.99.0.2 80
    trace
    within "$a" python3 - <<-'PYTHON' || fail "python3 failed"
	import socket, struct, subprocess, time
	s = socket.create_connection(("10.99.0.2", 80))
	mss = s.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
	subprocess.run(["nft", "add table ip f; add chain ip f o {type filter hook output priority 0;};"
	    "add rule ip f o tcp dport 80 drop"], check=True)
	s.sendall(bytes(50000))
	time.sleep(1) # and it is tried a few times
	s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	open("mss", "w").write(str(mss))
	PYTHON
    wait_for 1 close
    stop_trace
    check expected=false
    [[ $(close_event | jq '."tpconnect.bytes_sent"') -le $(cat mss) ]] ||
        fail "a segment of $(cat mss) was tried, more than once: $(close_event)"
}
