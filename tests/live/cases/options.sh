# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2034 # what run.sh and lib.sh set, and what they read
# The command line: limits, files, and what is wrong usage. Its filters are in filters.sh.

case_default_events() { # docs/spec.md, 3
    serve "$b" 10.99.0.2 80
    trace_raw --netns "$a" -o json -w record
    await grep -qs '"tpconnect.start"' record || fail "tpconnect did not start: $(cat messages)"
    trigger connect established 10.99.0.2 80
    trigger connect ECONNREFUSED 10.99.0.2 81
    sleep 0.2
    stop_trace
    check whole=false
    ! grep -E '"tcp.(connect|close)"' record >odd || fail "not in the default set: $(cat odd)"
}

case_max_events() { # -n
    trace -n 3
    # The last two connections may find nobody there any more.
    trigger connect -n 4 ECONNREFUSED 10.99.0.2 81
    trace_ends 0
    [[ $(grep -c '"tcp\.' record) -eq 3 ]] || fail "not 3 events: $(cat record)"
    check expected=false accepted=false lossless=false
}

case_max_events_filtered() { # -n counts what the filters let pass
    trace -n 2 -P 81 -e failed
    unexpected "$a" -n 3 ECONNREFUSED 10.99.0.2 90
    unexpected "$a" ECONNREFUSED fd00:99::2 80
    trigger connect ECONNREFUSED 10.99.0.2 81
    trigger connect ECONNREFUSED fd00:99::2 81
    trace_ends 0
    [[ $(grep -c '"tcp\.' record) -eq 2 ]] || fail "not 2 events: $(cat record)"
    check accepted=false whole=false
}

case_time() { # -t: of tracing, not of what it takes to begin
    trace_raw --netns "$a" -e all -o json -w record -t 1s
    trace_ends 0
    [[ $(traced_ns) -ge 1000000000 && $(traced_ns) -lt 5000000000 ]] ||
        fail "not 1 s but $(traced_ns) ns"
    check
}

# From the record's start to its stop, by its own times.
traced_ns() {
    jq -r .timestamp record | date -f - +%s%N | { read -r start && read -r stop && echo $((stop - start)); }
}

case_no_syscalls() { # --no-syscalls
    serve "$b" 10.99.0.2 80
    trace --no-syscalls
    trigger connect established 10.99.0.2 80
    trigger connect ECONNREFUSED 10.99.0.2 81
    unexpected "$a" -u ENETUNREACH 10.97.0.1 80
    stop_trace
    check
    grep -q 'fail before SYN_SENT.* unseen' messages || fail "not said at start: $(cat messages)"
    ! grep -E 'sys_(enter|exit)_connect' record >odd || fail "attached to system calls: $(cat odd)"
}

case_object() { # --object
    local object="${tpconnect%/*}/connect.bpf.o"

    [[ -e $object ]] || skip "there is no connect.bpf.o next to tpconnect"
    trace --object "$object"
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    check
}

# refused STATUS PATTERN ARGUMENT...: one line on stderr that matches, nothing on stdout.
refused() {
    local want="$1" pattern="$2"
    shift 2

    run_traced "$@"
    [[ $status -eq $want ]] || fail "$*: expected status $want, got $status: $(cat messages)"
    [[ $(wc -l <messages) -eq 1 && ! -s stdout ]] || fail "$*: not one line: $(cat messages stdout)"
    grep -qE -- "$pattern" messages || fail "$*: expected $pattern, got $(cat messages)"
}

case_wrong_usage() { # docs/spec.md, 7
    refused 2 "'--nonsense'" --nonsense
    refused 2 "'-Z'" -Z
    refused 2 '70000.*1 to 65535' -P 70000
    refused 2 'port.* 0 ' -P 0
    refused 2 'ends before it begins' -P 90-80
    refused 2 '"no.such" is not a port, nor a TCP service in /etc/services; numbers' -P no.such
    refused 2 '""|missing|is not a port' -P ''
    refused 2 '"x"' -p x
    refused 2 '/nonexistent.*No such file' --netns /nonexistent
    refused 2 'there is no event "nonsense"' -e nonsense
    refused 2 'none of the events' -f -e close
    refused 2 'no format "xml"' -o xml
    refused 2 '"0" is not a number of events' -n 0
    refused 2 '"soon" is not a time' -t soon
    refused 2 '"many" is not a number of events a second' --repeat-limit many
    refused 2 'leave it out of tpconnect count' count --repeat-limit 5
    refused 2 '"1000" is not a power of two' --ring-size 1000
    refused 2 '"purple"' --color purple
    refused 2 'unknown command .nonsense.' nonsense
    refused 2 'missing after --' --
    refused 2 '-p|--pid' -p
    refused 2 'takes no value' --failed=yes
    refused 2 'port.* 80- .*|"80-"' -P 80-
    refused 2 'prefix.* 0 to 32 for IPv4' -d 10.0.0.0/33
    refused 2 '"host.name".*not looked up' -d host.name
    refused 2 '"self" is not a process id' -p self
    refused 2 'no user "nosuchuser"' -u nosuchuser
    refused 2 'nosuch.*No such file.*cgroup v2' --cgroup nosuch
    refused 2 'nosuch.*No such file.*ip netns' --netns nosuch
    refused 2 '"10" has no unit; write it as .*10ms' -l 10
    refused 2 'put -- before it: tpconnect -- curl example.com' curl example.com
    refused 2 "'curl' is no INTERVAL" count curl
    refused 2 'leave it out of tpconnect doctor' doctor -p 1
    refused 2 'leave it out of tpconnect count' count -n 5
    refused 2 "did you mean '--port'" --prot=443
    refused 2 "did you mean '--port'" -port 443
    refused 2 'did you mean "json"' -o jsno
    refused 2 "did you mean 'latency'" latnecy
    refused 2 '--pid, --port' --p 1
    refused 2 'follow needs --pid' --follow
    refused 2 'wait is for what a command starts' --wait
    refused 2 'followed as it is' --follow -p $$ -- true
    refused 2 '"!" has nothing behind it' -P '!'
    refused 2 '"!!443" has two !' -P '!!443'
    refused 2 'no user "nobodyhere"' -u '!nobodyhere'
    refused 2 '"!host.name" is not a network' -d '!host.name'
    refused 2 'dst leaves out all that it names' -d '10.1.0.0/16,!10.0.0.0/8'
}

case_wrong_object() { # docs/spec.md, 7
    echo 'int x;' >nothing.c
    cc -c nothing.c -o nothing.o 2>/dev/null || echo nonsense >nothing.o
    : >empty.o
    refused 1 '/nonexistent.*No such file' --object /nonexistent
    refused 1 '/bin/true.*not a' --object /bin/true
    refused 1 'nothing.o.*not a' --object nothing.o
    refused 1 'empty.o.*not a' --object empty.o
    refused 1 '/tmp: it is a directory' --object /tmp
    mkfifo fifo
    refused 1 'fifo: it is not a regular file' --object fifo
}

# One that was built from another contract/ can have the same sizes and names, and be told wrong things.
case_object_of_another_interface() { # docs/architecture.md
    local object="${tpconnect%/*}/connect.bpf.o" header="${tpconnect%/*}/contract/interface.h" number at

    [[ -e $object && -e $header ]] || skip "there is no connect.bpf.o, or interface.h, next to tpconnect"
    number="$(sed -n 's/^#define INTERFACE 0x\(..\)\(..\)\(..\)\(..\)u$/\\x\4\\x\3\\x\2\\x\1/p' "$header")"
    cp "$object" another.o
    # It is where .rodata begins.
    at="$(LC_ALL=C grep -abom 1 -P "$number" another.o | head -n 1 | cut -d : -f 1)"
    [[ -n $at ]] || fail "the object does not have the interface $number"
    printf 'x' | dd of=another.o bs=1 seek="$at" conv=notrunc status=none
    refused 1 'another.o is not a tpconnect object of this version: its interface is' --object another.o
}

# With what the kernel itself gives, which then is hidden: programs that use none of it.
case_btf() { # --btf
    local hide

    [[ -r /sys/kernel/btf/vmlinux ]] || skip "this kernel has no BTF to give"
    cp /sys/kernel/btf/vmlinux btf
    within "$a" ip route add prohibit 10.98.2.0/24
    serve "$b" 10.99.0.2 80
    for hide in true 'mount -t tmpfs none /sys/kernel/btf'; do
        rm -f record
        : >expected
        since="$(now)"
        # As tpconnect itself, so that it gets the signal.
        unshare --mount bash -ec "$hide; "'exec "$@"' bash "$tpconnect" --btf btf \
            --netns "/run/netns/$a" -e all -o json -w record 2>messages &
        tracer=$!
        pids+=("$tracer")
        await grep -qs '"tpconnect.start"' record || fail "it said: $(cat messages)"
        trigger connect established 10.99.0.2 80
        trigger connect ECONNREFUSED fd00:99::2 81
        trigger connect -u EACCES 10.98.2.1 80
        stop_trace
        grep -q "without the kernel's own BTF" messages || fail "it does not say what is missing"
        check_since_last
    done
    # Which has nothing to do with what the kernel could show.
    run_traced --btf btf --dns -t 0.2s
    grep -q "without the kernel's own BTF, answers of name servers are not seen" messages ||
        fail "it does not say why there are no names: $(cat messages)"
}

# check, where the kernel's counter has counted for earlier traces as well.
check_since_last() {
    local opens

    opens="$(tcp_counter "$a" ActiveOpens)"
    check opens="$((opens - ${opens_before:-0}))"
    opens_before="$opens"
    : >accepted
}

case_wrong_btf() { # --btf
    refused 1 '/nonexistent.*No such file' --btf /nonexistent -t 0.2s
    refused 1 '/etc/passwd.*no BTF' --btf /etc/passwd -t 0.2s
    : >empty
    refused 1 'empty.*no BTF' --btf empty -t 0.2s
    refused 1 '/tmp: it is a directory' --btf /tmp -t 0.2s
    mkfifo fifo
    refused 1 'fifo: it is not a regular file' --btf fifo -t 0.2s
    # An ELF file with BTF that is no kernel's, if there is one.
    [[ ! -e ${tpconnect%/*}/connect.bpf.o ]] ||
        refused 1 'not the BTF of a kernel' --btf "${tpconnect%/*}/connect.bpf.o" -t 0.2s
    [[ -r /sys/kernel/btf/vmlinux ]] || return 0
    # One byte of the strings, which are at the end, is another kernel's.
    cp /sys/kernel/btf/vmlinux changed
    printf 'X' | dd of=changed bs=1 seek="$(($(stat -c %s changed) - 2))" conv=notrunc status=none
    refused 1 'changed.*another kernel' --btf changed -t 0.2s
}

case_unwritable_file() { # -w
    refused 1 '/nonexistent/file.*No such file' -w /nonexistent/file
}

case_not_root() { # exit status 3
    chmod 711 "$case_dir/.." "$case_dir"
    cp "$tpconnect" copy
    chmod 755 copy
    tpconnect="$case_dir/copy"
    refused_as_nobody
}

refused_as_nobody() {
    status=0
    setpriv --reuid=65534 --regid=65534 --clear-groups "$tpconnect" >stdout 2>messages || status=$?
    [[ $status -eq 3 ]] || fail "expected status 3, got $status: $(cat messages)"
    [[ $(wc -l <messages) -eq 1 && ! -s stdout ]] || fail "not one line: $(cat messages stdout)"
    grep -q root messages || fail "it does not say what to do: $(cat messages)"
}

# nobody_with CAPABILITIES: "${nobody[@]}" COMMAND has these and no others, nor can get any.
nobody_with() {
    nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set="-all,$1"
        --inh-caps="-all,$1" --ambient-caps="-all,$1")
}

case_capabilities() { # the manual page, PRIVILEGES: what suffices without root
    local nobody

    # Before Linux 5.11, what the ring and the maps take is locked memory.
    ulimit -l unlimited 2>/dev/null || true

    nobody_with +bpf,+perfmon,+dac_read_search
    "${nobody[@]}" true 2>/dev/null || skip "setpriv or the kernel does not know these capabilities"
    chmod 711 "$case_dir/.." "$case_dir"
    cp "$tpconnect" copy
    chmod 755 copy
    trace_as_nobody +bpf,+perfmon,+dac_read_search
    trace_as_nobody +bpf,+perfmon --no-syscalls
    status=0
    "${nobody[@]}" ./copy -t 1s >stdout 2>messages || status=$?
    [[ $status -eq 3 ]] || fail "without CAP_DAC_READ_SEARCH: status $status, $(cat messages)"
    grep -q 'tracefs.*CAP_DAC_READ_SEARCH.*--no-syscalls' messages ||
        fail "it does not say what to do: $(cat messages)"
}

# trace_as_nobody CAPABILITIES OPTION...: one attempt is made, and must be shown.
trace_as_nobody() {
    local capabilities="$1"
    shift

    rm -f messages
    nobody_with "$capabilities"
    "${nobody[@]}" ./copy --netns "$(netns_inode "$a")" "$@" >stdout 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '^tpconnect: tracing' messages || fail "$capabilities: $(cat messages)"
    within "$a" "$triggers/connect" ECONNREFUSED 10.99.0.2 81 >/dev/null
    await grep -q ' dst=10.99.0.2:81 .*event=failed error=ECONNREFUSED' stdout ||
        fail "$capabilities: not shown: $(cat stdout messages)"
    stop_trace
}

case_help() { # --help, --version
    run_traced --help
    [[ $status -eq 0 && ! -s messages && $(head -n 1 stdout) == "Usage: tpconnect "* ]] ||
        fail "--help: status $status, $(cat stdout messages)"
    [[ $(awk 'length > 100' stdout) == "" ]] || fail "lines over 100 columns"
    run_traced --version
    [[ $status -eq 0 && ! -s messages &&
        $(cat stdout) =~ ^tpconnect\ [0-9]+\.[0-9]+\.[0-9]+(\ \([0-9a-f]{12}\+?\))?$ ]] ||
        fail "--version: status $status, $(cat stdout messages)"
}

# In front of a command: it has nothing but the kernel's own file systems and what is in root.
# shellcheck disable=SC2016 # for the inner shell
in_empty_root=(unshare --mount bash -ec '
    mkdir -p root/proc root/sys root/out
    mount --rbind /proc root/proc
    mount --rbind /sys root/sys
    exec chroot root "$@"
' bash)

# What a program needs of other files; nothing if it was linked statically.
libraries() { ldd "$1" 2>/dev/null | grep -o '/[^ ]*' || true; }

case_empty_root() { # one file, on any user space
    mkdir -p root
    cp "$tpconnect" root/tpconnect
    libraries "$tpconnect" | while read -r library; do
        install -D "$library" "root/$library"
    done
    "${in_empty_root[@]}" /tpconnect --netns "$(netns_inode "$a")" -e all -o json \
        -w /out/record 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' root/out/record || fail "it said: $(cat messages)"
    serve "$b" 10.99.0.2 80
    trigger connect established 10.99.0.2 80
    trigger connect ECONNREFUSED fd00:99::2 81
    stop_trace
    mv root/out/record record
    check
    empty_root_users
}

# Names of users are read from /etc/passwd, and from nowhere else.
empty_root_users() {
    local status=0

    "${in_empty_root[@]}" /tpconnect -u nobody -t 0.2s >stdout 2>messages || status=$?
    [[ $status -eq 2 ]] || fail "no /etc/passwd: expected status 2, got $status: $(cat messages)"
    mkdir root/etc
    echo "somebody:x:4242:4242::/:/bin/false" >root/etc/passwd
    "${in_empty_root[@]}" /tpconnect -u somebody -t 0.2s >stdout 2>messages ||
        fail "a user of this root: $(cat messages)"
}

# The extract of the kernel's types is a file of memory, which only /proc names.
case_without_proc() {
    ! grep -q __asan_init "$tpconnect" || skip "a sanitized program needs /proc itself"
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount bash -ec 'umount --lazy /proc; exec "$@"' bash "$tpconnect" \
        --netns "$(netns_inode "$a")" -e all -o json -w record 2>messages &
    tracer=$!
    pids+=("$tracer")
    await grep -qs '"tpconnect.start"' record || fail "it said: $(cat messages)"
    trigger connect ECONNREFUSED 10.99.0.2 81
    stop_trace
    check
}

case_empty_root_tracefs() { # of an empty root's own file systems, none is tracefs
    local fresh

    # shellcheck disable=SC2016 # for the inner shell
    fresh=(unshare --mount bash -ec '
        mount -t proc nodev root/proc
        mount -t sysfs nodev root/sys
        [[ -z $tracefs ]] || mount -t tracefs nodev root/sys/kernel/tracing
        exec chroot root "$@"
    ' bash)
    mkdir -p root/proc root/sys
    cp "$tpconnect" root/tpconnect
    libraries "$tpconnect" | while read -r library; do
        install -D "$library" "root/$library"
    done
    status=0
    tracefs='' "${fresh[@]}" /tpconnect -t 1s >stdout 2>messages || status=$?
    [[ $status -eq 3 ]] || fail "without tracefs: status $status, $(cat messages)"
    grep -q 'tracefs' messages || fail "it does not say what is missing: $(cat messages)"
    tracefs='' "${fresh[@]}" /tpconnect --no-syscalls -t 0.2s >stdout 2>messages ||
        fail "--no-syscalls: $(cat messages)"
    tracefs=yes "${fresh[@]}" /tpconnect -t 0.2s >stdout 2>messages ||
        fail "with tracefs: $(cat messages)"
}

# The command lines of the manual page's examples and of the README's questions, as a shell takes
# them.
examples() {
    # shellcheck disable=SC2016 # Markdown
    sed -n 's/^|.*| `\(tpconnect [^`]*\)`.*|$/\1/p' "$here/../../README.md" | grep -v doctor
    sed -n '/^\.SH EXAMPLES/,/^\.SH SEE/{ /^tpconnect /p; }' "$here/../../man/tpconnect.1" |
        sed 's/\\-/-/g; s/\\(aq/'"'"'/g; s/\\e/\\/g'
}

# What traces nothing ends by itself. A screen needs a terminal: top.sh.
run_example_at_once() {
    local line="$1"

    [[ $line != 'tpconnect top'* ]] || line+=' -o json'
    timeout "$STEP_SECONDS" bash -o pipefail -c "$tpconnect ${line#tpconnect }" >stdout 2>messages ||
        fail "$line: status $?: $(cat messages)"
    # What list says of the host is of no concern here.
    ! grep -E 'tpconnect --help|unknown|leave it out' messages >odd || fail "$line: it complains: $(cat messages)"
}

# What an example names, as this host has it; and an end a little after tracing has begun.
run_example() {
    local line="$1"

    case "$line" in
    'tpconnect history'*)
        # What the example of record before it has kept.
        run_example_at_once "$line --store $PWD/store"
        return
        ;;
    'tpconnect list'* | *' --replay '*)
        # Of top -w there is none: it was run with -o json.
        install -m 600 "$here/../golden/top_record.json" record.json && cp record.json FILE
        run_example_at_once "$line"
        return
        ;;
    'tpconnect top'*) line+=' -o json' ;;
    'tpconnect record'*) line+=" --store $PWD/store" ;;
    esac

    line="${line//1234,1235/$$,$PPID}"
    line="${line//1234/$$}"
    line="${line//PID/$$}"
    line="${line//system.slice\/*.service/$cgroup}"
    line="${line//\/var\/log/$PWD}"
    line="${line//\/sys\/fs\/bpf/$PWD/bpffs}"
    line="${line//; tpconnect /; $tpconnect }"
    case "$line" in
    *'-- '*) ;;
    *' -t '*) line="$(sed -E 's/ -t [^ ]+/ -t 0.2s/' <<<"$line")" ;;
    *) line="$(sed -E 's/^tpconnect( count| latency| top| record)?/& -t 0.2s/' <<<"$line")" ;;
    esac
    timeout "$STEP_SECONDS" bash -o pipefail -c "$tpconnect ${line#tpconnect }" >stdout 2>messages ||
        fail "$line: status $?: $(cat messages)"
    [[ $line == *' -q '* ]] || grep -q '^tpconnect: tracing ' messages ||
        fail "$line: it did not trace: $(cat messages)"
    grep -q '^tpconnect: sent=' messages || fail "$line: no summary: $(cat messages)"
    # Connections of before the start may be anyone's.
    ! grep -vE '^tpconnect: (tracing |user [0-9]+, group |no Landlock|Landlock of |recording to |Ctrl-C shows |no connection was |cannot look for sockets that are gone: |the programs stay in the kernel, |not seen: |not judged: |learnt: |[0-9]+ (attempt|connections? ended of which)|sent=)' \
        messages >odd || fail "$line: it complains: $(cat messages)"
}

case_examples() { # the manual page
    local line n=0

    cgroup="$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/$run_id-example"
    mkdir "$cgroup"
    printf '#!/bin/sh\n' >install.sh
    chmod +x install.sh
    mount_bpffs
    echo 'all:' >makefile
    while read -r line; do
        run_example "$line"
        n=$((n + 1))
    done < <(examples)
    [[ $n -ge 20 ]] || fail "only $n examples were found"
}
