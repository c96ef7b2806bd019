# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What the filters let pass, each one, and what a filter costs. Every one alone and in pairs:
# filters_mix.sh.

# held OUTCOME ADDR PORT: a process that connects once it is released; its pid goes to $held.
held() {
    mkfifo "gate.$#.$3"
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$a" sh -c 'read -r _ <"$1"; shift; exec "$@"' sh "gate.$#.$3" \
        "$triggers/connect" "$@" >"held.$3" &
    held=$!
    pids+=("$held")
}

release() { echo >"gate.3.$1"; wait "$2" || fail "the held connection failed"; }

case_filter_pid() { # -p
    local first second third

    held ECONNREFUSED 10.99.0.2 81 && first="$held"
    held ECONNREFUSED 10.99.0.2 82 && second="$held"
    held ECONNREFUSED 10.99.0.2 83 && third="$held"
    trace -p "$first,$third"
    release 81 "$first"
    release 82 "$second"
    release 83 "$third"
    stop_trace
    cat held.81 held.83 >expected
    check opens=2
}

case_filter_port() { # -P
    within "$a" ip route add prohibit 10.98.2.0/24
    trace -P 81,8000-8002
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect -n 3 ECONNREFUSED 10.99.0.2 8000
    trigger connect -u EACCES 10.98.2.1 8001
    unexpected "$a" ECONNREFUSED 10.99.0.2 80
    unexpected "$a" -n 2 ECONNREFUSED 10.99.0.2 7998
    unexpected "$a" ECONNREFUSED 10.99.0.2 8003
    unexpected "$a" -u EACCES 10.98.2.1 8003
    stop_trace
    check opens=4
}

case_filter_netns() { # --netns by inode number, name, path, self
    local how port=81

    for how in "$(netns_inode "$a")" "$a" "/run/netns/$a" self; do
        : >record
        : >expected
        trace_raw_within "$how" --netns "$how" -e all -o json -w record
        trigger connect ECONNREFUSED 10.99.0.2 "$port"
        unexpected "$b" ECONNREFUSED 10.99.0.1 "$port"
        unexpected "$b" -u ENETUNREACH 10.97.0.1 "$port"
        stop_trace
        check opens=1
        port=$((port + 1))
    done
}

trace_raw_within() {
    local enter=()
    [[ $1 != self ]] || enter=(nsenter --net="/run/netns/$a")
    shift

    "${enter[@]}" "$tpconnect" "$@" >>stdout 2>>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' record || fail "tpconnect did not start: $(cat messages)"
}

case_filter_events() { # -e, -f
    local options want events

    serve "$b" 10.99.0.2 80
    while read -r options want; do
        : >record
        # shellcheck disable=SC2086 # words
        trace_raw --netns "$a" -o json -w record ${options//,,/ }
        await grep -qs '"tpconnect.start"' record || fail "no start: $(cat messages)"
        trigger connect established 10.99.0.2 80
        trigger connect ECONNREFUSED 10.99.0.2 81
        trigger connect -u ENETUNREACH 10.97.0.1 80
        sleep 0.2
        stop_trace
        events="$(jq -r '."event.name" | select(startswith("tcp."))[4:]' record | sort | uniq -c |
            awk '{ printf "%s%s:%s", sep, $2, $1; sep = "," }')"
        [[ $events == "$want" ]] || fail "$options: expected $want, got $events"
        check expected=false accepted=false whole=false
    done <<-'ROWS'
	-e,,all close:1,connect:3,established:1,failed:2
	-e,,established established:1
	-e,,failed,close close:1,failed:2
	-e,,connect connect:3
	-e,,+close close:1,established:1,failed:2
	-e,,-failed established:1
	-e,,+close,,-e,,-failed close:1,established:1
	-e,,all,,-e,,close,+failed close:1,failed:2
	-f failed:2
	-e,,+connect,,-f failed:2
	-e,,+established,,-f established:1,failed:2
	ROWS
}

# -f: without its end, whoever reads of a retry never learns what it came to. How many SYNs were sent
# again says the kernel's own firewall.
case_filter_failed_retried() {
    local option again

    serve "$b" 10.99.0.2 80
    count_syns
    for option in -q --no-syscalls; do
        rm -f record
        trace_raw --netns "$a" -o json -w record -f "$option"
        await grep -qs '"tpconnect.start"' record || fail "no start: $(cat messages)"
        unexpected "$a" established 10.99.0.2 80
        again=$(($(syns_sent) + 1))
        rule_in "$b" input "tcp dport 80 drop"
        trigger_background connect established 10.99.0.2 80
        wait_for 1 retry
        rule_in "$b" input ""
        wait_for 1 established
        again=$(($(syns_sent) - again))
        unexpected "$a" established 10.99.0.2 80
        stop_trace
        jq -s --argjson again "$again" -e 'map(select(."event.name" | startswith("tcp."))) |
            map(."event.name") == [range($again) | "tcp.retry"] + ["tcp.established"] and
            (last | ."process.pid" == '$!' and ."tpconnect.syn_retries" == $again)' record >odd ||
            fail "$option: $again SYNs were sent again by $!: $(cat record)"
    done
}

# Likewise where what was sent again could not leave this host.
case_filter_failed_unsent() {
    tells_unsent || skip "this kernel does not tell of what could not leave"
    serve "$b" 10.99.0.2 80
    trace_raw --netns "$a" -o json -w record -f
    await grep -qs '"tpconnect.start"' record || fail "no start: $(cat messages)"
    rule_in "$a" output "tcp dport 80 drop"
    trigger_background connect established 10.99.0.2 80
    wait_for 1 retry
    rule_in "$a" output ""
    wait_for 1 established
    stop_trace
    jq -s -e 'map(select(."event.name" | startswith("tcp."))) | (first | ."tpconnect.sent" == false) and
        (last | ."event.name" == "tcp.established" and ."process.pid" == '$!')' record >odd ||
        fail "of $!: $(cat record)"
}

# The maps that a process holds.
maps_of() { sed -n 's/^map_id:[[:space:]]*//p' "/proc/$1"/fdinfo/* 2>/dev/null | sort -u; }

# Of all maps at once, as bpftool takes seconds to start in an emulated VM: the id and the name of each.
name_maps() { bpftool -j map show | jq -r '.[] | "\(.id) \(.name)"' >map_names; }

map_name() { sed -n "s/^$1 //p" map_names; }

# How many attempts the kernel side of a tracer keeps, as the kernel itself says.
tracked_by() {
    local id

    for id in $(maps_of "$1"); do
        case "$(map_name "$id")" in
        overflow) bpftool -j map dump id "$id" | jq '.[] | 1' ;;
        slots) bpftool -j map dump id "$id" | jq '.[] | select(.formatted.value.key != 0) | 1' ;;
        esac
    done | wc -l
}

# The filters that are maps, and that of cgroups, in what the verifier has left of the programs.
# Before Linux 5.15 that of cgroups is made of reads like any other, and cannot be told.
filters_in() {
    local id

    # One bpftool for all: each reads the kernel's types.
    for id in $(programs_of "$1"); do
        echo "prog dump xlated id $id"
    done | bpftool batch file - >code
    ! grep -q 'call bpf_get_current_ancestor_cgroup_id' code || echo cgroup
    grep -oE 'map\[id:[0-9]+' code | cut -d : -f 2 | sort -u | while read -r id; do
        map_name "$id" | grep -xE 'pids|uids|comms|networks|followed' || true
    done
}

case_filtered_costs_nothing() { # a filtered attempt costs no map entry; an unused filter no code
    local n filters tracked code options=() cgroup_code=cgroup

    # Not local: the case's end removes it.
    cgroup="$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/$run_id-none"
    mkdir "$cgroup"
    [[ $(uname -r) != 5.[0-9].* && $(uname -r) != 5.1[0-4].* ]] || cgroup_code=
    # Attempts stay pending for longer than all that follows takes.
    within "$a" sysctl -q -w net.ipv4.tcp_syn_retries=20
    rule_in "$b" input "tcp dport 80 drop"
    mapfile -t filters <<-ROWS
	|20|
	-P 80|20|
	-p !1|20|pids
	-p 1|0|pids
	-u nobody|0|uids
	-P 81|0|
	-d 10.98.0.0/16|0|networks
	-C nobody|0|comms
	-6|0|
	--cgroup $cgroup|0|$cgroup_code
	--netns $b|0|
	-P !80|0|
	-d !10.99.0.0/24|0|networks
	--netns $a --netns !$b -P !80|0|
	ROWS
    for n in "${!filters[@]}"; do
        options[n]="${filters[n]%%|*}"
        # Others on this host connect as well.
        [[ ${options[n]} == --netns* ]] || options[n]+=" --netns $a"
    done
    start_tracers 0 20
    name_maps
    STEP_SECONDS=600 hold 20 10.99.0.2 80
    for n in "${!filters[@]}"; do
        IFS='|' read -r _ tracked code <<<"${filters[n]}"
        [[ $(tracked_by "${tracers[n]}") -eq $tracked ]] ||
            fail "tpconnect ${options[n]}: $(tracked_by "${tracers[n]}") attempts are tracked"
        [[ $(filters_in "${tracers[n]}") == "$code" ]] ||
            fail "tpconnect ${options[n]}: in its code: $(filters_in "${tracers[n]}")"
    done
    kill -KILL "$holder"
    wait "$holder" || true
    end_tracers
    for ((n = 3; n < ${#options[@]}; n++)); do
        tail -n 1 "record.$n" | jq -e '[."tpconnect.events.sent", ."tpconnect.tracked",
            ."tpconnect.loss.unmatched"] == [0, 0, 0]' >/dev/null ||
            fail "tpconnect ${options[n]}: $(tail -n 1 "record.$n")"
    done
}
