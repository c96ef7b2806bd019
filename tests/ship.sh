#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Whether tpconnect-ship brings each line of a store to a server that fails in every way a server can
# (tests/ship/server.py), and twice only where it must. Usage: ship.sh TPCONNECT_SHIP SHIP_LINES [TPCONNECT].
# SHIP_LINES writes stores (tests/ship/lines.c); with TPCONNECT, and as root, one case has the real recorder.
# Case by case, on loopback, in a directory of its own; two thirds of a minute at most.
set -euo pipefail

[[ $# -ge 2 && $# -le 3 && -x $1 && -x $2 ]] || { echo "usage: $0 TPCONNECT_SHIP SHIP_LINES [TPCONNECT]" >&2; exit 2; }
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
tpconnect="${3:+$(realpath "$3")}"

work="$(mktemp -d)"
chmod 755 "$work" # for the user of a store
cp "$1" "$work/ship"
cp "$2" "$work/lines"
passed=0 failed=0 skipped=0 pids=() problem=""
# However busy the machine is, nothing that is waited for takes so long.
patience=60
boot=2d5133c0-65f3-40b2-b375-c04866d418e1
boot2=2d5133c0-65f3-40b2-b375-c04866d418e2
export LC_ALL=C.UTF-8

end() {
    [[ ${#pids[@]} -eq 0 ]] || kill -9 "${pids[@]}" 2>/dev/null || true
    { wait; } 2>/dev/null
    rm -rf "$work"
}
trap end EXIT

for program in python3 zstdcat jq openssl; do
    command -v "$program" >/dev/null ||
        { echo "skip ship: $program is missing: scripts/setup.sh --test installs it"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
done

complain() { problem="${problem:+$problem; }$*"; }
expect() { [[ $2 == "$3" ]] || complain "$1: '$2' and not '$3'"; }
expect_like() { [[ $2 =~ $3 ]] || complain "$1: '$2' is not like '$3'"; }

# await COMMAND...: until it is true.
await() {
    local until=$((SECONDS + patience))

    until "$@" >/dev/null 2>&1; do
        [[ $SECONDS -lt $until ]] || { complain "waited in vain for: $*"; return 1; }
        sleep 0.05
    done
}

# start_server TOP [CERT KEY CLIENT_CA]: one for all cases, as Python takes long to start.
start_server() {
    mkdir -p "$1"
    : >"$1/arguments"
    python3 "$here/ship/server.py" "$@" 2>"$1/err" &
    pids+=("$!")
}

# serve ARGUMENT...: a server that has stored nothing yet; $port is its. serve_at TOP ARGUMENT...: that one.
serve() { serve_at "$work/http" "$@"; }
serve_at() {
    server="$1/server"
    await test -e "$1/port" || { complain "no server: $(cat "$1/err")"; return 1; }
    rm -rf "$server"
    mkdir "$server"
    # Each has counts of its own.
    printf '%s\n' "${@:2}" --every=0 "${@:2}" >"$1/arguments"
    port="$(cat "$1/port")"
    url="http://127.0.0.1:$port/in?id={id}"
}

# ship ARGUMENT...: to the end of the store; what it says is in err.
ship() { timeout "$patience" "$work/ship" --offset "$work/offset" "$@" 2>"$work/err"; }
ship_once() { ship --once "$@" "$work/store" "$url" || complain "it ended with status $?: $(cat "$work/err")"; }

# start ARGUMENT...: in the background: $pid.
start() {
    "$work/ship" --offset "$work/offset" "$@" "$work/store" "$url" 2>>"$work/err" &
    pid=$!
    pids+=("$pid")
}

stop() { kill -TERM "$pid"; wait "$pid" || complain "it ended with status $?: $(cat "$work/err")"; }

has_ended() { ! kill -0 "$pid" 2>/dev/null; }
fails_by_itself() {
    await has_ended || kill -KILL "$pid"
    if wait "$pid"; then complain "it ended with status 0"; fi
}

# lines BOOT LINES PER_FRAME [PAUSE_MS [SIZE]]
lines() { "$work/lines" "$work/store" "$@" >>"$work/written"; }

fresh() {
    rm -rf "$work"/{store,offset*,written,err,metrics}
    : >"$work/err"
    problem=""
}

# What the server has, as lines.
stored() {
    local file

    for file in "$server"/stored.*; do
        case "$file" in
        *.zstd) zstdcat "$file" ;;
        *.gzip) zcat "$file" ;;
        *.none) cat "$file" ;;
        esac
    done
}

# The names of lines, whose keys are in this order.
ids() { sed -E 's/^[^}]*"tpconnect.seq":([0-9]+),"host.id":"([^"]*)",[^}]*"tpconnect.boot.id":"([^"]*)".*/\2 \3 \1/'; }
has_all() { [[ $(stored | ids | sort -u | wc -l) -eq $1 ]]; }

# expect_all LINES: each line of the store is there, and nothing else, and is as it was.
expect_all() {
    stored | sort -u >"$work/got"
    zstdcat "$work"/store/*/*.zst | sort >"$work/kept"
    cmp -s "$work/got" "$work/kept" || complain "$(wc -l <"$work/got") other lines than the $(wc -l <"$work/kept") of the store"
    expect "distinct names" "$(ids <"$work/got" | sort -u | wc -l)" "$1"
}

# has_metric PATTERN: a line of the file of metrics.
has_metric() { grep -qx -- "$1" "$work/metrics" || complain "no metric $1"; }

# Frames that came twice, but for those whose answer was lost.
twice() {
    awk '$1 ~ /^(stored|slow|reset_after|cut_answer)$/ { n[$2]++; lost[$2] += $1 ~ /reset_after|cut_answer/ }
        END { for (id in n) if (n[id] > 1 + lost[id]) print id, n[id] }' "$server/log"
}

said() { grep -c -- "$1" "$work/err" || true; }

case_all_arrives() {
    serve
    lines "$boot" 5000 500
    lines "$boot2" 300 7
    ship_once
    expect_all 5300
    expect "requests" "$(wc -l <"$server/log")" 53
    # Several are on their way at once: any of them may be stored first.
    expect_like "the id" "$(grep ':1-500 ' "$server/log")" "^stored 4c1dd0ab2d4f4a4a8f2ab1c24bd1ab0e:$boot:1-500 /in\\?id=4c1dd0ab2d4f4a4a8f2ab1c24bd1ab0e%3A$boot%3A1-500 "
    # As it lies on disk, byte by byte.
    expect "the first frame" "$(head -c 40 "$server/stored.zstd" | od -An -tx1 -N4)" " 28 b5 2f fd"
    ship_once
    expect "requests of a second run" "$(wc -l <"$server/log")" 53
    expect_like "its last line" "$(tail -n 1 "$work/err")" "records=0 "
    ship_once --from-start
    expect "requests from the start" "$(wc -l <"$server/log")" 106
}

case_every_fault() { # each in turn, at every fourth request, with several on their way
    serve --every 4
    lines "$boot" 4000 100
    ship_once --timeout 500ms
    expect_all 4000
    expect "kinds of faults" "$(cut -d ' ' -f 1 "$server/log" | sort -u | wc -l)" 9
    expect "twice" "$(twice)" ""
    expect_like "its last line" "$(tail -n 1 "$work/err")" "records=4000 .* errors=[1-9]"
    expect "escape sequences" "$(grep -c $'\x1b' "$work/err" || true)" 0
}

case_halves() {
    serve --lines-max 100
    lines "$boot" 3000 500
    ship_once
    expect_all 3000
    expect "twice" "$(twice)" ""
    expect "said" "$(said 'HTTP 413; it is sent in halves')" 1
}

case_line_too_large() { # it is passed over, and all others arrive
    serve --too-large 777
    lines "$boot" 1000 500
    ship_once
    expect "names" "$(stored | ids | sort -u | wc -l)" 999
    expect "said" "$(said 'line 777 of boot .* too large for the output, and passed over')" 1
    expect_like "its last line" "$(tail -n 1 "$work/err")" "too_large=1"
    ship_once
    expect_like "a second run" "$(tail -n 1 "$work/err")" "sends=0"
}

case_retry_after() {
    serve --every 3 --faults 429
    lines "$boot" 500 100
    ship_once --window 1
    expect_all 500
    expect "waits of less than the second that it asks for" \
        "$(awk '$1 == 429 { at = $4 } $1 != 429 && at { n += $4 - at < 1; at = 0 } END { print n + 0 }' "$server/log")" 0
}

case_refused() { # it holds, says once what the server says, and tries slowly
    serve
    printf '400 no such table \e[2J\xff\nmore\n' >"$server/answer"
    lines "$boot" 100 10
    start --metrics-file "$work/metrics"
    await grep -q 'HTTP 400' "$work/err"
    sleep 1
    stop
    expect "said" "$(said 'HTTP 400: no such table .x1b.2J.xff; nothing goes on until that is mended')" 1
    expect "requests" "$(wc -l <"$server/log")" 4
    expect "acknowledged" "$(test -e "$work/offset" && echo some || echo nothing)" nothing
    has_metric 'tpconnect_ship_errors_total{output="[^"]*/in",reason="http_400"} 4'
    has_metric 'tpconnect_ship_lag_seconds{output="[^"]*"} 0*[1-9][0-9.]*'
    ! command -v promtool >/dev/null || promtool check metrics <"$work/metrics" >"$work/promtool" 2>&1 ||
        complain "promtool: $(cat "$work/promtool")"
    rm "$server/answer"
    ship_once
    expect_all 100
}

case_redirect() { # is not followed, and its query is not shown
    serve
    echo '307 look there' >"$server/answer"
    lines "$boot" 10 10
    start
    await grep -q 'HTTP 307' "$work/err"
    stop
    expect "said" "$(said 'HTTP 307, which is not followed, to http://elsewhere.example/; ')" 1
}

case_endless_answer() {
    serve
    echo endless >"$server/answer"
    lines "$boot" 10 10
    ship --once "$work/store" "$url" || complain "status $?: $(cat "$work/err")"
    expect "requests" "$(wc -l <"$server/log")" 1
}

case_ended_and_started() { # by SIGTERM nothing comes twice; by SIGKILL only what it could not save
    local round

    serve --every 2 --faults slow
    lines "$boot" 8000 40
    for round in TERM KILL TERM KILL; do
        : >"$work/err"
        start --window 2
        sleep 0.7
        kill "-$round" "$pid"
        wait "$pid" 2>/dev/null || [[ $round == KILL ]] || complain "SIGTERM: status $?: $(cat "$work/err")"
    done
    [[ -s $work/offset ]] || complain "no offset was kept"
    ship_once --window 16
    expect_all 8000
    # What two seconds have acknowledged, at most.
    [[ $(stored | wc -l) -le 11000 ]] || complain "$(stored | wc -l) lines arrived"
}

case_grows() { # while it is written, in many segments, with a server that fails now and then
    serve --every 9
    lines "$boot" 100 10
    start --timeout 500ms
    # 8 segments at least, none of which goes.
    lines "$boot" 2000 20 10 400000
    await has_all 2100
    lines "$boot2" 500 50 10
    await has_all 2600
    stop
    expect_all 2600
    expect "twice" "$(twice)" ""
}

case_outrun() { # a bounded store drops what was not sent: said, counted, and the gap is just that
    local names missing

    serve
    echo 503 >"$server/answer"
    lines "$boot" 300 100 0 40000
    start --window 1
    await grep -q 'HTTP 503' "$work/err"
    lines "$boot" 3000 100 1 40000
    rm "$server/answer"
    await has_last 3300
    stop
    names="$(stored | ids | sort -u | wc -l)"
    missing="$(sed -n 's/.* missing=\([0-9]*\) .*/\1/p' "$work/err" | tail -n 1)"
    [[ $missing -gt 0 ]] || complain "nothing is missing"
    expect "what arrived, and what is missing" "$((names + missing))" 3300
    expect "what is missing, by its ranges" "$(sed -n 's/.*: lines \([0-9]*\) to \([0-9]*\) of boot.*/\1 \2/p' "$work/err" |
        awk '{ n += $2 - $1 + 1 } END { print n + 0 }')" "$missing"
}

has_last() { stored | ids | grep -q " $1$"; }

case_store_goes() {
    serve
    lines "$boot" 100 10
    start
    await has_all 100
    mv "$work/store" "$work/store.away"
    fails_by_itself
    expect "said" "$(said 'was removed, or another is in its place')" 1
    rm -rf "$work/store.away"
}

case_begun_anew() { # within the boot that runs: other lines have the numbers of those that were sent
    local boot

    boot="$(cat /proc/sys/kernel/random/boot_id)"
    serve
    lines "$boot" 100 10
    ship_once
    expect_all 100
    rm -rf "$work/store/$boot" "$work/written"
    lines "$boot" 50 10
    if ship --once "$work/store" "$url"; then complain "it ended with status 0"; fi
    expect "said" "$(said "was begun anew within boot $boot: its lines .* up to 100, that were sent")" 1
    # And before its eyes; as many lines and more make no difference then.
    rm "$work/offset"
    : >"$work/err"
    start
    await has_stored 150
    rm -rf "$work/store/$boot"
    lines "$boot" 300 10
    fails_by_itself
    expect "said" "$(said "was begun anew within boot $boot")" 1
    expect "what arrived" "$(stored | wc -l)" 150
}

case_crashed() { # what was sent of a boot that is over, and was not on the disk yet, is no new store
    serve
    lines "$boot" 100 10
    ship_once
    rm -rf "$work/store/$boot"
    lines "$boot" 90 10
    ship_once
    lines "$boot2" 20 10
    ship_once
    expect "what arrived" "$(stored | wc -l)" 120
}

has_stored() { [[ $(stored | wc -l) -eq $1 ]]; }

case_encodings() {
    local name

    for name in gzip none; do
        fresh
        serve
        lines "$boot" 1000 300
        ship_once --compress "$name"
        expect_all 1000
        [[ -s $server/stored.$name ]] || complain "nothing came as $name"
    done
}

case_otlp() {
    local n

    serve --say '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old\u001b"}}'
    lines "$boot" 1000 300
    lines "$boot2" 10 10
    ship_once --format otlp
    zstdcat "$work"/store/"$boot"/*.zst >"$work/kept"
    zcat "$server/stored.gzip" | head -c -0 >"$work/bodies"
    # Both boots have lines of the same numbers: the first alone.
    n="$(jq -c 'select(.resourceLogs[0].resource.attributes[2].value.stringValue == "'"$boot"'")' "$work/bodies" |
        python3 "$here/ship/otlp.py" "$work/kept" 2>&1)" || complain "no OTLP: $n"
    expect "records" "$(tail -n 1 <<<"$n")" 1000
    expect "rejected" "$(sed -n 's/.* rejected=//p' "$work/err")" 10
    expect "said" "$(said 'has not taken 2 of the records of a request: too old.x1b')" 1
    expect_like "the last line" "$(tail -n 1 "$work/err")" "records=1010 .* errors=5 "
}

# certificate NAME CA: NAME.crt and NAME.key, signed by CA; of itself, a CA.
certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$work/$1.key" -out "$work/$1.csr" 2>/dev/null
    if [[ $1 == "$2" ]]; then
        openssl req -x509 -key "$work/$1.key" -subj "/CN=$1" -days 2 -out "$work/$1.crt" 2>/dev/null
    else
        openssl x509 -req -in "$work/$1.csr" -CA "$work/$2.crt" -CAkey "$work/$2.key" -CAcreateserial -days 2 \
            -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1") -out "$work/$1.crt" 2>/dev/null
    fi
    chmod 644 "$work/$1.key"
}

case_tls() {
    certificate ca ca
    certificate other other
    certificate site ca
    certificate client ca
    start_server "$work/https" "$work/site.crt" "$work/site.key" "$work/ca.crt"
    serve_at "$work/https"
    url="https://localhost:$port/in"
    lines "$boot" 100 10
    start --ca "$work/other.crt" --cert "$work/client.crt" --key "$work/client.key"
    await grep -q '(tls)' "$work/err"
    stop
    : >"$work/err"
    start --cert "$work/client.crt" --key "$work/client.key"
    await grep -q '(tls)' "$work/err"
    stop
    [[ ! -e $server/log ]] || complain "something was sent to who could be anybody"
    ship --once --ca "$work/ca.crt" --cert "$work/client.crt" --key "$work/client.key" "$work/store" "$url" ||
        complain "status $?: $(cat "$work/err")"
    expect_all 100
}

case_token() { # and no secret is shown
    serve --token s3cret
    lines "$boot" 100 10
    echo s3cret >"$work/token"
    printf '# of a proxy\nX-Other: s3cret\n' >"$work/headers"
    url="http://localhost:$port/in?key=s3cret"
    start --token-file "$work/token" --header-file "$work/headers" --metrics-file "$work/metrics"
    await has_all 100
    # What other users may see; the URL is everybody's, which docs/ship.md says.
    ! tr '\0' '\n' <"/proc/$pid/cmdline" | grep -v '^http' | grep -q s3cret || complain "the command line has it"
    stop
    ! grep -q s3cret "$work/err" "$work/offset" "$work/metrics" || complain "it is shown: $(grep s3cret "$work/err" "$work/offset" "$work/metrics")"
    expect "said" "$(said 'over http://')" 1
    rm "$work/offset"
    echo other >"$work/token"
    : >"$work/err"
    start --token-file "$work/token"
    await grep -q 'HTTP 401: who are you?' "$work/err"
    # Renewed: it is read anew for the next try.
    echo s3cret >"$work/token.new"
    mv "$work/token.new" "$work/token"
    stop
}

# refused STATUS PATTERN ARGUMENT...
refused() {
    local status=0

    timeout 10 "$work/ship" "${@:3}" >"$work/out" 2>"$work/refused" || status=$?
    expect "status of ${*:3}" "$status" "$1"
    expect_like "${*:3}" "$(cat "$work/out" "$work/refused")" "$2"
    [[ $(wc -l <"$work/refused") -le 1 ]] || complain "more than a line: $(cat "$work/refused")"
    ! grep -q s3cret "$work/refused" || complain "it is shown: $(cat "$work/refused")"
}

case_refusals() {
    local some=(--offset "$work/offset")

    serve
    lines "$boot" 10 10
    refused 2 'STORE and URL are needed' "$work/store"
    refused 2 'nothing more' "$work/store" "$url" x
    refused 2 "the URL has a user in it.*--token-file" "$work/store" "http://name:s3cret@host/"
    refused 2 'no output for ftp://' "$work/store" "ftp://host/?s3cret"
    refused 2 'is no URL' "$work/store" "host:80"
    refused 2 '--window 65' --window 65 "$work/store" "$url"
    refused 2 '--timeout 0' --timeout 0 "$work/store" "$url"
    refused 2 '--since soon' --since soon "$work/store" "$url"
    refused 2 '--format xml' --format xml "$work/store" "$url"
    refused 2 '--compress lz4' --compress lz4 "$work/store" "$url"
    refused 2 '--cert and --key go together' --cert x "$work/store" "$url"
    refused 2 'two places' --from-start --since 2h "$work/store" "$url"
    refused 1 'cannot open the store .*/nowhere' "${some[@]}" "$work/nowhere" "$url"
    refused 1 'is no store' "${some[@]}" "$server" "$url"
    refused 1 'cannot read .*/nothing: No such file' "${some[@]}" --token-file "$work/nothing" "$work/store" "$url"
    printf 'two words' >"$work/token"
    refused 2 'has no token' "${some[@]}" --token-file "$work/token" "$work/store" "$url"
    printf 'X: y\ns3cret\n' >"$work/headers"
    refused 2 'headers, line 2 is no header' "${some[@]}" --header-file "$work/headers" "$work/store" "$url"
    refused 1 'cannot lock the offset file .*--offset' --offset /proc/x/y "$work/store" "$url"
    ship_once
    refused 1 'it is of another output, http://127.0.0.1' "${some[@]}" "$work/store" "http://127.0.0.1:1/other"
    refused 1 'it is of another output, http://127.0.0.1' "${some[@]}" "$work/store" "$url&s3cret=table"
    refused 1 'is a file: name the store' "${some[@]}" "$(find "$work/store" -name '*.zst')" "$url"
    start
    await grep -q 'sending' "$work/err"
    refused 1 'another tpconnect-ship has the offset file' "${some[@]}" "$work/store" "$url"
    stop
    printf x | dd of="$work/offset" bs=1 seek=60 conv=notrunc 2>/dev/null
    refused 1 'cannot go on by the offset file .*: it is damaged; remove it' "${some[@]}" "$work/store" "$url"
    refused 0 '^Usage: tpconnect-ship' --help
    refused 0 '^tpconnect-ship [0-9]' --version
}

case_privileges() { # of root, nothing is left; the store is another user's, and a name is looked up
    [[ $EUID -eq 0 ]] || skip "needs root"
    serve
    url="http://localhost:$port/in"
    lines "$boot" 100 10
    chown -R 54321:54321 "$work/store"
    chmod -R o-rwx "$work/store"
    mkdir -p "$work/state"
    STATE_DIRECTORY="$work/state" "$work/ship" "$work/store" "$url" 2>"$work/err" &
    pid=$!
    pids+=("$pid")
    await has_all 100
    expect "who it is, and what it may" "$(grep -E '^(Uid|Gid|Groups|CapEff|CapPrm|CapBnd|NoNewPrivs|Seccomp):' "/proc/$pid/status" | tr -s '\t\n ' ' ')" \
        "Uid: 54321 54321 54321 54321 Gid: 54321 54321 54321 54321 Groups: CapPrm: 0000000000000000 CapEff: 0000000000000000 CapBnd: 0000000000000000 NoNewPrivs: 1 Seccomp: 2 "
    stop
    expect "the offset file" "$(stat -c %u "$work/state/http___localhost_${port}_in.offset")" 54321
    # A directory that somebody named, and that was there, stays its owner's.
    chown 0:0 "$work/state"
    refused 1 'cannot lock the offset file .*user 54321' --offset "$work/state/here" "$work/store" "$url"
    expect "who owns the directory that was named" "$(stat -c %u "$work/state")" 0
    rm -rf "$work/state"
}

case_recorder() { # the real one; while the shipper is blocked, it loses nothing
    [[ $EUID -eq 0 && -n $tpconnect ]] || skip "needs root, and tpconnect"
    serve
    echo hang >"$server/answer"
    "$tpconnect" record --store "$work/store" -C bash -d 127.0.0.0/8 2>"$work/record.err" &
    recorder=$!
    pids+=("$recorder")
    await grep -q tracing "$work/record.err" || { skip "it does not trace here: $(tail -n 1 "$work/record.err")"; }
    # The store's owner is who records, without a privilege: so a directory that is made for that user.
    start --offset "$work/offsets/here" --timeout 2s
    for _ in {1..50}; do (exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null || true; done
    sleep 1
    expect "what arrived of a server that hangs" "$(stored | wc -l)" 0
    rm "$server/answer"
    for _ in {1..50}; do (exec 3<>/dev/tcp/127.0.0.1/9) 2>/dev/null || true; done
    kill -TERM "$recorder"
    wait "$recorder" || complain "record: $(cat "$work/record.err")"
    await has_all "$(zstdcat "$work"/store/*/*.zst | wc -l)"
    stop
    expect_all "$(zstdcat "$work"/store/*/*.zst | wc -l)"
    expect "refused connections that arrived" "$(stored | jq -r 'select(."event.name" == "tcp.failed" and ."network.peer.port" == 9) | ."tpconnect.seq"' | sort -u | wc -l)" 100
}

skip() { echo "skip"$'\t'"$*" >"$work/skipped"; exit 77; }

# run NAME: one case, in a shell of its own, as a test.
run() {
    local begin="${EPOCHREALTIME/[.,]/}" status=0 took

    fresh
    (
        pids=()
        trap 'kill -9 "${pids[@]}" 2>/dev/null || true' EXIT
        "case_$1"
        [[ -z $problem ]] || { echo "$problem" >"$work/problem"; exit 1; }
    ) >"$work/case.out" 2>&1 || status=$?
    took="$(((${EPOCHREALTIME/[.,]/} - begin) / 1000)) ms"
    case "$status" in
    0) echo "ok $1 ($took)"; passed=$((passed + 1)) ;;
    77) echo "skip $1: $(cut -f 2 "$work/skipped")"; skipped=$((skipped + 1)) ;;
    *)
        echo "not ok $1 ($took): $(cat "$work/problem" 2>/dev/null)"
        sed 's/^/# /' "$work/case.out" "$work/err"
        failed=$((failed + 1))
        ;;
    esac
    rm -f "$work/problem"
}

start_server "$work/http"
mapfile -t cases < <(declare -F | sed -n 's/^declare -f case_//p')
[[ -z ${CASES:-} ]] || read -ra cases <<<"$CASES"
for name in "${cases[@]}"; do run "$name"; done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
