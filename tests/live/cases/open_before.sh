# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh, lib.sh and open.sh set
# What was open when tracing began, and how its end is told.

# --- while much begins and ends ----------------------------------------------------------------

# churn OPEN: in A, so many are open at any time; for `churned`, once it has been told to end.
churn() {
    serve "$a" 0.0.0.0 80
    nsenter --net="/run/netns/$a" "$triggers/churn" "$1" 80 >churned 2>churning 0<>endless &
    churner=$!
    pids+=("$churner")
    await grep -qs churning churning || fail "the trigger failed: $(cat churning)"
}

churn_ends() {
    echo >endless
    await gone "$churner" || fail "the trigger does not end"
    wait "$churner" || fail "the trigger failed: $(cat churning)"
}

# In jq: a time in RFC 3339, as ns.
utc_ns='(.[0:19] + "Z" | fromdate | tostring) + .[20:29]'

# observed RECORD from|until: of the last line.
observed() { tail -n 1 "$1" | jq -r ".\"tpconnect.observed.$2\" | $utc_ns"; }

# compare_churn RECORD
compare_churn() {
    jq -r 'select(."event.name" | startswith("tcp.")) |
        [."event.name", (.timestamp | '"$utc_ns"'),
            ."tpconnect.connection.id", ."network.local.address", ."network.local.port",
            ."network.peer.address", ."tpconnect.preexisting" // false, ."tpconnect.bytes_sent"] | @tsv' \
        "$1" >events
    awk -v from="$(observed "$1" from)" -v until="$(observed "$1" until)" \
        -v lost="$(tail -n 1 "$1" | jq '."tpconnect.loss.missed"')" -v skew="${LIVE_SKEW_NS:-200000}" \
        -f "$here/churn.awk" churned events >odd
    [[ ! -s odd ]] || fail "$1: $(head -n 5 odd)"
}

# churn_is_told STARTS OPTION...: as often as tracing starts amid it, for as many ends as are open at a time.
churn_is_told() {
    local starts="$1" start
    shift

    churn 300
    for ((start = 1; start <= starts; start++)); do
        rm -f record
        trace -e open,established,close --ring-size 64M "$@"
        wait_for "$((stress_count / 20))" close
        stop_trace
        mv record "record.$start"
    done
    churn_ends
    for ((start = 1; start <= starts; start++)); do
        compare_churn "record.$start"
    done
}

case_open_churn() { # 37: what ends before it is looked at is told as well
    churn_is_told 3
}

case_open_churn_without_snapshot() { # 37
    churn_is_told 2 --no-snapshot
}
