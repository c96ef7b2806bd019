#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fetch one of Debian's kernels: fetch.sh [--update] KERNEL [ARCH]. Prints the directory that then
# has vmlinuz, version and lib/modules. KERNEL: 5.10, 6.1, 6.12, or newest, the one of sid.
#
# fetch.sh [--update] userspace ARCH: of Debian 12, what tpconnect is built with and what the live
# suite uses, for a machine of another architecture. Prints the directory, laid out as a root.
#
# The packages come from the mirror that apt is set up with, through a configuration of their own:
# other suites, other lists, another cache; nothing of the machine's apt is changed. What is there
# already is used again, unless --update is given. Needs no privilege.
set -euo pipefail

say() { printf 'fetch: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

PATH="$PATH:/usr/sbin:/sbin"
# The keys that Debian signs all its suites with. Whatever apt is set up to trust besides, does not
# count here.
keyring="${VM_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}"

update=no
if [[ ${1-} == --update ]]; then
    update=yes
    shift
fi
[[ $# -eq 1 || $# -eq 2 ]] || die "usage: $0 [--update] KERNEL [ARCH]"
kernel="$1" arch="${2:-amd64}"

case "$kernel" in
5.10) suite=bullseye ;;
6.1) suite=bookworm ;;
6.12) suite=trixie ;;
newest) suite=sid ;;
userspace) suite=bookworm ;;
*) die "there is no kernel '$kernel': use 5.10, 6.1, 6.12 or newest" ;;
esac

# To build with; then what image.sh takes.
userspace=(libc6-dev libbpf-dev libelf-dev zlib1g-dev libzstd-dev libseccomp-dev uthash-dev
    bash bpftool bsdutils busybox-static coreutils curl dash diffutils findutils grep iproute2 jq
    kmod libc-bin mawk mount nftables procps sed util-linux zstd)

cache="${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/tpconnect/vm"
dir="$cache/$kernel-$arch"

# The first mirror of Debian proper that apt knows. Those of third parties have other suites; would
# one slip through, its signature would not do.
mirror() {
    # shellcheck disable=SC2016 # apt's, not the shell's
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 'Component: main' |
        sed -nE 's/^(sid|unstable|testing|stable|oldstable|oldoldstable|bullseye|bookworm|trixie|forky) //p' |
        head -n 1
}

# Read after the machine's own configuration, from which proxies and the like are taken. What is to
# be run after an update there is none of this cache's business.
write_configuration() {
    mkdir -p "$dir"/apt/{lists,archives}/partial
    : >"$dir/apt/status"
    echo "deb [arch=$arch signed-by=$keyring] $1 $suite main" >"$dir/apt/sources.list"
    cat >"$dir/apt/apt.conf" <<-CONFIGURATION
	#clear APT::Update;
	#clear DPkg::Post-Invoke;
	APT::Architecture "$arch";
	APT::Architectures "$arch";
	APT::Get::AllowUnauthenticated "false";
	APT::Sandbox::User "$(id -un)";
	Acquire::AllowInsecureRepositories "false";
	Acquire::AllowDowngradeToInsecureRepositories "false";
	Acquire::Languages "none";
	Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
	Acquire::Retries "3";
	Dir::Etc::sourcelist "$dir/apt/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "/dev/null";
	Dir::Etc::preferencesparts "/dev/null";
	Dir::State "$dir/apt";
	Dir::State::status "$dir/apt/status";
	Dir::State::lists "$dir/apt/lists";
	Dir::Cache "$dir/apt";
	Dir::Cache::archives "$dir/apt/archives";
	CONFIGURATION
}

# apt TOOL ARGUMENT...: quiet, unless it fails; its output goes to the file output.
apt() {
    local tool="$1"
    shift

    if ! "apt-$tool" -q -c "$dir/apt/apt.conf" "$@" >"$dir/apt/output" 2>&1; then
        grep -E '^[EW]:' "$dir/apt/output" >&2 || tail -n 5 "$dir/apt/output" >&2
        return 1
    fi
}

# What the suite's kernel consists of: the metapackage names an image, which may name more.
kernel_packages() {
    apt cache depends --recurse --important --no-pre-depends "linux-image-$arch" || return 1
    grep -E '^linux-(image|binary|modules|base)-[0-9]' "$dir/apt/output" | sort -u
}

# download PACKAGE...: apt compares them with what the signed lists say.
download() {
    (cd "$dir/apt/archives" && apt get download "$@") || return 1
}

# unpack PACKAGE...: only what a boot needs, to the directory new.
unpack() {
    local package

    rm -rf "$dir/new"
    mkdir -p "$dir/new/lib"
    for package; do
        dpkg-deb --fsys-tarfile "$(echo "$dir/apt/archives/${package}"_*.deb)" |
            tar -x -C "$dir/new" --exclude='./usr/share' --transform='s,^\./usr/lib,./lib,'
    done
    # Until 7.1, the kernel was in /boot.
    mv "$dir"/new/boot/vmlinuz-* "$dir/new/vmlinuz" 2>/dev/null ||
        mv "$dir"/new/lib/modules/*/vmlinuz "$dir/new/vmlinuz" ||
        die "there is no kernel in ${*}"
    rm -rf "$dir/new/boot" "$dir/new/usr"
    (cd "$dir/new/lib/modules" && echo *) >"$dir/new/version"
    depmod -b "$dir/new" "$(cat "$dir/new/version")"
}

# unpack_root: all that is there, to the directory new, as one file system. What belongs in /usr goes
# there, as installing them would have it.
unpack_root() {
    local archive name

    rm -rf "$dir/new"
    mkdir -p "$dir"/new/usr/{bin,sbin,lib}
    for archive in "$dir"/apt/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$archive" |
            tar -x -C "$dir/new" --keep-directory-symlink --exclude='./usr/share/*' \
                --transform='flags=r;s,^\./(bin|sbin|lib)(/|$),./usr/\1\2,x'
    done
    for name in bin sbin lib; do
        ln -s "usr/$name" "$dir/new/$name"
    done
}

# Only what is whole has the name that is looked for.
keep() {
    rm -rf "${dir:?}/$1"
    mv "$dir/new" "$dir/$1"
    rm -rf "$dir/apt"
}

update_lists() {
    local uri

    uri="$(mirror)"
    [[ -n $uri ]] || die "apt is set up with no mirror of Debian to fetch from"
    write_configuration "$uri"
    say "fetching $kernel ($suite, $arch)"
    apt get update --error-on=any ||
        die "the lists of $suite could not be fetched and verified: see above"
}

fetch_kernel() {
    local packages

    update_lists
    mapfile -t packages < <(kernel_packages)
    [[ ${#packages[@]} -gt 0 ]] || die "$suite has no linux-image-$arch any more"
    download "${packages[@]}" || die "${packages[*]} could not be fetched and verified: see above"
    unpack "${packages[@]}"
    keep kernel
}

fetch_userspace() {
    update_lists
    apt get install --download-only --no-install-recommends --yes "${userspace[@]}" ||
        die "${userspace[*]} could not be fetched and verified: see above"
    unpack_root
    keep root
    echo "${userspace[*]}" >"$dir/packages"
}

if [[ $kernel == userspace ]]; then
    # With another list of packages than before, it is fetched anew.
    [[ $update == no && -e $dir/root && $(cat "$dir/packages" 2>/dev/null) == "${userspace[*]}" ]] || fetch_userspace
    echo "$dir/root"
else
    [[ $update == no && -e $dir/kernel/version ]] || fetch_kernel
    echo "$dir/kernel"
fi
