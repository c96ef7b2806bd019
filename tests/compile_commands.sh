#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# BUILD_DIR/compile_commands.json, from which clangd knows how a file is compiled, has every file of the
# kernel side once, and clang can parse each by it. Usage: compile_commands.sh BUILD_DIR
set -euo pipefail

build="$1"
bpf="$(cd "$(dirname "${BASH_SOURCE[0]}")/../bpf" && pwd)"
command -v jq >/dev/null || { echo "skip: jq is missing"; exit 77; }
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

fail() { echo "$*"; exit 1; }

# parse FILE PATTERN: with the arguments of its entry but those that match.
parse() {
    local arguments

    mapfile -t arguments < <(jq -r --arg file "$1" --arg without "$2" '.[] | select(.file == $file) |
        .arguments[] | select(test($without) | not)' "$build/compile_commands.json")
    [[ ${#arguments[@]} -gt 1 ]] || fail "no entry of $1"
    (cd "$build" && "${arguments[@]}" -fsyntax-only) >"$work/said" 2>&1
}

jq -r '.[].file | select(endswith(".bpf.c"))' "$build/compile_commands.json" | sort >"$work/entries"
printf '%s\n' "$bpf"/*.bpf.c | sort | diff - "$work/entries" >"$work/differences" ||
    fail "not every file once: $(cat "$work/differences")"
while read -r file; do
    parse "$file" '^$' || fail "$file: $(cat "$work/said")"
done <"$work/entries"
# One that lacks its directories must not pass.
! parse "$(head -n 1 "$work/entries")" '^-I' || fail "it passes whatever the arguments are"
