#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measure tpconnect against the minimal probe and print a table. Needs root, python3 and a quiet
# machine. --quick, --rounds N, --peers, --cpu-time: see bench/compare.py --help.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
export PATH="$PATH:/usr/sbin"
export PYTHONDONTWRITEBYTECODE=1

"$here/build.sh" >&2
exec python3 "$here/compare.py" "$@"
