# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh, lib.sh and who_cgroup.sh set
# The recorder of deploy/daemonset.yaml, as a container runtime runs it.

# One of a node's containers, by a cgroup as the kubelet makes them.
pod_id=9d1c1a4f0d5b4c0c8d1a52f6f2b1e67c8f1d3a5b7c9e0f1a2b3c4d5e6f708192
pod_cgroup="kubepods-besteffort-podefe83c92_ae76_41c6_b7c2_95fb143e6dd2.slice/cri-containerd-$pod_id.scope"

# What is on the node, but for tracefs, which is the host's; and the image, which has one file.
make_node() {
    mkdir -p node/store node/logs bundle/rootfs
    mount_bpffs
    echo 0123456789abcdef0123456789abcdef >node/machine-id
    touch "node/logs/web-0_shop_nginx-$pod_id.log"
    cp "$tpconnect" bundle/rootfs/tpconnect
}

# What the manifest says, for runc; in B, as what it sees is of A.
write_pod() {
    local status=0

    "$here/../deploy.py" oci "/run/netns/$b" "/var/lib/tpconnect=$case_dir/node/store" \
        "/sys/fs/bpf=$case_dir/bpffs" "/etc/machine-id=$case_dir/node/machine-id" \
        "/var/log/containers=$case_dir/node/logs" >from_manifest || status=$?
    [[ $status -ne $SKIPPED ]] || skip "$(cat from_manifest)"
    [[ $status -eq 0 ]] || fail "no manifest: $(cat from_manifest)"
    jq --arg cgroup "/$run_id/recorder" '.linux.cgroupsPath = $cgroup' from_manifest >bundle/config.json
}

# start_pod: returns when it is attached.
start_pod() {
    : >messages
    runc --root "$case_dir/state" run --bundle bundle "$run_id" >messages 2>&1 &
    tracer=$!
    await grep -qs 'recording to' messages || fail "it did not start: $(cat messages)"
    pod_pid="$(jq .init_process_pid "state/$run_id/state.json")"
    pids+=("$tracer" "$pod_pid")
}

stop_pod() {
    kill -TERM "$pod_pid"
    trace_ends 0
}

# What the store says of the attempts in A that failed.
failures_in_store() {
    find node/store -name '*.zst' -print0 | xargs -0 zstdcat | jq -c --argjson netns "$(netns_inode "$a")" \
        'select(."event.name" == "tcp.failed" and ."tpconnect.netns" == $netns)' >record
}

# Once it traces, it has no capability; and its successor, which runc starts anew, goes on with the pins.
case_pod_recorder() { # docs/privileges.md
    command -v runc >/dev/null || skip "runc is not here"
    [[ -z $(libraries "$tpconnect") ]] || skip "$tpconnect is not static, as that of the image is"
    make_node
    make_cgroup
    make_below "${pod_cgroup%/*}" "$pod_cgroup"
    write_pod
    start_pod
    grep -qE '^CapPrm:\s0+$' "/proc/$pod_pid/status" || fail "it has kept $(grep Cap "/proc/$pod_pid/status")"
    steps "cgroup:$cgroup/$pod_cgroup" try:81
    stop_pod
    steps try:82
    start_pod
    stop_pod
    remove_runc_cgroups
    failures_in_store
    [[ $(jq '."network.peer.port"' record | sort | xargs) == "81 82" ]] || fail "not each once: $(cat record)"
    shows 81 host.id 0123456789abcdef0123456789abcdef
    shows 81 process.linux.cgroup "/$run_id/$pod_cgroup"
    shows 81 container.id "$pod_id"
    shows 81 k8s.namespace.name shop
    shows 81 k8s.pod.name web-0
    shows 81 k8s.container.name nginx
}
