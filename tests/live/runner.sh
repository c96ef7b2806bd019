# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034,SC2153 # what run.sh sets, and what is set for the cases
# Running cases: one after the other or side by side, each within its time. Sourced by run.sh, which
# sets $work, $jobs and $file_of, and reads the counters $passed, $failed, $skipped and $again.
#
# Of each case there is in $work: NAME/ (where it runs), NAME.pid (its shell), NAME.said (what is
# printed of it) and, once it is over, NAME.result.

# Files and cases that need all CPUs, or most of the programs that a tracepoint takes, or that make the
# kernel skip programs: it counts these for the whole host, and so for a neighbour that must miss none.
ALONE=(stress.sh skipped.sh filters_mix.sh load.sh closed_meanwhile replaced_meanwhile open_many
    open_churn open_churn_without_snapshot)
: "${LIVE_SECONDS:=300}"
# How long one that was ended may take to clean up.
: "${LIVE_GRACE:=5}"

declare -A running=() # slot to name
alone_runs=no

# Why no case can run here; nothing if they can.
obstacle() {
    local tool

    if [[ $EUID -ne 0 ]]; then
        echo "needs root"
        return
    fi
    for tool in ip jq nft nsenter ss; do
        command -v "$tool" >/dev/null || { echo "needs $tool"; return; }
    done
    mountpoint -q /sys/kernel/tracing || echo "tracefs is not mounted at /sys/kernel/tracing"
}

# --- in the shell of the suite -----------------------------------------------------------------

is_alone() { [[ " ${ALONE[*]} " == *" ${file_of[$1]} "* || " ${ALONE[*]} " == *" $1 "* ]]; }

# begin_case NAME: as soon as it may run.
begin_case() {
    local slot=1 room=$((jobs - 1)) alone=no

    ! is_alone "$1" || alone=yes
    [[ $alone == no && $alone_runs == no ]] || room=0
    wait_for_cases "$room"
    while [[ -n ${running[$slot]:-} ]]; do
        slot=$((slot + 1))
    done
    running[$slot]="$1"
    alone_runs="$alone"
    run_case "$1" "$slot" &
}

# wait_for_cases N: until no more than so many run; tells of those that are over.
wait_for_cases() {
    local slot

    while tell_results; [[ ${#running[@]} -gt $1 ]]; do
        wait -n
    done
}

tell_results() {
    local slot

    for slot in "${!running[@]}"; do
        [[ ! -e $work/${running[$slot]}.result ]] || tell_result "$slot"
    done
}

# tell_result SLOT: prints what is to be said of its case, and counts it.
tell_result() {
    local name="${running[$1]}" result tries

    read -r result tries <"$work/$name.result"
    case "$result" in
    ok) passed=$((passed + 1)) ;;
    skip) skipped=$((skipped + 1)) ;;
    *) failed=$((failed + 1)) ;;
    esac
    again=$((again + tries - 1))
    cat "$work/$name.said"
    rm -f "$work/$name".{result,said,pid}
    unset "running[$1]"
}

# Whatever a case starts has its directory as the current one.
tell_left_behind() {
    local place pid

    while read -r place pid; do
        place="${place#"$work/"}"
        echo "not ok ${place%%/*}: $pid is left behind: $(tr '\0' ' ' <"/proc/$pid/cmdline")"
        failed=$((failed + 1))
    done < <(find /proc/[0-9]*/cwd -maxdepth 0 -lname "$work/*" -printf '%l %h\n' 2>/dev/null |
        sed -E 's, (\(deleted\) )?/proc/([0-9]+)$, \2,')
}

# The lines that the cases have kept, against the schema.
tell_schema() {
    local status=0 lines="$work/lines" begin="${EPOCHREALTIME/[.,]/}"

    cat "$work"/*.lines >"$lines" 2>/dev/null
    [[ -s $lines ]] || return 0
    if ! command -v python3 >/dev/null || [[ ! -e $here/../schema.py ]]; then
        echo "skip: python3 or tests/schema.py is not here" >"$work/schema"
        status=77
    else
        "$here/../schema.py" "$lines" >"$work/schema" || status=$?
    fi
    case "$status" in
    0)
        passed=$((passed + 1))
        echo "ok json_schema: $(wc -l <"$lines") lines ($(seconds_since "$begin"))"
        ;;
    77)
        skipped=$((skipped + 1))
        echo "skip json_schema: $(sed 's/^skip: //' "$work/schema")"
        ;;
    *)
        failed=$((failed + 1))
        echo "not ok json_schema: $(wc -l <"$work/schema") of $(wc -l <"$lines") lines"
        sed 's/^/    /' "$work/schema"
        ;;
    esac
}

# Ends the cases that run when the suite is interrupted.
end_running() {
    local slot

    for slot in "${!running[@]}"; do
        end_case "${running[$slot]}" TERM
    done
    wait
} 2>/dev/null

# --- in a shell of the case's own --------------------------------------------------------------

# Some sandboxes let no BPF program run while process 1 is the current one, so that what happens in a
# softirq that interrupts it cannot be seen by any. The kernel's own trace of these tracepoints can
# tell, so a case that failed when this happened says nothing and is run again.
watch_init() {
    local event tids

    [[ -d $init_watch ]] || mkdir "$init_watch" 2>/dev/null || return 0
    tids="$(cd /proc/1/task && printf '||common_pid==%s' *)"
    for event in sock/inet_sock_set_state tcp/tcp_retransmit_skb; do
        echo "${tids#||}" >"$init_watch/events/$event/filter"
        echo 1 >"$init_watch/events/$event/enable"
    done
    : >"$init_watch/trace"
}

init_was_interrupted() { grep -qsv '^#' "$init_watch/trace"; }

# Its own status counts, so no part of it may be a condition.
case_shell() {
    set -eE
    trap 'echo "unexpected failure at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR
    trap case_cleanup EXIT
    trap 'echo "interrupted in: $BASH_COMMAND"; exit 1' HUP INT TERM
    echo "$BASHPID" >"$work/$1.pid"
    cd "$case_dir"
    since=$(now)
    case_setup
    "case_$1"
}

# run_once NAME: its exit status goes to $status, and what it has to say to $case_dir/reason.
run_once() {
    case_dir="$work/$1"
    rm -rf "$case_dir"
    mkdir "$case_dir"
    # A line from who waits for the case, as the end of a file would not come while anything that the
    # case has started is left.
    {
        (case_shell "$1") </dev/null >>"$case_dir/reason" 2>&1
        echo $? >&"$ends"
    } 2>/dev/null &
    if ! read -rt "$LIVE_SECONDS" -u "$ends" status; then
        echo "not at its end after $LIVE_SECONDS s" >>"$case_dir/reason"
        end_case "$1" TERM
        # Its own cleaning up takes a moment.
        read -rt "$LIVE_GRACE" -u "$ends" ||
            { end_case "$1" KILL; case_cleanup; read -rt "$LIVE_GRACE" -u "$ends"; }
        status=1
    fi
}

# descendants PID: its children, theirs, and so on.
descendants() {
    local child

    for child in $(pgrep -P "$1"); do
        echo "$child"
        descendants "$child"
    done
}

# end_case NAME SIGNAL: sends it to the case's shell, which obeys a SIGTERM once the command for which it
# waits has ended, so that all its descendants are killed. It starts no more of them meanwhile.
end_case() {
    local shell below

    shell="$(cat "$work/$1.pid")" || return 0
    kill -STOP "$shell"
    below="$(descendants "$shell")"
    kill "-$2" "$shell"
    # shellcheck disable=SC2086 # words
    kill -KILL $below
    kill -CONT "$shell"
} 2>/dev/null

# seconds_since MICROSECONDS: to a tenth.
seconds_since() {
    local tenths=$(((${EPOCHREALTIME/[.,]/} - $1) / 100000))

    echo "$((tenths / 10)).$((tenths % 10)) s"
}

# What is printed of a case whose exit status is $status.
describe() {
    local name="$1" took="$2"

    if [[ $status -eq 0 ]]; then
        echo "ok $name ($took)"
    elif [[ $status -eq $SKIPPED ]]; then
        echo "skip $name: $(tail -n 1 "$case_dir/reason")"
    else
        echo "not ok $name ($took)"
        head -n 12 "$case_dir/reason" | cut -c 1-1000 | sed 's/^/    /'
    fi
}

# run_case NAME SLOT
run_case() {
    local name="$1" try status result begin="${EPOCHREALTIME/[.,]/}"

    trap - EXIT HUP INT TERM
    run_id="tpc$$-$2"
    init_watch="/sys/kernel/tracing/instances/$run_id"
    pids=()
    mkfifo "$work/$name.ends"
    exec {ends}<>"$work/$name.ends"
    for try in 1 2 3; do
        watch_init
        run_once "$name"
        if [[ $status -eq 0 || $status -eq $SKIPPED || $try -eq 3 ]] || ! init_was_interrupted; then
            break
        fi
        echo "again $name: it failed when process 1 was interrupted" >>"$work/$name.said"
    done
    describe "$name" "$(seconds_since "$begin")" >>"$work/$name.said"
    [[ -n ${LIVE_KEEP:-} ]] || rm -rf "$case_dir"
    case "$status" in 0) result=ok ;; "$SKIPPED") result=skip ;; *) result=failed ;; esac
    # All of it at once, as the suite may look at any time.
    echo "$result $try" >"$work/$name.over"
    mv "$work/$name.over" "$work/$name.result"
}
