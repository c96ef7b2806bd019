# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # what run.sh and lib.sh set, and what they read
# What is left of its rights once all is attached, and that this is enough for all that is still to be done.

CAP_BPF=0000008000000000
NO_CAPABILITY=0000000000000000

# Before Linux 5.19, bpf(2) is refused to who lacks CAP_BPF, also for what it has loaded itself.
capabilities_left() {
    if [[ $(printf '%s\n' 5.19 "$(uname -r)" | sort -V | head -n 1) == 5.19 ||
        $(sysctl -n kernel.unprivileged_bpf_disabled) -eq 0 ]]; then
        echo "$NO_CAPABILITY"
    else
        echo "$CAP_BPF"
    fi
}

# status_of PID|PID/task/TID KEY: without what stands between the words.
status_of() { awk -v key="$2:" '$1 == key { $1 = ""; print substr($0, 2) }' "/proc/$1/status"; }

# demand WHO KEY VALUE
demand() {
    local is

    is="$(status_of "$1" "$2")"
    [[ $is == "$3" ]] || fail "$1: $2 is '$is', not '$3'"
}

# all_dropped UID GID: of each thread of tpconnect.
all_dropped() {
    local left task key

    left="$(capabilities_left)"
    for task in "/proc/$tracer/task"/*; do
        task="${task#/proc/}"
        demand "$task" Uid "$1 $1 $1 $1"
        demand "$task" Gid "$2 $2 $2 $2"
        demand "$task" Groups ""
        demand "$task" CapPrm "$left"
        demand "$task" CapEff "$left"
        for key in CapInh CapBnd CapAmb; do
            demand "$task" "$key" "$NO_CAPABILITY"
        done
        demand "$task" NoNewPrivs 1
        is_sanitized || demand "$task" Seccomp 2
    done
}

# Sanitizers make system calls of their own: the list of those that are left is not for them.
is_sanitized() { grep -qaF __asan_init "$tpconnect"; }

# some_events: one of each kind.
some_events() {
    trigger connect established 10.99.0.2 80
    trigger connect ECONNREFUSED fd00:99::2 81
}

default_user() {
    awk -F: '$1 == "tpconnect" || $1 == "nobody" { id[$1] = $3 " " $4 }
        END { print "tpconnect" in id ? id["tpconnect"] : "nobody" in id ? id["nobody"] : "65534 65534" }' /etc/passwd
}

case_privileges_dropped() { # docs/privileges.md
    local user
    read -ra user < <(default_user)

    serve "$b" 10.99.0.2 80
    # -w takes a thread to write, and a process to open the file anew.
    trace -N --container-names -v
    all_dropped "${user[@]}"
    [[ $(find "/proc/$tracer/task" -mindepth 1 -maxdepth 1 | wc -l) -eq 2 ]] || fail "not two threads"
    some_events
    stop_trace
    check
    grep -q "user ${user[0]}, group ${user[1]}, capabilities: " messages || fail "not said: $(cat messages)"
}

# The store was root's, and is whose it becomes; so is what is made in it.
case_privileges_record() { # docs/privileges.md
    local user as
    read -ra user < <(default_user)

    for as in "0 0" "${user[*]}"; do
        record_a --user "${as% *}"
        trigger connect ECONNREFUSED 10.99.0.2 81
        await in_store "${as% *}" || fail "nothing is kept: $(cat messages)"
        # The loop, who writes, and who syncs.
        [[ $(find "/proc/$tracer/task" -mindepth 1 -maxdepth 1 | wc -l) -eq 3 ]] || fail "not three threads"
        all_dropped "${as% *}" "${as#* }"
        stop_trace
    done
    [[ -z $(find store ! -uid "${user[0]}" -o ! -gid "${user[1]}") ]] || fail "not all is the user's: $(find store -ls)"
    ! grep cannot messages >odd || fail "it says: $(cat odd)"
}

# A directory for everything, such as /tmp, is not given away with the store.
case_privileges_record_elsewhere() { # docs/privileges.md
    mkdir shared
    touch shared/other
    run_traced record --store shared -t 1s
    [[ $status -eq 1 ]] || fail "status $status: $(cat messages)"
    grep -q 'cannot use shared as a store: there is more in it than a store' messages ||
        fail "not said: $(cat messages)"
    [[ $(stat -c %u shared) -eq 0 ]] || fail "given away: $(ls -ld shared)"
}

# A segment of the user's own is there, and not empty.
in_store() { [[ -n $(find store -name '*.zst' -user "$1" -size +0) ]]; }

case_privileges_stdout() { # without a file to open anew, no process is left that has any right
    local user
    read -ra user < <(default_user)

    serve "$b" 10.99.0.2 80
    "$tpconnect" --netns "/run/netns/$a" -e all -o json > >(cat >record) 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' record || fail "it did not start: $(cat messages)"
    all_dropped "${user[@]}"
    ! pgrep -l -P "$tracer" tpconnect >odd || fail "a process of its own: $(cat odd)"
    some_events
    kill -TERM "$tracer"
    await grep -q '"tpconnect.stop"' record || fail "it did not end: $(cat messages)"
    check
}

case_privileges_user() { # --user
    serve "$b" 10.99.0.2 80
    trace --user 65530
    all_dropped 65530 65530
    some_events
    stop_trace
    check
}

case_privileges_user_root() { # --user
    serve "$b" 10.99.0.2 80
    trace --user root
    all_dropped 0 0
    some_events
    stop_trace
    check
}

# The file is root's, in a directory that no other user may even look into.
case_privileges_reopen() { # docs/spec.md, 7: SIGHUP
    serve "$b" 10.99.0.2 80
    mkdir -m 700 log
    trace_raw --netns "/run/netns/$a" -e all -o json -w log/record
    await grep -qs '"tpconnect.start"' log/record || fail "it did not start: $(cat messages)"
    [[ $(status_of "$tracer" Uid) != 0* ]] || fail "it is root"
    trigger connect established 10.99.0.2 80
    wait_in log/record established
    mv log/record log/record.1
    kill -HUP "$tracer"
    await test -e log/record || fail "no new file: $(cat messages)"
    trigger connect ECONNREFUSED fd00:99::2 81
    stop_trace
    [[ $(stat -c '%u %a' log/record) == "0 600" ]] || fail "not root's own: $(ls -l log)"
    ! grep cannot messages >odd || fail "it says: $(cat odd)"
    cat log/record.1 log/record >record
    check
}

wait_in() { await grep -q "\"tcp.$2\"" "$1" || fail "no $2 in $1"; }

# It does nothing but to open that file, and has no right to do more.
case_privileges_opener() { # docs/privileges.md
    local opener

    trace
    opener="$(pgrep -P "$tracer")"
    [[ $(cat "/proc/$opener/comm") == tpconnect-open ]] || fail "who is $opener?"
    demand "$opener" CapEff 0000000000000006 # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
    demand "$opener" NoNewPrivs 1
    is_sanitized || demand "$opener" Seccomp 2
    kill -KILL "$opener"
    mv record record.1
    kill -HUP "$tracer"
    await grep -q 'cannot open record anew: the process that had the right to open it has ended' messages ||
        fail "not said: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    mv record.1 record
    check
}

# A command would not be what it is without them, and neither would who has to start it.
case_privileges_command() { # -- COMMAND
    # shellcheck disable=SC2016 # for the command
    run_traced -- sh -c 'grep -hE "^(Uid|CapEff|NoNewPrivs|Seccomp):" /proc/$$/status /proc/$PPID/status | sort -u'
    [[ $status -eq 0 ]] || fail "status $status: $(cat messages)"
    [[ $(grep -c . stdout) -eq 4 ]] || fail "not the same as those of the command: $(cat stdout)"
    grep -q '^NoNewPrivs:.*0$' stdout || fail "given up: $(cat stdout)"
    grep -q '^Uid:.*0.*0' stdout || fail "given up: $(cat stdout)"
    run_traced --user nobody -- true
    [[ $status -eq 2 ]] || fail "--user with a command: status $status: $(cat messages)"
}

need_setpriv() { command -v setpriv >/dev/null || skip "setpriv is missing"; }

# Who is not root but was given what tracing takes stays who it is.
case_privileges_ambient() { # docs/privileges.md
    local keep=bpf,perfmon,dac_read_search,sys_admin # as debian/tpconnect.service has them

    need_setpriv
    serve "$b" 10.99.0.2 80
    # Before Linux 5.11, maps count as locked memory. With perf_event_paranoid 3, Debian's kernels want
    # CAP_SYS_ADMIN of who attaches to system calls.
    (
        ulimit -l unlimited 2>/dev/null || true
        exec setpriv --reuid 65533 --regid 65533 --clear-groups --inh-caps "-all,+${keep//,/,+}" \
            --ambient-caps "-all,+${keep//,/,+}" "$tpconnect" --netns "$(netns_inode "$a")" -e all -o json
    ) >>record 2>>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' record || skip_refused
    demand "$tracer" Uid "65533 65533 65533 65533"
    demand "$tracer" CapPrm "$(capabilities_left)"
    demand "$tracer" CapAmb "$NO_CAPABILITY"
    demand "$tracer" NoNewPrivs 1
    some_events
    stop_trace
    check
}

# To a user without root's rights, a directory on the way may be closed.
skip_refused() { skip "it does not start as another user here: $(cat messages)"; }

# A container's root often may not change its user.
case_privileges_root_without_setuid() { # docs/privileges.md
    need_setpriv
    serve "$b" 10.99.0.2 80
    setpriv --bounding-set -setuid,-setgid --inh-caps -all "$tpconnect" --netns "/run/netns/$a" -e all \
        -o json -w record >>stdout 2>>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' record || fail "it did not start: $(cat messages)"
    demand "$tracer" Uid "0 0 0 0"
    demand "$tracer" CapPrm "$(capabilities_left)"
    demand "$tracer" NoNewPrivs 1
    [[ $(grep -c 'cannot become .*: Operation not permitted; it goes on as user 0' messages) -eq 1 ]] ||
        fail "not said, or more than once: $(cat messages)"
    some_events
    stop_trace
    check
    # Who asks for a user by name is not given another.
    status=0
    setpriv --bounding-set -setuid,-setgid --inh-caps -all "$tpconnect" --user nobody -t 1s >stdout 2>messages ||
        status=$?
    [[ $status -eq 1 ]] || fail "--user: status $status: $(cat messages)"
    grep -q 'cannot become nobody: Operation not permitted; leave --user out' messages ||
        fail "not said: $(cat messages)"
}
