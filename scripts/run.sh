#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build, then trace this host. Arguments are tpconnect's. Only events go to stdout.
set -euo pipefail

say() { printf 'run: %s\n' "$*" >&2; }

if [[ $EUID -ne 0 ]]; then
	say "tracing needs root: sudo $0${*:+ $*}"
	exit 3
fi

# The caller stays where it is: paths among the arguments are relative to there.
root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"

"$root/scripts/setup.sh" >&2
"$root/scripts/build.sh" >&2

# tpconnect itself never changes the host. If this fails, it will say what is missing.
if [[ ! -d /sys/kernel/tracing/events && ! -d /sys/kernel/debug/tracing/events ]]; then
	say "mounting tracefs at /sys/kernel/tracing"
	mount -t tracefs nodev /sys/kernel/tracing || true
fi

exec "$root/build/tpconnect" "$@"
