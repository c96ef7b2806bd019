#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Build, trace, make one real connection and demand its line. Run it as root.
set -euo pipefail

root="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)"
work="$(mktemp -d)"
tracer=

finish() {
	[[ -z $tracer ]] || kill "$tracer" 2>/dev/null || true
	rm -rf "$work"
}
trap finish EXIT

fail() {
	printf 'smoke: FAILED: %s\n' "$*"
	printf -- '--- events\n'
	cat "$work/events" 2>/dev/null || true
	printf -- '--- messages\n'
	cat "$work/messages" 2>/dev/null || true
	exit 1
}

# Wait up to 10 s for a command to succeed, as long as the tracer lives.
await() {
	for _ in {1..100}; do
		"$@" && return 0
		kill -0 "$tracer" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# Prints its pid, source port and destination port: what the kernel says, not what tpconnect says.
connect_once() {
	python3 - <<-'PYTHON'
		import os, socket
		listener = socket.create_server(("127.0.0.1", 0))
		with socket.create_connection(listener.getsockname()) as connection:
		    print(os.getpid(), connection.getsockname()[1], listener.getsockname()[1])
	PYTHON
}

"$root/scripts/setup.sh"
"$root/scripts/build.sh"

# It builds no more, and ends as tpconnect itself: $! is its pid. The time is a backstop.
"$root/scripts/run.sh" -w "$work/events" -t 60s 2>"$work/messages" &
tracer=$!
# Its first message says that it is attached.
await grep -qs '^tpconnect: ' "$work/messages" || fail "tpconnect did not start"

read -r pid sport dport < <(connect_once) || fail "no connection could be made"
line=" pid=$pid proto=6 dst=127\\.0\\.0\\.1:$dport src=127\\.0\\.0\\.1:$sport .*event=established"
await grep -qs "$line" "$work/events" || fail "no line like '$line'"

kill -TERM "$tracer"
wait "$tracer" || fail "tpconnect ended with status $?"
tracer=
[[ "$(grep -c "pid=$pid .*dst=127\\.0\\.0\\.1:$dport " "$work/events")" == 1 ]] ||
	fail "more than one line for one connection"
printf 'smoke: ok: %s\n' "$(grep "$line" "$work/events")"
