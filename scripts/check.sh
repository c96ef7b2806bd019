#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What to run before a commit, in under 30 s: format, shellcheck, spelling, build, unit and golden tests
# (who may include whom is one of these) and a handful of live cases. As root, or those are skipped. Each
# step says how long it took. Ends with 'N passed, N failed, N skipped'. scripts/test.sh passes all tests.
set -euo pipefail

case "${1-}" in
'') ;;
-h | --help)
    echo "Usage: $0"
    echo "Checks format, scripts and spelling, builds, and passes the quick tests. It takes no arguments."
    exit 0
    ;;
*)
    echo "check: it takes no arguments, and so not '$1': see $0 --help" >&2
    exit 2
    ;;
esac

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
export PATH="$PATH:/usr/sbin:/sbin"
# shellcheck source=scripts/suites.sh
source scripts/suites.sh
trap 'give_back build' EXIT

# Other versions of clang-format break lines in other places; this is Debian 12's.
CLANG_FORMAT_VERSION=14
# A connection made, refused, not waited for, given up, from 32 bits, closed, and counted.
LIVE=(established refused nonblocking given_up compat close_plain count_command)

# needs PROGRAM: or the step is skipped.
needs() {
    command -v "$1" >/dev/null || { echo "skip: $1 is missing: scripts/setup.sh --test installs it"; exit 77; }
}

# Files that git has or would take; without git, all but what was built. PATTERN: of these names.
files() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -co --exclude-standard --deduplicate
    else
        find . -path './build*' -prune -o -path ./.git -prune -o -type f -print | cut -c 3-
    fi | grep -E -- "${1-.}" | while IFS= read -r file; do [[ ! -e $file ]] || printf '%s\n' "$file"; done
}

# each COMMAND...: with the files of standard input, a part of them on each CPU.
each() { xargs -r -d '\n' -P "$(nproc)" -n 12 "$@"; }

check_format() {
    local program="clang-format-$CLANG_FORMAT_VERSION" version

    command -v "$program" >/dev/null || program=clang-format
    needs "$program"
    version="$("$program" --version | grep -oE '[0-9]+' | head -n 1)"
    [[ $version -eq $CLANG_FORMAT_VERSION ]] ||
        { echo "skip: clang-format is of version $version, not $CLANG_FORMAT_VERSION"; exit 77; }
    files '[.][ch]$' | each "$program" --dry-run -Werror
}

check_scripts() {
    needs shellcheck
    { files '[.]sh$'; files | grep -v '[.]' | tr '\n' '\0' | xargs -0 grep -lE '^#!.*sh$'; } | sort -u |
        each shellcheck
}

check_spelling() {
    needs codespell
    files | xargs -r -d '\n' codespell
}

# Each in a shell of its own, which ends when the step does.
run_step() { (set -o pipefail && "check_$1"); }

suite "format" check run_step format
suite "scripts" check run_step scripts
suite "spelling" check run_step spelling
before="$failed"
suite "build" check scripts/build.sh
if [[ $failed -eq $before ]]; then
    [[ $EUID -ne 0 ]] || mount_tracefs
    suite "unit and golden" meson_suite build
    suite "live" tests/live/run.sh --jobs "$(nproc)" build/tpconnect build/tests/live/triggers "${LIVE[@]}"
fi

sum_up
[[ $failed -eq 0 ]]
