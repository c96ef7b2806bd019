# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what who sources this has set
# Chroots of Debian's versions, for tests/distro.sh and tests/package.sh, which source this; $top is the
# checkout. The packages come from the mirror that apt is set up with. Everything is mounted in a mount
# namespace of its own: whatever happens, nothing stays mounted, and nothing of this machine's is below
# what is removed.

export PATH="$PATH:/usr/sbin:/sbin"
keyring="${VM_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}"
cache="${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/tpconnect/distro"

work="$(mktemp -d /var/tmp/tpconnect-distro.XXXXXX)"
base=
passed=0 failed=0 skipped=0

# What was started in the chroot ends with it: it is known by its root, which nothing else has.
end_all_in() {
    local root

    [[ -n $1 ]] || return 0
    for root in /proc/[0-9]*/root; do
        [[ $(readlink "$root" 2>/dev/null) != "$1" ]] || kill -KILL "$(basename "$(dirname "$root")")"
    done
} 2>/dev/null

# remove DIR: unless something is mounted there, which could be anything.
remove() {
    ! grep -qF " $1" /proc/self/mounts || { echo "something is mounted below $1: it stays" >&2; return 1; }
    rm -rf --one-file-system "$1"
}

finish() {
    end_all_in "$base"
    remove "$work"
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

# The first mirror of Debian proper that apt knows, as fetch.sh finds it.
mirror() {
    # shellcheck disable=SC2016 # apt's, not the shell's
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 'Component: main' |
        sed -nE 's/^(sid|unstable|testing|stable|oldstable|oldoldstable|bullseye|bookworm|trixie|forky) //p' |
        head -n 1
}

# debootstrap has wget fetch, to which apt's proxy means nothing.
proxy() { apt-config shell proxy Acquire::http::Proxy | sed "s/^proxy='\(.*\)'\$/\1/"; }

# Why there can be no chroot; nothing if there can.
obstacle() {
    local said

    [[ $EUID -eq 0 ]] || { echo "needs root"; return; }
    said="$("$top/scripts/setup.sh" --distro 2>&1)" || { tail -n 1 <<<"$said"; return; }
    command -v apt-get >/dev/null || { echo "there is no apt here to ask for a mirror"; return; }
    [[ -e $keyring ]] || { echo "there is no $keyring: install debian-archive-keyring"; return; }
    [[ -n $(mirror) ]] || echo "apt knows no mirror of Debian's"
}

# In $base, as on a machine of its own but for the kernel; what is mounted goes with the last process.
# The checkout's copy is at /src.
# shellcheck disable=SC2016 # for the inner shell
inside() {
    unshare --mount --propagation private bash -ec '
        base="$1" source="$2"
        shift 2
        mount --bind "$base" "$base"
        for place in proc sys dev; do mount --rbind "/$place" "$base/$place"; done
        for place in run tmp; do mount -t tmpfs none "$base/$place"; done
        mount --bind "$source" "$base/src"
        mountpoint -q "$base/sys/kernel/tracing" ||
            mount -t tracefs nodev "$base/sys/kernel/tracing" || true
        cp -L /etc/resolv.conf "$base/etc/resolv.conf" 2>/dev/null || true
        exec chroot "$base" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            LC_ALL=C.UTF-8 LIVE_ROOT="$base" ${CI:+"CI=$CI"} bash -c "cd /src && exec \"\$@\"" bash "$@"' \
        bash "$base" "$work/src" "$@"
}

# make_base SUITE [NAME]: the smallest system, kept by that name for the next time.
make_base() {
    local new="$cache/${2:-$1}.new" http_proxy

    http_proxy="${http_proxy:-$(proxy)}"
    [[ $update == no && -e $cache/${2:-$1}/etc/debian_version ]] && return 0
    remove "$new" && remove "$cache/${2:-$1}" || return 1
    mkdir -p "$cache"
    http_proxy="$http_proxy" debootstrap --variant=minbase --keyring="$keyring" "$1" "$new" "$(mirror)" \
        >"$work/debootstrap" 2>&1 || { tail -n 5 "$work/debootstrap"; return 1; }
    rm -rf "$new"/var/cache/apt/archives/*.deb
    mkdir -p "$new/src"
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d" # no services
    chmod +x "$new/usr/sbin/policy-rc.d"
    mv "$new" "$cache/${2:-$1}"
}

# What git would have in a commit, with what was changed.
copy_source() {
    rm -rf --one-file-system "$work/src"
    mkdir -p "$work/src"
    (cd "$top" && git -c safe.directory='*' ls-files -co --exclude-standard |
        while IFS= read -r file; do [[ ! -e $file ]] || printf '%s\n' "$file"; done |
        tar -c -T - | tar -C "$work/src" -x --no-same-owner)
}

ok() { passed=$((passed + 1)) && echo "ok $suite: $1"; }
not_ok() { failed=$((failed + 1)) && echo "not ok $suite: $1" && tail -n "${3:-30}" "$2" | sed 's/^/    /'; }

# step NAME COMMAND...: one test.
step() {
    local name="$1"
    shift

    if inside "$@" </dev/null >"$work/said" 2>&1; then
        ok "$name ($((SECONDS - begin)) s)"
    else
        not_ok "$name" "$work/said"
        return 1
    fi
}

# A skip where it can be that nothing is tried, a failure where all is meant to run.
not_run() {
    if [[ -n ${CI:-} ]]; then
        failed=$((failed + 1))
        echo "not ok $1: $2"
    else
        skipped=$((skipped + 1))
        echo "skip $1: $2"
    fi
}

# Sets $reason to why there can be no chroot. A test of one name has its chroots alone: another's processes
# would be ended as its own.
obstacle_to_chroots() { # NAME
    reason="$(obstacle)"
    [[ -z $reason ]] || return 0
    mkdir -p "$cache"
    exec {lock}>"$cache/$1.lock"
    flock -n "$lock" || reason="another test has the chroots of $1"
}
