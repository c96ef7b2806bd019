#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build, then pass every test: what scripts/check.sh runs before a commit, completions, real connections;
# the program a second time under AddressSanitizer and UndefinedBehaviorSanitizer, and its threads under
# ThreadSanitizer; other kernels in VMs, and the packages in a chroot. Ends with 'N passed, N failed, N
# skipped'. Usage: test.sh [--quick | --all]
# --quick     without VMs and chroots
# --all       also what CI has no time for: docs/testing.md, What CI leaves out
set -euo pipefail

quick=no all=no
for argument; do
    case "$argument" in
    --quick) quick=yes ;;
    --all) all=yes ;;
    -h | --help)
        echo "Usage: $0 [--quick | --all]"
        echo "Builds, then passes every test. --quick: without VMs and chroots of other systems; --all: also"
        echo "what CI has no time for."
        exit 0
        ;;
    *)
        echo "test: unknown argument '$argument': it takes --quick, --all, --help or nothing" >&2
        exit 2
        ;;
    esac
done

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export PATH="$PATH:/usr/sbin:/sbin"
# A leak, or any undefined behaviour, is a failure with a status of its own.
export TSAN_OPTIONS="exitcode=99"
export ASAN_OPTIONS="detect_leaks=1:exitcode=99" UBSAN_OPTIONS="halt_on_error=1:exitcode=99"

# shellcheck source=scripts/suites.sh
source scripts/suites.sh
kernels=(--core) twice=()
[[ $all == no ]] || kernels=(--whole) twice=(--twice)
# Cases beside which nothing else may run: ALONE of tests/live/runner.sh says why.
busy=(stress.sh skipped.sh load.sh closed_meanwhile replaced_meanwhile)
declare -A not_built=()
# Nor does what runs in the background outlive this.
trap 'kill $(jobs -p) 2>/dev/null || true; give_back build build-asan build-tsan build-static' EXIT

# suite_of DIR NAME COMMAND...: a suite that needs what is built in DIR.
suite_of() {
    local built="$1"
    shift

    if [[ -n ${not_built[$built]:-} ]]; then
        say "$1"
        echo "skip $1: $built was not built"
        add 0 0 1
    else
        suite "$@"
    fi
}

# build DIR [NAME=VALUE...]: what scripts/build.sh makes with these settings. One that fails is a test
# that failed; the suites that need it are skipped.
build() {
    local built="$1" log
    shift

    log="$(mktemp)"
    if ! env BUILD_DIR="$built" "$@" scripts/build.sh >"$log" 2>&1; then
        say "building $built"
        tail -n 60 "$log"
        echo "not ok $built: it does not build"
        not_built[$built]=yes
        add 0 1 0
    fi
    rm -f "$log"
}

# tpconnect-serve, where there was its library when it was built.
serve() {
    [[ -x build/tpconnect-serve ]] || { echo "skip serve: it was not built"; echo "0 passed, 0 failed, 1 skipped"; return; }
    tests/serve.sh build/tpconnect-serve build/tests/metrics
}

# tpconnect-ship, likewise.
ship() {
    [[ -x build/tpconnect-ship ]] || { echo "skip ship: it was not built"; echo "0 passed, 0 failed, 1 skipped"; return; }
    tests/ship.sh build/tpconnect-ship build/tests/ship_lines build/tpconnect
}

STATIC=1 scripts/setup.sh --test
build build
build build-asan MESON_OPTIONS="-Db_sanitize=address,undefined -Dwerror=true"
build build-tsan TARGET=threads MESON_OPTIONS="-Db_sanitize=thread -Dwerror=true"
build build-static STATIC=1 TARGET=tpconnect MESON_OPTIONS=-Dwerror=true
[[ $EUID -ne 0 ]] || mount_tracefs

suite_of build "check" scripts/check.sh
# These wait for others most of the time.
waiting_suites() {
    suite "completions" tests/completions.sh
    suite_of build "serve" serve
    suite_of build "ship" ship
    suite_of build "ship to NATS" tests/ship_nats.sh build
    suite_of build "report" tests/report.sh build/tpconnect
    suite_of build "smoke" check scripts/smoke.sh
    suite_of build "doctor" tests/live/doctor.sh build/tpconnect
}
beside waiting_suites
# Sanitized, some take four times as long; meson's bounds are there to end what hangs.
suite_of build-asan "unit and golden, sanitized" meson_suite build-asan -t 4
# ThreadSanitizer's memory has a fixed place, which may be taken where addresses are random.
fixed=()
! setarch -R true 2>/dev/null || fixed=(setarch -R)
suite_of build-tsan "unit, threads sanitized" check "${fixed[@]}" build-tsan/tests/test_writer
suite_of build-tsan "unit, lines to a store, threads sanitized" check "${fixed[@]}" build-tsan/tests/test_sink_target
suite_of build-tsan "unit, metrics file, threads sanitized" check "${fixed[@]}" build-tsan/tests/test_replacer
suite_of build-static "static" meson_suite build-static --suite static
suite "building" tests/build.sh
suite "fuzz" tests/fuzz/run.sh build/fuzz "${FUZZ_SECONDS:-15}"
together
live=(build/tpconnect build/tests/live/triggers)
suite_of build-tsan "live, threads sanitized" "${fixed[@]}" tests/live/run.sh build-tsan/tpconnect \
    build/tests/live/triggers reopen_full_disk_renamed reopen_no_directory disk_full_for_a_while \
    record_is_a_descriptor frozen_for_a_while full_disk store_keeps_all
suite_of build "live, what needs both CPUs" tests/live/run.sh "${live[@]}" "${busy[@]}"
# Two at a time, as each leaves one CPU idle: what runs sanitized, then a part of the rest, beside the other
# part. What the manual page shows, only the sanitized program runs.
if [[ $all == yes ]]; then
    # Without what only the kernel side, which is the same, or the comparison itself can get wrong.
    sanitized=("${busy[@]/#/-}" -comparison -filtered_costs_nothing -filters_mix.sh -icmp.sh -ends.sh
        -map_shared_whole -who.sh -who_cgroup.sh -who_args.sh -dns.sh -dns_records.sh)
else
    # What has threads, processes and states of its own in user space; of the rest, a case each.
    sanitized=(audit.sh command.sh container_names.sh frozen.sh list.sh metrics.sh pin.sh privileges.sh record.sh
        store.sh top.sh args_hostile count_by dns_receives established examples io_uring open_closes open_ways
        repeats snapshot who_cgroup_again who_exec who_full_ring)
fi
second=(filters filters_left_out open_before.sh store.sh dns.sh dns_records.sh who.sh who_args.sh who_cgroup.sh)
first=("${busy[@]/#/-}" "${second[@]/#/-}" -pod_recorder)
[[ -n ${not_built[build-asan]:-} ]] || first+=(-examples)
other_half() {
    suite_of build-asan "live, sanitized" tests/live/run.sh build-asan/tpconnect build/tests/live/triggers "${sanitized[@]}"
    suite_of build "live, second part" tests/live/run.sh "${live[@]}" "${second[@]}"
}
beside other_half
suite_of build "live" tests/live/run.sh "${live[@]}" "${first[@]}"
together
suite_of build-asan "live, sanitized, under load" tests/live/run.sh build-asan/tpconnect build/tests/live/triggers load.sh
suite_of build-static "live, static" tests/live/run.sh build-static/tpconnect build/tests/live/triggers empty_root pod_recorder
# Both wait for a mirror, and for one program after the other.
packages() { suite "packages" tests/package.sh "${twice[@]}"; }
if [[ $quick == no ]]; then
    beside packages
    suite_of build-static "other kernels" tests/vm/run.sh "${kernels[@]}"
    [[ $all == no ]] || suite "Debian 13" tests/distro.sh --sanitized trixie
    together
fi

tell_times
sum_up
[[ $failed -eq 0 ]]
