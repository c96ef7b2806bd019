# SPDX-License-Identifier: MIT
# Compares a record with the truth: $expected, from the programs that connected; $accepted, from
# their peers; $facts.opens, from the kernel. Prints a line for each difference.

def name: ."event.name";
def id: ."tpconnect.connection.id";
def is_event: name | startswith("tcp.");
def is_result: name | . == "tcp.established" or . == "tcp.failed" or . == "tcp.cancelled";
def sent: ."tpconnect.sent" != false;
def preexisting: ."tpconnect.preexisting" == true;

# "*" is any value, null no value; at_most_ns is of the latency; of ancestors, no times are known.
def matches($want): . as $event |
    all($want | to_entries[]; . as $e | $event[$e.key] |
        if $e.key == "at_most_ns" then ($event."tpconnect.connect.duration_ns" // 0) <= $e.value
        elif $e.key == "ancestors" then
            [$event."tpconnect.process.ancestors"[]? | {pid, name}] == $e.value
        elif $e.value == "*" then . != null
        else . == $e.value end);

# What it has instead of what it should.
def misses($want): . as $event |
    [$want | to_entries[] | . as $e | select($event | matches({($e.key): $e.value}) | not) |
     if $e.key == "at_most_ns" then
         "tpconnect.connect.duration_ns is \($event."tpconnect.connect.duration_ns"), more than \($e.value)"
     elif $e.key == "ancestors" then
         "tpconnect.process.ancestors is \($event."tpconnect.process.ancestors" | tojson), not \($e.value | tojson)"
     else "\($e.key) is \($event[$e.key] | tojson), not \($e.value | tojson)" end] |
    if . == [] then "all is as expected" else join(", ") end;

# Events that can match each other have a key in common, so that floods do not take forever.
def coarse_key: "\(name) \(."process.pid") \(."network.peer.port")";
def fine_key: "\(coarse_key) \(."network.local.port")";

def index_by(f):
    map([f, .]) | group_by(.[0]) | map({key: .[0][0], value: map(.[1])}) | from_entries;

# --- one line after the other

def sequence:
    range($record | length) as $i | select($record[$i]."tpconnect.seq" != $i + 1) |
    "seq is not \($i + 1): \($record[$i] | tojson)";

def times:
    $record[] | select(.timestamp < $facts.since or .timestamp > $facts.until) |
    "not between \($facts.since) and \($facts.until): \(tojson)";

# Everything in the namespace was started by the case.
def creation_times:
    $record[] | select(is_event) | . as $event | ."process.creation.time" |
    select(. != null and (. < $facts.since or . > $event.timestamp)) |
    "process.creation.time: not between \($facts.since) and the event: \($event | tojson)";

def namespace:
    $record[] | select($facts.netns != null and is_event and ."tpconnect.netns" != $facts.netns) |
    "not in the namespace \($facts.netns): \(tojson)";

def books:
    $record[-1] |
    if name != "tpconnect.stop" then "the last line is not tpconnect.stop: \(tojson)"
    else
        (select(."tpconnect.events.sent" != ."tpconnect.events.written" +
                ."tpconnect.events.filtered" + ."tpconnect.loss.ring" + ."tpconnect.loss.output") |
         "the books do not balance: \(tojson)"),
        (select(."tpconnect.events.written" !=
                ([$record[] | select(is_event) | 1 + (."tpconnect.repeated" // 0)] | add // 0)) |
         "tpconnect.events.written is not what the lines say: \(tojson)"),
        (select($facts.lossless) | to_entries[] |
         select((.key | startswith("tpconnect.loss.")) and .value != 0) |
         "lost: \(.key) is \(.value)")
    end;

# --- one attempt after the other

# What cannot change between an attempt's events.
def constant: [."process.pid", ."thread.id", ."process.parent_pid", ."process.user.id",
    ."process.executable.name", ."thread.name", ."process.creation.time", ."tpconnect.netns",
    ."tpconnect.cgroup.id", ."process.linux.cgroup", ."process.executable.path",
    ."tpconnect.process.exec_id", ."process.real_user.id", ."tpconnect.origin", ."network.peer.address", ."network.peer.port",
    ."tpconnect.ipv4_mapped", ."tpconnect.requested.address", ."tpconnect.requested.port"];

def life: [.[] | name | ltrimstr("tcp.")] | join(" ");

def attempts:
    [$record[] | select(is_event)] | group_by(id)[] | . as $attempt | life |
    select($facts.lossless) |
    (select(test(if $attempt | all(preexisting) then "^(open( close)?|close)$"
                 elif $facts.whole
                 then "^connect( retry)*( (established( close)?|failed|cancelled))?$"
                 else "^(connect ?)?(retry ?)*(established( close)?|failed|cancelled|close)?$" end)
            | not) |
     "not the life of one attempt: \(.): \($attempt | tojson)"),
    (select([$attempt[] | constant] | unique | length > 1) |
     "differs between the events of an attempt: \($attempt | tojson)");

def counts:
    [$record[] | select(name == "tcp.connect" and sent)] | length |
    select($facts.lossless and $facts.whole and . != $facts.opens + $facts.uncounted) |
    "attempts: the kernel has counted \($facts.opens) (and \($facts.uncounted) that it does not " +
    "count), in the record are \(.)";

# --- against the programs

def subjects: ($expected | map(name) | unique) +
    if $facts.retries == null then ["tcp.retry"] else [] end;
def is_subject($subjects): is_result or (name as $name | $subjects | index($name) != null);

def retries:
    select($facts.retries != null) |
    [$record[] | select(name == "tcp.retry")] as $events |
    select($events | length != $facts.retries) |
    "expected \($facts.retries) retries: \($events | tojson)";

def expectations:
    select($facts.expected) |
    subjects as $subjects |
    [$record[] | select(is_event and is_subject($subjects))] as $events |
    ($events | index_by(coarse_key)) as $coarse |
    ($events | index_by(fine_key)) as $fine |
    # A flood can use a port again: what was expected n times must be there n times.
    [$expected | group_by(del(.at_most_ns))[] | length as $times |
     max_by(.at_most_ns) as $want | $want |
     (if ."network.local.port" | type == "number" then $fine[fine_key]
      else $coarse[coarse_key] end // []) | map(select(matches($want))) |
     {$want, $times, matching: .}] |
    (.[] | select((.matching | length) != .times) | .want as $want |
     "\(.matching | length) events instead of \(.times) match \($want | tojson): " +
     "\(.matching[:2] | tojson); near it: " +
     ([($coarse[$want | coarse_key] // [])[:2][] | "\(tojson), where \(misses($want))"] |
      if . == [] then "none" else join("; ") end)),
    # Each event, and each expectation that it meets, by the event's number.
    (map(.matching[]) + $events | group_by(."tpconnect.seq")[] | length as $times | .[0] |
     if $times == 1 then "not expected: \(tojson)"
     elif $times > 2 then "expected in \($times - 1) ways: \(tojson)"
     else empty end);

# --- against the peers

def endpoint: "\(."network.local.address") \(."network.local.port")";

def acceptances:
    select($facts.accepted) |
    ([$record[] | select(name == "tcp.established") | endpoint] | sort) as $established |
    ([$accepted[] | endpoint] | sort) as $seen |
    select($established != $seen) |
    "the peers have accepted \($seen | length) connections, \($established | length) are in the " +
    "record; the first that differ: " + ([[$seen, $established] | transpose[] |
    select(.[0] != .[1])][:3] | tojson);

limit(20; books, sequence, times, creation_times, namespace, attempts, counts, retries,
    expectations, acceptances)
