#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether a program is the one file that -Dstatic=true promises: no shared libraries, no name
# services, under 3 MiB once stripped: 2.2 MB on Debian 13, whose libelf brings libzstd along. Usage:
# static.sh PROGRAM STRIP. It is not run, so it may be one for another machine; a live case runs it in
# an empty root.
set -euo pipefail

fail() { echo "$program $*" >&2; exit 1; }

program="$1" strip="$2"
stripped="$(mktemp)"
trap 'rm -f "$stripped"' EXIT

headers="$(readelf --wide --program-headers "$program")"
grep -q LOAD <<<"$headers" || fail "is no program"
! grep -qE 'INTERP|DYNAMIC' <<<"$headers" || fail "needs shared libraries"
# What reads this file asks whatever service it names, through a shared library.
! grep -q nsswitch.conf "$program" || fail "has glibc's name services in it"

"$strip" -o "$stripped" "$program"
size="$(stat -c %s "$stripped")"
echo "stripped: $size bytes"
[[ $size -lt $((3 << 20)) ]] || fail "has $size bytes when stripped: more than 3 MiB"
