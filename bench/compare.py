# SPDX-License-Identifier: MIT
"""Runs everything interleaved, round after round, and prints one table. It asserts nothing."""

import argparse
import os
import shutil
import signal
import sys
import tempfile

import figures
import report

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def tracers(bench):
    """Name -> command."""
    tpconnect, floor = bench.tpconnect, f"{bench.build}/bench/floor"
    return {
        "minimal": [f"{bench.build}/bench/minimal"],
        "text": [tpconnect],
        "json": [tpconnect, "-o", "json"],
        "all": [tpconnect, "-e", "all"],
        "all, json": [tpconnect, "-e", "all", "-o", "json"],
        "filtered out": [tpconnect, "-P", "2"],  # the load goes to other ports
        "no-syscalls": [tpconnect, "--no-syscalls"],
        "floor: enter": [floor, "empty_enter"],
        "floor: enter+exit": [floor, "empty_enter", "empty_exit"],
        "floor: all four": [floor, "empty_enter", "empty_exit", "empty_state",
                            "empty_state_again"],
        "floor: record": [floor, "record_enter"],
    }


# Load -> the tracers it runs under, in this order in each round.
PLAN = {
    "refused": ["minimal", "text", "json", "all", "no-syscalls", "filtered out",
                "floor: enter", "floor: all four", "floor: record"],
    "accepted": ["minimal", "text", "all", "all, json", "floor: all four"],
    "refused, two": ["minimal", "text", "all", "floor: all four"],
    "accepted, two": ["minimal", "all"],
    "udp": ["floor: enter", "floor: enter+exit", "text", "no-syscalls"],
    "getppid": ["floor: enter", "text", "no-syscalls"],
}

PEERS = {
    "tcplife": [["tcplife"], ["tcplife-bpfcc"], ["/usr/sbin/tcplife-bpfcc"]],
    "tcpstates": [["tcpstates"], ["tcpstates-bpfcc"], ["/usr/sbin/tcpstates-bpfcc"]],
    "bpftrace": [["bpftrace", "-e", "tracepoint:syscalls:sys_enter_connect "
                  "{ printf(\"%d %s\\n\", pid, comm); }"]],
}


def installed_peers():
    for name, commands in PEERS.items():
        found = [command for command in commands if shutil.which(command[0])]
        if found:
            yield name, found[0]
        else:
            print(f"bench: {name} is not installed", file=sys.stderr)


# Operations of each kind that all rounds together make, under each tracer.
TOTAL = {"refused": 200000, "accepted": 200000, "udp": 1000000, "getppid": 4000000}

# Tracer and load of the floods in which nothing may be lost.
FLOODS = [("text", "refused"), ("all", "refused"), ("all", "accepted")]


def one_round(bench, commands, peers, rounds, samples):
    for title, names in PLAN.items():
        mode, _, two = title.partition(", ")
        cpus = bench.two if two else bench.one
        with figures.Load(bench, mode, TOTAL[mode] // rounds, cpus) as load:
            for name in names + (list(peers) if mode in ("refused", "accepted") else []):
                command = peers.get(name) or commands[name]
                sample = figures.pair(bench, load, command, peer=name in peers)
                samples.setdefault((title, name), []).append(sample)


def measure(bench, args, peers):
    count = 20000 if args.quick else 200000
    commands, samples, start, hold, floods = tracers(bench), {}, [], {}, {}
    for number in range(args.rounds):
        print(f"bench: round {number + 1} of {args.rounds}", file=sys.stderr)
        one_round(bench, commands, peers, 40 if args.quick else args.rounds, samples)
        start.append(figures.start_time(bench))
    for _ in range(1 if args.quick else 3):
        for name, mode in FLOODS:
            flood = figures.flood(bench, commands[name], mode, count)
            floods.setdefault((name, mode), []).append(flood)
        hold.setdefault("none", []).append(figures.hold(bench, count))
        hold.setdefault("all", []).append(figures.hold_traced(bench, count, "all"))
    seconds = 2 if args.quick else 10
    return {
        "samples": samples, "floods": floods, "start": start, "hold": hold,
        "start parts": figures.start_parts(bench),
        "memory": figures.memory(bench, 5 * count),
        "idle": figures.delays(bench, seconds, False),
        "loaded": figures.delays(bench, seconds, True),
        "size": figures.program_size(bench),
    }


def main():
    parser = argparse.ArgumentParser(prog="bench/run.sh", description=__doc__)
    parser.add_argument("--peers", action="store_true", help="also what else is installed")
    parser.add_argument("--rounds", type=int, help="default 40, with --quick 4; the operations are shared out among them")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: not to be cited")
    parser.add_argument("--cpu-time", action="store_true",
                        help="count CPU time of the connecting thread, not the time on the wall: "
                             "for a machine that others use")
    args = parser.parse_args()
    args.rounds = args.rounds or (4 if args.quick else 40)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that tracers are ended
    peers = dict(installed_peers()) if args.peers else {}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as directory:
        bench = figures.Bench(f"{ROOT}/build", directory, args.cpu_time)
        report.print_machine(args)
        report.print_all(measure(bench, args, peers), peers)


if __name__ == "__main__":
    main()
