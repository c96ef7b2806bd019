# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What history --check says of a store: docs/record.md.

# check_says STATUS STORE: the answer is in checked.
check_says() {
    local status=0

    "$tpconnect" history --check --store "$2" >checked 2>check_messages || status=$?
    [[ $status -eq $1 ]] || fail "exit status $status: $(cat checked check_messages)"
    [[ ! -s check_messages ]] || fail "said on stderr: $(cat check_messages)"
    if [[ $1 -eq 0 ]]; then
        [[ $(tail -n 1 checked) == whole ]] || fail "no verdict: $(cat checked)"
    else
        [[ $(tail -n 1 checked) == "not whole: "* ]] || fail "no verdict: $(cat checked)"
    fi
}

# What was cut out of a copy, and nothing else; killed and started anew, the store is whole all the same.
case_check_finds_what_was_cut_out() { # docs/spec.md, 7, history
    local boot

    record_a
    trigger flood -q 4 50 127.0.0.1 80
    await kept_enough 200 || fail "nothing is kept while it runs"
    check_says 0 store
    kill -KILL "$tracer"
    wait "$tracer" || true
    check_says 1 store
    grep -q '^cut off: .* no tpconnect.stop, and nobody records$' checked || fail "not cut off: $(cat checked)"
    [[ $(grep -c ': boot' checked) -eq 1 ]] || fail "more than one flaw: $(cat checked)"
    record_a
    trigger flood -q 4 50 127.0.0.1 80
    stop_trace
    check_says 0 store
    grep -q '^explained: 1 time without a tpconnect.stop' checked || fail "no word of kill -9: $(cat checked)"
    [[ $("$triggers/store_cut" store copy 120 129) -eq 10 ]] || fail "10 lines could not be cut out"
    check_says 1 copy
    boot="$(find copy -mindepth 1 -type d -printf %f)"
    grep -q "^hole: boot $boot, lines 120 to 129 (10), of the time from " checked || fail "not found: $(cat checked)"
    [[ $(grep -c ': boot' checked) -eq 1 ]] || fail "more than one flaw: $(cat checked)"
    # The copy is as good as the store, but for that.
    rm -r copy
    [[ $("$triggers/store_cut" store copy 0 0) -eq 0 ]] || fail "lines are cut out"
    check_says 0 copy
}

# Whole frames out of a file, as a hand or a disk would take them: from one index to the next.
case_check_finds_what_a_disk_has_lost() {
    local file first

    command -v python3 >/dev/null || skip "python3 is missing"
    record_a
    trigger flood -q 4 50 127.0.0.1 80
    await kept_enough 200 || fail "nothing is kept while it runs"
    trigger flood -q 4 50 127.0.0.1 80
    stop_trace
    check_says 0 store
    file="$(find store -name '*.zst')"
    kept >record
    # The first frame has the first line: what is left begins with another.
    python3 - "$file" <<'END' || fail "no frame could be taken out"
import sys

data = open(sys.argv[1], "rb").read()
magic = data[:4]
second = data.index(magic, 4)
third = data.index(magic, second + 4)
open(sys.argv[1], "wb").write(data[:second] + data[third:])
END
    kept >left
    first="$(jq -s 'map(."tpconnect.seq") | [range(1; max + 1)] - . | min' left)"
    [[ $(wc -l <left) -lt $(wc -l <record) ]] || fail "no line is gone"
    check_says 1 store
    grep -q "^hole: boot .*, lines\? $first to " checked || fail "not found from $first on: $(cat checked)"
    [[ $(grep -c ': boot' checked) -eq 1 ]] || fail "more than one flaw: $(cat checked)"
    rm -r store/*-*
    check_says 1 store
    grep -q '^not whole: nothing is kept$' checked || fail "an empty store is whole: $(cat checked)"
}
