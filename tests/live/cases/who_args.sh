# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016 # what run.sh and lib.sh set; $ for an inner shell
# --args and --lineage: what a process was executed with, and by whom it was started. The helpers are
# those of who.sh. The second witness is the shell: it made the arguments, and knows its own pids.

# --- help --------------------------------------------------------------------------------------

# args HOW PORT ARG...: see triggers/args.c; it does not wait.
args() {
    local how="$1" port="$2"
    shift 2

    trigger args "$how" 10.99.0.2 "$port" . "$@"
}

# args_early HOW PORT ARG...: likewise, but it was executed before tpconnect; finish_early lets it go on.
args_early() {
    local how="$1" port="$2"
    shift 2

    nsenter --net="/run/netns/$a" "$triggers/args" "$how" 10.99.0.2 "$port" "$case_dir/go" "$@" \
        >>expected 2>trigger_messages &
    pids+=($!)
    # Once it waits, its exec is over.
    await executes "$!" args || fail "args did not start: $(cat trigger_messages)"
}

executes() { [[ $(cat "/proc/$1/comm" 2>/dev/null) == "$2" ]]; }

# finish_early N: of so many.
finish_early() {
    touch go
    await all_gone "${pids[@]:0:$1}" || fail "args did not end: $(cat trigger_messages)"
}

# shows_args PORT WORD...: the arguments, of which no more is told.
shows_args() {
    local port="$1"
    shift

    shows "$port" process.command_args "$(jq -nc '$ARGS.positional' --args -- "$@")"
    shows "$port" process.args_count $#
    shows_no "$port" tpconnect.process.args_truncated
}

args_source=tpconnect.process.args_source

# --- arguments ---------------------------------------------------------------------------------

case_args_hostile() { # docs/spec.md, 6
    local odd=('' 'a b' $'new\nline' $'\e[31m' $'\xff' '"quoted"' 'x=y' '')

    trace --args
    args keep 81 "${odd[@]}"
    stop_trace
    check
    shows_args 81 "$triggers/args" keep 10.99.0.2 81 . "${odd[@]}"
    shows 81 "$args_source" exec
}

case_args_text() { # docs/spec.md, 5
    trace_raw --netns "/run/netns/$a" -w record --args
    await grep -qs tracing messages || fail "tpconnect did not start: $(cat messages)"
    args keep 81 'a b' $'new\nline' $'\e[31m' $'\xff' ''
    stop_trace
    [[ $(wc -l <record) -eq 1 ]] || fail "$(cat -v record)"
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]' record || fail "control characters: $(cat -v record)"
    grep -qF ' args="'"$triggers"'/args keep 10.99.0.2 81 .' record || fail "$(cat record)"
    ! grep -q args_source record || fail "$(cat record)"
}

# Nothing is attached, and nothing shown, unless it is asked for.
case_args_not_asked() {
    trace
    args keep 81
    stop_trace
    check
    shows_no 81 process.command_args
    shows_no 81 "$args_source"
    ! head -n 1 record | grep -q sched_process || fail "$(head -n 1 record)"
}

case_args_without_syscalls() {
    trace --args --lineage --no-syscalls
    args keep 81 one
    stop_trace
    check
    shows_args 81 "$triggers/args" keep 10.99.0.2 81 . one
}

# 200 KB of them: the first of an array of strings are whole, the last is cut.
case_args_long() {
    local many want got

    mapfile -t many < <(seq 1 35000)
    trace --args
    args keep 81 "${many[@]}"
    stop_trace
    check
    want="$triggers/args keep 10.99.0.2 81 . ${many[*]}"
    want="${want:0:1023}"
    got="$(says 81 process.command_args | jq -r 'join(" ")')"
    # What was cut right behind an argument has a space there.
    [[ $got == "${want% }" ]] || fail "expected $want, got $got"
    shows 81 tpconnect.process.args_truncated true
    shows_no 81 process.args_count
    shows 81 "$args_source" exec
}

# 1,023 bytes are whole, 1,024 are not.
case_args_at_the_limit() {
    local room

    trace --args
    room=$((1023 - $(printf '%s\0' "$triggers/args" keep 10.99.0.2 81 . '' | wc -c)))
    args keep 81 "$(printf "%${room}s" '')"
    args keep 82 "$(printf "%$((room + 1))s" '')"
    stop_trace
    check
    shows_args 81 "$triggers/args" keep 10.99.0.2 81 . "$(printf "%${room}s" '')"
    shows 82 tpconnect.process.args_truncated true
}

case_args_changed() { # docs/spec.md, T13
    args_early change 82 early
    trace --args
    args change 81 secret
    finish_early 1
    stop_trace
    check
    shows_args 81 "$triggers/args" change 10.99.0.2 81 . secret
    shows 81 "$args_source" exec
    [[ $(says 82 process.command_args) =~ ^\[\"X+\"\]$ ]] || fail "$(says 82 process.command_args)"
    shows 82 "$args_source" current
}

case_args_before_start() {
    args_early keep 81 early ''
    trace --args
    finish_early 1
    stop_trace
    check
    shows_args 81 "$triggers/args" keep 10.99.0.2 81 "$case_dir/go" early ''
    shows 81 "$args_source" current
}

# What is not known is absent; none is none.
case_args_dropped() { # docs/spec.md, T13
    args_early drop 81 early
    args_early none 82 early
    trace --args
    args drop 83 late
    finish_early 2
    stop_trace
    check
    shows_no 81 process.command_args
    shows_no 81 "$args_source"
    shows_args 82
    shows 82 "$args_source" current
    shows_args 83 "$triggers/args" drop 10.99.0.2 83 . late
}

case_args_script() {
    local name

    name="$(printf "%250s" '' | tr ' ' y)"
    printf '#!%s -e\necho >/dev/tcp/10.99.0.2/$1\n' "$(type -P bash)" >script
    chmod +x script
    cp script "$name"
    trace --args
    within "$a" ./script 81 '' 2>/dev/null || true
    within "$a" "./$name" 82 2>/dev/null || true
    # Longer than what is kept of it: it is an argument still.
    within "$a" "././././$name" 83 2>/dev/null || true
    within "$a" bash script 84 2>/dev/null || true
    stop_trace
    check expected=false
    shows_args 81 "$(type -P bash)" -e ./script 81 ''
    shows 81 tpconnect.process.script ./script
    shows 82 tpconnect.process.script "./$name"
    shows_no 83 tpconnect.process.script
    shows_args 83 "$(type -P bash)" -e "././././$name" 83
    shows_no 84 tpconnect.process.script
}

# Each exec makes another image, with its own arguments; a thread's too.
case_args_exec() { # docs/spec.md, 2: image
    local again="$triggers/steps"

    trace --args
    steps try:81 "exec:$again" try:82 "exec-thread:$again" try:83
    stop_trace
    check
    shows_args 81 "$triggers/steps" 10.99.0.2 try:81 "exec:$again" try:82 "exec-thread:$again" try:83
    shows_args 82 "$again" 10.99.0.2 try:82 "exec-thread:$again" try:83
    shows_args 83 "$again" 10.99.0.2 try:83
    shows 81 "$args_source" exec
    shows 82 "$args_source" exec
    shows 83 "$args_source" exec
}

# A child that executes nothing has its parent's arguments, in its own memory.
case_args_fork() {
    trace --args
    steps fork: try:81
    stop_trace
    check
    shows_args 81 "$triggers/steps" 10.99.0.2 fork: try:81
    shows 81 "$args_source" current
}

# --- lineage -----------------------------------------------------------------------------------

# ancestors PORT N: pids and names of the nearest N, of whom no two events differ.
ancestors() {
    says "$1" tpconnect.process.ancestors |
        jq -r --argjson n "$2" '.[:$n] | map("\(.pid) \(.name)") | join(",")'
}

# An attempt at PORT by a shell whose parent and the parent of that have ended; pids_of has their pids,
# the nearest last. They live until the other end of the pipe at 8 is closed.
orphan_of_shells() {
    within "$a" bash -c 'ended() { [[ ! -e /proc/$1/exe ]]; }
        alone() {
            for pid in $(<pids_of); do
                until ended "$pid"; do sleep 0.02; done
            done
        }
        echo $BASHPID >>pids_of
        (echo $BASHPID >>pids_of
         read -r <&8
         (alone; echo >"/dev/tcp/10.99.0.2/$1") 2>/dev/null &) &
        wait' bash "$1" || true
}

case_lineage_orphan() {
    trace --lineage
    orphan_of_shells 81 8</dev/null
    wait_for 1 failed
    stop_trace
    check expected=false
    shows_dead_parents 81
}

shows_dead_parents() {
    local dead want

    mapfile -t dead <pids_of
    want="${dead[1]} bash,${dead[0]} bash"
    [[ $(ancestors "$1" 2) == "$want" ]] || fail "expected $want, got $(ancestors "$1" 6)"
}

case_lineage_not_asked() {
    local pid

    trace
    orphan_of_shells 81 8</dev/null
    wait_for 1 failed
    stop_trace
    check expected=false
    for pid in $(<pids_of); do
        [[ ",$(ancestors 81 6)" != *",$pid "* ]] || fail "$pid has ended: $(ancestors 81 6)"
    done
}

# A parent that was there before had ancestors too, at the fork.
case_lineage_before_start() {
    mkfifo pipe
    exec 9<>pipe
    orphan_of_shells 81 8<pipe 9>&- &
    await both_shells || fail "the shells did not start"
    trace --lineage 9>&-
    exec 9>&-
    wait_for 1 failed
    stop_trace
    check expected=false
    shows_dead_parents 81
}

both_shells() { [[ $(wc -l <pids_of) -eq 2 ]]; } 2>/dev/null

# All make their attempts at once, when their parent is no more.
case_lineage_burst() {
    local parent

    mkfifo pipe
    trace --lineage
    exec 9<>pipe
    within "$a" bash -c 'echo $$ >parent
        for ((port = 20001; port <= 20300; port++)); do
            (read -r <&8; echo >"/dev/tcp/10.99.0.2/$port") 2>/dev/null &
        done' 8<pipe 9>&-
    parent="$(cat parent)"
    await gone "$parent" || fail "$parent has not ended"
    exec 9>&-
    wait_for 300 failed
    stop_trace
    check expected=false
    jq -r 'select(."event.name" == "tcp.failed") | "\(."network.peer.port") " +
        (."tpconnect.process.ancestors"[0] | "\(.pid) \(.name)")' record | sort >got
    seq 20001 20300 | sed "s/\$/ $parent bash/" >want
    same want got
}
