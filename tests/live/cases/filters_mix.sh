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

# against_mix COMBINE: what the filters let pass that COMBINE puts together.
against_mix() {
    local cgroup_mount cgroup pid_list tracers mix first n
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
        for n in "${!tracers[@]}"; do
            compare_record "$n"
        done
    done
}

case_filters() { # 33
    local options=(0) conditions

    against_mix combine_filters
    [[ ${#options[@]} -eq 136 ]] || fail "${#options[@]} combinations"
}

case_filters_left_out() { # 33, with ! before a value
    local options=(0) conditions

    against_mix combine_left_out
    [[ ${#options[@]} -eq 115 ]] || fail "${#options[@]} combinations"
}
