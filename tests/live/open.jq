# SPDX-License-Identifier: MIT
# Compares events of sockets that are open, or were, with what is known of them: $events, each socket
# once; $expected, as triggers/open.c prints it. Prints a line for each difference. Of $expected, "*"
# is any value, null no value; with or_unknown, the direction may be unknown; with optional, there need
# be no event.

# In a namespace, no two are alike. What listens has no peer.
def key: [."tpconnect.netns", ."network.local.address", ."network.local.port",
    ."network.peer.port" // 0] | join(" ");

def by_key: group_by(key) | map({key: .[0] | key, value: .}) | from_entries;

# The cgroup of a socket that no process holds is not known on every kernel.
def is_cgroup: . == "tpconnect.cgroup.id" or . == "process.linux.cgroup";

def is_same($want; $name): .[$name] as $got | $want[$name] |
    if $got == null and $want."tpconnect.holders" == 0 and ($name | is_cgroup) then true
    elif . == "*" then $got != null
    elif $name == "tpconnect.direction" and $want.or_unknown then $got == . or $got == "unknown"
    else $got == . end;

def differences($want): . as $event |
    $want | del(.way, .or_unknown, .optional) | keys[] | . as $name |
    select($event | is_same($want; $name) | not) |
    "\($name) is \($event[$name] | tojson), not \($want[$name] | tojson)";

def title: [.way, ."tpconnect.direction" // empty] | join(", ");

($events | by_key) as $found | ($expected | by_key) as $known |
limit(20;
    ($expected[] | . as $want | ($found[key] // []) as $those |
        if $those | length == 1 then
            [$those[0] | differences($want)] | select(length > 0) |
            "\($want | title): \(join(", "))"
        elif .optional and $those == [] then empty
        else "\(title): there are \($those | length) events of it: \(tojson)" end),
    ($expected | group_by(key)[] | select(length > 1) | "expected twice: \(.[0] | title)"),
    ($events[] | select($known[key] == null) | "not expected: \(tojson)"))
