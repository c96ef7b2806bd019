# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# docs/scenarios.md, 33: what every filter lets pass, alone and in pairs, of a mix of attempts of which all is
# known; and so what is left out.

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
--exe $PWD/someone|.comm == "someone"
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

# The same of what each leaves out.
left_out_table() {
    cat <<TABLE
-p !${pid_list/,/,!}|.pid | IN($pid_list) | not
-u !nobody|.uid != 65534
-P !81,!8000-8002|.port != 81 and (.port < 8000 or .port > 8002)
-d !10.99.0.0/24,!fd00:99::1|.dst | startswith("10.99.0.") or . == "fd00:99::1" | not
-C !someone|.comm != "someone"
--exe !someone|.comm != "someone"
--cgroup !$cgroup|.cgroup | not
--cgroup !$cgroup/below|.below | not
--netns !$a|.netns != "a"
TABLE
}

# The same of what is named but for what is left out, also where a longer network is named.
named_and_left_out_table() {
    cat <<TABLE
-p !${mix[0]},$pid_list,!${pid_list%%,*}|.pid == ${pid_list##*,}
-u nobody,!0|.uid == 65534
-P 80-9000 -P !8000-8002|.port < 8000 or .port > 8002
-d 0.0.0.0/0,::/0,!10.99.0.0/24,!fd00:99::1|.dst | startswith("10.98.") or . == "fd00:99::2"
-d 10.99.0.2,10.98.0.0/16,!10.99.0.0/24|.dst | startswith("10.98.")
-C !someone,connect|.comm == "connect"
--exe connect,!$PWD/someone|.comm == "connect"
--cgroup $cgroup --cgroup !$cgroup/below|.cgroup and (.below | not)
--cgroup !$cgroup/below --cgroup $cgroup|.cgroup and (.below | not)
--netns $a --netns !$b|.netns == "a"
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
             age: (.at_most_ns // 0), uid: 0, comm: "connect", cgroup: false, below: false,
             netns: "a"}
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
    mixed '{"cgroup": true, "below": true, "uid": 65534}' "$a" "${nobody[@]}" "$triggers/connect" \
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

# Everything that is left out, alone, in pairs, with what is named, and with every other filter.
combine_left_out() {
    local filters left_out both i j

    mapfile -t filters < <(filter_table | grep -E '^-([puPdC4]|-cgroup|-netns)')
    mapfile -t left_out < <(left_out_table)
    mapfile -t both < <(named_and_left_out_table)
    options=() conditions=()
    for i in "${!both[@]}"; do
        add_combination "${both[i]}" '|true'
    done
    for i in "${!left_out[@]}"; do
        add_combination "${left_out[i]}" '|true'
        for ((j = i + 1; j < ${#left_out[@]}; j++)); do
            add_combination "${left_out[i]}" "${left_out[j]}"
        done
        for j in "${!filters[@]}"; do
            [[ "${left_out[i]%% *}" == "${filters[j]%% *}" ]] ||
                add_combination "${left_out[i]}" "${filters[j]}"
        done
    done
}

# Both have to be met.
add_combination() {
    options+=("${1%%|*} ${2%%|*}")
    conditions+=("(${1#*|}) and (${2#*|})")
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

# A program in jq that says what differs between each record of the tracers that ran and those of $facts
# that its condition chooses; conditions are jq's as well. One jq for all of them: it would start a
# thousand times otherwise. A program that the kernel skipped is no fault of the filters': what lacks is
# then counted as missed. Each attempt of the mix has a process of its own, so no two rows are equal.
comparison() {
    local n

    echo 'def wanted: {'
    for n in "${!tracers[@]}"; do
        # shellcheck disable=SC2016 # for jq
        printf '"record.%d": [$facts[] | select(%s) | [.pid, .event, .error, .dst, .port]],\n' \
            "$n" "${conditions[n]}"
    done
    cat <<-'JQ'
	} | map_values(sort);

	def row: [."process.pid", ."event.name", ."error.type" // null, ."network.peer.address",
	    ."network.peer.port"];
	(reduce inputs as $line ({}; $line."event.name" as $name |
	    if ($name | IN("tcp.established", "tcp.failed", "tcp.cancelled")) and
	        ($line."process.pid" | IN($mix[]))
	    then .[input_filename].got += [$line | row]
	    elif $name == "tpconnect.stop"
	    then .[input_filename].missed = $line."tpconnect.loss.missed"
	    else . end)) as $records |

	wanted | to_entries[] | .value as $want | ($records[.key].got // [] | sort) as $got |
	$records[.key].missed as $missed |
	select($missed == null or ($got | length) != ($got | unique | length) or
	    ($got - $want | length) > 0 or ($want - $got | length) > $missed) |
	"\(.key[7:])\texpected \($want), got \($got), \($missed) were missed"
	JQ
}

compare_records() {
    local n problem

    comparison >comparison.jq
    printf 'record.%d\n' "${!tracers[@]}" | xargs jq -nr --slurpfile facts facts \
        --argjson mix "$(printf '%s\n' "${mix[@]}" | jq -cs .)" -f comparison.jq >problems ||
        fail "the records are not JSON"
    IFS=$'\t' read -r n problem <problems || return 0
    fail "tpconnect ${options[n]}: $problem; the mix: $(cat facts)"
}

# row EVENT PID ERROR PORT: a line of a record, to 10.99.0.2.
row() {
    printf '{"event.name":"%s","process.pid":%s,"error.type":%s,' "$1" "$2" "$3"
    printf '"network.peer.address":"10.99.0.2","network.peer.port":%s}\n' "$4"
}

# The comparison must notice what lacks, what is too much, and a record without its end.
case_filters_comparison() { # 33
    local tracers=([3]=0 [4]=0) mix=(11 12) options=([3]=-4 [4]="-P 81") name
    local conditions=([3]=true [4]='.port == 81 or (.port > 90)') stop='{"event.name":"tpconnect.stop",'

    printf '{"pid":%d,"event":"tcp.failed","error":"ECONNREFUSED","dst":"10.99.0.2","port":%d}\n' \
        11 81 12 82 >facts
    stop+='"tpconnect.loss.missed":0}'
    row tcp.connect 11 null 81 >one
    row tcp.failed 11 '"ECONNREFUSED"' 81 >>one
    row tcp.failed 12 '"ECONNREFUSED"' 82 >other
    row tcp.failed 13 '"ECONNREFUSED"' 83 | cat one other - <(echo "$stop") >record.3
    echo "$stop" | cat one - >record.4
    compare_records
    cat one one record.4 >wrong.twice
    cat other record.4 >wrong.more
    echo "$stop" >wrong.less
    cp one wrong.end
    sed 's/REFUSED/RESET/' record.4 >wrong.error
    for name in twice more less end error; do
        mv "wrong.$name" record.4
        ! (compare_records) >said || fail "not noticed: $name"
        grep -q '^tpconnect -P 81: expected' said || fail "$name: it says $(cat said)"
    done
    echo "${stop/:0/:1}" >record.4
    compare_records
}

# against_mix COMBINE: what the filters let pass that COMBINE puts together.
against_mix() {
    local cgroup_mount cgroup pid_list tracers mix first
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
        "$1"
        start_tracers "$first" $((first + at_once - 1))
        release_mix
        end_tracers
        rmdir "$cgroup/below" "$cgroup"
        compare_records
    done
}

case_filters() { # 33
    local options=(0) conditions

    against_mix combine_filters
    [[ ${#options[@]} -eq 153 ]] || fail "${#options[@]} combinations"
}

case_filters_left_out() { # 33, with ! before a value
    local options=(0) conditions

    against_mix combine_left_out
    [[ ${#options[@]} -eq 135 ]] || fail "${#options[@]} combinations"
}
