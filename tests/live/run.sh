#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Real connections, traced, and the record compared with what the connecting programs, their peers
# and the kernel's own counters say. As root:
#   run.sh [--jobs N] TPCONNECT TRIGGER_DIR [[-]NAME...]
#   run.sh --list [[-]NAME...]          the cases that would run, with their files; needs no privilege
# NAME is a case, a file of tests/live/cases (FILE.sh), or a pattern of either ('filter_*', 'reco*.sh');
# with a - before it, these are left out. With no others than such: all.
# --jobs N    N cases side by side, to have an answer sooner; those that runner.sh names run alone. The
#             kernel counts skipped programs for the whole host, so any flood may fail its neighbour, and
#             scripts/test.sh runs one case after the other
# LIVE_SECONDS is how long one case may take (default 300). LIVE_KEEP=1 keeps what a case has recorded
# and says where. LIVE_CASES is another directory of cases.
# Each case has network namespaces of its own; nothing outside of them is changed.
# What the records had is then compared with docs/tpconnect.schema.json, which counts as one case.
# The last line is 'N passed, N failed, N skipped, N run again'.
# shellcheck disable=SC2034,SC2153 # what is set here is for the cases
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
case_files="${LIVE_CASES:-$here/cases}"
export PATH="$PATH:/usr/sbin:/sbin"

usage() {
    echo "usage: $0 [--jobs N] TPCONNECT TRIGGER_DIR [[-]NAME...]; $0 --list [[-]NAME...]" >&2
    exit 2
}

list=no jobs=1
while [[ ${1-} == --* ]]; do
    case "$1" in
    --list) list=yes ;;
    --jobs)
        [[ ${2-} =~ ^[1-9][0-9]?$ ]] || usage
        jobs="$2"
        shift
        ;;
    *) usage ;;
    esac
    shift
done
if [[ $list == no ]]; then
    [[ $# -ge 2 && -x $1 && -d $2 ]] || usage
    tpconnect="$(realpath "$1")"
    triggers="$(realpath "$2")"
    shift 2
fi

# shellcheck source=tests/live/lib.sh
source "$here/lib.sh"
# shellcheck source=tests/live/runner.sh
source "$here/runner.sh"
# One shell reads them all: the second function of a name would take the place of the first.
twice="$(grep -ohE '^[a-z0-9_]+\(\)' "$case_files"/*.sh | sort | uniq -d | tr '\n' ' ')"
[[ -z $twice ]] || { echo "run.sh: there is more than one ${twice% }" >&2; exit 2; }
for file in "$case_files"/*.sh; do
    # shellcheck source=/dev/null
    source "$file"
done

# Every case in the order in which they were written down, and the file of each.
all_cases=()
declare -A file_of=()
while read -r file name; do
    all_cases+=("$name")
    file_of[$name]="$file"
done < <(awk 'match($0, /^case_[a-z0-9_]*\(\) /) {
    file = FILENAME
    sub(".*/", "", file)
    print file, substr($0, 6, RLENGTH - 8) }' "$case_files"/*.sh)

# named NAME...: the cases of these names, files and patterns. A name that is none of these is printed
# as it is, for whoever runs it to say so.
named() {
    local name one found

    for name; do
        found=no
        for one in "${all_cases[@]}"; do
            # shellcheck disable=SC2053 # $name is a pattern
            if [[ $one == $name || ${file_of[$one]} == $name ]]; then
                found=yes
                echo "$one"
            fi
        done
        [[ $found == yes ]] || echo "$name"
    done
}

# The cases that the arguments name, each once.
chosen_cases() {
    local name with=() without=()

    for name; do
        if [[ $name == -* ]]; then without+=("${name#-}"); else with+=("$name"); fi
    done
    [[ ${#with[@]} -gt 0 ]] || with=('*')
    named "${with[@]}" | grep -vxF -f <(named "${without[@]}") | awk '!seen[$0]++'
    # A mistyped name that was to be left out is printed, so that the run fails with it.
    for name in $(named "${without[@]}"); do
        [[ -n ${file_of[$name]:-} ]] || echo "$name"
    done
}

list_cases() {
    local name

    for name in "${cases[@]}"; do
        [[ -n ${file_of[$name]:-} ]] ||
            { echo "run.sh: there is no case, file or pattern '$name'" >&2; return 2; }
        printf '%-32s %s\n' "$name" "${file_of[$name]}"
    done
}

# Each namespace was deleted by its case_cleanup.
finish() {
    end_running
    rmdir "/sys/kernel/tracing/instances/tpc$$"-* 2>/dev/null
    [[ -n ${LIVE_KEEP:-} ]] || rm -rf "$work"
}

mapfile -t cases < <(chosen_cases "$@")
if [[ $list == yes ]]; then
    list_cases
    exit
fi

work="$(mktemp -d)"
passed=0 failed=0 skipped=0 again=0
trap finish EXIT
trap 'echo "not ok: the suite was interrupted"; exit 1' HUP INT TERM
[[ -z ${LIVE_KEEP:-} ]] || echo "keeping $work"

reason="$(obstacle)"
for name in "${cases[@]}"; do
    if [[ -z ${file_of[$name]:-} ]]; then
        echo "not ok $name"
        echo "    there is no such case"
        failed=$((failed + 1))
    elif [[ -n $reason ]]; then
        echo "skip $name: $reason"
        skipped=$((skipped + 1))
    else
        begin_case "$name"
    fi
done
wait_for_cases 0
tell_left_behind
tell_schema
echo "$passed passed, $failed failed, $skipped skipped, $again run again"
# Where all of it is meant to run, nothing having run is a failure.
[[ -z $reason || -z ${CI:-} ]] && [[ $failed -eq 0 ]]
