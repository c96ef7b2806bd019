# SPDX-License-Identifier: MIT
# shellcheck shell=bash
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
    within "$b" ip link set veth0 down
    serve "$b" 0.0.0.0 80
    trace
    (sleep 0.3 && within "$b" ip link set veth0 up) &
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
