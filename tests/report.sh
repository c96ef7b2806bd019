#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What tpconnect report makes of records: the bytes of golden files, then as others read them: a browser
# (Chromium without a screen), a parser of Markdown, Graphviz, and Python. Usage: report.sh TPCONNECT, as any
# user. A program that is missing is a skip. Ends with 'N passed, N failed, N skipped'.
set -uo pipefail

[[ $# -eq 1 && -x $1 ]] || { echo "usage: $0 TPCONNECT" >&2; exit 2; }
tpconnect="$(realpath "$1")"
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
record="$here/golden/report.json"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
passed=0 failed=0 skipped=0

ok() { echo "ok $1"; passed=$((passed + 1)); }
not_ok() { printf 'not ok %s\n' "$1"; sed 's/^/    /' "$work/why"; failed=$((failed + 1)); }

# verify NAME COMMAND...: its exit status 0, 77 (it says what is missing), or a failure.
verify() {
    local name="$1" status=0
    shift

    "$@" >"$work/why" 2>&1 || status=$?
    case "$status" in
    0) ok "$name" ;;
    77)
        echo "skip $name: $(tail -n 1 "$work/why")"
        skipped=$((skipped + 1))
        ;;
    *) not_ok "$name" ;;
    esac
}

needs() { command -v "$1" >/dev/null || { echo "$1 is missing: scripts/setup.sh --test installs it"; exit 77; }; }

# The Python that is first in PATH may be another than the one that Debian's packages are for.
python() { if [[ -x /usr/bin/python3 ]]; then /usr/bin/python3 "$@"; else python3 "$@"; fi; }

# report FORMAT FILE...
report() { "$tpconnect" report -q -o "$@"; }

golden() { report "$1" "$record" | diff "$here/golden/report.$1" -; }

# A page's own part: without what all pages have.
own_part() { sed -e '/^<style>/,/<\/style>$/d' -e '/^<script>/,/^<\/script>$/d' -e '/Content-Security-Policy/d' "$1"; }

golden_page() { own_part "$work/page.html" | diff "$here/golden/report.html" -; }

# By standard input, and of two files, of which one is empty: the same pairs, and the same bytes each time.
same_bytes() {
    report html - <"$record" | cmp - "$work/page.html" || return
    report dot "$record" /dev/null | cmp - "$here/golden/report.dot" || return
    # The order of lines does not matter to the picture.
    { head -n 1 "$record"; grep '"tcp\.' "$record" | tac; } | report dot - >"$work/other.dot" || return
    cmp "$work/other.dot" "$here/golden/report.dot"
}

# Nobody's user, who may do nothing, makes the same page.
unprivileged() {
    [[ $EUID -eq 0 ]] || { echo "only root can become another user"; exit 77; }
    needs setpriv
    cp "$tpconnect" "$work/tpconnect"
    cp "$record" "$work/record"
    chmod 755 "$work/tpconnect"
    chmod 644 "$work/record"
    setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all \
        "$work/tpconnect" report -q "$work/record" | cmp - "$work/page.html"
}

# refused STATUS WORDS ARGUMENT...
refused() {
    local want="$1" words="$2" status=0
    shift 2

    "$tpconnect" report "$@" </dev/null >"$work/out" 2>"$work/err" || status=$?
    [[ $status -eq $want ]] && grep -q -- "$words" "$work/err" && [[ ! -s $work/out && $(wc -l <"$work/err") -eq 1 ]] && return
    echo "report $*: $status, $(cat "$work/err")"
    return 1
}

refusals() {
    refused 2 'a FILE is missing' &&
        refused 2 'a report is html, md or dot' -o text "$record" &&
        refused 2 '--pid is for' -p 1 "$record" &&
        refused 1 'No such file' "$work/nothing" &&
        refused 1 "no line of tpconnect's" - || return
    # It would count twice; and a segment of a store is no text.
    ln -s "$record" "$work/again.json"
    refused 2 'again.json is given twice' "$record" "$work/again.json" || return
    printf '\x28\xb5\x2f\xfd\n' >"$work/zstd"
    refused 1 'zstd: it is compressed: tpconnect history' "$work/zstd"
}

# many PAIRS [CHARACTERS]: a record of so many, hostile in length, of such characters.
many() {
    awk -v n="$1" -v odd="${2-<&|\`*}" 'BEGIN {
        long = "/"
        while (length(long) < 3000) long = long odd
        for (i = 0; i < n; i++)
            printf "{\"timestamp\":\"2026-02-16T12:34:56.%09dZ\",\"event.name\":\"tcp.failed\",\"tpconnect.seq\":%d,\"tpconnect.connection.id\":\"%x-0\",\"network.transport\":\"tcp\",\"network.type\":\"ipv4\",\"network.peer.address\":\"10.%d.%d.1\",\"network.peer.port\":80,\"process.pid\":1,\"thread.id\":1,\"process.executable.name\":\"a\",\"thread.name\":\"a\",\"process.user.id\":0,\"process.executable.path\":\"%s%d\",\"error.type\":\"ECONNREFUSED\",\"tpconnect.origin\":\"connect\"}\n", i, i + 1, i + 1, i / 250, i % 250, long, i % 97
    }'
}

# 10,500 pairs: those beyond 10,000 are summed up, and no format grows with them.
bounded() {
    local size

    many 10500 >"$work/many"
    report html "$work/many" >"$work/many.html" && report md "$work/many" >"$work/many.md" &&
        report dot "$work/many" >"$work/many.dot" || return
    grep -q '8,000 further pairs and more, summed up' "$work/many.html" || { echo "the rest is not told"; return 1; }
    [[ $(grep -c '<tr id=' "$work/many.html") -eq 2000 ]] || { echo "not 2,000 rows"; return 1; }
    grep -q '<dt>Failed</dt><dd>10,500</dd>' "$work/many.html" || { echo "the sum is another"; return 1; }
    for size in html:8000000 md:1048576 dot:300000; do
        [[ $(wc -c <"$work/many.${size%:*}") -lt ${size#*:} ]] || { ls -l "$work"; return 1; }
    done
    # A right-to-left override takes 24 bytes of Markdown.
    many 400 $'\u202e' | report md - >"$work/odd.md" || return
    [[ $(wc -c <"$work/odd.md") -lt 1048576 ]] || { ls -l "$work"; return 1; }
    grep -q 'further pairs' "$work/odd.md" || { echo "the rest is not told"; return 1; }
    # One process and more destinations than are kept apart: what is beyond stands once on each side.
    many 10001 | sed -E 's|"process.executable.path":"[^"]*"|"process.executable.path":"/bin/one"|' | report html - >"$work/one.html" || return
    [[ $(grep -c '^<li class="node.*others' "$work/one.html") -eq 2 ]] || { grep -o 'others[^"]*"' "$work/one.html" | head; return 1; }
}

# browse PAGE: as it is once its script has run. What the page complains of goes to $work/console.
browse() {
    local browser

    browser="$(command -v chromium || command -v chromium-browser)" || { needs chromium; }
    HOME="$work" timeout 60 "$browser" --headless --no-sandbox --disable-gpu --disable-dev-shm-usage \
        --user-data-dir="$work/profile" --enable-logging=stderr --dump-dom "file://$1" 2>"$work/log" >"$work/dom"
    grep -a 'CONSOLE' "$work/log" >"$work/console"
    [[ -s $work/dom ]] || { echo "the browser shows nothing: $(tail -n 3 "$work/log")"; return 1; }
}

in_browser() {
    browse "$work/page.html" || return
    [[ ! -s $work/console ]] || { cat "$work/console"; return 1; }
    python "$here/report_check.py" dom "$work/dom"
}

# With another script in it, which the policy does not let in, the browser complains; without the policy, that
# script types into the filter.
typed() {
    local script='<script>var f = document.getElementById("filter"); f.value = "registry node"; f.dispatchEvent(new Event("input"));</script>'

    sed "s|^</body>|$script</body>|" "$work/page.html" >"$work/typed.html"
    browse "$work/typed.html" || return
    grep -q 'Content Security Policy' "$work/console" || { echo "a script of others is let in"; return 1; }
    sed -i '/Content-Security-Policy/d' "$work/typed.html"
    browse "$work/typed.html" || return
    grep -q '1 of 4 rows' "$work/dom" || { echo "the filter has not: $(grep -o 'id="found".\{60\}' "$work/dom")"; return 1; }
    [[ $(grep -o '<tr [^>]*hidden' "$work/dom" | wc -l) -eq 3 ]]
}

graph() {
    needs dot
    dot -Tsvg "$here/golden/report.dot" >"$work/graph.svg" && grep -q '&lt;img src=x&gt;' "$work/graph.svg"
}

report html "$record" >"$work/page.html"
verify "a page is the golden one" golden_page
verify "a summary is the golden one" golden md
verify "a graph is the golden one" golden dot
verify "the same record gives the same bytes" same_bytes
verify "nobody needs a privilege" unprivileged
verify "wrong words are refused" refusals
verify "10,500 pairs are bounded" bounded
verify "names are text, and the policy lets in just the page's own" python "$here/report_check.py" html "$work/page.html"
verify "a parser of Markdown finds a table, and no markup of others" python "$here/report_check.py" md "$here/golden/report.md"
verify "Graphviz draws the graph" graph
verify "a browser shows the page without a complaint" in_browser
verify "the filter works, and only by the page's own script" typed
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
