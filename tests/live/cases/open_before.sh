# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh, lib.sh and open.sh set
# What was open when tracing began, and how its end is told.

# --- what does not begin while tracing does ----------------------------------------------------

# Packets pass again, and the trigger ends.
open_end() {
    rule_in "$a" input ""
    kill -KILL "$opener"
    wait "$opener" 2>/dev/null || true
    await nothing_is_open || fail "still open: $(within "$a" ss -tan)"
}

nothing_is_open() { [[ -z $(within "$a" ss -Htan exclude time-wait) ]]; }

# expect_closes MORE: what must be told of the end of each connection that this host has opened, for
# `wanted`; MORE changes it, in jq.
expect_closes() {
    jq -c 'select(."tpconnect.direction" == "out" and ."network.connection.state" != "syn_sent") |
        with_entries(select(.key | IN("way", "network.type", "network.local.address", "network.local.port",
            "network.peer.address", "network.peer.port", "tpconnect.ipv4_mapped", "tpconnect.netns",
            "tpconnect.bytes_sent", "tpconnect.bytes_received", "process.pid", "process.executable.name",
            "process.user.id", "tpconnect.holders"))) + {
            optional: .or_unknown, "event.name": "tcp.close", "tpconnect.preexisting": true,
            "tpconnect.connection.duration_ns": null, "tpconnect.observed.duration_ns": "*"} |
        if ."tpconnect.holders" == 0 then ."tpconnect.holders" = null else . end |
        '"$1" expected
}

# compare_record EVENT FILE: the events of this name with what is wanted of them.
compare_record() {
    local problems

    jq -c "select(.\"event.name\" == \"$1\")" record >some
    problems="$(jq -nr --slurpfile events some --slurpfile expected "$2" -f "$here/open.jq")"
    [[ -z $problems ]] || fail "$problems"
}

# closes_are_told MORE OPTION...
closes_are_told() {
    local more="$1"
    shift

    trace -e open,close "$@"
    open_end
    expect_closes "$more" >closes
    wait_for "$(grep -vc '"optional":true' closes)" close
    stop_trace
    compare_record tcp.close closes
    compare keys.jq '{}' record
    keep_lines record
    ids_of '."event.name" == "tcp.close"' | uniq -d >odd
    [[ ! -s odd ]] || fail "told twice: $(cat odd)"
    only_loss
}

# ids_of WHICH: of such events in the record, sorted.
ids_of() { jq -r "select($1) | .\"tpconnect.connection.id\"" record | sort; }

# opens_are_told MORE: in the record, those that were open and that some process holds; MORE as above.
opens_are_told() {
    jq -c 'select((."tpconnect.direction" == "out" or .or_unknown) and ."tpconnect.holders" > 0) |
        ."tpconnect.preexisting" = true | '"$1" expected >opens
    compare_record tcp.open opens
    # What is told of a connection twice has one name.
    comm -23 <(ids_of '."event.name" == "tcp.close" and ."process.pid"') \
        <(ids_of '."event.name" == "tcp.open"' | uniq) >odd
    [[ ! -s odd ]] || fail "closed, and not open: $(cat odd)"
}

case_open_closes() { # 38
    open_everywhere
    closes_are_told .
    opens_are_told .
}

case_open_closes_mptcp() { # 38
    open_all mptcp
    closes_are_told .
    opens_are_told .
}

case_open_closes_mptcp_subflows() { # 38
    local holder

    three_subflows
    trace -e open,close
    wait_for 3 open
    jq -c 'select(."event.name" == "tcp.open")' record >listed
    subflows_of "$holder" "$a" out listed
    kill -KILL "$holder"
    wait_for 3 close
    stop_trace
    [[ $(jq -c 'select(."event.name" == "tcp.close" and ."process.pid" == '"$holder"' and
        ."tpconnect.holders" == 1)' record | wc -l) -eq 3 ]] || fail "not of the holder: $(cat record)"
    ids_of '."event.name" == "tcp.close"' | diff - <(ids_of '."event.name" == "tcp.open"') >odd ||
        fail "others: $(cat odd)"
    compare keys.jq '{}' record
    only_loss
}

case_open_closes_ipv6() { # 38; docs/spec.md, T9
    has_ipv6 || skip "this host has no IPv6"
    open_all ipv6 ipv4-mapped
    closes_are_told .
    opens_are_told .
}

# Of what no process holds, nobody can say whether the filter wants it.
case_open_closes_of_a_process() { # 38
    local its

    open_everywhere
    its="select(.\"process.pid\" == $opener)"
    closes_are_told "$its" -p "$opener"
    opens_are_told "$its"
}

# Only what the kernel has counted tells who opened it, and nothing who held it.
case_open_closes_without_snapshot() { # 38
    open_everywhere
    closes_are_told '. + {"process.pid": null, "process.executable.name": null,
        "process.user.id": null, "tpconnect.holders": null}' --no-snapshot
    ! grep -q '"tcp.open"' record || fail "there was no snapshot: $(grep tcp.open record)"
}

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
