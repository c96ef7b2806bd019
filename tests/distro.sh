#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build and test on other versions of Debian, each in a chroot: unit, golden, static, smoke and live
# tests with that version's compilers, libraries and tools, and this machine's kernel. Usage:
#   distro.sh [--all] [--sanitized] [--update] [SUITE...]
# SUITE       bookworm (12), trixie (13) or sid (default: all three)
# --all       all live cases, not just some
# --sanitized a sanitized build as well, which that version's compiler has more to say of
# --update    make the chroots anew, instead of using those that were made before
# The packages come from the mirror that apt is set up with. Everything is mounted in a mount namespace
# of its own: whatever happens, nothing stays mounted, and nothing of this machine's is below what is
# removed. Needs root. Ends with 'N passed, N failed, N skipped'.
set -uo pipefail

top="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
# shellcheck source=tests/chroot.sh
source "$top/tests/chroot.sh"

# What differs most between user lands: shells, tools, what has to be found in /proc and /sys.
some=(established refused nonblocking no_answer ipv4_mapped given_up before_start close_plain
    tracked_returns tracked_returns_crowded help count_by empty_root)

die() { echo "distro.sh: $*" >&2; exit 2; }

all=no sanitized=no update=no suites=()
for argument; do
    case "$argument" in
    --all) all=yes ;;
    --sanitized) sanitized=yes ;;
    --update) update=yes ;;
    bookworm | 12) suites+=(bookworm) ;;
    trixie | 13) suites+=(trixie) ;;
    sid) suites+=(sid) ;;
    *) die "unknown argument '$argument': it takes --all, --sanitized, --update, bookworm, trixie and sid" ;;
    esac
done
[[ ${#suites[@]} -gt 0 ]] || suites=(bookworm trixie sid)

# counted NAME COMMAND...: what ends with its own counts.
counted() {
    local name="$1" counts
    shift

    inside "$@" </dev/null >"$work/said" 2>&1
    counts="$(tail -n 1 "$work/said" | grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped(, [0-9]+ run again)?')" ||
        { not_ok "$name did not come to its end" "$work/said"; return; }
    grep -A 12 -E '^(not ok|skip) ' "$work/said" | grep -vE '^(ok|--|[0-9]+ passed)' | sed "s/^\(not ok\|skip\) /&$suite: /"
    read -r p f s _ < <(tr -cd '0-9 ' <<<"$counts")
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$suite: $name: $counts ($((SECONDS - begin)) s)"
}

live() {
    local names=("${some[@]}")

    [[ $all == no ]] || names=()
    counted "live" tests/live/run.sh build/tpconnect build/tests/live/triggers "${names[@]}"
}

# The system is as it was left the last time: scripts/setup.sh adds what it finds missing.
run_suite() {
    local begin=$SECONDS p f s

    copy_source
    if ! make_base "$suite" >"$work/reason"; then
        not_run "$suite" "$(tail -n 1 "$work/reason")"
        return
    fi
    base="$cache/$suite"
    step "what it needs is installed" env DEBIAN_FRONTEND=noninteractive STATIC=1 scripts/setup.sh --test &&
        step "it builds without warnings" env MESON_OPTIONS=-Dwerror=true scripts/build.sh && {
        [[ $sanitized == no ]] || step "it builds without warnings, sanitized" env BUILD_DIR=build-asan \
            MESON_OPTIONS="-Db_sanitize=address,undefined -Dwerror=true" scripts/build.sh || true
        step "unit and golden" meson test -C build --no-rebuild --print-errorlogs || true
        step "it builds statically" env BUILD_DIR=build-static STATIC=1 TARGET=tpconnect \
            MESON_OPTIONS=-Dwerror=true scripts/build.sh &&
            step "static" meson test -C build-static --no-rebuild --print-errorlogs --suite static &&
            counted "live, static" tests/live/run.sh build-static/tpconnect build/tests/live/triggers empty_root
        step "smoke" scripts/smoke.sh || true
        live
    }
    end_all_in "$base"
}

obstacle_to_chroots distro
for suite in "${suites[@]}"; do
    if [[ -n $reason ]]; then
        not_run "$suite" "$reason"
    else
        run_suite
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
