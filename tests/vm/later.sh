# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # $work is run.sh's
# Running as many VMs at once as there are CPUs, as each takes one. Sourced by run.sh.

pids=()
# What runs in the background is a process group each, so that it can be ended as a whole.
set -m
trap finish EXIT

finish() {
    local pid

    for pid in $(jobs -rp); do
        kill -TERM -- "-$pid" 2>/dev/null || true
    done
    wait 2>/dev/null
    rm -rf "$work"
}

# A line for each CPU: who has read one may run, and gives it back.
mkfifo "$work/turns"
exec {turns}<>"$work/turns"
seq "$(nproc)" >&"$turns"

# later COMMAND...: when a CPU is free, with a directory of its own in $dir. What it prints is shown in
# the order of these calls. It leaves its row of the table in the file row.
later() {
    local dir="$work/${#pids[@]}"

    mkdir "$dir"
    {
        read -r -u "$turns"
        "$@" >"$dir/said" 2>&1 || true
        echo >&"$turns"
    } &
    pids+=($!)
}

# row NAME PASSED FAILED SKIPPED: of what was no boot.
row() { printf '%s\t-\t%d\t%d\t%d\t0\n' "$@" >"$dir/row"; }

# What all have said, the table, in which rows of one name are one, and its sums.
show_all() {
    local i dir

    for i in "${!pids[@]}"; do
        dir="$work/$i"
        wait "${pids[i]}" || true
        cat "$dir/said"
        [[ -e $dir/row ]] || row "number $i" 0 1 0
    done
    for i in "${!pids[@]}"; do
        cat "$work/$i/row"
    done | awk -F '\t' -v format='%-24s %-22s %6s %6s %7s %7s\n' '
        !($1 in version) { version[$1] = $2; name[++n] = $1 }
        { for (i = 3; i <= 6; i++) { sum[$1, i] += $i; total[i] += $i } }
        END {
            printf "\n" format, "kernel", "version", "passed", "failed", "skipped", "seconds"
            for (i = 1; i <= n; i++)
                printf format, name[i], version[name[i]], sum[name[i], 3], sum[name[i], 4],
                    sum[name[i], 5], sum[name[i], 6]
            printf "\n%d passed, %d failed, %d skipped\n", total[3], total[4], total[5]
            exit total[4] > 0
        }'
}
