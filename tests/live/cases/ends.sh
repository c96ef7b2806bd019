# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# How a connection ended, and what it carried. Rules T11 and T12 of the specification.

ends_server() {
    nsenter --net="/run/netns/$b" "$triggers/ends" serve "$@" >/dev/null 2>ends_server &
    pids+=($!)
    await grep -qs listening ends_server || fail "the server did not start: $(cat ends_server)"
}

case_ends() { # T12
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

case_ends_by_others() { # T12
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
    ends_server 10.99.0.2 80
    ends_waiting keepalive timeout
    rule_in "$b" input "tcp dport 80 drop"
    wait_for 3 close
    stop_trace
    check accepted=false
}

# With an ICMP error on the way, the kernel prefers that as the errno of a timeout.
case_ends_by_timeout_with_icmp() { # T12
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
