# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh sets
# What the cases are written in. Sourced by run.sh, which sets $tpconnect, $triggers, $here, and for
# each case $case_dir (the current directory) and $since.
#
# In the current directory, a case has: record (what tpconnect wrote), messages (its stderr),
# stdout, expected (what the triggers promise), accepted (what the servers saw).

SKIPPED=77
# No step of a case may take longer.
STEP_SECONDS=60

fail() {
    printf '%s\n' "$*"
    trap - ERR
    exit 1
}

skip() {
    printf '%s\n' "$*"
    trap - ERR
    exit "$SKIPPED"
}

# A security policy may refuse iterators over maps, and nothing else: docs/limits.md.
needs_map_iterators() {
    ! "$tpconnect" doctor | grep -q '^WARN *iterator bpf_map_elem *refused' ||
        skip "a security policy refuses iterators over maps"
}

now() { date -u +%Y-%m-%dT%H:%M:%S.%NZ; }

# await COMMAND...: until it succeeds, for 10 s at most.
await() {
    local _

    for _ in {1..500}; do
        "$@" && return 0
        sleep 0.02
    done
    return 1
}

# --- network -----------------------------------------------------------------------------------

# A (10.99.0.1, fd00:99::1) and B (10.99.0.2, fd00:99::2), joined by a pair of veth.
case_setup() {
    a="$run_id-a" b="$run_id-b"
    pids=()
    make_namespace "$a"
    make_namespace "$b"
    ip -n "$a" link add veth0 type veth peer name veth0 netns "$b"
    give_addresses "$a" 1
    give_addresses "$b" 2
    touch record messages stdout expected accepted
    # Input that never ends, opened as 0<>endless: its reader keeps it open for writing as well.
    mkfifo endless
}

# It can be turned off at boot; a few cases can do without.
has_ipv6() { [[ -e /proc/sys/net/ipv6 ]]; }

make_namespace() {
    ip netns add "$1"
    ! has_ipv6 || sysctl_in "$1" net.ipv6.conf.default.accept_dad=0
    ip -n "$1" link set lo up
}

give_addresses() {
    ip -n "$1" address add "10.99.0.$2/24" dev veth0
    ! has_ipv6 || ip -n "$1" address add "fd00:99::$2/64" dev veth0 nodad
    ip -n "$1" link set veth0 up
}

# Who is in that namespace; but not tpconnect: that of another case may just be looking into it, and the
# case's own is in pids.
pids_in() {
    local pid

    for pid in $(ip netns pids "$1"); do
        [[ $(cat "/proc/$pid/comm" 2>/dev/null) == tpconnect ]] || echo "$pid"
    done
}

# Everything in these namespaces was started by the case; the rest is in pids.
case_cleanup() {
    local name pid

    trap - ERR
    set +e
    for pid in "${pids[@]}"; do
        kill -CONT "$pid" 2>/dev/null
        kill -KILL "$pid" 2>/dev/null
    done
    for name in $(ip netns list | sed -n "s/^\($run_id-[^ ]*\).*/\1/p"); do
        for pid in $(pids_in "$name"); do
            kill -KILL "$pid" 2>/dev/null
        done
        ip netns delete "$name"
    done
    if mountpoint -q full; then
        fsfreeze -u full
        umount -l full
    fi
    # What is pinned there goes with it.
    ! mountpoint -q bpffs || umount -l bpffs
    for name in ${cgroup:+"$cgroup"} ${cgroup1:+"$cgroup1"}; do
        await find "$name" -depth -type d -exec rmdir {} +
    done
    wait
} 2>/dev/null

# within NAMESPACE COMMAND...: /sys stays what it is, unlike with ip netns exec.
within() {
    local name="$1"
    shift

    timeout "$STEP_SECONDS" nsenter --net="/run/netns/$name" "$@"
}

netns_inode() { stat -L -c %i "/run/netns/$1"; }

# sysctl_in NAMESPACE NAME=VALUE...
sysctl_in() {
    local name="$1"
    shift

    nsenter --net="/run/netns/$name" sysctl -qw "$@"
}

# rule_in NAMESPACE HOOK RULE: one rule of nftables for a hook (input or output), in the place of
# any other there; an empty one lets everything pass.
rule_in() {
    within "$1" nft -f - <<-RULES
	table inet live {
	    chain $2 {
	        type filter hook $2 priority 0;
	    }
	}
	flush chain inet live $2
	table inet live {
	    chain $2 {
	        $3
	    }
	}
	RULES
}

# SYNs that leave A are counted from now on; syns_sent says how many there were.
count_syns() {
    within "$a" nft -f - <<-'RULES'
	table inet syns {
	    counter sent {
	    }
	    chain out {
	        type filter hook postrouting priority 300;
	        tcp flags & (syn | ack) == syn counter name sent
	    }
	}
	RULES
}

syns_sent() {
    within "$a" nft -j list counter inet syns sent | jq '.nftables[].counter.packets // empty'
}

# Attempts in A stay pending, as B does not tell its address, until peer_is_back. A asks for it once
# a second, and would give up after three times.
peer_is_away() {
    sysctl_in "$a" net.ipv4.neigh.veth0.mcast_solicit="$STEP_SECONDS"
    ip -n "$b" link set veth0 arp off
}

# B asks for the address of A, so that A learns that of B at once, and no SYN is sent again.
peer_is_back() {
    ip -n "$b" link set veth0 arp on
    await neighbours || fail "the address of B is not known in A"
}

neighbours() {
    within "$b" bash -c 'echo >/dev/udp/10.99.0.1/9' 2>/dev/null || true
    ip -n "$a" neighbour show 10.99.0.2 | grep -q lladdr
}

attempt_is_pending() { [[ $(within "$a" ss -Htn state syn-sent | wc -l) -ge 1 ]]; }

# pending_for SECONDS COMMAND...: run it when an attempt has been pending in A for so long. Meant for
# the background: however late a trigger starts on a busy host, its attempt waits.
pending_for() {
    local seconds="$1"
    shift

    await attempt_is_pending || return 0
    sleep "$seconds"
    "$@"
}

# A counter of /proc/net/snmp's Tcp lines, and one of /proc/net/netstat's TcpExt lines.
tcp_counter() { kernel_counter "$1" Tcp: "$2" /proc/net/snmp; }
tcp_ext_counter() { kernel_counter "$1" TcpExt: "$2" /proc/net/netstat; }

# kernel_counter NAMESPACE GROUP NAME FILE
kernel_counter() {
    # shellcheck disable=SC2016 # for awk
    within "$1" awk -v group="$2" -v name="$3" '
        $1 == group && !column { for (i = 2; i <= NF; i++) if ($i == name) column = i; next }
        $1 == group { print $column }' "$4"
}

# --- programs ----------------------------------------------------------------------------------

# serve NAMESPACE [-r] ADDR PORT...: a server that logs whom it has accepted.
serve() {
    local name="$1" log="server.${#pids[@]}"
    shift

    nsenter --net="/run/netns/$name" "$triggers/accept" "$@" >>accepted 2>"$log" &
    pids+=($!)
    await grep -qs listening "$log" || fail "the server did not start: $(cat "$log")"
}

# unexpected NAMESPACE OUTCOME ADDR PORT: a connection that must not show.
unexpected() {
    local name="$1"
    shift

    within "$name" "$triggers/connect" "$@" >/dev/null || fail "the connection to hide failed"
}

# trigger NAME ARGUMENT...: run it in A; what it prints is what must be in the record.
trigger() {
    local program="$1" status=0
    shift

    within "$a" "$triggers/$program" "$@" >>expected 2>trigger_messages || status=$?
    [[ $status -ne $SKIPPED ]] || skip "$(cat trigger_messages)"
    [[ $status -eq 0 ]] || fail "trigger $program $* failed ($status): $(cat trigger_messages)"
}

# trigger_background NAME ARGUMENT...: likewise, until the case ends; its pid goes to $!.
trigger_background() {
    local program="$1"
    shift

    nsenter --net="/run/netns/$a" "$triggers/$program" "$@" >>expected &
    pids+=($!)
}

# trace OPTION...: start tpconnect, outside of A but for A; returns when it is attached.
trace() {
    trace_raw --netns "/run/netns/$a" -e all -o json -w record "$@"
    await grep -qs '"tpconnect.start"' record || fail "tpconnect did not start: $(cat messages)"
}

trace_raw() {
    "$tpconnect" "$@" >>stdout 2>>messages &
    tracer=$!
    pids+=("$tracer")
}

gone() { ! kill -0 "$1" 2>/dev/null; }

all_gone() {
    local pid

    for pid; do
        gone "$pid" || return 1
    done
}

# Waits for tpconnect's end and demands its exit status.
trace_ends() {
    local want="$1" status=0

    await gone "$tracer" || fail "tpconnect did not end"
    wait "$tracer" || status=$?
    [[ $status -eq $want ]] ||
        fail "tpconnect's exit status: expected $want, got $status; it said: $(cat messages)"
}

# run_traced OPTION...: tpconnect in the foreground; its exit status goes to $status.
run_traced() {
    status=0
    timeout "$STEP_SECONDS" "$tpconnect" "$@" >stdout 2>messages || status=$?
}

stop_trace() {
    kill -TERM "$tracer"
    trace_ends 0
}

# faulty_object FAULT...: a copy of the BPF object that was built with tpconnect, with these faults
# (enum fault of contract/config.h, in small letters, or overflow=N); its path goes to $object.
faulty_object() {
    object="$case_dir/faulty.o"
    [[ -e ${tpconnect%/*}/connect.bpf.o ]] || skip "there is no connect.bpf.o beside $tpconnect"
    "$triggers/faulty" "${tpconnect%/*}/connect.bpf.o" "$object" "$@" 2>faulty_messages ||
        fail "$(cat faulty_messages)"
}

# --- comparison --------------------------------------------------------------------------------

# check [NAME=VALUE...]: compares the record with everything that is known. Names (compare.jq):
# uncounted  attempts that the kernel's own counter of attempts leaves out (default 0)
# accepted   false: the servers' logs do not tell all (default true)
# expected   false: the triggers do not tell all (default true)
# lossless   false: only the books must balance (default true)
# retries    how many retry events there must be, where the triggers do not say (default: they do)
# netns      null: the events are of more than one namespace
# whole      false: not every kind of event was asked for (default true)
# opens      how many attempts the kernel has counted (default: as it says)
check() {
    local facts

    only_names "uncounted opens accepted expected lossless retries netns whole" "$@"
    # In JSON, what is said later counts. jq is not asked: it takes a second to start in an emulated VM.
    facts="$(printf '{"since": "%s", "until": "%s", "netns": %d, "opens": %d' \
        "$since" "$(now)" "$(netns_inode "$a")" "$(tcp_counter "$a" ActiveOpens)")"
    facts+=', "uncounted": 0, "accepted": true, "expected": true, "lossless": true, "whole": true'
    facts+=", \"retries\": null$(for_json "$@")}"
    [[ " $* " == *" accepted=false "* ]] ||
        await accepted_is_complete || true # compare.jq says what is missing
    iconv -f UTF-8 -t UTF-8 record >/dev/null || fail "the record is not UTF-8"
    [[ ! -s stdout ]] || fail "something on stdout: $(head -n 3 stdout)"
    # All lines come out of the same code: of a flood, these are enough.
    (head -n 2000 record && tail -n +2001 record | tail -n 1000) >some
    compare keys.jq "$facts" some
    compare compare.jq "$facts" record
    keep_lines some
}

# keep_lines FILE: two lines of each kind in it, by their keys and their values without digits, for the
# schema: all cases together, as Python takes long to start.
keep_lines() {
    awk -v from="${case_dir##*/}: " '
        { kind = $0; gsub(/:("[^"]*[0-9][^"]*"|[0-9]+)/, "", kind) }
        seen[kind]++ < 2 { print from $0 }' "$1" >>"$case_dir.lines"
}

# only_names NAMES NAME=VALUE...: a mistyped name would change nothing, and so must not pass.
only_names() {
    local option names="$1"
    shift

    for option; do
        [[ " $names " == *" ${option%%=*} "* ]] || fail "'$option': there is no such name, only $names"
        case "$option" in
        accepted=* | expected=* | lossless=* | whole=*)
            [[ ${option#*=} == true || ${option#*=} == false ]] || fail "'$option': neither true nor false"
            ;;
        esac
    done
}

# for_json NAME=VALUE...
for_json() {
    local option

    for option; do
        printf ', "%s": %s' "${option%%=*}" "${option#*=}"
    done
}

# A server may accept a little later than its peer has connected.
accepted_is_complete() { [[ $(wc -l <accepted) -ge $(grep -c '"tcp.established"' record) ]]; }

compare() {
    local problems

    problems="$(jq -nr --slurpfile record "$3" --slurpfile expected expected \
        --slurpfile accepted accepted --argjson facts "$2" -f "$here/$1")" ||
        fail "the record is not JSON, or what it is compared with is not"
    [[ -z $problems ]] || fail "$problems"
}

# wait_for N EVENT: until the record has so many.
wait_for() {
    local n="$1" name="$2"

    await enough_of "$n" "$name" ||
        fail "expected $n $name in the record, got $(grep -c "\"tcp.$name\"" record)"
}

enough_of() { [[ $(grep -c "\"tcp.$2\"" record) -ge $1 ]]; }
