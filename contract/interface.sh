#!/bin/sh
# SPDX-License-Identifier: MIT
# The number of the interface between the two sides: a digest of the headers that both compile, so that
# nobody can forget to raise it; and that of the layout of maps, of those that define what is in them.
# Usage: interface.sh INTERFACE|LAYOUT OUTPUT HEADER...
set -eu

case "${1-}" in
INTERFACE | LAYOUT) ;;
*)
    echo "interface.sh: not INTERFACE or LAYOUT: '${1-}'" >&2
    exit 2
    ;;
esac
name="$1" output="$2"
shift 2
digest="$(cat "$@" | sha256sum)"
cat >"$output" <<END
/* Made by contract/interface.sh. */
#define $name 0x$(printf %.8s "$digest")u
END
