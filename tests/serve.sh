#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What tpconnect-serve answers, to whom, and that nobody keeps others from it; last, to Debian's Prometheus.
# Usage: serve.sh TPCONNECT_SERVE METRICS, the program that prints a file of metrics. As any user; what root
# must lose is looked at as root only. Case by case on sockets of its own, on loopback, in a directory of its own.
set -euo pipefail

[[ $# -eq 2 && -x $1 && -x $2 ]] || { echo "usage: $0 TPCONNECT_SERVE METRICS" >&2; exit 2; }
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

work="$(mktemp -d)"
chmod 755 "$work" # for nobody, as whom it goes on
cp "$1" "$work/serve"
"$2" >"$work/sample"
serve="$work/serve" file="$work/metrics.prom"
passed=0 failed=0 skipped=0 pids=() problem=""
# However busy the machine is, nothing that is waited for takes so long.
patience=60

end() {
    [[ ${#pids[@]} -eq 0 ]] || kill -9 "${pids[@]}" 2>/dev/null || true
    { wait; } 2>/dev/null
    rm -rf "$work"
}
trap end EXIT

for program in curl python3; do
    command -v "$program" >/dev/null ||
        { echo "skip serve: $program is missing: scripts/setup.sh --test installs it"; echo "0 passed, 0 failed, 1 skipped"; exit 0; }
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

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start ARGUMENT...: serves; $pid is its, $port one that it may use: --listen is there already.
start() {
    port="$(free_port)"
    "$serve" --metrics "$file" --listen "127.0.0.1:$port" "$@" 2>"$work/err" &
    pid=$!
    pids+=("$pid")
    await answers || { complain "it does not answer: $(cat "$work/err")"; return 1; }
}

answers() { curl -s -o /dev/null --max-time 5 "http://127.0.0.1:$port/"; }
stop() { kill "$pid"; wait "$pid" || complain "it ended with status $?"; }
fresh() { cp "$work/sample" "$work/new"; chmod 644 "$work/new"; mv "$work/new" "$file"; }

# get PATH ARGUMENT...: the body in $body, the status in $status, the headers in file headers.
get() {
    local path="$1"
    shift
    status="$(curl -s -o "$work/body" -D "$work/headers" -w '%{http_code}' --max-time 20 "$@" "http://127.0.0.1:$port$path" || true)"
    body="$(tr -d '\0' <"$work/body")"
}

header() { tr -d '\r' <"$work/headers" | sed -n "s/^$1: //Ip"; }

case_forms() {
    fresh
    start || return
    get /metrics
    expect "status" "$status" 200
    expect "type" "$(header content-type)" "text/plain; version=0.0.4; charset=utf-8"
    cmp -s "$work/body" "$file" || complain "text is not the file as it is"
    get /metrics -H 'Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5'
    expect "type" "$(header content-type)" "application/openmetrics-text; version=1.0.0; charset=utf-8"
    expect "last line" "$(tail -n 1 "$work/body")" "# EOF"
    expect "family" "$(grep -c '^# TYPE tpconnect_connect_attempts counter$' "$work/body")" 1
    get /metrics -I
    expect "HEAD" "$status $(header content-length)" "200 $(stat -c %s "$file")"
    stop
}

case_other_requests() {
    fresh
    start || return
    get /healthz
    expect "healthz" "$status $body" "200 ok"
    get /metrics -X POST -d x
    expect "POST" "$status $(header allow)" "405 GET, HEAD"
    get /../etc/passwd --path-as-is
    expect "another path" "$status" 404
    get "/$(head -c 20000 /dev/zero | tr '\0' x)"
    expect_like "a long path" "$status" '^4'
    get '/metrics?x=1'
    expect "a query" "$status" 200
    stop
}

case_no_file() {
    rm -f "$file"
    start || return
    get /metrics
    expect_like "missing" "$status $body" '^503 there is no file .*: is tpconnect record running'
    mkfifo "$file"
    get /metrics
    expect_like "a FIFO" "$status $body" '^503 .* is no regular file'
    rm "$file"
    truncate -s 100M "$file"
    get /metrics
    expect_like "a large file" "$status $body" '^503 .* has 104857600 bytes'
    fresh
    touch -d '75 seconds ago' "$file"
    get /metrics
    expect_like "an old file" "$status $body" '^503 .* is [78][0-9] s old'
    get /healthz
    expect "health by an old file" "$status" 503
    fresh
    touch -d '75 seconds' "$file"
    get /metrics
    expect_like "a file of the future" "$status $body" '^503 .* is of [67][0-9] s in the future'
    for content in '' 'hello' '\x7fELF\0\0' '# x\nx 1\0\n' '<html>\n'; do
        printf '%b' "$content" >"$work/new" && chmod 644 "$work/new" && mv "$work/new" "$file"
        get /metrics
        expect_like "'$content'" "$status $body" '^503 .* is (empty|no file of metrics: it is not in the text format)'
        get /healthz
        expect "health by '$content'" "$status" 503
    done
    fresh
    get /metrics
    expect "once it is there" "$status" 200
    printf '# x\nx 1\n' >"$work/new" && chmod 644 "$work/new" && mv "$work/new" "$file"
    get /metrics
    expect "a new file" "$body" $'# x\nx 1'
    stop
}

# Started by root, who may read all, it must be another that may not.
case_unreadable() {
    fresh
    chmod 000 "$file"
    start || return
    get /metrics
    expect_like "unreadable" "$status $body" '^503 cannot open .*: Permission denied; user [0-9]+ must'
    stop
    rm -f "$file"
}

case_privileges() {
    [[ $EUID -eq 0 ]] || { skip "it needs root to have some to lose"; return; }
    fresh
    start || return
    expect "what is left" "$(awk '/^(Uid|Gid|CapInh|CapPrm|CapEff|CapAmb|NoNewPrivs):/ { printf "%s ", $2 }' "/proc/$pid/status")" \
        "65534 65534 0000000000000000 0000000000000000 0000000000000000 0000000000000000 1 "
    expect "groups" "$(sed -n 's/^Groups:[[:space:]]*//p' "/proc/$pid/status")" ""
    stop
}

# 200 who say nothing, and 50 who say something each 100 ms, while others are answered; none stays.
case_slow_clients() {
    local began

    fresh
    start || return
    python3 "$here/slow_clients.py" "$port" 200 50 >"$work/slow" &
    pids+=("$!")
    await grep -q connected "$work/slow" || return
    for _ in 1 2 3 4 5; do
        began="$(date +%s%N)"
        get /metrics
        expect "beside slow clients" "$status $(wc -c <"$work/body")" "200 $(stat -c %s "$file")"
        [[ $(($(date +%s%N) - began)) -lt 5000000000 ]] || complain "it took 5 s and more"
    done
    await grep -q 'all gone' "$work/slow"
    get /healthz
    expect "after them" "$status" 200
    expect "descriptors" "$(find "/proc/$pid/fd" -lname 'socket:*' | wc -l)" 1
    stop
}

# given WHAT PROGRAM...: with a socket that listens, or a file, as descriptor 3, for the process itself.
given() {
    exec python3 - "$@" <<'END'
import os, socket, sys
s = socket.socket() if sys.argv[1] != "datagram" else socket.socket(type=socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("127.0.0.1", int(os.environ["PORT"])))
if sys.argv[1] == "listening":
    s.listen()
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ |= {"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid() + (sys.argv[1] == "other"))}
os.execv(sys.argv[2], sys.argv[2:])
END
}

case_activation() {
    fresh
    port="$(free_port)"
    export PORT="$port"
    given listening "$serve" --metrics "$file" 2>"$work/err" &
    pid=$!
    pids+=("$pid")
    await answers || return
    get /metrics
    expect "status" "$status" 200
    stop
    refused 2 'cannot be used with sockets of a service manager' \
        given listening "$serve" --metrics "$file" --listen 127.0.0.1:1
    refused 1 'is no stream socket that listens' given datagram "$serve" --metrics "$file"
    refused 1 'is no stream socket that listens' given bound "$serve" --metrics "$file"
}

# refused STATUS MESSAGE COMMAND...
refused() {
    local expected="$1" message="$2" got=0
    shift 2
    timeout "$patience" bash -c '"$@"' bash "$@" >"$work/out" 2>&1 || got=$?
    expect "status of $*" "$got" "$expected"
    expect_like "message of $*" "$(cat "$work/out")" "$message"
}
export -f given

case_command_lines() {
    fresh
    refused 2 'metrics FILE is missing' "$serve"
    refused 2 "unrecognized option '--nonsense'" "$serve" --nonsense
    refused 2 'takes no arguments' "$serve" --metrics "$file" x
    for wrong in x 127.0.0.1 127.0.0.1:0 127.0.0.1:70000 ::1:80 '[::1]' localhost:80 :80; do
        refused 2 'is not an address and a port' "$serve" --metrics "$file" --listen "$wrong"
    done
    refused 2 "is not a socket's name" "$serve" --metrics "$file" --listen "unix:$(printf '%0200d' 0)"
    refused 0 '^Usage: tpconnect-serve' "$serve" --help
    refused 0 '^tpconnect-serve [0-9]' "$serve" --version
    start || return
    refused 1 'cannot listen on .*Address already in use; name another' \
        "$serve" --metrics "$file" --listen "127.0.0.1:$port"
    stop
}

case_hangup() {
    fresh
    start || return
    kill -HUP "$pid"
    get /metrics
    expect "after SIGHUP" "$status" 200
    expect_like "where it listens" "$(cat "$work/err")" "^tpconnect-serve: listening on 127.0.0.1:$port, with the metrics of "
    stop
}

case_unix_socket() {
    local socket="$work/socket"

    fresh
    start --listen "unix:$socket" || return
    expect "mode of the socket" "$(stat -c %a "$socket")" 666
    expect "by its socket" "$(curl -s --unix-socket "$socket" http://host/healthz)" ok
    refused 1 'Address already in use' "$serve" --metrics "$file" --listen "unix:$socket"
    kill -9 "$pid"
    { wait "$pid"; } 2>/dev/null || true
    start --listen "unix:$socket" || return
    expect "by the socket of one that died" "$(curl -s --unix-socket "$socket" http://host/healthz)" ok
    stop
}

case_promtool() {
    command -v promtool >/dev/null || { skip "promtool is missing: scripts/setup.sh --test installs it"; return; }
    fresh
    start || return
    get /metrics
    promtool check metrics <"$work/body" >"$work/out" 2>&1 || complain "$(cat "$work/out")"
    stop
}

# Its textfile collector must take the file as it is, and beside its own metrics.
case_node_exporter() {
    local exporter=prometheus-node-exporter

    command -v "$exporter" >/dev/null || { skip "$exporter is missing: scripts/setup.sh --test installs it"; return; }
    fresh
    port="$(free_port)"
    "$exporter" --collector.disable-defaults --collector.textfile --collector.textfile.directory="$work" \
        --web.listen-address="127.0.0.1:$port" >"$work/out" 2>&1 &
    pids+=("$!")
    await answers || { complain "$(cat "$work/out")"; return; }
    get /metrics
    expect "status" "$status" 200
    expect "errors" "$(grep level=error "$work/out")$(sed -n 's/^node_textfile_scrape_error //p' <<<"$body")" 0
    expect "series" "$(grep -c '^tpconnect_' <<<"$body")" "$(grep -c '^tpconnect_' "$file")"
}

# Of Prometheus' Python client, which is stricter than Prometheus is; what it must refuse comes first.
case_openmetrics() {
    local python=/usr/bin/python3 strict='from prometheus_client.openmetrics.parser import text_string_to_metric_families as families
import sys
print(sum(s.exemplar is not None for f in families(sys.stdin.read()) for s in f.samples))'

    "$python" -c 'import prometheus_client.openmetrics' 2>/dev/null ||
        { skip "prometheus_client is missing: scripts/setup.sh --test installs it"; return; }
    ! "$python" -c "$strict" <"$work/sample" >/dev/null 2>&1 || complain "it takes text for OpenMetrics"
    fresh
    start || return
    get /metrics -H 'Accept: application/openmetrics-text'
    expect "exemplars" "$("$python" -c "$strict" <"$work/body" 2>&1 | tail -n 1)" 3
    stop
}

# query PATH ARGUMENTS: what Prometheus answers.
query() { curl -s --max-time 10 -G "http://127.0.0.1:$prometheus_port/api/v1/$1" "${@:2}"; }
value() { query query --data-urlencode "query=$1" | jq -r '.data.result[0].value[1] // "none"'; }
is_value() { [[ $(value "$1") == "$2" ]]; }

case_prometheus() {
    local prometheus_port

    for program in prometheus jq; do
        command -v "$program" >/dev/null ||
            { skip "$program is missing: scripts/setup.sh --test installs it"; return; }
    done
    fresh
    start || return
    prometheus_port="$(free_port)"
    cat >"$work/prometheus.yml" <<END
global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: tpconnect
    static_configs: [{targets: ["127.0.0.1:$port"]}]
END
    prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
        --web.listen-address="127.0.0.1:$prometheus_port" --enable-feature=exemplar-storage \
        >"$work/prometheus" 2>&1 &
    pids+=("$!")
    await is_value 'up' 1 || { complain "$(tail -n 3 "$work/prometheus")"; return; }
    expect "attempts" "$(value 'sum(tpconnect_connect_attempts_total)')" 202
    expect "a class of loss" "$(value 'tpconnect_events_lost_total{reason="ring"}')" 40
    # 90 handshakes of 1, 2, ... 90 ms.
    expect_like "the median" "$(value 'histogram_quantile(0.5, tpconnect_connect_duration_seconds_bucket{service="nginx.service"})')" \
        '^0\.045(0000000000[0-9]*)?$|^0\.04499999999[0-9]*$'
    expect "a hostile name" "$(query query --data-urlencode 'query=tpconnect_connect_attempts_total{service=~"say.*"}' |
        jq -r '.data.result[0].metric.service')" 'say "hi"\??[31m?'
    expect "an exemplar" "$(query query_exemplars --data-urlencode 'query=tpconnect_connect_duration_seconds_bucket{service="~host"}' \
        --data-urlencode start=1795390000 --data-urlencode end=1795392000 |
        jq -r '.data[0].exemplars[0] | "\(.labels.connection_id) \(.value)"')" "e8990a4600-2 8"
    touch -d '75 seconds ago' "$file"
    await is_value 'up' 0
    stop
}

skip() { skip_reason="$1"; }

run() {
    local name="${1#case_}" began="$EPOCHREALTIME"

    problem="" skip_reason=""
    "$1" || true
    if [[ -n $problem ]]; then
        echo "not ok $name: $problem"
        failed=$((failed + 1))
    elif [[ -n $skip_reason ]]; then
        echo "skip $name: $skip_reason"
        skipped=$((skipped + 1))
    else
        echo "ok $name ($(((${EPOCHREALTIME/[.,]/} - ${began/[.,]/}) / 1000)) ms)"
        passed=$((passed + 1))
    fi
}

for name in $(declare -F | sed -n 's/^declare -f //; /^case_/p'); do
    run "$name"
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
