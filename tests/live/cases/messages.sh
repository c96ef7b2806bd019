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

case_hostile_names_in_messages() { # docs/spec.md, 7: one clear line
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
case_long_names_in_messages() { # docs/spec.md, 7: one clear line
    local long

    long="$(printf '%4000s' '' | tr ' ' x)"
    run_traced -w "$long"
    grep -q 'File name too long$' messages || fail "no reason: $(cat messages)"
    run_traced --object "$long"
    grep -q 'File name too long$' messages || fail "no reason: $(cat messages)"
    run_traced --btf "$long"
    grep -q 'File name too long$' messages || fail "no reason: $(cat messages)"
}

# --- descriptors -------------------------------------------------------------------------------

# without DESCRIPTORS COMMAND...: it, with these (such as "0 2") closed; exit status in $status.
without() {
    local descriptor closed=()
    for descriptor in $1; do closed+=("exec $descriptor<&-;"); done
    shift

    status=0
    timeout "$STEP_SECONDS" bash -c "${closed[*]} exec \"\$@\"" without "$@" >stdout 2>messages ||
        status=$?
}

# A connection, and what is written of it is all that is in the record.
record_without() {
    local descriptors="$1"
    shift

    rm -f record
    : >expected
    without "$descriptors" "$tpconnect" "$@" -o json -w record -- nsenter \
        --net="/run/netns/$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 81
    [[ $status -eq 0 ]] || fail "without $descriptors: status $status: $(cat messages)"
    jq -ne '[inputs] | map(."event.name") | .[0] and all(startswith("tp") or startswith("tcp."))' \
        record >/dev/null || fail "without $descriptors, not only JSON: $(cat record)"
}

case_closed_descriptors() { # docs/spec.md, 7: nothing but events on stdout
    local descriptors

    for descriptors in 0 1 2 "0 1" "1 2" "0 1 2"; do
        record_without "$descriptors"
        grep -q '"tcp.failed"' record || fail "without $descriptors, no event: $(cat record)"
        record_without "$descriptors" count
        grep -q '"tpconnect.count"' record || fail "without $descriptors, no count: $(cat record)"
        record_without "$descriptors" latency
        grep -q '"tpconnect.stop"' record || fail "without $descriptors: $(cat record)"
    done
}

# What was to be read is not there, which is an error, and is said where that can be said.
case_closed_stdout() { # docs/spec.md, 7: nothing but events on stdout
    local arguments

    for arguments in "-t 10ms" "count -t 10ms" "latency -t 10ms" doctor --help --version; do
        # shellcheck disable=SC2086 # words
        without 1 "$tpconnect" $arguments
        [[ $status -eq 1 ]] || fail "$arguments: status $status: $(cat messages)"
        [[ $(cat messages) == "tpconnect: cannot write to stdout: it is closed"* ]] ||
            fail "$arguments: it says $(cat messages)"
        # shellcheck disable=SC2086 # words
        without "1 2" "$tpconnect" $arguments
        [[ $status -eq 1 ]] || fail "$arguments: status $status without stderr"
    done
    for arguments in doctor --help --version; do
        status=0
        "$tpconnect" "$arguments" >/dev/full 2>messages || status=$?
        [[ $status -eq 1 ]] || fail "$arguments to a full disk: status $status"
        grep -q 'stdout: No space left' messages || fail "$arguments: it says $(cat messages)"
    done
}

# Nor may what the command opens first become its stdout.
case_command_without_descriptors() { # docs/spec.md, 7: nothing but events on stdout
    # shellcheck disable=SC2016 # for sh
    without "0 1 2" "$tpconnect" -w record -- sh -c \
        'exec 9>links; for fd in 0 1 2; do readlink "/proc/$$/fd/$fd" | cat >&9; done; echo said'
    [[ $status -eq 0 ]] || fail "status $status: $(cat links)"
    [[ $(wc -l <links) -eq 3 && $(sort -u links) == /dev/null ]] || fail "it has $(cat links)"
}

# An empty root has no /dev either.
case_closed_descriptors_without_dev() { # docs/spec.md, 7: nothing but events on stdout
    local library

    mkdir -p root/proc root/sys
    ldd "$tpconnect" >libraries || skip "it needs no libraries: $(cat libraries)"
    for library in $(grep -o '/[^ ]*' libraries) "$tpconnect"; do
        cp --parents "$library" root
    done
    # Before anything of tracing is there, it has to say so, and not into the record.
    without 2 chroot root "$tpconnect" -t 10ms -o json -w /record
    [[ $status -ne 0 ]] || fail "it traces without /proc and /sys"
    [[ ! -s root/record ]] || fail "messages in the record: $(cat root/record)"
}

# To libbpf, and so to us, no room for a descriptor looks like many things.
case_too_few_descriptors() { # docs/spec.md, 7: one clear line
    local limit

    for limit in 6 7 8 9 12 16 17 18 19 20 24 28 29 31 33 35 37 39 41 43 45; do
        status=0
        rm -f record
        (ulimit -n "$limit" && exec timeout "$STEP_SECONDS" "$tpconnect" -w record -P 9 \
            --netns "/run/netns/$a" -- true) 2>messages || status=$?
        [[ $status -ne 0 ]] || break
        [[ $status -eq 1 ]] || fail "with $limit: status $status: $(cat messages)"
        grep -q 'Too many open files' messages || fail "with $limit: $(cat messages)"
    done
    [[ $limit -ge 20 ]] || fail "it traces with $limit"
}

# Where a security policy refuses iterators over maps, tracing goes on, and what lacks is said.
case_map_iterators_refused() { # docs/limits.md
    "$tpconnect" doctor | grep -q '^WARN *iterator bpf_map_elem *refused' || skip "iterators over maps are allowed here"
    serve "$b" 10.99.0.2 80
    trace
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger_background hold 1 10.99.0.2 80 0<>endless
    await grep -q '"tcp.established"' record || fail "what is held is not seen"
    stop_trace
    grep -q '"error.type":"ECONNREFUSED"' record || fail "not traced: $(cat record)"
    grep -q 'refuses iterators over maps: what stays tracked may have no socket' messages ||
        fail "not said: $(cat messages)"
}
