#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Every key that text and JSON can write, and every name that is the value of one, is explained where
# users look, in the manual page and in docs/fields.md, and no key is explained that is not there.
# Usage: fields.sh; it reads the sources.
# shellcheck disable=SC2016 # what is between backticks is for grep
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0

complain() {
    printf '%s\n' "$*"
    failed=1
}

# The string literals of C files, a line each.
literals() { grep -ohP '"(\\.|[^"\\])*"' "$@" | sed 's/^"//; s/"$//; s/\\"//g'; }

# " dst=" and the like: what a line of text has before a value. The time has no name there.
text_keys() {
    echo time
    literals src/format/text.c src/format/text_who.c src/format/dns.c src/format/format.h | grep -oP '(?<![^ ])[a-z_]+(?==)'
}

# "process.pid" and the like. What is put together from pieces is known here as a whole.
json_keys() {
    literals src/format/json.c src/format/json_who.c src/format/dns.c src/format/format.h src/format/report.c src/format/report_*.c src/top/frame.c |
        grep -oP '(?<![a-z_.])(timestamp|[a-z][a-z0-9]*(\.[a-z0-9_%]+)+\.?)(?![a-z_(/])' |
        sed -e '/\.[ch]$/d' -e '/^tpconnect\.\(count\|latency\|list\|top\)$/d' -e 's/^tpconnect\.failed\.$/&ERRNO/' |
        sed 's/\(.*\)p%u_ns$/\1p50_ns\n\1p90_ns\n\1p99_ns/'
}

# Names of events, origins and ends: whatever word is a name in format.c.
values() { literals src/model/event.c | grep -xP '[a-z_]+'; }

man_section() { sed -n "/^\.SH $1\$/,/^\.SH /p" man/tpconnect.1; }

# What a section explains: the words of its tags.
man_tags() {
    man_section "$1" | sed -n '/^\.TP$/{n;p}' | sed 's/^\.[BIR]* //; s/[",]/ /g' | tr -s ' ' '\n'
}

document_words() { grep -o '`[^`]*`' docs/fields.md | tr -d '`' | sed 's/=.*//'; }

# demand WHERE WANTED LEAST: each line of WANTED, which are LEAST at least, is one of standard input.
demand() {
    sort -u >"$work/had"
    [[ $(sort -u "$2" | wc -l) -ge $3 ]] || complain "$1: too few keys are found: $(sort -u "$2")"
    sort -u "$2" | comm -23 - "$work/had" >"$work/missing"
    [[ ! -s $work/missing ]] || complain "not in $1: $(tr '\n' ' ' <"$work/missing")"
}

text_keys >"$work/text"
json_keys >"$work/json"
values >"$work/values"
man_tags FIELDS >"$work/text_tags"
man_tags JSON >"$work/json_tags"

demand "the manual page's FIELDS" "$work/text" 28 <"$work/text_tags"
demand "the manual page's JSON" "$work/json" 90 <"$work/json_tags"
demand "the manual page's FIELDS" "$work/values" 15 < <(man_section FIELDS | tr -sc 'a-z_' '\n')
for what in text json values; do
    demand "docs/fields.md" "$work/$what" 15 < <(document_words)
done
demand "text, but in the manual page" "$work/text_tags" 28 <"$work/text"
demand "JSON, but in the manual page" "$work/json_tags" 90 <"$work/json"
exit "$failed"
