# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Connections as programs make them every day.

case_established() { # 1
    serve "$b" 10.99.0.2 80 fd00:99::2 80
    trace
    trigger connect established 10.99.0.2 80
    trigger connect established fd00:99::2 80
    stop_trace
    check
}

case_established_loopback() { # 1
    serve "$a" 127.0.0.1 80 ::1 80 10.99.0.1 81
    trace
    trigger connect established 127.0.0.1 80
    trigger connect established ::1 80
    trigger connect established 10.99.0.1 81
    stop_trace
    check
}

case_refused() { # 2
    sysctl_in "$a" net.ipv4.ip_local_port_range="45678 45678"
    trace
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect ECONNREFUSED fd00:99::2 82
    trigger connect ECONNREFUSED 127.0.0.1 83
    stop_trace
    check
}

case_nonblocking() { # 3, 4
    serve "$a" 127.0.0.1 80
    serve "$b" 10.99.0.2 80 fd00:99::2 80
    trace
    trigger nonblock established 127.0.0.1 80
    trigger nonblock established 10.99.0.2 80
    trigger nonblock established fd00:99::2 80
    stop_trace
    check
}

case_nonblocking_refused() { # 3, 4
    local how

    trace
    for how in refused told; do
        trigger nonblock "$how" 127.0.0.1 80
        trigger nonblock "$how" 10.99.0.2 80
        trigger nonblock "$how" fd00:99::2 80
    done
    stop_trace
    check
}

case_nonblocking_across_delay() { # 3
    # The peer's answer waits for its address to be resolved: the call has long returned.
    peer_is_away
    serve "$b" 0.0.0.0 80
    trace
    pending_for 0.2 peer_is_back &
    trigger nonblock established 10.99.0.2 80
    stop_trace
    check
}

case_ipv4_mapped() { # 11
    serve "$b" 10.99.0.2 80
    trace
    trigger connect -m established 10.99.0.2 80
    trigger connect -m ECONNREFUSED 10.99.0.2 81
    stop_trace
    check
}

case_link_local() { # docs/spec.md, 5: with the zone
    local index

    has_ipv6 || skip "this kernel has no IPv6"
    command -v python3 >/dev/null || skip "python3 is missing"
    ip -n "$a" address add fe80::a/64 dev veth0 nodad
    ip -n "$b" address add fe80::b/64 dev veth0 nodad
    index="$(within "$a" cat /sys/class/net/veth0/ifindex 2>/dev/null ||
        ip -n "$a" -j link show veth0 | jq '.[0].ifindex')"
    trace
    text_trace
    within "$a" python3 - "$index" <<-'PYTHON' || fail "python3 failed"
	import errno, socket, sys
	def attempt(addr, zone, want):
	    s = socket.socket(socket.AF_INET6)
	    got = s.connect_ex((addr, 81, 0, zone))
	    assert got == want, errno.errorcode[got]
	attempt("fe80::b", int(sys.argv[1]), errno.ECONNREFUSED)
	attempt("fe80::b", 0, errno.EINVAL) # which interface?
	attempt("fd00:99::2", 0, errno.ECONNREFUSED)
	PYTHON
    stop_text_trace
    stop_trace
    check expected=false
    jq -c 'select(."event.name" == "tcp.failed") | [."network.peer.address",
        ."tpconnect.peer.scope_id", ."error.type", ."tpconnect.sent"]' record >got
    printf '%s\n' "[\"fe80::b\",$index,\"ECONNREFUSED\",null]" '["fe80::b",null,"EINVAL",false]' \
        '["fd00:99::2",null,"ECONNREFUSED",null]' | diff - got >odd || fail "$(cat odd)"
    grep -q " dst=\[fe80::b%$index\]:81 src=\[fe80::a%$index\]:" text || fail "$(cat text)"
}

case_other_protocols() { # 10
    trace
    trigger datagram 10.99.0.2 53
    trigger datagram fd00:99::2 53
    trigger datagram 127.0.0.1 80
    stop_trace
    [[ $(wc -l <record) -eq 2 ]] || fail "more than start and stop: $(cat record)"
    check
}

case_accepting() { # 19
    # The server is in A, which is traced; its clients are in B.
    serve "$a" 10.99.0.1 80
    trace
    for _ in 1 2 3; do
        within "$b" "$triggers/connect" established 10.99.0.1 80 >clients || fail "no connection"
    done
    await server_saw 3 || fail "the server has accepted $(wc -l <accepted) of 3"
    stop_trace
    [[ $(wc -l <record) -eq 2 ]] || fail "more than start and stop: $(cat record)"
    check accepted=false
}

server_saw() { [[ $(wc -l <accepted) -eq $1 ]]; }

# What these cases compare with must notice when a record is wrong: each of these changes one line
# of a good record, by a jq expression, and must be told.
case_comparison() {
    local change

    serve "$b" 10.99.0.2 80
    trace
    trigger connect -w 50 established 10.99.0.2 80
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect -u ENETUNREACH 10.97.0.1 82
    wait_for 1 close
    stop_trace
    check
    cp record good
    while read -r change; do
        jq -c "$change" good >record
        ! cmp -s good record || fail "changes nothing: $change"
        # All that will come has come.
        if (await() { "$@"; } && check) >differences; then
            fail "not noticed: $change"
        fi
        [[ $change != *ETIMEDOUT* ]] ||
            grep -q 'where error.type is "ETIMEDOUT", not "ECONNREFUSED"$' differences ||
            fail "it does not say which value differs: $(cat differences)"
    done <<-'CHANGES'
	if ."event.name" == "tcp.established" then ."process.pid" += 1 else . end
	if ."event.name" == "tcp.established" then ."network.local.port" += 1 else . end
	if ."event.name" == "tcp.established" then ."tpconnect.connect.duration_ns" = 0 else . end
	if ."event.name" == "tcp.established" then ."tpconnect.connection.id" = "x" else . end
	if ."event.name" == "tcp.established" then ."event.name" = "tcp.cancelled" else . end
	if ."event.name" == "tcp.established" then ."tpconnect.netns" += 1 else . end
	if ."event.name" == "tcp.established" then .timestamp = "2020-01-01T00:00:00.000000000Z" else . end
	if ."event.name" == "tcp.established" then ."tpconnect.deferred" = false else . end
	if ."event.name" == "tcp.established" then ."tpconnect.rtt_us" = 1 else . end
	if ."event.name" == "tcp.established" then del(."thread.id") else . end
	if ."error.type" == "ECONNREFUSED" then ."error.type" = "ETIMEDOUT" else . end
	if ."error.type" == "ECONNREFUSED" then ."tpconnect.sent" = false else . end
	if ."error.type" == "ENETUNREACH" then ."network.local.port" = 1 else . end
	if ."error.type" == "ENETUNREACH" then del(."tpconnect.sent") else . end
	if ."event.name" == "tcp.close" then ."tpconnect.bytes_sent" = -1 else . end
	if ."event.name" == "tcp.close" then ."tpconnect.bytes_sent" = null else . end
	if ."tpconnect.seq" == 3 then empty else . end
	if ."tpconnect.seq" == 3 then ., . else . end
	if ."event.name" == "tpconnect.stop" then empty else . end
	if ."event.name" == "tpconnect.stop" then ."tpconnect.events.sent" += 1 else . end
	if ."event.name" == "tpconnect.stop" then ."tpconnect.loss.missed" = 1 else . end
	if ."event.name" == "tpconnect.start" then ."unheard.of" = 1 else . end
	CHANGES
}
