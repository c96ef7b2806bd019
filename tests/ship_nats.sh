#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# tpconnect-ship and a cluster of three servers of NATS on loopback: whatever happens to them, each line of
# a store comes, and comes once as long as the stream remembers what it has. A reader of its own counts.
# Usage: ship_nats.sh BUILD_DIR [--long] [CASE...]
# --long   cuts and outages of 30 s, as a person would test them
# Needs nats-server and a build with libnats; else all is skipped, aloud. What is started is ended.
set -uo pipefail

build="$(realpath "${1:?usage: ship_nats.sh BUILD_DIR [--long] [CASE...]}")"
shift
outage=4
[[ ${1-} != --long ]] || { outage=30; shift; }
ship="$build/tpconnect-ship" lines="$build/tests/ship_lines" stream="$build/tests/nats_stream"
nkeys="$(dirname "$(realpath "${BASH_SOURCE[0]}")")/ship/nkeys.py"
boot=0a1b2c3d-0000-4000-8000-000000000001
export PATH="$PATH:/usr/sbin"
if ! command -v nats-server >/dev/null || [[ ! -x $stream ]]; then
    echo "skip ship_nats: nats-server or libnats is missing"
    echo "0 passed, 0 failed, 1 skipped"
    exit 0
fi
work="$(mktemp -d)"
chmod 755 "$work"
shipper="" writer="" own="" access=() passed=0 failed=0

cleanup() {
    local pid

    while read -r pid; do
        kill -CONT "$pid" 2>/dev/null
        kill -KILL "$pid" 2>/dev/null
    done < <(cat "$work"/n?.pid)
    wait 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT

pid_of() { cat "$work/$1.pid"; }

# A port for each, of no other test that runs beside.
base=$((20000 + $$ % 10000))
url="nats://127.0.0.1:$((base + 1)),127.0.0.1:$((base + 2)),127.0.0.1:$((base + 3))"
first="nats://127.0.0.1:$((base + 1)),nats://127.0.0.1:$((base + 2)),nats://127.0.0.1:$((base + 3))"

# start_server N: one of three. Its pid is in a file, as each case has a shell of its own.
start_server() {
    nats-server -c "$work/n$1.conf" >>"$work/n$1.log" 2>&1 &
    disown "$!"
    echo "$!" >"$work/n$1.pid"
}

configure() {
    : >"$work/n$1.log" # who waits for a word in it names it at once
    cat >"$work/n$1.conf" <<END
listen: 127.0.0.1:$((base + $1))
server_name: n$1
jetstream { store_dir: "$work/n$1", max_mem: 16M, max_file: 1G }
cluster {
    name: fleet
    listen: 127.0.0.1:$((base + 10 + $1))
    routes: [nats://127.0.0.1:$((base + 11)), nats://127.0.0.1:$((base + 12)), nats://127.0.0.1:$((base + 13))]
}
END
}

gone() { [[ ! -d /proc/$1 ]]; }

# await SECONDS COMMAND...: until it succeeds.
await() {
    local end=$((SECONDS + $1))

    shift
    until "$@"; do
        [[ $SECONDS -lt $end ]] || return 1
        sleep 0.2
    done
}

fail() {
    echo "    $*" >&2
    [[ ! -s said ]] || tail -n 5 said | sed 's/^/    /' >&2
    exit 1
}

# begin NAME [REPLICAS MAX_MESSAGES DUPLICATES_S]: a stream and a store of this case.
begin() {
    subject="$1"
    "$stream" "$first" make "$1" "$1.>" "${2:-3}" "${3:-100000}" "${4:-120}" >/dev/null || fail "no stream"
}

# write_lines LINES PER_FRAME PAUSE_MS: in the background.
write_lines() {
    "$lines" store "$boot" "$@" >written &
    writer=$!
    await 5 test -d "store/$boot" || fail "no store"
}

start_ship() {
    "$ship" --offset offset --metrics-file metrics "${access[@]}" store "$url/$subject.{host}" "$@" 2>>said &
    shipper=$!
}

# metric NAME [LABEL]: the sum of what the shipper says.
metric() { awk -v name="$1" -v label="${2-}" 'index($1, name) == 1 && index($0, label) { sum += $NF } END { print sum + 0 }' metrics 2>/dev/null; }
at_least() { [[ $(metric "$1" "${3-}") -ge $2 ]]; }
says() { grep -q -- "$1" said; }

stop_ship() {
    kill -TERM "$shipper"
    wait "$shipper" || fail "tpconnect-ship ended with $?"
    shipper=""
}

# all_arrived LINES [TWICE]: each line of the store has come, and this many twice at most (default 0).
all_arrived() {
    local n twice

    [[ -z $writer ]] || wait "$writer" || fail "the writer failed"
    writer=""
    [[ -z $shipper ]] || stop_ship
    timeout 90 "$ship" --once --offset offset --metrics-file metrics "${access[@]}" store "$url/$subject.{host}" 2>>said ||
        fail "not all is acknowledged: $?"
    "$stream" "$first" read "$subject" messages >n_messages || fail "the stream cannot be read"
    zstdcat <messages | jq -r '"\(."host.id") \(."tpconnect.boot.id") \(."tpconnect.seq")"' >came
    n="$(sort -u came | wc -l)"
    [[ $n -eq $1 ]] ||
        fail "missing: $(($1 - n)) of $1, the first $(comm -13 <(awk "{ print \$3 }" came | sort) <(seq "$1" | sort) | sort -n | head -n 1)"
    twice=$(($(wc -l <came) - n))
    [[ $twice -le ${2:-0} ]] || fail "$twice came twice"
    echo "    $n lines in $(cat n_messages) messages, $twice twice, $(metric tpconnect_ship_sends_total) tries at the end"
}

# There is none while one is chosen. Sets dead.
leader_is_known() { dead="$("$stream" "$first" leader "$subject")" && [[ -n $dead ]]; }

kill_leader() {
    await 20 leader_is_known || fail "no leader"
    kill -KILL "$(pid_of "$dead")"
    await 5 gone "$(pid_of "$dead")" || fail "a server does not die"
}

# What every other rests on.
case_steady() {
    begin "$1"
    write_lines 20000 500 20
    start_ship
    all_arrived 20000
}

case_leader_killed_twice() {
    begin "$1"
    write_lines $((4000 * outage)) 100 100
    start_ship
    await 10 at_least tpconnect_shipped_records_total 1000 || fail "nothing is shipped"
    for _ in 1 2; do
        kill_leader
        sleep "$outage"
        start_server "${dead#n}"
        sleep 2
    done
    all_arrived $((4000 * outage))
}

case_two_of_three_dead() {
    begin "$1"
    write_lines $((2000 * outage)) 100 100
    start_ship
    await 10 at_least tpconnect_shipped_records_total 1000 || fail "nothing is shipped"
    for n in n1 n2; do
        kill -KILL "$(pid_of "$n")"
        await 5 gone "$(pid_of "$n")" || fail "a server does not die"
    done
    sleep "$outage"
    start_server 1
    start_server 2
    all_arrived $((2000 * outage))
}

# As of a cut without a word: no answer, and no reset.
case_silent_cut() {
    begin "$1"
    write_lines $((2000 * outage)) 100 50
    start_ship
    await 10 at_least tpconnect_shipped_records_total 1000 || fail "nothing is shipped"
    kill -STOP "$(pid_of n1)" "$(pid_of n2)" "$(pid_of n3)"
    sleep $((outage + 4))
    kill -CONT "$(pid_of n1)" "$(pid_of n2)" "$(pid_of n3)"
    all_arrived $((2000 * outage))
}

# Nothing is taken off to make room: what does not fit waits. The bound is of messages, as at a bound of bytes
# nats-server 2.9.10 may take the oldest off all the same (nats-server#4771).
case_stream_full() {
    begin "$1" 3 8
    write_lines 20000 500 10
    start_ship
    await 20 at_least tpconnect_ship_errors_total 1 stream_full || fail "the stream is not full: $(cat metrics)"
    says 'maximum messages exceeded' || fail "not said"
    wait "$writer"
    writer=""
    stop_ship
    # Of a window, a smaller message may still fit where a larger one did not; all others wait in the store.
    "$stream" "$first" read "$subject" messages >n_messages
    [[ $(zstdcat <messages | wc -l) -lt 20000 ]] || fail "the stream has no bound"
    "$stream" "$first" grow "$subject" 100000 || fail "the stream does not grow"
    all_arrived 20000
}

case_again_inside_the_window() {
    begin "$1"
    write_lines 5000 500 0
    all_arrived 5000
    rm offset
    all_arrived 5000
    at_least tpconnect_ship_duplicates_total 10 || fail "no duplicates: $(cat metrics)"
}

case_again_behind_the_window() {
    begin "$1" 3 100000 1
    write_lines 5000 500 0
    all_arrived 5000
    rm offset
    sleep 3
    all_arrived 5000 5000
}

case_killed_and_started_again() {
    begin "$1"
    write_lines 10000 100 60
    for _ in 1 2 3; do
        start_ship
        sleep 1.5
        kill -KILL "$shipper"
        wait "$shipper" 2>/dev/null
        shipper=""
    done
    [[ $(jobs -r | wc -l) -eq 1 ]] || fail "the writer was done before the last start"
    all_arrived 10000
}

case_no_stream() {
    subject="$1"
    write_lines 1000 100 0
    start_ship
    await 15 says 'no stream takes this subject' || fail "not said"
    begin "$1"
    all_arrived 1000
}

# own_server CONFIG...: one that is none of the cluster, on a port of its own.
own_server() {
    printf 'listen: 127.0.0.1:%s\nserver_name: own\njetstream { store_dir: "%s", max_file: 100M }\n%s\n' \
        $((base + 4)) "$PWD/own" "$1" >own.conf
    start_own
}

start_own() {
    : >own.log
    nats-server -c own.conf >own.log 2>&1 &
    own=$!
    await 5 grep -q 'Server is ready' own.log || fail "no server: $(cat own.log)"
}

case_denied_subject() {
    own_server 'authorization { users: [{ user: a, password: b }, { user: none, permissions: { publish: { deny: "denied.>" } } }] }
no_auth_user: none'
    subject=denied
    "$stream" "nats://a:b@127.0.0.1:$((base + 4))" make denied 'denied.>' 1 1000 120 || fail "no stream"
    write_lines 1000 100 0
    url="nats://127.0.0.1:$((base + 4))"
    start_ship
    await 15 says 'Permissions Violation for Publish to "denied' || fail "not said"
    at_least tpconnect_shipped_records_total 1 && fail "shipped all the same"
    await 10 at_least tpconnect_ship_errors_total 1 denied || fail "not counted: $(cat metrics)"
}

case_secrets_are_taken() { # by their files, from the command line
    write_lines 1000 100 0
    for option in --creds --nkey; do
        "$ship" --once --offset offset "$option" "$PWD/nothing" store "$url" >answer 2>&1 && fail "$option: no failure"
        grep -q 'cannot read .*/nothing: No such file' answer || fail "$option: $(cat answer)"
    done
}

# let_in NAME OPTION FILE WRONG: the server lets in who has FILE, again after it was killed, and nobody with WRONG.
let_in() {
    url="nats://127.0.0.1:$((base + 4))"
    begin "$1" 1
    write_lines 3000 100 100
    start_ship "$2" "$4"
    await 15 says Authorization || fail "not said"
    at_least tpconnect_shipped_records_total 1 && fail "shipped all the same"
    stop_ship
    access=("$2" "$3")
    start_ship
    await 15 at_least tpconnect_shipped_records_total 1000 || fail "not shipped: $(cat metrics)"
    kill -KILL "$own"
    start_own
    all_arrived 3000
}

case_nkey() {
    for name in user other; do
        "$nkeys" nkey "$name.nk" >"$name.public" || fail "no keys"
    done
    own_server "authorization { users: [{ user: a, password: b }, { nkey: $(cat user.public) }] }"
    first="nats://a:b@127.0.0.1:$((base + 4))"
    let_in "$1" --nkey "$PWD/user.nk" "$PWD/other.nk"
}

case_creds() {
    mkdir other
    for name in . other; do
        "$nkeys" operator "$name" || fail "no keys"
    done
    own_server "$(cat server.conf)"
    first="nats://127.0.0.1:$((base + 4))"
    export NATS_CREDS="$PWD/user.creds"
    let_in "$1" --creds "$PWD/user.creds" "$PWD/other/user.creds"
}

make_certificates() {
    for ca in good other; do
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$ca" \
            -keyout "$ca.key" -out "$ca.pem" 2>/dev/null
    done
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout server.key \
        -out server.csr 2>/dev/null
    openssl x509 -req -in server.csr -CA good.pem -CAkey good.key -CAcreateserial -days 2 -out server.pem \
        -extfile <(echo 'subjectAltName=DNS:localhost,IP:127.0.0.1') 2>/dev/null
}

case_wrong_authority() {
    make_certificates || fail "no certificates"
    own_server "tls { cert_file: \"$PWD/server.pem\", key_file: \"$PWD/server.key\" }"
    subject=secret
    write_lines 1000 100 0
    url="tls://localhost:$((base + 4))"
    start_ship --ca "$PWD/other.pem"
    await 15 says 'SSL handshake error' || fail "not said"
    at_least tpconnect_shipped_records_total 1 && fail "shipped all the same"
    stop_ship
    "$ship" --once --offset offset --metrics-file metrics --ca "$PWD/good.pem" store "$url/$subject" 2>>said &
    shipper=$!
    await 15 says 'no stream takes this subject' || fail "with the right authority: $(tail -n 3 said)"
}

# In a shell of its own: what it starts but for the cluster ends with it.
run_case() {
    local dir="$work/$1" start=$SECONDS

    mkdir "$dir"
    if (
        cd "$dir" || exit 1
        touch said
        trap 'kill -KILL $shipper $writer $own 2>/dev/null' EXIT
        "case_$1" "$1"
    ); then
        echo "ok ship_nats_$1 ($((SECONDS - start)) s)"
        passed=$((passed + 1))
    else
        echo "not ok ship_nats_$1 ($((SECONDS - start)) s)"
        failed=$((failed + 1))
    fi
}

if [[ $# -eq 0 ]]; then
    mapfile -t cases < <(declare -F | sed -n 's/^declare -f case_//p')
    set -- "${cases[@]}"
fi
for n in 1 2 3; do configure "$n"; done
for n in 1 2 3; do start_server "$n"; done
await 20 grep -q 'JetStream cluster new metadata leader\|Self is new JetStream cluster metadata leader' "$work"/n?.log ||
    { echo "no cluster: $(tail -n 3 "$work"/n?.log)"; exit 1; }
for name; do
    run_case "$name"
done
echo "$passed passed, $failed failed, 0 skipped"
[[ $failed -eq 0 ]]
