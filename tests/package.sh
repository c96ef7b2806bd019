#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2016 # scripts for the chroot
# The packages of debian/: built here; looked at by lintian; installed, run as the service would be, and
# purged in a chroot of Debian 12. Usage: package.sh [--twice] [--update]
# --twice     built again elsewhere, to the same bytes: tests/build.sh has that of the programs
# --update    make the chroot anew
# Needs root, debhelper and lintian (scripts/setup.sh --test) and debootstrap. Ends with 'N passed, N
# failed, N skipped'.
set -uo pipefail

top="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
# shellcheck source=tests/chroot.sh
source "$top/tests/chroot.sh"

suite=packages update=no twice=no begin=$SECONDS
for argument; do
    case "$argument" in
    --twice) twice=yes ;;
    --update) update=yes ;;
    *) echo "package.sh: unknown argument '$argument': it takes --twice and --update" >&2; exit 2 ;;
    esac
done

# check NAME COMMAND...: one test, outside of the chroot.
check() {
    local name="$1"
    shift

    if "$@" </dev/null >"$work/said" 2>&1; then
        ok "$name ($((SECONDS - begin)) s)"
    else
        not_ok "$name" "$work/said"
        return 1
    fi
}

# build DIR: the packages, from a copy of the checkout there. The time is the changelog's.
build() {
    copy_source
    mkdir -p "$1"
    mv "$work/src" "$1/src"
    (cd "$1/src" && DEB_BUILD_OPTIONS=noautodbgsym dpkg-buildpackage --build=binary --no-sign)
}

same_bytes() {
    local deb

    for deb in "$work"/one/*.deb; do
        cmp "$deb" "$work/a folder/two/${deb##*/}" || return 1
    done
}

lint() { lintian --fail-on error,warning --tag-display-limit 0 "$work"/one/*.changes; }

# What systemd thinks of the units; 2.0 is where "OK" ends.
units() {
    local unit

    for unit in "$work"/one/src/debian/*.service; do
        systemd-analyze security --offline=yes --threshold=20 "$unit" | tail -n 1
        [[ ${PIPESTATUS[0]} -eq 0 ]] || return 1
    done
}

# What is run in the chroot: as the unit says, without systemd.
run_as_service='
    capabilities="+bpf,+perfmon,+dac_read_search,+sys_admin"
    source /etc/default/tpconnect
    install -d -o tpconnect -g tpconnect -m 750 /var/lib/tpconnect
    install -d -o tpconnect -g tpconnect /run/tpconnect
    setpriv --reuid tpconnect --regid tpconnect --clear-groups --no-new-privs \
        --inh-caps "-all,$capabilities" --ambient-caps "$capabilities" --bounding-set "-all,$capabilities" \
        tpconnect record $TPCONNECT_OPTIONS 2>/run/messages &
    until grep -q "tracing" /run/messages; do
        kill -0 $! || { cat /run/messages; exit 1; }
        sleep 0.1
    done
    ! (exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null || { echo "port 9 answers"; exit 1; }
    grep -E "^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/$!/status
    [[ $(sed -n "s/^CapEff:\t//p" /proc/$!/status) == 0000000000000000 ]]
    kill -TERM $!
    wait $!
    cat /run/messages
    tpconnect history -P 9 -o text | grep "dst=127.0.0.1:9 .*error=ECONNREFUSED"
    test -s /run/tpconnect/metrics.prom'

# A shipper as its unit has it, without systemd: a user of its own, in the group of the store, to nobody who answers.
run_shipper='
    install -d -o 61234 -g 61234 /run/shipper
    setpriv --reuid 61234 --regid 61234 --groups "$(getent group tpconnect | cut -d : -f 3)" --no-new-privs --bounding-set -all \
        tpconnect-ship --offset /run/shipper/offset --metrics-file /run/shipper/metrics.prom \
        /var/lib/tpconnect http://127.0.0.1:9/ 2>/run/messages &
    until grep -q "(connect)" /run/messages; do
        kill -0 $! || { cat /run/messages; exit 1; }
        sleep 0.1
    done
    grep -E "^(Uid|CapEff|NoNewPrivs|Seccomp):" /proc/$!/status
    kill -TERM $!
    wait $!
    cat /run/messages
    grep "^tpconnect_ship_errors_total.*connect" /run/shipper/metrics.prom
    rm -r /run/shipper'

purge='
    dpkg -L tpconnect tpconnect-serve tpconnect-ship | sort -u >/tmp/files
    apt-get -qy purge tpconnect tpconnect-serve tpconnect-ship
    while IFS= read -r file; do
        [[ ! -f $file ]] || { echo "left: $file"; exit 1; }
    done </tmp/files
    left="$(find / -xdev -name "*tpconnect*" -not -path "/proc/*" -not -path "/src/*" -not -path "/run/*" -not -path "/var/log/*")"
    [[ -z $left ]] || { echo "left: $left"; exit 1; }'

in_chroot() {
    if ! make_base bookworm packages >"$work/reason"; then
        not_run "$suite" "$(tail -n 1 "$work/reason")"
        return
    fi
    base="$work/root"
    cp -a "$cache/packages" "$base"
    mkdir -p "$work/src"
    cp "$work"/one/*.deb "$work/src"
    step "they are installed" bash -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive \
        apt-get -qy install --no-install-recommends ./*.deb && getent passwd tpconnect' || return
    step "the service runs" bash -ec "$run_as_service"
    step "the shipper runs" bash -ec "$run_shipper" || return
    step "they are removed" bash -ec "$purge"
    end_all_in "$base"
}

obstacle_to_chroots packages
[[ -n $reason ]] || command -v lintian >/dev/null || reason="there is no lintian"
[[ -n $reason ]] || command -v dh >/dev/null || reason="there is no debhelper"
if [[ -n $reason ]]; then
    not_run "$suite" "$reason"
elif check "they are built" build "$work/one"; then
    [[ $twice == no ]] ||
        { check "they are built again" build "$work/a folder/two" && check "both are the same bytes" same_bytes; }
    check "lintian has nothing against them" lint
    check "the units are confined" units
    in_chroot
fi
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
