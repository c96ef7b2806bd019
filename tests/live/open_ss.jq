# SPDX-License-Identifier: MIT
# Compares the sockets that are listed as open, $events, with what ss has said of the same namespace
# before, $before, and after, $after: for what goes on, it must be between. Prints a line for each
# difference.

def key: [."network.local.address", ."network.local.port", ."network.peer.port" // 0] | join(" ");
def by_key: map({key: key, value: .}) | from_entries;

def steady: ["network.connection.state", "tpconnect.bytes_sent", "tpconnect.bytes_received"];
def growing: ["tpconnect.retransmits", "tpconnect.rtt_us"];

def differences($event; $later): . as $earlier |
    (steady[] | select(($earlier[.], $later[.]) != null and $earlier[.] == $later[.] and
        $event[.] != $earlier[.])),
    (growing[] | select($earlier[.] != null and $later[.] != null and
        ($event[.] < ([$earlier[.], $later[.]] | min) or
         $event[.] > ([$earlier[.], $later[.]] | max))));

($events | by_key) as $found | ($after | by_key) as $later |
limit(20;
    ($before[] | key as $key | select($later[$key]) |
        if $found[$key] == null then "ss has it, it is not listed: \(tojson)"
        else [differences($found[$key]; $later[$key])] | select(length > 0) |
            "\(join(", ")): ss: \($later[$key] | tojson), listed: \($found[$key] | tojson)" end),
    ($before | by_key) as $earlier |
    ($events[] | select($earlier[key] == null and $later[key] == null) | "ss does not have it: \(tojson)"))
