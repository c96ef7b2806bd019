#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Who may include whom, as docs/architecture.md has it: fails on each #include that goes against the
# rules. Usage: layers.sh [CHECKOUT]. Before that, each room's rule is broken once in a copy, which
# must be noticed.
set -euo pipefail

[[ $# -le 1 ]] || { echo "usage: $0 [CHECKOUT]" >&2; exit 2; }
checkout="$(realpath "${1:-$(dirname "${BASH_SOURCE[0]}")/..}")"

# Each room, and the rooms that it may include besides itself.
all="util contract model aggregate audit books dns enrich containers confine format probe sink store engine options replay report metrics serve ship top terminal commands"
declare -A may_include=(
    [util]=""
    [contract]=""
    [model]="contract util"
    [aggregate]="contract model util"
    [audit]="aggregate contract model util"
    [books]="contract model util"
    [format]="aggregate books contract model util"
    [probe]="contract model util"
    [sink]="confine store util"
    [store]="util"
    [dns]="contract model util"
    [enrich]="contract dns model util"
    [containers]="confine model util"
    [confine]="util"
    [replay]="contract model util"
    [report]="aggregate contract format model replay util"
    [serve]="util"
    [ship]="confine metrics store util"
    [metrics]="aggregate books contract model util"
    [top]="aggregate contract format model util"
    [terminal]="util"
    [engine]="aggregate books confine containers contract enrich model probe sink util"
    [options]="contract model util"
    [commands]="$all"
    [main]="$all"
    [bpf]="contract"
)
# libbpf's headers are in a directory of that name as well.
libbpf_rooms="bpf probe commands"
# What the build makes, without a directory.
made="commit.h connect.bpf.inc page.inc"

# room FILE: sets $room; src/util/log.h is of util, src/main.c of main, bpf/state.bpf.c of bpf.
room() {
    room="${1#src/}"
    room="${room%%/*}"
    room="${room%.c}"
}

# object FILE INCLUDED: sets $objection to what is against it, or to nothing. INCLUDED has its quotes
# or brackets.
object() {
    local name="${2:1:-1}" from

    objection=""
    room "$1"
    from="$room"
    if [[ -z ${may_include[$from]+rule} ]]; then
        objection="$from is a room without a rule"
    elif [[ $2 == "<bpf/"* ]]; then
        [[ " $libbpf_rooms " == *" $from "* ]] ||
            objection="only these know libbpf: $libbpf_rooms"
    elif [[ $name != */* ]]; then
        [[ $2 == "<"* || " $made " == *" $name "* ]] ||
            objection="it has no room in its name"
    else
        room "$name"
        [[ $room == "$from" || " ${may_include[$from]} " == *" $room "* ]] ||
            [[ $2 == "<"* && -z ${may_include[$room]+ours} ]] ||
            objection="$from may include only: ${may_include[$from]:-itself}"
    fi
}

# against_rules CHECKOUT: a line for each include that no rule allows.
against_rules() {
    local file included

    (cd "$1" && grep -rHE --include='*.[ch]' '^[[:space:]]*#[[:space:]]*include' src contract bpf) |
        sed -E 's/^([^:]+):[^"<]*(["<][^">]+[">]).*/\1 \2/' |
        while read -r file included; do
            object "$file" "$included"
            [[ -z $objection ]] || echo "$file: #include $included: $objection"
        done
}

# noticed FILE INCLUDE: a copy in which FILE has this line must be refused, for this and no other.
noticed() {
    local found

    mkdir -p "$copy/src" "$copy/contract" "$copy/bpf" "$(dirname "$copy/$1")"
    printf '#include %s\n' "$2" >"$copy/$1"
    found="$(against_rules "$copy")"
    rm -r "${copy:?}"/*
    [[ $found == "$1: #include $2: "* && $found != *$'\n'* ]] && return
    echo "not ok layers: $1 with #include $2 goes unnoticed: $found"
    exit 1
}

copy="$(mktemp -d)"
trap 'rm -rf "$copy"' EXIT
for wrong in "util model" "contract util" "model format" "aggregate format" "books sink" \
    "format engine" "probe options" "sink model" "store sink" "engine options" "engine format" "options format" \
    "options aggregate" "audit format" "util commands" "enrich aggregate" "enrich containers" "dns enrich" "format dns" "containers contract" "format enrich" "metrics format" "report sink" "serve metrics" "serve model" "ship model" "nowhere util"; do
    noticed "src/${wrong% *}/x.c" "\"${wrong#* }/x.h\""
done
noticed bpf/x.bpf.c '"util/x.h"'
noticed contract/x.h '"model/x.h"'
noticed src/options/x.h '<format/x.h>'
noticed src/engine/x.c '<bpf/bpf.h>'
noticed src/format/x.c '"x.h"'

found="$(against_rules "$checkout")"
if [[ -n $found ]]; then
    echo "$found"
    echo "not ok layers: $(wc -l <<<"$found") includes go against the rules"
    exit 1
fi
echo "ok layers"
