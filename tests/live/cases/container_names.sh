# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016 # what run.sh and lib.sh set; $ for an inner shell
# Names of containers, from files of a Docker that this host need not have: tpconnect is given a /var/lib
# of its own.

container_id="$(printf 'c0ffee%058x' "$$")"
container_file="/var/lib/docker/containers/$container_id/config.v2.json"

# From now on, $tpconnect has an empty /var/lib.
with_var_lib() {
    printf '#!/bin/sh\nexec unshare --mount sh -ec '\''mount -t tmpfs none /var/lib; exec "$@"'\'' sh "%s" "$@"\n' \
        "$tpconnect" >with_var_lib
    chmod +x with_var_lib
    tpconnect="$case_dir/with_var_lib"
}

# The file of the container, as $tracer sees it, is this text.
container_says() {
    nsenter --mount="/proc/$tracer/ns/mnt" sh -ec 'mkdir -p "${1%/*}"; printf "%s" "$2" >"$1"' \
        sh "$container_file" "$1"
}

# The text of that file, by another reader.
container_said() {
    nsenter --mount="/proc/$tracer/ns/mnt" cat "$container_file" | jq -r "$1"
}

# An attempt at that port, by a process in the container's cgroup.
attempt_inside() {
    within "$a" sh -c 'echo 0 >"$1/cgroup.procs"; shift; exec "$@"' sh "$cgroup/docker/$container_id" \
        "$triggers/connect" ECONNREFUSED 10.99.0.2 "$1" >>expected
}

# event_key PORT KEY: what the events of the attempt at this port say, if they agree.
event_key() {
    jq -rs --argjson port "$1" --arg key "$2" \
        'map(select(."network.peer.port" == $port) | .[$key]) | unique | map(tostring) | join("|")' record
}

# key_is PORT KEY VALUE
key_is() {
    [[ $(event_key "$1" "$2") == "$3" ]] || fail "port $1: $2 is $(event_key "$1" "$2"), not $3"
}

make_container() {
    make_cgroup
    mkdir -p "$cgroup/docker/$container_id"
    with_var_lib
}

case_container_names() {
    make_container
    trace --container-names
    container_says '{"Name":"/shop \u001b[2J","Config":{"Image":"registry.example.com/shop:1"}}'
    attempt_inside 81
    stop_trace_of_container
    key_is 81 container.id "$container_id"
    key_is 81 container.runtime.name docker
    key_is 81 container.name "$name"
    key_is 81 container.image.name "$image"
    check
}

# The file is there only after the first attempt, which so has no name.
case_container_names_late() {
    make_container
    trace --container-names
    attempt_inside 81
    await grep -q '"network.peer.port":81,.*tcp.failed\|tcp.failed.*"network.peer.port":81,' record ||
        fail "the first attempt is not there"
    container_says '{"Name":"/shop","Config":{"Image":"registry.example.com/shop:1"}}'
    attempt_inside 82
    attempt_inside 83
    stop_trace_of_container
    key_is 81 container.id "$container_id"
    key_is 81 container.name null
    key_is 82 container.name "$name"
    key_is 83 container.image.name "$image"
    check
}

# Reads what the file says while its /var/lib is there.
stop_trace_of_container() {
    name="$(container_said '.Name[1:]')" image="$(container_said .Config.Image)"
    stop_trace
}

case_container_names_off() {
    make_container
    trace
    container_says '{"Name":"/shop","Config":{"Image":"registry.example.com/shop:1"}}'
    ! pgrep -a -x tpconnect-names -P "$tracer" >odd || fail "a process was started: $(cat odd)"
    attempt_inside 81
    stop_trace
    key_is 81 container.id "$container_id"
    key_is 81 container.name null
    check
}

# The process that reads the files holds no more than its socket, and ends with tpconnect, however that
# ends.
case_container_names_process() {
    local helper signal

    for signal in TERM KILL; do
        trace_raw --netns "/run/netns/$a" --container-names -o json -w "record.$signal"
        await grep -qs '"tpconnect.start"' "record.$signal" || fail "tpconnect did not start: $(cat messages)"
        helper="$(pgrep -x tpconnect-names -P "$tracer")" || fail "there is no such process"
        await only_sockets "$helper" || fail "it has: $(ls -l "/proc/$helper/fd")"
        kill -INT "$helper"
        kill -HUP "$helper"
        kill -"$signal" "$tracer"
        await gone "$helper" || fail "it lives on after SIG$signal: $(ps -fp "$helper")"
        wait "$tracer" || [[ $signal == KILL ]] || fail "tpconnect failed: $(cat messages)"
    done
}

# only_sockets PID: it has one descriptor, a socket.
only_sockets() { [[ $(readlink "/proc/$1/fd/"*) =~ ^socket:[^$'\n']*$ ]]; }
