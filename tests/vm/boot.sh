#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# One VM, from its boot to its end. Usage:
#   boot.sh DIR NAME PART ARCH KERNEL_DIR CPUS APPEND SECONDS JOB INITRD...
# JOB is what the shell in it runs, SECONDS how long it may take, APPEND more of the kernel's command
# line; KERNEL_DIR is what fetch.sh prints, and the archives are those of image.sh. What the cases say is
# printed, and DIR gets `row`: NAME, the kernel's version, passed, failed, skipped, seconds.
set -euo pipefail

dir="$1" name="$2" part="$3" arch="$4" kernel="$5" cpus="$6" append="$7" seconds="$8" job="$9"
shift 9

# The job is an archive as well, which the kernel takes after the others.
make_initrd() {
    mkdir "$dir/job"
    printf '%s\n' "$job" >"$dir/job/job"
    (cd "$dir/job" && echo job | cpio --quiet -o -H newc -R 0:0) >"$dir/job.cpio"
    cat "$@" "$dir/job.cpio" >"$dir/initrd"
}

# The console goes to console, what the job prints to result. The emulated CPUs take turns in one
# thread: with one for each, an x86 kernel that patches its code (for each tracepoint) was seen to die of
# an int3 that was there no more.
boot() {
    local machine console

    if [[ $arch == arm64 ]]; then
        machine=(qemu-system-aarch64 -machine virt -cpu cortex-a57 -serial "file:$dir/console"
            -chardev "file,id=result,path=$dir/result" -device "pci-serial,chardev=result")
        console="console=ttyAMA0 tty=ttyS0" # tty is init's: the board has one port of its own kind
    else
        machine=(qemu-system-x86_64 -serial "file:$dir/console" -serial "file:$dir/result")
        console="console=ttyS0 tsc=reliable syscall.x32=y" # what Debian switches off
    fi
    : >"$dir/result"
    # In the foreground, so that whoever ends this group of processes ends the VM.
    timeout --foreground "$seconds" "${machine[@]}" -accel "tcg,thread=single" -no-user-config \
        -nodefaults -display none -no-reboot -smp "$cpus" -m 2048 -kernel "$kernel/vmlinuz" \
        -initrd "$dir/initrd" -append "$console panic=-1 tpconnect.vm mitigations=off $append" \
        </dev/null >"$dir/qemu" 2>&1
}

# What the job has said, as it said it.
show() {
    sed -E "s/^(ok|not ok|skip) /\1 $name: /" "$dir/result" |
        grep -vE '^(end of the job|[0-9]+ passed)' || true
}

count() { grep -cE "^$1 " "$dir/result" || true; }

reason_of_end() {
    if [[ $1 -eq 124 ]]; then
        echo "not at its end after $seconds s"
    elif grep -q 'Kernel panic' "$dir/console"; then
        echo "the kernel panicked"
    else
        echo "it ended before the cases did (status $1)"
    fi
}

# The console's last 40 lines; of a panic the first, which say why and may be long past.
console_tail() {
    local first

    first="$(grep -nE -m 1 'BUG: |Oops: |Kernel panic' "$dir/console" | cut -d : -f 1)" || true
    if [[ -n $first ]]; then
        sed -n "$first,$((first + 39))p" "$dir/console"
    else
        tail -n 40 "$dir/console"
    fi
}

status=0
make_initrd "$@"
version="$(cat "$kernel/version")"
echo "== $name${part:+, $part}: $version"
SECONDS=0
boot || status=$?
sed -i 's/\r//g' "$dir/result"
show
oks=$(count ok) bads=$(count 'not ok') skips=$(count skip)
# Whatever kept it from its end is a failure, and so is doing nothing.
if [[ $(tail -n 1 "$dir/result") != "end of the job" || $((oks + bads + skips)) -eq 0 ]]; then
    bads=$((bads + 1))
    echo "not ok $name: $(reason_of_end "$status"); its console:"
    cat "$dir/qemu"
    console_tail | tr -d '\r' | cut -c 1-160 | sed 's/^/    /'
fi
rm "$dir/initrd"
printf '%s\t%s\t%d\t%d\t%d\t%d\n' "$name" "$version" "$oks" "$bads" "$skips" "$SECONDS" >"$dir/row"
