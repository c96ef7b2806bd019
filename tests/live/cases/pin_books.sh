# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh, lib.sh, pin.sh and store.sh set
# The books of a record over several processes: nothing is lost that was read, and nothing told twice.

# demand_balance: of the last line, over all processes.
demand_balance() {
    local sent

    sent="$(summary_field sent)"
    [[ $sent -eq $(($(summary_field written) + $(summary_field filtered) + $(summary_field ring) +
        $(summary_field output))) ]] || fail "the books do not balance: $(tail -n 3 messages)"
}

# 10 times, at any moment, while 2,000 connect each second.
case_pin_books_killed() { # docs/record.md
    local flood pause

    mount_bpffs
    record_pinned
    flood_slowly "$LIVE_COUNT" &
    flood=$!
    pids+=("$flood")
    for _ in {1..10}; do
        printf -v pause '0.%03d' "$((RANDOM % 400))"
        sleep "$pause"
        kill_recorder
        record_pinned
    done
    wait "$flood" || fail "the attempts failed"
    all_is_read
    stop_trace
    kept >record
    without_gaps record
    demand_once connect "$LIVE_COUNT"
    demand_once failed "$LIVE_COUNT"
    demand_balance
    [[ $(summary_field sent) -eq $((2 * LIVE_COUNT)) && $(summary_field written) -eq $((2 * LIVE_COUNT)) ]] ||
        fail "not all is written: $(tail -n 3 messages)"
}

# A ring of 256 KiB that nobody reads: what found no room is counted, all else is told.
case_pin_books_unread() { # docs/record.md
    mount_bpffs
    record_pinned --ring-size 256K
    kill_recorder
    within "$a" "$triggers/flood" -q 4 1500 127.0.0.1 80 || fail "the attempts failed"
    record_pinned --ring-size 256K
    all_is_read
    stop_trace
    kept >record
    without_gaps record
    [[ $(summary_field sent) -eq 12000 && $(summary_field ring) -gt 0 ]] || fail "$(tail -n 3 messages)"
    [[ $(grep -c '"tcp\.' record) -eq $(summary_field written) ]] || fail "not what was told to be written"
    demand_balance
    [[ $(summary_field output) -eq 0 ]] || fail "something is lost: $(tail -n 3 messages)"
}

# What is not wanted leaves the ring as well, though it makes no line; and is in the books of the next.
case_pin_books_filtered() { # docs/record.md
    mount_bpffs
    record_pinned --ring-size 256K --exe "$triggers/connect"
    flood_slowly 4000
    kill_recorder
    record_pinned --ring-size 256K --exe "$triggers/connect"
    trigger connect ECONNREFUSED 10.99.0.2 81
    await kept_events 2 || fail "not kept: $(cat messages)"
    stop_trace
    [[ $(summary_field sent) -eq 8002 && $(summary_field ring) -eq 0 ]] || fail "$(tail -n 3 messages)"
    [[ $(summary_field filtered) -eq 8000 && $(summary_field output) -eq 0 ]] || fail "$(tail -n 3 messages)"
    demand_balance
}
