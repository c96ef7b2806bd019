# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# The file of -w: what it may be, and to have it opened anew.

# --- whose it is -------------------------------------------------------------------------------

# refuses_record FILE PATTERN: one line that names the file and matches; nothing is written.
refuses_record() {
    run_traced -t 10ms --netns "/run/netns/$a" -w "$1"
    [[ $status -eq 1 && ! -s stdout ]] || fail "status $status for $1: $(cat messages stdout)"
    [[ $(wc -l <messages) -eq 1 ]] || fail "not one line: $(cat messages)"
    grep -qE "cannot write to $1: .*$2" messages || fail "expected $2, got $(cat messages)"
}

case_record_is_private() { # 17
    local mask

    for mask in 000 022 0277; do
        (umask "$mask" && exec "$tpconnect" -q -t 10ms -w "made$mask") 2>messages ||
            fail "exit status $?: $(cat messages)"
        [[ $(stat -c %a "made$mask") == 600 ]] ||
            fail "with umask $mask it has mode $(stat -c %a "made$mask")"
    done
    # What there is keeps its mode; if others read in it, that is said.
    echo '# of before' >wide
    chmod 644 wide
    run_traced -t 10ms --netns "/run/netns/$a" -w wide
    [[ $status -eq 0 && $(stat -c %a wide) == 644 ]] || fail "not appended to: $(cat messages)"
    grep -q 'wide can be read by every user; chmod 600' messages || fail "not said: $(cat messages)"
    chmod 640 wide
    run_traced -t 10ms --netns "/run/netns/$a" -w wide
    ! grep -q 'can be read' messages || fail "said of a group: $(cat messages)"
}

case_record_is_no_link() { # 17
    mkdir sub
    ln -s sub linked
    ln -s target link
    refuses_record link 'symbolic link.*name the file'
    [[ ! -e target ]] || fail "what the link leads to was made"
    echo precious >target
    refuses_record link 'symbolic link'
    ln target other
    refuses_record target 'hard links.*remove it'
    rm other
    chown 65534 target
    refuses_record target 'another user.*remove it'
    [[ $(cat target) == precious ]] || fail "something was written: $(cat target)"
    refuses_record /dev/stdout 'leave -w out'
    refuses_record /dev/stderr 'leave -w out'
    # Links above it are the user's way to name it.
    run_traced -t 10ms --netns "/run/netns/$a" -o json -w linked/record
    [[ $status -eq 0 ]] || fail "status $status: $(cat messages)"
    grep -q '"tpconnect.stop"' sub/record || fail "nothing in the record: $(cat messages)"
}

case_record_is_a_descriptor() { # a shell's >(...)
    trace_raw --netns "/run/netns/$a" -e all -o json -w >(cat >>record)
    await grep -qs '"tpconnect.start"' record || fail "it did not start: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    await grep -qs '"tpconnect.stop"' record || fail "not all arrived: $(cat record)"
    check
}
