# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Every way into the kernel that is not a plain connect(2).

case_compat() { # 12
    serve "$b" 10.99.0.2 80 fd00:99::2 80
    trace
    trigger compat connect established 10.99.0.2 80
    trigger compat socketcall established fd00:99::2 80
    trigger compat connect ECONNREFUSED 10.99.0.2 81
    trigger compat socketcall ECONNREFUSED 10.99.0.2 82
    stop_trace
    check
}

case_x32() { # 12
    serve "$b" 10.99.0.2 80
    trace
    trigger compat x32 established 10.99.0.2 80
    trigger compat x32 ECONNREFUSED 10.99.0.2 81
    stop_trace
    check
}

case_io_uring() { # 13
    local how

    serve "$b" 10.99.0.2 80 fd00:99::2 80
    trace
    for how in inline async sqpoll; do
        trigger uring "$how" established 10.99.0.2 80
        trigger uring "$how" established fd00:99::2 80
        trigger uring "$how" ECONNREFUSED 10.99.0.2 81
    done
    stop_trace
    check
}

case_fastopen_send() { # 14
    sysctl_in "$a" net.ipv4.tcp_fastopen=3
    sysctl_in "$b" net.ipv4.tcp_fastopen=3
    serve "$b" -f 10.99.0.2 80
    trace
    trigger fastopen sendto none 10.99.0.2 80
    trigger fastopen sendto cookie 10.99.0.2 80
    trigger fastopen sendmsg cookie 10.99.0.2 80
    stop_trace
    check
}

case_fastopen_connect() { # 15
    sysctl_in "$a" net.ipv4.tcp_fastopen=3
    sysctl_in "$b" net.ipv4.tcp_fastopen=3
    serve "$b" -f 10.99.0.2 80
    within "$a" "$triggers/fastopen" sendto none 10.99.0.2 80 >/dev/null || fail "no first cookie"
    await server_saw 1 || fail "the server has not accepted"
    : >accepted
    trace
    trigger fastopen deferred cookie 10.99.0.2 80
    stop_trace
    check opens=1
    took_between established 200 20000
    grep '"tcp.established"' record | grep -q '"tpconnect.deferred":true' ||
        fail "not flagged as deferred: $(grep established record)"
}

case_fastopen_unsent() { # 15
    sysctl_in "$a" net.ipv4.tcp_fastopen=3
    sysctl_in "$b" net.ipv4.tcp_fastopen=3
    serve "$b" -f 10.99.0.2 80
    within "$a" "$triggers/fastopen" sendto none 10.99.0.2 80 >/dev/null || fail "no first cookie"
    trace
    trigger fastopen unsent cookie 10.99.0.2 80
    stop_trace
    check opens=0 uncounted=1 accepted=false
}

# B accepts MPTCP connections, and both sides let them have more subflows.
serve_mptcp() {
    ip -n "$a" address add 10.99.0.11/24 dev veth0
    ip -n "$b" address add 10.99.0.12/24 dev veth0
    within "$a" ip mptcp limits set subflow 4 add_addr_accepted 2 || skip "this kernel, or its ip, has no MPTCP"
    within "$b" ip mptcp limits set subflow 4 add_addr_accepted 2
    nsenter --net="/run/netns/$b" "$triggers/mptcp" serve 0.0.0.0 80 2>mptcp_server &
    pids+=($!)
    await grep -qs listening mptcp_server || skip "$(cat mptcp_server)"
}

case_mptcp() { # 16
    serve_mptcp
    within "$a" ip mptcp endpoint add 10.99.0.11 dev veth0 subflow
    trace
    trigger mptcp 10.99.0.2 80 10.99.0.11
    stop_trace
    check accepted=false
}

# mptcp_before hold|lend: an MPTCP connection of before tracing begins.
mptcp_before() {
    serve_mptcp
    nsenter --net="/run/netns/$a" "$triggers/mptcp" "$1" 10.99.0.2 80 10.99.0.11 10.99.0.12 \
        >>expected 2>holder 0<>endless &
    pids+=($!)
    await grep -qs connected holder || fail "no connection: $(cat holder)"
}

# Further subflows: one by `ip`, in its own context; one by a kworker, as B tells its address.
add_subflows() {
    within "$a" ip mptcp endpoint add 10.99.0.11 dev veth0 subflow
    wait_for 1 established
    within "$b" ip mptcp endpoint add 10.99.0.12 dev veth0 signal
    wait_for 2 established
}

# mptcp_trace FILE OPTION...: one more tpconnect; returns when it is attached.
mptcp_trace() {
    local file="$1"
    shift

    "$tpconnect" --netns "$a" -e all,-close -o json -w "$file" "$@" 2>>messages &
    pids+=($!)
    tracers+=($!)
    await grep -qs '"tpconnect.start"' "$file" || fail "it did not start: $(cat messages)"
}

# Whoever holds the descriptor owns the connection, and is who the filters ask for.
case_mptcp_of_before() { # 16, 34
    local tracers=() file owner

    mptcp_before hold
    owner="${pids[-1]}"
    make_cgroup
    mkdir -p "$cgroup/of/it" "$cgroup/other"
    echo "$owner" >"$cgroup/of/it/cgroup.procs"
    mptcp_trace unwanted.name -C ip
    mptcp_trace unwanted.user -u 4321
    mptcp_trace unwanted.pid -p $$
    mptcp_trace unwanted.command -- sleep 60
    mptcp_trace unwanted.cgroup --cgroup "$cgroup/other"
    trace -e all,-close -C mptcp --cgroup "$cgroup" -u 0 -p "$owner"
    add_subflows
    stop_trace
    check accepted=false opens=2
    of_no_other_image mptcp
    kill -TERM "${tracers[@]}"
    await all_gone "${tracers[@]}" || fail "they did not end: $(cat messages)"
    for file in unwanted.*; do
        [[ $(grep -c '"tpconnect.events.sent":0,' "$file") -eq 1 ]] || fail "$file: $(cat "$file")"
    done
}

case_mptcp_pending_before() { # 16, 34: its result is that of no lost attempt
    serve_mptcp
    peer_is_away
    before mptcp 10.99.0.2 80
    await pending 1 || fail "the attempt is not pending"
    trace
    peer_is_back
    await test -s before || fail "it was not established"
    stop_trace
    check accepted=false opens=0
}

# The subflow that names the owner is not of the network that is asked for. A second tracer asks for
# another user: that the owner is not wanted holds for all subflows, in a kworker as well.
case_mptcp_filtered() { # 16, 33
    local tracers=()

    serve_mptcp
    mptcp_trace unwanted -u 4321
    trace -e all,-close -d 10.99.0.12
    nsenter --net="/run/netns/$a" "$triggers/mptcp" hold 10.99.0.2 80 10.99.0.11 10.99.0.12 \
        >held 2>holder 0<>endless &
    pids+=($!)
    await grep -qs connected holder || fail "no connection: $(cat holder)"
    within "$b" ip mptcp endpoint add 10.99.0.12 dev veth0 signal
    wait_for 1 established
    stop_trace
    grep '"10.99.0.12"' held >expected
    check accepted=false opens=1
    kill -TERM "${tracers[@]}"
    await all_gone "${tracers[@]}" || fail "it did not end: $(cat messages)"
    [[ $(grep -c '"tpconnect.events.sent":0,' unwanted) -eq 1 ]] || fail "not wanted: $(cat unwanted)"
    of_no_other_image mptcp
}

# of_no_other_image TRIGGER: where it is not known, nothing is said of it.
of_no_other_image() {
    jq -r '."process.executable.path" // empty' record | sort -u >images
    [[ ! -s images || $(cat images) == "$triggers/$1" ]] || fail "of another image: $(cat images)"
}

case_mptcp_of_nobody() { # 16, 34: nobody can know whose it is, and nobody is invented
    mptcp_before lend
    trace -e all,-close
    text_trace
    add_subflows
    stop_text_trace
    stop_trace
    check accepted=false opens=2
    grep -qE '^[^ ]+ pid=0 proto=6 dst=10.99.0.12:80 src=10.99.0.1:[0-9]+ event=established' text ||
        fail "the text invents somebody: $(cat text)"
}

case_mptcp_fallback() { # 16
    # The peer knows no MPTCP: one subflow, which goes on as plain TCP.
    serve "$b" 10.99.0.2 80
    trace
    trigger mptcp 10.99.0.2 80
    stop_trace
    check
}

case_faults() { # docs/spec.md, T1
    serve "$b" 10.99.0.2 80
    # By process: memory that only looks like a socket's names no network namespace.
    # shellcheck disable=SC2016 # for the inner shell
    trace_shell '"$triggers/faults" 10.99.0.2 80'
    check
}

case_reuse() { # docs/spec.md, T1
    serve "$b" 10.99.0.2 80 fd00:99::2 80
    trace
    trigger reuse 10.99.0.2 80 81
    trigger reuse fd00:99::2 80 81
    stop_trace
    check
}

case_any_address() { # docs/spec.md, T4
    serve "$a" 127.0.0.1 80 ::1 80
    trace
    trigger connect established 0.0.0.0 80
    trigger connect established :: 80
    stop_trace
    check
    grep -q '"tpconnect.requested.address":"0.0.0.0"' record || fail "the request is not shown"
}

case_self_connect() { # docs/spec.md, 2: an attempt is established without a listener
    trace
    trigger special self 127.0.0.1 7777
    stop_trace
    check accepted=false
}

case_repair() { # docs/spec.md, T3
    trace
    trigger special repair 10.99.0.2 80
    stop_trace
    check accepted=false uncounted=1
}

# Where cgroups of version 2 are; nothing if they are not mounted.
cgroup_root() { awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts; }

# A cgroup of the case's own; case_cleanup removes it. Its path goes to $cgroup.
make_cgroup() {
    cgroup="$(cgroup_root)"
    [[ -n $cgroup ]] || skip "cgroup2 is not mounted"
    cgroup="$cgroup/$run_id"
    mkdir "$cgroup"
}

case_cgroup_denies() { # 21
    make_cgroup
    trace
    trigger deny cgroup 10.99.0.2 80 "$cgroup"
    stop_trace
    check
}

case_cgroup_rewrites() { # docs/spec.md, T4
    make_cgroup
    serve "$a" 127.0.0.1 80
    trace
    trigger deny rewrite 10.99.0.2 81 "$cgroup"
    stop_trace
    check
    grep -q '"tpconnect.requested.address":"10.99.0.2"' record || fail "the request is not shown"
}

case_landlock_denies() { # 21
    trace
    trigger deny landlock 10.99.0.2 80
    stop_trace
    check
}

case_seccomp_denies() { # 21
    trace
    trigger deny seccomp 10.99.0.2 80
    trigger deny seccomp fd00:99::2 80
    trigger deny kill 10.99.0.2 80
    stop_trace
    check
}
