# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# -o zeek: a line for each connection, read by a reader of its own (tests/zeek_read.py).

# trace_zeek OPTION...: until it is attached.
trace_zeek() {
    command -v python3 >/dev/null || skip "python3, which reads the log, is missing"
    trace_raw --netns "/run/netns/$a" -o zeek -w conn.log "$@"
    await grep -qs '^tpconnect: tracing' messages || fail "tpconnect did not start: $(cat messages)"
}

# read_zeek: rows of conn.log, a line of JSON each.
read_zeek() { python3 "$here/../zeek_read.py" conn.log >rows || fail "conn.log: $(cat conn.log)"; }

# has_rows N: so many lines of connections.
has_rows() { [[ $(grep -c '^[0-9]' conn.log) -ge $1 ]]; }

is_established() { [[ $(within "$a" ss -Htn state established dport "$1" | wc -l) -eq 1 ]]; }

zeek_ends() { # HOW STATE...
    while [[ $# -gt 0 ]]; do
        trigger ends "$1" - 10.99.0.2 80
        echo "80 $2" >>want
        await has_rows "$(wc -l <want)" ||
            fail "no line of what ended by $1: $(cat conn.log)"
        shift 2
    done
}

case_zeek() { # docs/fields.md, conn.log
    local pid

    ends_server 10.99.0.2 80
    serve "$b" 10.99.0.2 84
    trace_zeek --community-id
    zeek_ends close S2 both SF peer-close SF linger RSTO reset RSTR shut-data -
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect -u ENETUNREACH 198.51.100.1 82 # it has no line
    rule_in "$b" input "tcp dport 83 drop"
    trigger giveup close 10.99.0.2 83
    nsenter --net="/run/netns/$a" "$triggers/hold" 1 10.99.0.2 84 0<>endless 2>held &
    pids+=($!)
    pid=$!
    await grep -qs holding held
    await is_established 84 || fail "the connection to hold is not there"
    stop_trace
    printf '%s\n' '81 REJ' '83 S0' '84 S1' >>want
    read_zeek
    jq -r '"\(."id.resp_p") \(.conn_state // "-")"' rows | diff want - >&2 || fail "other states: $(cat conn.log)"
    # What the connecting programs say of themselves is what the lines say: python3 has read them otherwise.
    jq -r 'select(."network.local.port" | type == "number") | [."network.local.port",
        ."network.peer.address", ."network.peer.port"] | join(" ")' expected | sort -u >ends_told
    jq -r '[."id.orig_p", ."id.resp_h", ."id.resp_p"] | join(" ")' rows | sort -u >ends_read
    [[ -z $(comm -23 ends_told ends_read) ]] || fail "not there: $(comm -23 ends_told ends_read)"
    jq -es --argjson pid "$pid" 'map(select(.conn_state == "S1"))[0] | .pid == $pid and .process == "hold" and
        (.executable | endswith("/hold")) and (has("duration") or has("orig_bytes") | not)' rows >/dev/null ||
        fail "what is open has another line: $(grep S1 conn.log)"
    jq -es 'map(select(.conn_state == "REJ"))[0] | .error == "ECONNREFUSED" and .duration < 5' rows >/dev/null ||
        fail "the refused one: $(grep REJ conn.log)"
    # The books: what was established has its line with the end, what was not sent none.
    grep -q "^tpconnect: sent=$(($(grep -c '^[0-9]' conn.log) + 7)) written=$(grep -c '^[0-9]' conn.log) filtered=7 lost: ring=0" messages ||
        fail "the books: $(tail -n 1 messages)"
}

# The lines of a store, made from what history -o json has, by python3.
case_zeek_history() {
    ends_server 10.99.0.2 80
    trace_raw record --netns "/run/netns/$a" --store store
    await grep -qs '^tpconnect: tracing' messages || fail "tpconnect did not start: $(cat messages)"
    trigger ends both fin 10.99.0.2 80
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect -u ENETUNREACH 198.51.100.1 82
    stop_trace
    run_traced history --store store -e all -o json
    cp stdout record
    run_traced history --store store -o zeek
    cp stdout conn.log
    [[ $status -eq 0 ]] || fail "history: $status, $(cat messages)"
    read_zeek
    python3 - <<-'READ' || fail "other lines: $(cat conn.log record)"
	import json
	from datetime import datetime

	def ns(text):
	    whole, part = text.rstrip("Z").split(".")
	    return int(datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(part)

	want, begun = [], {}
	for event in map(json.loads, open("record")):
	    uid, name = event.get("tpconnect.connection.id"), event["event.name"]
	    if "tpconnect.connect.duration_ns" in event:
	        begun[uid] = ns(event["timestamp"]) - event["tpconnect.connect.duration_ns"]
	    if name == "tcp.close" or name == "tcp.failed" and event.get("tpconnect.sent", True):
	        want.append({"uid": uid, "ts": begun[uid] // 1000 / 10**6, "pid": event["process.pid"],
	                     "duration": (ns(event["timestamp"]) - begun[uid]) // 1000 / 10**6,
	                     "orig_bytes": event.get("tpconnect.bytes_sent"), "id.orig_p": event["network.local.port"]})
	got = [{key: json.loads(row).get(key) for key in want[0]} for row in open("rows")]
	assert len(want) == 2 and got == want, (want, got)
	READ
}
