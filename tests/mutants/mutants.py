# SPDX-License-Identifier: MIT
"""Change the code at random, and see whether the tests notice. Run by tests/mutants.sh, in a copy."""
import argparse
import hashlib
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from changes import changes_of

BUILD = "build-mutants"
# Only the live cases reach these, and the last only the initial PID namespace.
UNREACHED = ("src/commands/", "src/probe/", "src/main.c", "src/util/process.c")
# A tracer that loops must not fill the memory, nor a leak go unnoticed.
ASAN_OPTIONS = "detect_leaks=1:exitcode=99:hard_rss_limit_mb=512"
# A test that takes this many times as long as it did at first hangs, but not before some seconds.
PATIENCE, PATIENCE_MIN = 10, 15
# Live cases for --bpf: every part of bpf/ is in one, and all of them take a minute.
CASES = ["established", "refused", "filter_port", "user", "nonblocking", "reuse", "given_up", "close_by_reset",
         "ends", "fastopen_unsent", "io_uring", "mptcp", "before_start", "follow", "map_shared",
         "ends_that_reach_no_program", "established_unseen_too_soon", "firewall_lifted", "faults", "transfer",
         "seccomp_denies", "icmp_told_in_many_ways", "icmp_given_up_long_after", "mptcp_filtered",
         "mptcp_of_before", "established_unseen"]


def run(command, patience=None, output=subprocess.DEVNULL, **more):
    """Whether a command succeeds. What it leaves running is ended with it."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                               start_new_session=True, **more)
    try:
        return process.wait(patience) == 0
    except subprocess.TimeoutExpired:
        # A live case takes down what it has set up.
        os.killpg(process.pid, signal.SIGTERM)
        time.sleep(0.5)
        return False
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def ninja(*targets):
    return run(["ninja", "-C", BUILD, *targets])


class Test:
    def __init__(self, name, command, env):
        self.name, self.command = name, command
        self.env = {**os.environ, **env, "ASAN_OPTIONS": ASAN_OPTIONS}
        self.took = None

    def passes(self, **more):
        begin = time.monotonic()
        passed = run(self.command, self.took and max(PATIENCE * self.took, PATIENCE_MIN),
                     env=self.env, cwd=BUILD, **more)
        self.took = self.took or time.monotonic() - begin
        return passed


def configure(sanitizer):
    """The kernel side has no part in the sanitizer, which the programs of some live cases do not bear."""
    options = ["-Dbuildtype=plain", "-Doptimization=1", f"-Db_sanitize={sanitizer}", "-Dtests=enabled"]
    subprocess.run(["meson", "setup", BUILD, *options], check=True, stdout=subprocess.DEVNULL)


def known_tests():
    """Not those that read the sources: no document that cites a line tests what the line does."""
    with open(f"{BUILD}/meson-info/intro-tests.json", encoding="utf-8") as file:
        return [Test(known["name"], known["cmd"], known["env"]) for known in json.load(file)
                if known["suite"][0].endswith((":unit", ":golden")) and known["depends"]]


def live_tests():
    live = [os.path.abspath("tests/live/run.sh"), "./tpconnect", "tests/live/triggers"]
    return [Test(case, [*live, case], {"CI": "true"}) for case in CASES]


def objects():
    """Which object a source file becomes."""
    with open(f"{BUILD}/compile_commands.json", encoding="utf-8") as file:
        made = {os.path.relpath(os.path.join(BUILD, one["file"])): one["output"] for one in json.load(file)}
    kernel_side = {str(path): f"bpf/{path.name.removesuffix('.bpf.c')}.o" for path in Path("bpf").glob("*.bpf.c")}
    return {**made, **kernel_side}


def digest(object_file):
    """Of what an object does: not of the lines that it tells to the kernel."""
    path = f"{BUILD}/{object_file}"
    if not object_file.startswith("bpf/"):
        return hashlib.sha256(Path(path).read_bytes()).digest()
    headers = subprocess.run(["readelf", "-WS", path], check=True, capture_output=True, text=True).stdout
    names = [name for name in re.findall(r"\] (\S+) +(?:PROGBITS|REL) ", headers) if ".BTF" not in name]
    return subprocess.run(["readelf", *(f"--hex-dump={name}" for name in names), path], check=True,
                          capture_output=True).stdout


class Trial:
    """A copy that is built, its tests, and what became of each change."""

    def __init__(self, with_cases):
        configure("none" if with_cases else "address")
        if not ninja("all"):
            sys.exit("mutants: it does not build even unchanged")
        self.objects = objects()
        self.digests = {source: digest(made) for source, made in self.objects.items()}
        self.tests = known_tests() + (live_tests() if with_cases else [])
        # What fails is tried again, aloud.
        failing = [test.name for test in self.tests if not test.passes() and not test.passes(output=None)]
        if failing or not self.tests:
            sys.exit(f"mutants: tests fail even unchanged: {failing or 'there are none'}")
        self.tests.sort(key=lambda test: test.took)

    def outcome(self, path):
        made = self.objects.get(path)
        if made and not ninja(made):
            return "did not build"
        if made and digest(made) == self.digests[path]:
            return "changed nothing"
        if not ninja("all"):
            return "did not build"
        return "survived" if all(test.passes() for test in self.tests) else "noticed"

    def of(self, change):
        file = Path(change.path)
        source = file.read_text(encoding="utf-8")
        file.write_text(source[:change.start] + change.new + source[change.end:], encoding="utf-8")
        try:
            return self.outcome(change.path)
        finally:
            file.write_text(source, encoding="utf-8")


def shown(change):
    """The change on a line, with the line that it is on."""
    source = Path(change.path).read_text(encoding="utf-8")
    old = " ".join(source[change.start:change.end].split())
    line = source.splitlines()[change.line - 1].strip()
    return f"{change.path}:{change.line}: '{old}' -> '{change.new}' in: {line}"


def changes_in(paths):
    files = set()
    for path in map(Path, paths):
        files.update(path.rglob("*.[ch]") if path.is_dir() else [path])
    reached = [file for file in sorted(map(str, files)) if paths != ["src"] or not file.startswith(UNREACHED)]
    return [change for file in reached for change in changes_of(file, Path(file).read_text(encoding="utf-8"))]


def parse():
    parser = argparse.ArgumentParser(prog="mutants.sh", allow_abbrev=False)
    parser.add_argument("n", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=random.randrange(10000))
    parser.add_argument("--bpf", action="store_true")
    parser.add_argument("paths", nargs="*", metavar="PATH")
    options = parser.parse_intermixed_args()
    options.paths = options.paths or (["bpf", "contract"] if options.bpf else ["src"])
    return options


def try_all(trial, changes, n, count):
    for change in changes:
        if count["noticed"] + count["survived"] == n:
            break
        outcome = trial.of(change)
        count[outcome] += 1
        if outcome == "survived":
            print(f"survived {shown(change)}", flush=True)


def main():
    options = parse()
    changes = changes_in(options.paths)
    random.Random(options.seed).shuffle(changes)
    print(f"mutants: {options.n} of {len(changes)} changes, seed {options.seed}", flush=True)
    trial = Trial(options.bpf)
    count = {"noticed": 0, "survived": 0, "changed nothing": 0, "did not build": 0}
    try:
        try_all(trial, changes, options.n, count)
    except KeyboardInterrupt:
        print("interrupted: as far as it came")
    tried = count["noticed"] + count["survived"]
    print(f"{count['noticed']} of {tried} noticed ({100 * count['noticed'] // max(tried, 1)} %), "
          f"{count['survived']} survived; not counted: {count['changed nothing']} that change nothing in the "
          f"object, {count['did not build']} that do not build")


main()
