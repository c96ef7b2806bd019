# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What the program says of itself, and of what it was given.

# Escape sequences of 7 and 8 bits, ends of lines, and what is no UTF-8.
hostile=$'x\e[31m\xc2\x9b2J\nforged: \r\xff\xe2\x82y'
hostile_shown='x\x1b[31m\xc2\x9b2J\nforged: \x0d\xff\xe2\x82y'

# said_harmlessly FILE TEXT: FILE has TEXT, and nothing that a terminal obeys but ends of lines.
said_harmlessly() {
    grep -qF -- "$2" "$1" || fail "it does not say $2: $(cat -v "$1")"
    ! LC_ALL=C grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' "$1" ||
        fail "control characters: $(cat -v "$1")"
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null || fail "not UTF-8: $(cat -v "$1")"
    ! grep -q '^forged' "$1" || fail "a name begins a line: $(cat -v "$1")"
}

# names_harmlessly STATUS LINES ARGUMENT...: tpconnect ends so, and says the hostile name in one of so
# many lines.
names_harmlessly() {
    local want="$1" lines="$2"
    shift 2

    run_traced "$@"
    [[ $status -eq $want ]] || fail "expected status $want, got $status: $(cat -v messages)"
    [[ $(wc -l <messages) -eq $lines ]] || fail "not $lines lines: $(cat -v messages)"
    said_harmlessly messages "$hostile_shown"
}

case_hostile_names_in_messages() { # 16
    names_harmlessly 1 1 -w "$hostile/record"
    names_harmlessly 1 1 --object "$hostile"
    names_harmlessly 1 1 --btf "$hostile"
    names_harmlessly 2 1 "--$hostile"
    names_harmlessly 2 1 -p "$hostile"
    names_harmlessly 2 1 --netns "$hostile"
    names_harmlessly 2 1 "$hostile"
    # Beside it: start, summary, books.
    names_harmlessly 127 4 --netns "/run/netns/$a" -- "$hostile"
    # What libbpf says has lines of its own.
    touch "$hostile"
    run_traced -v --object "$hostile"
    said_harmlessly messages 'cannot load x\x1b[31m'
    run_traced doctor --btf "$hostile"
    said_harmlessly stdout 'x\x1b[31m'
}

# Nor is a name so long that it pushes the reason off.
case_long_names_in_messages() { # 16
    local long

    long="$(printf '%4000s' '' | tr ' ' x)"
    run_traced -w "$long"
    grep -q 'File name too long$' messages || fail "no reason: $(cat messages)"
    run_traced --object "$long"
    grep -q 'File name too long$' messages || fail "no reason: $(cat messages)"
    run_traced --btf "$long"
    grep -q 'File name too long$' messages || fail "no reason: $(cat messages)"
}
