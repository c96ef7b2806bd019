# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What builds are judged by (docs/spec.md, 7): a make in A that fetches with curl from a server in B. The
# server's own log, and what the make has fetched, say what it connected to; its exit status alone is
# another witness.

# A server of pages in B, and a make that fetches from it. The second target goes on to a place where
# nobody listens; the third fails.
audit_setup() {
    local tool

    for tool in make curl python3; do
        command -v "$tool" >/dev/null || skip "$tool is missing"
    done
    mkdir pages
    echo "the page" >pages/page
    nsenter --net="/run/netns/$b" python3 -u -m http.server --bind 10.99.0.2 --directory pages 80 \
        >served 2>&1 &
    pids+=($!)
    await grep -qs 'Serving HTTP' served || fail "the server did not start: $(cat served)"
    curl_path="$(realpath "$(command -v curl)")"
    printf '%s\n' 'fetch:' $'\tcurl -sf -o fetched http://10.99.0.2/page' \
        'further: fetch' $'\t-curl -s -o further http://10.99.0.2:81/page' \
        'failing: fetch' $'\texit 3' >makefile
    rm -f fetched
}

# audit OPTION... -- MAKE_ARGUMENT...: the make in A; its status goes to $status.
audit_make() {
    local options=()

    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    shift
    rm -f fetched
    run_traced audit --netns "/run/netns/$a" "${options[@]}" -- \
        nsenter --net="/run/netns/$a" make -s -f makefile "$@"
}

# audit_ends STATUS VERDICT: the verdict is the last word.
audit_ends() {
    [[ $status -eq $1 ]] || fail "expected exit status $1, got $status: $(cat messages)"
    [[ $(tail -n 1 messages) == "tpconnect: $2"* ]] || fail "the last word is not '$2': $(cat messages)"
}

audit_says() { grep -qF -- "$1" messages || fail "it does not say '$1': $(cat messages)"; }

audit_requests() { grep -c '"GET /page' served; }

case_audit_learn_then_allow() { # docs/spec.md, 7
    audit_setup
    printf '%s\n' 'version 1' '# what stays as it is' '10.9.9.9:443   # of before' >egress.allow
    cp egress.allow before
    chmod 0640 egress.allow
    chown nobody egress.allow
    audit_make --learn egress.allow -- fetch
    audit_ends 0 "learnt: 1 rule added to egress.allow"
    [[ $(cat fetched) == "the page" && $(audit_requests) -eq 1 ]] || fail "nothing was fetched: $(cat served)"
    head -n 3 egress.allow | cmp - before || fail "what was there has changed: $(cat egress.allow)"
    sed -n 4p egress.allow | grep -qE '^# learnt 20[0-9T:-]+Z by [^:]+: nsenter$' ||
        fail "there is no comment of who and when: $(cat egress.allow)"
    [[ $(tail -n +5 egress.allow) == "$curl_path 10.99.0.2:80" ]] || fail "it learnt: $(cat egress.allow)"
    [[ $(stat -c '%a %U' egress.allow) == "640 nobody" ]] || fail "mode and owner: $(stat egress.allow)"

    audit_make --allow egress.allow -- fetch
    audit_ends 0 "verdict: as expected: 1 attempt,"
    [[ $(audit_requests) -eq 2 ]] || fail "it was not fetched again: $(cat served)"
    audit_says "unused: egress.allow:3: 10.9.9.9:443"
    audit_says "not seen: UDP"
    cp egress.allow before
    audit_make --learn egress.allow -- fetch
    audit_ends 0 "learnt: 0 rules added"
    cmp before egress.allow || fail "nothing was new, and the file has changed"
}

case_audit_unexpected() { # docs/spec.md, 7
    audit_setup
    printf '%s\n' 'version 1' "curl 10.99.0.2:80" >egress.allow
    audit_make --allow egress.allow -- further
    audit_ends 120 "verdict: unexpected: 1 attempt of 2 fits no rule of egress.allow"
    [[ $(audit_requests) -eq 1 && -e fetched ]] || fail "nothing was fetched: $(cat served)"
    audit_says "unexpected: $curl_path 10.99.0.2:81: 1 attempt: 1 failed (ECONNREFUSED 1)"
    # The command's own status is kept, and the verdict is said.
    printf '%s\n' 'version 1' >egress.allow
    audit_make --allow egress.allow -- failing
    within "$a" make -s -f makefile failing >/dev/null 2>&1 && fail "the make does not fail by itself"
    audit_ends 2 "verdict: unexpected: 1 attempt of 1 fits no rule of egress.allow; exit status 2 is the command's own"
    audit_says "egress.allow has no rule: nothing is expected"
    # Without rules there is no verdict.
    audit_make -- fetch
    audit_ends 0 "seen: 1 attempt, 1 process and destination"
    audit_says "seen: $curl_path 10.99.0.2:80: 1 attempt: 1 established"
}

case_audit_lost() { # docs/spec.md, 8
    printf '%s\n' 'version 1' 'private' >egress.allow
    cp egress.allow before
    run_traced audit --netns "/run/netns/$a" --allow egress.allow --ring-size 4096 -- \
        nsenter --net="/run/netns/$a" "$triggers/flood" -q 2 3000 10.99.0.2 81
    grep -q 'lost: ring=[1-9]' messages || fail "nothing was lost: $(cat messages)"
    audit_ends 121 "verdict: cannot vouch"
    run_traced audit --netns "/run/netns/$a" --learn egress.allow --ring-size 4096 -- \
        nsenter --net="/run/netns/$a" "$triggers/flood" -q 2 3000 10.99.0.2 81
    audit_ends 121 "learnt: nothing"
    cmp before egress.allow || fail "it has learnt: $(cat egress.allow)"
}

case_audit_not_observed() { # docs/spec.md, 7
    audit_setup
    printf '%s\n' 'version 1' 'private:80' >egress.allow
    audit_make --allow egress.allow --no-syscalls -- fetch
    audit_ends 121 "verdict: cannot vouch"
    audit_says "cannot vouch: --no-syscalls"
    # Tracing ends before the command does.
    run_traced audit --allow egress.allow -t 200ms -- sh -c 'sleep 0.6; echo over >over'
    audit_ends 121 "verdict: cannot vouch"
    audit_says "cannot vouch: the command still ran"
    [[ -e over ]] || fail "the command did not run to its end"
    # What fails before anything is sent is an attempt as well.
    run_traced audit --allow egress.allow -- nsenter --net="/run/netns/$a" \
        "$triggers/connect" -u ENETUNREACH 10.97.0.1 443
    audit_ends 120 "verdict: unexpected"
    audit_says "10.97.0.1:443: 1 attempt: 1 failed (ENETUNREACH 1)"
}

case_audit_daemon() { # docs/spec.md, 7
    printf '%s\n' 'version 1' >egress.allow
    serve "$b" 10.99.0.2 80
    mkfifo asked answer
    # A daemon in A, which connects for whoever asks.
    # shellcheck disable=SC2016 # for the inner shell
    triggers="$triggers" nsenter --net="/run/netns/$a" bash -c 'read -r _ <asked
        for _ in 1 2 3; do "$triggers/connect" established 10.99.0.2 80; done >answer' &
    pids+=($!)
    run_traced audit --netns "/run/netns/$a" --allow egress.allow -- sh -c 'echo >asked; cat answer'
    [[ $(grep -c established stdout) -eq 3 ]] || fail "the daemon did not connect: $(cat stdout)"
    audit_ends 0 "verdict: as expected: 0 attempts"
    audit_says "3 attempts outside it in the same time: connect 3;"
    # The same, judged with all of the host.
    # shellcheck disable=SC2016 # for the inner shell
    triggers="$triggers" nsenter --net="/run/netns/$a" bash -c 'read -r _ <asked
        for _ in 1 2 3; do "$triggers/connect" established 10.99.0.2 80; done >answer' &
    pids+=($!)
    run_traced audit --netns "/run/netns/$a" --allow egress.allow --scope host -- sh -c 'echo >asked; cat answer'
    audit_ends 120 "verdict: unexpected: 3 attempts of 3 fit no rule"
}

case_audit_record() { # docs/spec.md, 7
    local n

    audit_setup
    printf '%s\n' 'version 1' 'curl 10.99.0.2:80' >egress.allow
    audit_make --allow egress.allow -w run.json -- further
    audit_ends 120 "verdict: unexpected"
    [[ $(jq -s 'map(select(."event.name" == "tcp.connect")) | length' run.json) -eq 2 ]] ||
        fail "the record: $(cat run.json)"
    run_traced audit --allow egress.allow run.json
    audit_ends 120 "verdict: unexpected: 1 attempt of 2 fits no rule"
    echo 'curl 10.99.0.2:81' >>egress.allow
    run_traced audit --allow egress.allow run.json
    audit_ends 0 "verdict: as expected: 2 attempts"
    # One that is cut off, one with a gap, one of other lines.
    head -n -1 run.json >cut.json
    run_traced audit --allow egress.allow cut.json
    audit_ends 121 "verdict: cannot vouch"
    audit_says "the record cut.json is cut off"
    sed 3d run.json >gap
    run_traced audit --allow egress.allow gap
    audit_ends 121 "verdict: cannot vouch"
    audit_says "lines are missing from the record gap"
    # A store's numbers go on from one run to the next.
    n=$(wc -l <run.json)
    (cat run.json; jq -c --argjson n "$n" '."tpconnect.seq" += $n' run.json) >two_runs
    run_traced audit --allow egress.allow two_runs
    audit_ends 0 "verdict: as expected: 4 attempts"
    sed 's/\("tpconnect.loss.ring":\)0/\15/' run.json >lossy
    (cat lossy; tail -n "$n" two_runs) >lossy_first
    run_traced audit --allow egress.allow lossy_first
    audit_ends 121 "verdict: cannot vouch"
    audit_says "the record lossy_first says that 5 events were lost"
    # What was pinned has gone on when its process was killed.
    (cat cut.json; tail -n "$n" two_runs | jq -c '."tpconnect.seq" -= 1 |
        if ."event.name" == "tpconnect.start" then ."tpconnect.resumed" = true else . end') >resumed
    run_traced audit --allow egress.allow resumed
    audit_ends 0 "verdict: as expected: 4 attempts"
    (cat run.json; echo '{"half') >half
    run_traced audit --allow egress.allow half
    audit_ends 121 "verdict: cannot vouch"
    : >empty
    run_traced audit --allow egress.allow empty
    [[ $status -eq 1 ]] || fail "a record without a line: exit status $status"
}

case_audit_names() { # docs/spec.md, T14
    audit_setup
    know_names
    resolver
    printf '%s\n' 'version 1' 'curl v4.test:80' >egress.allow
    printf '#!/bin/sh\nexec "$@"\n' >run && chmod +x run
    export a b
    export -f client within fail
    STEP_SECONDS=$STEP_SECONDS run_traced audit --netns "/run/netns/$a" --allow egress.allow -- \
        bash -c 'client curl -sf -o fetched http://v4.test/page'
    audit_ends 0 "verdict: as expected: 1 attempt,"
    [[ $(audit_requests) -eq 1 ]] || fail "nothing was fetched: $(cat served)"
    grep -q 'query\[A\] v4.test' dnsmasq.1 || fail "nobody asked for the name: $(cat dnsmasq.1)"
    # Whoever was given the address has no evidence of the name, though another process asks for it.
    STEP_SECONDS=$STEP_SECONDS run_traced audit --netns "/run/netns/$a" --allow egress.allow -- \
        bash -c 'client curl -sf -o fetched http://v4.test/page; client curl -sf -o fetched http://10.99.0.2/page'
    audit_ends 120 "verdict: unexpected: 1 attempt of 2 fits no rule"
    audit_says "unexpected: $curl_path 10.99.0.2:80: 1 attempt: 1 established"
}

case_audit_rules_refused() { # docs/spec.md, 7
    printf '%s\n' 'version 1' '*.example.com:443' '10.0.0.1:443' 'a b 10.0.0.1' >egress.allow
    run_traced audit --allow egress.allow -- touch ran
    [[ $status -eq 2 && ! -e ran ]] || fail "exit status $status, or the command ran: $(cat messages)"
    audit_says "egress.allow:2: '*.example.com' is a wildcard, and so a hole"
    audit_says "egress.allow:4: '10.0.0.1' is too much"
    [[ $(wc -l <messages) -eq 2 ]] || fail "more than the two lines are wrong: $(cat messages)"
    run_traced audit --allow missing -- touch ran
    [[ $status -eq 2 && ! -e ran ]] || fail "a missing file: exit status $status: $(cat messages)"
    ln -s egress.allow link
    run_traced audit --learn link -- touch ran
    [[ $status -eq 2 && ! -e ran ]] || fail "a link: exit status $status: $(cat messages)"
    audit_says "link is a symbolic link"
}

case_audit_hostile_names() { # docs/spec.md, 5
    local name=$'a\n\e[2J"\xff'

    cp "$triggers/connect" "./$name"
    run_traced audit --learn egress.allow -- nsenter --net="/run/netns/$a" "./$name" ECONNREFUSED 10.99.0.2 81
    audit_ends 0 "learnt: 1 rule added"
    ! LC_ALL=C grep -qP '[^\n\x20-\x7e]' messages egress.allow || fail "as it was: $(cat -v messages egress.allow)"
    [[ $(wc -l <egress.allow) -eq 3 ]] || fail "a name has made a line: $(cat egress.allow)"
    run_traced audit --allow egress.allow -- nsenter --net="/run/netns/$a" "./$name" ECONNREFUSED 10.99.0.2 81
    audit_ends 0 "verdict: as expected"
    cp "$triggers/connect" other
    run_traced audit --allow egress.allow -- nsenter --net="/run/netns/$a" ./other ECONNREFUSED 10.99.0.2 81
    audit_ends 120 "verdict: unexpected"
}
