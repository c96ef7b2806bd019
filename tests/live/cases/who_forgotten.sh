# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# More processes than are remembered: who was there before them has its name all the same.

# Images of that many processes, two each, whose paths have 1,300 bytes, are more than the 8 MiB that
# user space keeps of them: src/enrich/enrich.c.
crowd=3000

# connect_daemon: a connection of the process that waits for such.
connect_daemon() {
    echo >&"${daemon_in}"
    wait_for "$1" established
}

# start_daemon: a process that makes a connection for each line.
start_daemon() {
    # shellcheck disable=SC2016 # for that shell
    nsenter --net="/run/netns/$a" bash -c \
        'while read -r; do { : >/dev/tcp/10.99.0.2/80; } || exit; done' <lines &
    daemon=$!
    pids+=("$daemon")
    exec {daemon_in}>lines
}

# named_as EVENT PID EXE N: so many events of the process, all with this executable.
named_as() {
    local named

    named="$(jq -cn --arg name "tcp.$1" --argjson pid "$2" '[inputs |
        select(."event.name" == $name and ."process.pid" == $pid) | ."process.executable.path"]' record)"
    [[ $named == "$(jq -cn --arg exe "$3" --argjson n "$4" '[range($n) | $exe]')" ]] ||
        fail "$1 of pid $2, which runs $3 $4 times: $named"
}

case_who_forgotten() {
    local daemon daemon_in daemon_exe holder holder_exe deep name

    printf -v name '%0200d' 0
    deep="$name/$name/$name/$name/$name/$name"
    mkdir -p "$deep"
    cp "$triggers/crowd" "$deep"
    mkfifo lines hold
    serve "$b" 10.99.0.2 80
    # Of the crowd, whose attempts are refused, the kernel side tells all the same.
    trace_raw -v --netns "/run/netns/$a" -e established,close -o json -w record --ring-size 256M
    await grep -qs '"tpconnect.start"' record || fail "tpconnect did not start"
    start_daemon
    connect_daemon 1
    nsenter --net="/run/netns/$a" "$triggers/hold" 1 10.99.0.2 80 2>holding 0<>hold &
    holder=$!
    pids+=("$holder")
    wait_for 2 established
    holder_exe="$(readlink "/proc/$holder/exe")"
    daemon_exe="$(readlink "/proc/$daemon/exe")"
    # In a VM it takes longer than a step may.
    nsenter --net="/run/netns/$a" "$deep/crowd" "$crowd" 127.0.0.1 1 || fail "no crowd"
    # The kernel side tells again of who was forgotten.
    connect_daemon 3
    # The connection has kept a copy.
    kill "$holder"
    wait_for 3 close
    exec {daemon_in}>&-
    stop_trace
    grep -q 'forgotten for want of room: [1-9]' messages || fail "nothing was forgotten"
    named_as established "$daemon" "$daemon_exe" 2
    named_as close "$daemon" "$daemon_exe" 2
    named_as established "$holder" "$holder_exe" 1
    named_as close "$holder" "$holder_exe" 1
}
