# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Names by DNS (docs/spec.md, T14), as real clients ask for them: a name server in B, dnsmasq, knows
# some of .test. What a client was answered is in its log; what it connected to, the client says.

# know_names [NAMESPACE ADDR OPTION...]: in B, unless it says otherwise, for the names below.
know_names() {
    local name="${1:-$b}" addr="${2:-10.99.0.2}" log="dnsmasq.${#pids[@]}"

    command -v dnsmasq >/dev/null || skip "dnsmasq is missing"
    command -v unshare >/dev/null || skip "unshare is missing"
    [[ $# -gt 0 ]] || set -- "$b" "$addr" --local=/test/ --local-ttl=600 \
        --host-record=v4.test,10.99.0.2 --host-record=both.test,10.99.0.2,fd00:99::2 \
        --cname=alias.test,v4.test --host-record=one.test,10.99.0.3 \
        --host-record=two.test,10.99.0.3
    nsenter --net="/run/netns/$name" dnsmasq --keep-in-foreground --conf-file=/dev/null --no-hosts \
        --no-resolv --no-poll --user=root --pid-file= --bind-interfaces --listen-address="$addr" \
        --log-queries --log-facility=- "${@:3}" >"$log" 2>&1 &
    pids+=($!)
    await grep -qs 'started' "$log" || fail "dnsmasq did not start: $(cat "$log")"
}

# Names come by DNS alone, from that name server: options of resolv.conf(5) follow it.
resolver() {
    printf 'nameserver %s\noptions timeout:5 %s\n' "${1:-10.99.0.2}" "${*:2}" >resolv.conf
    printf 'hosts: dns\n' >nsswitch.conf
    : >hosts
}

# client COMMAND...: in A, with a resolv.conf, nsswitch.conf and hosts of the case's own.
client() {
    # shellcheck disable=SC2016 # for the inner shell
    within "$a" unshare --mount --propagation private bash -c '
        for file in resolv.conf nsswitch.conf hosts; do
            [[ -e /etc/$file ]] || : >"/etc/$file"
            mount --bind "$file" "$(realpath "/etc/$file")" || exit 1
        done
        exec "$@"' bash "$@"
}

# Addresses of the names; the servers there; tracing with names.
begin() {
    know_names
    resolver
    ip -n "$b" address add 10.99.0.3/24 dev veth0
    serve "$b" 10.99.0.2 80 10.99.0.3 80 ${with_ipv6:+fd00:99::2 80}
    trace "${@:---dns}"
    [[ $(start_says) != none ]] || skip "this kernel shows no answers of name servers"
}

# Which answers are seen, by tpconnect itself.
start_says() {
    jq -r 'select(."event.name" == "tpconnect.start")."tpconnect.dns.seen"' record
}

# Name servers are asked by TCP as well: what it takes.
sees_tcp() { [[ $(start_says) != udp ]] || skip "this kernel shows answers by UDP alone"; }

# expect_named NAMES [SOURCE]: what a client says of its attempts, on standard input, with the names
# (JSON) that each of them must have; [] is none.
expect_named() {
    jq -c --argjson names "$1" --arg source "${2:-process}" '. + {
        "server.address": (if ($names | length) == 1 and $source != "host" then $names[0] else null end),
        "tpconnect.dns.names": (if $names == [] then null else $names end),
        "tpconnect.dns.source": (if $names == [] then null else $source end)}' >>expected
}

# resolve NAMES OPTION...: the trigger, by the C library's resolver.
resolve() {
    client "$triggers/resolve" "${@:2}" >attempts 2>trigger_messages ||
        fail "resolve ${*:2} failed: $(cat trigger_messages)"
    expect_named "$1" <attempts
}

# program NAME COMMAND...: a program that prints its pid, and then the port that it connects to
# 10.99.0.2:80 from; it has asked for v4.test.
program() {
    local pid port

    client "$@" >said 2>program_messages || true
    { read -r pid && read -r port; } <said || fail "$1 said: $(cat said program_messages)"
    jq -nc --argjson pid "$pid" --argjson port "$port" '{
        "event.name": "tcp.established", "process.pid": $pid, "network.peer.address": "10.99.0.2",
        "network.peer.port": 80, "network.local.port": $port}' | expect_named '["v4.test"]'
}

# asked NAME...: the name server was. How many answers could not be read is said of the whole host.
asked() {
    local name

    for name; do
        cat dnsmasq.* | grep -q "query\[[A]*\] $name from 10.99.0.1" ||
            fail "nobody asked for $name: $(cat dnsmasq.*)"
    done
}

case_dns_library() { # docs/spec.md, T14: the C library's own resolver
    local with_ipv6=yes

    has_ipv6 || with_ipv6=""
    begin
    resolve '["v4.test"]' v4.test 80
    resolve '["alias.test"]' alias.test 80
    resolve '["both.test"]' both.test 80
    # Whoever asked, and was told that there is no such name, has none.
    client "$triggers/resolve" nowhere.test 80 >nothing 2>/dev/null && fail "nowhere.test is there"
    stop_trace
    check
    asked v4.test alias.test both.test nowhere.test
}

case_dns_several_names() { # docs/spec.md, T14: of one address; none is chosen
    begin
    resolve '["two.test", "one.test"]' one.test two.test 80
    stop_trace
    check
    asked one.test two.test
}

case_dns_not_its_own() { # docs/spec.md, T14: a look-up of another process, and one that came later
    begin
    resolve '["v4.test"]' v4.test 80
    client "$triggers/resolve" 10.99.0.2 80 | expect_named '[]'
    client "$triggers/resolve" -l 10.99.0.2 v4.test 80 >attempts
    head -n 1 attempts | expect_named '[]'
    tail -n 1 attempts | expect_named '["v4.test"]'
    stop_trace
    check
    asked v4.test
}

case_dns_forked() { # docs/spec.md, T14: the process that forked it had asked
    begin
    client "$triggers/resolve" -f v4.test 80 | expect_named '["v4.test"]' parent
    stop_trace
    check
    asked v4.test
}

# The names of what was connected, and whose answers they are.
names_shown() {
    jq -s -c 'map(select(."event.name" == "tcp.established") | [."server.address", ."tpconnect.dns.source"])' record
}

case_dns_taken_up() { # docs/spec.md, T14: who takes up an orphan has not forked it
    begin
    # Process 1 of a pid namespace starts a program, and becomes another by exec, which asks. Then
    # the program has a child, and ends: exec ids of both are the same.
    # shellcheck disable=SC2016 # for the inner shells
    client unshare --pid --fork bash -c '
        bash -c "until [[ -e asked ]]; do sleep 0.05; done
            (while kill -0 \$\$; do sleep 0.05; done
             : 3<>/dev/tcp/10.99.0.2/80; touch connected) &" &
        exec bash -c ": 3<>/dev/tcp/v4.test/80; touch asked
            until [[ -e connected ]]; do sleep 0.05; done"' 2>said || fail "it said: $(cat said)"
    stop_trace
    [[ $(names_shown) == '[["v4.test","process"],[null,null]]' ]] || fail "named: $(names_shown)"
    asked v4.test
}

case_dns_orphan() { # docs/spec.md, T14: the process that forked it had asked, and has ended
    begin
    # shellcheck disable=SC2016 # for the inner shell
    client bash -c ': 3<>/dev/tcp/v4.test/80
        (while kill -0 $$; do sleep 0.05; done
         : 3<>/dev/tcp/10.99.0.2/80; touch connected) &' 2>said || fail "it said: $(cat said)"
    await test -e connected || fail "its child said: $(cat said)"
    stop_trace
    [[ $(names_shown) == '[["v4.test","process"],["v4.test","parent"]]' ]] || fail "named: $(names_shown)"
    asked v4.test
}

case_dns_host() { # docs/spec.md, T14: the look-up of another process is a hint
    begin --dns=host
    resolve '["v4.test"]' v4.test 80
    client "$triggers/resolve" 10.99.0.2 80 | expect_named '["v4.test"]' host
    stop_trace
    check
    asked v4.test
}

case_dns_stub() { # docs/names.md: a forwarder of this host
    begin
    know_names "$a" 127.0.0.53 --server=10.99.0.2
    resolver 127.0.0.53
    resolve '["v4.test"]' v4.test 80
    stop_trace
    check
    grep -q 'forwarded v4.test' dnsmasq.* || fail "the stub was not asked"
}

case_dns_by_tcp() { # docs/names.md: the C library asks by TCP, of which the attempts are seen as well
    begin
    sees_tcp
    resolver 10.99.0.2 use-vc
    resolve '["alias.test"]' alias.test 80
    stop_trace
    # Attempts to the name server itself are none of the trigger's.
    jq -c 'select(."network.peer.port" != 53)' record >rest
    [[ $(jq 'select(."network.peer.port" == 53)' record | wc -l) -gt 0 ]] || fail "it asked by UDP"
    jq -e -s 'map(select(."event.name" == "tcp.established")) | length == 1 and
        .[0]."server.address" == "alias.test"' rest >/dev/null || fail "not named: $(cat rest)"
    asked alias.test
}

case_dns_dig() { # docs/names.md: dig, by UDP and by TCP; it connects to the name server only
    local names

    command -v dig >/dev/null || skip "dig is missing"
    begin
    sees_tcp
    client dig +short @10.99.0.2 v4.test A +notcp v4.test A +tcp alias.test A +tcp >answers ||
        fail "dig failed"
    [[ $(grep -c '^10.99.0.2$' answers) -eq 3 ]] || fail "dig said: $(cat answers)"
    stop_trace
    # Before its first attempt, it was answered by UDP; before its second, by TCP, the same; then
    # another name of the address.
    names="$(jq -c 'select(."event.name" == "tcp.established") | ."tpconnect.dns.names"' record)"
    [[ $names == $'["v4.test"]\n["v4.test"]' ]] || fail "names of its two attempts: $names"
    asked v4.test alias.test
}

case_dns_curl() { # docs/names.md
    command -v curl >/dev/null || skip "curl is missing"
    begin
    # shellcheck disable=SC2016 # for the inner shell
    program sh -c 'echo $$; exec curl -s --noproxy "*" --max-time 1 -w "%{local_port}\n" "$1"' \
        sh http://v4.test/
    stop_trace
    check
    asked v4.test
}

case_dns_python() { # docs/names.md
    command -v python3 >/dev/null || skip "python3 is missing"
    begin
    program python3 -c '
import os, socket
print(os.getpid())
print(socket.create_connection(("v4.test", 80)).getsockname()[1])'
    stop_trace
    check
    asked v4.test
}

case_dns_busybox() { # docs/names.md: busybox's own wget
    local port

    command -v busybox >/dev/null || skip "busybox is missing"
    begin
    # It gives up, as nobody answers what it asks; where it came from, the server says.
    # shellcheck disable=SC2016 # for the inner shell
    client sh -c 'echo $$; exec timeout 2 busybox wget -q -O - http://v4.test/' >said 2>/dev/null || true
    await test -s accepted || fail "nothing came: $(cat said)"
    stop_trace
    port="$(jq '."network.local.port"' accepted)"
    jq -e -s --argjson port "${port:-0}" 'map(select(."event.name" == "tcp.established")) | length == 1 and
        .[0]."server.address" == "v4.test" and .[0]."network.local.port" == $port' record >/dev/null || fail "not named: $(cat record)"
    asked v4.test
}

case_dns_node() { # docs/names.md: c-ares
    command -v node >/dev/null || skip "node is missing"
    begin
    program node -e '
const net = require("net");
require("dns").resolve4("v4.test", (error, found) => {
    const socket = net.connect(80, found[0], () => {
        console.log(process.pid + "\n" + socket.localPort);
        socket.destroy();
    });
});'
    stop_trace
    check
    asked v4.test
}

case_dns_go() { # docs/names.md: Go's own resolver
    command -v go >/dev/null || skip "go is missing"
    mkdir program
    cat >program/main.go <<-'GO'
	package main

	import (
	    "fmt"
	    "net"
	    "os"
	)

	func main() {
	    connection, err := net.Dial("tcp4", "v4.test:80")
	    if err != nil {
	        fmt.Fprintln(os.Stderr, err)
	        os.Exit(1)
	    }
	    fmt.Printf("%d\n%d\n", os.Getpid(), connection.LocalAddr().(*net.TCPAddr).Port)
	}
	GO
    GOCACHE="$case_dir/cache" GOPATH="$case_dir/path" GOFLAGS="" GO111MODULE=off CGO_ENABLED=0 \
        timeout 120 go build -o client program/main.go >go_messages 2>&1 ||
        fail "go build failed: $(cat go_messages)"
    begin
    program ./client
    stop_trace
    check
    asked v4.test
}

case_dns_musl() { # docs/names.md: musl, static: its socket is not connected
    command -v musl-gcc >/dev/null || skip "musl-gcc is missing"
    musl-gcc -static -O1 -o resolve-musl "$here/triggers/resolve.c" 2>musl_messages ||
        fail "musl-gcc failed: $(cat musl_messages)"
    begin
    [[ $(start_says) != connected ]] || skip "this kernel shows answers to connected sockets alone"
    client ./resolve-musl v4.test 80 | expect_named '["v4.test"]'
    client ./resolve-musl both.test 80 | expect_named '["both.test"]'
    stop_trace
    check
    asked v4.test both.test
}

case_dns_java() { # docs/names.md
    command -v java >/dev/null || skip "java is missing"
    cat >Client.java <<-'JAVA'
	public class Client {
	    public static void main(String[] args) throws Exception {
	        try (java.net.Socket socket = new java.net.Socket("v4.test", 80)) {
	            System.out.println(ProcessHandle.current().pid() + "\n" + socket.getLocalPort());
	        }
	    }
	}
	JAVA
    javac Client.java 2>/dev/null || skip "javac is missing"
    begin
    program java -Djava.net.preferIPv4Stack=true -Xshare:auto -cp . Client
    stop_trace
    check
    asked v4.test
}

case_dns_count_by_name() { # docs/spec.md, 7: what fails and what works of one name is one group
    local counted

    has_ipv6 || skip "there is no IPv6"
    know_names
    resolver
    serve "$b" 10.99.0.2 80 # and none at the other address of both.test
    "$tpconnect" count --by name --netns "$a" -o json -w counts 2>>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' counts || fail "tpconnect did not start: $(cat messages)"
    client "$triggers/resolve" both.test 80 >attempts || fail "resolve failed"
    [[ $(jq -r '."event.name"' attempts) == $'tcp.failed\ntcp.established' ]] ||
        skip "the C library of this host prefers IPv4: $(cat attempts)"
    client "$triggers/resolve" 10.99.0.2 80 >>attempts || fail "resolve failed"
    stop_trace
    counted="$(jq -c 'select(."event.name" == "tpconnect.count") | [."server.address",
        ."tpconnect.attempts", ."tpconnect.established", ."tpconnect.failed"]' counts)"
    [[ $counted == $'["both.test",2,1,1]\n[null,1,1,0]' ]] || fail "counted: $counted"
    keep_lines counts
}

case_dns_not_asked_for() { # without --dns, nothing of names is loaded or said
    begin --no-snapshot
    client "$triggers/resolve" v4.test 80 | expect_named '[]'
    stop_trace
    check
    ! grep -q 'tpconnect.dns' record || fail "it says something of names: $(grep 'tpconnect.dns' record)"
}

case_dns_top() { # docs/top.md: names in its rows, of this host and of a record
    local file
    local rows='select(."event.name" == "tpconnect.top")."tpconnect.rows"[] |
        select(."network.peer.port" == 80) | [."server.address", ."tpconnect.dns.source"]'

    begin
    "$tpconnect" top --dns --netns "/run/netns/$a" -o json 0.2s >rows 2>>messages &
    pids+=($!)
    await grep -qs '"tpconnect.start"' rows || fail "top did not start: $(cat messages)"
    resolve '["v4.test"]' v4.test 80
    await grep -qs 'v4.test' rows || fail "top has no name: $(tail -n 1 rows)"
    kill -TERM "${pids[-1]}"
    stop_trace
    check
    "$tpconnect" top --replay record -o json >replayed 2>messages || fail "no replay: $(cat messages)"
    for file in rows replayed; do
        [[ $(jq -c "$rows" "$file" | sort -u) == '["v4.test","process"]' ]] ||
            fail "$file: $(jq -c "$rows" "$file" | sort -u)"
        keep_lines "$file"
    done
}

case_dns_said() { # docs/spec.md, 7: what is asked for and cannot be, or has no room, is said
    run_traced list --by name --netns "$a"
    [[ $status -eq 0 ]] || fail "list: $status, $(cat messages)"
    grep -q 'top --dns' messages || fail "list: $(cat messages)"
    run_traced --dns -o table --netns "$a" -t 0.2s
    [[ $status -eq 0 ]] || fail "table: $status, $(cat messages)"
    grep -q 'has no room for names' messages || fail "table: $(cat messages)"
    grep -qE 'names (are by answers of port 53|stay unknown)' messages || fail "at the start: $(cat messages)"
    grep -qE '^tpconnect: sent=.* dns_unread=[0-9]+$' messages || fail "at the end: $(cat messages)"
    run_traced --netns "$a" -t 0.2s
    ! grep -qE 'names|dns' messages || fail "nobody asked for names: $(cat messages)"
}
