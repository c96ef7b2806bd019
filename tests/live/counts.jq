# SPDX-License-Identifier: MIT
# Compares the reports of `count` in $record, of all intervals together, with what the triggers
# expected: $expected, a line for each result. $by: the keys that they are grouped by. Prints a line
# for each difference.

def of($name): map(select(."event.name" == $name)) | length;

def errors: map(select(."event.name" == "tcp.failed") | ."error.type") | group_by(.) |
    map({key: .[0], value: length}) | from_entries;

def group: . as $row | $by | map($row[.] // "");

def wanted: $expected | group_by(group) | map({
    key: (.[0] | group), attempts: length, established: of("tcp.established"),
    failed: of("tcp.failed"), cancelled: of("tcp.cancelled"), errors: errors
});

def sum(f): map(f) | add;

def errors_of_rows: map(to_entries[] | select(.key | startswith("tpconnect.failed."))) |
    group_by(.key) | map({key: .[0].key[17:], value: (map(.value) | add)}) | from_entries;

def counted: [$record[] | select(."event.name" == "tpconnect.count")] | group_by(group) | map({
    key: (.[0] | group), attempts: sum(."tpconnect.attempts"),
    established: sum(."tpconnect.established"), failed: sum(."tpconnect.failed"),
    cancelled: sum(."tpconnect.cancelled"), errors: errors_of_rows
});

def events: [$record[] | select(."event.name" == "tpconnect.count") | ."tpconnect.attempts" +
    ."tpconnect.established" + ."tpconnect.failed" + ."tpconnect.cancelled"] | add // 0;

((wanted - counted)[] | "expected, but not reported: \(tojson)"),
((counted - wanted)[] | "reported, but not expected: \(tojson)"),
($record[-1] | select(."event.name" != "tpconnect.stop" or
    ."tpconnect.events.written" != events or ."tpconnect.events.sent" !=
        ."tpconnect.events.written" + ."tpconnect.events.filtered" or
    ([to_entries[] | select(.key | startswith("tpconnect.loss.")) | .value] | add) != 0) |
    "the books do not balance with \(events) events in reports: \(tojson)")
