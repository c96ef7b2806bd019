#!/bin/sh
# SPDX-License-Identifier: MIT
# Write the C header that says which commit this is, unless that is what it says already: commit.sh
# SOURCE_DIR HEADER. COMMIT is "" where it cannot be known: without git, or in a directory that is not
# itself a checkout, such as an unpacked archive inside of another project's.
set -eu

# The files are those of who owns them, root or not; asking git for this runs nothing of theirs.
ask() { git --no-optional-locks -c safe.directory='*' -C "$source" "$@" 2>/dev/null; }

source="$1" header="$2" commit=
if inside="$(ask rev-parse --show-prefix)" && [ -z "$inside" ]; then
    # Twelve digits, whatever git is set up to show.
    commit="$(ask rev-parse HEAD | cut -c 1-12)"
    [ -z "$commit" ] || [ -z "$(ask status --porcelain --untracked-files=no)" ] || commit="$commit+"
fi

line="#define COMMIT \"$commit\""
[ "$(cat "$header" 2>/dev/null)" = "$line" ] || echo "$line" >"$header"
