# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# --metrics-file: docs/metrics.md. Numbers are compared with what triggers have done.

# sum_of FAMILY PATTERN: over the lines whose labels have it.
sum_of() { awk -v family="$1{" -v has="$2" 'index($0, family) == 1 && index($0, has) { sum += $NF } END { print sum + 0 }' shown/metrics.prom; }

# counted FAMILY LABELS N
counted() {
    local n

    n="$(sum_of "$1" "$2")"
    [[ $n -eq $3 ]] || fail "$1 of $2 is $n and not $3: $(grep "^$1" shown/metrics.prom)"
}

told() { grep -q "$1" shown/metrics.prom 2>/dev/null; }

case_metrics_file() { # docs/spec.md, 7: record, --metrics-file
    serve "$b" 10.99.0.2 80
    # Of who it becomes.
    mkdir -m 777 shown
    record_a --metrics-file shown/metrics.prom
    await told '^tpconnect_build_info' || fail "there is no file: $(cat messages)"
    [[ $(stat -c %a shown/metrics.prom) == 644 ]] || fail "mode $(stat -c %a shown/metrics.prom)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect established 10.99.0.2 80
    trigger flood -q 4 50 127.0.0.1 80
    await told 'destination="127.0.0.1:80",result="failed",error="ECONNREFUSED"} 200$' ||
        fail "not written while it runs: $(cat shown/metrics.prom messages)"
    stop_trace
    counted tpconnect_connect_attempts_total 10.99.0.2:81 1
    counted tpconnect_connect_results_total '10.99.0.2:81",result="failed",error="ECONNREFUSED"' 1
    counted tpconnect_connect_attempts_total 10.99.0.2:80 1
    counted tpconnect_connect_results_total '10.99.0.2:80",result="established"' 1
    counted tpconnect_connections_closed_total 10.99.0.2:80 1
    counted tpconnect_connect_duration_seconds_count service 1
    counted tpconnect_connect_attempts_total service 202
    grep -q " written=$(sed -n 's/^tpconnect_events_written_total //p' shown/metrics.prom) " messages ||
        fail "the books are others: $(grep _events_ shown/metrics.prom; cat messages)"
    counted tpconnect_events_lost_total reason 0
    grep -q '^tpconnect_store_segments 1$' shown/metrics.prom || fail "no store: $(grep store shown/metrics.prom)"
    [[ -z $(find . -name '.metrics.prom*') ]] || fail "something is left: $(ls -a)"
    command -v promtool >/dev/null || return 0
    promtool check metrics <shown/metrics.prom >found 2>&1 || fail "promtool: $(cat found)"
}

late() { grep -q 'full/metrics.prom: its file system does not answer' messages; }

# Neither the ring nor the store waits for it, and what is there is whole.
case_metrics_file_frozen() { # 24
    mount_disk
    chmod 777 full
    record_a --metrics-file full/metrics.prom
    await test -s full/metrics.prom || fail "there is no file: $(cat messages)"
    fsfreeze -f full
    trigger flood -q 4 50 127.0.0.1 80
    await late || await late || fail "not said: $(cat messages)"
    trigger flood -q 4 50 127.0.0.1 80
    stops_in_time
    cp full/metrics.prom seen
    fsfreeze -u full
    trace_ends 0
    [[ $(summary_field sent) -eq 800 && $(summary_field written) -eq 800 ]] ||
        fail "something has waited: $(cat messages)"
    [[ $(tail -c 1 seen | wc -l) -eq 1 ]] || fail "a part of a file: $(tail -n 3 seen)"
    [[ $(grep -c 'does not answer' messages) -eq 1 ]] || fail "said again: $(cat messages)"
}

# Whose file it is, and that the sticky bit keeps it, is said, and nothing else.
case_metrics_file_sticky() {
    mkdir sticky
    chmod 1777 sticky
    echo '# of root' >sticky/metrics.prom
    record_a --metrics-file sticky/metrics.prom
    await grep -q 'cannot write metrics to sticky/metrics.prom: user 0 has that file, and its directory has the sticky bit' messages ||
        fail "not said: $(cat messages)"
    rm sticky/metrics.prom
    await test -s sticky/metrics.prom || fail "not written once it can be: $(cat messages)"
    stop_trace
    ! grep -q 'must be one that' messages || fail "the directory is blamed: $(cat messages)"
}

# What cannot be the file is said before anything is attached.
case_metrics_file_refused() {
    run_traced record --netns "/run/netns/$a" --store store --metrics-file missing/metrics.prom
    [[ $status -eq 1 ]] || fail "exit status $status: $(cat messages)"
    grep -q 'metrics-file: cannot open the directory of missing/metrics.prom: No such file' messages ||
        fail "not said: $(cat messages)"
    run_traced record --netns "/run/netns/$a" --store store --metrics-file /dev/null
    grep -q '/dev/null is no regular file' messages || fail "not said: $(cat messages)"
    [[ -c /dev/null ]] || fail "/dev/null is gone"
}
