#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the documents name is there: links and their headings, files, functions, quoted lines, screens; and what
# code and tests cite of them: rules, sections, scenarios. Usage: docs.sh [DIRECTORY]; it reads the sources.
# DIRECTORY is another checkout.
# shellcheck disable=SC2016 # what is between backticks is for grep
set -uo pipefail

cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}" || exit 2
documents=(./*.md docs/*.md deploy/*.md)
rooms='bpf|contract|src|tests|scripts|tools|bench|deploy|docs|man|completions|\.ci'
failed=0

complain() {
    printf '%s\n' "$*"
    failed=1
}

# at_least LEAST N WHAT: a check that finds little to look at has stopped looking.
at_least() { [[ $2 -ge $1 ]] || complain "$3: only $2 were found, at least $1 are expected"; }

# Headings of a document, as links name them.
anchors() {
    sed -n 's/^##* //p' "$1" | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# has COMMAND DOCUMENT PART: whether that is a line of what COMMAND prints of the document, which is asked once.
declare -A printed=()
has() {
    local key="$1 $2"

    [[ -n ${printed[$key]+x} ]] || printed[$key]=$'\n'"$("$1" "$2")"$'\n'
    [[ ${printed[$key]} == *$'\n'"$3"$'\n'* ]]
}

check_link() {
    local document="$1" target="$2" file

    file="${target%%#*}"
    if [[ -z $file ]]; then file="$document"; else file="${document%/*}/$file"; fi
    if [[ ! -e $file ]]; then
        complain "$document: no such file: $target"
    elif [[ $target == *#* ]]; then
        has anchors "$file" "${target#*#}" || complain "$document: no such heading: $target"
    fi
}

check_links() {
    local document target n=0

    for document in "${documents[@]}"; do
        while read -r target; do
            n=$((n + 1))
            check_link "$document" "$target"
        done < <(grep -oP '\]\(\K[^)]+' "$document" | grep -v '^[a-z]*:')
    done
    at_least 40 "$n" "links"
}

# Files that a document names between backticks; what has a capital placeholder or a star is none.
named_files() {
    grep -v 'not built' "$1" | grep -oP "\`\K($rooms)/[^\` ,]*(?=[\` ,])" | grep -v '[*A-Z]\|\.\.\.' | sort -u
}

check_files() {
    local document file n=0

    for document in "${documents[@]}"; do
        [[ $document != ./CHANGELOG.md ]] || continue
        while read -r file; do
            n=$((n + 1))
            [[ -e $file ]] || complain "$document: no such file: $file"
        done < <(named_files "$document")
    done
    at_least 80 "$n" "names of files"
}

# In a row of a table that names files and functions, each function is in one of the files.
check_functions() {
    local row word words files names name n=0

    while read -r row; do
        IFS='`' read -ra words <<<"$row"
        files=() names=()
        for word in "${words[@]}"; do
            if [[ $word =~ ^($rooms)/ ]]; then files+=("$word"); fi
            if [[ $word =~ ^([a-zA-Z0-9_]+)(\(\)|\[\])$ ]]; then names+=("${BASH_REMATCH[1]}"); fi
        done
        for name in "${names[@]}"; do
            n=$((n + 1))
            grep -qw -- "$name" "${files[@]}" 2>/dev/null ||
                complain "docs/architecture.md: $name is not in ${files[*]}"
        done
    done < <(grep '^| .*`[a-z]*/.*\(()\|\[\]\)`' docs/architecture.md)
    at_least 25 "$n" "functions in docs/architecture.md"
}

# docs/tour.md quotes: the line before a block names the file, between backticks; "..." stands for lines
# that are left out, or the rest of one. Prints "FILE:LINE" for each line that is quoted.
quotes() {
    awk '
        /^```c$/ { quoted = 1; next }
        /^```/ { quoted = !quoted && /^```[a-z]/ ? 2 : 0; next }
        quoted == 1 { sub(/^[ \t]+/, ""); if ($0 != "" && $0 != "...") print file ":" $0; next }
        match($0, /^`[^`]*`/) { file = substr($0, 2, RLENGTH - 2) }' docs/tour.md
}

# is_line FILE LINE: whether it is one of the file's, but for how it is indented.
is_line() {
    awk -v want="$2" '
        BEGIN { whole = !sub(/ \.\.\.$/, "", want) }
        { sub(/^[ \t]+/, "") }
        whole ? $0 == want : index($0, want) == 1 { found = 1; exit }
        END { exit !found }' "$1" 2>/dev/null
}

check_quotes() {
    local line n=0

    while IFS= read -r line; do
        n=$((n + 1))
        is_line "${line%%:*}" "${line#*:}" || complain "docs/tour.md: not in ${line%%:*}: ${line#*:}"
    done < <(quotes)
    at_least 40 "$n" "lines quoted in docs/tour.md"
}

# screens_of DOCUMENT: each block that is a screen of top, with a NUL behind it.
screens_of() {
    awk '/^```/ { if (screen != "") printf "%s%c", screen, 0; screen = ""; inside = !inside && $0 == "```"; first = 1; next }
        inside && (first ? /^tpconnect top / : screen != "") { screen = screen $0 "\n" }
        { first = 0 }' "$1"
}

# Screens that documents show are some that top draws, or the upper part of one.
check_screens() {
    local document screen drawn n=0

    drawn="$(cat tests/golden/top_*.txt)"
    for document in "${documents[@]}"; do
        while IFS= read -r -d '' screen; do
            n=$((n + 1))
            [[ $drawn == *"$screen"* ]] || complain "$document: top draws no such screen: ${screen%%$'\n'*}"
        done < <(screens_of "$document")
    done
    at_least 3 "$n" "screens of top"
}

# Rules (T5) and sections (7) of the specification; numbers of scenarios.
known() {
    case "$1" in
    docs/spec.md) grep -oP '^- \*\*\KT[0-9]+|^## \K[0-9]+' "$1" ;;
    docs/scenarios.md) grep -oP '^\| \K[0-9]+' "$1" ;;
    *) anchors "$1" ;;
    esac
}

check_citation() {
    local where="$1" document="$2" part="$3"

    if [[ ! -e $document ]]; then
        complain "$where: no such document: $document"
    elif [[ -n $part ]]; then
        has known "$document" "$part" || complain "$where: $document has no $part"
    fi
}

check_citations() {
    local where document part n=0

    while IFS=: read -r where document; do
        n=$((n + 1))
        part=
        [[ $document != *,\ * ]] || part="${document#*, }"
        check_citation "$where" "${document%%,*}" "$part"
    done < <(grep -roP 'docs/[a-z-]+\.md(, (T[0-9]+|[0-9]+))?' --include='*.[ch]' --include='*.sh' --include='*.jq' \
        --include='*.txt' --include='*.build' bpf contract src tests | grep -v '^tests/docs\.sh:' | sort -t : -k 2 -u)
    at_least 15 "$n" "citations of documents"
}

# The numbers at the heads of live cases, and those that no case has.
check_scenarios() {
    local number heads

    heads="$(grep -ohP '^case_\w+\(\).* # \K[0-9]+(, [0-9]+)*' tests/live/cases/*.sh | tr -s ', ' '\n')"
    while read -r number; do
        check_citation tests/live/cases docs/scenarios.md "$number"
    done < <(sort -nu <<<"$heads")
    while read -r number; do
        [[ $'\n'$heads$'\n' == *$'\n'$number$'\n'* ]] ||
            complain "docs/scenarios.md: no case for scenario $number"
    done < <(known docs/scenarios.md)
    at_least 60 "$(wc -w <<<"$heads")" "numbers at the heads of cases"
}

check_links
check_files
check_functions
check_quotes
check_screens
check_citations
check_scenarios
exit "$failed"
