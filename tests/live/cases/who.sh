# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154,SC2016 # what run.sh and lib.sh set; $ for an inner shell
# Which image made the attempt: its executable, its directory, its users, its ancestors. What every
# trigger prints of itself, from /proc (triggers/who.c), is compared in all other cases as well.
#
# LIVE_PROGRAMS    how many programs of a millisecond (default 1000)

# --- help --------------------------------------------------------------------------------------

# steps STEP...: see triggers/steps.c.
steps() { trigger steps 10.99.0.2 "$@"; }

# steps_by PATH STEP...: likewise, by a program that is a copy of it; $steps_to: not to expected.
steps_by() {
    local program="$1"
    shift

    within "$a" "$program" 10.99.0.2 "$@" >>"${steps_to:-expected}" 2>trigger_messages ||
        fail "$program $*: $(cat trigger_messages)"
}

# apart SCRIPT ARG...: what it mounts is gone when it ends.
apart() {
    local script="$1"
    shift

    within "$a" unshare --mount sh -ec "$script" sh "$@" 2>trigger_messages ||
        fail "$script: $(cat trigger_messages)"
}

copy_of_steps() { cp "$triggers/steps" "$1"; }

# says PORT KEY: what all events of the attempts at this port say; with a "|" between where they differ.
says() {
    jq -rs --argjson port "$1" --arg key "$2" '
        map(select(."network.peer.port" == $port) | .[$key] |
            if type == "string" then . else tojson end) | unique | join("|")' record
}

# shows PORT KEY VALUE
shows() {
    local got

    # A newline at the end counts.
    got="$(says "$1" "$2"; echo .)"
    [[ $got == "$3"$'\n.' ]] || fail "port $1: $2 is ${got%$'\n.'}, expected $3"
}

shows_no() { shows "$1" "$2" null; }

who_exe=process.executable.path

# without_keys KEY...: the expectations that it reads, but with these absent.
without_keys() {
    local key filter=.

    for key; do
        filter+=" | .\"$key\" = null"
    done
    jq -c "$filter"
}

# --- the executable ----------------------------------------------------------------------------

# Each by a path of its own, and gone at once.
case_who_short_lived() { # docs/spec.md, T13
    local n="${LIVE_PROGRAMS:-1000}"

    copy_of_steps steps
    mkdir many
    seq -f "$case_dir/many/%g" 20001 $((20000 + n)) | xargs -n 1 ln steps
    trace
    within "$a" bash -c 'cd / && for ((port = 20001; port <= 20000 + $2; port++)); do
        "$1/$port" 10.99.0.2 "try:$port"; done' bash "$case_dir/many" "$n" >expected
    stop_trace
    jq -r 'select(."event.name" == "tcp.failed") |
        "\(."network.peer.port") \(."process.executable.path") \(."process.working_directory")"' \
        record | sort >got
    seq 20001 $((20000 + n)) | awk -v many="$case_dir/many/" '{ print $1, many $1, "/" }' | sort >want
    same want got
    tail -n 1 record | jq -e '[to_entries[] | select(.key | startswith("tpconnect.loss.")) | .value] |
        add == 0' >/dev/null || fail "lost: $(tail -n 1 record)"
}

case_who_script() {
    local shell

    shell="$(readlink -f "$(type -P bash)")"
    printf '#!%s\necho >/dev/tcp/10.99.0.2/81\n' "$shell" >script
    chmod +x script
    trace
    within "$a" ./script 2>/dev/null || true
    stop_trace
    check expected=false
    shows 81 "$who_exe" "$shell"
    shows 81 process.executable.name script
    shows 81 process.working_directory "$case_dir"
}

case_who_memfd() {
    trace
    steps memfd:evil try:81 memfd: try:82
    # No file of that name, but a name that looks like a memfd's.
    copy_of_steps memfd:file
    steps_by "$case_dir/memfd:file" try:83
    stop_trace
    check
    shows_no 81 "$who_exe"
    shows 81 tpconnect.process.executable.memfd evil
    shows 82 tpconnect.process.executable.memfd ''
    shows 83 "$who_exe" "$case_dir/memfd:file"
    shows_no 83 tpconnect.process.executable.memfd
}

# Of an image, all is as it was at its first attempt.
case_who_removed() {
    local program

    for program in before between ' (deleted)'; do
        copy_of_steps "$program"
    done
    trace
    steps_by "$case_dir/before" remove:before try:81 try:82
    steps_by "$case_dir/between" try:83 remove:between try:84
    steps_by "$case_dir/ (deleted)" try:85
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/before"
    shows 82 tpconnect.process.executable.deleted true
    shows 84 "$who_exe" "$case_dir/between"
    shows_no 84 tpconnect.process.executable.deleted
    shows 85 "$who_exe" "$case_dir/ (deleted)"
    shows_no 85 tpconnect.process.executable.deleted
}

# A file of that path may be another one by now; inode and device are those of the one that runs.
case_who_replaced() {
    local inode device

    mkdir at
    trace
    apart 'mount -t tmpfs tmpfs at
        cp "$1" at/steps && cp "$1" at/new
        stat -c "%i %Hd:%Ld" at/steps >file
        at/steps 10.99.0.2 tell:at/there await:at/go try:81 >>expected &
        until [ -e at/there ]; do sleep 0.02; done
        mv at/new at/steps && touch at/go && wait $!' "$triggers/steps"
    stop_trace
    check
    read -r inode device <file
    shows 81 "$who_exe" "$case_dir/at/steps"
    shows 81 tpconnect.process.executable.deleted true
    shows 81 tpconnect.process.executable.inode "$inode"
    shows 81 tpconnect.process.executable.device "$device"
}

# --- where it is mounted -----------------------------------------------------------------------

case_who_bind_mount() {
    mkdir here there
    copy_of_steps here/steps
    touch file
    trace
    apart 'mount --bind here there
        mount --bind here/steps file
        cd there
        ./steps 10.99.0.2 try:81 >>../expected
        ../file 10.99.0.2 try:82 >>../expected'
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/there/steps"
    shows 81 process.working_directory "$case_dir/there"
    shows 82 "$who_exe" "$case_dir/file"
}

# Mounts on mounts, one over the other.
case_who_nested_mounts() {
    mkdir at
    trace
    apart 'mount -t tmpfs tmpfs at
        mkdir at/lower at/lower/bin && mount -t tmpfs tmpfs at/lower/bin
        mount -t tmpfs tmpfs at/lower/bin
        cp "$1" at/lower/bin/steps
        at/lower/bin/steps 10.99.0.2 cd:at/lower/bin try:81 >>expected' "$triggers/steps"
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/at/lower/bin/steps"
    shows 81 process.working_directory "$case_dir/at/lower/bin"
}

# What a container's root is made of. The device is the mount's: stat(1) tells that of a layer.
case_who_overlay() {
    local inode device

    mkdir lower at
    copy_of_steps lower/steps
    trace
    apart 'mount -t tmpfs tmpfs at && mkdir at/upper at/work at/root
        mount -t overlay -o "lowerdir=$PWD/lower,upperdir=at/upper,workdir=at/work" overlay at/root
        echo "$(stat -c %i at/root/steps) $(findmnt -n -o MAJ:MIN at/root)" >file
        at/root/steps 10.99.0.2 cd:at/root try:81 >>expected
        cp "$1" at/root/other
        at/root/other 10.99.0.2 try:82 >>expected' "$triggers/steps"
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/at/root/steps"
    shows 82 "$who_exe" "$case_dir/at/root/other"
    read -r inode device <file
    shows 81 tpconnect.process.executable.inode "$inode"
    shows 81 tpconnect.process.executable.device "$device"
}

# After umount -l a path begins nowhere.
case_who_detached_mount() {
    mkdir at
    trace
    apart 'mount -t tmpfs tmpfs at
        mkdir at/bin
        cp "$1" at/bin/steps
        at/bin/steps 10.99.0.2 cd:at/bin "detach:$PWD/at" try:81 >inner' "$triggers/steps"
    without_keys "$who_exe" process.working_directory <inner >>expected
    stop_trace
    check
    shows_no 81 "$who_exe"
    shows 81 tpconnect.process.executable.tail bin/steps
    shows_no 81 process.working_directory
}

# The path is that of its mount namespace: a chroot does not shorten it.
case_who_chroot() { # docs/spec.md, T13
    mkdir -p root/bin root/proc root/dir
    copy_of_steps root/bin/steps
    trace
    apart 'mount --bind /proc root/proc
        chroot root /bin/steps 10.99.0.2 cd:/dir try:81 >inner'
    jq -c --arg root "$case_dir/root" '."process.executable.path" |= $root + . |
        ."process.working_directory" |= $root + .' inner >>expected
    # One that goes there itself, by what is outside of it.
    apart 'mount --bind /proc root/proc
        "$1" 10.99.0.2 root:root try:82 >inner' "$triggers/steps"
    jq -c --arg root "$case_dir/root" '."process.working_directory" = $root' inner >>expected
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/root/bin/steps"
    shows 81 process.working_directory "$case_dir/root/dir"
    shows 82 "$who_exe" "$triggers/steps"
}

# As a container has it: another root, and of the old one nothing is left.
case_who_own_root() { # docs/spec.md, T13
    mkdir new
    trace
    apart 'exec >>expected
        mount -t tmpfs tmpfs new && mkdir new/old new/bin new/proc
        cp "$1" new/bin/steps
        mount -t proc proc new/proc
        cd new && pivot_root . old
        exec /bin/steps 10.99.0.2 cd:/bin detach:/old try:81' "$triggers/steps"
    stop_trace
    check
    shows 81 "$who_exe" /bin/steps
    shows 81 process.working_directory /bin
}

# --- long paths, directories -------------------------------------------------------------------

# A directory so that what is in it has a path of so many components; its path goes to $deep.
deep_directory() {
    local components="$1" name="$2"

    deep="$case_dir"
    while [[ $(tr -cd / <<<"$deep/x" | wc -c) -lt $components ]]; do
        deep+="/$name"
    done
    mkdir -p "$deep"
}

# Of 45 components not all are taken: no path is made of the rest.
case_who_deep_path() {
    local long

    long="$(printf '%60s' '' | tr ' ' x)"
    deep_directory 45 "$long"
    copy_of_steps "$deep/steps"
    trace
    steps_to=inner steps_by "$deep/steps" "cd:$deep" try:81
    without_keys "$who_exe" process.working_directory <inner >>expected
    deep_directory 32 y
    copy_of_steps "$deep/steps"
    steps_by "$deep/steps" "cd:$deep" try:82
    stop_trace
    check
    [[ "$(says 81 tpconnect.process.executable.tail)" == "$long"*"/$long/steps" ]] ||
        fail "the tail is $(says 81 tpconnect.process.executable.tail)"
    shows 82 "$who_exe" "$deep/steps"
}

# Up to where it may be cut, a long one is whole or it is no path.
case_who_long_path() {
    local size path port=100

    trace
    for size in 1000 1400 1450 1500 1550 1600 2000 3000 4000; do
        path="$case_dir/$size"
        while [[ ${#path} -lt $((size - 200)) ]]; do
            path+="/$(printf '%190s' '' | tr ' ' a)"
        done
        path+="/$(printf "%$((size - ${#path} - 1))s" '' | tr ' ' b)"
        mkdir -p "${path%/*}"
        copy_of_steps "$path"
        steps_to="inner.$port" steps_by "$path" try:$port
        [[ $(jq -r ".\"$who_exe\"" inner.$port) == "$path" ]] || fail "/proc says $(cat inner.$port)"
        port=$((port + 1))
    done
    stop_trace
    for ((port--; port >= 100; port--)); do
        if [[ $(says $port "$who_exe") == null ]]; then
            without_keys "$who_exe" <inner.$port >>expected
        else
            cat inner.$port >>expected
        fi
    done
    check
    [[ $(says 101 "$who_exe") != null ]] || fail "of 1400 bytes there is no path: $(cat record)"
}

case_who_directory() {
    mkdir left gone
    trace
    steps cd:left try:81 fork: "cd:$case_dir/gone" "remove:$case_dir/gone" try:82 fork: cd:/ try:83
    stop_trace
    check
    shows 81 process.working_directory "$case_dir/left"
    shows_no 82 process.working_directory
    shows 83 process.working_directory /
}

# --- one process, more than one image ----------------------------------------------------------

# differ PORT PORT: two images of one process.
differ() {
    [[ $(says "$1" process.pid) == "$(says "$2" process.pid)" ]] || fail "not one process"
    [[ $(says "$1" process.creation.time) == "$(says "$2" process.creation.time)" ]] ||
        fail "one process has two starts"
    [[ $(says "$1" tpconnect.process.exec_id) != "$(says "$2" tpconnect.process.exec_id)" ]] ||
        fail "two images have one exec id"
}

case_who_exec() { # docs/spec.md, 2: image
    local name

    for name in one two three; do
        copy_of_steps "$name"
    done
    trace
    steps_by "$case_dir/one" try:81 exec:two try:82 exec:three try:83 exec:one try:84
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/one"
    shows 82 "$who_exe" "$case_dir/two"
    shows 83 "$who_exe" "$case_dir/three"
    shows 84 "$who_exe" "$case_dir/one"
    differ 81 82
    differ 81 84
}

case_who_exec_thread() { # docs/spec.md, 2: image
    copy_of_steps one
    copy_of_steps two
    trace
    steps_by "$case_dir/one" try:81 exec-thread:two try:82
    # Only the second image is ever seen.
    steps_by "$case_dir/one" exec-thread:two try:83
    stop_trace
    check
    shows 82 "$who_exe" "$case_dir/two"
    shows 83 "$who_exe" "$case_dir/two"
    differ 81 82
}

# A thread still has what its leader had before it ended.
case_who_leader_gone() {
    trace
    steps thread:other try:81 try:82
    stop_trace
    check
    shows 81 "$who_exe" "$triggers/steps"
    shows 82 thread.name other
}

# A child that has not executed anything is its parent's image, but another process.
case_who_fork() {
    copy_of_steps one
    trace
    steps_by "$case_dir/one" try:81 fork: cd:/ try:82 fork: try:83
    stop_trace
    check
    [[ $(says 81 process.pid) != "$(says 82 process.pid)" ]] || fail "it has not forked"
    shows 83 "$who_exe" "$case_dir/one"
    shows 81 process.working_directory "$case_dir"
    shows 82 process.working_directory /
}

case_who_before_start() { # docs/spec.md, T13
    copy_of_steps one
    nsenter --net="/run/netns/$a" ./one 10.99.0.2 tell:there await:go try:81 exec:one try:82 >>expected &
    pids+=($!)
    await test -e there || fail "it did not start"
    trace
    touch go
    wait "${pids[0]}" || fail "it failed"
    stop_trace
    check
    shows 81 "$who_exe" "$case_dir/one"
}

# --- the end of a connection -------------------------------------------------------------------

# What ends a connection is another image, or nobody.
case_who_close_after_exec() { # docs/spec.md, T5
    copy_of_steps one
    copy_of_steps two
    serve "$b" 10.99.0.2 80
    trace
    steps_by "$case_dir/one" keep:80 exec:two try:81
    wait_for 1 close
    stop_trace
    check
    shows 80 "$who_exe" "$case_dir/one"
    shows 81 "$who_exe" "$case_dir/two"
}

# The peer answers only when the process is long gone.
case_who_close_after_end() { # docs/spec.md, T5
    local i

    copy_of_steps one
    serve "$b" 10.99.0.2 80
    trace
    within "$a" ./one 10.99.0.2 keep:80 tell:there await:go >>expected &
    pids+=($!)
    await test -e there || fail "it did not connect"
    rule_in "$a" output "tcp dport 80 drop"
    touch go
    wait "${pids[-1]}"
    # What comes between must not be taken for it.
    for i in 81 82 83; do
        steps try:$i
    done
    rule_in "$a" output ""
    wait_for 1 close
    stop_trace
    check
    shows 80 "$who_exe" "$case_dir/one"
}

# --- who started it ----------------------------------------------------------------------------

# The start of a process in ticks, as /proc has it.
ticks_of() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20; }

case_who_ancestors() {
    local pid

    trace
    nsenter --net="/run/netns/$a" sh -c '"$1" 10.99.0.2 try:81 tell:there await:go & wait' sh \
        "$triggers/steps" >>expected &
    pids+=($!)
    await test -e there || fail "it did not start"
    # The second witness but one: ps, for who is there, and /proc for when they came.
    pid="$(pgrep -P $!)"
    ticks_of "$pid" >ticks
    while pid="$(ps -o ppid= -p "$pid" | tr -d ' ')" && [[ $pid -ne 0 && $(wc -l <ticks) -le 6 ]]; do
        ps -o pid=,comm= -p "$pid" >>parents
        ticks_of "$pid" >>ticks
    done
    touch go
    wait "${pids[-1]}"
    stop_trace
    check
    jq -r 'select(."event.name" == "tcp.failed") | ."tpconnect.process.ancestors"[] |
        "\(.pid) \(.name)"' record >got
    awk '{ print $1, $2 }' parents >want
    same want got
    # A tick is 10 ms; and of each, what was before the tick is not known.
    jq -r 'def ns: (.[:19] + "Z" | fromdate) * 1000 + (.[20:23] | tonumber);
        select(."event.name" == "tcp.failed") | (."process.creation.time" | ns) as $own |
        $own - $own, (."tpconnect.process.ancestors"[].creation_time | $own - ns)' record >since
    awk 'NR == FNR { since[NR] = $1; next }
        FNR == 1 { own = $1 }
        { off = since[FNR] - (own - $1) * 10; if (off < -20 || off > 20) print since[FNR], $1 }' \
        since ticks >odd
    [[ ! -s odd ]] || fail "ms before it, and ticks: $(cat odd)"
}

# An orphan's ancestors are those that live.
case_who_orphan() {
    trace
    steps name:parent orphan: name:child try:81 tell:over
    await test -e over || fail "the orphan did not connect"
    stop_trace
    check
    [[ $(says 81 tpconnect.process.ancestors) != *'"parent"'* ]] || fail "a dead parent: $(cat record)"
}

# What a thread starts is the child of the process.
case_who_forked_by_thread() {
    serve "$b" 10.99.0.2 80
    trace
    trigger thread fork 10.99.0.2 80
    stop_trace
    check
    [[ $(says 80 tpconnect.process.ancestors) == *'"name":"leader"'* ]] ||
        fail "its parent is not its parent's leader: $(cat record)"
}

# Far below: no more ancestors are named than there is room for.
case_who_many_ancestors() {
    trace
    steps name:a fork: name:b fork: name:c fork: name:d fork: name:e fork: name:f fork: name:g try:81
    stop_trace
    check
    [[ $(jq -r 'select(."event.name" == "tcp.failed") | ."tpconnect.process.ancestors"[].name' record |
        tr -d '\n') == fedcba ]] || fail "not six: $(cat record)"
}

case_who_users() {
    local login session

    trace
    steps try:81
    steps euser:1234 try:82
    steps user:1234 try:83
    steps login:4321 try:84 fork: user:99 exec:"$triggers/steps" try:85
    stop_trace
    check
    shows 81 process.real_user.id 0
    shows 82 process.real_user.id 0
    shows 82 process.user.id 1234
    shows 83 process.real_user.id 1234
    shows 84 tpconnect.process.login_uid 4321
    shows 85 tpconnect.process.login_uid 4321
    login="$(cat /proc/self/loginuid)" session="$(says 84 tpconnect.process.session_id)"
    [[ $login -ne 4294967295 ]] || shows_no 81 tpconnect.process.login_uid
    [[ $session != null && $session == "$(says 85 tpconnect.process.session_id)" ]] ||
        fail "session $session, and $(says 85 tpconnect.process.session_id)"
}

# The host's own name is nothing that is to be said of a process.
case_who_hostname() {
    trace
    steps try:81 fork: host:ctr-host try:82
    steps host:"$(printf '%64s' '' | tr ' ' h)" try:83
    stop_trace
    check
    shows_no 81 tpconnect.process.hostname
    shows 82 tpconnect.process.hostname ctr-host
}
