#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build and test on other versions of Debian, each in a chroot: unit, golden, static, smoke and live
# tests with that version's compilers, libraries and tools, and this machine's kernel. Usage:
#   distro.sh [--all] [--update] [SUITE...]
# SUITE       bookworm (12), trixie (13) or sid (default: all three)
# --all       all live cases, not just some
# --update    make the chroots anew, instead of using those that were made before
# The packages come from the mirror that apt is set up with. Everything is mounted in a mount namespace
# of its own: whatever happens, nothing stays mounted, and nothing of this machine's is below what is
# removed. Needs root. Ends with 'N passed, N failed, N skipped'.
set -uo pipefail

top="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
export PATH="$PATH:/usr/sbin:/sbin"
keyring="${VM_KEYRING:-/usr/share/keyrings/debian-archive-keyring.gpg}"
cache="${XDG_CACHE_HOME:-${HOME:-/var/tmp}/.cache}/tpconnect/distro"

# What differs most between user lands: shells, tools, what has to be found in /proc and /sys.
some=(established refused nonblocking no_answer ipv4_mapped given_up before_start close_plain
    tracked_returns tracked_returns_crowded help count_by empty_root)

die() { echo "distro.sh: $*" >&2; exit 2; }

all=no update=no suites=()
for argument; do
    case "$argument" in
    --all) all=yes ;;
    --update) update=yes ;;
    bookworm | 12) suites+=(bookworm) ;;
    trixie | 13) suites+=(trixie) ;;
    sid) suites+=(sid) ;;
    *) die "unknown argument '$argument': it takes --all, --update, bookworm, trixie and sid" ;;
    esac
done
[[ ${#suites[@]} -gt 0 ]] || suites=(bookworm trixie sid)

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

# The smallest system, kept for the next time; scripts/setup.sh adds what it finds missing.
make_base() {
    local new="$cache/$1.new" http_proxy

    http_proxy="${http_proxy:-$(proxy)}"
    [[ $update == no && -e $cache/$1/etc/debian_version ]] && return 0
    remove "$new" && remove "$cache/$1" || return 1
    mkdir -p "$cache"
    http_proxy="$http_proxy" debootstrap --variant=minbase --keyring="$keyring" "$1" "$new" "$(mirror)" \
        >"$work/debootstrap" 2>&1 || { tail -n 5 "$work/debootstrap"; return 1; }
    rm -rf "$new"/var/cache/apt/archives/*.deb
    mkdir -p "$new/src"
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d" # no services
    chmod +x "$new/usr/sbin/policy-rc.d"
    mv "$new" "$cache/$1"
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

# counted NAME COMMAND...: what ends with its own counts.
counted() {
    local name="$1" counts
    shift

    inside "$@" </dev/null >"$work/said" 2>&1
    counts="$(tail -n 1 "$work/said" | grep -Ex '[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped(, [0-9]+ run again)?')" ||
        { not_ok "$name did not come to its end" "$work/said"; return; }
    grep -A 12 -E '^(not ok|skip) ' "$work/said" | grep -vE '^(ok|--|[0-9]+ passed)' | sed "s/^\(not ok\|skip\) /&$suite: /"
    read -r p f s _ < <(tr -cd '0-9 ' <<<"$counts")
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    echo "$suite: $name: $counts ($((SECONDS - begin)) s)"
}

live() {
    local names=("${some[@]}")

    [[ $all == no ]] || names=()
    counted "live" tests/live/run.sh build/tpconnect build/tests/live/triggers "${names[@]}"
}

# A suite may be missing a file that a later package brings, so it is setup.sh of the checkout that runs.
run_suite() {
    local begin=$SECONDS p f s

    copy_source
    if ! make_base "$suite" >"$work/reason"; then
        not_run "$suite" "$(tail -n 1 "$work/reason")"
        return
    fi
    base="$cache/$suite"
    step "what it needs is installed" env DEBIAN_FRONTEND=noninteractive STATIC=1 scripts/setup.sh --test &&
        step "it builds" scripts/build.sh && {
        step "it builds without warnings, sanitized" env BUILD_DIR=build-asan \
            MESON_OPTIONS="-Db_sanitize=address,undefined -Dwerror=true" scripts/build.sh || true
        step "unit and golden" meson test -C build --no-rebuild --print-errorlogs || true
        step "it builds statically" env BUILD_DIR=build-static STATIC=1 TARGET=tpconnect \
            MESON_OPTIONS=-Dwerror=true scripts/build.sh &&
            step "static" meson test -C build-static --no-rebuild --print-errorlogs --suite static &&
            counted "live, static" tests/live/run.sh build-static/tpconnect build/tests/live/triggers empty_root
        step "smoke" scripts/smoke.sh || true
        live
    }
    end_all_in "$base"
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

reason="$(obstacle)"
# One at a time has a chroot: another's processes would be ended as its own.
if [[ -z $reason ]]; then
    mkdir -p "$cache"
    exec {lock}>"$cache/lock"
    flock -n "$lock" || reason="another distro.sh runs"
fi
for suite in "${suites[@]}"; do
    if [[ -n $reason ]]; then
        not_run "$suite" "$reason"
    else
        run_suite
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
