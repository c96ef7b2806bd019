#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Fuzz what reads bytes that others made. Usage: run.sh BUILD_DIR SECONDS, for each target. Builds
# in BUILD_DIR; what was found stays in BUILD_DIR/corpus-*, and the next run goes on from there. An
# input that breaks a target is left in BUILD_DIR: give it to the target to see that again.
set -euo pipefail

[[ $# -eq 2 && $2 =~ ^[1-9][0-9]*$ ]] || { echo "usage: $0 BUILD_DIR SECONDS" >&2; exit 2; }
mkdir -p "$1"
build="$(realpath "$1")" seconds="$2"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

# One version for the compiler and its run-time library.
clang="${CLANG:-clang}"
flags=(-std=gnu17 -g -O1 -Wall -Wextra -D_GNU_SOURCE '-DVERSION="fuzz"' -I. -Isrc -Itests "-I$build")
sanitize=("-fsanitize=fuzzer,address,undefined" -fno-sanitize-recover=all)
compile=("$clang" "${flags[@]}" "-fsanitize=fuzzer-no-link,address,undefined" -fno-sanitize-recover=all -c)
pure=(src/aggregate/*.c src/model/*.c src/format/*.c src/util/{address,buffer,errno_name,error,huge,json,keywords,names,parse,sha1,utc,utf8,width}.c)

not_ok() { echo "not ok $1: $2"; }

# What a source becomes.
object() { echo "$build/objects/${1//\//_}.o"; }

# Each source once, although several targets have it: it takes longer to compile them than to fuzz. One that
# does not compile is missed by who links it.
compile_all() {
	rm -rf "$build/objects"
	mkdir "$build/objects"
	printf '%s\n' "$@" | sort -u | while read -r source; do
		printf '%s\0-o\0%s\0' "$source" "$(object "$source")"
	done | xargs -0 -n 3 -P "$(nproc)" "${compile[@]}" || true
}

# build_target NAME [MORE...]: the target, the pure rooms and more sources or libraries.
build_target() {
	local parts=() part

	for part in "${pure[@]}" "${@:2}"; do
		case "$part" in
		*.c) parts+=("$(object "$part")") ;;
		*) parts+=("$part") ;;
		esac
	done
	"$clang" "${flags[@]}" "${sanitize[@]}" -o "$build/$1" "tests/fuzz/$1.c" "${parts[@]}"
}

# The value of one of libFuzzer's final statistics.
stat_of() { sed -n "s/^stat::$1: *//p" "$build/$2.log"; }

# fuzz NAME MAX_LEN [MORE...]
fuzz() {
	local name="$1" max_len="$2" room="${1#fuzz_}" artifact

	if ! build_target "$name" "${@:3}"; then
		not_ok "$name" "it does not build"
		return
	fi
	mkdir -p "$build/corpus-$room"
	rm -f "$build/$name.log"
	if "$build/$name" -max_total_time="$seconds" -max_len="$max_len" -timeout=10 \
		-artifact_prefix="$build/" -print_final_stats=1 \
		"$build/corpus-$room" "$build/seeds/$room" >"$build/$name.log" 2>&1; then
		echo "ok $name: $(stat_of number_of_executed_units "$name") runs," \
			"$(stat_of average_exec_per_sec "$name") exec/s"
		return
	fi
	artifact="$(sed -n 's/.*Test unit written to //p' "$build/$name.log" | tail -n 1)"
	not_ok "$name" "see $build/$name.log; to see it again: $build/$name ${artifact:-}"
	# What is wrong, without libFuzzer's progress.
	grep -aE 'not so:|ERROR: |SUMMARY: |runtime error: ' "$build/$name.log" | cat -v |
		sed 's/^/# /' || true
}

mkdir -p "$build/seeds" "$build/contract"
contract/interface.sh INTERFACE "$build/contract/interface.h" contract/*.h
"$clang" "${flags[@]}" -o "$build/write-seeds" tests/fuzz/seeds.c
"$build/write-seeds" "$build/seeds"
"$clang" "${flags[@]}" -o "$build/write-stores" tests/fuzz/seeds_store.c src/store/*.c src/util/{read_at,thread}.c \
	src/util/{address,buffer,error,parse}.c -lzstd -lz -lpthread
rm -rf "$build/seeds/store"
"$build/write-stores" "$build/seeds/store"
mkdir -p "$build/seeds/ship"
printf '0tpconnect-ship 1\noutput http://host/\nboot 0a1b\nseq 7\ncrc 00000000\n' >"$build/seeds/ship/place"
printf '1Sat, 15 Nov 2025 08:12:41 GMT' >"$build/seeds/ship/date"
printf '1{"partialSuccess":{"rejectedLogRecords":"3","errorMessage":"too old"}}' >"$build/seeds/ship/partial"
printf '2{"timestamp":"2026-02-16T12:34:56.1Z","event.name":"tcp.failed","host.id":"h","n":[1,-2.5,{"k":null}]}\n' >"$build/seeds/ship/line"
printf '3https://[::1]:8443,host/path?t={id}' >"$build/seeds/ship/url"
mkdir -p "$build/seeds/replay"
grep -h '^{' tests/golden/{json,who,dns}.txt | split --lines=1 --suffix-length=3 - "$build/seeds/replay/"
mkdir -p "$build/seeds/audit"
printf 'version 1\n/usr/bin/curl api.example.com:443,8000-8999 # why\n"my \\x1b app" [fe80::1%%3]:80\n10.0.0.0/8\nprivate\n' \
	>"$build/seeds/audit/rules"

# each_target COMMAND: with its name, its longest input, and what it links beside the pure rooms.
each_target() {
	"$1" fuzz_decode 1024
	"$1" fuzz_format 2048 tests/fuzz/lines*.c tests/fuzz/who.c -ljansson
	"$1" fuzz_options 2048 src/options/*.c src/util/{cgroup,netns}.c
	"$1" fuzz_cgroup_path 4096 src/enrich/{cgroup_path,container_form}.c
	"$1" fuzz_dns 513 src/dns/{answer,known}.c src/util/cache.c -lresolv
	"$1" fuzz_json_read 1024 src/util/json_{read,pick}.c -ljansson
	"$1" fuzz_replay 4096 src/replay/{parse,set,value}.c src/util/json_read.c
	"$1" fuzz_store 4096 src/store/*.c src/util/{read_at,thread}.c -lzstd -lz -lpthread
	"$1" fuzz_ship 2048 src/ship/{http_answer,otlp,place,retry_after,url}.c src/store/{frame,list,walk}.c \
		src/util/{json_read,read_at}.c -ljansson -lz
	"$1" fuzz_audit 4096 src/audit/*.c
	"$1" fuzz_keys 256 src/terminal/keys.c
}

targets=() sources=("${pure[@]}")
collect() {
	targets+=("${1#fuzz_}")
	for file in "${@:3}"; do
		[[ $file != *.c ]] || sources+=("$file")
	done
}

# All at once, and told in order.
start() { fuzz "$@" >"$build/${1#fuzz_}.said" 2>&1 & }

each_target collect
compile_all "${sources[@]}"
each_target start
wait
for target in "${targets[@]}"; do
	cat "$build/$target.said"
done | tee "$build/said"

passed="$(grep -c '^ok ' "$build/said" || true)"
echo "$passed passed, $((${#targets[@]} - passed)) failed, 0 skipped"
[[ $passed -eq ${#targets[@]} ]]
