#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build, then pass every test: pure code, golden files, completions, real connections; the program a
# second time under AddressSanitizer and UndefinedBehaviorSanitizer. Ends with 'N passed, N failed,
# N skipped'.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin:/sbin"
# A leak, or any undefined behaviour, is a failure with a status of its own.
export ASAN_OPTIONS="detect_leaks=1:exitcode=99" UBSAN_OPTIONS="halt_on_error=1:exitcode=99"

passed=0 failed=0 skipped=0
# Cases for which nothing else may run.
busy=(stress.sh skipped.sh)
# Nor does what runs in the background outlive this.
trap 'kill $(jobs -p) 2>/dev/null || true' EXIT

say() { printf '\n== %s\n' "$*"; }

took() { echo "($((SECONDS - $1)) s)"; }

add() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}

# Runs a suite whose last line is 'N passed, N failed, N skipped'; one that has none has failed.
suite() {
    local name="$1" log count begin="$SECONDS"
    shift
    say "$name"
    log=$(mktemp)
    "$@" </dev/null 2>&1 | tee "$log" || true
    took "$begin"
    count=$(tail -n 1 "$log" | grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped' || true)
    rm -f "$log"
    if [[ -z $count ]]; then
        echo "not ok $name: it did not come to its end"
        add 0 1 0
    else
        # shellcheck disable=SC2046 # three numbers
        add $(tr -cd '0-9 ' <<<"$count")
    fi
}

# The tests that meson knows, as a suite.
meson_suite() {
    local log="$1/meson-logs/testlog.json"
    rm -f "$log"
    meson test --no-rebuild --print-errorlogs -C "$@" || true
    jq -rs '[.[].result] | "\(map(select(. == "OK")) | length) passed, " +
        "\(map(select(. != "OK" and . != "SKIP")) | length) failed, " +
        "\(map(select(. == "SKIP")) | length) skipped"' "$log"
}

# A single check, as a suite.
check() {
    if "$@"; then
        echo "1 passed, 0 failed, 0 skipped"
    else
        echo "0 passed, 1 failed, 0 skipped"
    fi
}

mount_tracefs() {
    [[ -d /sys/kernel/tracing/events || -d /sys/kernel/debug/tracing/events ]] ||
        mount -t tracefs nodev /sys/kernel/tracing || true
}

STATIC=1 scripts/setup.sh --test
scripts/build.sh
if [[ ! -e build-asan/build.ninja ]]; then
    meson setup build-asan -Db_sanitize=address,undefined -Dwerror=true \
        -Dbpf_cpu="${BPF_CPU:-v3}" -Dclang="${CLANG:-clang}" >/dev/null
fi
meson compile -C build-asan >build-asan/log || { cat build-asan/log; exit 1; }
if [[ ! -e build-static/build.ninja ]]; then
    meson setup build-static -Dstatic=true -Dwerror=true \
        -Dbpf_cpu="${BPF_CPU:-v3}" -Dclang="${CLANG:-clang}" >/dev/null
fi
meson compile -C build-static tpconnect >build-static/log || { cat build-static/log; exit 1; }
[[ $EUID -ne 0 ]] || mount_tracefs

suite "unit and golden" meson_suite build
suite "unit and golden, sanitized" meson_suite build-asan
suite "static" meson_suite build-static --suite static
suite "completions" tests/completions.sh
suite "fuzz" tests/fuzz/run.sh build/fuzz "${FUZZ_SECONDS:-15}"
suite "smoke" check scripts/smoke.sh
suite "doctor" tests/live/doctor.sh build/tpconnect
live=(tests/live/run.sh build/tpconnect build/tests/live/triggers)
suite "live, what needs both CPUs" "${live[@]}" "${busy[@]}"
# Beside the rest, which leaves one idle. Without what only the kernel side, which is the same, or the
# comparison itself can get wrong.
sanitized="$(mktemp)"
tests/live/run.sh build-asan/tpconnect build/tests/live/triggers "${busy[@]/#/-}" -comparison \
    -filtered_costs_nothing </dev/null >"$sanitized" 2>&1 &
suite "live" "${live[@]}" "${busy[@]/#/-}"
wait "$!" || true
suite "live, sanitized" cat "$sanitized"
rm -f "$sanitized"
suite "live, static" tests/live/run.sh build-static/tpconnect build/tests/live/triggers empty_root
suite "other kernels" tests/vm/run.sh --core

printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[[ $failed -eq 0 ]]
