#!/bin/sh
# SPDX-License-Identifier: MIT
# The number of the interface between the two sides: a digest of the headers that both compile, so that
# nobody can forget to raise it. Usage: interface.sh OUTPUT HEADER...
set -eu

output="$1"
shift
digest="$(cat "$@" | sha256sum)"
cat >"$output" <<END
/* Made by contract/interface.sh. */
#define INTERFACE 0x$(printf %.8s "$digest")u
END
