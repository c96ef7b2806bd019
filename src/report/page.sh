#!/bin/sh
# SPDX-License-Identifier: MIT
# The style and script of a page as macros of C, with the hashes by which its policy lets just these in:
# page.sh CSS JS.
set -eu

# As a literal of C.
literal() { sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$/\\n" \\/' "$1"; }

# CSP 3, 2.3.1: SHA-256 in base64.
hash() { sha256sum "$1" | cut -c 1-64 | tr a-f A-F | basenc --base16 -d | base64 -w 0; }

for macro in "STYLE $1" "SCRIPT $2"; do
    printf '#define PAGE_%s \\\n' "${macro%% *}"
    literal "${macro#* }"
    printf '""\n#define PAGE_%s_HASH "sha256-%s"\n' "${macro%% *}" "$(hash "${macro#* }")"
done
