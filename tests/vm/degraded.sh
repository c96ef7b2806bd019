#!/usr/bin/bash
# SPDX-License-Identifier: MIT
# Runs in a VM that lacks something: degraded.sh VARIANT. What tpconnect says there, and that it
# does what it still can. run.sh boots the variants.
set -uo pipefail

work="$(mktemp -d)"
tpconnect=/tests/tpconnect

report() {
    if [[ -z $2 ]]; then
        echo "ok $1"
    else
        echo "not ok $1"
        printf '    %s\n' "$2"
        sed 's/^/    /' "$work/out" "$work/err" 2>/dev/null
    fi
}

# run COMMAND...: its output goes to out and err, its status to $status.
run() {
    status=0
    timeout 60 "$@" >"$work/out" 2>"$work/err" || status=$?
}

# says NAME STATUS LINES PATTERN FILE: what was run has ended so, with that many lines on stderr,
# and one in FILE (out, err) that matches.
says() {
    local problem=

    if [[ $status -ne $2 ]]; then
        problem="exit status $status instead of $2"
    elif [[ $(wc -l <"$work/err") -ne $3 ]]; then
        problem="$(wc -l <"$work/err") lines on stderr instead of $3"
    elif ! grep -qE -- "$4" "$work/$5"; then
        problem="nothing like: $4"
    fi
    report "$1" "$problem"
}

live() { /tests/live/run.sh $tpconnect /tests/triggers "$@"; }

# In a mount namespace, so that one takes nothing from the next.
# shellcheck disable=SC2016 # for the inner shell
without() { run unshare --mount bash -c 'eval "$1"; shift; exec "$@"' bash "$@"; }

# Whatever the kernel lacks, doctor and tracing name it alike.
same_lacks() {
    local lacks=no names=no

    run $tpconnect doctor
    ! grep -qE '^WARN +task storage +not in this kernel' "$work/out" || lacks=yes
    run $tpconnect -t 0.5s
    ! grep -q 'without task storage, which this kernel lacks' "$work/err" || names=yes
    [[ $lacks == "$names" ]] || { report "task storage" "doctor: lacks=$lacks, trace: $names"; return; }
    report "task storage: lacks=$lacks" ''
}

variant_mounts() {
    same_lacks
    without 'umount /sys/kernel/tracing' $tpconnect -t 1s
    says "no tracefs: trace" 3 1 'tracefs: not mounted; run: mount -t tracefs' err
    without 'umount /sys/kernel/tracing' $tpconnect doctor
    says "no tracefs: doctor" 3 0 '^FAIL +tracefs +not mounted' out
    without 'umount /sys/kernel/tracing' $tpconnect --no-syscalls -t 0.5s
    says "no tracefs: --no-syscalls" 0 2 'tracing outbound' err
    without 'umount /sys/kernel/tracing; mount -t debugfs debugfs /sys/kernel/debug;
        ls /sys/kernel/debug/tracing >/dev/null' $tpconnect -t 0.5s
    says "tracefs under debugfs: trace" 0 2 'sys_exit_connect,sys_enter_connect' err
    without 'umount /sys/kernel/tracing; mount -t debugfs debugfs /sys/kernel/debug;
        ls /sys/kernel/debug/tracing >/dev/null' $tpconnect doctor
    says "tracefs under debugfs: doctor" 0 0 '^PASS +tracefs +/sys/kernel/debug/tracing' out
    without 'mount -t tmpfs none /sys/kernel/btf' $tpconnect -t 1s
    says "no BTF: trace" 3 1 'BTF: /sys/kernel/btf/vmlinux: No such file' err
    without 'mount -t tmpfs none /sys/kernel/btf' $tpconnect doctor
    says "no BTF: doctor" 3 0 '^FAIL +BTF +' out
}

variant_lockdown() {
    [[ $(cat /sys/kernel/security/lockdown) == *'[confidentiality]'* ]] ||
        { echo "skip lockdown: this kernel does not lock down: $(cat /sys/kernel/security/lockdown)"; return; }
    run $tpconnect -t 1s
    says "lockdown: trace" 3 1 'lockdown: confidentiality; boot without lockdown=confidentiality' err
    run $tpconnect doctor
    says "lockdown: doctor" 3 0 '^FAIL +lockdown +confidentiality' out
}

variant_cgroup1() {
    run $tpconnect doctor
    says "cgroup v1: doctor" 0 0 '^WARN +cgroup v2 +not mounted' out
    run $tpconnect --cgroup system.slice -t 1s
    says "cgroup v1: --cgroup" 2 1 'cgroup v2 is not mounted; run: mount' err
    live established refused
}

# Mounting the pids controller takes it away from version 2.
variant_hybrid() {
    mkdir /run/pids
    mount -t cgroup -o pids cgroup /run/pids
    run $tpconnect doctor
    says "cgroup v1 and v2: doctor" 0 0 'version 2, and version 1 by its pids controller' out
    live who_cgroup_hybrid who_cgroup_both
}

variant_no_ipv6() {
    [[ ! -e /proc/sys/net/ipv6 ]] || echo "not ok no-ipv6: this kernel has IPv6"
    run $tpconnect doctor
    says "no IPv6: doctor" 0 0 '^tracing can work here' out
    live without_ipv6 no_port_left given_up close_plain
}

variant_one_cpu() { live established refused nonblocking thread given_up stress_steered; }

variant_eight_cpus() { live established refused nonblocking thread given_up stress_steered; }

"variant_${1//-/_}"
