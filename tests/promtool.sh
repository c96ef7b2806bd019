#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether Prometheus' own program for it finds fault with a file of metrics. Usage: promtool.sh METRICS, the
# program that prints one. Before that, it must find fault with a file that has some.
set -euo pipefail

[[ $# -eq 1 ]] || { echo "usage: $0 METRICS" >&2; exit 2; }
command -v promtool >/dev/null ||
    { echo "skip: promtool is missing: scripts/setup.sh --test installs it"; exit 77; }

# broken SED: a file that was changed like this must be refused.
broken() {
    ! "$metrics" | sed -E "$1" | promtool check metrics >/dev/null 2>&1 && return
    echo "not ok promtool: takes a file changed by $1"
    exit 1
}

metrics="$1"
broken 's/^# TYPE tpconnect_events_sent_total counter/# TYPE tpconnect_events_sent_total nothing/'
broken 's/(attempts_total\{.*)"\}/\1}/'
broken 's/_attempts_total/_attempts/' # its own rules of names
"$metrics" | promtool check metrics
echo "ok promtool"
