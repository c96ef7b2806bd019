#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The live suite on Debian's kernels, each booted in qemu without any hardware's help; as many VMs at
# once as there are CPUs. Usage:
#   run.sh [--core | --whole | --all | --cases 'CASE...'] [--degraded] [--arm64] [--update] [KERNEL...]
# --core      the core scenarios (default), on the kernels in between those that differ there; --whole: on all,
#             and two more that take long
# --cases     these
# --all       all of tests/live, with a VM for each file of its cases
# --degraded  hosts that lack something as well: see degraded.sh
# --arm64     Debian's arm64 kernels (default: 6.1), with what cross.sh builds
# --update    look for newer kernels, instead of using those that were fetched before
# KERNEL      5.10, 6.1, 6.12 or newest, the one of sid (default: all four)
# VM_TPCONNECT, VM_TRIGGERS, which --arm64 needs not: what to test (default: build-static/tpconnect,
# build/tests/live/triggers). VM_SECONDS: a VM that takes longer has failed (default: 600; with --all
# 1800). Needs no privilege. Ends with a table and 'N passed, N failed, N skipped'.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
top="$here/../.."
PATH="$PATH:/usr/sbin:/sbin"
tpconnect="${VM_TPCONNECT:-$top/build-static/tpconnect}"
triggers="${VM_TRIGGERS:-$top/build/tests/live/triggers}"

# What differs most between kernels, in the time that CI has.
core=(established refused nonblocking no_answer routes other_protocols ipv4_mapped compat x32 io_uring
    given_up before_start seccomp_denies close_plain clock_stepped who_exec who_cgroup_again
    lineage_orphan dns_receives open_ways open_closes pin_stays)
# What takes longest, and differs least from these.
rest_of_core=(stress_steered open_closes_without_snapshot)
# The oldest and the newest have all of it. What lies between has no code of its own on our side, but for
# offsets, which any event shows: a case for each program, and for who and what is open.
between=(established refused io_uring given_up seccomp_denies clock_stepped who_exec dns_receives open_ways
    open_closes)

die() { echo "run.sh: $*" >&2; exit 2; }

what=core cases='' degraded=no arch=amd64 update=() kernels=()
while [[ $# -gt 0 ]]; do
    case "$1" in
    --core) what=core ;;
    --whole) what=whole ;;
    --all) what=all ;;
    --cases)
        [[ $# -gt 1 ]] || die "which cases? run.sh --cases 'CASE...'"
        what=cases cases="$2"
        shift
        ;;
    --degraded) degraded=yes ;;
    --arm64) arch=arm64 ;;
    --update) update=(--update) ;;
    5.10 | 6.1 | 6.12 | newest) kernels+=("$1") ;;
    *) die "unknown argument '$1': it takes --core, --whole, --all, --cases, --degraded, --arm64, --update," \
        "and the kernels 5.10, 6.1, 6.12 and newest" ;;
    esac
    shift
done
[[ ${#kernels[@]} -gt 0 || $arch == arm64 ]] || kernels=(5.10 6.1 6.12 newest)
[[ ${#kernels[@]} -gt 0 ]] || kernels=(6.1)

limit="${VM_SECONDS:-600}"
[[ $what != all ]] || limit="${VM_SECONDS:-1800}"

work="$(mktemp -d)"
# shellcheck source=tests/vm/later.sh
source "$here/later.sh"

# Why there can be no VM; nothing if there can.
obstacle() {
    local said

    said="$("$top/scripts/setup.sh" --vm 2>&1)" || { tail -n 1 <<<"$said"; return; }
    [[ $arch != arm64 ]] || { cross_build; return; }
    [[ -x $tpconnect ]] || { echo "there is no $tpconnect: build it with -Dstatic=true"; return; }
    [[ -d $triggers ]] || echo "there is no $triggers: scripts/build.sh makes it"
}

# The same program and triggers for arm64, and the root that has its tools; or what is in the way.
cross_build() {
    "$here/cross.sh" "$top/build-arm64" >"$work/cross" 2>&1 || tail -n 1 "$work/cross"
}

make_base() {
    if [[ $arch == arm64 ]]; then
        tpconnect="$top/build-arm64/tpconnect" triggers="$top/build-arm64/tests/live/triggers"
        set -- "$("$here/fetch.sh" userspace arm64)"
    fi
    "$here/image.sh" base "$work/base.cpio" "$tpconnect" "$triggers" "$@"
}

# The kernel's directory goes to KERNEL.dir, and what it wants of its modules to KERNEL.cpio; if it
# cannot be had, KERNEL.messages says why.
fetch() {
    "$here/fetch.sh" "${update[@]}" "$1" "$arch" >"$work/dir.$1" &&
        "$here/image.sh" modules "$work/$1.cpio" "$(cat "$work/dir.$1")" &&
        mv "$work/dir.$1" "$work/$1.dir"
} 2>"$work/$1.messages"

# not_run NAME REASON: a skip where it can be that nothing is tried, a failure where all is meant to
# run. The reason can have more lines.
not_run() {
    local reason="${2//$'\n'/$'\n'    }"

    if [[ -n ${CI:-} ]]; then
        echo "not ok $1: $reason"
        row "$1" 0 1 0
    else
        echo "skip $1: $reason"
        row "$1" 0 0 1
    fi
}

# boot NAME PART CPUS APPEND COMMAND: of $kernel, with floods that an emulated CPU can take, and with
# the time that one program's run takes there.
boot() {
    local set="LIVE_COUNT=${LIVE_COUNT:-2000} LIVE_MANY=${LIVE_MANY:-10000} LIVE_SKEW_NS=20000000"
    set+=" LIVE_SECONDS=$limit" # the VM's own, as everything is slow there

    "$here/boot.sh" "$dir" "$1" "$2" "$arch" "$(cat "$work/$kernel.dir")" "$3" "$4" "$limit" \
        "export $set; $5" \
        "$work/base.cpio" "$work/$kernel.cpio"
}

# run_live NAME PART CASE...
run_live() { later boot "$1" "$2" 2 "" "live/run.sh ./tpconnect triggers ${*:3}"; }

core_of() {
    if [[ $what == core && $1 =~ ^6[.] && $arch == amd64 ]]; then
        echo "${between[@]}"
    elif [[ $what == core ]]; then
        echo "${core[@]}"
    else
        echo "${core[@]}" "${rest_of_core[@]}"
    fi
}

run_all() {
    local file

    for file in "$here"/../live/cases/*.sh; do
        run_live "$1" "$(basename "$file" .sh)" "${file##*/}"
    done
}

run_degraded() {
    local variant append cpus

    while read -r variant cpus append; do
        later boot "$1 $variant" '' "$cpus" "$append" "./degraded.sh $variant"
    done <<-'VARIANTS'
	mounts 2
	lockdown 2 lockdown=confidentiality
	cgroup1 2 tpconnect.cgroup1
	hybrid 2
	no-ipv6 2 ipv6.disable=1
	one-cpu 1
	eight-cpus 8
	VARIANTS
}

run_kernel() {
    local kernel="$1" name="$1" some

    [[ $arch == amd64 ]] || name="$kernel-$arch"
    [[ -z $reason ]] || { later not_run "$name" "$reason"; return; }
    [[ -e $work/$kernel.dir ]] || { later not_run "$name" "$(tac "$work/$kernel.messages")"; return; }
    case "$what" in
    core | whole)
        read -ra some < <(core_of "$kernel")
        run_live "$name" '' "${some[@]}"
        ;;
    all) run_all "$name" ;;
    cases) run_live "$name" '' "$cases" ;;
    esac
    [[ $degraded == no ]] || run_degraded "$name"
}

reason="$(obstacle)"
if [[ -z $reason ]]; then
    make_base
    for kernel in "${kernels[@]}"; do
        fetch "$kernel" &
    done
    wait
fi
for kernel in "${kernels[@]}"; do
    run_kernel "$kernel"
done
show_all
