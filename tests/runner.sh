#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# That tests/live/run.sh picks, lists, times, limits, counts and runs side by side as it says, and that
# its cases cannot pass by a mistyped name: with cases of its own, which make no connections and need
# no privilege. Usage: runner.sh
set -uo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
failed=0
export LIVE_CASES="$work/cases" LIVE_SECONDS=20 RUNNER_WORK="$work"
RUNNER_TOP="$(cd "$here/.." && pwd)"
# How long the cases sleep that hang, told apart from those of another run of this.
NAP="4321.$$"
export RUNNER_TOP NAP

complain() {
    echo "not ok: $*"
    sed 's/^/    /' "$work/said"
    failed=1
}

# run ARGUMENT...: what run.sh says goes to said, its exit status to $status.
run() {
    status=0
    "$here/live/run.sh" "$@" >"$work/said" 2>&1 || status=$?
}

run_cases() { run "${@:2:$1}" /bin/true "$work" "${@:$1 + 2}"; }

says() { grep -qxE -- "$1" "$work/said" || complain "no line '$1'"; }
ends_with() { [[ $(tail -n 1 "$work/said") == "$1" ]] || complain "the last line is not '$1'"; }
has_status() { [[ $status -eq $1 ]] || complain "exit status $status, not $1"; }

# lists NAMES ARGUMENT...: what --list prints of these.
lists() {
    run --list "${@:2}"
    [[ $(awk '{ print $1 }' "$work/said" | tr '\n' ' ') == "$1 " ]] || complain "--list ${*:2}"
}

write_cases() {
    mkdir "$LIVE_CASES"
    cat >"$LIVE_CASES/quick.sh" <<-'CASES'
	obstacle() { :; }
	watch_init() { :; }
	init_was_interrupted() { [[ ${name:-} == unlucky* ]]; }
	case_setup() { pids=(); }

	case_good() { :; }
	case_good_too() { :; }
	case_bad() { fail "a reason"; }
	case_left_out() { skip "another reason"; }
	case_slow() { sleep 0.3; }
	case_unlucky_once() { [[ -e $RUNNER_WORK/tried ]] || { touch "$RUNNER_WORK/tried"; fail "once"; }; }
	case_unlucky_always() { false; }
	case_leaves() { (sleep "$NAP" &); }
	case_keeps_right() {
	    sed -n '/^{"timestamp"/p' "$RUNNER_TOP"/tests/golden/json.txt >record
	    keep_lines record
	}
	case_keeps_wrong() { echo '{"timestamp":"unheard","event.name":"tcp.connect"}' >record; keep_lines record; }
	case_mistyped() { check acepted=false; }
	case_mistyped_value() { check accepted=flase; }
	case_mistyped_many() { check_many acepted=false; }
	CASES
    cat >"$LIVE_CASES/hangs.sh" <<-'CASES'
	case_hangs() { sleep "$NAP"; }
	case_hangs_in_shell() { while :; do :; done; }
	case_hangs_behind() { sleep "$NAP" & wait; }
	case_hangs_deaf() { trap '' TERM; sleep "$NAP" & while :; do wait; sleep 0.1; done; }
	CASES
    cat >"$LIVE_CASES/pairs.sh" <<-'CASES'
	meet() { touch "$RUNNER_WORK/$1"; await test -e "$RUNNER_WORK/$2" || fail "$2 does not run"; }
	case_pair_one() { meet one two; }
	case_pair_two() { meet two one; }
	CASES
    cat >"$LIVE_CASES/stress.sh" <<-'CASES'
	check_many() { only_names "accepted" "$@"; }
	alone() {
	    mkdir "$RUNNER_WORK/busy" || fail "another one runs"
	    sleep 0.3
	    rmdir "$RUNNER_WORK/busy"
	}
	case_alone_one() { alone; }
	case_alone_two() { alone; }
	CASES
    sed 's/alone/beside/' >"$LIVE_CASES/usual.sh" <<-'CASES'
	case_alone_first() { alone; }
	case_alone_second() { alone; }
	CASES
}

test_picking() {
    lists "good good_too" good good_too
    lists "good good_too" 'good*'
    lists "good" good good 'goo?'
    lists "hangs hangs_in_shell hangs_behind hangs_deaf" hangs.sh
    lists "hangs hangs_in_shell" 'hang*.sh' -'*_behind' -hangs_deaf
    lists "pair_one pair_two alone_one alone_two" -quick.sh -hangs.sh -usual.sh
    run --list no_such
    has_status 2
    grep -q "no case.*'no_such'" "$work/said" || complain "an unknown name is not said"
    for name in no_such 'no_*' -no_such; do
        run_cases 0 good "$name"
        has_status 1
        grep -qxF -- "not ok ${name#-}" "$work/said" || complain "$name is not said"
        ends_with "1 passed, 1 failed, 0 skipped, 0 run again"
    done
}

# Of two functions of one name, a case would call another file's.
test_names_twice() {
    echo 'meet() { :; }' >"$LIVE_CASES/twice.sh"
    run --list good
    has_status 2
    grep -qF 'more than one meet()' "$work/said" || complain "a function that is there twice is not said"
    rm "$LIVE_CASES/twice.sh"
}

test_results() {
    run_cases 0 good bad left_out slow
    has_status 1
    says 'ok good \([0-9]+\.[0-9] s\)'
    says 'not ok bad \([0-9]+\.[0-9] s\)'
    says '    a reason'
    says 'skip left_out: another reason'
    says 'ok slow \((0\.[3-9]|[1-9]\.[0-9]) s\)'
    ends_with "2 passed, 1 failed, 1 skipped, 0 run again"
    run_cases 0 good
    has_status 0
}

test_again() {
    run_cases 0 unlucky_once good
    has_status 0
    says 'again unlucky_once: .*process 1.*'
    ends_with "2 passed, 0 failed, 0 skipped, 1 run again"
    run_cases 0 unlucky_always
    has_status 1
    ends_with "0 passed, 1 failed, 0 skipped, 2 run again"
}

test_limit() {
    LIVE_SECONDS=5 LIVE_GRACE=1 run_cases 2 --jobs 4 hangs.sh good
    has_status 1
    for name in hangs hangs_in_shell hangs_behind hangs_deaf; do
        says "not ok $name \([0-9.]+ s\)"
    done
    [[ $(grep -c 'not at its end after 5 s' "$work/said") -eq 4 ]] || complain "it does not say why"
    says 'ok good .*'
    ends_with "1 passed, 4 failed, 0 skipped, 0 run again"
    ! pgrep -f "^sleep $NAP\$" >"$work/left" || complain "left behind: $(cat "$work/left")"
}

test_left_behind() {
    run_cases 0 good leaves
    has_status 1
    says "not ok leaves: [0-9]+ is left behind: sleep $NAP "
    kill "$(sed -n 's/^not ok leaves: \([0-9]*\) .*/\1/p' "$work/said")"
    ends_with "2 passed, 1 failed, 0 skipped, 0 run again"
}

test_schema() {
    mkdir "$work/none"
    echo 'raise ImportError' >"$work/none/jsonschema.py"
    PYTHONPATH="$work/none" run_cases 0 keeps_right
    says 'skip json_schema: .*python3-jsonschema.*'
    ends_with "1 passed, 0 failed, 1 skipped, 0 run again"
    "$here/schema.py" --self >"$work/said"
    [[ $? -ne 77 ]] || return 0
    run_cases 0 keeps_right
    says 'ok json_schema: [0-9]{2} lines .*'
    ends_with "2 passed, 0 failed, 0 skipped, 0 run again"
    run_cases 0 keeps_right keeps_wrong
    has_status 1
    says 'not ok json_schema: 1 of [0-9]+ lines'
    grep -q '^    keeps_wrong: .*unheard' "$work/said" || complain "it does not say which"
    ends_with "2 passed, 1 failed, 0 skipped, 0 run again"
}

test_side_by_side() {
    run_cases 2 --jobs 2 pairs.sh good
    ends_with "3 passed, 0 failed, 0 skipped, 0 run again"
    run_cases 2 --jobs 3 stress.sh usual.sh stress.sh
    ends_with "3 passed, 1 failed, 0 skipped, 0 run again"
    run --jobs 0 /bin/true "$work"
    has_status 2
}

test_interrupted() {
    "$here/live/run.sh" --jobs 2 /bin/true "$work" hangs hangs_behind >"$work/said" 2>&1 &
    for _ in {1..100}; do
        [[ $(pgrep -cf "^sleep $NAP\$") -lt 2 ]] || break
        sleep 0.05
    done
    kill -TERM $!
    wait $! && complain "it passed when it was interrupted"
    says 'not ok: .*interrupted'
    ! pgrep -f "^sleep $NAP\$" >"$work/left" || complain "left behind: $(cat "$work/left")"
}

test_mistyped() {
    run_cases 0 'mistyped*'
    ends_with "0 passed, 3 failed, 0 skipped, 0 run again"
    [[ $(grep -c "'acepted=false': there is no such name" "$work/said") -eq 2 ]] || complain "it does not say what"
}

write_cases
for name in picking names_twice results again limit left_behind schema side_by_side interrupted mistyped; do
    "test_$name"
done
exit "$failed"
