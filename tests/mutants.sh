#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# How many random changes of the code the tests notice: operators, constants and statements of
# functions, each built under AddressSanitizer and put to the unit and golden tests.
# Usage: mutants.sh N [--seed S] [--bpf] [PATH...]
# N changes; S: the same ones again; --bpf: of bpf/, put to some live cases as well, as root;
# PATH...: of these files and directories rather than of src without what only live cases reach.
# It works on a copy in a tmpfs that only it sees, and in a PID namespace, as a changed kill(2) may hit
# anything: nothing is left of either. (With --bpf in no PID namespace: the kernel side knows none.)
set -euo pipefail

usage() { sed -n 's/^# Usage: \(.*\)/Usage: \1/p' "$0"; }

case "${1-}" in
-h | --help) usage; exit 0 ;;
'' | *[!0-9]*) usage >&2; exit 2 ;;
esac

PATH="$PATH:/usr/sbin:/sbin"
here="$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
cd "$here/.."
namespaces=(--mount --fork --kill-child)
[[ " $* " == *" --bpf "* ]] || namespaces+=(--pid --mount-proc)
[[ $EUID -eq 0 ]] || namespaces+=(--user --map-root-user)

# What git would have in a commit, with what was changed since.
git -c safe.directory='*' ls-files -co --exclude-standard --deduplicate |
    while IFS= read -r file; do [[ ! -e $file ]] || printf '%s\n' "$file"; done |
    nice unshare "${namespaces[@]}" sh -c '
        mount -t tmpfs -o mode=1777 tmpfs /tmp
        # Where live cases name their network namespaces.
        [ ! -w /run ] || mkdir -p /run/netns
        [ ! -d /run/netns ] || mount -t tmpfs tmpfs /run/netns
        mkdir /tmp/tree
        # The checkout itself may be in /tmp: it is where this began.
        tar -c -T - | tar -C /tmp/tree -x --no-same-owner
        cd /tmp/tree && exec python3 -B tests/mutants/mutants.py "$@"' mutants "$@"
