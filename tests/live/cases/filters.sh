# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What the filters let pass: each one; scenario 33, every filter, alone and in pairs, against a mix of
# attempts of which all is known; and what a filter costs.

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
	ROWS
}

# Each filter, and the condition in jq on a line of the mix by which it should choose. Where two
# begin with the same option, their pair is that option twice.
filter_table() {
    cat <<TABLE
-p $pid_list|.pid | IN($pid_list)
-u nobody|.uid == 65534
-P 81,8000-8002|.port == 81 or (.port >= 8000 and .port <= 8002)
-P 8002-9000|.port >= 8002 and .port <= 9000
-d 10.99.0.0/24,fd00:99::1|.dst | startswith("10.99.0.") or . == "fd00:99::1"
-d ::/0,10.98.0.0/16|.dst | contains(":") or startswith("10.98.")
-C someone|.comm == "someone"
-4|.dst | contains(":") | not
-6|.dst | contains(":")
--cgroup $cgroup|.cgroup
--netns $a|.netns == "a"
-f|.event != "tcp.established"
-l 2s|.age >= 2e9
-e established,cancelled|.event == "tcp.established" or .event == "tcp.cancelled"
--no-syscalls|.error != "EACCES"
-v -N --color always -t 1h|true
TABLE
}

# mixed ATTRIBUTES NAMESPACE COMMAND...: a process of the mix, held at the gate. ATTRIBUTES: jq's
# object of what the process cannot know of itself.
mixed() {
    local attributes="$1" name="$2" n="${#mix[@]}"
    shift 2

    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$name" bash -c 'read -r _ <"$1"; shift; exec "$@"' bash gate "$@" \
        >"mix.$n" &
    mix+=($!)
    pids+=($!)
    printf '%s\n' "$attributes" >"attributes.$n"
}

# What the mix did, a line for each attempt.
mix_facts() {
    local n

    for n in "${!mix[@]}"; do
        jq -c --argjson attributes "$(cat "attributes.$n")" '
            {pid: ."process.pid", event: ."event.name", error: (."error.type" // null),
             dst: ."network.peer.address", port: ."network.peer.port",
             age: (.at_most_ns // 0), uid: 0, comm: "connect", cgroup: false, netns: "a"}
            + $attributes' "mix.$n"
    done
}

start_mix() {
    local other="$PWD/someone" nobody=(setpriv --reuid=65534 --clear-groups)

    mix=()
    cp "$triggers/connect" "$other"
    chmod 755 . "$other" "$work"
    mixed '{}' "$a" "$triggers/connect" established 10.99.0.2 80
    mixed '{}' "$a" "$triggers/connect" established fd00:99::2 8000
    mixed '{}' "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 81
    mixed '{"comm": "someone"}' "$a" "$other" ECONNREFUSED fd00:99::2 81
    mixed '{"comm": "someone", "uid": 65534}' "$a" "${nobody[@]}" "$other" established 10.99.0.2 80
    mixed '{"comm": "someone", "netns": "b"}' "$b" "$other" ECONNREFUSED 10.99.0.1 8002
    mixed '{"netns": "b"}' "$b" "$triggers/connect" ECONNREFUSED fd00:99::1 8003
    mixed '{"comm": "someone"}' "$a" "$other" -u EACCES 10.98.2.1 8001
    mixed '{}' "$a" "$triggers/connect" -s 1 ETIMEDOUT 10.99.0.2 9000
    mixed '{"cgroup": true}' "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 82
    mixed '{"cgroup": true, "uid": 65534}' "$a" "${nobody[@]}" "$triggers/connect" \
        established fd00:99::2 80
    echo "${mix[9]}" >"$cgroup/cgroup.procs"
    echo "${mix[10]}" >"$cgroup/below/cgroup.procs"
}

# Filters of one kind are alternatives: those of one option, and the two families.
kind_of() {
    local option="${1%% *}"

    [[ ${option%%|*} != -[46] ]] || option=family
    echo "$option"
}

# Every filter and every pair, as options and as the condition on a line of the mix.
combine_filters() {
    local filters i j

    mapfile -t filters < <(filter_table)
    options=() conditions=()
    for i in "${!filters[@]}"; do
        options+=("${filters[i]%%|*}")
        conditions+=("${filters[i]#*|}")
        for ((j = i + 1; j < ${#filters[@]}; j++)); do
            options+=("${filters[i]%%|*} ${filters[j]%%|*}")
            conditions+=("(${filters[i]#*|}) and (${filters[j]#*|})")
            [[ "$(kind_of "${filters[i]}")" != "$(kind_of "${filters[j]}")" ]] ||
                conditions[-1]="(${filters[i]#*|}) or (${filters[j]#*|})"
        done
    done
}

# start_tracers FIRST LAST: with those options.
start_tracers() {
    local n

    tracers=()
    for ((n = $1; n <= $2 && n < ${#options[@]}; n++)); do
        # shellcheck disable=SC2086 # the options are words
        "$tpconnect" -q --ring-size 65536 -o json -w "record.$n" ${options[n]} \
            >>stdout 2>>messages &
        tracers[n]=$!
        pids+=($!)
    done
    for n in "${!tracers[@]}"; do
        await grep -qs '"tpconnect.start"' "record.$n" ||
            fail "tpconnect ${options[n]} did not start: $(cat messages)"
    done
}

end_tracers() {
    local n

    kill -TERM "${tracers[@]}"
    for n in "${tracers[@]}"; do
        wait "$n" || fail "tpconnect ended with $?: $(cat messages)"
    done
}

release_mix() {
    local n

    # A line for each that waits; opened for reading too, so that none goes to nobody.
    printf '%s\n' "${mix[@]}" 1<>gate
    for n in "${mix[@]}"; do
        wait "$n" || fail "one of the mix failed"
    done
    mix_facts >facts
    [[ $(wc -l <facts) -eq ${#mix[@]} ]] || fail "the mix: $(cat facts)"
}

# What the record says of the mix's results, like the facts.
record_results() {
    jq -c --argjson mix "$(printf '%s\n' "${mix[@]}" | jq -s .)" '
        select(."event.name" | IN("tcp.established", "tcp.failed", "tcp.cancelled"))
        | select(."process.pid" | IN($mix[]))
        | [."process.pid", ."event.name", ."error.type" // null, ."network.peer.address",
           ."network.peer.port"]' "$1" | sort
}

# A program that the kernel skipped is no fault of the filters': what lacks is then counted.
compare_record() {
    local n="$1" missed

    record_results "record.$n" >got
    jq -c "select(${conditions[n]}) | [.pid, .event, .error, .dst, .port]" facts | sort >want
    missed="$(tail -n 1 "record.$n" | jq '."tpconnect.loss.missed"')"
    [[ -z $(comm -23 got want) && $(comm -13 got want | wc -l) -le $missed ]] ||
        fail "tpconnect ${options[n]}: expected $(cat want), got $(cat got);" \
            "$(tail -n 1 "record.$n") the mix: $(cat facts)"
}

case_filters() { # 33
    local cgroup_mount cgroup pid_list options=(0) conditions tracers mix first n
    # The kernel allows 64 programs at one tracepoint, of all tracers together; each has one, and from
    # Linux 7.0 on two.
    local at_once=30
    cgroup_mount="$(findmnt -n -t cgroup2 -o TARGET | head -n 1)"
    [[ -n $cgroup_mount ]] || skip "cgroup v2 is not mounted"
    cgroup="$cgroup_mount/$run_id-filters"
    serve "$b" 10.99.0.2 80
    serve "$b" fd00:99::2 80 fd00:99::2 8000
    within "$b" nft "add table inet t; add chain inet t in { type filter hook input priority 0; };
        add rule inet t in tcp dport 9000 drop"
    within "$a" ip route add prohibit 10.98.2.0/24
    mkfifo gate
    for ((first = 0; first < ${#options[@]}; first += at_once)); do
        mkdir -p "$cgroup/below"
        start_mix
        pid_list="${mix[2]},${mix[7]}"
        combine_filters
        start_tracers "$first" $((first + at_once - 1))
        release_mix
        end_tracers
        rmdir "$cgroup/below" "$cgroup"
        for n in "${!tracers[@]}"; do
            compare_record "$n"
        done
    done
    [[ ${#options[@]} -eq 136 ]] || fail "${#options[@]} combinations"
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
        conns) bpftool -j map dump id "$id" | jq '.[] | 1' ;;
        places) bpftool -j map dump id "$id" | jq '.[] | select(.formatted.value.key != 0) | 1' ;;
        esac
    done | wc -l
}

# The filters that are maps, and that of cgroups, in what the verifier has left of the programs.
# Before Linux 5.15 that of cgroups is made of reads like any other, and cannot be told.
filters_in() {
    local id

    for id in $(programs_of "$1"); do
        bpftool prog dump xlated id "$id"
    done >code
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
	-p 1|0|pids
	-u nobody|0|uids
	-P 81|0|
	-d 10.98.0.0/16|0|networks
	-C nobody|0|comms
	-6|0|
	--cgroup $cgroup|0|$cgroup_code
	--netns $b|0|
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
    for ((n = 2; n < ${#options[@]}; n++)); do
        tail -n 1 "record.$n" | jq -e '[."tpconnect.events.sent", ."tpconnect.tracked",
            ."tpconnect.loss.unmatched"] == [0, 0, 0]' >/dev/null ||
            fail "tpconnect ${options[n]}: $(tail -n 1 "record.$n")"
    done
}
