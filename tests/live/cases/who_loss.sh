# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016 # what run.sh and lib.sh set; $ for an inner shell
# When what is known of an image or a cgroup has no room, when it is hostile, and when there is none.

# --- no room in the ring -----------------------------------------------------------------------

gate=10000

# The tracer reads no more, until read_on.
stop_reading() {
    # All that was written until now has been read when this has.
    gate=$((gate + 1))
    within "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 "$gate" >/dev/null
    await has_attempt_at "$gate" || fail "it does not read: $(cat record)"
    kill -STOP "$tracer"
    await is_stopped || fail "it does not stop"
}

is_stopped() { [[ $(sed 's/.*) //' "/proc/$tracer/stat") == T* ]]; }

has_attempt_at() { grep -q "\"tcp.failed\".*\"network.peer.port\":$1," record; }

# The ring has room again when an attempt gets through. Each time it is another port.
read_on() {
    kill -CONT "$tracer"
    gate=$((gate + 1))
    await gets_through || fail "nothing gets through: $(cat record)"
}

gets_through() {
    within "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 "$gate" >/dev/null
    sleep 0.05
    has_attempt_at "$gate"
}

context_lost() { tail -n 1 record | jq '."tpconnect.loss.context" // 0'; }

# late_attempts PROGRAM STEP...: it makes an attempt, "there", waits for the file "go", and makes another.
late_attempts() {
    local program="$1"
    shift

    nsenter --net="/run/netns/$a" "$program" 10.99.0.2 "$@" >>late &
    pids+=($!)
    await test -e there || fail "it has made no attempt"
}

# finish_late PORT: where the second one goes.
finish_late() {
    touch go
    wait "${pids[-1]}" || fail "it failed"
    await has_attempt_at "$1" || fail "the second attempt is not there: $(cat record)"
}

# With a full ring nothing is told; what was not taken comes with the next attempt.
case_who_full_ring() { # docs/spec.md, 8: context
    make_cgroup
    mkdir "$cgroup/late"
    trace --ring-size 4096
    stop_reading
    within "$a" "$triggers/connect" -n 60 ECONNREFUSED 10.99.0.2 9000 >/dev/null
    late_attempts "$triggers/steps" "cgroup:$cgroup/late" try:81 tell:there await:go try:82
    read_on
    finish_late 82
    stop_trace
    check expected=false accepted=false lossless=false
    shows 82 process.executable.path "$triggers/steps"
    shows 82 process.linux.cgroup "/$run_id/late"
    [[ $(context_lost) -ge 1 ]] || fail "not counted: $(tail -n 1 record)"
}

# With room for the attempt, but not for what is known of its process: that is told with the next one.
# An attempt and its result take 2 * (176 + 8) bytes; the process takes twice as much, as its paths are long.
# So of the numbers of attempts that are waiting already, at least one leaves such room.
case_who_ring_nearly_full() { # docs/spec.md, 8: context
    local long n told=0 first

    long="$case_dir/$(printf '%240s' '' | tr ' ' x)"
    mkdir "$long"
    copy_of_steps "$long/steps"
    trace --ring-size 4096
    for n in 5 6 7 8 9 10; do
        stop_reading
        within "$a" "$triggers/connect" -n "$n" ECONNREFUSED 10.99.0.2 9000 >/dev/null
        rm -f there go
        late_attempts "$long/steps" "cd:$long" "try:$((100 + n))" "tell:$case_dir/there" \
            "await:$case_dir/go" "try:$((200 + n))"
        read_on
        finish_late $((200 + n))
        shows $((200 + n)) process.executable.path "$long/steps"
        # Of the first there may be nothing; a name, if any, is the right one.
        first="$(says $((100 + n)) process.executable.path)"
        [[ -z $first || $first == null || $first == "$long/steps" ]] || fail "it is $first"
        [[ $first != null ]] || told=$((told + 1))
    done
    stop_trace
    check expected=false accepted=false lossless=false
    [[ $told -ge 1 ]] || fail "of no number of attempts there was so much room: $(cat record)"
    [[ $(context_lost) -ge $told ]] || fail "not counted: $(tail -n 1 record)"
}

# --- hostile names -----------------------------------------------------------------------------

# No newline: the kernel takes none in a cgroup's name.
who_hostile=$'x\e[31m\xc2\x9b2J" forged=\r\xff\xe2\x82y'

# hostile_attempts PORT: by a program, in a directory and a cgroup of such names.
hostile_attempts() {
    local file="./$who_hostile"$'\nforged'

    (cd "$file" && within "$a" "$file" 10.99.0.2 "cgroup:$cgroup/$who_hostile" name:$'y\e[31m" forged=' fork: \
        name:other "try:$1" host:$'h\e[31m\nforged' "exec:$file" "try:$(($1 + 1))") >>expected
}

make_hostile() {
    make_cgroup
    mkdir "$cgroup/$who_hostile" "$who_hostile"$'\nforged'
    copy_of_steps "$who_hostile"$'\nforged/'"$who_hostile"$'\nforged'
}

case_who_hostile_names_json() { # docs/spec.md, 6
    make_hostile
    trace
    hostile_attempts 81
    stop_trace
    # Bytes that are no UTF-8 have no one form: what /proc tells is "*" here.
    check
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' record || fail "control characters: $(cat -v record)"
    [[ $(says 81 process.executable.path) == "$case_dir"/x$'\e'* ]] || fail "$(cat -v record)"
    [[ $(says 81 process.executable.path) == *$'\nforged' ]] || fail "$(cat -v record)"
    [[ $(says 81 process.linux.cgroup) == "/$run_id/x"$'\e'*y ]] || fail "$(cat -v record)"
    shows 82 tpconnect.process.hostname $'h\e[31m\nforged'
}

# hostile_lines OPTION...: the record is lines of two attempts, and nothing in it that a terminal obeys.
hostile_lines() {
    rm -f record messages
    trace_raw --netns "/run/netns/$a" -w record "$@"
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    hostile_attempts 81
    stop_trace
    [[ $(grep -c '10\.99\.0\.2:8[12] ' record) -eq 2 ]] || fail "not two lines, with $*: $(cat -v record)"
    harmless record
}

# harmless FILE: nothing in it that a terminal obeys, but ends of lines.
harmless() {
    ! LC_ALL=C grep -P '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1" >odd ||
        fail "control characters: $(cat -v odd)"
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || fail "not UTF-8: $(cat -v "$1")"
}

case_who_hostile_names_text() { # docs/spec.md, 5
    local option shown='x\x1b[31m\xc2\x9b2J\" forged=\x0d\xff\xe2\x82y\nforged'

    make_hostile
    for option in --color=never --verbose; do
        hostile_lines "$option"
        ! grep -vE "$(text_line)" record >odd || fail "not as docs/spec.md says, with $option: $(cat -v odd)"
        grep -qF -- " exe=\"$case_dir/$shown/$shown\" " record || fail "no exe, with $option: $(cat -v record)"
    done
    grep -qF -- " cwd=\"$case_dir/$shown\"" record || fail "no cwd: $(cat -v record)"
    grep -qF -- " parents=\"'y\x1b[31m\\\" forged='<timeout<" record || fail "no parents: $(cat record)"
    for option in --color=never --verbose; do
        hostile_lines -o table "$option"
    done
}

# --- nobody ------------------------------------------------------------------------------------

# A further subflow is made by the kernel, and is the doing of who owns the connection.
case_who_mptcp_join() { # docs/spec.md, T2
    serve_mptcp
    within "$a" ip mptcp endpoint add 10.99.0.11 dev veth0 subflow
    trace
    trigger mptcp 10.99.0.2 80 10.99.0.11
    stop_trace
    jq -r 'select(."event.name" == "tcp.established") | "\(."network.local.address") \(."process.executable.path")"' \
        record | sort >got
    printf '%s\n' "10.99.0.1 $triggers/mptcp" "10.99.0.11 $triggers/mptcp" >want
    same want got
}

# --- more than is kept -------------------------------------------------------------------------

# What user space forgets for want of room, the kernel side has to tell again.
case_who_many_images() { # docs/spec.md, 8: context
    local long part

    # The longer the paths, the fewer images take all the room: these take 2.5 KiB each.
    long="$case_dir"
    for part in v w x y; do long+="/$(printf '%220s' '' | tr ' ' "$part")"; done
    mkdir -p "$long"
    copy_of_steps "$long/steps"
    trace -e failed
    late_attempts "$triggers/steps" try:81 tell:there await:go try:82
    within "$a" "$long/steps" 10.99.0.2 "cd:$long" 'again:4000 9000' >/dev/null || fail "it failed"
    finish_late 82
    stop_trace
    shows 81 process.executable.path "$triggers/steps"
    shows 82 process.executable.path "$triggers/steps"
    shows 9000 process.executable.path "$long/steps"
}

# Likewise of a cgroup, where it may take one attempt more, which then counts.
case_who_many_cgroups() { # docs/spec.md, 8: context
    make_cgroup
    mkdir "$cgroup/late" "$cgroup/many"
    trace -e failed
    late_attempts "$triggers/steps" "cgroup:$cgroup/late" try:81 tell:there await:go try:82 tell:second await:more try:83
    within "$a" "$triggers/steps" 10.99.0.2 "cgroup:$cgroup/many" 'through:5000 9000' >/dev/null || fail "it failed"
    await has_attempt_at 9000 || fail "no attempt: $(cat record)"
    touch go
    await has_attempt_at 82 || fail "no second attempt: $(cat record)"
    touch more
    wait "${pids[-1]}" || fail "it failed"
    stop_trace
    shows 81 process.linux.cgroup "/$run_id/late"
    shows 83 process.linux.cgroup "/$run_id/late"
    jq -r 'select(."network.peer.port" == 9000) | ."process.linux.cgroup" // ""' record | sort -u >got
    [[ $(grep -c "^/$run_id/many/0*[0-9]*\$" got) -eq 5000 && $(wc -l <got) -eq 5000 ]] ||
        fail "not each has its path: $(wc -l <got) differ"
    [[ $(says 82 process.linux.cgroup) != null || $(context_lost) -ge 1 ]] ||
        fail "the attempt after them lacks its cgroup, and nothing is counted: $(tail -n 1 record)"
}
