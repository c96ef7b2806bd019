#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Make build/tpconnect and build/connect.bpf.o. BPF_CPU and CLANG choose the BPF instruction set
# and compiler; STATIC=1 makes a tpconnect that needs no shared libraries; V=1 shows what is run.
# Quiet otherwise, unless something fails.
set -euo pipefail

say() { printf 'build: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

BPF_CPU="${BPF_CPU:-v3}"
CLANG="${CLANG:-clang}"
STATIC="${STATIC:-0}"
# bpftool is in a directory where only root's PATH leads.
export PATH="$PATH:/usr/sbin"

cd "$(dirname "${BASH_SOURCE[0]}")/.."

check_cpu_name() {
	case "$BPF_CPU" in
	v1 | v2 | v3 | v4) ;;
	*) die "BPF_CPU=$BPF_CPU is no BPF instruction set: use v1, v2, v3 (default) or v4" ;;
	esac
}

check_static() {
	case "$STATIC" in
	0) static=false ;;
	1) static=true ;;
	*) die "STATIC=$STATIC is neither 0 (default) nor 1" ;;
	esac
}

# Asked here, because the answer in the middle of a build would be much harder to understand.
check_compiler() {
	local try=("$CLANG" -target bpf -S -x c -o - /dev/null) reason

	command -v "$CLANG" >/dev/null ||
		die "compiler '$CLANG' not found: run ./scripts/setup.sh, or name another with CLANG=..."
	if ! reason=$("${try[@]}" 2>&1 >/dev/null); then
		die "compiler '$CLANG' has no BPF target (${reason%%$'\n'*}): install Debian's clang," \
			"or name one that has it with CLANG=..."
	fi
	if ! reason=$("${try[@]}" "-mcpu=$BPF_CPU" 2>&1 >/dev/null); then
		die "compiler '$CLANG' does not know BPF_CPU=$BPF_CPU (${reason%%$'\n'*}):" \
			"use a lower one, such as v3, or name a newer clang with CLANG=..."
	fi
}

# Run a step; its output matters only if it fails.
quietly() {
	local output

	if [[ ${V:-0} != 0 ]]; then
		"$@" >&2
	elif ! output=$("$@" 2>&1); then
		printf '%s\n' "$output" >&2
		die "failed: $*"
	fi
}

# Asking meson for its options is slow, so what they were last set to is kept in a file.
configure() {
	local options=("-Dbpf_cpu=$BPF_CPU" "-Dclang=$CLANG" "-Dstatic=$static") stamp=build/.options

	if [[ ! -e build/build.ninja ]]; then
		quietly meson setup build "${options[@]}"
	elif [[ "$(cat "$stamp" 2>/dev/null)" != "${options[*]}" ]]; then
		quietly meson setup --reconfigure build "${options[@]}"
	fi
	printf '%s\n' "${options[*]}" >"$stamp"
}

check_cpu_name
check_static
check_compiler
configure
quietly meson compile -C build
