# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# count and latency, against what the triggers know of their attempts.

# report FILE COMMAND OPTION...: one more tpconnect that reports to FILE; returns when attached.
report() {
    local file="$1" command="$2"
    shift 2

    "$tpconnect" "$command" --netns "$a" -o json -w "$file" "$@" 2>>messages &
    pids+=($!)
    reporters+=($!)
    await grep -qs '"tpconnect.start"' "$file" || fail "it did not start: $(cat messages)"
}

reporters_end() {
    kill -TERM "${reporters[@]}"
    await all_gone "${reporters[@]}" || fail "they did not end: $(cat messages)"
}

# Attempts of three processes to many places, with every kind of result; 17 of them.
mix() {
    serve "$b" 10.99.0.2 80 10.99.0.2 81 10.99.0.2 82 fd00:99::2 80
    rule_in "$b" input "tcp dport 89 drop"
    trigger connect -c first -n 3 established 10.99.0.2 80
    trigger connect -c first established fd00:99::2 80
    trigger connect -c first -n 5 ECONNREFUSED 10.99.0.2 90
    trigger connect -c second -n 4 ECONNREFUSED fd00:99::2 90
    trigger connect -c second -u ENETUNREACH 10.97.0.1 80
    trigger connect -c second ECONNREFUSED 10.99.0.2 90
    trigger giveup close 10.99.0.2 89
    trigger giveup exit 10.99.0.2 89
}

# check_counts FILE KEYS [FILTER]: the reports are of those that jq's FILTER lets through, grouped
# by KEYS, a list of jq's.
check_counts() {
    local problems

    jq -c "select(${3:-true})" expected >wanted
    problems="$(jq -nr --slurpfile record "$1" --slurpfile expected wanted --argjson by "$2" \
        -f "$here/counts.jq")"
    [[ -z $problems ]] || fail "$1: $problems"
    keep_lines "$1"
}

case_count_by() { # docs/spec.md, 7: count --by, each alone and together
    local reporters=() pid='"process.pid"' name='"process.executable.name"' uid='"process.user.id"'
    local dst='"network.peer.address"' port='"network.peer.port"'

    report default count
    report process count --by process
    report pid count --by pid
    report dst count --by dst
    report port count --by port
    report user count --by user
    report cgroup count --by cgroup
    report several count --by user,port,dst
    mix
    reporters_end
    [[ $(wc -l <expected) -eq 17 ]] || fail "not 17 attempts"
    check_counts default "[$name, $dst]"
    check_counts process "[$name]"
    check_counts pid "[$pid, $name]"
    check_counts dst "[$dst]"
    check_counts port "[$port]"
    check_counts user "[$uid]"
    check_counts cgroup "[]"
    check_counts several "[$uid, $port, $dst]"
    # The most attempts first.
    jq -e -s 'map(."tpconnect.attempts" // empty) | . == (sort | reverse)' several >/dev/null ||
        fail "not sorted: $(cat several)"
    [[ $(jq -r '."tpconnect.cgroup.id" // empty' cgroup | grep -c '^[1-9]') -ge 1 ]] ||
        fail "no cgroup: $(cat cgroup)"
}

case_count_filters() { # docs/spec.md, 7: all filters
    local reporters=() name='"process.executable.name"' dst='"network.peer.address"'
    local port='"network.peer.port"'

    report name count -C first
    report port count --by port -P 90-94
    report network count --by dst -d fd00:99::/64,10.97.0.0/16
    report family count --by dst -6
    report pid count --by process -p $$
    report failed count --by port -f
    report no_syscalls count --by port --no-syscalls -P 80-88
    mix
    reporters_end
    check_counts name "[$name, $dst]" ".$name == \"first\""
    check_counts port "[$port]" ".$port >= 90 and .$port <= 94"
    check_counts network "[$dst]" ".$dst == \"fd00:99::2\" or .$dst == \"10.97.0.1\""
    check_counts family "[$dst]" ".\"network.type\" == \"ipv6\""
    check_counts pid "[$name]" false
    # Those ports where something did not work: port 80 is among them, because of ENETUNREACH.
    check_counts failed "[$port]" ".$port != 81 and .$port != 82"
    jq -e -s '.[-1]."tpconnect.events.filtered" == 4' failed >/dev/null ||
        fail "two attempts and their results are not filtered out: $(tail -n 1 failed)"
    check_counts no_syscalls "[$port]" ".$port <= 88 and .\"tpconnect.sent\" != false"
}

case_count_intervals() { # docs/spec.md, 7: reports of all intervals together are the whole
    local reporters=() name='"process.executable.name"'

    report often count --by process 100ms
    report whole count --by process
    mix
    reporters_end
    check_counts often "[$name]"
    check_counts whole "[$name]"
    [[ $(jq -r '.timestamp' often | sort -u | wc -l) -ge 3 ]] || fail "not in intervals: $(cat often)"
    # Intervals follow each other: none is longer than the time since the report before it.
    jq -e -s 'all(.[] | select(."tpconnect.interval_ns");
        ."tpconnect.interval_ns" > 0 and ."tpconnect.interval_ns" < 9e9)' often >/dev/null ||
        fail "intervals: $(cat often)"
}

case_count_other() { # docs/spec.md, 7: a bounded number of rows, and the rest is counted
    local reporters=()

    report record count --by port
    trigger connect -n 10100 ECONNREFUSED 127.0.0.1 20000
    trigger connect -n 3 ECONNREFUSED 127.0.0.1 20000
    reporters_end
    [[ $(grep -c '"tpconnect.count"' record) -eq 10001 ]] || fail "not 10000 rows and one"
    keep_lines record
    jq -e -s '[.[] | select(."tpconnect.other")] |
        length == 1 and .[0]."tpconnect.attempts" == 100 and
        .[0]."tpconnect.failed.ECONNREFUSED" == 100' record >/dev/null ||
        fail "not 100 others: $(grep other record)"
    jq -e -s 'map(."tpconnect.attempts" // 0) | add == 10103' record >/dev/null ||
        fail "the sum is not that of all attempts"
    jq -e -s '.[-1] | ."tpconnect.events.written" == 20206 and
        ."tpconnect.events.sent" == 20206' record >/dev/null || fail "books: $(tail -n 1 record)"
}

case_count_command() { # docs/spec.md, 7: -- COMMAND, its status, and text
    serve "$b" 10.99.0.2 80
    trigger connect ECONNREFUSED 10.99.0.2 81 # not the command's
    : >expected
    # shellcheck disable=SC2016 # for the inner shell
    run_traced count -o json -w record -- nsenter --net="/run/netns/$a" sh -c \
        '"$0"/connect established 10.99.0.2 80; "$0"/connect -n 2 ECONNREFUSED 10.99.0.2 81; exit 6' \
        "$triggers"
    [[ $status -eq 6 ]] || fail "expected status 6, got $status: $(cat messages)"
    mv stdout expected
    touch stdout
    check_counts record '["process.executable.name", "network.peer.address"]'
    # As text, on stdout: the columns are those of the record.
    # shellcheck disable=SC2016 # for the inner shell
    run_traced count --by port -- nsenter --net="/run/netns/$a" sh -c \
        '"$0"/connect -n 2 ECONNREFUSED 10.99.0.2 81 >/dev/null' "$triggers"
    grep -qE '^82 +1 +0 +1 +0 ECONNREFUSED=1$' stdout || fail "not as text: $(cat stdout)"
    [[ $(wc -l <stdout) -eq 4 ]] || fail "not a title, a header and two rows: $(cat stdout)"
}

# A number of the only report of latency in a file.
latency_of() { jq -r "select(.\"event.name\" == \"tpconnect.latency\") | .\"tpconnect.latency.$2\"" "$1"; }

# A connection to a server of B whose first SYN is lost, on a busy host perhaps the second as well: the
# kernel sends it again after 1 s, and after 2 s more.
lose_first_syn() {
    rule_in "$b" input "tcp dport $2 drop"
    pending_for 0.2 rule_in "$b" input "" &
    trigger connect established "$1" "$2"
}

case_latency_known() { # docs/spec.md, 7: latency, against a delay that is known
    local reporters=() ms again

    count_syns
    report record latency
    serve "$b" 10.99.0.2 80 10.99.0.2 81 10.99.0.2 82 10.99.0.2 83
    trigger connect -n 4 established 10.99.0.2 80
    trigger connect -n 3 ECONNREFUSED 10.99.0.2 90 # no handshake
    lose_first_syn 10.99.0.2 80
    reporters_end
    again=$(($(syns_sent) - 8))
    [[ $again -ge 1 ]] || fail "no SYN was sent again: $(syns_sent)"
    [[ $(latency_of record count) -eq 5 ]] || fail "not five handshakes: $(cat record)"
    ms="$(($(latency_of record max_ns) / 1000000))"
    [[ $ms -ge $((1000 * again - 10)) && $ms -lt $((1000 * (2 << again) - 1000)) ]] ||
        fail "the greatest took $ms ms, with $again SYNs sent again: $(cat record)"
    # The fifth of five is the 90th percentile, the third the 50th.
    [[ $(latency_of record p90_ns) -ge 990000000 ]] || fail "p90: $(cat record)"
    [[ $(latency_of record p99_ns) -ge 990000000 ]] || fail "p99: $(cat record)"
    [[ $(latency_of record p50_ns) -lt 500000000 ]] || fail "p50: $(cat record)"
    jq -e -s '.[-1] | ."tpconnect.events.written" == 5 and ."tpconnect.events.sent" == 5' record \
        >/dev/null || fail "books: $(tail -n 1 record)"
}

# What latency says of each destination, and what follows from the events of another tpconnect,
# whose programs run a little earlier or later: LIVE_SKEW_NS, of at most so much (default 1 ms).
case_latency_by() { # docs/spec.md, 7: latency --by, against every single event
    local reporters=() problems

    report by.dst latency --by dst
    report by.process latency --by process 200ms
    report filtered latency --by port -P 81
    trace -e established
    mix
    trigger connect -n 3 established 10.99.0.2 80
    lose_first_syn 10.99.0.2 80 # one that takes long enough for the differences to be small
    stop_trace
    reporters_end
    problems="$(jq -nr --argjson skew "${LIVE_SKEW_NS:-1000000}" \
        --slurpfile record record --slurpfile by_dst by.dst --slurpfile by_process by.process \
        --slurpfile filtered filtered '
        def events: [$record[] | select(."event.name" == "tcp.established")];
        def ranked($percent): sort | .[(length * $percent + 99) / 100 - 1 | floor];
        def near($true; $factor): . >= $true - $skew and . <= $true * $factor + $skew;
        def reports: map(select(."event.name" == "tpconnect.latency"));
        events as $events |
        ($events | group_by(."network.peer.address")[] | . as $group |
            map(."tpconnect.connect.duration_ns") as $ns |
            ($by_dst | reports | map(select(."network.peer.address" ==
                $group[0]."network.peer.address"))) as $rows |
            select(($rows | length) != 1 or
                ($rows[0] | ."tpconnect.latency.count" != ($ns | length) or
                    (."tpconnect.latency.max_ns" | near($ns | max; 1) | not) or
                    (."tpconnect.latency.min_ns" | near($ns | min; 1) | not) or
                    any((50, 90, 99); . as $p | ($ns | ranked($p)) as $true |
                        $rows[0]["tpconnect.latency.p\($p)_ns"] | near($true; 17 / 16) | not))) |
            "\($ns | sort) ns are not \($rows | tojson)"),
        (($by_process | reports | map(."tpconnect.latency.count") | add) as $n |
            select($n != ($events | length)) | "\($n) in intervals: \($by_process | tojson)"),
        (select(($by_dst | reports | length) != 2) | "not two destinations: \($by_dst | tojson)"),
        (select(($filtered | reports | map(."tpconnect.latency.count")) != [2]) |
            "not two to port 81: \($filtered | tojson)"),
        (($by_dst[-1], $by_process[-1], $filtered[-1]) |
            select(."tpconnect.events.sent" != ."tpconnect.events.written") |
            "the books do not balance: \(tojson)")')"
    [[ -z $problems ]] || fail "$problems"
    keep_lines by.dst
    keep_lines by.process
    check expected=false whole=false
}
