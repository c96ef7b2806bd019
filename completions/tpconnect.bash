# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Completions of tpconnect for bash. `meson install` puts them where bash-completion looks; without
# it, source this file.

# OPTION TABLE BEGIN: from src/options/rows.c by `meson compile -C build docs`
_tpconnect_commands='trace count latency list top audit record history report detach doctor'
# commands|letter|name|kind of value|its words
_tpconnect_rows=(
    'trace count latency list top record history|-p|--pid|pids|'
    'trace count latency top record||--follow||'
    'trace count latency list top record history|-u|--uid|users|'
    'trace count latency list top record history|-P|--port|unknown|'
    'trace count latency list top record history|-d|--dst|unknown|'
    'trace count latency list top record history|-C|--comm|comms|'
    'trace count latency list top record history||--exe|file|'
    'trace count latency list top audit record history||--container|unknown|'
    'trace count latency list top audit record history||--unit|unknown|'
    'trace count latency list top record history|-4|--ipv4||'
    'trace count latency list top record history|-6|--ipv6||'
    'trace count latency list top audit record history||--cgroup|cgroup|'
    'trace count latency list top audit record history||--netns|netns|'
    'list||--all||'
    'trace record history|-e|--events|signed|connect retry established failed cancelled close open all'
    'trace count record history|-f|--failed||'
    'trace count latency record history|-l|--min-latency|unknown|'
    'count latency list top history||--by|list|process pid dst port user cgroup exe container unit name'
    'history||--latency||'
    'trace list record history|-n|--max-events|unknown|'
    'trace count latency top audit record|-t|--time|unknown|'
    'trace count latency top audit||--wait||'
    'trace count latency list top history report|-o|--output|one|text table json zeek html md dot'
    'top||--filter|unknown|'
    'top||--replay|file|'
    'trace count latency list history|-N|--names||'
    'trace record||--args||'
    'trace record||--lineage||'
    'trace count latency list top audit record||--container-names||'
    'trace count latency top audit record||--dns|=one|host'
    'trace record history||--community-id||'
    'trace count latency list top audit history|-w|--write|file|'
    'trace record||--repeat-limit|unknown|'
    'trace count latency list top audit record history report detach doctor||--color|one|auto always never'
    'record history||--store|file|'
    'record||--store-size|unknown|'
    'record||--metrics-file|file|'
    'record detach||--pin|file|'
    'history||--since|unknown|'
    'history||--until|unknown|'
    'history||--check||'
    'audit||--allow|file|'
    'audit||--learn|file|'
    'audit||--scope|one|command host'
    'trace count latency top audit record||--no-syscalls||'
    'trace record||--no-snapshot||'
    'trace count latency list top audit record||--object|file|'
    'trace count latency top audit record doctor||--btf|file|'
    'trace count latency top audit record||--ring-size|unknown|'
    'trace record||--user|users|'
    'trace count latency list top audit record history report|-q|--quiet||'
    'trace count latency list top audit record history|-v|--verbose||'
    'trace count latency list top audit record history report detach doctor|-h|--help||'
    'trace count latency list top audit record history report detach doctor|-V|--version||'
)
# OPTION TABLE END

# _tpconnect_words WORDS PREFIX START: those of WORDS that begin with START, behind PREFIX. WORDS are
# expanded by compgen: they must be ours, or harmless (see _tpconnect_harmless).
_tpconnect_words() { mapfile -t COMPREPLY < <(compgen -P "$2" -W "$1" -- "$3"); }

# Names that anybody may have given: those that a shell might take for more are left out.
_tpconnect_harmless() { grep -xE '[][:alnum:]_.:/@%+[-]+' | sort -u; }

_tpconnect_comms() { cat /proc/[0-9]*/comm 2>/dev/null | _tpconnect_harmless; }

_tpconnect_netns() {
    echo self
    [[ ! -d /run/netns ]] || (cd /run/netns && printf '%s\n' *) | _tpconnect_harmless
}

# _tpconnect_paths FLAG START: files (-f) or directories (-d), completed as such.
_tpconnect_paths() {
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen "$1" -- "$2")
}

# _tpconnect_cgroups START: a directory, or one below the place where cgroup2 is mounted.
_tpconnect_cgroups() {
    local root

    root="$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)"
    if [[ $1 == /* || -z $root ]]; then
        _tpconnect_paths -d "$1"
    else
        _tpconnect_paths -d "$root/$1"
        COMPREPLY=("${COMPREPLY[@]#"$root/"}")
    fi
}

# _tpconnect_value KIND WORDS START: the value of an option.
_tpconnect_value() {
    local start="${3##*,}" before=""

    [[ $3 != *,* ]] || before="${3%,*},"
    # What is left out.
    [[ $1 != @(pids|users|comms) || $start != !* ]] || { before+="!" && start="${start:1}"; }
    case $1 in
    one) _tpconnect_words "$2" '' "$3" ;;
    list) _tpconnect_words "$2" "$before" "$start" ;;
    signed)
        [[ $start != [+-]* ]] || { before+="${start:0:1}" && start="${start:1}"; }
        _tpconnect_words "$2" "$before" "$start"
        ;;
    file) _tpconnect_paths -f "$3" ;;
    pids) _tpconnect_words "$(cd /proc && echo [0-9]*)" "$before" "$start" ;;
    users) mapfile -t COMPREPLY < <(compgen -P "$before" -u -- "$start") ;;
    comms) _tpconnect_words "$(_tpconnect_comms)" "$before" "$start" ;;
    cgroup) _tpconnect_cgroups "$3" ;;
    netns)
        if [[ $3 == */* ]]; then
            _tpconnect_paths -f "$3"
        else
            _tpconnect_words "$(_tpconnect_netns)" '' "$3"
        fi
        ;;
    esac
}

# _tpconnect_row OPTION: its row, split, into $row; an option among letters is the last of them.
_tpconnect_row() {
    local line option="$1"

    [[ $option != -[!-]?* ]] || option="-${option: -1}"
    for line in "${_tpconnect_rows[@]}"; do
        IFS='|' read -ra row <<<"$line"
        [[ $option != "${row[1]}" && $option != "${row[2]}" ]] || return 0
    done
    return 1
}

# What follows `--` is a command line of its own.
_tpconnect_command() {
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    elif [[ $COMP_CWORD -eq $1 ]]; then
        mapfile -t COMPREPLY < <(compgen -c -- "${COMP_WORDS[COMP_CWORD]}")
    else
        _tpconnect_paths -f "${COMP_WORDS[COMP_CWORD]}"
    fi
}

# _tpconnect_options COMMAND START: the long names, or what else may come.
_tpconnect_options() {
    local line row names=""

    for line in "${_tpconnect_rows[@]}"; do
        IFS='|' read -ra row <<<"$line"
        [[ " ${row[0]} " != *" $1 "* ]] || names+=" ${row[2]}"
    done
    _tpconnect_words "$names" '' "$2"
}

_tpconnect() {
    local current="${COMP_WORDS[COMP_CWORD]}" before="" command="" equals="" row=() i

    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [[ ${COMP_WORDS[i]} == -- ]]; then
            _tpconnect_command $((i + 1))
            return
        fi
        if [[ -z $command && " $_tpconnect_commands " == *" ${COMP_WORDS[i]} "* ]]; then
            command="${COMP_WORDS[i]}"
        fi
    done
    [[ $COMP_CWORD -eq 0 ]] || before="${COMP_WORDS[COMP_CWORD - 1]}"
    # bash takes --name=value for three words.
    if [[ $current == = ]]; then
        current="" equals="="
    elif [[ $before == = ]]; then
        before="${COMP_WORDS[COMP_CWORD - 2]}" equals="="
    fi
    # A value that may be left out stands only behind =.
    if [[ $before == -* ]] && _tpconnect_row "$before" && [[ -n ${row[3]-} ]] &&
        [[ ${row[3]} != =* || -n $equals ]]; then
        _tpconnect_value "${row[3]#=}" "${row[4]-}" "$current"
    elif [[ $current == -* ]]; then
        _tpconnect_options "${command:-trace}" "$current"
    elif [[ -z $command ]]; then
        _tpconnect_words "$_tpconnect_commands" '' "$current"
    fi
}

complete -F _tpconnect tpconnect
