#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Make build/tpconnect and build/connect.bpf.o. BPF_CPU and CLANG choose the BPF instruction set
# and compiler; STATIC=1 makes a tpconnect that needs no shared libraries; V=1 shows what is run.
# BUILD_DIR, MESON_OPTIONS and TARGET are for tests: another directory than build, more options of
# meson's, less than all. Quiet otherwise, unless something fails.
set -euo pipefail

say() { printf 'build: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

BPF_CPU="${BPF_CPU:-v3}"
CLANG="${CLANG:-clang}"
STATIC="${STATIC:-0}"
CLANG_MIN=14 # doctor says the same
# bpftool is in a directory where only root's PATH leads.
export PATH="$PATH:/usr/sbin"

root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
cd "$root"
build="${BUILD_DIR:-build}"

check_arguments() {
	case "${1-}" in
	'') return ;;
	-h | --help)
		echo "Usage: [BPF_CPU=v1|v2|v3|v4] [CLANG=COMPILER] [STATIC=1] [V=1] $0"
		echo "Makes build/tpconnect and build/connect.bpf.o. It takes no arguments."
		exit 0
		;;
	*)
		say "it takes no arguments, and so not '$1': see $0 --help"
		exit 2
		;;
	esac
}

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

# Who runs sudo owns the checkout, and so what is made in it: root's files would be in the owner's way
# ever after. Where the owner cannot come here at all, root goes on.
become_owner() {
	local owner group as home

	[[ $EUID -eq 0 ]] || return 0
	read -r owner group < <(stat -c '%u %g' .)
	[[ $owner -ne 0 ]] || return 0
	as=(setpriv "--reuid=$owner" "--regid=$group" --clear-groups)
	"${as[@]}" test -w "$root" 2>/dev/null || return 0
	# What root has left from before.
	[[ ! -d $build ]] || chown -Rh "$owner:$group" "$build"
	home="$(getent passwd "$owner" | cut -d : -f 6)" || true
	exec "${as[@]}" env "HOME=${home:-/}" "$root/scripts/build.sh"
}

# Whether this user may write whatever a build writes.
check_place() {
	local file

	if [[ ! -w . && ! -w $build ]]; then
		[[ -x $build/tpconnect ]] ||
			die "$root cannot be written to, and nothing is built there: copy it to where it can"
		say "$root cannot be written to: using $build/tpconnect as it is"
		exit 0
	fi
	for file in "$build" "$build"/{.options,.ninja_log,.ninja_deps,build.ninja,meson-private,meson-logs/*}; do
		[[ ! -e $file || -w $file ]] ||
			die "$file belongs to $(stat -c %U "$file"): sudo chown -R $(id -un 2>/dev/null) $root/$build"
	done
}

# Asked here, because the answer in the middle of a build would be much harder to understand.
check_compiler() {
	local try=("$CLANG" -target bpf -S -x c -o - /dev/null) reason version

	command -v "$CLANG" >/dev/null ||
		die "compiler '$CLANG' not found: run ./scripts/setup.sh, or name another with CLANG=..."
	if ! reason=$("${try[@]}" 2>&1 >/dev/null); then
		die "compiler '$CLANG' has no BPF target (${reason%%$'\n'*}): install Debian's clang," \
			"or name one that has it with CLANG=..."
	fi
	version="$("$CLANG" -dumpversion 2>/dev/null)" || version=
	[[ ! $version =~ ^[0-9]+ || ${version%%.*} -ge $CLANG_MIN ]] ||
		die "compiler '$CLANG' is of version $version: name one from $CLANG_MIN on with CLANG=..."
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

# What meson and ninja do not look at again once they have found it: a line for each, which changes
# with its version.
found_tools() {
	local tool

	for tool in meson cc "$CLANG" bpftool; do
		stat -L -c '%n %s %Y' "$(command -v "$tool" || echo "$tool")" 2>/dev/null || true
	done
	pkg-config --modversion libbpf libelf zlib libzstd libseccomp 2>/dev/null || true
}

# Asking meson for its options is slow, so what they were last set to is kept in a file, with what was
# found. Unit tests are wanted as soon as there is what they need.
configure() {
	local options=("-Dbpf_cpu=$BPF_CPU" "-Dclang=$CLANG" "-Dstatic=$static") stamp="$build/.options"
	local tests=auto tools more

	! pkg-config --exists cmocka 2>/dev/null || tests=enabled
	read -ra more <<<"${MESON_OPTIONS:-}"
	options+=("-Dtests=$tests" "${more[@]}")
	tools="$(found_tools)"
	if [[ ! -e $build/build.ninja ]]; then
		[[ ! -t 2 ]] || say "compiling (about half a minute)"
		quietly meson setup "$build" "${options[@]}"
	elif [[ ! -e $stamp || $(tail -n +2 "$stamp") != "$tools" ]]; then
		quietly meson setup --wipe "$build" "${options[@]}"
	elif [[ $(head -n 1 "$stamp") != "${options[*]}" ]]; then
		quietly meson setup --reconfigure "$build" "${options[@]}"
	fi
	printf '%s\n' "${options[*]}" "$tools" >"$stamp"
}

check_arguments "$@"
check_cpu_name
check_static
become_owner
check_place
check_compiler
configure
quietly meson compile -C "$build" ${TARGET:+"$TARGET"}
