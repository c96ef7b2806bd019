#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What doctor, and tracing itself, say on a host where something is missing. Usage: doctor.sh
# TPCONNECT, as root. Things are taken away in a mount namespace or from the process only, so the
# host itself is never touched.
set -euo pipefail

[[ $# -eq 1 && -x $1 ]] || { echo "usage: $0 PATH_TO_TPCONNECT" >&2; exit 2; }
if [[ $EUID -ne 0 ]]; then
	echo "skip doctor: needs root"
	# CI has the privilege: there a test that is skipped is a test that failed.
	[[ -z ${CI:-} ]] || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
	echo "0 passed, 0 failed, 1 skipped"
	exit 0
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
# Another user must be able to reach and run it.
cp "$1" "$work/tpconnect"
chmod 755 "$work" "$work/tpconnect"
export TPCONNECT="$work/tpconnect"
passed=0 failures=0

report() {
	local name="$1" problem="$2"

	if [[ -z $problem ]]; then
		passed=$((passed + 1))
		printf 'ok %s\n' "$name"
		return
	fi
	failures=$((failures + 1))
	printf 'not ok %s: %s\n' "$name" "$problem"
	sed 's/^/# /' "$work/out" "$work/err"
}

# within HOW COMMAND...: run COMMAND in a new mount namespace that HOW, a piece of shell, has
# prepared. Tracefs is mounted first, whether or not the host has it. Output goes to out and err,
# the status to $status.
within() {
	# shellcheck disable=SC2016 # $1 and $@ are for the inner shell
	local inner='
		set -e
		mountpoint -q /sys/kernel/tracing || mount -t tracefs nodev /sys/kernel/tracing
		how="$1"
		shift
		eval "$how"
		exec "$@"
	'

	status=0
	unshare --mount bash -c "$inner" within "$@" >"$work/out" 2>"$work/err" || status=$?
}

# has_row STATUS CHECK FOUND ADVICE: doctor printed that row, and the advice in the line below it.
has_row() {
	grep -A1 -E "^$1 +$2  +.*$3" "$work/out" | tail -n 1 | grep -qE "^ {4,}.*$4"
}

# doctor_fails NAME HOW CHECK FOUND ADVICE [PREFIX...]: doctor fails with the row and a verdict
# that names it.
doctor_fails() {
	local name="doctor: $1" how="$2" check="$3" found="$4" advice="$5"
	shift 5

	within "$how" "$@" "$TPCONNECT" doctor
	if [[ $status -ne 3 ]]; then
		report "$name" "exit status $status instead of 3"
	elif ! has_row FAIL "$check" "$found" "$advice"; then
		report "$name" "no row FAIL $check $found with advice $advice"
	elif ! tail -n 1 "$work/out" | grep -qE "^tracing cannot work here: $check: .*$found"; then
		report "$name" "the verdict names something else"
	elif [[ -s $work/err ]]; then
		report "$name" "something on stderr"
	else
		report "$name" ''
	fi
}

# trace_fails, list_fails NAME HOW CHECK FOUND ADVICE [PREFIX...]: tracing says the same in one line, or
# listing.
trace_fails() { command_fails 'trace -t 1s' "$@"; }
list_fails() { command_fails list "$@"; }

command_fails() {
	local words name how="$3" check="$4" found="$5" advice="$6"

	read -ra words <<<"$1"
	name="${words[0]}: $2"
	shift 6
	within "$how" "$@" "$TPCONNECT" "${words[@]}"
	if [[ $status -ne 3 ]]; then
		report "$name" "exit status $status instead of 3"
	elif [[ $(wc -l <"$work/err") -ne 1 ]]; then
		report "$name" "$(wc -l <"$work/err") lines on stderr instead of 1"
	elif ! grep -qE "$check: .*$found.*; .*$advice" "$work/err"; then
		report "$name" "no line with $check: $found; $advice"
	elif [[ -s $work/out ]]; then
		report "$name" "something on stdout"
	else
		report "$name" ''
	fi
}

both_fail() {
	doctor_fails "$@"
	trace_fails "$@"
}

succeeds() {
	local name="$1" how="$2"
	shift 2

	within "$how" "$@"
	if [[ $status -eq 0 ]]; then
		report "$name" ''
	else
		report "$name" "exit status $status instead of 0"
	fi
}

cover() { printf 'mount -t tmpfs none %s; ' "$@"; }

hide_tracefs="$(cover /sys/kernel/tracing /sys/kernel/debug)"
hide_btf="$(cover /sys/kernel/btf)"
break_btf="$hide_btf echo nonsense >/sys/kernel/btf/vmlinux"
lock_down="$(cover /sys/kernel/security) cd /sys/kernel/security; echo 'none [%s]' >lockdown"
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
caps=-all,+bpf,+perfmon
all_but_tracefs=("${nobody[@]}" --inh-caps="$caps" --ambient-caps="$caps")

succeeds "doctor: nothing missing" true "$TPCONNECT" doctor
succeeds "trace: nothing missing" true "$TPCONNECT" -t 0.2s

both_fail "no tracefs" "$hide_tracefs" tracefs 'not mounted' 'mount -t tracefs'
within "$hide_tracefs" "$TPCONNECT" doctor
if grep -q '^listing what is open can work here$' "$work/out"; then
	report "doctor: no tracefs, none needed" ''
else
	report "doctor: no tracefs, none needed" "it does not say that listing can work"
fi
succeeds "list: no tracefs, none needed" "$hide_tracefs" "$TPCONNECT" list -q --netns self
succeeds "trace: no tracefs, none needed" "$hide_tracefs" "$TPCONNECT" --no-syscalls -t 0.2s
both_fail "no BTF" "$hide_btf" BTF 'No such file' CONFIG_DEBUG_INFO_BTF
list_fails "no BTF" "$hide_btf" BTF 'No such file' CONFIG_DEBUG_INFO_BTF
cp /sys/kernel/btf/vmlinux "$work/btf"
succeeds "doctor: no BTF, but --btf" "$hide_btf" "$TPCONNECT" doctor --btf "$work/btf"
succeeds "trace: no BTF, but --btf" "$hide_btf" "$TPCONNECT" --btf "$work/btf" -t 0.2s
doctor_fails "broken BTF" "$break_btf" BTF /sys/kernel/btf/vmlinux CONFIG_DEBUG_INFO_BTF

both_fail "root without capabilities" true privilege 'CAP_BPF and CAP_PERFMON' \
	'confined: start it on the host' \
	setpriv --bounding-set=-all --inh-caps=-all
both_fail "another user" true privilege 'CAP_BPF and CAP_PERFMON' 'run as root' "${nobody[@]}"
list_fails "another user" true privilege 'CAP_BPF and CAP_PERFMON' 'run as root' "${nobody[@]}"
succeeds "list: another user, with two capabilities" true "${all_but_tracefs[@]}" "$TPCONNECT" list -q --netns self
both_fail "root of a user namespace" true privilege 'user namespace' 'on the host' \
	unshare --user --map-root-user
both_fail "may not read tracefs" true tracefs 'Permission denied' CAP_DAC_READ_SEARCH \
	"${all_but_tracefs[@]}"
# What the privilege hides must not be blamed on the kernel.
within true "${nobody[@]}" "$TPCONNECT" doctor
if has_row FAIL 'ring buffer' 'not tested: needs CAP_BPF' .; then
	report "doctor: another user: not tested" ''
else
	report "doctor: another user: not tested" "the ring buffer's row blames the kernel"
fi

# Lockdown cannot be undone before the next boot, so only what the kernel would report is there.
# shellcheck disable=SC2059 # the format is ours
doctor_fails "lockdown" "$(printf "$lock_down" confidentiality)" lockdown confidentiality integrity
# shellcheck disable=SC2059
succeeds "doctor: integrity lockdown" "$(printf "$lock_down" integrity)" "$TPCONNECT" doctor

# lacks NAME HOW CHECK FOUND ADVICE SAID: it can trace, but doctor warns with that row, and the line of
# the start says SAID ('': nothing of that kind).
lacks() {
	local name="doctor: $1" how="$2" said

	within "$how" "$TPCONNECT" doctor
	if [[ $status -ne 0 ]]; then
		report "$name" "exit status $status instead of 0"
	elif ! has_row WARN "$3" "$4" "$5"; then
		report "$name" "no row WARN $3 $4 with advice $5"
	else
		report "$name" ''
	fi
	within "$how" "$TPCONNECT" -t 0.2s
	said="$(grep -o 'stay.* unknown' "$work/err" || true)"
	if [[ $status -eq 0 && ( -n $6 || -z $said ) ]] && grep -q "tracing outbound.*$6" "$work/err"; then
		report "trace: $1" ''
	else
		report "trace: $1" "status $status, and it does not say '$6'"
	fi
}

# says_of_dns AT: tracing with --dns has begun, and there.
says_of_dns() {
	if [[ $status -eq 0 ]] && grep -q "tracing outbound TCP connections $1" "$work/err"; then
		report "trace --dns: $1" ''
	else
		report "trace --dns: $1" "status $status, or it is elsewhere"
	fi
}

# controllers LINE...: these are all that /proc/cgroups has.
controllers() {
	printf '#subsys_name\thierarchy\tnum_cgroups\tenabled\n' >"$work/cgroups"
	printf '%s\n' "$@" >>"$work/cgroups"
}

# renamed NAME...: the kernel's BTF calls these tracepoints otherwise, as if they were not there.
renamed() {
	local name script=''

	for name; do
		script+="s/btf_trace_$name/btf_trace_${name%?}X/;"
	done
	LC_ALL=C sed "$script" /sys/kernel/btf/vmlinux >"$work/btf"
}

if grep -q btf_trace_sock_recv_length /sys/kernel/btf/vmlinux; then
	use_btf="mount --bind '$work/btf' /sys/kernel/btf/vmlinux;"
	renamed sock_send_length
	lacks "no tracepoint of sends" "$use_btf" "name servers' answers" 'connected sockets only' '--dns lacks' ''
	within "$use_btf" "$TPCONNECT" --dns -t 0.2s
	says_of_dns 'at sched_process_fork,sock_recv_length,tcp'
	renamed sock_recv_length
	lacks "no tracepoint of receives" "$use_btf" "name servers' answers" 'UDP only' '--dns lacks' ''
	within "$use_btf" "$TPCONNECT" --dns -t 0.2s
	says_of_dns 'at sched_process_fork,consume_skb,tcp'
	renamed sock_recv_length consume_skb
	lacks "no way to see answers" "$use_btf" "name servers' answers" 'not seen' '--dns lacks' ''
	within "$use_btf" "$TPCONNECT" --dns -t 0.2s
	says_of_dns 'at sched_process_fork,tcp'
fi

no_audit="$(cover /proc) mkdir /proc/self;"
use_controllers="mount --bind '$work/cgroups' /proc/cgroups;"
lacks "no audit" "$no_audit" 'login users' 'not in this kernel' CONFIG_AUDIT 'who logged in stays unknown'
controllers $'memory\t4\t75\t1' $'pids\t8\t3\t1'
lacks "pids controller of version 1" "$use_controllers" 'cgroup paths' 'pids controller' 'name=systemd' ''
controllers $'memory\t4\t75\t1' $'pids\t0\t3\t1'
lacks "only the memory controller of version 1" "$use_controllers" 'cgroup paths' 'memory controller' 'name=systemd' ''
controllers $'memory\t0\t75\t1' $'pids\t0\t3\t1'
within "$use_controllers" "$TPCONNECT" doctor
if grep -qE '^PASS +cgroup paths +version 2$' "$work/out"; then
	report "doctor: cgroup version 2 alone" ''
else
	report "doctor: cgroup version 2 alone" "no row PASS cgroup paths"
fi

# build_lacks NAME TOOL SCRIPT CHECK FOUND ADVICE: with SCRIPT in the place of TOOL, building is refused, as
# the build itself would. In the checkout: there is nothing to build elsewhere.
build_lacks() {
	local name="doctor: build: $1" verdict="building cannot work here: build: $4: .*$5"

	rm -rf "$work/tools"
	mkdir "$work/tools"
	printf '#!/bin/sh\n%s\n' "$3" >"$work/tools/$2"
	chmod 755 "$work/tools/$2"
	# shellcheck disable=SC2016 # for the inner shell
	within 'cd "$TOP"; PATH="$TOOLS:$PATH"' "$TPCONNECT" doctor
	if [[ $status -ne 0 ]]; then
		report "$name" "exit status $status instead of 0: it can trace"
	elif ! has_row WARN "build: $4" "$5" "$6"; then
		report "$name" "no row WARN build: $4 $5 with advice $6"
	elif ! grep -qE "^$verdict" "$work/out"; then
		report "$name" "the verdict names something else"
	else
		report "$name" ''
	fi
}

TOP="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)" TOOLS="$work/tools"
export TOP TOOLS
unset CLANG
build_lacks "an old meson" meson 'echo 0.56.2' meson '0.56.2.*1.0.0' STATIC=1
build_lacks "an old libbpf" pkg-config 'echo 0.3.0' libbpf '0.3.0.*1.1' STATIC=1
build_lacks "an old clang" clang 'echo "Debian clang version 13.0.1-11"' clang '13.0.1.*14' STATIC=1
build_lacks "an old bpftool" bpftool 'echo "bpftool v5.10.223"' bpftool '5.10.223.*7.1' STATIC=1
build_lacks "no meson" meson 'exit 127' meson 'not found' scripts/setup.sh
build_lacks "no uthash" cc 'case "$*" in *uthash.h*) exit 1 ;; esac; echo "cc 12.2.0"' uthash 'not found' uthash-dev
build_lacks "no headers" cc 'case "$*" in *stdio.h*) exit 1 ;; esac; echo "cc 12.2.0"' 'C library' 'not found' libc6-dev

# Where there is nothing to build, as with a package, nothing is said of it.
within 'cd /' "$TPCONNECT" doctor
if [[ $status -ne 0 ]] || grep -qi build "$work/out"; then
	report "doctor: not in a checkout" "it speaks of building (status $status)"
else
	report "doctor: not in a checkout" ''
fi

# A reader that goes away is no reason for a message.
# shellcheck disable=SC2016 # for the inner shell
within true bash -c '"$TPCONNECT" doctor | true'
if [[ -s $work/err ]]; then
	report "doctor: closed pipe" "something on stderr"
else
	report "doctor: closed pipe" ''
fi

printf '%d passed, %d failed, 0 skipped\n' "$passed" "$failures"
[[ $failures -eq 0 ]]
