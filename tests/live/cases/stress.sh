# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# More than any program would do: floods, races, and input that is meant to deceive.
#
# LIVE_COUNT    connections of a flood (default 20000), here and in load.sh
# LIVE_OBJECT   the BPF object for the floods, in place of the built-in one

stress_count="${LIVE_COUNT:-20000}"

# --- comparison in linear time -----------------------------------------------------------------

# As `check` does, for records that are too long for it. Options NAME=VALUE:
# accepted   false: the servers' logs do not tell all (default true)
# expected   false: no trigger has said what to expect (default true)
# books      what books() may find wrong, as an extended regular expression (default none)
# uncounted  attempts that the kernel's own counter leaves out (default 0)
check_many() {
    local accepted=true expected=true books='^$' uncounted=0 opens "$@"

    only_names "accepted expected books uncounted" "$@"
    opens=$(($(tcp_counter "$a" ActiveOpens) + uncounted))
    [[ ! -s stdout ]] || fail "something on stdout: $(head -n 3 stdout)"
    events_of record >events
    books | { grep -vE "$books" || true; } >odd
    [[ ! -s odd ]] || fail "$(cat odd)"
    lives "$opens" >odd
    [[ ! -s odd ]] || fail "$(head -n 5 odd)"
    if $expected; then
        results_of events | sort >got
        events_of expected | results_of /dev/stdin | sort >want
        same_but_for_ports want got
    fi
    if $accepted; then
        await accepted_is_complete || true
        jq -r '"\(."network.local.address") \(."network.local.port")"' accepted | sort >want
        awk -F '\t' '$1 == "tcp.established" { print $6, $7 }' events | sort >got
        same want got
    fi
    keep_lines <(head -n 2000 record && tail -n 100 record)
}

# The columns of a record that these checks are about; an absent one is empty.
events_of() {
    jq -r '[."event.name", ."tpconnect.seq", ."tpconnect.connection.id", ."process.pid",
        ."thread.id", ."network.local.address", ."network.local.port", ."network.peer.address",
        ."network.peer.port", ."error.type", ."process.executable.name", ."tpconnect.origin",
        ."tpconnect.sent", ."tpconnect.requested.address", ."tpconnect.requested.port",
        ."tpconnect.netns"] | @tsv' "$1"
}

# Of each result: what it is, whose, from where, where to, and why.
results_of() {
    awk -F '\t' -v OFS='\t' '$1 ~ /^tcp\.(established|failed|cancelled)$/ {
        print $1, $4, $5, $7, $8, $9, $10, $11 }' "$1"
}

# Of a result that went unseen the port may not be known any more (4th column of results_of).
same_but_for_ports() {
    local unknown

    same <(cut -f 1-3,5- "$1" | sort) <(cut -f 1-3,5- "$2" | sort)
    unknown="$(awk -F '\t' '$4 == ""' "$2" | wc -l)"
    [[ $(comm -13 "$1" "$2" | wc -l) -eq $unknown ]] || fail "$(comm -13 "$1" "$2" | head -n 5)"
}

same() {
    diff "$1" "$2" >differences ||
        fail "$(grep -c '^<' differences) were expected and are not there," \
            "$(grep -c '^>' differences) are there and were not expected: $(head -n 10 differences)"
}

# What the last line says, and every line's number.
books() {
    awk -F '\t' '$2 != NR { print "seq is " $2 " in line " NR; exit }
        $1 ~ /^tcp\./ { n++ } END { print n + 0 >"written" }' events
    tail -n 1 record | jq -r --argjson written "$(cat written)" '
        if ."event.name" != "tpconnect.stop" then "the last line is not tpconnect.stop" else
        (select(."tpconnect.events.sent" != ."tpconnect.events.written" +
            ."tpconnect.events.filtered" + ."tpconnect.loss.ring" + ."tpconnect.loss.output") |
            "the books do not balance: \(tojson)"),
        (select(."tpconnect.events.written" != $written) |
            "\($written) events are written, and it says \(."tpconnect.events.written")"),
        (to_entries[] | select((.key | startswith("tpconnect.loss.")) and .value != 0) |
            "lost: \(.key) is \(.value)") end'
}

# Each attempt begins, has its result and, if there was a connection, its close: once, and in this
# order. And there are as many as the kernel has counted.
lives() {
    awk -F '\t' -v opens="$1" '
        $1 !~ /^tcp\./ { next }
        {
            key = $4 " " $5 " " $8 " " $9 " " $11 " " $12
            if (!($3 in who))
                who[$3] = key
            else if (who[$3] != key)
                print "differs between the events of an attempt: " who[$3] " and " $0
            life[$3] = life[$3] substr($1, 5, 2) " "
        }
        $1 == "tcp.connect" && $13 != "false" { sent++ }
        END {
            for (id in life)
                if (life[id] !~ /^co (re )*(es cl |fa |ca )$/)
                    bad[life[id]]++
            for (how in bad)
                print bad[how] " attempts with this life: " how
            if (sent != opens)
                print "attempts: the kernel has counted " opens ", in the record are " sent + 0
        }' events
}

# --- help --------------------------------------------------------------------------------------

trace_flood() { trace --ring-size 64M --repeat-limit 0 ${LIVE_OBJECT:+--object "$LIVE_OBJECT"} "$@"; }

cpu_count() { getconf _NPROCESSORS_ONLN; }

# Packets on lo are taken in on any CPU, as with a network card of several queues.
steer_loopback() {
    local mask

    mask="$(printf '%x' $(((1 << $(cpu_count)) - 1)))"
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$a" unshare --mount sh -c '
        mount -t sysfs sysfs /sys && echo "$1" >/sys/class/net/lo/queues/rx-0/rps_cpus' \
        sh "$mask" 2>/dev/null || skip "this kernel has no receive packet steering"
}

# Something that always runs, on each CPU: it is then interrupted rather than left idle.
spin() {
    local cpu

    for ((cpu = 0; cpu < $(cpu_count); cpu++)); do
        # Each command becomes the next, so that this very process is killed when the case ends.
        nice -n 19 taskset -c "$cpu" bash -c "while ((SECONDS < $STEP_SECONDS)); do :; done" &
        pids+=($!)
    done
}

# --- addresses that change during the call -----------------------------------------------------

# serve_apart NAMESPACE ADDR PORT: as serve, with a log of its own, accepted.PORT.
serve_apart() {
    nsenter --net="/run/netns/$1" "$triggers/accept" "$2" "$3" >"accepted.$3" 2>"server.$3" &
    pids+=($!)
    await grep -qs listening "server.$3" || fail "the server did not start: $(cat "server.$3")"
}

# What the servers have accepted, and the record's connections: source and destination port.
same_as_accepted() {
    local port

    for port; do
        await seen_by "$port" || true
        jq -r --arg port "$port" '"\(."network.local.port") \($port)"' "accepted.$port"
    done | sort >want
    awk -F '\t' '$1 == "tcp.established" { print $7, $9 }' events | sort >got
    same want got
}

seen_by() {
    [[ $(wc -l <"accepted.$1") -ge $(awk -F '\t' -v port="$1" \
        '$1 == "tcp.established" && $9 == port' events | wc -l) ]]
}

# What was requested is one of the two; and that the request and what came of it differ, happens.
requests_are() {
    awk -F '\t' -v address="$1" -v one="$2" -v other="$3" '
        $14 == "" { next }
        $14 != address || ($15 != one && $15 != other) || $15 == $9 {
            print "requested: " $0 }
        $1 == "tcp.connect" { n++ }
        END { print n + 0 >"differing" }' events >odd
    [[ ! -s odd ]] || fail "$(head -n 3 odd)"
}

case_stress_moving_port() { # docs/spec.md, T4
    serve_apart "$a" 127.0.0.1 80
    serve_apart "$a" 127.0.0.1 81
    trace_flood
    within "$a" "$triggers/moving" port "$stress_count" 127.0.0.1 80 81 >calls || fail "trigger failed"
    stop_trace
    check_many expected=false accepted=false
    same_as_accepted 80 81
    sort calls >want
    awk -F '\t' '$1 == "tcp.established" { print $4 "\t" $7 "\t" $9 "\t" $10 }' events | sort >got
    same want got
    requests_are 127.0.0.1 80 81
    [[ $(cpu_count) -eq 1 || $(cat differing) -gt 0 ]] || fail "no request was ever changed"
}

case_stress_moving_port_unsent() { # docs/spec.md, T4
    trace_flood --repeat-limit 0
    within "$a" "$triggers/moving" port "$stress_count" 10.97.0.1 80 81 >calls || fail "trigger failed"
    stop_trace
    check_many expected=false accepted=false
    awk -F '\t' '$1 == "tcp.failed" { print $10, $13 } $1 ~ /^tcp/ && $9 != 80 && $9 != 81' events |
        sort | uniq -c >got
    [[ $(cat got) =~ ^\ *$stress_count\ ENETUNREACH\ false$ ]] || fail "not all failed: $(cat got)"
}

case_stress_moving_family() { # docs/spec.md, T1: what the kernel has read counts
    serve_apart "$a" 127.0.0.1 80
    trace_flood
    within "$a" "$triggers/moving" family "$stress_count" 127.0.0.1 80 81 >calls ||
        fail "trigger failed"
    stop_trace
    check_many expected=false accepted=false
    same_as_accepted 80
    # Of those that the kernel has refused, some were an IPv4 address when they began.
    awk -F '\t' '$1 == "tcp.failed" && ($10 != "EAFNOSUPPORT" || $13 != "false" || $9 != 80) ||
        $1 == "tcp.cancelled"' events >odd
    [[ ! -s odd ]] || fail "$(head -n 3 odd)"
    awk -F '\t' '$4 == ""' calls | sort >want
    awk -F '\t' '$1 == "tcp.established" { print $4 "\t" $7 "\t" $9 "\t" }' events | sort >got
    same want got
}

case_stress_moving_descriptor() { # docs/spec.md, T3 and T5
    serve_apart "$a" 127.0.0.1 80
    trace_flood
    within "$a" "$triggers/moving" descriptor "$stress_count" 127.0.0.1 80 81 >calls ||
        fail "trigger failed"
    stop_trace
    check_many expected=false accepted=false
    same_as_accepted 80
    [[ $(grep -c . got) -gt 0 ]] || fail "there was no connection"
    awk -F '\t' '$1 == "tcp.connect" { print $12 }' events | sort | uniq -c >origins
    [[ $(grep -vcE ' (connect|unknown)$' origins) -eq 0 ]] || fail "origins: $(cat origins)"
}

# --- addresses that are none -------------------------------------------------------------------

case_stress_lengths() { # docs/spec.md, T1
    trace
    trigger lengths 1000
    stop_trace
    check
}

case_stress_pages() { # docs/spec.md, T4
    serve "$a" 127.0.0.1 80 ::1 80
    trace
    trigger pages established 127.0.0.1 80
    trigger pages established ::1 80
    trigger pages ECONNREFUSED 127.0.0.1 81
    trigger pages ENETUNREACH 10.97.0.1 80
    trigger pages ENETUNREACH fd00:97::1 80
    stop_trace
    check
}

# --- seccomp -----------------------------------------------------------------------------------

sandboxed() {
    serve "$a" 127.0.0.1 80
    trace
    trigger sandbox "$1" 127.0.0.1 80
    stop_trace
    check
}

case_stress_seccomp_nothing() { sandboxed nothing; } # docs/spec.md, T1

case_stress_seccomp_errnos() { sandboxed errnos; } # docs/spec.md, T7

case_stress_seccomp_reused() { # docs/spec.md, T7
    ! "$tpconnect" doctor | grep -q '^WARN *task storage' ||
        skip "this kernel has no task storage, without which it cannot be seen: docs/limits.md"
    sandboxed reused
}

case_stress_seccomp_absent() { sandboxed absent; } # docs/spec.md, T1

case_stress_seccomp_continue() { sandboxed continue; } # docs/spec.md, T1

case_stress_seccomp_proxy() { sandboxed proxy; } # docs/spec.md, T5

case_stress_seccomp_refused() { sandboxed refused; } # docs/spec.md, T1

syn_sent() { [[ $(within "$a" ss -Htn state syn-sent | wc -l) -ge $1 ]]; }

sandboxed_while_pending() {
    peer_is_away
    serve "$b" 0.0.0.0 80
    trace
    pending_for 0.8 peer_is_back &
    trigger sandbox "$1" 10.99.0.2 80
    stop_trace
    check
}

case_stress_seccomp_blocked() { sandboxed_while_pending blocked; } # docs/spec.md, T7

case_stress_seccomp_restart() { sandboxed_while_pending restart; } # docs/spec.md, T1

case_stress_seccomp_killed() { # docs/spec.md, T5
    peer_is_away
    trace
    trigger sandbox killed 10.99.0.2 80
    stop_trace
    check
}

# --- processes that are others by the time the result is there ---------------------------------

case_stress_become() { # docs/spec.md, T5
    local how n=0

    peer_is_away
    serve "$b" 0.0.0.0 80
    trace
    for how in rename exec exec-thread leave user blocking; do
        nsenter --net="/run/netns/$a" "$triggers/become" "$how" 10.99.0.2 80 >>"promised.$how" &
        pids+=($!)
        n=$((n + 1))
    done
    await syn_sent "$n" || fail "not all are pending: $(within "$a" ss -tan)"
    sleep 0.3
    peer_is_back
    wait_for "$n" established
    await server_saw "$n" || fail "the server has accepted $(wc -l <accepted)"
    await no_more_of become || fail "a process is still there"
    stop_trace
    cat promised.* >expected
    check
}

# No connection of A is open any more, so each has had its close.
no_more_of() { [[ $(within "$a" ss -Htn state established | wc -l) -eq 0 ]]; }

case_stress_become_closed() { # docs/spec.md, T5
    peer_is_away
    trace
    trigger become exec-close 10.99.0.2 80
    stop_trace
    check
}
