#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real connections, traced, and the record compared with what the connecting programs, their peers
# and the kernel's own counters say. Usage: run.sh TPCONNECT TRIGGER_DIR [[-]CASE | [-]FILE.sh]..., as
# root; FILE.sh: all cases of tests/live/cases/FILE.sh; -: not these; with no others than such: all.
# Each case has network namespaces of its own; nothing outside of them is changed.
# LIVE_KEEP=1 keeps what a case has recorded and says where.
# shellcheck disable=SC2034,SC2153 # what is set here is for the cases
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
if [[ $# -lt 2 || ! -x $1 || ! -d $2 ]]; then
    echo "usage: $0 TPCONNECT TRIGGER_DIR [CASE...]" >&2
    exit 2
fi
tpconnect="$(realpath "$1")"
triggers="$(realpath "$2")"
shift 2
export PATH="$PATH:/usr/sbin:/sbin"

# shellcheck source=tests/live/lib.sh
source "$here/lib.sh"
for file in "$here"/cases/*.sh; do
    # shellcheck source=/dev/null
    source "$file"
done

# Functions in the order in which they were written down.
cases_in() { sed -n 's/^case_\([a-z0-9_]*\)() .*/\1/p' "$@"; }

# named NAME...: cases, by their own names or those of their files.
named() {
    local name

    for name; do
        if [[ -f $here/cases/$name ]]; then cases_in "$here/cases/$name"; else echo "$name"; fi
    done
}

# What was asked for.
chosen_cases() {
    local name with=() without=()

    for name; do
        if [[ $name == -* ]]; then without+=("${name#-}"); else with+=("$name"); fi
    done
    [[ ${#with[@]} -gt 0 ]] || mapfile -t with < <(cases_in "$here"/cases/*.sh)
    named "${with[@]}" | grep -vxF -f <(named "${without[@]}")
    # Nor is one left out whose name is mistyped: it is said that there is none.
    for name in $(named "${without[@]}"); do
        declare -F "case_$name" >/dev/null || echo "$name"
    done
}

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

# Some sandboxes let no BPF program run while process 1 is the current one, so that what happens in a
# softirq that interrupts it cannot be seen by any. The kernel's own trace of these tracepoints can
# tell, so a case that failed when this happened says nothing and is run again.
init_watch="/sys/kernel/tracing/instances/tpc$$"

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

# Its exit status goes to $status, and what it has to say to $case_dir/reason.
run_once() {
    case_dir="$work/$1"
    rm -rf "$case_dir"
    mkdir "$case_dir"
    # The subshell's own status counts, so it must not be part of a condition.
    (
        set -eE
        trap 'echo "unexpected failure at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR
        trap case_cleanup EXIT
        trap 'echo interrupted; exit 1' HUP INT TERM
        cd "$case_dir"
        since=$(now)
        case_setup
        "case_$1"
    ) >"$case_dir/reason" 2>&1
    status=$?
}

run_case() {
    local name="$1" try status

    for try in 1 2 3; do
        watch_init
        run_once "$name"
        if [[ $status -eq 0 || $status -eq $SKIPPED || $try -eq 3 ]] || ! init_was_interrupted; then
            break
        fi
        echo "again $name: it failed when process 1 was interrupted"
    done
    if [[ $status -eq 0 ]]; then
        passed=$((passed + 1))
        echo "ok $name"
    elif [[ $status -eq $SKIPPED ]]; then
        skipped=$((skipped + 1))
        echo "skip $name: $(tail -n 1 "$case_dir/reason")"
    else
        failed=$((failed + 1))
        echo "not ok $name"
        head -n 12 "$case_dir/reason" | cut -c 1-1000 | sed 's/^/    /'
    fi
    [[ -n ${LIVE_KEEP:-} ]] || rm -rf "$case_dir"
}

# The namespaces are case_cleanup's.
finish() {
    [[ ! -d $init_watch ]] || rmdir "$init_watch"
    [[ -n ${LIVE_KEEP:-} ]] || rm -rf "$work"
}

work="$(mktemp -d)"
run_id="tpc$$"
passed=0 failed=0 skipped=0
trap finish EXIT
[[ -z ${LIVE_KEEP:-} ]] || echo "keeping $work"
mapfile -t cases < <(chosen_cases "$@")

reason="$(obstacle)"
for name in "${cases[@]}"; do
    if ! declare -F "case_$name" >/dev/null; then
        echo "not ok $name"
        echo "    there is no such case"
        failed=$((failed + 1))
    elif [[ -n $reason ]]; then
        echo "skip $name: $reason"
        skipped=$((skipped + 1))
    else
        run_case "$name"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
# Where all of it is meant to run, nothing having run is a failure.
[[ -z $reason || -z ${CI:-} ]] && [[ $failed -eq 0 ]]
