#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Install what is missing for building (and with --test for testing, with --vm for booting other
# kernels and architectures; with --distro just for making other versions of Debian) on Debian 12 or newer.
# Does nothing, and needs no privilege, if nothing is missing.
set -euo pipefail

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# bpftool, nft and ip are in a directory where only root's PATH leads.
PATH="$PATH:/usr/sbin:/sbin"

missing=()

# Looking for the thing itself, not for its package, accepts what was installed in another way.
need_command() { command -v "$1" >/dev/null || missing+=("$2"); }
need_file() { compgen -G "$1" >/dev/null || missing+=("$2"); }
# A header may also be where only the compiler, or pkg-config, knows.
need_header() {
	local flags

	[[ ! -e /usr/include/$1 ]] || return 0
	read -ra flags < <(pkg-config --cflags "${3:-$2}" 2>/dev/null) || true
	cc -E -include "$1" "${flags[@]}" -x c /dev/null >/dev/null 2>&1 || missing+=("$2")
}

# The Python that is first in PATH may be another than the one that Debian's packages are for.
need_python() {
	local python

	for python in python3 /usr/bin/python3; do
		! "$python" -c "import $1" 2>/dev/null || return 0
	done
	missing+=("$2")
}

# What meson.build asks for, by Debian's packages.
oldest=(meson:1.0.0 libbpf-dev:1.1 libseccomp-dev:2.5 clang:14 bpftool:7.1)

# A suite with packages that are too old, as bullseye is, is told so before anything is installed.
check_versions() {
	local package least offered version

	for package in "${missing[@]}"; do
		for least in "${oldest[@]}"; do
			[[ ${least%:*} == "$package" ]] || continue
			offered="$(apt-cache policy "$package" 2>/dev/null | sed -n 's/^ *Candidate: //p')"
			version="${offered#*:}"
			[[ -z $offered || $offered == "(none)" ]] ||
				dpkg --compare-versions "$version" ge "${least#*:}" ||
				die "this system's $package is of version $version, and ${least#*:} is the oldest" \
					"that will do: build with STATIC=1 on Debian 12 or newer, and copy" \
					"build/tpconnect, which runs here"
		done
	done
}

look_for_build() {
	# Whoever names another compiler has seen to it.
	[[ ${CLANG:-clang} != clang ]] || need_command clang clang
	need_command cc gcc
	need_command bpftool bpftool
	need_command meson meson
	need_command ninja ninja-build
	need_command pkg-config pkg-config
	need_header stdio.h libc6-dev
	need_header bpf/libbpf.h libbpf-dev libbpf
	need_header libelf.h libelf-dev libelf
	need_header zlib.h zlib1g-dev
	need_header zstd.h libzstd-dev libzstd
	need_header seccomp.h libseccomp-dev libseccomp
	need_header uthash.h uthash-dev
	need_header microhttpd.h libmicrohttpd-dev libmicrohttpd
	need_header curl/curl.h libcurl4-openssl-dev libcurl
	need_header nats/nats.h libnats-dev libnats
	[[ ${STATIC:-0} == 0 ]] || look_for_static
}

look_for_static() {
	need_file '/usr/lib/*/libc.a' libc6-dev
	need_file '/usr/lib/*/libbpf.a' libbpf-dev
	need_file '/usr/lib/*/libelf.a' libelf-dev
	need_file '/usr/lib/*/libz.a' zlib1g-dev
	need_file '/usr/lib/*/libzstd.a' libzstd-dev
	need_file '/usr/lib/*/libseccomp.a' libseccomp-dev
}

look_for_test() {
	need_header cmocka.h libcmocka-dev cmocka
	need_header jansson.h libjansson-dev jansson
	need_command clang clang
	need_command clang-format clang-format
	need_command shellcheck shellcheck
	need_command codespell codespell
	need_file '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a' libclang-rt-dev
	need_command jq jq
	need_command zstdcat zstd
	need_command python3 python3
	need_python jsonschema python3-jsonschema
	need_python yaml python3-yaml
	need_command nft nftables
	need_command ip iproute2
	need_command ps procps
	need_command curl curl
	need_command openssl openssl
	need_command make make
	need_command unshare util-linux
	need_command tmux tmux
	need_command runc runc
	need_command clang-tidy clang-tidy
	need_command zsh zsh
	need_command fish fish
	look_for_resolvers
	need_python prometheus_client python3-prometheus-client
	need_command promtool prometheus
	need_command chromium chromium
	need_command dot graphviz
	need_python markdown_it python3-markdown-it
	need_command prometheus-node-exporter prometheus-node-exporter
	need_command nats-server nats-server
}

# A name server, and programs that ask one in ways of their own.
look_for_resolvers() {
	need_command dnsmasq dnsmasq-base
	need_command dig bind9-dnsutils
	need_command musl-gcc musl-tools
	need_command go golang-go
	need_command busybox busybox-static
}

look_for_vm() {
	look_for_test
	look_for_static
	need_command qemu-system-x86_64 qemu-system-x86
	need_command qemu-system-aarch64 qemu-system-arm
	need_command aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu
	need_command busybox busybox-static
	need_command cpio cpio
	need_command depmod kmod
	need_command xz xz-utils
}

look_for_distro() { need_command debootstrap debootstrap; }

# A test starts the daemons that it needs itself: one that a package brings shall not run on this host.
start_no_daemons() {
	[[ ! -e /usr/sbin/policy-rc.d ]] || return 0
	printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
	trap 'rm -f /usr/sbin/policy-rc.d' EXIT
	chmod +x /usr/sbin/policy-rc.d
}

# Nor from the next boot on.
disable_daemons() {
	local package

	[[ -d /run/systemd/system ]] || return 0
	for package in "${missing[@]}"; do
		[[ $package != prometheus* ]] || systemctl -q disable "$package" >&2 ||
			say "$package.service stays enabled"
	done
}

look() {
	missing=()
	[[ $for == distro ]] || look_for_build
	case "$for" in
	test) look_for_test ;;
	vm) look_for_vm ;;
	distro) look_for_distro ;;
	esac
}

case "${1-}" in
'') for=build ;;
--test) for="test" ;;
--vm) for=vm ;;
--distro) for=distro ;;
*) die "unknown argument '$1': it takes --test, --vm, --distro or nothing" ;;
esac

look
[[ ${#missing[@]} -gt 0 ]] || exit 0

command -v apt-get >/dev/null ||
	die "no apt-get here: install what Debian calls: ${missing[*]}"
[[ $EUID -eq 0 ]] ||
	die "to install ${missing[*]}, run it as root: sudo $0${*:+ $*}"

say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# Package lists can be empty or outdated; if they cannot be fetched, what is there may still do.
apt-get -q update >&2 || say "the package lists could not be updated: trying with the old ones"
check_versions
start_no_daemons
apt-get -q -y -o DPkg::Lock::Timeout=300 install --no-install-recommends "${missing[@]}" >&2 ||
	die "apt-get could not install ${missing[*]}: see its messages above"
disable_daemons

look
[[ ${#missing[@]} -eq 0 ]] || die "installed, and yet missing: ${missing[*]}"
