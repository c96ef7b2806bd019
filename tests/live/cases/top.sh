# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016 # what run.sh and lib.sh set; what is typed
# tpconnect top: the screen in a real terminal (terminal.sh has its functions), and its lines of JSON.

await_title() { await_screen '^tpconnect top '; }

# The terminal is the shell's again: its prompt is there, what was typed is shown, the cursor too.
terminal_is_given_back() {
    await_prompt
    ! screen_shows '^tpconnect top ' || fail "the screen is still there: $(screen)"
    type_in 'echo here=$((6 * 7))'
    await_screen '^here=42$'
    screen_shows 'echo here=' || fail "what is typed is not shown: $(screen)"
    [[ $(terminal display-message -p '#{cursor_flag} #{alternate_on} #{wrap_flag}') == "1 0 1" ]] ||
        fail "cursor, screen, wrapping: $(terminal display-message -p '#{cursor_flag} #{alternate_on} #{wrap_flag}')"
}

case_top_screen() { # docs/spec.md, 7: three connections, one refused, one that is never answered
    peer_is_away
    serve "$a" 127.0.0.1 80
    open_terminal 140 40
    type_in '$tpconnect top --netns $a'
    await_title
    refuse refused 127.0.0.1 81
    hold 1 127.0.0.1 80
    hold 1 10.99.0.2 443
    await_screen '[ >]refused +[0-9]+ .*127\.0\.0\.1:81 +0 '
    await_screen '[ >]hold +[0-9]+ .*127\.0\.0\.1:80 +1 '
    await_screen '[ >]hold +[0-9]+ .*10\.99\.0\.2:443 +0 '
    await_screen 'ECONNREFUSED'
    screen_shows 'lost 0' || fail "the title has no losses: $(screen)"
    # The filter works as it is typed, and what it excludes is gone.
    press /
    enter '!refused port 80'
    await_screen ' 127\.0\.0\.1:80 +1 '
    ! screen_shows '[ >]refused +[0-9]' || fail "the filter shows it: $(screen)"
    press q
    terminal_is_given_back
    scrolled | grep -qE '^tpconnect: sent=[0-9]+ written=[0-9]+ filtered=0 lost: ring=0 missed=0 state=0' ||
        fail "no books at the end: $(scrolled)"
}

# What the terminal was is given back, however it ends.
case_top_gives_back() {
    local signal

    open_terminal 80 24
    type_in '$tpconnect top --netns $a'
    await_title
    press C-c
    terminal_is_given_back
    for signal in TERM SEGV HUP; do
        type_in_anew '$tpconnect top --netns $a'
        await_title
        pkill "-$signal" --full "^$tpconnect top --netns $a" || fail "no process"
        terminal_is_given_back
    done
    # Stopped, and gone on with.
    type_in_anew '$tpconnect top --netns $a'
    await_title
    press C-z
    terminal_is_given_back
    type_in_anew fg
    await_title
    pkill -TSTP --full "^$tpconnect top --netns $a" || fail "no process"
    terminal_is_given_back
    type_in_anew fg
    await_title
    press q
    terminal_is_given_back
}

case_top_resized() { # in bursts, down to nothing
    local i

    serve "$a" 127.0.0.1 80
    open_terminal 140 40
    type_in '$tpconnect top --netns $a'
    await_title
    hold 1 127.0.0.1 80
    for i in {1..30}; do
        terminal resize-window -x $((5 * i)) -y $((1 + i % 25))
    done
    terminal resize-window -x 40 -y 10
    await_screen '>hold +127'
    terminal resize-window -x 300 -y 100
    await_screen '>hold +[0-9]+ .*127\.0\.0\.1:80 +1 '
    [[ $(screen | grep -cE '^tpconnect top ') -eq 1 ]] || fail "what was there is left: $(screen)"
    press q
    terminal_is_given_back
}

case_top_command() { # the terminal is top's: the command neither writes nor reads there
    open_terminal 80 24
    cat >install.sh <<-'INSTALL'
	echo garbage; echo trash >&2
	read -r line && echo "$line" >eaten
	touch ready
	exec sleep 100
	INSTALL
    type_in '$tpconnect top --netns $a -- sh install.sh'
    await_title
    await test -e ready || fail "the command waits for keys: $(screen)"
    press '?'
    await_screen ' any key: back'
    ! screen_shows 'garbage|trash' || fail "what the command says is on the screen: $(screen)"
    [[ ! -e eaten ]] || fail "the command has read keys: $(cat eaten)"
    # It is not top's to end it, and its status is to be known.
    press q
    press q
    await_screen '^tpconnect: waiting for sh, which still runs$'
    press C-c
    await_screen '^\^C\$'
    press Enter # so that the prompt stands at the beginning of a line
    terminal_is_given_back
    type_in_anew '$tpconnect top --netns $a -- sh -c "exit 7"; echo status=$?'
    await_screen '^status=7$'
}

case_top_hostile() { # a name cannot reach the terminal
    open_terminal 80 24
    type_in '$tpconnect top --netns $a'
    await_title
    refuse $'\e]0;pwned\a\e[2J' 127.0.0.1 81
    await_screen '127\.0\.0\.1:81'
    screen_shows '^tpconnect top ' || fail "the screen was cleared: $(screen)"
    [[ $(terminal display-message -p '#{pane_title}') != *pwned* ]] || fail "the title was set"
    press q
    terminal_is_given_back
}

case_top_records() { # -w: what the screen has shown can be shown again
    open_terminal 80 24
    type_in '$tpconnect top --netns $a -w record'
    await_title
    refuse refused 127.0.0.1 81
    await_screen '>refused +[0-9]'
    press q
    terminal_is_given_back
    [[ $(jq -r 'select(."event.name" == "tcp.failed") | ."error.type"' record) == ECONNREFUSED ]] ||
        fail "the record: $(cat record)"
    type_in_anew '$tpconnect top --replay record'
    await_screen '>refused +[0-9]'
    screen_shows 'record' || fail "it does not say that it is a record: $(screen)"
    press q
    terminal_is_given_back
}

case_top_json() { # a line each interval, whose sums are those of the events
    serve "$a" 127.0.0.1 80
    "$tpconnect" top -o json --netns "$a" -w record -t 2 500ms 2>messages &
    pids+=($!)
    await grep -qs '"tpconnect.start"' record || fail "it did not start: $(cat messages)"
    within "$a" "$triggers/connect" -c answered established 127.0.0.1 80 >/dev/null
    refuse refused 127.0.0.1 81
    wait "${pids[-1]}" || fail "status $?: $(cat messages)"
    [[ $(grep -c '"event.name":"tpconnect.top"' record) -ge 4 ]] || fail "not each 500 ms: $(cat record)"
    jq -se 'map(select(."event.name" == "tpconnect.top")) |
        (map(."tpconnect.attempts") | add) == 2 and (map(."tpconnect.failed") | add) == 1 and
        (map(."tpconnect.established") | add) == 1 and
        (map(."tpconnect.rows"[] | select(."process.executable.name" == "refused") |
            ."network.peer.port") | unique) == [81]' record >/dev/null || fail "the frames: $(cat record)"
    [[ $(stop_field events.sent) -eq $(stop_field events.written) ]] || fail "the books: $(tail -n 1 record)"
    # Its lines come by themselves, not only when it ends.
    "$tpconnect" top -o json --netns "$a" >frames 2>messages &
    pids+=($!)
    await grep -qs '"tpconnect.top"' frames || fail "no line by itself: $(cat messages)"
    kill "${pids[-1]}"
    wait "${pids[-1]}" || fail "status $?: $(cat messages)"
    ! grep -q 'Ctrl-C' messages || fail "a report is promised: $(cat messages)"
}

syn_sent_are() { [[ $(within "$a" ss -Htan state syn-sent | wc -l) -eq $1 ]]; }

frames_pending() { # N PENDING: the last N frames have so many attempts that are pending
    [[ $(grep '"event.name":"tpconnect.top"' frames | tail -n "$1" | grep -c "\"tpconnect.pending\":$2,") -eq $1 ]]
}

# What has no gauge three intervals long is taken for over: so these two, one of before the start, have.
case_top_pending() { # docs/top.md
    local first top

    peer_is_away
    hold 1 10.99.0.2 443
    first="$holder"
    await syn_sent_are 1 || fail "the first is not pending: $(within "$a" ss -Htan)"
    "$tpconnect" top -o json --netns "$a" 200ms >frames 2>messages &
    top=$!
    pids+=("$top")
    await grep -qs '"tpconnect.start"' frames || fail "it did not start: $(cat messages)"
    hold 1 10.99.0.2 444
    await frames_pending 10 2 || fail "not two: $(cat frames)"
    kill "$holder" "$first"
    await frames_pending 1 0 || fail "not none: $(tail -n 3 frames)"
    kill "$top"
    wait "$top" || fail "status $?: $(cat messages)"
}

# sends N: a process that sends N bytes again and again, 20 times a second at most; goes to $sender.
sends() {
    nsenter --net="/run/netns/$a" bash -c 'exec 3<>/dev/tcp/127.0.0.1/80
        while head -c "$0" /dev/zero >&3; do sleep 0.05; done' "$1" &
    sender=$!
    pids+=("$sender")
}

# rate_is PID LEAST MOST: what the last frame says that it sends a second.
rate_is() {
    grep '"event.name":"tpconnect.top"' frames | tail -n 1 | jq -e --argjson pid "$1" --argjson least "$2" --argjson most "$3" '
        ."tpconnect.rows" | any(."process.pid" == $pid and ."network.peer.port" == 80 and
            ."tpconnect.bytes_sent.rate" >= $least and ."tpconnect.bytes_sent.rate" <= $most)' >/dev/null
}

rate_is_none() { ! rate_is "$1" 1 1000000; }

# Of a connection that was open before, and of one that was not. Nothing sends as much as it might on a busy host.
case_top_rates() { # docs/top.md
    local first

    serve "$a" 127.0.0.1 80
    sends 20000
    first="$sender"
    await test -s accepted || fail "it does not connect"
    "$tpconnect" top -o json --netns "$a" 500ms >frames 2>messages &
    pids+=($!)
    await grep -qs '"tpconnect.start"' frames || fail "it did not start: $(cat messages)"
    sends 200
    await rate_is "$first" 5000 410000 || fail "of the first, $first: $(tail -n 1 frames)"
    await rate_is "$sender" 50 4100 || fail "of the second, $sender: $(tail -n 1 frames)"
    kill -STOP "$first"
    await rate_is_none "$first" || fail "of one that is stopped: $(tail -n 1 frames)"
    kill -CONT "$first"
    await rate_is "$first" 5000 410000 || fail "of one that goes on: $(tail -n 1 frames)"
    ! grep -q cannot messages || fail "it says: $(cat messages)"
}

case_top_without_terminal() {
    local status=0

    "$tpconnect" top >stdout 2>messages || status=$?
    [[ $status -eq 1 && ! -s stdout ]] || fail "status $status: $(cat stdout)"
    grep -q 'tpconnect list.*tpconnect count 1' messages || fail "no way out: $(cat messages)"
    [[ $(wc -l <messages) -eq 1 ]] || fail "not one line: $(cat messages)"
}

# What one run leaves open is not open in the next, which has seen nothing of it.
case_top_replay_of_two_runs() {
    serve "$a" 127.0.0.1 80
    for _ in 1 2; do
        trace_raw --netns "/run/netns/$a" -e all -o json -w record
        await grep -qs tracing messages || fail "it did not start: $(cat messages)"
        hold 3 127.0.0.1 80
        await established 3 || fail "no connections"
        stop_trace
        kill -KILL "$holder"
        await no_process_but_servers || fail "the connections are still there"
        rm messages
    done
    "$tpconnect" top -o json --replay record >frames 2>messages || fail "it failed: $(cat messages)"
    [[ $(tail -n 1 frames | jq '."tpconnect.open"') -eq 3 ]] || fail "not the second run's three: $(tail -n 1 frames)"
}

no_process_but_servers() { [[ $(within "$a" ss -Htn state established | wc -l) -eq 0 ]]; }

case_top_replay_refused() {
    local status=0 other

    echo nonsense >other
    "$tpconnect" top -o json --replay other >stdout 2>messages || status=$?
    grep -q "other: line 1 is none of tpconnect's, or not whole, and was passed over" messages ||
        fail "not said: $(cat messages)"
    echo nonsense >>other
    "$tpconnect" top -o json --replay other >stdout 2>messages || status=$?
    grep -q 'other: 2 lines are none of .*: the first is line 1' messages || fail "not said: $(cat messages)"
    "$tpconnect" top -o json --replay missing >stdout 2>messages && fail "a record that is not there"
    grep -q 'cannot open the record missing: No such file' messages || fail "not said: $(cat messages)"
    "$tpconnect" top -o json --replay other -p 1 2>messages && fail "filters of the kernel are taken"
    grep -q -- '--filter' messages || fail "no way out: $(cat messages)"
    "$tpconnect" top --replay other -t 1 2>messages && fail "it would not end by itself"
    grep -q -- "--time is for tracing, and 'other' is a record" messages || fail "not said: $(cat messages)"
    "$tpconnect" top -w - 2>messages && fail "a record into the screen"
    grep -q 'standard output has the screen' messages || fail "not said: $(cat messages)"
    # Of nothing there is nothing to show, nor of reports, which have no events.
    for other in /dev/null other; do
        "$tpconnect" top -o json --replay "$other" >stdout 2>messages && fail "status 0: $(cat stdout)"
        grep -q "the record $other has no line of tpconnect's: it is made with" messages ||
            fail "not said: $(cat messages)"
    done
    "$tpconnect" top -o json --netns "$a" -t 1 100ms >frames 2>messages
    "$tpconnect" top -o json --replay frames >stdout 2>messages && fail "status 0: $(cat stdout)"
    grep -q 'the record frames has reports, and no events' messages || fail "not said: $(cat messages)"
    # Nothing happened: that can be shown.
    "$tpconnect" -o json -e all --netns "$a" -t 100ms >quiet 2>messages
    "$tpconnect" top -o json --replay quiet >stdout 2>messages || fail "a quiet record: $(cat messages)"
}
