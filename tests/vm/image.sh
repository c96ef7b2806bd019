#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Make what a VM boots from. Two archives, which a kernel takes one after the other:
#   image.sh base ARCHIVE TPCONNECT TRIGGER_DIR [ROOT]   tools, the live suite, the program
#   image.sh modules ARCHIVE KERNEL_DIR                  what the live suite wants of its modules
# KERNEL_DIR is what fetch.sh prints, and so is ROOT, which has the tools for another architecture;
# without it they are this machine's. Needs no privilege.
set -euo pipefail

die() { printf 'image: %s\n' "$*" >&2; exit 1; }

PATH="$PATH:/usr/sbin:/sbin"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

# Every command of the live suite. They are this machine's, so that a case does the same in a VM;
# busybox is for init alone. What is not here either is skipped, with its reason, by the cases.
tools=(bash sh awk basename bpftool cat chmod chown chroot clear cmp comm cp curl cut date dd df diff
    dig dirname dmesg dnsmasq env expr find findmnt getconf grep head iconv id install ip jq kill ldd ln
    ls mkdir mkfifo mktemp mount mountpoint mv nft nice nproc nsenter od pgrep pivot_root pkill
    printf ps readlink realpath rm rmdir script sed seq setpriv setsid sleep sort ss stat stty
    sysctl tail taskset tee timeout tmux touch tr true truncate umount uname uniq unshare wc xargs
    modprobe zstdcat)

# Some are built into one kernel and modules of another; what a kernel does not have at all, the
# cases will notice.
modules=(veth dummy nf_tables nft_ct nft_reject_inet nft_numgen nft_counter nft_objref nf_conntrack
    nf_reject_ipv4 nf_reject_ipv6 inet_diag tcp_diag mptcp_diag overlay 8250 8250_pci)

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/root"

# put FILE [PLACE]: at its own place unless told; /usr is merged.
put() {
    local place="${2:-$1}"

    [[ $place =~ ^/(bin|sbin|lib|lib64)/ ]] && place="/usr$place"
    install -D -m "$(stat -L -c %a "$1")" "$1" "$root$place"
}

put_tools() {
    local tool path file library

    for tool in "${tools[@]}"; do
        path="$(type -P "$tool")" || continue
        put "$path"
        put "$path" "/usr/bin/$tool"
    done
    put "$(type -P busybox)" /usr/bin/busybox
    # What glibc loads by itself, to end a thread; of a terminal, what clear reads, and the character
    # set that tmux insists on.
    for file in /lib/*-linux-gnu/libgcc_s.so.1 /lib/terminfo/t/tmux-256color \
        /usr/lib/locale/C.utf8/LC_CTYPE; do
        put "$file"
    done
    find "$root" -type f >"$work/files"
    while read -r library; do
        put "$library"
    done < <(xargs -a "$work/files" ldd 2>/dev/null | grep -oE '/[^ :]+\.so[^ :]*' | sort -u)
}

put_users() {
    mkdir -p "$root"/{dev,etc,proc,root,run,sys,tmp,var/lib}
    printf '%s\n' 'root:x:0:0:root:/root:/bin/bash' 'nobody:x:65534:65534::/:/bin/false' \
        'www-data:x:33:33::/:/bin/false' \
        >"$root/etc/passwd"
    printf '%s\n' 'root:x:0:' 'nogroup:x:65534:' >"$root/etc/group"
    printf '%s\n' 'http 80/tcp' >"$root/etc/services"
}

# All of another root but what only compilers want. Nothing of it was installed, only unpacked.
copy_tools() {
    mkdir -p "$root"
    tar -c -C "$1" --exclude='*.a' --exclude='*.o' --exclude=./usr/include --exclude=./usr/src \
        --exclude='*/gconv' --exclude='*/perl*' --exclude=./dev --exclude=./var --exclude=./etc . | tar -x -C "$root"
    ln -sf mawk "$root/usr/bin/awk"
    ln -sf dash "$root/usr/bin/sh"
}

make_base() {
    local tpconnect="$1" triggers="$2" other="$3" file

    mkdir -p "$root/usr"/{bin,sbin,lib,lib64}
    for file in bin sbin lib lib64; do
        ln -s "usr/$file" "$root/$file"
    done
    for file in "$triggers"/*; do
        [[ ! -f $file || ! -x $file ]] || put "$file" "/tests/triggers/${file##*/}"
    done
    put "$tpconnect" /tests/tpconnect
    [[ ! -e ${tpconnect%/*}/connect.bpf.o ]] || put "${tpconnect%/*}/connect.bpf.o" /tests/connect.bpf.o
    if [[ -n $other ]]; then copy_tools "$other"; else put_tools; fi
    put_users
    cp -r "$here/../live" "$root/tests/"
    # The examples in them are cases as well.
    put "$here/../../README.md" /README.md
    put "$here/../../man/tpconnect.1" /man/tpconnect.1
    put "$here/init" /init
    put "$here/degraded.sh" /tests/degraded.sh
}

make_modules() {
    local kernel="$1" version module file

    version="$(cat "$kernel/version")"
    for module in "${modules[@]}"; do
        modprobe -d "$kernel" -S "$version" --show-depends "$module" 2>/dev/null || true
    done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | sort -u >"$work/wanted"
    while read -r file; do
        install -D -m 644 "$file" "$root/usr${file#"$kernel"}"
    done <"$work/wanted"
    # Not every kernel can unpack them itself.
    find "$root" -name '*.ko.xz' -exec xz -d {} +
    cp "$kernel/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} \
        "$root/usr/lib/modules/$version"
    ln -s usr/lib "$root/lib"
    depmod -b "$root" "$version"
    rm "$root/lib"
}

pack() {
    (cd "$root" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) >"$1.new"
    mv "$1.new" "$1"
}

case "$#:${1-}" in
4:base | 5:base) make_base "$3" "$4" "${5-}" ;;
3:modules) make_modules "$3" ;;
*) die "usage: $0 base ARCHIVE TPCONNECT TRIGGER_DIR [ROOT] |" "$0 modules ARCHIVE KERNEL_DIR" ;;
esac
pack "$2"
