# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Real programs, and what a connection was once it is over.

# expect_pid PID ADDR PORT LOCAL_PORT: what is known of a program that is not a trigger.
expect_established() {
    jq -nc --argjson pid "$1" --arg addr "$2" --argjson port "$3" --argjson local "$4" '{
        "event.name": "tcp.established", "process.pid": $pid, "network.peer.address": $addr,
        "network.peer.port": $port, "network.local.port": $local}' >>expected
}

case_asyncio() {
    local pid port

    command -v python3 >/dev/null || skip "python3 is missing"
    serve "$b" 10.99.0.2 80
    trace
    within "$a" python3 - >client <<-'PYTHON' || fail "python3 failed"
	import asyncio, os
	async def main():
	    reader, writer = await asyncio.open_connection("10.99.0.2", 80)
	    print(os.getpid(), writer.get_extra_info("sockname")[1])
	    writer.close()
	    await writer.wait_closed()
	asyncio.run(main())
	PYTHON
    stop_trace
    read -r pid port <client
    expect_established "$pid" 10.99.0.2 80 "$port"
    check
}

case_curl() {
    local pid port

    command -v curl >/dev/null || skip "curl is missing"
    serve "$b" 10.99.0.2 80
    trace
    # The server never answers: only the connection is of interest.
    # shellcheck disable=SC2016 # for the inner shell
    within "$a" sh -c 'echo $$; exec curl -s --noproxy "*" --max-time 1 -w "%{local_port}\n" "$1"' \
        sh http://10.99.0.2/ >client || true
    stop_trace
    { read -r pid && read -r port; } <client || fail "curl said: $(cat client)"
    expect_established "$pid" 10.99.0.2 80 "$port"
    check
}

# The close event of the record; there must be one.
close_event() { jq -c 'select(."event.name" == "tcp.close")' record; }

# transfer_server BYTES: in B, for one connection; what it has received goes to the file peer.
transfer_server() {
    nsenter --net="/run/netns/$b" "$triggers/transfer" serve 10.99.0.2 80 "$1" >peer 2>server &
    pids+=($!)
    await grep -qs listening server || fail "the server did not start: $(cat server)"
}

# all_received BYTES: by the server's own count, and by the close event's.
all_received() {
    await test -s peer || fail "the server has not ended"
    [[ $(close_event | jq '."tpconnect.bytes_sent"') -eq $(cat peer) && $(cat peer) -eq $1 ]] ||
        fail "the peer has received $(cat peer) bytes: $(close_event)"
}

case_transfer() { # 31
    local bytes=1048576 again least most duration

    # One packet in 50 is lost, either way; with larger ones, there would be too few.
    ip -n "$a" link set veth0 gso_max_segs 1
    ip -n "$b" link set veth0 gso_max_segs 1
    rule_in "$a" input "meta l4proto tcp ct state established numgen inc mod 50 == 7 drop"
    rule_in "$b" input "meta l4proto tcp ct state established numgen inc mod 50 == 7 drop"
    transfer_server "$bytes"
    trace
    trigger transfer 10.99.0.2 80 "$bytes"
    wait_for 1 close
    stop_trace
    check accepted=false
    all_received "$bytes"
    # By the program's own count and clock; round-trip time and count of the event are those that
    # the kernel told the program.
    read -r again least most <<<"$(tail -n 1 trigger_messages)"
    [[ $again -gt 0 ]] || fail "nothing had to be sent again"
    duration="$(close_event | jq '."tpconnect.connection.duration_ns" / 1000 | floor')"
    [[ $least -ge 500000 && $duration -ge $least && $duration -le $most ]] ||
        fail "lasted $duration us, not $least to $most"
}

case_close_plain() { # docs/spec.md, 6: closed by FIN, of either side
    serve "$b" 10.99.0.2 80
    trace
    trigger connect -w 100 established 10.99.0.2 80
    wait_for 1 close
    stop_trace
    check
    [[ $(close_event | jq -r '."tpconnect.ended"') == @(local|fin) ]] ||
        fail "no RST was sent: $(close_event)"
    [[ $(close_event | jq '."tpconnect.connection.duration_ns"') -ge 100000000 ]] ||
        fail "held for 100 ms: $(close_event)"
}

case_close_by_reset() { # docs/spec.md, 6: by a RST, the peer's and our own
    serve "$b" -r 10.99.0.2 80
    serve "$b" 10.99.0.2 81
    trace
    trigger connect -w 200 established 10.99.0.2 80
    trigger flood 1 1 10.99.0.2 81
    wait_for 2 close
    stop_trace
    check
    [[ $(close_event | jq -r '."tpconnect.ended"') == $'reset_received\nreset_sent' ]] ||
        fail "both were: $(close_event)"
}
