# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh, lib.sh and open.sh set
# Sockets that somebody is at work on whenever they are looked at: what they say of themselves is of no one
# moment then.

# Who opened one is then not known, or known otherwise; but never wrong.
case_open_locked() { # 35
    faulty_object sockets_locked
    open_all established bound-port listening-port half-closed
    list_open --netns "/run/netns/$a" --object "$object"
    compare_open 'select(."network.connection.state" != "listen") | .or_unknown = true'
    jq -e -s 'any(.[]; ."tpconnect.direction" == "unknown")' listed >/dev/null ||
        fail "the fault changes nothing: $(cat listed)"
}

# That they are waited for has an end: to wait for each of these would take a minute.
case_open_locked_many() { # 35
    faulty_object sockets_locked
    open_trigger "$a" made pairs 1 3000 80
    timeout 30 "$tpconnect" list -o json --netns "/run/netns/$a" --object "$object" >listed 2>list_messages ||
        fail "list does not end: $(cat list_messages)"
    [[ $(wc -l <listed) -eq 6000 ]] || fail "of 6000 sockets, $(wc -l <listed) are listed"
}
