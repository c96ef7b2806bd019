# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# docs/spec.md, 7: filters that user space decides, groups by what they go by, and the summary's names.
# `report` and `reporters_end`: reports.sh; `make_cgroup`: syscalls.sh.

container=0375b48a72e3c0ffee0123456789abcdef0123456789abcdef0123456789abcd

# attempts WHO N COMMAND...: N attempts by that program in A. What it says of each goes to facts, with WHO.
attempts() {
    local who="$1" n="$2"
    shift 2

    within "$a" "$@" -n "$n" ECONNREFUSED 10.99.0.2 81 >said || fail "$who: the trigger failed"
    jq -c --arg who "$who" '. + {who: $who}' said >>facts
}

# Puts a command into a cgroup: "${in_cgroup[@]}" DIRECTORY COMMAND...
# shellcheck disable=SC2016 # for the inner shell
in_cgroup=(sh -c 'echo 0 >"$1/cgroup.procs" && shift && exec "$@"' sh)

# lets_pass FILE WHO...: of all that was tried, the attempts of these are in the record, and the others
# filtered; nobody is unknown.
lets_pass() {
    local file="$1" problems
    shift

    problems="$(jq -nr --slurpfile record "$file" --slurpfile facts facts '
        def pids: map(."process.pid") | sort;
        ($facts | map(select(.who | IN($ARGS.positional[])))) as $wanted |
        ($record | map(select(."event.name" == "tcp.failed")) | pids) as $got | $record[-1] as $stop |
        if $got != ($wanted | pids) then "expected \($wanted | pids), got \($got)" else empty end,
        if $stop."tpconnect.events.sent" != ($facts | length) or
            $stop."tpconnect.events.written" != ($wanted | length) or
            $stop."tpconnect.events.filtered" != ($facts | length) - ($wanted | length)
        then "the books: \($stop)" else empty end' --args "$@")"
    [[ -z $problems ]] || fail "$file: $problems; of $(cat facts)"
    keep_lines "$file"
}

# groups FILE KEY: "ATTEMPTS VALUE" of each group of a report, sorted.
groups() {
    jq -r --arg key "$2" 'select(."event.name" == "tpconnect.count") |
        "\(."tpconnect.attempts") \(.[$key] // "-")"' "$1" | sort
}

# Two executables of one name, one of them by another name as well, and one from a memfd of none.
make_executables() {
    one="$case_dir/one/prog" two="$case_dir/two/prog"
    mkdir one two
    cp "$triggers/connect" "$one"
    cp "$triggers/connect" "$two"
    ln -s one/prog nickname
}

case_filter_exe() { # docs/spec.md, 7
    local reporters=() one two

    make_executables
    report path trace --exe "$one"
    report not trace --exe "!$one"
    report name trace --exe prog
    report link trace --exe "$case_dir/nickname"
    report both trace --exe "prog,!$two"
    report others trace --exe '!prog'
    report either trace --exe "$triggers/connect,$two"
    report counted count --exe "$two" --by process
    report first trace --exe "$two" -n 1
    unset 'reporters[-1]' # it ends by itself
    attempts one 3 "$one"
    attempts two 2 "$two"
    attempts other 1 "$triggers/connect"
    attempts link 1 "$case_dir/nickname"
    await gone "${pids[-1]}" || fail "one event was not the end: $(cat first)"
    reporters_end
    lets_pass path one link
    lets_pass not two other
    lets_pass name one two link
    lets_pass link one link
    lets_pass both one link
    lets_pass others other
    lets_pass either two other
    [[ $(groups counted process.executable.name) == "2 prog" ]] || fail "counted: $(cat counted)"
    [[ $(jq -c 'select(."event.name" == "tpconnect.stop") | [."tpconnect.events.written",
        ."tpconnect.events.filtered"]' counted) == "[4,10]" ]] || fail "counted: $(tail -n 1 counted)"
    [[ $(grep -c '"tcp.failed"' first) -eq 1 ]] || fail "not one event: $(cat first)"
    [[ $(jq -s 'map(select(."event.name" == "tcp.failed")) | .[0]."process.pid"' first) -eq \
        $(jq -s 'map(select(.who == "two")) | .[0]."process.pid"' facts) ]] || fail "another: $(cat first)"
    ! grep 'might have been wanted' messages || fail "not all executables were known"
}

case_filter_container_and_unit() { # docs/spec.md, 7
    local reporters=()

    make_cgroup
    mkdir "$cgroup/docker-$container.scope" "$cgroup/$run_id-x.service"
    report id trace --container "${container:0:12}"
    report whole trace --container "$container,0123456789ab"
    report not trace --container "!${container:0:12}"
    report other trace --container 0123456789ab
    report unit trace --unit "$run_id-x"
    report not_unit trace --unit "!$run_id-x.service"
    report scope trace --unit "docker-$container.scope" --container "${container:0:12}"
    attempts container 2 "${in_cgroup[@]}" "$cgroup/docker-$container.scope" "$triggers/connect"
    attempts unit 3 "${in_cgroup[@]}" "$cgroup/$run_id-x.service" "$triggers/connect"
    attempts neither 1 "$triggers/connect"
    reporters_end
    lets_pass id container
    lets_pass whole container
    lets_pass not unit neither
    lets_pass other
    lets_pass unit unit
    lets_pass not_unit container neither
    lets_pass scope container
    ! grep 'might have been wanted' messages || fail "not all cgroups were known"
}

case_filter_unknown() { # a container whose name was not looked up could have any, which is said
    local reporters=()

    make_cgroup
    mkdir "$cgroup/docker-$container.scope"
    report named trace --container web
    report by_id trace --container 0123456789ab --exe memfd:x
    attempts container 2 "${in_cgroup[@]}" "$cgroup/docker-$container.scope" "$triggers/connect"
    attempts neither 1 "$triggers/connect"
    reporters_end
    lets_pass named
    lets_pass by_id
    [[ $(grep -c 'only those of LXC .* are known; --container-names looks up others$' messages) -eq 1 ]] ||
        fail "it started with: $(cat messages)"
    [[ $(grep -c 'might have been wanted' messages) -eq 1 ]] || fail "it said: $(cat messages)"
    grep -q ': 2 of the filtered events .* not known of them; --container-names looks up names of containers$' \
        messages || fail "it said: $(cat messages)"
    [[ $(tail -n 1 messages) == *" filtered=3 "* ]] || fail "the books are not last: $(cat messages)"
}

# What the host calls the cgroup of that directory: below where version 2 is mounted.
path_of() { echo "${1#"$(cgroup_root)"}"; }

case_count_by_who() { # docs/spec.md, 7
    local reporters=() one two

    make_executables
    make_cgroup
    mkdir "$cgroup/docker-$container.scope" "$cgroup/$run_id-x.service"
    report exe count --by exe
    report container count --by container
    report unit count --by unit
    report cgroup count --by cgroup
    report all count --by process,exe,container,unit,cgroup
    "$tpconnect" count --netns "$a" --by container,exe,cgroup >table 2>table_messages &
    pids+=($!)
    reporters+=($!)
    await grep -qs tracing table_messages || fail "count did not start: $(cat table_messages)"
    report latency latency --by exe
    attempts one 4 "${in_cgroup[@]}" "$cgroup/docker-$container.scope" "$one"
    attempts two 3 "${in_cgroup[@]}" "$cgroup/$run_id-x.service" "$two"
    attempts two 2 "${in_cgroup[@]}" "$cgroup/docker-$container.scope" "$two"
    # A unit that is started again has another cgroup of the same path.
    rmdir "$cgroup/$run_id-x.service"
    mkdir "$cgroup/$run_id-x.service"
    attempts two 1 "${in_cgroup[@]}" "$cgroup/$run_id-x.service" "$two"
    reporters_end
    [[ $(groups exe process.executable.path) == "4 $one"$'\n'"6 $two" ]] || fail "exe: $(cat exe)"
    [[ $(groups container container.id) == "4 -"$'\n'"6 $container" ]] || fail "container: $(cat container)"
    [[ $(groups unit tpconnect.systemd.unit) == "4 $run_id-x.service"$'\n'"6 docker-$container.scope" ]] ||
        fail "unit: $(cat unit)"
    [[ $(groups cgroup process.linux.cgroup) == "4 $(path_of "$cgroup/$run_id-x.service")"$'\n'"6 $(
        path_of "$cgroup/docker-$container.scope")" ]] || fail "cgroup: $(cat cgroup)"
    [[ $(groups cgroup tpconnect.cgroup.id) == "4 -"$'\n'"6 $(stat -c %i "$cgroup/docker-$container.scope")" ]] ||
        fail "cgroup: $(cat cgroup)"
    [[ $(groups all container.id) == "2 $container"$'\n'"4 -"$'\n'"4 $container" ]] || fail "all: $(cat all)"
    keep_lines all
    grep -qE "/one/prog +${container:0:12} +…?[^ ]*$container.scope +4 +0 +4 +0 ECONNREFUSED=4$" table ||
        fail "no row of $one: $(cat table)"
}

case_command_names() { # docs/spec.md, 7: the summary names executables that are called otherwise
    local one two

    make_executables
    # shellcheck disable=SC2016 # for the inner shell
    run_traced -w events -- nsenter --net="/run/netns/$a" sh -c \
        '"$1" ECONNREFUSED 10.99.0.2 81; ./nickname ECONNREFUSED 10.99.0.2 81
         ./nickname -c "a \"b\"" -n 2 ECONNREFUSED 10.99.0.2 81' sh "$two"
    [[ $status -eq 0 ]] || fail "exit status $status: $(cat messages)"
    grep -qF ": 4 attempts: 4 failed (ECONNREFUSED 4); \"nickname\" is $one, \"a \\\"b\\\"\" is $one; the slowest took" \
        messages || fail "it said: $(cat messages)"
}

case_filter_container_name() { # the same, with its name looked up: container_names.sh
    make_container
    trace -e failed --container-names --container shop
    container_says '{"Name":"/shop","Config":{"Image":"shop:1"}}'
    attempts shop 2 "${in_cgroup[@]}" "$cgroup/docker/$container_id" "$triggers/connect"
    attempts neither 1 "$triggers/connect"
    stop_trace_of_container
    lets_pass record shop
    ! grep 'might have been wanted' messages || fail "its name was not known"
}
