# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What is written, and where to.

# A second tpconnect, which writes text to the file text.
text_trace() {
    "$tpconnect" --netns "/run/netns/$a" -e all -w text 2>text_messages &
    text_tracer=$!
    pids+=("$text_tracer")
    await grep -qs tracing text_messages || fail "tpconnect did not start: $(cat text_messages)"
}

stop_text_trace() {
    kill -TERM "$text_tracer"
    await gone "$text_tracer" || fail "tpconnect did not end"
    wait "$text_tracer" || fail "exit status $?: $(cat text_messages)"
}

# docs/spec.md, 5, as a regular expression.
text_line() {
    local v4='[0-9]{1,3}(\.[0-9]{1,3}){3}' v6='\[[0-9a-f:.]*:[0-9a-f:.]*\]'
    local endpoint="($v4|$v6):[0-9]+" duration='[0-9]+\.[0-9]{3}(ms|s)'
    local name='("([^"\\[:cntrl:]]|\\["\\n]|\\x[0-9a-f]{2})*"|[^"= [:cntrl:]]+)'

    printf '^%s' '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{9}Z'
    printf ' pid=[0-9]+ proto=6 dst=%s( src=%s)?' "$endpoint" "$endpoint"
    printf ' comm=%s( exe=%s( exe_deleted=yes)?)? uid=[0-9]+' "$name" "$name"
    printf '( container=%s)?( unit=%s)?( cwd=%s)?( parents=%s)?' "$name" "$name" "$name" "$name"
    printf ' event=[a-z]+( error=E[A-Z0-9]+)?( latency=%s)?' "$duration"
    printf '( retries=[0-9]+)?( sent=no)?( deferred=yes)?( origin=[a-z_]+)?( requested=%s)?' \
        "$endpoint"
    printf '(( duration=%s)? tx=[0-9]+ rx=[0-9]+( rtt=%s)? retrans=[0-9]+( ended=[a-z_]+)?)?( repeated=[0-9]+)?$' \
        "$duration" "$duration"
}

# Every line of the file text is one, and there are as many as events in the record.
check_text() {
    local events

    iconv -f UTF-8 -t UTF-8 text >/dev/null || fail "the text is not UTF-8: $(cat -v text)"
    ! grep -vE "$(text_line)" text >odd || fail "not as docs/spec.md says: $(cat -v odd)"
    ! LC_ALL=C grep -P '[\x00-\x1f\x7f]' text >odd || fail "control bytes: $(cat -v odd)"
    events="$(grep -c '"tcp\.' record)"
    [[ $(wc -l <text) -eq $events ]] ||
        fail "$(wc -l <text) lines for $events events: $(cat -v text)"
    same_as_record
}

# What text and record both say: time, pid, destination, event and errno. The two of them have read
# the distance of the clocks each for itself, so the time is in whole seconds.
same_as_record() {
    local line='^(.{19}).* pid=([0-9]+) proto=6 dst=([^ ]+) .* event=([a-z]+)( error=([A-Z]+))?.*'

    jq -r 'select(."event.name" | startswith("tcp.")) |
        (if ."network.type" == "ipv6" then "[\(."network.peer.address")]"
         else ."network.peer.address" end) as $peer |
        "\(.timestamp[:19]) \(."process.pid") \($peer):\(."network.peer.port") " +
        "\(."event.name"[4:]) \(."error.type" // "-")"' record | sort >from_record
    sed -E "s/$line/\1 \2 \3 \4 \6/; s/ \$/ -/" text | sort >from_text
    diff from_record from_text >differences || fail "record and text differ: $(cat -v differences)"
}

case_text() { # docs/spec.md, 5
    serve "$b" 10.99.0.2 80 fd00:99::2 80
    trace
    text_trace
    trigger connect -w 20 established 10.99.0.2 80
    trigger connect established fd00:99::2 80
    trigger connect ECONNREFUSED fd00:99::2 81
    trigger connect -m ECONNREFUSED 10.99.0.2 81
    trigger connect -u ENETUNREACH 10.97.0.1 80
    wait_for 2 close
    stop_text_trace
    stop_trace
    check
    check_text
    grep -q ' error=ENETUNREACH sent=no$' text || fail "no line of what was not sent: $(cat text)"
}

case_hostile_name() { # 26
    local port=81 name names=('\x1b[31mred' 'q"uo\x5cte' 'line\x0afeed' '\xff\xfe\x80bad'
        '\xc3\xa4\xe2\x82' '\x7f\x01 =' '\xc2\x9b31m' 'a=b c' ' ')

    trace
    text_trace
    for name in "${names[@]}"; do
        trigger connect -c "$name" ECONNREFUSED 10.99.0.2 "$port"
        port=$((port + 1))
    done
    stop_text_trace
    stop_trace
    check
    check_text
    # C1 control characters are two bytes in UTF-8, and a terminal obeys them as well.
    ! grep -P '\xc2[\x80-\x9f]' text >odd || fail "C1 control characters: $(cat -v odd)"
    grep -qF 'comm="\x1b[31mred"' text || fail "not escaped: $(cat -v text)"
    grep -qF 'comm="q\"uo\\te"' text || fail "not escaped: $(cat -v text)"
    grep -qF 'comm="line\nfeed"' text || fail "not escaped: $(cat -v text)"
    grep -qF 'comm="\xff\xfe\x80bad"' text || fail "not escaped: $(cat -v text)"
}

# on_terminal COMMAND...: its standard output is a terminal; what it writes there goes to terminal.
on_terminal() {
    command -v script >/dev/null || skip "script (package bsdutils) is missing"
    timeout "$STEP_SECONDS" script -qec "$(printf '%q ' "$@")" /dev/null </dev/null >terminal ||
        fail "exit status $? on a terminal: $(cat -v terminal)"
}

case_colors() { # docs/spec.md, 5
    local run=("$tpconnect" -q -- nsenter --net="/run/netns/$a" "$triggers/connect" -c '\x1b[1mx'
        ECONNREFUSED 10.99.0.2 81)

    on_terminal "${run[@]}"
    grep -q $'\e\\[31mevent=failed error=ECONNREFUSED\e\\[0m' terminal ||
        fail "a failure is not red on a terminal: $(cat -v terminal)"
    [[ $(grep -o $'\e' terminal | wc -l) -eq 2 ]] || fail "other escapes: $(cat -v terminal)"
    on_terminal env NO_COLOR=1 "${run[@]}"
    ! grep -q $'\e' terminal || fail "colour in spite of NO_COLOR: $(cat -v terminal)"
    on_terminal "${run[0]}" --color never "${run[@]:1}"
    ! grep -q $'\e' terminal || fail "colour in spite of --color never: $(cat -v terminal)"
    "${run[@]}" >stdout
    ! grep -q $'\e' stdout || fail "colour in a file: $(cat -v stdout)"
    "${run[0]}" --color always "${run[@]:1}" >stdout
    grep -q $'\e\\[31mevent=failed' stdout || fail "no colour with --color always: $(cat -v stdout)"
}

# docs/spec.md, 3: an event is visible within 200 ms, also on an idle host.
case_visible_soon() { # docs/spec.md, 3
    local i

    trace
    for i in 1 2 3 4 5; do
        sleep 0.5
        trigger connect ECONNREFUSED 10.99.0.2 $((80 + i))
        wait_for "$i" failed
        # Whoever wrote the file did so at this time: no delay of this script's own is in it. It is
        # that of the kernel's last tick, of which there are 100 a second or more.
        jq -rn --arg written "$(stat -c %.9Y record)" '[inputs][-1].timestamp |
            ((.[:19] + "Z" | fromdate) + ("0" + .[19:29] | tonumber)) as $happened |
            ($written | tonumber) - $happened | . * 1000 | floor' record >>delays
    done
    stop_trace
    [[ $(sort -n delays | head -n 1) -ge -10 ]] || fail "visible before it happened: $(cat delays)"
    # A busy host may let a process wait now and then, but not most of the time.
    [[ $(sort -n delays | sed -n 3p) -lt 200 ]] || fail "visible after, in ms: $(cat delays)"
    check
}

case_append() { # -w
    printf 'what was there\n' >record
    trace
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    [[ $(head -n 1 record) == "what was there" ]] || fail "the file was not appended to"
    sed -i 1d record
    check
}

case_closed_pipe() { # docs/spec.md, 7
    # head takes its line and is gone; the next event finds the pipe closed.
    mkfifo pipe
    head -n 1 <pipe >first &
    "$tpconnect" --netns "/run/netns/$a" >pipe 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    await test -s first || fail "nothing came through the pipe"
    trigger connect ECONNREFUSED 10.99.0.2 82
    trace_ends 0
    [[ $(grep -c . messages) -eq 1 ]] || fail "not quiet: $(cat messages)"
    grep -q ' dst=10.99.0.2:81 ' first || fail "not the first event: $(cat first)"
}

# More than twice the events that a ring of 2M holds, but never so fast that its reader could not
# follow, on a busy host as well: what is lost in the ring then is lost because reading has waited for
# something.
steady_flood() {
    local _

    for _ in {1..30}; do
        trigger flood -q 1 500 127.0.0.1 80
        sleep 0.05
    done
}

# A number of the summary on stderr.
summary_field() { sed -nE "s/^tpconnect: (.* )?$1=([0-9]+).*/\2/p" messages | tail -n 1; }

# check_summary FILE: the books balance, what was written is in FILE, and nothing was lost but for
# the output.
check_summary() {
    local sent written output lines

    sent="$(summary_field sent)" written="$(summary_field written)"
    output="$(summary_field output)" lines="$(grep -c 'event=\|"tcp\..*}$' "$1")"
    [[ $sent -eq 30000 ]] || fail "not 30000 events: $(cat messages)"
    [[ $sent -eq $((written + output)) ]] || fail "the books do not balance: $(cat messages)"
    [[ $output -gt 0 ]] || fail "nothing is counted as lost: $(cat messages)"
    [[ $lines -eq $written ]] || fail "$lines complete lines in $1: $(cat messages)"
}

case_stuck_pipe() { # 24
    local pipe

    # Open at both ends, so that it can be written to, but nobody reads.
    mkfifo pipe
    exec {pipe}<>pipe
    "$tpconnect" --netns "$a" -e all --ring-size 2M >pipe 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    steady_flood
    stop_trace
    timeout 1 cat <&"$pipe" >text || true
    # The last line may be there in part; a line without an end is none.
    [[ -z $(tail -c 1 text) ]] || sed -i '$d' text
    check_summary text
}

# A file system of its own, of that size, at full; case_cleanup takes it away.
mount_full() {
    mkdir full
    mount -t tmpfs -o "size=$1" nodev full
}

case_full_disk() { # 24
    mount_full 256k
    trace_raw --netns "$a" -e all --ring-size 2M -w full/text
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    steady_flood
    ! gone "$tracer" || fail "tpconnect has ended: $(cat messages)"
    stop_trace
    grep -q 'cannot write to full/text: No space left on device' messages ||
        fail "it does not say why: $(cat messages)"
    check_summary full/text
}

# The start line fits the one page that the file system has, the stop line only in part.
case_full_disk_at_the_end() {
    local lines

    mount_full 4k
    touch full/record
    chmod 600 full/record
    for _ in {1..36}; do
        printf '%099d\n' 0
    done >full/record
    trace_raw --netns "$a" -o json -w full/record
    await grep -qs '"tpconnect.start"' full/record || fail "it did not start: $(cat messages)"
    stop_trace
    lines="$(wc -l <full/record)"
    [[ $lines -eq 37 && $(tail -c 1 full/record | wc -l) -eq 1 ]] ||
        fail "$lines lines, the last of them: $(tail -n 1 full/record)"
}

case_disk_full_for_a_while() { # 24
    mount_full 1m
    head -c 1000K /dev/zero >full/filler
    trace_raw --netns "$a" -e all -o json -w full/record
    await grep -qs '"tpconnect.start"' full/record || fail "it did not start: $(cat messages)"
    trigger flood 1 200 127.0.0.1 80
    await grep -q 'No space left' messages || fail "the disk is not full: $(cat messages)"
    rm full/filler
    trigger flood 1 10 127.0.0.1 80
    stop_trace
    cp full/record record
    # What did not fit waited in memory: nothing is lost, torn or written twice.
    check
}
