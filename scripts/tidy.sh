#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# clang-tidy, with what .clang-tidy chooses, over src, the unit and golden tests and tools: exit status 1
# if it has something to say. Usage: tidy.sh [FILE.c...]; without: all, which takes 90 s of CPU time.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
build="${BUILD_DIR:-build}"

command -v clang-tidy >/dev/null || { echo "skip: clang-tidy is not installed"; exit 77; }
[[ $# -gt 0 ]] || mapfile -t files < <(find src tests/unit tests/golden tools -name '*.c' ! -name libelf_static.c)
[[ $# -eq 0 ]] || files=("$@")
# Headers that the build makes must be there.
scripts/build.sh
status=0
log="$(printf '%s\0' "${files[@]}" |
    nice xargs -0 -n 1 -P "$(nproc)" clang-tidy -p "$build" --quiet 2>/dev/null)" || status=1
[[ -z $log ]] || printf '%s\n' "$log"
echo "clang-tidy: ${#files[@]} files"
exit "$status"
