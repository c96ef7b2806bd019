# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# Names of users and services.

# Names that no administrator would choose, of the users and ports of case_names: escape sequences,
# no UTF-8, and lengths without end.
hostile_names() {
    local long

    long="$(printf '%5000s' '' | tr ' ' x)"
    printf 'ro\033[2Jot:x:0:0::/:\n\033]0;%s\007:x:65534:0::/:\n%s\n' "$long" "$long" >passwd
    printf '\033[31mpostgres\n 80/tcp\n\377\376%s 81/tcp\n\033[2J 82/tcp\n' "$long" >services
}

# name_traced OPTION...: tpconnect, for which the hostile files are the system's, while two users
# connect to two ports.
name_traced() {
    rm -f messages # those of the tracer before
    # shellcheck disable=SC2016 # for the inner shell
    unshare -m sh -c 'mount --bind passwd /etc/passwd && mount --bind services /etc/services &&
        exec "$@"' sh "$tpconnect" --netns "/run/netns/$a" -N -w record "$@" >>stdout 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '^tpconnect: tracing' messages || fail "tpconnect did not start: $(cat messages)"
    within "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 81 >/dev/null
    within "$a" setpriv --reuid=65534 --clear-groups "$triggers/connect" \
        established 10.99.0.2 82 >/dev/null
    sleep 0.2
    stop_trace
}

case_names() { # -N with files of anybody's making; JSON has numbers
    local options

    hostile_names
    chmod 711 "$work" .
    serve "$b" 10.99.0.2 82
    for options in '-o table' 'count --by user,port,dst' 'latency --by user,port'; do
        rm -f record
        # shellcheck disable=SC2086 # words
        name_traced $options
        ! LC_ALL=C grep -nP '[\x00-\x08\x0b-\x1f\x7f]' record >odd || fail "$options: $(cat -v odd)"
        iconv -f UTF-8 -t UTF-8 record >/dev/null || fail "$options: not UTF-8: $(cat -v record)"
        [[ $(wc -L <record) -le 200 ]] || fail "$options: a line of $(wc -L <record) columns"
        # The part of a name that is harmless shows that it was read.
        grep -qF '?[2J' record || fail "$options: no names: $(cat record)"
        rm -f record
        # shellcheck disable=SC2086
        name_traced $options -o json
        jq -e -s '[.[] | ."network.peer.port" // 81 | numbers] - [81, 82] == []' record >/dev/null ||
            fail "$options -o json: ports: $(cat record)"
        jq -e -s '[.[] | ."process.user.id" // 0 | numbers] - [0, 65534] == []' record >/dev/null ||
            fail "$options -o json: users: $(cat record)"
        ! grep -q '\\u001b' record || fail "$options -o json: names: $(cat record)"
    done
}

case_port_names() { # -P takes what -N shows
    printf 'alt-81 81/tcp other\nalt-81 81/udp\nalt-81 83/tcp\nshown 82/tcp\n' >services
    : >passwd
    serve "$b" 10.99.0.2 82
    name_traced -o table
    [[ $(grep -cE ' 10\.99\.0\.2:(alt-81|shown) ' record) -eq 2 ]] || fail "no names: $(cat record)"
    rm record
    name_traced -o table -P alt-81
    grep -q ' 10\.99\.0\.2:alt-81 ' record || fail "not what was asked for: $(cat record)"
    ! grep ':shown ' record || fail "what was not asked for"
    rm record
    name_traced -o table -P other,82
    [[ $(grep -cE ' 10\.99\.0\.2:(alt-81|shown) ' record) -eq 2 ]] || fail "an alias: $(cat record)"
}

case_no_lookups() { # names come from files: NSS could ask a server, and wait
    command -v nm >/dev/null || skip "nm is missing"
    nm -D --undefined-only "$tpconnect" >calls
    [[ -s calls ]] || skip "a static program names no calls"
    ! grep -E ' (get(pw|gr|serv|host|addr|name)[a-z_]*|res_[a-z]+)(@|$)' calls >odd ||
        fail "it can ask servers: $(cat odd)"
    grep -qE ' (getline|_*getdelim)(@|$)' calls || fail "it reads no files: $(cat calls)"
}
