# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Who made the attempt.

case_inherited_socket() { # 20
    serve "$b" 10.99.0.2 80
    trace
    trigger inherit fork 10.99.0.2 80
    trigger inherit pass 10.99.0.2 80
    stop_trace
    check
}

case_thread() { # docs/spec.md, T5
    serve "$b" 10.99.0.2 80
    trace
    trigger thread plain 10.99.0.2 80
    trigger thread orphan 10.99.0.2 80
    stop_trace
    check
    # Of both connections, the attempt and its result.
    [[ $(grep -c 'executable.name":"leader","thread.name":"worker of it"' record) -ge 4 ]] ||
        fail "the names of leader and thread are not both there: $(cat record)"
}

case_renamed() { # docs/spec.md, T5
    serve "$b" 10.99.0.2 80
    rule_in "$b" input "tcp dport 80 drop"
    count_syns
    trace
    pending_for 0.2 rule_in "$b" input "" &
    trigger thread rename 10.99.0.2 80
    stop_trace
    [[ $(syns_sent) -gt 1 ]] || fail "no SYN was lost: there was no time for a new name"
    check retries=$(($(syns_sent) - 1))
}

# A copy of a trigger that any user can run; its path goes to $copy.
copy_for_all() {
    chmod 711 "$work" "$case_dir"
    install -m 755 "$triggers/$1" "$1"
    copy="$case_dir/$1"
}

case_user() { # docs/spec.md, T5
    copy_for_all connect
    trace
    within "$a" setpriv --reuid=1234 --regid=1234 --clear-groups "$copy" ECONNREFUSED 10.99.0.2 81 \
        >expected || fail "trigger failed"
    # Real user root, effective user 1235: the effective one counts.
    within "$a" setpriv --euid=1235 --egid=1235 --clear-groups "$copy" ECONNREFUSED 10.99.0.2 82 \
        >>expected || fail "trigger failed"
    stop_trace
    check
    grep -q '"process.user.id":1235' expected || fail "the effective user did not change"
}

case_container() { # 30
    local outer inner

    make_cgroup
    copy_for_all connect
    trace
    # As a container's process is: it sees itself as root and pid 1 of its own little world.
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$a" sh -c 'echo 0 >"$1"; shift; exec "$@"' sh "$cgroup/cgroup.procs" \
        setpriv --reuid=1234 --regid=1234 --clear-groups \
        unshare --user --map-root-user --pid --fork --mount --mount-proc --uts --ipc --cgroup \
        "$copy" -w 3000 ECONNREFUSED 10.99.0.2 81 >inner 2>unshare_messages &
    outer=$!
    pids+=("$outer")
    await grep -qs ECONNREFUSED inner || skip "unshare: $(cat unshare_messages)"
    inner="$(pgrep -P "$outer")"
    [[ $(jq '."process.pid"' inner) -eq 1 ]] || fail "it is not pid 1 in its own namespace"
    jq -c --argjson pid "$inner" --argjson parent "$outer" --arg cgroup "$(stat -c %i "$cgroup")" '
        ."process.pid" = $pid | ."thread.id" = $pid | ."process.parent_pid" = $parent |
        ."process.user.id" = 1234 | ."process.real_user.id" = 1234 | ."tpconnect.cgroup.id" = $cgroup |
        ."process.linux.cgroup" = $path' --arg path "/$run_id" inner >expected
    stop_trace
    check
}

case_same_tuple() { # 29
    local name n=0

    # Two more namespaces with the addresses of A and B, and the same ports at both ends.
    make_namespace "$run_id-c"
    make_namespace "$run_id-d"
    ip -n "$run_id-c" link add veth0 type veth peer name veth0 netns "$run_id-d"
    give_addresses "$run_id-c" 1
    give_addresses "$run_id-d" 2
    serve "$b" 10.99.0.2 31529
    serve "$run_id-d" 10.99.0.2 31529
    trace_raw -P 31529 -e all -o json -w record
    await grep -qs '"tpconnect.start"' record || fail "tpconnect did not start: $(cat messages)"
    for name in "$a" "$run_id-c"; do
        sysctl_in "$name" net.ipv4.ip_local_port_range="45678 45678"
        nsenter --net="/run/netns/$name" "$triggers/connect" -w 20000 established 10.99.0.2 31529 \
            >>expected &
        pids+=($!)
        n=$((n + 1))
        wait_for "$n" established
    done
    stop_trace
    check opens=2 netns=null
    [[ $(jq -r 'select(."event.name" == "tcp.established") | "\(."network.local.port")"' record |
        uniq -c | awk '{ print $1 }') == 2 ]] || fail "the ports are not the same: $(cat record)"
}

case_before_start() { # 34
    # Connected, pending and blocked in connect(2) when tracing begins; then all of them end.
    serve "$b" 10.99.0.2 80
    rule_in "$b" input "tcp dport 81-83 drop"
    before connect -w 4000 established 10.99.0.2 80
    before connect ECONNREFUSED 10.99.0.2 81
    before nonblock refused 10.99.0.2 82
    before connect established 10.99.0.2 83
    await pending 3 || fail "the attempts are not pending"
    trace
    serve "$b" 10.99.0.2 83
    rule_in "$b" input ""
    await ended || fail "not all have ended: $(cat before)"
    stop_trace
    check opens=0 accepted=false
}

# What is in flight in a UNIX socket is in no process's descriptor table.
case_before_start_in_no_table() { # 34
    peer_is_away
    before inherit hidden 10.99.0.2 80
    await pending 1 || fail "the attempt is not pending"
    trace
    kill -KILL "${pids[-2]}" # of those behind it, the last is the tracer
    await pending 0 || fail "the attempt has not ended"
    stop_trace
    check opens=0 accepted=false
}

before() {
    local program="$1"
    shift

    nsenter --net="/run/netns/$a" "$triggers/$program" "$@" >>before &
    pids+=($!)
}

pending() { [[ $(within "$a" ss -Htn state syn-sent | wc -l) -eq $1 ]]; }

ended() { [[ $(wc -l <before) -eq 4 && $(within "$a" ss -Htn exclude time-wait | wc -l) -eq 0 ]]; }
