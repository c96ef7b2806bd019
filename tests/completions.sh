#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The completions, asked in the shells they are for. Usage: completions.sh; it needs no privilege.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 2
work="$(mktemp -d)"
helpers=()
passed=0 failed=0 skipped=0

finish() {
    [[ ${#helpers[@]} -eq 0 ]] || kill "${helpers[@]}"
    rm -rf "$work"
}
trap finish EXIT

# What is offered for a line, by each shell in its own words, one a line.
candidates_bash() {
    bash --norc --noprofile -c '
        source completions/tpconnect.bash
        line="${1//=/ = }"
        read -ra COMP_WORDS <<<"$line"
        [[ $line != *" " ]] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        [[ "$(complete -p tpconnect)" == *"-F _tpconnect "* ]] && _tpconnect
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

candidates_fish() {
    # shellcheck disable=SC2016 # for fish
    HOME="$work" fish --no-config -c 'source completions/tpconnect.fish; complete -C $argv[1]' "$1" |
        cut -f 1
}

# In a terminal of its own: what is added as a match is written down, and the end of it all.
candidates_zsh() {
    mkdir -p "$work/zsh"
    cp completions/tpconnect.zsh "$work/zsh/_tpconnect"
    : >"$work/matches"
    cat >"$work/setup.zsh" <<-SETUP
	fpath=($work/zsh \$fpath)
	autoload -U compinit
	compinit -u -D
	# With -O, -A or -D, it is asked for what would match, and adds nothing.
	compadd() {
	    local -a found
	    if [[ " \${@[1,(i)(-|--)]}" != *" -"[OAD]" "* ]]; then
	        builtin compadd -A found "\$@"
	        print -lr -- \$IPREFIX\${^found} >>$work/matches
	    fi
	    builtin compadd "\$@"
	}
	comppostfuncs=(ended)
	ended() { print >$work/ended }
	print READY
	SETUP
    rm -f "$work/ended"
    # shellcheck disable=SC2016 # for zsh
    timeout 30 zsh -f -c '
        zmodload zsh/zpty
        zpty shell zsh -f -i
        zpty -w shell "source $1/setup.zsh"
        while zpty -r shell line && [[ $line != *READY* ]]; do :; done
        zpty -w -n shell "$2"$'\''\t'\''
        repeat 500; do [[ -e $1/ended ]] && break; sleep 0.02; done
        zpty -d shell' zsh "$work" "$1"
    cat "$work/matches"
}

# Whether words or not (=) an option's value, or the end of a path, is the shell's affair.
offered() { "candidates_$1" "$2" 2>"$work/said" | sed -E 's/^--[a-z-]+=//; s|/$||; s|.*/||' | sort -u; }

# expect SHELL LINE WANTED UNWANTED: words, with spaces.
expect() {
    local shell="$1" line="$2" word wrong=""

    offered "$shell" "$line" >"$work/offered"
    for word in $3; do
        grep -qxF -- "$word" "$work/offered" || wrong+=" no $word"
    done
    for word in $4; do
        ! grep -qxF -- "$word" "$work/offered" || wrong+=" yet $word"
    done
    [[ ! -s $work/said ]] || wrong+=" it said: $(head -n 1 "$work/said")"
    if [[ -z $wrong ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $shell '$line':$wrong; it offers $(tr '\n' ' ' <"$work/offered" | cut -c 1-200)"
    fi
}

expectations() {
    cat <<-ROWS
	tpconnect |trace count latency list doctor|--port
	tpconnect co|count|trace
	tpconnect count |  |trace count
	tpconnect --po|--port|--pid
	tpconnect --|--events --max-events --failed --port|--by
	tpconnect count --|--by --failed --port|--events --max-events
	tpconnect -q -P 80 latency --|--by|--events --failed
	tpconnect list --|--all --by --port --max-events|--events --failed
	tpconnect doctor --|--color --help|--port --by
	tpconnect -o |text table json|trace
	tpconnect -o js|json|text
	tpconnect --output=ta|table|text
	tpconnect --output |text table json|trace
	tpconnect -fo |text table json|trace
	tpconnect --color |auto always never|
	tpconnect --dns=|host|trace
	tpconnect --dns=ho|host|trace
	tpconnect --dns co|count|host
	tpconnect -e |connect close all|
	tpconnect -e close,+re|close,+retry|close,retry
	tpconnect count --by |process pid dst port user cgroup exe container unit|
	tpconnect count --by user,d|user,dst|dst
	tpconnect -u roo|root|
	tpconnect -u nobody,roo|nobody,root|
	tpconnect -p 1,${helpers[0]}|1,${helpers[0]}|
	tpconnect -C sleep,tpc-hel|sleep,tpc-helper|
	tpconnect -C !tpc-hel|!tpc-helper|
	tpconnect -p 1,!${helpers[0]}|1,!${helpers[0]}|
	tpconnect -w $work/some|some-file|
	tpconnect --exe $work/some|some-file|
	tpconnect --object=$work/some|some-file|
	tpconnect --netns s|self|some-file
	tpconnect --netns $work/some|some-file|self
	tpconnect -q -- tpc-hel|tpc-helper|
	tpconnect -- cat $work/some|some-file|
	tpconnect -- cat --po||--port
	ROWS
}

# A process is called what its owner likes, such as a command that makes a file.
expect_harmless() {
    offered "$1" "tpconnect -C " >/dev/null
    if [[ -e $work/ran ]]; then
        failed=$((failed + 1))
        echo "not ok $1: it ran the name of a process"
        rm -f "$work/ran"
    else
        passed=$((passed + 1))
    fi
}

touch "$work/some-file"
cp "$(command -v sleep)" "$work/tpc-helper"
# shellcheck disable=SC2016 # it is the name itself
cp "$work/tpc-helper" "$work/"'$(>$R)'
PATH="$work:$PATH"
export R="$work/ran"
tpc-helper 600 &
helpers=($!)
# shellcheck disable=SC2016,SC2288 # likewise
'$(>$R)' 600 &
helpers+=($!)
for shell in bash zsh fish; do
    if ! command -v "$shell" >/dev/null; then
        echo "skip $shell: it is not installed"
        skipped=$((skipped + 1))
        continue
    fi
    while IFS='|' read -r line wanted unwanted; do
        expect "$shell" "$line" "$wanted" "$unwanted"
    done < <(expectations)
    expect_harmless "$shell"
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
