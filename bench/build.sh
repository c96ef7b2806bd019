#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Make build/bench: load generator, yardstick, floors and micro benchmark. Never part of tpconnect.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export PATH="$PATH:/usr/sbin"
out=build/bench
flags=(-std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -I. -Isrc -Ibuild -I"$out")

scripts/build.sh
mkdir -p "$out"

case "$(uname -m)" in
x86_64) arch=x86 ;;
aarch64) arch=arm64 ;;
esac

# The program NAME, of NAME.bpf.c and NAME.c.
probe() {
    "${CLANG:-clang}" -target bpf -mcpu="${BPF_CPU:-v3}" -O2 -g -Wall "-D__TARGET_ARCH_$arch" -I. \
        -idirafter "/usr/include/$(cc -print-multiarch)" -c "bench/$1.bpf.c" -o "$out/$1.bpf.o"
    bpftool gen skeleton "$out/$1.bpf.o" name "$1" >"$out/$1.skel.h"
    cc "${flags[@]}" "bench/$1.c" -lbpf -o "$out/$1"
}

probe minimal
probe floor
cc "${flags[@]}" bench/load.c -lpthread -o "$out/load"
cc "${flags[@]}" bench/micro.c build/src/libpure.a -o "$out/micro"
cc "${flags[@]}" bench/metrics.c build/src/libpure.a -o "$out/metrics"
cc "${flags[@]}" -Itests bench/store.c build/src/lib{store,pure}.a -lzstd -lz -lpthread -o "$out/store"
