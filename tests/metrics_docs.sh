#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether docs/metrics.md has each series that there is, with its labels, and none besides; and whether Prometheus
# understands its alerts, which then name no others. Usage: metrics_docs.sh METRICS, the program that prints a
# file of all series.
# shellcheck disable=SC2016 # backticks are the document's
set -euo pipefail

[[ $# -eq 1 ]] || { echo "usage: $0 METRICS" >&2; exit 2; }
document="$(dirname "${BASH_SOURCE[0]}")/../docs/metrics.md"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
    echo "not ok metrics_docs: $*"
    failed=1
}

# The rows of the tables of a section: SECTION.
rows() { sed -n "/^## $1\$/,/^## /p" "$document" | grep '^| `\|^| [a-z]'; }

# Each family, and its labels; bounds of a histogram are one of them.
"$1" | awk '/^# TYPE/ { family = $3; labels[family] = labels[family] }
    /^[^#]/ {
        name = $0
        while (match(name, /[{,][a-z]+="/)) {
            label = substr(name, RSTART + 1, RLENGTH - 3)
            if (index(" " labels[family] " ", " " label " ") == 0)
                labels[family] = labels[family] (labels[family] == "" ? "" : " ") label
            name = substr(name, RSTART + RLENGTH)
        }
    }
    END { for (family in labels) print family, labels[family] }' | sort >"$work/there"
rows Series | grep -v '^| series' | awk -F ' *[|] *' '{
    gsub(/`/, "")
    n = split($2, names, ", ")
    for (i = 1; i <= n; i++)
        print names[i], $3
}' | sort >"$work/said"
[[ $(wc -l <"$work/said") -ge 20 ]] || complain "the document has too few series to be read right: $(cat "$work/said")"
diff "$work/there" "$work/said" >"$work/diff" || complain "<: is there, >: is said: $(cat "$work/diff")"

# What an alert asks for must be a series, or what Prometheus and node_exporter have.
rows Alerts | grep -o '`[^`]*`' | tr -d '`' >"$work/alerts"
[[ $(wc -l <"$work/alerts") -ge 7 ]] || complain "the document has too few alerts: $(cat "$work/alerts")"
grep -oE 'tpconnect_[a-z_]+' "$work/alerts" | sort -u | while read -r name; do
    grep -q "^${name%_bucket} " "$work/there" || echo "$name"
done >"$work/unknown"
[[ ! -s $work/unknown ]] || complain "alerts ask for: $(cat "$work/unknown")"
if command -v promtool >/dev/null; then
    {
        echo 'groups: [{name: documented, rules: ['
        sed "s/'/''/g; s/.*/{alert: A, expr: '&'},/" "$work/alerts" | awk '{ sub(/A/, "A" NR); print }'
        echo ']}]'
    } >"$work/rules.yml"
    promtool check rules "$work/rules.yml" >"$work/out" 2>&1 || complain "promtool: $(cat "$work/out")"
fi
[[ $failed -eq 0 ]] || exit 1
echo "ok metrics_docs"
