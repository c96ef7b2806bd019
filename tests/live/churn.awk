# SPDX-License-Identifier: MIT
# Compares events with connections that came and went. Input: what triggers/churn.c prints, then, with
# tabs, of each event: name, time, id, source address, source port, destination address, whether it is
# preexisting, bytes sent. Times in ns of UTC. Set: from and until, what was observed; lost, how many
# ends are said to be lost; skew, by how much clocks may differ. Prints a line for each difference.

# Doubles are exact to less than a microsecond only when there is less of it.
function since(ns) { return (substr(ns, 1, 10) - base) * 1000000000 + substr(ns, 11) }

BEGIN {
    base = substr(from, 1, 10)
    from = since(from)
    until = since(until)
}

FNR == NR {
    key = $1 " " $2 " " $3
    entry = key " " ++n_of[key]
    begun[entry] = since($5)
    connected[entry] = since($6)
    closing[entry] = since($7)
    closed[entry] = since($8)
    sent[entry] = $9
    reset[entry] = $10
    next
}

# A port can be used again for the same destination.
function entry_at(key, time,    i) {
    for (i = n_of[key]; i > 0; i--)
        if (begun[key " " i] - skew <= time)
            return key " " i
    return ""
}

{
    entry = entry_at($4 " " $5 " " $6, since($2))
    if (entry == "") {
        print "never made: " $0
        next
    }
    if (++seen[entry, $1] > 1)
        print "told twice: " $0
    if ((entry in id) && id[entry] != $3)
        print "two ids: " id[entry] ", " $0
    if (($3 in owner) && owner[$3] != entry)
        print "the id of another as well, " owner[$3] ": " $0
    id[entry] = $3
    owner[$3] = entry
    if ($1 == "tcp.close" && $8 != sent[entry])
        print sent[entry] " bytes were sent: " $0
    if ($7 == "true" && begun[entry] > from + skew)
        print "it began later: " $0
    if ($7 != "true" && connected[entry] < from - skew)
        print "it was open before: " $0
}

END {
    for (entry in begun) {
        # Its own FIN is sent at once, the peer's comes when the peer gets to it.
        if ((reset[entry] ? closed[entry] + skew : closing[entry] + 2000000000) > until)
            continue
        if (connected[entry] < from - skew && closing[entry] > from + skew) {
            before++
            if (!((entry, "tcp.close") in seen))
                lacks[++lacking] = "open before, its end is not told: " entry
        } else if (begun[entry] > from + skew && \
                   !((entry, "tcp.established") in seen && (entry, "tcp.close") in seen)) {
            lacks[++lacking] = "not told: " entry
        }
    }
    if (!before)
        print "none was open before"
    if (lacking > lost)
        for (i = 1; i <= lacking; i++)
            print lacks[i]
}
