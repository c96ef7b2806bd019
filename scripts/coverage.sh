#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Which part of src's lines the unit and golden tests run: for each room, for what they are meant to
# reach (all but commands/, probe/ and main.c, which need a kernel: the live cases run those), and for
# all. Usage: coverage.sh [--lines]; --lines: each line that is not run, as well.
set -euo pipefail

cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
build="build-coverage"

case "${1-}" in
'') lines=no ;;
--lines) lines=yes ;;
*)
    echo "coverage: unknown argument '$1': it takes --lines or nothing" >&2
    exit 2
    ;;
esac

# "path:count:line:text" of each line of src's .c files that holds code. The count is ##### where the
# line never ran. What a header has inline is compiled many times, and left out.
annotated() {
    (cd "$build" && find src tpconnect.p -name '*.gcno' -print0 | xargs -0 gcov --stdout 2>/dev/null) |
        awk -F: '$3 == "Source" { path = $4; sub("^.*src/", "src/", path) }
            path ~ /^src\/.*\.c$/ && $1 ~ /[0-9#=]/ { printf "%s:%s\n", path, $0 }'
}

# Rooms in the order of their names, and the two sums at the end.
rooms() {
    sort | awk -F '[/:]' '
        function show() { printf "%-12s %5d of %5d lines  %5.1f %%\n", room, run, all, 100 * run / all }
        room != $2 { if (room) show(); room = $2; run = all = 0 }
        { hit = $0 !~ /:[ ]*[#=]+:/; run += hit; all++; sum_run += hit; sum_all++ }
        room !~ /^(commands|probe|main\.c)$/ { met += hit; meant++ }
        END {
            show()
            room = "reachable"; run = met; all = meant; show()
            room = "all"; run = sum_run; all = sum_all; show()
        }'
}

BUILD_DIR="$build" MESON_OPTIONS="-Db_coverage=true -Doptimization=0" scripts/build.sh
find "$build" -name '*.gcda' -delete
status=0
log="$(meson test --no-rebuild -C "$build" --suite unit --suite golden --print-errorlogs)" || status=$?
[[ $status -eq 0 ]] || printf '%s\n' "$log"
[[ $lines == no ]] || annotated | grep -E ':[ ]*[#=]+:' | sort -t: -k1,1 -k3,3n
annotated | rooms
exit "$status"
