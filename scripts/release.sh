#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Make a release of this checkout: its version in meson.build, CHANGELOG.md and debian/changelog, a commit
# and an annotated tag, and below build/release an archive of that with its checksum. Nothing is sent
# anywhere. Usage: release.sh VERSION
# VERSION     three numbers, 1.2.3; CHANGELOG.md must have a section '## VERSION, unreleased', or
#             '## unreleased'
set -euo pipefail

die() { echo "release: $*" >&2; exit "${status:-1}"; }

usage="Usage: $0 VERSION
Makes a release of this checkout: commit, tag, archive, checksum. Nothing is sent anywhere."
[[ ${1:-} != -h && ${1:-} != --help ]] || { echo "$usage"; exit 0; }
[[ $# -eq 1 ]] || status=2 die "it takes a version, such as 1.2.3"
[[ $1 =~ ^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$ ]] || status=2 die "'$1' is no version: three numbers, such as 1.2.3"

version="$1" name="tracepoint-connect-$1"
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
before="$(sed -n "s/^ *version : '\(.*\)',\$/\1/p" meson.build | head -n 1)"
[[ $(printf '%s\n' "$before" "$version" | sort -V | tail -n 1) == "$version" ]] ||
    die "$version is older than $before, which meson.build has"
[[ -z $(git status --porcelain) ]] || die "there are changes that are in no commit: git status"
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || die "there is a tag v$version already"
grep -qxE "## ($version, )?unreleased" CHANGELOG.md ||
    die "CHANGELOG.md has no section '## $version, unreleased': what is new for users?"

day="$(date -u +%Y-%m-%d)"
sed -i -E "s/^## ($version, )?unreleased\$/## $version, $day/" CHANGELOG.md
sed -i "0,/version : '$before'/s//version : '$version'/" meson.build
maintainer="$(sed -n 's/^Maintainer: //p' debian/control)"
{
    printf 'tracepoint-connect (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n' "$version"
    printf ' -- %s  %s\n' "$maintainer" "$(LC_ALL=C date -uR)"
    # A version that was never released has no stanza of its own before.
    [[ $before == "$version" ]] || { echo && cat debian/changelog; }
} >debian/changelog.new
mv debian/changelog.new debian/changelog

git commit -qam "Release $version"
git tag -a "v$version" -m "tracepoint-connect $version"
mkdir -p build/release
git archive --format=tar --prefix="$name/" "v$version" | gzip -9n >"build/release/$name.tar.gz"
(cd build/release && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "build/release/$name.tar.gz, of the tag v$version. To publish it: git push origin HEAD v$version"
