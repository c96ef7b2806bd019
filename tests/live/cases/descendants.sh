# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What a command leaves behind when it ends: how many processes, and --wait, which goes on with them.

# demand_left WANT: so begins what is said of descendants that are left; nothing: that nothing is.
demand_left() {
    local said

    said="$(grep -E 'descendants? of the command' messages || true)"
    said="${said#tpconnect: }"
    [[ $said == "$1"* && (-n $1 || -z $said) ]] || fail "it should have said '$1': $(cat messages)"
    [[ $(tail -n 1 messages) == *" written="* ]] || fail "the books are not last: $(cat messages)"
}

# Whether the process is there; not if all of its threads have ended, and only its parent has not asked.
is_running() {
    cat "/proc/$1/task/"*/status 2>/dev/null | grep '^State:' | grep -qv zombie
}

# Those that linger, by their own account and that of /proc.
running() {
    local pid n=0

    while read -r pid; do
        ! is_running "$pid" || n=$((n + 1))
    done < <(cat ready.* 2>/dev/null)
    echo "$n"
}

none_runs() { [[ $(running) -eq 0 ]]; }

end_left() {
    # shellcheck disable=SC2046 # process ids
    kill -KILL $(cat ready.*)
    await none_runs || fail "they did not end"
    rm -f ready.*
}

# lingering HOW...: a shell's code that starts these, and goes on once they are what they are to be.
lingering() {
    local how

    for how; do
        printf '(setsid "%s/linger" %s ready.%s >/dev/null 2>&1 &); ' "$triggers" "$how" "$how"
    done
    # shellcheck disable=SC2016 # for the inner shell
    printf 'for file in %s; do while [ ! -s $file ]; do sleep 0.02; done; done; ' "${@/#/ready.}"
}

# leave N HOW... [-- OPTION...]: a command that leaves these behind, of which N run.
leave() {
    local n="$1" how=()
    shift

    while [[ $# -gt 0 && $1 != -- ]]; do
        how+=("$1")
        shift
    done
    run_traced "${@:2}" -- sh -c "$(lingering "${how[@]}") exit 6"
    # shellcheck disable=SC2207 # process ids
    pids+=($(cat ready.*))
    [[ $status -eq 6 ]] || fail "exit status $status: $(cat messages)"
    [[ $(running) -eq $n ]] || fail "$(running) of ${how[*]} run"
}

case_command_leaves() { # docs/spec.md, 7: how many descendants run on
    local how

    for how in plain leaderless exec zombie; do
        leave 1 "$how"
        demand_left "1 descendant of the command still runs and is no longer followed; --wait "
        end_left
    done
    leave 4 plain leaderless exec zombie
    demand_left "4 descendants of the command still run and are no longer followed; --wait "
    grep -q ': no connection was attempted$' messages || fail "no summary: $(cat messages)"
    end_left
    leave 1 plain -- -q
    demand_left ""
    end_left
    run_traced count -- sh -c "$(lingering plain zombie)"
    [[ $(running) -eq 2 ]] || fail "$(running) run"
    demand_left "2 descendants of the command still run "
    end_left
}

case_command_leaves_none() { # docs/spec.md, 7
    # This one is not the command's.
    "$triggers/linger" zombie ready.other &
    pids+=($!)
    await test -s ready.other || fail "the other one is not ready"
    # shellcheck disable=SC2016 # for the inner shell
    run_traced -- sh -c 'sh -c "exit 3" & wait; sh -c : | cat; exec sh -c "exit 9"'
    [[ $status -eq 9 ]] || fail "exit status $status"
    demand_left ""
    # Tracing ends before the command does, by what was asked for.
    run_traced -t 0.2s -- sh -c 'sleep 1; exit 5'
    [[ $status -eq 5 ]] || fail "exit status $status"
    demand_left ""
    run_traced -- "$case_dir/missing"
    demand_left ""
}

case_command_wait() { # --wait: until the last descendant has ended, with the command's status
    serve "$b" 10.99.0.2 80
    export triggers
    # A daemon, a process that is left by its parent, and one whose first thread ends before.
    # shellcheck disable=SC2016 # for the inner shell
    run_traced --wait -e all -o json -w record -- nsenter --net="/run/netns/$a" sh -c '
        (setsid sh -c "sleep 0.6; \"\$triggers/connect\" established 10.99.0.2 80" &)
        (("$triggers/connect" ECONNREFUSED 10.99.0.2 81; sleep 0.3) &)
        "$triggers/thread" orphan 10.99.0.2 80 &
        exit 7'
    mv stdout expected
    touch stdout
    [[ $status -eq 7 ]] || fail "exit status $status: $(cat messages)"
    [[ $(wc -l <expected) -eq 3 ]] || fail "not all have connected: $(cat expected)"
    demand_left ""
    check opens=3
    run_traced --wait -- sh -c 'exit 4'
    [[ $status -eq 4 ]] || fail "with no descendants: exit status $status"
}

# traced_leaving OPTION...: tpconnect in the background, whose command has ended and left one behind.
traced_leaving() {
    "$tpconnect" "$@" -- sh -c "echo \$\$ >command; $(lingering plain) exit 5" >stdout 2>messages &
    tracer=$!
    pids+=("$tracer")
    await test -s ready.plain || fail "nothing lingers: $(cat messages)"
    pids+=("$(cat ready.plain)")
    await gone "$(cat command)" || fail "the command did not end"
}

case_command_wait_interrupted() { # --wait: a signal ends it, and what is left is said
    local signal

    for signal in INT TERM HUP; do
        rm -f command ready.*
        traced_leaving --wait
        gone "$tracer" && fail "it did not wait: $(cat messages)"
        kill "-$signal" "$tracer"
        trace_ends 5
        demand_left "1 descendant of the command still runs and is no longer followed"
        ! grep -e --wait messages || fail "it is told to use what it did use"
        is_running "$(cat ready.plain)" || fail "the descendant was ended as well"
        end_left
    done
}

# If the kernel skips the program that sees a process end, it must not be waited for: made so by hand.
case_command_wait_unseen() {
    local id

    command -v bpftool >/dev/null || skip "needs bpftool"
    traced_leaving --wait
    name_maps
    id="$(maps_of "$tracer" | while read -r id; do [[ $(map_name "$id") != followed ]] || echo "$id"; done)"
    # 99999999, which no process can be, little-endian.
    bpftool map update id "$id" key hex ff e0 f5 05 value hex 01 ||
        fail "the map cannot be changed: $id"
    end_left
    trace_ends 5
    demand_left ""
}

# docs/spec.md, 7: a command that attempted nothing, and is known to have a daemon work for it.
case_command_of_daemon() {
    local said="docker has its work done by dockerd, which it does not start; .*tpconnect -C dockerd"

    cp "$(type -P true)" docker
    run_traced -- "$PWD/docker" run image
    grep -q "$said" messages || fail "not said: $(cat messages)"
    run_traced -q -- "$PWD/docker" run image
    ! grep -q dockerd messages || fail "said in spite of -q: $(cat messages)"
    run_traced -f -- "$PWD/docker" run image
    ! grep -q dockerd messages || fail "said, but what was established was not shown: $(cat messages)"
    cp "$triggers/connect" docker
    within "$a" "$tpconnect" -w events -- "$PWD/docker" ECONNREFUSED 10.99.0.2 81 >stdout 2>messages ||
        fail "exit status $?: $(cat messages)"
    grep -q ': 1 attempt' messages || fail "it attempted nothing: $(cat messages)"
    ! grep -q dockerd messages || fail "said, but it did attempt something: $(cat messages)"
}
