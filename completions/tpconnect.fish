# SPDX-License-Identifier: MIT
# Completions of tpconnect for fish. `meson install` puts them where fish looks.

# Whether a `--` has ended the options: a command line of its own follows.
function __tpconnect_dashes
    contains -- -- (commandline -opc)
end

# The command of tpconnect that the words name, if they do.
function __tpconnect_named
    for word in (commandline -opc)[2..]
        if contains -- $word $__tpconnect_commands
            echo $word
            return
        end
    end
end

function __tpconnect_no_command
    not __tpconnect_dashes; and test -z (__tpconnect_named)
end

# __tpconnect_of COMMAND...: whether it is one of these; where none is named, it is trace.
function __tpconnect_of
    __tpconnect_dashes; and return 1
    set -l named (__tpconnect_named) trace
    contains -- $named[1] $argv
end

function __tpconnect_command
    set -l words (commandline -opc)
    set -l after (math (contains -i -- -- $words) + 1)
    complete -C (string join ' ' -- (string escape -- $words[$after..]) (commandline -ct))
end

# What the word has already, to which a value is added: --name=, the values before the last comma, and !.
function __tpconnect_head
    string replace -r '[^,=!]*$' '' -- (commandline -ct)
end

# Values of options, one a line, with what is to be said of it behind a tab.
function __tpconnect_one
    printf '%s\n' $argv
end
function __tpconnect_list
    printf '%s\n' (string replace -r '^--[^=]*=' '' -- (__tpconnect_head))$argv
end
function __tpconnect_signed
    __tpconnect_list $argv +$argv -$argv
end
function __tpconnect_pids
    __tpconnect_list (__fish_complete_pids)
end
function __tpconnect_users
    __tpconnect_list (__fish_complete_users)
end
function __tpconnect_comms
    __tpconnect_list (cat /proc/*/comm 2>/dev/null | sort -u)
end
function __tpconnect_cgroup
    set -l value (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    set -l mount (awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
    __fish_complete_directories $value
    test -n "$mount"; and string replace -- $mount/ '' (__fish_complete_directories $mount/$value)
end
function __tpconnect_netns
    set -l value (string replace -r '^--[^=]*=' '' -- (commandline -ct))
    if string match -q '*/*' -- $value
        __fish_complete_path $value
    else
        set -l names /run/netns/*
        echo self
        string replace -- /run/netns/ '' $names
    end
end

complete -c tpconnect -f
complete -c tpconnect -n __tpconnect_dashes -a '(__tpconnect_command)'
# OPTION TABLE BEGIN: from src/options/rows.c by `meson compile -C build docs`
set -g __tpconnect_commands trace count latency list top audit record history report detach doctor
complete -c tpconnect -n __tpconnect_no_command -a trace -d 'each connection attempt, as it happens'
complete -c tpconnect -n __tpconnect_no_command -a count -d 'attempts and results by process and destination'
complete -c tpconnect -n __tpconnect_no_command -a latency -d 'a histogram of handshake latency'
complete -c tpconnect -n __tpconnect_no_command -a list -d 'connections that are open now, of all processes'
complete -c tpconnect -n __tpconnect_no_command -a top -d 'a live screen of processes, destinations, connections'
complete -c tpconnect -n __tpconnect_no_command -a audit -d 'what it connected to, against a list of what is expected'
complete -c tpconnect -n __tpconnect_no_command -a record -d 'always on: keep every event in a bounded store'
complete -c tpconnect -n __tpconnect_no_command -a history -d 'ask the store what record has kept'
complete -c tpconnect -n __tpconnect_no_command -a report -d 'a picture and tables of records'
complete -c tpconnect -n __tpconnect_no_command -a detach -d 'take away what record --pin left in the kernel'
complete -c tpconnect -n __tpconnect_no_command -a doctor -d 'whether this host can build and run it, and what to do if not'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s p -l pid -x -a '(__tpconnect_pids)' -d 'only these processes (thread group ids)'
complete -c tpconnect -n '__tpconnect_of trace count latency top record' -l follow -d 'with -p: and whatever they start from now on'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s u -l uid -x -a '(__tpconnect_users)' -d 'only these effective users, names or numbers'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s P -l port -x -d 'only these destination ports and ranges: 443,8000-8999'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s d -l dst -x -d 'only these destination networks, IPv4 and IPv6'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s C -l comm -x -a '(__tpconnect_comms)' -d 'only processes or threads of exactly that name'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -l exe -r -F -d 'only these executables: /usr/bin/curl, or curl for any of that name'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history' -l container -x -d 'only these containers: 12 digits of the id or more, or a name known'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history' -l unit -x -d 'only these systemd units: nginx.service, or nginx for short'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s 4 -l ipv4 -d 'only IPv4, which IPv4-mapped addresses are'
complete -c tpconnect -n '__tpconnect_of trace count latency list top record history' -s 6 -l ipv6 -d 'only IPv6'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history' -l cgroup -x -a '(__tpconnect_cgroup)' -d 'only this cgroup v2 and all below it; may be repeated'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history' -l netns -x -a '(__tpconnect_netns)' -d 'only this network namespace: self, a path, a name or an inode number'
complete -c tpconnect -n '__tpconnect_of list' -l all -d 'list: also what is inbound, listens, or is held by no process'
complete -c tpconnect -n '__tpconnect_of trace record history' -s e -l events -x -a '(__tpconnect_signed connect retry established failed cancelled close open all)' -d 'connect, retry, established, failed, cancelled, close, open, or all'
complete -c tpconnect -n '__tpconnect_of trace count record history' -s f -l failed -d 'only what did not work, or not at once'
complete -c tpconnect -n '__tpconnect_of trace count latency record history' -s l -l min-latency -x -d 'only results that took at least so long: 10ms, 1s'
complete -c tpconnect -n '__tpconnect_of count latency list top history' -l by -x -a '(__tpconnect_list process pid dst port user cgroup exe container unit name)' -d 'group count (default process,dst), latency (all together), and list by'
complete -c tpconnect -n '__tpconnect_of history' -l latency -d 'history: a histogram of handshake latency, with --by one of each group'
complete -c tpconnect -n '__tpconnect_of trace list record history' -s n -l max-events -x -d 'stop after N events; list: show the first N'
complete -c tpconnect -n '__tpconnect_of trace count latency top audit record' -s t -l time -x -d 'stop after that long: 500ms, 10s, 2m, 1h'
complete -c tpconnect -n '__tpconnect_of trace count latency top audit' -l wait -d 'with a COMMAND: go on until its last descendant has ended'
complete -c tpconnect -n '__tpconnect_of trace count latency list top history report' -s o -l output -x -a '(__tpconnect_one text table json zeek html md dot)' -d 'text (default), table (that of list), json; trace, history: zeek'
complete -c tpconnect -n '__tpconnect_of top' -l filter -x -d 'top: begin with this filter, as it is typed behind /'
complete -c tpconnect -n '__tpconnect_of top' -l replay -r -F -d 'top: show a record that top -w, or trace -o json, has written'
complete -c tpconnect -n '__tpconnect_of trace count latency list history' -s N -l names -d 'names of services and users, not numbers, in tables'
complete -c tpconnect -n '__tpconnect_of trace record' -l args -d 'the arguments of processes too: they can hold secrets'
complete -c tpconnect -n '__tpconnect_of trace record' -l lineage -d 'ancestors too that have died: with -v or in JSON'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record' -l container-names -d 'look up names and images of containers, and pods'
complete -c tpconnect -n '__tpconnect_of trace count latency top audit record' -l dns -f -a '(__tpconnect_one host)' -d 'names of destinations, by the answers of name servers that processes get'
complete -c tpconnect -n '__tpconnect_of trace record history' -l community-id -d 'with -o json or zeek: the Community ID, by which other tools know it too'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit history' -s w -l write -r -F -d 'append to FILE, not stdout; SIGHUP opens it anew'
complete -c tpconnect -n '__tpconnect_of trace record' -l repeat-limit -x -d 'sum up what fails unsent more than N times a second, to one'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history report detach doctor' -l color -x -a '(__tpconnect_one auto always never)' -d 'auto (default), always or never; NO_COLOR is obeyed'
complete -c tpconnect -n '__tpconnect_of record history' -l store -r -F -d 'record, history: the store (default /var/lib/tpconnect)'
complete -c tpconnect -n '__tpconnect_of record' -l store-size -x -d 'record: the most that it may take, such as 500M (default 10G)'
complete -c tpconnect -n '__tpconnect_of record' -l metrics-file -r -F -d 'record: write metrics for Prometheus to FILE, each 5 seconds'
complete -c tpconnect -n '__tpconnect_of record detach' -l pin -r -F -d 'record: go on in the kernel, from DIR, while no process reads'
complete -c tpconnect -n '__tpconnect_of history' -l since -x -d 'history: only what came then or later: 2h (ago), 7d, today, yesterday'
complete -c tpconnect -n '__tpconnect_of history' -l until -x -d 'history: only what came before that time'
complete -c tpconnect -n '__tpconnect_of history' -l check -d 'history: whether anything of it is missing'
complete -c tpconnect -n '__tpconnect_of audit' -l allow -r -F -d 'audit: judge by the rules of FILE'
complete -c tpconnect -n '__tpconnect_of audit' -l learn -r -F -d 'audit: add to FILE the rules that what was seen lacks there'
complete -c tpconnect -n '__tpconnect_of audit' -l scope -x -a '(__tpconnect_one command host)' -d 'audit: whose attempts are judged: command (default, where there is a'
complete -c tpconnect -n '__tpconnect_of trace count latency top audit record' -l no-syscalls -d 'leave the system call tracepoints out: costs other system calls nothing'
complete -c tpconnect -n '__tpconnect_of trace record' -l no-snapshot -d 'do not look for what is open at the start: the end of such connections'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record' -l object -r -F -d 'load this BPF object, not the one built in'
complete -c tpconnect -n '__tpconnect_of trace count latency top audit record doctor' -l btf -r -F -d 'the kernel\'s BTF (type information), where it gives none itself'
complete -c tpconnect -n '__tpconnect_of trace count latency top audit record' -l ring-size -x -d 'ring buffer, a power of two (default 4M)'
complete -c tpconnect -n '__tpconnect_of trace record' -l user -x -a '(__tpconnect_users)' -d 'whom it becomes once all is attached, if it was root'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history report' -s q -l quiet -d 'no start-up line and no warnings'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history' -s v -l verbose -d 'more of each process (text), and what libbpf warns of; -vv: all it does'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history report detach doctor' -s h -l help -d 'the options, in short'
complete -c tpconnect -n '__tpconnect_of trace count latency list top audit record history report detach doctor' -s V -l version -d 'the version, and the commit that was built'
# OPTION TABLE END
