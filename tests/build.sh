#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What building promises: the same bytes anywhere, the commit in --version, and that it depends neither
# on who built first nor on what was installed then. Usage: build.sh; some of it needs root. It builds
# two copies of this checkout, and changes nothing in the checkout itself.
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$(mktemp -d)"
chmod 755 "$work" # for users that are not root
passed=0 failed=0 skipped=0
export PATH="$PATH:/usr/sbin:/sbin"
unset BUILD_DIR MESON_OPTIONS TARGET STATIC V
trap 'rm -rf --one-file-system "$work"' EXIT

fail() { echo "$*"; exit 1; }
skip() { echo "$*"; exit 77; }

# What git would have in a commit, with what was changed; without git, all but what was built.
copy() {
    mkdir -p "$1"
    if git -C "$here" rev-parse --git-dir >/dev/null 2>&1; then
        git -C "$here" ls-files -co --exclude-standard --deduplicate | (cd "$here" &&
            while IFS= read -r file; do [[ ! -e $file ]] || printf '%s\n' "$file"; done)
    else
        (cd "$here" && find . -path './build*' -prune -o -path ./.git -prune -o -type f -print)
    fi | tar -C "$here" -c -T - | tar -C "$1" -x --no-same-owner
}

first() { (cd "$work/one" && "$@"); }
is_root() { [[ $EUID -eq 0 ]] || skip "needs root"; }
# As somebody who is in no file of users.
as_user() { setpriv --reuid=54321 --regid=54321 --clear-groups env HOME=/ "$@"; }

case_interface() { # two fields of one width change their places: sizes and names are the same
    mkdir "$work/swapped"
    cp "$here"/contract/*.h "$work/swapped"
    "$here/contract/interface.sh" INTERFACE "$work/before" "$work/swapped"/*.h
    sed -i 's/filter_port;/filter_new;/; s/filter_dst;/filter_port;/; s/filter_new;/filter_dst;/' \
        "$work/swapped/config.h"
    ! cmp -s "$here/contract/config.h" "$work/swapped/config.h" || fail "nothing was swapped"
    "$here/contract/interface.sh" INTERFACE "$work/after" "$work/swapped"/*.h
    grep -qxE '#define INTERFACE 0x[0-9a-f]{8}u' "$work/after" || fail "no number: $(cat "$work/after")"
    ! cmp -s "$work/before" "$work/after" || fail "the number is the same: $(cat "$work/after")"
}

# The packages are those of here, but cmocka, as if it had not been installed yet.
without_cmocka() {
    local places

    mkdir "$work/pc"
    IFS=: read -ra places < <(pkg-config --variable pc_path pkg-config)
    find "${places[@]}" -name '*.pc' ! -name cmocka.pc -exec ln -sf -t "$work/pc" {} + 2>/dev/null
    PKG_CONFIG_LIBDIR="$work/pc" "$@"
}

case_same_bytes() { # and an archive's version, inside of another checkout or not
    git -C "$work" init -q 2>/dev/null || true
    copy "$work/one"
    copy "$work/a folder/two"
    "$work/one/scripts/build.sh" || fail "it does not build"
    without_cmocka "$work/a folder/two/scripts/build.sh" || fail "it does not build in 'a folder'"
    cmp "$work/one/build/connect.bpf.o" "$work/a folder/two/build/connect.bpf.o" ||
        fail "connect.bpf.o differs"
    strip -o "$work/stripped.one" "$work/one/build/tpconnect"
    strip -o "$work/stripped.two" "$work/a folder/two/build/tpconnect"
    cmp "$work/stripped.one" "$work/stripped.two" || fail "tpconnect differs"
    ! grep -qF "$work" "$work/stripped.one" "$work/one/build/connect.bpf.o" ||
        fail "they say where they were built"
    [[ $(first build/tpconnect --version) =~ ^tpconnect\ [0-9.]+$ ]] ||
        fail "an archive says: $(first build/tpconnect --version)"
}

case_nothing_to_do() {
    touch "$work/before"
    first scripts/build.sh || fail "it does not build again"
    [[ -z $(find "$work/one/build" -name '*.[oa]' -newer "$work/before") ]] || fail "it built again"
    [[ ! $work/one/build/tpconnect -nt $work/before ]] || fail "it was linked again"
}

case_commit() {
    local git=(git -c user.name=test -c user.email=test@invalid -c commit.gpgsign=false)

    command -v git >/dev/null || skip "git is not installed"
    touch "$work/before"
    first git init -q
    first git add .
    first "${git[@]}" commit -qm test
    first scripts/build.sh || fail "it does not build"
    [[ $(first build/tpconnect --version) == "tpconnect "*" ($(first git rev-parse HEAD | cut -c 1-12))" ]] ||
        fail "it says: $(first build/tpconnect --version)"
    # Each program has one file that knows the commit.
    [[ $(find "$work/one/build" -name '*.o' -newer "$work/before" | wc -l) -eq \
        $(grep -rl '^#include "commit.h"' "$work/one/src" | wc -l) ]] || fail "more was compiled than that knows it"
    echo >>"$work/one/README.md"
    first scripts/build.sh
    [[ $(first build/tpconnect --version) == *"+)" ]] || fail "changed: $(first build/tpconnect --version)"
    rm -rf "$work/one/.git"
}

case_tests_left_out() { # the second was built without cmocka, which has been installed since
    cd "$work/a folder/two" || fail "it is not there"
    meson test -C build --no-rebuild --suite unit >"$work/said" 2>&1
    grep -qE '^Skipped: +1' "$work/said" || fail "it does not say what is left out: $(cat "$work/said")"
    scripts/build.sh || fail "it does not build with cmocka"
    [[ $(meson test -C build --list 2>/dev/null | grep -c unit) -gt 10 ]] || fail "no unit tests"
}

case_arguments() {
    local script status

    for script in build check test release; do
        status=0
        first "scripts/$script.sh" --help >"$work/said" 2>&1 || status=$?
        [[ $status -eq 0 && $(head -n 1 "$work/said") == Usage:* ]] || fail "$script.sh --help: $(cat "$work/said")"
        status=0
        first "scripts/$script.sh" --nonsense >"$work/said" 2>&1 || status=$?
        [[ $status -eq 2 && $(wc -l <"$work/said") -eq 1 ]] || fail "$script.sh --nonsense: $(cat "$work/said")"
        grep -q nonsense "$work/said" || fail "$script.sh does not name it: $(cat "$work/said")"
    done
}

stub() {
    local file="$1"
    shift

    mkdir -p "$(dirname "$file")"
    printf '%s\n' '#!/bin/sh' "$@" >"$file"
    chmod +x "$file"
}

# scripts/test.sh itself, with stubs for all that it runs.
case_failed_build() {
    local script status=0

    copy "$work/three"
    for script in scripts/{setup,smoke,check}.sh tests/{build,completions,distro,fuzz/run,live/run,live/doctor,package,report,serve,ship,ship_nats,vm/run}.sh; do
        stub "$work/three/$script" "echo ran $script" 'echo 1 passed, 0 failed, 0 skipped'
    done
    stub "$work/three/tests/live/run.sh" 'echo ran tests/live/run.sh' \
        'echo 1 passed, 0 failed, 0 skipped, 2 run again'
    # shellcheck disable=SC2016 # for the stubs
    stub "$work/three/scripts/build.sh" 'if [ "$BUILD_DIR" = build-asan ]; then echo broken; exit 1; fi' \
        'mkdir -p "$BUILD_DIR/tests"' \
        'for test in writer sink_target replacer; do ln -sf /bin/true "$BUILD_DIR/tests/test_$test"; done' \
        'for program in serve ship; do ln -sf /bin/true "$BUILD_DIR/tpconnect-$program"; done'
    # shellcheck disable=SC2016
    stub "$work/stubs/meson" 'mkdir -p "$5/meson-logs"' \
        "echo '{\"result\": \"OK\"}' >\"\$5/meson-logs/testlog.json\""
    PATH="$work/stubs:$PATH" "$work/three/scripts/test.sh" --quick >"$work/said" 2>&1 || status=$?
    [[ $status -eq 1 ]] || fail "status $status: $(cat "$work/said")"
    grep -q '^not ok build-asan' "$work/said" || fail "it does not say what failed: $(cat "$work/said")"
    [[ $(grep -c '^skip .*: build-asan was not built' "$work/said") -eq 3 ]] || fail "$(cat "$work/said")"
    [[ $(tail -n 1 "$work/said") == "19 passed, 1 failed, 3 skipped" ]] || fail "$(cat "$work/said")"
    grep -q '^live cases run again.*: 10$' "$work/said" || fail "runs again are not added: $(cat "$work/said")"
    ! grep -qE 'ran tests/(vm|distro|package)' "$work/said" || fail "--quick runs VMs and chroots"
    PATH="$work/stubs:$PATH" "$work/three/scripts/test.sh" >"$work/said" 2>&1
    for script in vm/run package; do
        grep -q "ran tests/$script.sh" "$work/said" || fail "without --quick, no $script.sh: $(cat "$work/said")"
    done
    ! grep -q 'ran tests/distro' "$work/said" || fail "without --all, other Debians"
    # shellcheck disable=SC2016
    stub "$work/three/tests/package.sh" 'echo ran tests/package.sh "$@"' 'kill -9 $PPID'
    stub "$work/three/tests/distro.sh" 'echo ran tests/distro.sh "$@"' 'echo 1 passed, 0 failed, 0 skipped'
    PATH="$work/stubs:$PATH" "$work/three/scripts/test.sh" --all >"$work/said" 2>&1 && fail "a lane that died has passed"
    grep -q 'ran tests/distro.sh --sanitized trixie' "$work/said" || fail "with --all, no distro.sh: $(cat "$work/said")"
    grep -q 'ran tests/package.sh --twice' "$work/said" || fail "with --all, packages once: $(cat "$work/said")"
}

# scripts/check.sh notices what it looks for, and says what it cannot look for.
case_check() {
    local tool status=0 tools=(bash cat chmod chown cut dirname env find git grep jq mkdir mktemp nproc readlink rm
        sort stat tail tee tr xargs)

    copy "$work/four"
    cd "$work/four" || fail "it is not there"
    stub scripts/build.sh 'echo built'
    stub tests/live/run.sh 'echo 1 passed, 0 failed, 0 skipped, 3 run again'
    # shellcheck disable=SC2016 # for the stub
    stub "$work/stubs/meson" 'mkdir -p build/meson-logs' \
        'echo "{\"result\": \"OK\"}" >build/meson-logs/testlog.json'
    echo 'static  int x ;' >>src/main.c
    # shellcheck disable=SC2016 # for the script
    echo 'cd $1' >>scripts/run.sh
    printf 'te%s\n' h >>README.md
    PATH="$work/stubs:$PATH" scripts/check.sh >"$work/said" 2>&1 || status=$?
    if command -v clang-format >/dev/null && command -v shellcheck >/dev/null && command -v codespell >/dev/null; then
        [[ $status -eq 1 && $(tail -n 1 "$work/said") == "3 passed, 3 failed, 0 skipped" ]] ||
            fail "status $status: $(cat "$work/said")"
        grep -q 'src/main.c:.*clang-format-violations' "$work/said" || fail "format: $(cat "$work/said")"
        grep -q 'In scripts/run.sh line' "$work/said" || fail "scripts: $(cat "$work/said")"
        grep -q 'README.md:.* the' "$work/said" || fail "spelling: $(cat "$work/said")"
        [[ $(grep -cE '^\([0-9]+\.[0-9] s\)$' "$work/said") -eq 6 ]] || fail "no times: $(cat "$work/said")"
    fi
    mkdir "$work/few"
    for tool in "${tools[@]}"; do
        ln -s "$(command -v "$tool")" "$work/few/$tool"
    done
    # shellcheck disable=SC2016 # for the inner shell
    sed -i 's,^export PATH=.*,export PATH="$ONLY",' scripts/check.sh
    ONLY="$work/stubs:$work/few" scripts/check.sh >"$work/said" 2>&1 || fail "$(cat "$work/said")"
    [[ $(grep -c '^skip: .* is missing: scripts/setup.sh --test' "$work/said") -eq 3 ]] || fail "$(cat "$work/said")"
    [[ $(tail -n 1 "$work/said") == "3 passed, 0 failed, 3 skipped" ]] || fail "$(cat "$work/said")"
}

case_versions() { # doctor and the scripts refuse what meson refuses
    local row doctor="$here/src/commands/doctor_build.c" setup="$here/scripts/setup.sh"

    while read -r name package least file; do
        grep -qF "'>= $least'" "$here/$file" || fail "$file does not ask for $name $least"
        grep -qF "$package:$least" "$setup" || fail "setup.sh does not ask for $package $least"
        row="$(grep -E "\"build: $name\"|^#define ${name^^}_OLDEST" "$doctor" | grep -F "\"$least\"")"
        [[ -n $row ]] || fail "doctor does not ask for $name $least"
    done <<-'VERSIONS'
	meson meson 1.0.0 meson.build
	libbpf libbpf-dev 1.1 meson.build
	clang clang 14 bpf/meson.build
	bpftool bpftool 7.1 bpf/meson.build
	VERSIONS
    grep -q '^CLANG_MIN=14' "$here/scripts/build.sh" || fail "build.sh does not ask for clang 14"
}

# release VERSION: in a clone, as another author. What it says goes to $work/said.
release() {
    (cd "$work/released" && GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=test \
        GIT_CONFIG_KEY_1=user.email GIT_CONFIG_VALUE_1=test@invalid scripts/release.sh "$@") >"$work/said" 2>&1
}

refuses_release() {
    local said="$1"
    shift

    ! release "$@" || fail "it makes a release $*"
    grep -q "$said" "$work/said" || fail "$* says: $(cat "$work/said")"
    [[ -z $(git -C "$work/released" tag) ]] || fail "it has made a tag of $*"
}

case_release() {
    local tarball="$work/released/build/release/tracepoint-connect-7.8.9.tar.gz"

    command -v git >/dev/null || skip "git is not installed"
    copy "$work/released"
    (cd "$work/released" && git init -q && git add . &&
        git -c user.name=test -c user.email=test@invalid commit -qm test)
    refuses_release 'is no version' 7.8
    refuses_release 'is older than' 0.0.1
    refuses_release 'what is new for users' 7.8.9
    sed -i '0,/^## /s//## 7.8.9, unreleased\n\nNews.\n\n## /' "$work/released/CHANGELOG.md"
    refuses_release 'in no commit' 7.8.9
    git -C "$work/released" -c user.name=test -c user.email=test@invalid commit -qam news
    release 7.8.9 || fail "$(cat "$work/said")"
    (cd "${tarball%/*}" && sha256sum -c "${tarball##*/}.sha256") || fail "the checksum is of something else"
    mkdir "$work/unpacked"
    tar -C "$work/unpacked" --strip-components=1 -xf "$tarball" || fail "no archive"
    grep -q "version : '7.8.9'" "$work/unpacked/meson.build" || fail "meson.build has not the version"
    grep -qE '^## 7.8.9, [0-9]{4}-[0-9]{2}-[0-9]{2}$' "$work/unpacked/CHANGELOG.md" || fail "no day"
    [[ $(dpkg-parsechangelog -l "$work/unpacked/debian/changelog" -S Version) == 7.8.9 ]] || fail "Debian's"
    [[ -z $(git -C "$work/released" status --porcelain) ]] || fail "it leaves changes"
    refuses_release_again
}

# What is released stays so.
refuses_release_again() {
    ! release 7.8.9 || fail "it makes it twice"
    grep -q 'a tag v7.8.9 already' "$work/said" || fail "twice, it says: $(cat "$work/said")"
}

case_installed() { # below a place that is not yet the system's
    local file

    DESTDIR="$work/dest" first meson install -C build --no-rebuild >"$work/said" 2>&1 || fail "$(cat "$work/said")"
    for file in bin/tpconnect share/man/man1/tpconnect.1 share/bash-completion/completions/tpconnect; do
        [[ -s $work/dest/usr/local/$file ]] || fail "no $file: $(find "$work/dest" -type f)"
    done
    [[ -z $(find "$work/dest" -type f ! -path "$work/dest/usr/local/*") ]] || fail "$(find "$work/dest" -type f)"
    "$work/dest/usr/local/bin/tpconnect" --version | grep -q '^tpconnect ' || fail "it does not run"
}

case_zshdir() {
    local option want

    while read -r option want; do
        rm -rf "$work/zsh"
        first meson setup "$work/zsh" --prefix=/usr "$option" >"$work/said" 2>&1 || fail "$(cat "$work/said")"
        meson introspect --installed "$work/zsh" | grep -q "\"$want/_tpconnect\"" ||
            fail "not in $want: $(meson introspect --installed "$work/zsh" | grep -o '[^"]*_tpconnect' )"
    done < <(
        if [[ -e /etc/debian_version ]]; then
            echo "--datadir=share /usr/share/zsh/vendor-completions"
        else
            echo "--datadir=share /usr/share/zsh/site-functions"
        fi
        echo "-Dzshdir=/opt/zsh /opt/zsh"
    )
}

case_other_machine() {
    printf "[binaries]\nc = 'cc'\npkgconfig = 'pkg-config'\n[host_machine]\nsystem = 'linux'\n" >"$work/cross"
    printf "cpu_family = 'riscv64'\ncpu = 'riscv64'\nendian = 'little'\n" >>"$work/cross"
    ! first meson setup "$work/riscv" --cross-file "$work/cross" >"$work/said" 2>&1 || fail "it can be set up"
    grep -q 'ERROR: .*x86-64 and arm64.*riscv64' "$work/said" || fail "it said: $(cat "$work/said")"
}

case_link() { # run.sh, called by another name
    is_root
    ln -s "$work/one/scripts/run.sh" "$work/run-it"
    (cd / && "$work/run-it" --version) >"$work/said" 2>&1 || fail "it said: $(cat "$work/said")"
    grep -q '^tpconnect ' "$work/said" || fail "it said: $(cat "$work/said")"
}

case_read_only() {
    is_root
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount bash -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" &&
        cd / && "$0/scripts/run.sh" --version' "$work/one" >"$work/said" 2>&1 ||
        fail "what is built does not run: $(cat "$work/said")"
    grep -q '^tpconnect ' "$work/said" || fail "it said: $(cat "$work/said")"
    mv "$work/one/build" "$work/build"
    # shellcheck disable=SC2016
    unshare --mount bash -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" &&
        "$0/scripts/build.sh"' "$work/one" >"$work/said" 2>&1 && fail "it builds where it cannot"
    mv "$work/build" "$work/one/build"
    [[ $(wc -l <"$work/said") -eq 1 ]] || fail "not one line: $(cat "$work/said")"
}

case_owner() { # root first, then who owns the checkout
    is_root
    command -v setpriv >/dev/null || skip "setpriv is not installed"
    chown -R 54321:54321 "$work/one"
    chown -R 0:0 "$work/one/build"
    as_user "$work/one/scripts/build.sh" >"$work/said" 2>&1 && fail "it built in root's directory"
    [[ $(wc -l <"$work/said") -eq 1 && $(cat "$work/said") == *chown* ]] || fail "it said: $(cat "$work/said")"
    echo >>"$work/one/src/main.c"
    "$work/one/scripts/build.sh" >"$work/said" 2>&1 || fail "as root: $(cat "$work/said")"
    [[ -z $(find "$work/one/build" ! -uid 54321) ]] || fail "root's: $(find "$work/one/build" ! -uid 54321 | head -n 3)"
    echo >>"$work/one/src/main.c"
    as_user "$work/one/scripts/build.sh" >"$work/said" 2>&1 || fail "as the owner: $(cat "$work/said")"
    chown -R 0:0 "$work/one"
}

case_too_old() { # as in Debian 11: said before anything is installed
    is_root
    command -v apt-get >/dev/null || skip "there is no apt here"
    [[ -d /usr/include/bpf ]] || skip "libbpf's headers are not where Debian has them"
    mkdir "$work/bin"
    printf '#!/bin/sh\necho "apt-get $*" >>%s\n' "$work/installed" >"$work/bin/apt-get"
    printf '#!/bin/sh\necho "  Candidate: 1:0.3-2"\n' >"$work/bin/apt-cache"
    chmod +x "$work"/bin/*
    # shellcheck disable=SC2016
    PATH="$work/bin:$PATH" unshare --mount bash -c 'mount -t tmpfs none /usr/include/bpf
        "$0"' "$work/one/scripts/setup.sh" >"$work/said" 2>&1 && fail "it says nothing"
    ! grep -q ' install ' "$work/installed" || fail "it has installed"
    tail -n 1 "$work/said" | grep -q 'libbpf-dev is of version 0.3-2.*STATIC=1' || fail "it said: $(cat "$work/said")"
}

# In this order, as one takes what another has left.
for name in interface same_bytes nothing_to_do commit tests_left_out arguments failed_build check versions release \
    installed zshdir other_machine link read_only owner too_old; do
    status=0
    ("case_$name") >"$work/reason" 2>&1 || status=$?
    case "$status" in
    0) passed=$((passed + 1)) && echo "ok $name" ;;
    77) skipped=$((skipped + 1)) && echo "skip $name: $(tail -n 1 "$work/reason")" ;;
    *) failed=$((failed + 1)) && echo "not ok $name" && head -n 12 "$work/reason" | sed 's/^/    /' ;;
    esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
