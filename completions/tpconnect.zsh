#compdef tpconnect
# SPDX-License-Identifier: MIT
# Completions of tpconnect for zsh. `meson install` puts them where zsh looks, as _tpconnect.

# _tpconnect_add COMMANDS SPEC...: what _arguments is to know if the command is one of these.
_tpconnect_add() {
    [[ " $1 " != *" $command "* ]] || specs+=("${@:2}")
}

# The first word that names a command of tpconnect does.
_tpconnect_find_command() {
    local word

    for word in "${(@)words[2,CURRENT-1]}"; do
        if [[ -n ${(M)names:#$word:*} ]]; then
            command=$word
            given=yes
            return
        fi
    done
}

# Values of options. What _arguments adds to their arguments is for compadd.
_tpconnect_unknown() { _message value }
_tpconnect_one() { compadd "$@" }
_tpconnect_list() { compset -P '*,'; compadd "$@" }
_tpconnect_signed() { compset -P '*,'; compset -P '[+-]'; compadd "$@" }
_tpconnect_file() { _files }
_tpconnect_pids() {
    local -a pids=(/proc/<->(N:t))

    compset -P '*,'
    compset -P '(\\|)!'
    compadd "$@" -a pids
}
_tpconnect_users() { _sequence _users }
_tpconnect_comms() {
    local -aU comms

    comms=("${(@f)$(cat /proc/[0-9]*/comm 2>/dev/null)}")
    compset -P '*,'
    compset -P '(\\|)!'
    compadd "$@" -a comms
}
_tpconnect_cgroup() {
    local mount

    _directories
    mount="$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)"
    [[ -z $mount ]] || _directories -W "$mount"
}
_tpconnect_netns() {
    if [[ $PREFIX == */* ]]; then
        _files
    else
        compadd "$@" self /run/netns/*(N:t)
    fi
}

# The command, where none is named, or the INTERVAL of its reports.
_tpconnect_word() {
    if [[ -z $given ]]; then
        _describe command names
    elif [[ $command == (count|latency) ]]; then
        _message INTERVAL
    fi
}

_tpconnect() {
    local command=trace given
    local -a specs names
    integer dashes=${words[(ie)--]}

    # What follows `--` is a command line of its own.
    if ((dashes < CURRENT)); then
        shift $dashes words
        ((CURRENT -= dashes))
        _normal
        return
    fi
    # OPTION TABLE BEGIN: from src/options/rows.c by `meson compile -C build docs`
    names=(
        'trace:each connection attempt, as it happens'
        'count:attempts and results by process and destination'
        'latency:a histogram of handshake latency'
        'list:connections that are open now, of all processes'
        'top:a live screen of processes, destinations, connections'
        'audit:what it connected to, against a list of what is expected'
        'record:always on: keep every event in a bounded store'
        'history:ask the store what record has kept'
        'report:a picture and tables of records'
        'detach:take away what record --pin left in the kernel'
        'doctor:whether this host can build and run it, and what to do if not'
    )
    _tpconnect_find_command
    _tpconnect_add 'trace count latency list top record history' '*'{-p+,--pid=}'[only these processes (thread group ids)]:PID,...:_tpconnect_pids'
    _tpconnect_add 'trace count latency top record' '--follow[with -p: and whatever they start from now on]'
    _tpconnect_add 'trace count latency list top record history' '*'{-u+,--uid=}'[only these effective users, names or numbers]:USER,...:_tpconnect_users'
    _tpconnect_add 'trace count latency list top record history' '*'{-P+,--port=}'[only these destination ports and ranges: 443,8000-8999]:PORT,...:_tpconnect_unknown'
    _tpconnect_add 'trace count latency list top record history' '*'{-d+,--dst=}'[only these destination networks, IPv4 and IPv6]:CIDR,...:_tpconnect_unknown'
    _tpconnect_add 'trace count latency list top record history' '*'{-C+,--comm=}'[only processes or threads of exactly that name]:NAME,...:_tpconnect_comms'
    _tpconnect_add 'trace count latency list top record history' '*--exe=[only these executables: /usr/bin/curl, or curl for any of that name]:PATH,...:_tpconnect_file'
    _tpconnect_add 'trace count latency list top audit record history' '*--container=[only these containers: 12 digits of the id or more, or a name known]:ID,...:_tpconnect_unknown'
    _tpconnect_add 'trace count latency list top audit record history' '*--unit=[only these systemd units: nginx.service, or nginx for short]:UNIT,...:_tpconnect_unknown'
    _tpconnect_add 'trace count latency list top record history' '(-4 --ipv4)'{-4,--ipv4}'[only IPv4, which IPv4-mapped addresses are]'
    _tpconnect_add 'trace count latency list top record history' '(-6 --ipv6)'{-6,--ipv6}'[only IPv6]'
    _tpconnect_add 'trace count latency list top audit record history' '*--cgroup=[only this cgroup v2 and all below it; may be repeated]:PATH:_tpconnect_cgroup'
    _tpconnect_add 'trace count latency list top audit record history' '*--netns=[only this network namespace: self, a path, a name or an inode number]:NETNS:_tpconnect_netns'
    _tpconnect_add 'list' '--all[list: also what is inbound, listens, or is held by no process]'
    _tpconnect_add 'trace record history' '*'{-e+,--events=}'[connect, retry, established, failed, cancelled, close, open, or all]:LIST:_tpconnect_signed connect retry established failed cancelled close open all'
    _tpconnect_add 'trace count record history' '(-f --failed)'{-f,--failed}'[only what did not work, or not at once]'
    _tpconnect_add 'trace count latency record history' '*'{-l+,--min-latency=}'[only results that took at least so long: 10ms, 1s]:DUR:_tpconnect_unknown'
    _tpconnect_add 'count latency list top history' '*--by=[group count (default process,dst), latency (all together), and list by]:LIST:_tpconnect_list process pid dst port user cgroup exe container unit name'
    _tpconnect_add 'history' '--latency[history: a histogram of handshake latency, with --by one of each group]'
    _tpconnect_add 'trace list record history' '*'{-n+,--max-events=}'[stop after N events; list: show the first N]:N:_tpconnect_unknown'
    _tpconnect_add 'trace count latency top audit record' '*'{-t+,--time=}'[stop after that long: 500ms, 10s, 2m, 1h]:DUR:_tpconnect_unknown'
    _tpconnect_add 'trace count latency top audit' '--wait[with a COMMAND: go on until its last descendant has ended]'
    _tpconnect_add 'trace count latency list top history report' '*'{-o+,--output=}'[text (default), table (that of list), json; trace, history: zeek]:FORMAT:_tpconnect_one text table json zeek html md dot'
    _tpconnect_add 'top' '*--filter=[top: begin with this filter, as it is typed behind /]:WORDS:_tpconnect_unknown'
    _tpconnect_add 'top' '*--replay=[top: show a record that top -w, or trace -o json, has written]:FILE:_tpconnect_file'
    _tpconnect_add 'trace count latency list history' '(-N --names)'{-N,--names}'[names of services and users, not numbers, in tables]'
    _tpconnect_add 'trace record' '--args[the arguments of processes too: they can hold secrets]'
    _tpconnect_add 'trace record' '--lineage[ancestors too that have died: with -v or in JSON]'
    _tpconnect_add 'trace count latency list top audit record' '--container-names[look up names and images of containers, and pods]'
    _tpconnect_add 'trace count latency top audit record' '*--dns=-[names of destinations, by the answers of name servers that processes get]::host:_tpconnect_one host'
    _tpconnect_add 'trace record history' '--community-id[with -o json or zeek: the Community ID, by which other tools know it too]'
    _tpconnect_add 'trace count latency list top audit history' '*'{-w+,--write=}'[append to FILE, not stdout; SIGHUP opens it anew]:FILE:_tpconnect_file'
    _tpconnect_add 'trace record' '*--repeat-limit=[sum up what fails unsent more than N times a second, to one]:N:_tpconnect_unknown'
    _tpconnect_add 'trace count latency list top audit record history report detach doctor' '*--color=[auto (default), always or never; NO_COLOR is obeyed]:WHEN:_tpconnect_one auto always never'
    _tpconnect_add 'record history' '*--store=[record, history: the store (default /var/lib/tpconnect)]:DIR:_tpconnect_file'
    _tpconnect_add 'record' '*--store-size=[record: the most that it may take, such as 500M (default 10G)]:BYTES:_tpconnect_unknown'
    _tpconnect_add 'record' '*--metrics-file=[record: write metrics for Prometheus to FILE, each 5 seconds]:FILE:_tpconnect_file'
    _tpconnect_add 'record detach' '*--pin=[record: go on in the kernel, from DIR, while no process reads]:DIR:_tpconnect_file'
    _tpconnect_add 'history' '*--since=[history: only what came then or later: 2h (ago), 7d, today, yesterday]:TIME:_tpconnect_unknown'
    _tpconnect_add 'history' '*--until=[history: only what came before that time]:TIME:_tpconnect_unknown'
    _tpconnect_add 'history' '--check[history: whether anything of it is missing]'
    _tpconnect_add 'audit' '*--allow=[audit: judge by the rules of FILE]:FILE:_tpconnect_file'
    _tpconnect_add 'audit' '*--learn=[audit: add to FILE the rules that what was seen lacks there]:FILE:_tpconnect_file'
    _tpconnect_add 'audit' '*--scope=[audit: whose attempts are judged: command (default, where there is a]:SCOPE:_tpconnect_one command host'
    _tpconnect_add 'trace count latency top audit record' '--no-syscalls[leave the system call tracepoints out: costs other system calls nothing]'
    _tpconnect_add 'trace record' '--no-snapshot[do not look for what is open at the start: the end of such connections]'
    _tpconnect_add 'trace count latency list top audit record' '*--object=[load this BPF object, not the one built in]:FILE:_tpconnect_file'
    _tpconnect_add 'trace count latency top audit record doctor' '*--btf=[the kernel'\''s BTF (type information), where it gives none itself]:FILE:_tpconnect_file'
    _tpconnect_add 'trace count latency top audit record' '*--ring-size=[ring buffer, a power of two (default 4M)]:BYTES:_tpconnect_unknown'
    _tpconnect_add 'trace record' '*--user=[whom it becomes once all is attached, if it was root]:USER:_tpconnect_users'
    _tpconnect_add 'trace count latency list top audit record history report' '(-q --quiet)'{-q,--quiet}'[no start-up line and no warnings]'
    _tpconnect_add 'trace count latency list top audit record history' '(-v --verbose)'{-v,--verbose}'[more of each process (text), and what libbpf warns of; -vv: all it does]'
    _tpconnect_add 'trace count latency list top audit record history report detach doctor' '(-h --help)'{-h,--help}'[the options, in short]'
    _tpconnect_add 'trace count latency list top audit record history report detach doctor' '(-V --version)'{-V,--version}'[the version, and the commit that was built]'
    # OPTION TABLE END
    _arguments -s -S $specs '*: :_tpconnect_word'
}

_tpconnect "$@"
