# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Running suites and adding up what they say. Sourced by test.sh and check.sh. A suite is a command
# whose last line is 'N passed, N failed, N skipped'; tests/live/run.sh adds ', N run again'.

passed=0 failed=0 skipped=0 again=0
times=() # of each suite: tenths of a second, and its name

say() { printf '\n== %s\n' "$*"; }

# Microseconds, and how long ago that was, to a tenth of a second.
clock() { echo "${EPOCHREALTIME/[.,]/}"; }

took() {
    local tenths=$((($(clock) - $1) / 100000))

    echo "($((tenths / 10)).$((tenths % 10)) s)"
}

# add PASSED FAILED SKIPPED [AGAIN]
add() {
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)) again=$((again + ${4:-0}))
}

# suite NAME COMMAND...: one that has no such last line has failed.
suite() {
    local name="$1" log count begin
    shift
    begin="$(clock)"
    say "$name"
    log=$(mktemp)
    "$@" </dev/null 2>&1 | tee "$log" || true
    took "$begin"
    times+=("$((($(clock) - begin) / 100000)) $name")
    count=$(tail -n 1 "$log" |
        grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped(, [0-9]+ run again)?' || true)
    rm -f "$log"
    if [[ -z $count ]]; then
        echo "not ok $name: it did not come to its end"
        add 0 1 0
    else
        # shellcheck disable=SC2046 # three numbers, or four
        add $(tr -cd '0-9 ' <<<"$count")
    fi
}

lanes=() # of what runs beside: its process, and where it writes

# run_lane FUNCTION DIR: its suites, counted apart.
run_lane() {
    local passed=0 failed=0 skipped=0 again=0 times=()

    "$1"
    echo "$passed $failed $skipped $again" >"$2/counts"
    printf '%s\n' "${times[@]}" >"$2/times"
}

# beside FUNCTION: its suites, beside whatever comes next. together() tells of them, and counts them.
beside() {
    local said

    said="$(mktemp -d)"
    run_lane "$1" "$said" </dev/null >"$said/log" 2>&1 &
    lanes+=("$! $said $1")
}

# Waits for all that runs beside.
together() {
    local lane said name pid

    for lane in "${lanes[@]}"; do
        read -r pid said name <<<"$lane"
        wait "$pid" || true
        cat "$said/log"
        if [[ -e $said/counts ]]; then
            # shellcheck disable=SC2046 # four numbers
            add $(<"$said/counts")
            mapfile -t -O "${#times[@]}" times <"$said/times"
        else
            echo "not ok $name: it did not come to its end"
            add 0 1 0
        fi
        rm -rf "$said"
    done
    lanes=()
}

# meson_suite DIR ARGUMENT...: the tests that meson knows, as a suite.
meson_suite() {
    local log="$1/meson-logs/testlog.json"
    rm -f "$log"
    meson test --no-rebuild --print-errorlogs -C "$@" || true
    jq -rs '[.[].result] | "\(map(select(. == "OK")) | length) passed, " +
        "\(map(select(. != "OK" and . != "SKIP")) | length) failed, " +
        "\(map(select(. == "SKIP")) | length) skipped"' "$log"
}

# check COMMAND...: as a suite of one test; exit status 77 is a skip, for the reason that it prints.
check() {
    local status=0

    "$@" || status=$?
    case "$status" in
    0) echo "1 passed, 0 failed, 0 skipped" ;;
    77) echo "0 passed, 0 failed, 1 skipped" ;;
    *) echo "0 passed, 1 failed, 0 skipped" ;;
    esac
}

mount_tracefs() {
    [[ -d /sys/kernel/tracing/events || -d /sys/kernel/debug/tracing/events ]] ||
        mount -t tracefs nodev /sys/kernel/tracing || true
}

# give_back DIR...: what root writes in the directories of a build would be in the way of the checkout's
# owner.
give_back() {
    local owner

    owner="$(stat -c '%u:%g' .)"
    [[ $EUID -ne 0 || $owner == 0:* ]] || chown -Rh "$owner" "$@" 2>/dev/null || true
}

# What took longest, first.
tell_times() {
    printf '\nseconds of each suite:\n'
    printf '%s\n' "${times[@]}" | sort -rn | awk '{ printf "%8.1f", $1 / 10; $1 = ""; print " " $0 }'
}

# The last line of all, which CI reads.
sum_up() {
    printf '\nlive cases run again, as process 1 had been interrupted: %d\n' "$again"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
}
