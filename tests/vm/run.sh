#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The live suite on Debian's kernels, each booted in qemu without any hardware's help. Usage:
#   run.sh [--core | --all | --cases 'CASE...'] [--degraded] [--arm64] [--update] [KERNEL...]
# --core      the core scenarios (default); --all: all of tests/live; --cases: these
# --degraded  hosts that lack something as well: see degraded.sh
# --arm64     Debian's arm64 kernels (default: 6.1), with what cross.sh builds
# --update    look for newer kernels, instead of using those that were fetched before
# KERNEL      5.10, 6.1, 6.12 or newest, the one of sid (default: all four)
# VM_TPCONNECT, VM_TRIGGERS, which --arm64 needs not: what to test (default: build-static/tpconnect, build/tests/live/triggers).
# VM_SECONDS: a boot that takes longer has failed. Needs no privilege. Ends with a table and
# 'N passed, N failed, N skipped'.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
top="$here/../.."
PATH="$PATH:/usr/sbin:/sbin"
tpconnect="${VM_TPCONNECT:-$top/build-static/tpconnect}"
triggers="${VM_TRIGGERS:-$top/build/tests/live/triggers}"

# What differs most between kernels, in the time that CI has.
core=(established refused nonblocking no_answer routes other_protocols ipv4_mapped compat io_uring
    given_up before_start seccomp_denies close_plain clock_stepped)

# Not on 7.2, where it is known to fail about one time in five: README, Limits. --all and --cases
# run it there too.
steered=stress_steered

die() { echo "run.sh: $*" >&2; exit 2; }

cases=() core_only=yes degraded=no arch=amd64 update=() kernels=()
while [[ $# -gt 0 ]]; do
    case "$1" in
    --core) ;;
    --all) core_only=no ;;
    --cases)
        [[ $# -gt 1 ]] || die "which cases? run.sh --cases 'CASE...'"
        read -ra cases <<<"$2"
        core_only=no
        shift
        ;;
    --degraded) degraded=yes ;;
    --arm64) arch=arm64 ;;
    --update) update=(--update) ;;
    5.10 | 6.1 | 6.12 | newest) kernels+=("$1") ;;
    *) die "unknown argument '$1': it takes --core, --all, --cases, --degraded, --arm64, --update," \
        "and the kernels 5.10, 6.1, 6.12 and newest" ;;
    esac
    shift
done
[[ ${#kernels[@]} -gt 0 || $arch == arm64 ]] || kernels=(5.10 6.1 6.12 newest)
[[ ${#kernels[@]} -gt 0 ]] || kernels=(6.1)

passed=0 failed=0 skipped=0
table=()
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

row() { table+=("$(printf '%-24s %-22s %6s %6s %7s' "$@")"); }

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

# Nothing could be tried: a skip where that can be, a failure where it is meant to run.
not_run() {
    if [[ -n ${CI:-} ]]; then
        failed=$((failed + 1))
        echo "not ok $1: $2"
        row "$1" - 0 1 0
    else
        skipped=$((skipped + 1))
        echo "skip $1: $2"
        row "$1" - 0 0 1
    fi
}

# boot KERNEL_DIR CPUS APPEND SECONDS: with initrd; the console goes to console, what the job prints
# to result. On x86 the emulated CPUs take turns: with a thread for each, a kernel that patches its
# code (for each tracepoint) was seen to die of an int3 that was there no more.
boot() {
    local machine append

    if [[ $arch == arm64 ]]; then
        machine=(qemu-system-aarch64 -accel "tcg,thread=multi" -machine virt -cpu cortex-a57
            -serial "file:$work/console"
            -chardev "file,id=result,path=$work/result" -device "pci-serial,chardev=result")
        append="console=ttyAMA0 tty=ttyS0" # of init: the board has one port of its own kind
    else
        machine=(qemu-system-x86_64 -accel "tcg,thread=single" -serial "file:$work/console"
            -serial "file:$work/result")
        append="console=ttyS0 tsc=reliable"
    fi
    : >"$work/result"
    timeout "$4" "${machine[@]}" -no-user-config -nodefaults -display none -no-reboot \
        -smp "$2" -m 2048 -kernel "$1/vmlinuz" -initrd "$work/initrd" \
        -append "$append panic=-1 tpconnect.vm mitigations=off $3" </dev/null >"$work/qemu" 2>&1
}

# What the job says, as it says it.
show() { sed -E "s/^(ok|not ok|skip) /\1 $1: /" "$work/result" | grep -vE '^(end of the job|[0-9]+ passed)'; }

count() { grep -cE "^$1 " "$work/result" || true; }

# The kernel of all the boots of one run, one after the other: run_job NAME KERNEL_DIR CPUS APPEND JOB.
run_job() {
    local name="$1" dir="$2" cpus="$3" append="$4" status=0 oks bads skips version

    mkdir -p "$work/job"
    printf '%s\n' "$5" >"$work/job/job"
    (cd "$work/job" && echo job | cpio --quiet -o -H newc -R 0:0) >"$work/job.cpio"
    cat "$work/base.cpio" "$work/modules.cpio" "$work/job.cpio" >"$work/initrd"
    version="$(cat "$dir/version")"
    echo "== $name: $version"
    boot "$dir" "$cpus" "$append" "${VM_SECONDS:-300}" || status=$?
    tr -d '\r' <"$work/result" >"$work/clean" && mv "$work/clean" "$work/result"
    show "$name" || true
    oks=$(count ok) bads=$(count 'not ok') skips=$(count skip)
    # Whatever kept it from its end is a failure, and so is doing nothing.
    if [[ $(tail -n 1 "$work/result") != "end of the job" || $((oks + bads + skips)) -eq 0 ]]; then
        bads=$((bads + 1))
        echo "not ok $name: $(reason_of_end "$status"); the console's end:"
        cat "$work/qemu"
        tail -n 40 "$work/console" | tr -d '\r' | cut -c 1-160 | sed 's/^/    /'
    fi
    passed=$((passed + oks)) failed=$((failed + bads)) skipped=$((skipped + skips))
    row "$name" "$version" "$oks" "$bads" "$skips"
}

reason_of_end() {
    if [[ $1 -eq 124 ]]; then
        echo "not at its end after ${VM_SECONDS:-300} s"
    elif grep -q 'Kernel panic' "$work/console"; then
        echo "the kernel panicked"
    else
        echo "it ended before the cases did (status $1)"
    fi
}

# job COMMAND: with floods that an emulated CPU can take.
job() { echo "export LIVE_COUNT=${LIVE_COUNT:-2000} LIVE_MANY=${LIVE_MANY:-10000}; $1"; }

run_degraded() {
    local name="$1" dir="$2" variant append cpus

    while read -r variant cpus append; do
        run_job "$name $variant" "$dir" "$cpus" "$append" "$(job "./degraded.sh $variant")"
    done <<-'VARIANTS'
	mounts 2
	lockdown 2 lockdown=confidentiality
	cgroup1 2 tpconnect.cgroup1
	no-ipv6 2 ipv6.disable=1
	one-cpu 1
	eight-cpus 8
	VARIANTS
}

# The cases for a kernel; none: all.
cases_of() {
    if [[ $core_only == no ]]; then
        echo "${cases[*]}"
    elif [[ $1 == newest ]]; then
        echo "${core[*]}"
    else
        echo "${core[*]} $steered"
    fi
}

# What is left out is said, and counted.
tell_left_out() {
    [[ $core_only == yes && $1 == newest ]] || return 0
    skipped=$((skipped + 1))
    echo "skip $1: $steered: two programs can be preempted at once there: README, Limits"
}

run_kernel() {
    local kernel="$1" dir

    dir="$("$here/fetch.sh" "${update[@]}" "$kernel" "$arch" 2>"$work/fetch")" ||
        { not_run "$kernel" "$(tail -n 1 "$work/fetch")"; sed 's/^/    /' "$work/fetch"; return; }
    "$here/image.sh" modules "$work/modules.cpio" "$dir"
    [[ $arch == amd64 ]] || kernel="$kernel-$arch"
    run_job "$kernel" "$dir" 2 "" "$(job "live/run.sh ./tpconnect triggers $(cases_of "$1")")"
    tell_left_out "$1"
    [[ $degraded == no ]] || run_degraded "$kernel" "$dir"
}

make_base() {
    if [[ $arch == arm64 ]]; then
        tpconnect="$top/build-arm64/tpconnect" triggers="$top/build-arm64/tests/live/triggers"
        set -- "$("$here/fetch.sh" userspace arm64)"
    fi
    "$here/image.sh" base "$work/base.cpio" "$tpconnect" "$triggers" "$@"
}

reason="$(obstacle)"
[[ -n $reason ]] || make_base
row kernel version passed failed skipped
for kernel in "${kernels[@]}"; do
    if [[ -n $reason ]]; then
        not_run "$kernel" "$reason"
    else
        run_kernel "$kernel"
    fi
done
printf '\n'
printf '%s\n' "${table[@]}"
printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[[ $failed -eq 0 ]]
