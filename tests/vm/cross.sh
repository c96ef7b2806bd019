#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build the static tpconnect, and the triggers of its live suite, for another architecture:
# cross.sh BUILD_DIR [ARCH]. ARCH: arm64. The libraries and headers are those of Debian 12, which
# fetch.sh gets; nothing is installed. Needs no privilege; scripts/setup.sh --vm has the compiler.
set -euo pipefail

die() { printf 'cross: %s\n' "$*" >&2; exit 1; }

[[ $# -eq 1 || $# -eq 2 ]] || die "usage: $0 BUILD_DIR [ARCH]"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$(realpath -m "$1")" arch="${2:-arm64}"
export PATH="$PATH:/usr/sbin"

case "$arch" in
arm64) cpu=aarch64 ;;
*) die "there is no architecture '$arch': use arm64" ;;
esac
triplet="$cpu-linux-gnu"
command -v "$triplet-gcc" >/dev/null ||
    die "compiler '$triplet-gcc' not found: run ./scripts/setup.sh --vm"

root="$("$here/fetch.sh" userspace "$arch")"

# In the tree it is built in, as meson reads it again whenever it is set up anew.
write_cross_file() {
    cat >"$1" <<-CROSS
	[binaries]
	c = '$triplet-gcc'
	ar = '$triplet-ar'
	strip = '$triplet-strip'
	pkgconfig = 'pkg-config'

	[built-in options]
	c_args = ['--sysroot=$root']
	c_link_args = ['--sysroot=$root']

	[properties]
	sys_root = '$root'
	pkg_config_libdir = '$root/usr/lib/$triplet/pkgconfig'

	[host_machine]
	system = 'linux'
	cpu_family = '$cpu'
	cpu = '$cpu'
	endian = 'little'
	CROSS
}

# quietly COMMAND...: its output matters only if it fails.
quietly() {
    "$@" >"$build/log" 2>&1 || { cat "$build/log" >&2; die "failed: $*"; }
}

mkdir -p "$build"
if [[ ! -e $build/build.ninja ]]; then
    write_cross_file "$build/cross.ini"
    quietly meson setup "$build" "$here/../.." --cross-file "$build/cross.ini" -Dstatic=true
fi
quietly meson compile -C "$build"
