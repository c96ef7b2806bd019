# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016 # what run.sh and lib.sh set; what is typed
# What a person sees and types: a shell in a real terminal, tmux's.

terminal() { tmux -L "$run_id" "$@"; }

# open_terminal COLUMNS ROWS: a shell in one, in the current directory. "$ " is its prompt.
open_terminal() {
    command -v tmux >/dev/null || skip "tmux is missing"
    export tpconnect triggers a
    terminal -f /dev/null new-session -d -x "$1" -y "$2" \
        "exec env PS1='$ ' bash --norc --noprofile --noediting"
    terminal set-option -g history-limit 5000
    terminal set-option -g window-size manual
    pids+=("$(terminal display-message -p '#{pid}')")
    await_prompt
}

# A line for whatever reads it.
enter() { terminal send-keys -l "$1" && terminal send-keys Enter; }

# A line for the shell, at its prompt: typed before that, it would be shown before it, and its answer
# after it, on its line. Between two of them, an answer to the first has to be awaited.
type_in() {
    await_prompt
    enter "$1"
}

# Likewise on an empty screen, where nothing that was there before can be taken for an answer.
type_in_anew() {
    type_in clear
    await screen_is_empty || fail "the screen is not cleared: $(screen)"
    type_in "$1"
}

screen_is_empty() { [[ $(screen | grep .) =~ ^'$ '*$ ]]; }

press() { terminal send-keys "$@"; }

# What is on the screen; everything that was; with `colour`, its escape sequences.
screen() { terminal capture-pane -p; }
scrolled() { terminal capture-pane -p -S -; }

screen_shows() { screen | grep -qE "$1"; }

screen_ends() { [[ $(screen | grep . | tail -n 1) =~ $1 ]]; }

await_prompt() { await screen_ends '^(inner>|\$) *$' || fail "no prompt: $(screen)"; }

await_screen() { await screen_shows "$1" || fail "expected $1 on the screen: $(screen)"; }

# An attempt in A that is refused, by a process of that name.
refuse() {
    within "$a" "$triggers/connect" -c "$1" ECONNREFUSED "$2" "$3" >/dev/null || fail "not refused"
}

four_digits='([0-9]\.[0-9]{3}|[0-9]{2}\.[0-9]{2}|[0-9]{3}\.[0-9])'
time_of_day='[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}'

# Every line of the table's begins with a time, is a header, or is what was typed and said.
check_rows() {
    scrolled | grep . >rows
    ! grep -vE "^($time_of_day |TIME\\(UTC\\) |\\$|tpconnect: )" rows >odd || fail "lines wrap: $(cat odd)"
}

case_terminal_table() { # docs/spec.md, 5
    local i

    serve "$b" fd00:99::2 80
    open_terminal 80 12
    type_in '$tpconnect -q -o table --netns $a'
    await_screen '^TIME\(UTC\) '
    refuse "fifteen letters" 10.99.0.2 65000
    refuse "fifteen letters" fd00:99::2 65001
    within "$a" "$triggers/connect" established fd00:99::2 80 >/dev/null
    await_screen ':65001 failed ECONNREFUSED'
    await_screen ':80 +establ|:80 +established'
    check_rows
    # After each screen, the header again: it can always be seen.
    for i in {1..30}; do
        refuse "n$i" 10.99.0.2 $((1000 + i))
    done
    await_screen ':1030 '
    [[ $(scrolled | grep -c '^TIME(UTC) ') -ge 3 ]] || fail "no header again: $(scrolled)"
    screen_shows '^TIME\(UTC\) ' || fail "no header on this screen: $(screen)"
    # Another width: another header, and everything has room.
    terminal resize-window -x 200 -y 12
    sleep 0.5
    refuse "fifteen letters" fd00:99::2 65002
    await_screen 'fifteen letters +\[fd00:99::1\]:[0-9]+ +\[fd00:99::2\]:65002 +failed '
    await_screen '^TIME\(UTC\) +PID COMM +SRC +DST +EVENT +ERROR +LATENCY$'
    terminal resize-window -x 80 -y 12
    sleep 0.5
    refuse "fifteen letters" fd00:99::2 65003
    await_screen "^$time_of_day .*:65003 failed ECONNREFUSED ${four_digits}ms$"
    press C-c
    await_screen '^tpconnect: sent=[0-9]+ written=[0-9]+ '
    type_in 'echo status=$?'
    await_screen '^status=0$'
}

# exchange PORT BYTES: a connection over which they go each way; the peer says that it has them.
exchange() {
    rm -f received server # what the peer before has said
    nsenter --net="/run/netns/$b" "$triggers/transfer" serve 10.99.0.2 "$@" >received 2>server &
    pids+=($!)
    await grep -qs listening server || fail "the server did not start: $(cat server)"
    within "$a" "$triggers/transfer" 10.99.0.2 "$@" >exchanged 2>&1 ||
        fail "no exchange of $2 bytes: $(tail -n 1 exchanged)"
    await grep -qx "$2" received || fail "not $2 bytes at the peer: $(cat received)"
}

case_terminal_closes() { # docs/spec.md, 5: what a connection was, where a result has its columns, or beside
    open_terminal 80 12
    type_in '$tpconnect -q -o table -e +close --netns $a'
    await_screen '^TIME\(UTC\) .* LATENCY$'
    exchange 90 1536000
    await_screen ':90 +close [0-9.]+m?s tx=1\.4M( rx=1\.4M)?$'
    exchange 91 1
    await_screen ':91 +close [0-9.]+[mu]?s tx=1 rx=1'
    # A reset is told of before what went over it; and who it was is where it was before.
    serve "$b" -r 10.99.0.2 93
    within "$a" "$triggers/connect" -w 200 established 10.99.0.2 93 >/dev/null
    await_screen ':93 +close [0-9.]+[mu]?s reset_received'
    [[ $(screen | grep ':93 ' | sed -E "s/^$time_of_day|(established|close).*//g" | uniq | wc -l) -eq 1 ]] ||
        fail "the rows of one connection differ: $(screen)"
    check_rows
    # Where there is room, all of it; and where there is more, columns of its own.
    terminal resize-window -x 140 -y 12
    sleep 0.5
    exchange 94 1536000
    await_screen ':94 +close [0-9.]+m?s tx=1\.4M rx=1\.4M rtt=[0-9.]+[mu]s'
    terminal resize-window -x 200 -y 12
    sleep 0.5
    exchange 92 51200
    await_screen ' LATENCY DURATION +TX +RX +ENDED +RTT RETRANS CONTAINER/UNIT$'
    await_screen ':92 +close +- +- +[0-9.]+[mu]?s +50K +50K +fin +[0-9.]+[mu]s +[0-9]+$'
    press C-c
    await_screen '^tpconnect: sent='
}

case_terminal_colors() { # docs/spec.md, 5
    local red=$'\e\\[31m'

    open_terminal 100 24
    type_in '$tpconnect -q --netns $a -- nsenter --net=/run/netns/$a $triggers/connect ECONNREFUSED 10.99.0.2 81 | cat'
    await_screen '^tpconnect: sent=1'
    ! terminal capture-pane -p -e | grep -q $'\e' || fail "colour in a pipe: $(screen)"
    type_in_anew 'NO_COLOR=1 $tpconnect -q -o table --netns $a'
    await_screen '^TIME\(UTC\) '
    refuse plain 10.99.0.2 82
    await_screen ' plain '
    ! terminal capture-pane -p -e | grep -q $'\e' || fail "colour in spite of NO_COLOR: $(screen)"
    press C-c
    await_screen '^tpconnect: sent=1'
    type_in_anew '$tpconnect -q -o table --netns $a'
    await_screen '^TIME\(UTC\) '
    refuse coloured 10.99.0.2 83
    await_screen ' coloured '
    terminal capture-pane -p -e | grep -qE "${red}failed +ECONNREFUSED" ||
        fail "a failure is not red: $(terminal capture-pane -p -e | cat -v)"
}

case_terminal_pipes() { # docs/spec.md, 7: | head, | jq
    open_terminal 400 24 # wide enough for the path of the program
    type_in '$tpconnect --netns $a | head -n 2; echo "status=${PIPESTATUS[*]}"'
    await_screen '^tpconnect: tracing ' # whatever happens before it is attached is not shown
    refuse first 10.99.0.2 81
    refuse second 10.99.0.2 82
    # It ends at once, and not with the next event only.
    await_screen '^status=0 0$'
    [[ $(screen | grep -c ' event=failed ') -eq 2 ]] || fail "not two lines: $(screen)"
    type_in_anew '$tpconnect --netns $a -o json | jq -r --unbuffered ".\"process.executable.name\" // empty"'
    await_screen '^tpconnect: tracing '
    refuse "in jq" 10.99.0.2 84
    await_screen '^in jq$' # while it runs
    press C-c
    await_prompt
}

case_terminal_count() { # docs/spec.md, 7: a report fits the screen, and its sums are those of the whole
    local sums

    open_terminal 80 12
    type_in_anew '$tpconnect count --by port --netns $a 5'
    await_screen '^tpconnect: tracing '
    within "$a" sh -c '
        for i in $(seq 40); do "$0" ECONNREFUSED 10.99.0.2 $((1000 + i)); done
        "$0" -n 3 ECONNREFUSED 10.99.0.2 2000
        "$0" -n 3 ECONNREFUSED 10.99.0.2 2000' "$triggers/connect" >/dev/null
    await_screen '^[0-9]+ more +[0-9]+ '
    screen | grep -qE '^20.* the last [5-9]\.' || fail "the title is not on the screen: $(screen)"
    screen | sed -n '/ UTC, /{n;n;p}' | grep -qE '^200[0-2] +2 ' || fail "not the most: $(screen)"
    # How many rows the last one stands for, and attempts.
    [[ $(screen | sed -n 's/^\([0-9]*\) more .*/\1/p') -eq \
        $((43 - $(screen | grep -cE '^[12][0-9]{3} '))) ]] || fail "not 43 ports: $(screen)"
    press C-c
    await_screen '^tpconnect: sent='
    sums="$(scrolled | awk '/^[12][0-9][0-9][0-9] / { n += $2 } / more / { n += $3 } END { print n }')"
    [[ $sums -eq 46 ]] || fail "not the sum of 46 attempts: $(scrolled)"
    scrolled | grep -q 'written=92 ' || fail "not 92 events: $(scrolled)"
}

case_terminal_latency() { # docs/spec.md, 7: what has no place for a histogram of its own is in the last
    serve "$b" 10.99.0.2 80 10.99.0.2 81 10.99.0.2 82 10.99.0.2 83 10.99.0.2 84
    open_terminal 80 20
    type_in '$tpconnect latency --by port --netns $a'
    await_screen 'Ctrl-C shows the report'
    within "$a" "$triggers/connect" -n 5 established 10.99.0.2 80 >/dev/null
    press C-c
    await_screen '^tpconnect: sent=5 written=5 '
    screen_shows 'UTC, the last ' || fail "more than the screen: $(scrolled)"
    screen_shows '^[34] more$' || fail "not all that have no place: $(scrolled)"
    [[ $(screen | sed -nE 's/^n=([0-9]+) .*/\1/p' | awk '{ n += $1 } END { print n }') -eq 5 ]] ||
        fail "not the sum of 5: $(scrolled)"
    screen_shows 'a pipe or -w FILE gets all' || fail "it does not say so: $(scrolled)"
}

case_terminal_command() { # docs/spec.md, 7: the terminal is the command's
    open_terminal 80 24
    # A shell, with all that it does with jobs.
    type_in 'PS1="inner> " $tpconnect -q -w record -- bash --norc --noprofile --noediting; echo status=$?'
    await_screen '^inner> *$'
    press C-c C-c C-c
    await_screen '\^C' # one for all three
    type_in 'nsenter --net=/run/netns/$a $triggers/connect -c inner ECONNREFUSED 10.99.0.2 81 >/dev/null; echo done'
    await_screen '^done$'
    type_in 'sh -c "echo asleep; exec sleep 100"'
    await_screen '^asleep$'
    press C-z
    await_screen 'Stopped +sh -c '
    type_in 'kill %1; sh -c "echo awake; exec cat"'
    await_screen '^awake$'
    press C-c
    type_in 'echo "back in" $((40 + 2))'
    await_screen '^back in 42$'
    type_in 'exit 7'
    await_screen '^status=7$'
    grep -q ' comm=inner .*event=failed' record || fail "not traced: $(cat record)"
}

case_terminal_interrupt() { # docs/spec.md, 7: Ctrl-C is the command's, also when it lives on with it
    open_terminal 80 24
    type_in '$tpconnect -q -w record -- sh -c '"'"'trap "echo caught" INT; echo ready; until [ -e finished ]; do sleep 0.1; done; exit 3'"'"'; echo status=$?'
    await_screen '^ready$'
    press C-c
    await_screen 'caught$'
    sleep 0.2
    press C-c
    await two_caught || fail "the second one is not the command's: $(screen)"
    touch finished
    await_screen '^status=3$'
    # One that dies of it.
    type_in_anew '$tpconnect -q -w record -- sh -c "echo ready; exec sleep 100"; echo status=$?'
    await_screen '^ready$'
    press C-c
    await_screen '^status=130$'
}

two_caught() { [[ $(screen | grep -c 'caught$') -eq 2 ]]; }

case_terminal_stop() { # docs/spec.md, 7: Ctrl-Z, fg, and a command that stops itself
    open_terminal 80 24
    type_in '$tpconnect -q -w record -- sh -c "echo ready; exec cat"'
    await_screen '^ready$'
    press C-z
    await_screen 'Stopped'
    type_in_anew 'fg'
    await_screen '^\$tpconnect -q -w record -- sh ' # fg says so
    sleep 0.5
    enter 'words'
    await two_words || fail "the command does not go on: $(screen)"
    press C-d
    type_in_anew '$tpconnect -q -w record -- sh -c '"'"'kill -STOP $$; echo went on; exit 4'"'"
    await_screen 'Stopped'
    type_in 'fg; echo status=$?'
    await_screen '^went on$'
    await_screen '^status=4$'
}

two_words() { [[ $(screen | grep -c '^words$') -eq 2 ]]; }
