# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# The truth of what is open now, in every way: what `tpconnect list` says of it, what who made it knows, and
# what ss says. How people ask: list.sh.

# --- help --------------------------------------------------------------------------------------

# What triggers/open.c needs that a packet meets.
open_network() {
    sysctl_in "$a" net.ipv4.tcp_fastopen=0x207
    rule_in "$a" input "tcp dport 90 meta length > 1000 drop
        tcp dport 91 tcp flags & fin == fin drop
        tcp dport 92 drop"
}

# open_trigger NAMESPACE FILE PROGRAM ARGUMENT...: until the case ends; its pid goes to $opener, what it
# prints to the file, and what it says of itself to FILE.said.
open_trigger() {
    local name="$1" file="$2" program="$3"
    shift 3

    nsenter --net="/run/netns/$name" "$triggers/$program" "$@" >"$file" 2>"$file.said" 0<>endless &
    opener=$!
    pids+=("$opener")
    await_open "$file.said"
}

# await_open FILE: until the trigger says there that all is open.
await_open() {
    local status=0 _

    for _ in {1..6}; do # very many take their time
        ! await open_or_gone "$1" || break
    done
    ! grep -qs '^open$' "$1" || return 0
    gone "$opener" || fail "the trigger does not come to an end: $(cat "$1")"
    wait "$opener" || status=$?
    [[ $status -ne $SKIPPED ]] || skip "$(cat "$1")"
    fail "the trigger failed: $(cat "$1")"
}

open_or_gone() { grep -qs '^open$' "$1" || gone "$opener"; }

# open_all [-WAY...] or open_all WAY...: in A.
open_all() {
    open_network
    open_trigger "$a" expected open "$@"
}

# What only some kernels or hosts have, and has cases of its own.
open_everywhere() { open_all -mptcp -registered -ipv6 -ipv4-mapped -nobodys-netns; }

# list_open OPTION...: what tpconnect says, as lines of JSON in `listed`.
list_open() {
    "$tpconnect" list -o json "$@" >listed 2>list_messages || fail "list $*: $(cat list_messages)"
    keep_lines listed
}

# compare_open [FILTER]: what is listed, with what the trigger knows, or that part of it.
compare_open() {
    local problems

    jq -c "${1:-.}" expected >wanted
    problems="$(jq -nr --slurpfile events listed --slurpfile expected wanted -f "$here/open.jq")"
    [[ -z $problems ]] || fail "$problems"
    compare keys.jq '{}' listed
}

# ss_sockets: of each socket in A, in the words of the output. A FIN is no payload; what waits for its time
# to be over is no connection.
ss_sockets() {
    within "$a" ss -tnaieOH | awk '
        function value(name,    i) {
            for (i = 6; i <= NF; i++)
                if (index($i, name ":") == 1)
                    return substr($i, length(name) + 2)
            return 0
        }
        function address(text) {
            sub(/:[^:]*$/, "", text)
            gsub(/^\[|\]$/, "", text)
            sub(/^::ffff:/, "", text)
            return text
        }
        function port(text) { sub(/.*:/, "", text); return text + 0 }
        function retransmits(text) { sub(/.*\//, "", text); return text + 0 }
        BEGIN {
            split("ESTAB established SYN-SENT syn_sent FIN-WAIT-1 fin_wait_1 FIN-WAIT-2 fin_wait_2 " \
                "CLOSE-WAIT close_wait LAST-ACK last_ack CLOSING closing LISTEN listen", words)
            for (i = 1; i in words; i += 2)
                names[words[i]] = words[i + 1]
        }
        !($1 in names) { next }
        {
            printf "{\"network.connection.state\":\"%s\"", names[$1]
            printf ",\"network.local.address\":\"%s\",\"network.local.port\":%d", address($4), port($4)
            if ($1 == "LISTEN") {
                print "}"
                next
            }
            printf ",\"network.peer.port\":%d", port($5)
            printf ",\"tpconnect.bytes_sent\":%d", value("bytes_sent") - value("bytes_retrans")
            printf ",\"tpconnect.bytes_received\":%d", value("bytes_received") - ($1 ~ /CLOSE-WAIT|LAST-ACK|CLOSING/)
            printf ",\"tpconnect.retransmits\":%d", retransmits(value("retrans"))
            if (value("rtt"))
                printf ",\"tpconnect.rtt_us\":%d", int(value("rtt") * 1000 + 0.5)
            print "}"
        }'
}

# compare_ss: what is listed, with what ss said before and after.
compare_ss() {
    local problems

    problems="$(jq -nr --slurpfile events listed --slurpfile before before --slurpfile after after \
        -f "$here/open_ss.jq")"
    [[ -z $problems ]] || fail "$problems"
}

# --- what is open now --------------------------------------------------------------------------

case_open_ways() { # 35
    local _

    open_everywhere
    for _ in 1 2; do
        ss_sockets >before
        list_open --all --netns "/run/netns/$a"
        ss_sockets >after
        compare_open
        compare_ss
    done
    list_open --netns "/run/netns/$a"
    compare_open "select((.\"tpconnect.direction\" == \"out\" or .or_unknown) and .\"tpconnect.holders\" > 0)"
}

# What these cases compare with must notice when something listed is wrong: likewise case_comparison.
case_open_comparison() { # 35
    local change

    open_all established orphaned attempt
    ss_sockets >before
    list_open --all --netns "/run/netns/$a"
    ss_sockets >after
    compare_open
    compare_ss
    cp listed good
    while read -r change; do
        jq -c "$change" good >listed
        ! cmp -s good listed || fail "changes nothing: $change"
        ! (compare_open) >/dev/null || fail "not noticed: $change"
    done <<-'CHANGES'
	if ."network.connection.state" == "established" then empty else . end
	if ."network.connection.state" == "established" then ., . else . end
	if ."network.connection.state" == "listen" then empty else . end
	if ."network.connection.state" == "listen" then ., ."network.local.port" += 1 else . end
	if ."network.connection.state" == "listen" then ."tpconnect.direction" = "in" else . end
	if ."tpconnect.direction" == "out" then ."tpconnect.direction" = "in" else . end
	if ."tpconnect.direction" == "in" then ."tpconnect.direction" = "unknown" else . end
	if ."tpconnect.holders" == 1 then ."tpconnect.holders" = 2 else . end
	if ."tpconnect.holders" == 1 then ."process.pid" += 1 else . end
	if ."tpconnect.holders" == 1 then ."tpconnect.fd" += 1 else . end
	if ."tpconnect.holders" == 0 then ."process.pid" = 1 else . end
	if ."network.connection.state" == "fin_wait_1" then ."network.connection.state" = "fin_wait_2" else . end
	."tpconnect.netns" += 1
	."tpconnect.bytes_sent" += 1
	."tpconnect.bytes_received" += 1
	."tpconnect.bytes_unacked" = 1
	CHANGES
    for change in '."tpconnect.rtt_us" += 1' '."tpconnect.bytes_sent" += 1' 'select(."tpconnect.fd" != 5)' \
        '."tpconnect.retransmits" = 77' '."network.connection.state" = "closing"' \
        '., ."network.local.port" += 1'; do
        jq -c "$change" good >listed
        ! (compare_ss) >/dev/null || fail "not noticed: $change"
    done
}

# `ip netns pids NAME | xargs kill` ends all whose main thread is in the namespace, as this asks.
case_open_visited_by_a_thread() { # 35
    local lister asked=0 _

    open_all orphaned
    for _ in {1..10}; do
        "$tpconnect" list -o json --all --netns "/run/netns/$a" >listed 2>list_messages &
        lister=$!
        until gone "$lister"; do
            [[ ! /proc/$lister/ns/net -ef /run/netns/$a ]] || fail "the process is in the namespace"
            asked=$((asked + 1))
        done
        wait "$lister" || fail "list: $(cat list_messages)"
        compare_open # so it was there
    done
    [[ $asked -ge 100 ]] || fail "asked $asked times only"
}

case_open_mptcp() { # 35: its TCP connections are what is open
    local _

    open_all mptcp
    for _ in 1 2; do
        ss_sockets >before
        list_open --all --netns "/run/netns/$a"
        ss_sockets >after
        compare_open
        compare_ss
    done
}

# three_subflows: the process in A whose pid goes to $holder has an MPTCP connection of three, made each in
# another way.
three_subflows() {
    mptcp_before hold
    holder="${pids[-1]}"
    within "$a" ip mptcp endpoint add 10.99.0.11 dev veth0 subflow
    within "$b" ip mptcp endpoint add 10.99.0.12 dev veth0 signal
    await subflows_are 3 || fail "not three subflows: $(within "$a" ss -tn)"
}

subflows() {
    within "$1" ss -Htn state established | awk '{ sub(/%[^:]*/, "", $3); print $3, $4 }' | sort
}

subflows_are() { [[ $(subflows "$a" | wc -l) -eq $1 && $(subflows "$b" | wc -l) -eq $1 ]]; }

# subflows_of PID NAMESPACE DIRECTION FILE: each in the file once, by the same descriptor of the process; what
# is there is as ss says.
subflows_of() {
    jq -r --argjson pid "$1" --arg direction "$3" 'select(."process.pid" == $pid and
        ."tpconnect.holders" == 1 and ."tpconnect.direction" == $direction) |
        "\(."network.local.address"):\(."network.local.port") \(."network.peer.address"):\(."network.peer.port")"' \
        "$4" | sort >got
    subflows "$2" >want
    same want got
    [[ $(jq -s 'map(select(."tpconnect.direction" == "'"$3"'") | ."tpconnect.fd") | unique | length' "$4") -eq 1 ]] ||
        fail "not one descriptor: $(cat "$4")"
}

case_open_mptcp_subflows() { # 35: whoever holds the connection holds all of them
    local holder server options

    three_subflows
    server="${pids[0]}"
    for options in --all ""; do
        # shellcheck disable=SC2086 # words
        list_open $options --netns "/run/netns/$a"
        subflows_of "$holder" "$a" out listed
    done
    list_open --all --netns "/run/netns/$b"
    subflows_of "$server" "$b" in listed
    list_open -p "$holder"
    subflows_of "$holder" "$a" out listed
    list_open -p "$server"
    [[ ! -s listed ]] || fail "they are not another's: $(cat listed)"
}

case_open_ipv6() { # 35; docs/spec.md, T9
    has_ipv6 || skip "this host has no IPv6"
    open_all ipv6 ipv4-mapped
    ss_sockets >before
    list_open --all --netns "/run/netns/$a"
    ss_sockets >after
    compare_open
    compare_ss
    list_open --all --netns "/run/netns/$a" -4
    compare_open 'select(."network.type" == "ipv4")'
    list_open --all --netns "/run/netns/$a" -6
    compare_open 'select(."network.type" == "ipv6")'
}

case_open_in_io_uring() { # 35: no table of descriptors has it
    open_all registered
    list_open --all --netns "/run/netns/$a"
    compare_open
}

# The same addresses and ports in two namespaces, and a third that no process is in.
case_open_in_namespaces() { # 29, 35
    open_all established nobodys-netns
    mv expected expected.a
    open_trigger "$b" expected.b open established
    cat expected.a expected.b >expected
    list_open --all
    # Others may have many more.
    grep -E "\"tpconnect.netns\":($(jq -s 'map(."tpconnect.netns") | unique | join("|")' -r expected))[,}]" \
        listed >ours
    mv ours listed
    compare_open
}

# Neither tracefs nor a tracepoint is needed to list.
case_open_without_tracefs() { # 35
    open_all established half-closed
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount sh -ec '
        for place in /sys/kernel/tracing /sys/kernel/debug; do
            ! mountpoint -q "$place" || umount --lazy "$place"
        done
        exec "$@"' sh "$tpconnect" list --all -o json --netns "$(netns_inode "$a")" \
        >listed 2>list_messages || fail "list: $(cat list_messages)"
    compare_open
}

# Since the trigger says that it is open, nothing is sent but acknowledgements that wait a little.
case_open_idle() { # 35
    local from begin until

    from="$(uptime_ms)"
    open_all established
    begin="$(uptime_ms)"
    await has_passed_since "$begin" 600 || fail "the clock stands still"
    list_open --netns "/run/netns/$a"
    until="$(uptime_ms)"
    jq -e --argjson most $((until + 10 - from)) '."tpconnect.idle_ns" / 1000000 | . >= 300 and . <= $most' \
        listed >/dev/null || fail "not between 300 and $((until + 10 - from)) ms: $(cat listed)"
}

# To 10 ms.
uptime_ms() { awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime; }

has_passed_since() { [[ $(uptime_ms) -ge $(($1 + $2)) ]]; }

# --- more than anybody has ---------------------------------------------------------------------

free_megabytes() { awk '$1 == "MemAvailable:" { print int($2 / 1024) }' /proc/meminfo; }

case_open_many() { # 36
    [[ $stress_count -ge 20000 ]] || skip "LIVE_COUNT asks for less"
    [[ $(free_megabytes) -ge 2048 ]] || skip "100,000 sockets need more memory than is free"
    open_trigger "$a" made pairs 10 5000 80
    list_open --all --netns "/run/netns/$a"
    jq -r 'select(."network.connection.state" != "listen") |
        [."process.pid", ."network.local.address", ."network.local.port", ."network.peer.address",
            ."network.peer.port", ."tpconnect.direction", ."tpconnect.holders"] | join(" ")' listed | sort >got
    awk '{ print $0, $3 == 80 ? "in" : "out", 1 }' made | sort >want
    [[ $(wc -l <want) -eq 100000 ]] || fail "the trigger has $(wc -l <want) sockets"
    same want got
}

# The iterator gives up for a moment when it has nothing to say of 1,000,000 descriptors.
case_open_past_descriptors() { # 36
    open_trigger "$a" descriptors descriptors 2200000
    open_all established inherited
    list_open --all --netns "/run/netns/$a"
    compare_open
}
