# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # what run.sh and lib.sh set
# What people see of tpconnect list, and what they ask of it: docs/spec.md, 7. That it is true of all ways
# to be open: open.sh.

# --- help --------------------------------------------------------------------------------------

# talk NAME BYTES ADDR PORT [NAMESPACE]: a process of that name, in A or there, connected, that has sent so
# many bytes; its pid goes to $talker, its namespace to $where. It sends as many more as `say` asks for.
talk() {
    local name="$1" more="more.${#pids[@]}"

    where="${5:-$a}"
    [[ -e $name ]] || cp "$(command -v bash)" "./$name" || fail "cannot make $name"
    mkfifo "$more"
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$where" "./$name" -c '
        exec 4<>"$1" && exec 3<>"/dev/tcp/$2/$3" && echo >"$1.talks"
        while read -r n <&4; do printf "%0${n}d" 0 >&3; done' "$name" "$more" "$3" "$4" 2>"$more.said" &
    talker=$!
    pids+=("$talker")
    await test -e "$more.talks" || fail "$name does not talk: $(cat "$more.said")"
    says="$more"
    port="$(port_of_socket "$(readlink "/proc/$talker/fd/3")")"
    say "$2"
    await has_sent "$2" || fail "$name has not sent $2 bytes"
}

# port_of_socket 'socket:[INODE]': the local port. Who has the socket is not asked of ss, which looks at all
# descriptors of the host for that.
port_of_socket() {
    within "$where" ss -tneH | awk -v inode="ino:$(tr -dc 0-9 <<<"$1")" '
        { for (i = 1; i <= NF; i++) if ($i == inode) { sub(/.*:/, "", $4); print $4 } }'
}

# say BYTES: the last talker does.
say() { [[ $1 -eq 0 ]] || echo "$1" >"$says"; }

# listing OPTION...: into `listed`.
listing() {
    "$tpconnect" list "$@" >listed 2>list_messages || fail "list $*: $? $(cat list_messages)"
}

# column NAME: of the table, a line for each row. Of what is listed here, no cell has a space in it.
column() {
    awk -v name="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i; columns = NF; next }
        NF == columns { print at ? $at : "there is none" }' listed
}

# has COLUMN WANTED...: in that order.
has() {
    local name="$1" wanted
    shift

    wanted="$(printf '%s\n' "$@")"
    [[ $(column "$name") == "$wanted" ]] ||
        fail "$name is not $(tr '\n' ' ' <<<"$wanted"): $(cat listed list_messages)"
}

# sums_up TEXT: that is the last line.
sums_up() { [[ $(tail -n 1 listed) == "$1" ]] || fail "the last line is not $1: $(cat listed)"; }

# ss_says KEY [OPTION]: of the last talker's connection, in the words of `ss`.
ss_says() {
    within "$where" ss -tnieOH "${@:2}" sport = ":$port" | awk -v key="$1" '
        key == "local" { print $4 }
        key == "remote" { print $5 }
        key == "name" { split($0, part, "\""); print part[2] }
        match($0, "[(,]" key "=[0-9]+") { print substr($0, RSTART + length(key) + 2, RLENGTH - length(key) - 2) }
        { for (i = 6; i <= NF; i++) if (sub("^" key ":", "", $i)) print $i }'
}

# All that it was to say is acknowledged, as is the SYN.
has_sent() { [[ $(ss_says bytes_acked) -eq $(($1 + 1)) ]]; }
is_sent_again() { [[ $(ss_says retrans) == */[1-9]* ]]; }

# What it says now has no answer; then its process ends, and the kernel goes on alone.
leave_behind() {
    say 50
    await is_sent_again || fail "nothing is sent again"
    kill -KILL "$talker"
    await gone "$talker" || fail "the talker does not end"
}

# --- cases -------------------------------------------------------------------------------------

case_list_columns() { # docs/spec.md, 7: list, each column against ss
    local name idle

    serve "$b" 10.99.0.2 80
    talk talker 900 10.99.0.2 80
    idle="$(ss_says lastsnd)"
    listing --netns "$a"
    has STATE ESTAB
    for name in PROCESS:name PID:pid FD:fd LOCAL:local REMOTE:remote TX:bytes_sent; do
        has "${name%:*}" "$(ss_says "${name#*:}" -p)"
    done
    has RX 0
    has DIR out
    has RETR 0
    has UNACKED 0
    has EXE "$PWD/talker"
    # Of a number, there are three digits. ss has milliseconds, by a clock that can tick each ten of them.
    in_order $((idle - idle / 100 - 10)) "$(in_us IDLE ms)" $(($(ss_says lastsnd) + 10))
    in_order $(($(rtt) - $(rtt) / 100 - 1)) "$(in_us RTT us)" $(($(rtt) + 1))
    sums_up "1 outbound"
    # What is not acknowledged is sent again.
    rule_in "$b" input "tcp dport 80 drop"
    say 50
    await is_sent_again || fail "nothing is sent again"
    listing --netns "$a"
    has UNACKED 50
    has TX 950
    in_order 1 "$(column RETR)" "$(ss_says retrans | sed 's:.*/::')"
}

case_list_no_holder() { # docs/spec.md, T15: "no holder" is an answer
    serve "$b" 10.99.0.2 80
    sysctl_in "$a" net.ipv4.tcp_orphan_retries=14
    talk talker 0 10.99.0.2 80
    rule_in "$b" input "tcp dport 80 drop"
    leave_behind
    listing --netns "$a"
    sums_up "nothing that is open fits the filters"
    listing --netns "$a" --all
    has STATE FIN_WT1
    has PROCESS -
    has PID -
    has FD -
    has DIR out
    has LOCAL "10.99.0.1:$port"
    has UNACKED 50
    sums_up "1 outbound, 1 held by no process"
    # It is nobody's: no filter of processes wants it.
    listing --netns "$a" --all -C talker
    has STATE
}

# In microseconds.
rtt() { ss_says rtt | awk -F / '{ printf "%d", $1 * 1000 + 0.5 }'; }

# in_us COLUMN UNIT: the duration there, which has one of these units, as so many whole ones.
in_us() {
    column "$1" | awk -v unit="$2" '
        { factor = /us$/ ? 1 : /ms$/ ? 1000 : 1000000; printf "%d", $0 * factor / (unit == "us" ? 1 : 1000) }'
}

# in_order NUMBER...: none is less than the one before it.
in_order() { printf '%s\n' "$@" | sort -n -c 2>/dev/null || fail "not in order: $*: $(cat listed)"; }

case_list_holders() { # docs/spec.md, T15: of several that hold it, the first
    serve "$b" 10.99.0.2 80
    # shellcheck disable=SC2016 # for the inner shell
    nsenter --net="/run/netns/$a" bash -c 'exec 3<>/dev/tcp/10.99.0.2/80; for i in 1 2; do
        (exec 4>&3 5>&3; read -r <endless) & done; echo $$ >first; read -r <endless' &
    pids+=($!)
    await three_hold || fail "not three processes: $(cat listed)"
    awk 'NR == 2 { print $2, $3, $4, $5 }' listed >row
    [[ $(cat row) == "bash +2 $(cat first) 3" ]] || fail "not the first of three: $(cat listed)"
    listing --netns "$a" -o json
    keep_lines listed
    jq -e '."tpconnect.holders" == 3' listed >/dev/null || fail "not three: $(cat listed)"
}

three_hold() { listing --netns "$a" && grep -q ' bash +2 ' listed; }

case_list_filters() { # docs/spec.md, 7: the filters of trace
    local one two

    serve "$b" 10.99.0.2 80 10.99.0.2 81 fd00:99::2 80
    talk one 1 10.99.0.2 80
    one="$talker"
    talk two 2 10.99.0.2 81
    two="$talker"
    talk three 3 fd00:99::2 80
    finds "one three two"
    finds one -p "$one"
    finds "three two" -p "!$one"
    finds "one two" -p "$two" -p "$one"
    finds "" -C nobody
    finds two -C two
    finds "one two" -C '!three'
    finds two -P 81
    finds "one three" -P '!81'
    finds "one two" -d 10.99.0.0/24
    finds three -d '!0.0.0.0/0'
    finds "one two" -4
    finds three -6
    finds "one three two" -u 0
    finds "" -u '!0'
    finds two --exe "$PWD/two"
    finds three --exe three
    finds "one two" --exe '!three'
    finds "" --container 0123456789ab
    finds "" --unit nobody
    finds two -4 -C two -P 81 -u root --exe two
    # Of another namespace, B, there is nothing outbound; of these, it is inbound.
    listing --netns "$b"
    has STATE
    listing --netns "$b" --all -P "$port"
    has DIR in
    # A port is that of the peer, and only of what listens its own.
    listing --netns "$b" --all -P 80
    has STATE LISTEN LISTEN
    has DIR - -
}

# finds NAMES OPTION...: of A, those processes.
finds() {
    local wanted="$1"
    shift

    listing --netns "$a" "$@"
    [[ $(column PROCESS | tr '\n' ' ') == "${wanted:+$wanted }" ]] ||
        fail "list $*: not $wanted: $(cat listed list_messages)"
}

case_list_all() { # docs/spec.md, 7: --all, in all network namespaces
    local c="$run_id-c" first left

    make_namespace "$c"
    # A busy host takes its time to look.
    sysctl_in "$a" net.ipv4.tcp_orphan_retries=14
    sysctl_in "$c" net.ipv4.tcp_orphan_retries=14
    serve "$b" 10.99.0.2 80
    talk talker 10 10.99.0.2 80
    first="$port"
    talk left 10 10.99.0.2 80
    left="$port"
    rule_in "$b" input "tcp sport $port drop"
    leave_behind
    # In C, no process is left at all.
    serve "$c" 127.0.0.1 89
    talk gone 10 127.0.0.1 89 "$c"
    rule_in "$c" input "meta l4proto tcp drop"
    leave_behind
    kill -KILL "$(pids_in "$c")"
    await has_no_process "$c" || fail "a process is left"
    "$tpconnect" list --all -o json -q >listed 2>list_messages || fail "list: $(cat list_messages)"
    [[ ! -s list_messages ]] || fail "not quiet: $(cat list_messages)"
    keep_lines listed
    jq -r 'select(has("tpconnect.netns")) | [."tpconnect.netns", ."network.connection.state",
        ."tpconnect.direction" // "-", (has("process.pid") | tostring), ."network.local.port"] | join(" ")' \
        listed | grep -E "^($(netns_inode "$a")|$(netns_inode "$b")|$(netns_inode "$c")) " | sort >got
    sort >wanted <<-WANTED
	$(netns_inode "$a") established out true $first
	$(netns_inode "$a") fin_wait_1 out false $left
	$(netns_inode "$b") established in true 80
	$(netns_inode "$b") established in true 80
	$(netns_inode "$b") listen - true 80
	$(netns_inode "$c") fin_wait_1 in false 89
	$(netns_inode "$c") fin_wait_1 out false $port
	WANTED
    diff wanted got || fail "not what is open: $(cat listed)"
    jq -s -e 'map(."tpconnect.seq") == [range(1; length + 1)]' listed >/dev/null || fail "seq has gaps"
    [[ $(jq -s 'map(."tpconnect.connection.id") | length - (unique | length)' listed) -eq 0 ]] ||
        fail "a connection is there twice: $(cat listed)"
    listing --netns "$c" --all
    has LOCAL "127.0.0.1:$port" 127.0.0.1:89
    sums_up "1 outbound, 1 inbound, 2 held by no process"
    listing --all --netns "!$c"
    ! grep -q '127.0.0.1:89 ' listed || fail "it is not left out: $(cat listed)"
}

has_no_process() { [[ -z $(pids_in "$1") ]]; }

case_list_unreached() { # docs/spec.md, 7: what is not looked at is said
    command -v python3 >/dev/null || skip "python3 is missing"
    # Who has made a socket there goes elsewhere, and nobody else is in it.
    unshare --net python3 -c '
import os, socket, sys, time
there = os.open("/proc/self/ns/net", os.O_RDONLY)
print(os.fstat(there).st_ino, flush=True)
listener = socket.create_server(("127.0.0.1", 0))
here = os.open("/proc/%s/ns/net" % sys.argv[1], os.O_RDONLY)
import ctypes
if ctypes.CDLL(None).setns(here, 0) != 0:
    sys.exit("setns")
os.close(there)
print("gone", flush=True)
sys.stdin.read()' $$ >left 0<>endless &
    pids+=($!)
    await grep -qs gone left || fail "nobody has left: $(cat left)"
    listing --all --netns "$(head -n 1 left)"
    grep -q "no process is in network namespace $(head -n 1 left), in which there are sockets" list_messages ||
        fail "not said: $(cat list_messages)"
    listing --all --netns "!$(head -n 1 left)"
    ! grep 'no process is in' list_messages >odd || fail "said, though it is not wanted: $(cat odd)"
    # What cannot be entered: without the privilege, all but its own.
    command -v setpriv >/dev/null || skip "setpriv is missing"
    setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin "$tpconnect" list --all >listed 2>list_messages ||
        fail "$(cat list_messages)"
    grep -qE "cannot enter network namespace .*: Operation not permitted; what no process holds there is not shown" \
        list_messages || fail "not said: $(cat list_messages)"
    # Who cannot be looked at is nothing to who asks for one namespace, which is found all the same.
    setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace "$tpconnect" list --all >listed 2>list_messages ||
        fail "$(cat list_messages)"
    grep -qE "cannot tell the network namespace of (process|[0-9]+ processes, the last of them) [0-9]+: Permission denied;" \
        list_messages || fail "not said: $(cat list_messages)"
    setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace "$tpconnect" list --all --netns "$a" \
        >listed 2>list_messages || fail "$(cat list_messages)"
    [[ ! -s list_messages ]] || fail "said, though it does not matter: $(cat list_messages)"
}

case_list_by() { # docs/spec.md, 7: list --by
    serve "$b" 10.99.0.2 80 10.99.0.2 81
    talk one 100 10.99.0.2 80
    talk one 20 10.99.0.2 81
    talk other 3 10.99.0.2 80
    listing --netns "$a" --by process
    has COMM one other
    has OPEN 2 1
    has TX 120 3
    sums_up "3 outbound"
    listing --netns "$a" --by process -n 1
    has COMM one
    sums_up "3 outbound; the first group is shown"
    listing --netns "$a" --by process,port -n 2
    sums_up "3 outbound; the first 2 groups are shown"
    listing --netns "$a" --by process -n 2
    sums_up "3 outbound"
    listing --netns "$a" --by port -o text
    has PORT 80 81
    has OPEN 2 1
    listing --netns "$b" --all --by port
    # Three connections, each from a port of its own; what listens has no peer.
    [[ $(column PORT | sort | uniq | wc -l) -eq 4 ]] || fail "not three ports, and none: $(cat listed)"
    awk '$1 == "-" && $2 == 2 && $6 == 2 { found = 1 } END { exit !found }' listed ||
        fail "not two that listen: $(cat listed)"
    listing --netns "$a" --by process,dst,port -o json
    keep_lines listed
    jq -c '[."process.executable.name", ."network.peer.address", ."network.peer.port", ."tpconnect.open",
        ."tpconnect.bytes_sent"]' listed | sort >got
    sort >wanted <<-'WANTED'
	["one","10.99.0.2",80,1,100]
	["one","10.99.0.2",81,1,20]
	["other","10.99.0.2",80,1,3]
	WANTED
    diff wanted got || fail "not these groups: $(cat listed)"
    grep -q '^tpconnect: 3 outbound$' list_messages || fail "not summed up: $(cat list_messages)"
}

case_list_formats() { # docs/spec.md, 7: list -o, -w, -n, -q
    local i

    serve "$b" 10.99.0.2 80
    for i in 1 2 3; do
        talk "talker$i" "$i" 10.99.0.2 80
    done
    listing --netns "$a" -o text
    [[ $(grep -cE '^[^ ]+Z pid=[0-9]+ proto=6 dst=10.99.0.2:80 src=.* event=open .*tx=[123] ' listed) -eq 3 &&
        $(wc -l <listed) -eq 3 ]] || fail "not three lines of text: $(cat listed)"
    grep -q '^tpconnect: 3 outbound$' list_messages || fail "not summed up: $(cat list_messages)"
    listing --netns "$a" -n 2
    has PROCESS talker1 talker2
    sums_up "3 outbound; the first 2 are shown"
    listing --netns "$a" -n 1
    sums_up "3 outbound; the first one is shown"
    listing --netns "$a" -q
    [[ $(wc -l <listed) -eq 4 && ! -s list_messages ]] || fail "-q says more: $(cat listed list_messages)"
    listing --netns "$a" -q -P 9
    [[ ! -s listed && ! -s list_messages ]] || fail "-q says more: $(cat listed list_messages)"
    listing --netns "$a" -o json -w file
    [[ ! -s listed && $(wc -l <file) -eq 3 && $(stat -c %a file) == 600 ]] || fail "-w: $(cat listed file)"
    listing --netns "$a" -w file
    [[ $(wc -l <file) -eq 8 ]] || fail "not appended: $(cat file)"
    listing --netns "$a" -N
    has REMOTE 10.99.0.2:http 10.99.0.2:http 10.99.0.2:http
}

case_list_container() { # the holder's container, by its id, and by a name of container_names.sh's Docker
    local docker

    [[ -d /var/lib ]] || skip "there is no /var/lib"
    make_cgroup
    mkdir -p "$cgroup/docker/$container_id"
    serve "$b" 10.99.0.2 80
    talk inside 1 10.99.0.2 80
    echo "$talker" >"$cgroup/docker/$container_id/cgroup.procs"
    talk outside 1 10.99.0.2 80
    listing --netns "$a"
    has CONTAINER/UNIT "${container_id:0:12}" -
    listing --netns "$a" --container "$container_id"
    has PROCESS inside
    printf '%s' '{"Name":"/shop","Config":{"Image":"registry.example.com/shop:1"}}' >shop
    # shellcheck disable=SC2016 # for the inner shell
    docker='mount -t tmpfs none /var/lib; mkdir -p "${1%/*}"; cat shop >"$1"; shift; exec "$@"'
    unshare --mount sh -ec "$docker" sh "$container_file" "$tpconnect" list --netns "$a" --container-names \
        --container shop >listed 2>list_messages || fail "$(cat list_messages)"
    has PROCESS inside
    has CONTAINER/UNIT shop
    [[ ! -s list_messages ]] || fail "$(cat list_messages)"
}

case_list_hostile_name() { # docs/spec.md, 5
    serve "$b" 10.99.0.2 80
    talk $'a\e[31mb\nc=" d' 1 10.99.0.2 80
    listing --netns "$a"
    grep -qF 'a?[31mb?c=" d' listed || fail "not the name: $(cat -A listed)"
    [[ $(wc -l <listed) -eq 3 ]] || fail "it breaks the line: $(cat -A listed)"
    listing --netns "$a" -o text
    grep -qF ' comm="a\x1b[31mb\nc=\" d"' listed || fail "not quoted: $(cat -A listed)"
    listing --netns "$a" -o json
    keep_lines listed
    jq -e '."process.executable.name" == "a\u001b[31mb\nc=\" d"' listed >/dev/null || fail "JSON: $(cat -A listed)"
}

case_list_wrong_usage() { # docs/spec.md, 7
    wrong 2 '--follow is for' --follow -p 1
    wrong 2 '--events is for trace' -e all
    wrong 2 'takes no command' -- true
    wrong 2 "'5s' is too much" 5s
    wrong 2 'no key "fd"' --by fd
    wrong 2 'ports are 1 to 65535' -P 70000
    wrong 1 'no process 4194303 runs; leave -p out' -p 4194303
    wrong 1 'cannot write to /: ' -w /
    wrong 1 'no-object' --object no-object
}

# wrong STATUS TEXT OPTION...: one line on stderr says so.
wrong() {
    local want="$1" text="$2" status=0
    shift 2

    "$tpconnect" list "$@" >listed 2>list_messages || status=$?
    [[ $status -eq $want && ! -s listed ]] || fail "list $*: status $status: $(cat listed list_messages)"
    grep -qE -- "$text" list_messages || fail "list $*: not $text: $(cat list_messages)"
}

case_list_closed_pipe() { # docs/spec.md, 7
    many
    for format in table json; do
        # More than a pipe holds: what is left of it, nobody reads.
        { "$tpconnect" list --netns "$a" -o "$format" 2>list_messages; echo $? >status; } | head -n 1 >first
        [[ $(cat status) -eq 0 && ! -s list_messages && $(wc -l <first) -eq 1 ]] ||
            fail "$format: not quiet: $(cat status list_messages)"
    done
}

# Many sockets in A: 2,000 connections, both ends of each.
many() {
    nsenter --net="/run/netns/$a" "$triggers/pairs" 2 1000 999 >held 2>pairs_messages 0<>endless &
    pids+=($!)
    await grep -q open pairs_messages || fail "not open: $(cat pairs_messages)"
}

case_list_slow_reader() { # a pager is waited for
    local reader

    many
    mkfifo pipe
    # Longer than a trace waits for who does not read. What is listed is more than a pipe holds.
    { read -r first; sleep 3; cat; } <pipe >rest &
    reader=$!
    "$tpconnect" list --netns "$a" -o json >pipe 2>list_messages || fail "list: $(cat list_messages)"
    wait "$reader"
    [[ $(wc -l <rest) -eq 1999 ]] || fail "$(wc -l <rest) lines are left of 1999: $(cat list_messages)"
}

case_list_full_disk() { # docs/spec.md, 8
    local status=0 lines

    many
    mkdir full
    mount -t tmpfs -o size=64k nodev full
    "$tpconnect" list --netns "$a" -o json -w full/record >listed 2>list_messages || status=$?
    lines="$(wc -l <full/record)"
    [[ $status -eq 1 ]] || fail "status $status: $(cat list_messages)"
    grep -q 'cannot write to full/record: No space left on device$' list_messages || fail "$(cat list_messages)"
    grep -q "^tpconnect: $((2000 - lines)) lines could not be written$" list_messages ||
        fail "$lines lines, and: $(cat list_messages)"
    [[ $(tail -c 1 full/record | wc -l) -eq 1 ]] || fail "a line is not whole"
    # Also where the last line alone is lost.
    [[ -c /dev/full ]] || return 0
    status=0
    "$tpconnect" list --netns "$b" >/dev/full 2>list_messages || status=$?
    [[ $status -eq 1 ]] || fail "/dev/full: status $status"
    grep -q '^tpconnect: cannot write to stdout: No space left on device$' list_messages ||
        fail "$(cat list_messages)"
}

case_list_terminal() { # docs/spec.md, 7: it fits the terminal
    { command -v script && command -v stty; } >/dev/null || skip "script or stty is missing"
    serve "$b" 10.99.0.2 80 fd00:99::2 80
    talk "fifteen-letters" 1 10.99.0.2 80
    talk "six" 1 fd00:99::2 80
    for columns in 40 80 100 140; do
        script -qec "stty cols $columns rows 24; exec '$tpconnect' list --netns '$a'" /dev/null </dev/null |
            tr -d '\r' >listed
        [[ $(wc -l <listed) -eq 4 ]] || fail "in $columns columns: $(cat listed)"
        [[ $(LC_ALL=C.UTF-8 wc -L <listed) -le $columns ]] || fail "not $columns columns: $(cat listed)"
        grep -q ' 10.99.0.2:80 ' listed || fail "the peer is shortened in $columns columns: $(cat listed)"
    done
}

case_list_without_tracefs() { # docs/spec.md, 7: it needs no tracepoint
    serve "$b" 10.99.0.2 80
    talk talker 1 10.99.0.2 80
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount bash -c '! umount -R -l /sys/kernel/tracing /sys/kernel/debug 2>/dev/null || :
        while umount -l /sys/kernel/tracing 2>/dev/null; do :; done
        exec "$@"' bash "$tpconnect" list --netns "$a" >listed 2>list_messages || fail "$(cat list_messages)"
    has PROCESS talker
}

case_list_without_privilege() { # docs/spec.md, 7: exit status 3
    local status=0

    command -v setpriv >/dev/null || skip "setpriv is missing"
    setpriv --reuid 65534 --clear-groups --inh-caps=-all --bounding-set=-all "$tpconnect" list \
        >listed 2>list_messages || status=$?
    [[ $status -eq 3 && ! -s listed && $(wc -l <list_messages) -eq 1 ]] ||
        fail "status $status: $(cat listed list_messages)"
    grep -q 'lacks CAP_BPF and CAP_PERFMON; ' list_messages || fail "$(cat list_messages)"
}
