# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016,SC2034 # what run.sh and lib.sh set and read; $ for an inner shell
# Where the attempt was made: the cgroup's path, and what it says of container and unit.

# A container's id, as runtimes make them.
container=0375b48a72e3c6f9f7b0ec306c0464a3cc414ac84aa176de203aa103d53adafc
inner_container=9b98bb265ea4c149d9a786380dd07716d341c3e925f2616040c6cd9ac8c4b75c
pod=efe83c92-ae76-41c6-b7c2-95fb143e6dd2

who_cgroup=process.linux.cgroup

# Where the pids controller of version 1 is mounted; nothing where it is not.
pids_root() { findmnt -n -t cgroup -O pids -o TARGET | head -n 1; }

# make_below PATH...: makes them below the case's own; they go when the case ends.
make_below() {
    local path

    for path; do
        mkdir -p "$cgroup/$path"
    done
}

# --- the path ----------------------------------------------------------------------------------

# A cgroup that one process is in, once, and that is removed at once.
case_who_cgroup_short_lived() { # docs/spec.md, T13
    local n

    make_cgroup
    trace
    within "$a" bash -c 'for ((n = 1; n <= 50; n++)); do
        mkdir "$1/x$n"
        "$2" 10.99.0.2 "cgroup:$1/x$n" "try:$((2000 + n))" "cgroup:$1/.."
        rmdir "$1/x$n"
    done' bash "$cgroup" "$triggers/steps" >>expected || fail "it failed"
    stop_trace
    check
    jq -r 'select(."event.name" == "tcp.failed") |
        "\(."network.peer.port") \(."process.linux.cgroup")"' record | sort >got
    for ((n = 1; n <= 50; n++)); do echo "$((2000 + n)) /$run_id/x$n"; done >want
    same want got
}

# One that has the path of one that was removed is another.
case_who_cgroup_again() {
    make_cgroup
    make_below same
    trace
    steps "cgroup:$cgroup/same" try:81 "cgroup:$cgroup" "remove:$cgroup/same" try:82
    make_below same other
    steps "cgroup:$cgroup/same" try:83
    stop_trace
    check
    shows 83 "$who_cgroup" "/$run_id/same"
    [[ $(says 81 tpconnect.cgroup.id) != "$(says 83 tpconnect.cgroup.id)" ]] || fail "one id: $(cat record)"
}

case_who_cgroup_moved() {
    make_cgroup
    make_below one two
    trace
    steps "cgroup:$cgroup/one" try:81 "cgroup:$cgroup/two" try:82 "cgroup:$cgroup/one" try:83
    stop_trace
    check
    shows 81 "$who_cgroup" "/$run_id/one"
    shows 82 "$who_cgroup" "/$run_id/two"
    shows 83 "$who_cgroup" "/$run_id/one"
    shows 82 process.executable.path "$triggers/steps"
}

# Of too many components only the end is taken, and that is no path.
case_who_cgroup_deep() {
    make_cgroup
    make_below "$(printf 'x/%.0s' {1..15})" "$(printf 'y/%.0s' {1..20})"
    trace
    steps "cgroup:$cgroup/$(printf 'x/%.0s' {1..15})" try:81
    steps_to=inner steps_by "$triggers/steps" "cgroup:$cgroup/$(printf 'y/%.0s' {1..20})" try:82
    without_keys "$who_cgroup" <inner >>expected
    stop_trace
    check
    shows 81 "$who_cgroup" "/$run_id$(printf '/x%.0s' {1..15})"
    shows_no 82 "$who_cgroup"
}

# cgroupfs takes longer names than other file systems do. A name of which 255 bytes would be shown is
# another name.
case_who_cgroup_long_name() {
    local longest longer

    longest="$(printf '%255s' '' | tr ' ' x)"
    longer="docker-$container.scope$longest"
    make_cgroup
    make_below "$longest" "$longer/below"
    trace
    steps "cgroup:$cgroup/$longest" try:81
    steps_to=inner steps_by "$triggers/steps" "cd:$cgroup/$longer/below" "cgroup:$cgroup/$longer" try:82 \
        "cgroup:$cgroup/$longer/below" try:83
    without_keys "$who_cgroup" process.working_directory <inner >>expected
    stop_trace
    check
    shows 81 "$who_cgroup" "/$run_id/$longest"
    shows_no 82 "$who_cgroup"
    shows_no 83 "$who_cgroup"
    shows_no 82 process.working_directory
    shows 82 process.executable.path "$triggers/steps"
}

# A path is the host's, whatever cgroup namespace the process is in.
case_who_cgroup_namespace() {
    make_cgroup
    make_below outer/inner
    trace
    within "$a" sh -c 'echo 0 >"$1/cgroup.procs"; exec unshare --cgroup "$2" 10.99.0.2 try:81 \
        "cgroup:$1/inner" try:82' sh "$cgroup/outer" "$triggers/steps" >inner || fail "it failed"
    jq -c --arg base "/$run_id/outer" '."process.linux.cgroup" |= if . == "/" then $base
        else $base + . end' inner >>expected
    stop_trace
    check
    shows 81 "$who_cgroup" "/$run_id/outer"
    shows 82 "$who_cgroup" "/$run_id/outer/inner"
}

# Where version 2 says nothing, the pids controller of version 1 does.
case_who_cgroup_hybrid() {
    local root

    root="$(pids_root)"
    [[ -n $root ]] || skip "the pids controller is not of version 1"
    [[ $(cut -d : -f 3 <<<"$(grep ^0:: /proc/self/cgroup)") == / ]] || skip "this is in a cgroup of version 2"
    # Not local: the case's end removes it.
    cgroup="$root/$run_id"
    make_below one "docker-$container.scope"
    trace
    steps "cgroup:$cgroup/one" try:81 "cgroup:$cgroup/docker-$container.scope" try:82
    stop_trace
    check
    shows 81 "$who_cgroup" "/$run_id/one"
    shows 82 container.id "$container"
}

# Both have a path: that of version 2 is shown.
case_who_cgroup_both() {
    local root

    root="$(pids_root)"
    [[ -n $root ]] || skip "the pids controller is not of version 1"
    make_cgroup
    make_below one
    # Not local, likewise.
    cgroup1="$root/$run_id"
    mkdir "$cgroup1" "$cgroup1/docker-$container.scope"
    trace
    steps "cgroup:$cgroup/one" "cgroup:$cgroup1/docker-$container.scope" try:81
    stop_trace
    check
    shows 81 "$who_cgroup" "/$run_id/one"
}

# --- what it says ------------------------------------------------------------------------------

# Paths as container runtimes and systemd make them, below the case's own; what must be said of each:
# container, runtime, pod, unit, with - for nothing.
container_paths() {
    sed "s/^[[:space:]]*//; s/C1/$container/g; s/C2/$inner_container/g; s/P1/$pod/g; s/P2/${pod//-/_}/g" <<-'ROWS'
	docker-C1.scope                                    C1  docker     -   docker-C1.scope
	docker/C1                                          C1  docker     -   -
	docker/C1/docker/C2                                C2  docker     -   -
	docker-C1.scope/system.slice/cron.service          C1  docker     -   cron.service
	k-podP2.slice/cri-containerd-C1.scope              C1  containerd P1  cri-containerd-C1.scope
	kubepods/burstable/podP1/C1                        C1  -          P1  -
	k-podP2.slice/crio-conmon-C1.scope                 -   -          P1  crio-conmon-C1.scope
	a.service                                          -   -          -   a.service
	docker-0375b48a72e3.scope                          -   -          -   docker-0375b48a72e3.scope
	plain                                              -   -          -   -
	ROWS
}

case_who_container_paths() {
    local path rest port=100 arguments=()

    make_cgroup
    while read -r path rest; do
        make_below "$path"
        arguments+=("cgroup:$cgroup/$path" "try:$port")
        echo "$port /$run_id/$path $rest" >>want
        port=$((port + 1))
    done < <(container_paths)
    trace
    steps "${arguments[@]}"
    stop_trace
    check
    jq -r 'select(."event.name" == "tcp.failed") | [."network.peer.port", ."process.linux.cgroup",
        (."container.id" // "-"), (."container.runtime.name" // "-"), (."k8s.pod.uid" // "-"),
        (."tpconnect.systemd.unit" // "-")] |
        map(tostring) | join(" ")' record >got
    same <(tr -s ' ' <want) got
}

case_who_container_in_text() { # docs/spec.md, 5
    make_cgroup
    make_below "docker-$container.scope" a.service
    trace_raw --netns "/run/netns/$a" -w record
    await grep -qs 'tracing' messages || fail "tpconnect did not start: $(cat messages)"
    steps "cgroup:$cgroup/docker-$container.scope" try:81 "cgroup:$cgroup/a.service" try:82
    stop_trace
    grep -q "dst=10.99.0.2:81 .* comm=steps uid=0 container=${container:0:12} event=failed" record ||
        fail "no container: $(cat record)"
    grep -q "dst=10.99.0.2:82 .* comm=steps uid=0 unit=a.service event=failed" record ||
        fail "no unit: $(cat record)"
}

# --- a container that is one -------------------------------------------------------------------

# What runc is to do: run the steps in B's... in A, in a cgroup of the form that docker makes.
write_config() {
    mkdir -p bundle/rootfs/bin bundle/rootfs/proc
    copy_of_steps bundle/rootfs/bin/steps
    jq -n --arg netns "/run/netns/$a" --arg cgroup "/$run_id/docker/$container" --args '{
        ociVersion: "1.0.2", root: {path: "rootfs"}, hostname: "ctr-host",
        process: {
            terminal: false, cwd: "/bin", args: (["/bin/steps", "10.99.0.2"] + $ARGS.positional),
            user: {uid: 4321, gid: 4321},
            capabilities: {}
        },
        mounts: [{destination: "/proc", type: "proc", source: "proc"}],
        linux: {
            cgroupsPath: $cgroup, resources: {},
            namespaces: [{type: "pid"}, {type: "mount"}, {type: "uts"}, {type: "ipc"},
                {type: "network", path: $netns}]
        }
    }' "$@" >bundle/config.json
}

# What runc has made of the case's cgroup, in every hierarchy.
remove_runc_cgroups() {
    local root

    for root in $(findmnt -n -t cgroup,cgroup2 -o TARGET); do
        [[ ! -d $root/$run_id ]] || find "$root/$run_id" -depth -type d -exec rmdir {} +
    done
}

case_who_runc() { # docs/spec.md, T13
    command -v runc >/dev/null || skip "runc is not here"
    write_config try:81
    trace
    if ! timeout "$STEP_SECONDS" runc --root "$case_dir/state" run --bundle bundle "$run_id" >inner 2>said; then
        remove_runc_cgroups
        fail "runc: $(cat said)"
    fi
    remove_runc_cgroups
    stop_trace
    jq -c --arg cgroup "/$run_id/docker/$container" 'del(."process.pid", ."thread.id",
        ."process.parent_pid", ."ancestors") | ."process.linux.cgroup" = $cgroup |
        ."process.pid" = ($event | ."process.pid")' \
        --argjson event "$(grep '"tcp.failed"' record)" inner >expected
    [[ $(jq '."process.pid"' inner) -eq 1 ]] || fail "it is not pid 1 in its own namespace"
    check
    shows 81 process.executable.path /bin/steps
    shows 81 process.working_directory /bin
    shows 81 process.real_user.id 4321
    shows 81 tpconnect.process.hostname ctr-host
    shows 81 container.id "$container"
    shows 81 container.runtime.name docker
}
