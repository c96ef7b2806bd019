#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether a program has what makes an error in it harder to use: hardened.sh PROGRAM PART... PART:
# stack (a guard on the stack), fortify (checked string functions), relro (addresses of functions that
# are read-only once it runs). The program is not run, and not stripped yet.
set -euo pipefail

command -v readelf >/dev/null || { echo "skip: readelf is not installed"; exit 77; }
program="$1"
shift
symbols="$(readelf --wide --syms "$program")"
segments="$(readelf --wide --program-headers --dynamic "$program")"

has() {
    case "$1" in
    stack) grep -q '__stack_chk_fail' <<<"$symbols" ;;
    fortify) grep -qE '__(v?sn?printf|v?fprintf|memcpy|read|readlink|strcpy)_chk' <<<"$symbols" ;;
    # A static program has no functions left to look up, and so no flag that says when.
    relro) grep -q GNU_RELRO <<<"$segments" &&
        { ! grep -q INTERP <<<"$segments" || grep -qE 'FLAGS.*\b(NOW|BIND_NOW)\b' <<<"$segments"; } ;;
    *) echo "there is no part '$1'"; exit 2 ;;
    esac
}

for part; do
    has "$part" || { echo "$program lacks: $part"; exit 1; }
done
