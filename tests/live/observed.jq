# SPDX-License-Identifier: MIT
# The span that tpconnect.stop says was observed, against what happened: $during, from the trigger of
# that name. Prints a line for each difference.

# How far two clocks are apart is read for each batch, and takes a little.
def noise_ns: $skew;

# ns since the case began. Since 1970 it would take more digits than a number has.
def base: $since[:19] + "Z" | fromdate;
def ns_of($s; $ns): ($s - base) * 1e9 + $ns;
def ns: ns_of(.[:19] + "Z" | fromdate; .[20:29] | tonumber);

($record | map(select(."event.name" | startswith("tcp.")))) as $events |
$record[0] as $start | $record[-1] as $stop |
($stop."tpconnect.observed.from" | ns) as $from | ($stop."tpconnect.observed.until" | ns) as $until |
($during | map({port, before: (.before | ns_of(.s; .ns)), after: (.after | ns_of(.s; .ns))})) as $during |
($events | map({port: ."network.local.port", at: (.timestamp | ns)}) | group_by(.port) |
 map({key: "\(.[0].port)", value: map(.at)}) | from_entries) as $seen |

def is_seen: . as $one | $seen["\(.port)"] // [] |
    any(. >= $one.before - noise_ns and . <= $one.after + noise_ns);

($during | map(select(.before >= $from + noise_ns and .after <= $until - noise_ns))) as $inside |
($during | map(select(.after < $from - noise_ns or .before > $until + noise_ns))) as $outside |

(select($start."tpconnect.observed.from" | (ns - $from) | fabs > noise_ns) |
 "it began twice: \($start | tojson), \($stop | tojson)"),
(select($from > ($start.timestamp | ns) or $until > ($stop.timestamp | ns) or $from >= $until) |
 "not in order: \($start | tojson), \($stop | tojson)"),
(select($inside | length < 10) | "only \($inside | length) inside of what was observed"),
(select($outside | length < 2) | "only \($outside | length) outside of what was observed"),
($inside | map(select(is_seen | not)) | select(length > 0) |
 "\(length) not seen, between \($from) and \($until): \(.[:3] | tojson)"),
($events[] | select((.timestamp | ns) < $from - noise_ns or (.timestamp | ns) > $until + noise_ns) |
 "before or after what was observed: \(tojson)")
