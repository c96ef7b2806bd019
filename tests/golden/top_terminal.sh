#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The screens of `tpconnect top --replay` in a real terminal, tmux's: top_terminal.sh [--write] PROGRAM FILE...
# A FILE is made anew from the heads of its cases, and must be what it is. --write writes it instead: look at
# what has changed with your own eyes. What is shown is the end of top_record.json, which needs no privilege.
#
# A case is one of these lines, and below it what must come of it. What is above the first is kept.
#   -- WIDTHxHEIGHT [ascii]  the program starts, on a terminal of that size, or on one without UTF-8
#   -- keys KEYS             it gets these keys; <Enter> and the like by their names
#   -- resize WIDTHxHEIGHT   its terminal gets another size
#   -- written               in the place of the screen, what `w` has written
set -uo pipefail

# A busy host takes seconds to start the program; no screen may take longer.
DEADLINE=60
# How long a screen has to stay as it is to be written. (A test waits for what it expects instead.)
SETTLED=0.5

die() { printf 'top_terminal: %s\n' "$*" >&2; exit 2; }

write=no
[[ ${1-} != --write ]] || { write=yes && shift; }
[[ $# -ge 2 ]] || die "usage: $0 [--write] PROGRAM FILE..."
command -v tmux >/dev/null || { echo "skip: tmux is not installed"; exit 77; }
program="$(realpath "$1")" && shift
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
failed=0
unset TMUX NO_COLOR
export LC_ALL=C.UTF-8 # keys are characters, not bytes

# --- the terminal ------------------------------------------------------------------------------

# Its server is our own: no other has a socket in that directory.
terminal() { TMUX_TMPDIR="$work" tmux -u -L top -f "$work/conf" "$@"; }

end_terminal() {
    terminal kill-server 2>/dev/null
    rm -rf "$work"
}
trap end_terminal EXIT

start_terminal() {
    cat >"$work/conf" <<-'CONF'
	set -g default-terminal screen
	set -g default-shell /bin/sh
	set -g status off
	set -g remain-on-exit on
	CONF
    mkdir "$work/here" || die "it cannot be written in $work"
    cp "$here/top_record.json" "$work/here/monday.json" || die "there is no record"
    terminal new-session -d -c "$work/here" "exec sleep $((10 * DEADLINE))" || die "tmux does not start"
    terminal set-option -g window-size manual
}

# Without the spaces at the ends of lines; the name of a written file has the time of day.
screen() { terminal capture-pane -p | sed -E 's/(tpconnect-top-)[0-9]{8}T[0-9]{6}Z/\1YYYYMMDDTHHMMSSZ/; s/ +$//'; }

size() { terminal display-message -p '#{pane_width}x#{pane_height}'; }

resize() {
    terminal resize-window -x "${1%x*}" -y "${1#*x}"
    [[ $(size) == "$1" ]] || die "the terminal has not the size $1, but $(size)"
}

# start SIZE [ascii]
start() {
    local locale=C.UTF-8

    [[ ${2-} != ascii ]] || locale=C
    rm -f "$work"/here/tpconnect-top-* "$work/status"
    resize "$1"
    # Not tmux is asked for the exit status: it does not always come to reap whom it has started.
    terminal respawn-pane -k -c "$work/here" \
        "LC_ALL=$locale '$program' top --color always --replay monday.json; echo \$? >'$work/status'" ||
        die "it cannot be started"
    running=yes
}

# It ends by Ctrl-C, whatever it shows, and well: a sanitizer's report is a status of its own.
quit() {
    local status

    [[ $running == yes ]] || return 0
    running=no
    terminal send-keys C-c
    await test -s "$work/status" || { complain "it does not end"; return; }
    status="$(cat "$work/status")"
    [[ $status == 0 ]] || complain "its exit status is $status" "$(terminal capture-pane -p -S -)"
}

press() {
    local keys="$1" name

    while [[ -n $keys ]]; do
        if [[ $keys =~ ^\<([A-Za-z]+)\> ]]; then
            case "${BASH_REMATCH[1]}" in
            Enter | Up | Down | Home | End | Tab) name="${BASH_REMATCH[1]}" ;;
            Esc) name=Escape ;;
            PgUp) name=PPage ;;
            PgDn) name=NPage ;;
            Back) name=BSpace ;;
            *) die "there is no key <${BASH_REMATCH[1]}>" ;;
            esac
            terminal send-keys "$name"
            keys="${keys#*>}"
        else
            terminal send-keys -l -- "${keys:0:1}"
            keys="${keys:1}"
        fi
    done
}

# --- cases -------------------------------------------------------------------------------------

complain() {
    printf '%s\n' "$file: $head: $1" "${@:2}"
    failed=1
}

# await COMMAND...
await() {
    local end=$((SECONDS + DEADLINE))

    until "$@"; do
        [[ $SECONDS -le $end ]] || return 1
        sleep 0.02
    done
}

act() {
    local words

    read -ra words <<<"$head"
    case "${words[1]-}" in
    keys) press "${head#-- keys }" ;;
    resize) resize "${words[2]-}" ;;
    written) ;;
    [0-9]*x[0-9]*)
        quit
        start "${words[@]:1}"
        ;;
    *) die "$file: what is '$head'?" ;;
    esac
}

now() {
    if [[ $head == "-- written" ]]; then cat "$work"/here/tpconnect-top-*Z.txt; else screen; fi
}

is_expected() { now >"$work/is" 2>&1 && cmp -s "$work/is" "$work/expected"; }

has_settled() {
    now >"$work/is" && sleep "$SETTLED" && now | cmp -s - "$work/is" && grep -q . "$work/is" &&
        ! cmp -s "$work/is" "$work/before"
}

# What has come of the head goes to is.
run_case() {
    cp "$work/is" "$work/before" 2>/dev/null || true
    act
    if [[ $write == yes ]]; then
        await has_settled || die "$file: $head: nothing has changed"
    elif cmp -s "$work/before" "$work/expected"; then
        complain "the case before expects the same"
    else
        await is_expected || complain "not what is expected:" "$(diff "$work/expected" "$work/is")"
    fi
}

# expected_of FILE N: what is below its head N, which goes to $head.
expected_of() {
    awk -v n="$2" '/^-- / { at++; next } at == n' "$1" >"$work/expected"
}

run_file() {
    local heads made="$work/made" n

    running=no
    : >"$work/before"
    mapfile -t heads < <(grep '^-- ' "$file")
    [[ ${#heads[@]} -gt 0 ]] || die "$file has no case"
    sed '/^-- /,$d' "$file" >"$made"
    for ((n = 0; n < ${#heads[@]}; n++)); do
        head="${heads[n]}"
        expected_of "$file" $((n + 1))
        run_case
        [[ $failed -eq 0 ]] || return # what comes next goes on from here
        { echo "$head" && cat "$work/is"; } >>"$made"
    done
    quit
    [[ $write == no ]] || cat "$made" >"$file"
}

start_terminal
for file; do
    run_file
done
exit "$failed"
