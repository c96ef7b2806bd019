# SPDX-License-Identifier: MIT
"""The measurements: each function makes one and returns what it saw. None of them judges."""

import os
import re
import shutil
import subprocess
import time
from datetime import datetime, timezone

from tracer import SETTLE, Tracer, read

CALM = 0.05  # before each load: what starting and ending a tracer leaves to do


class Bench:
    """Where the programs are, where tracers write, and which time counts."""

    def __init__(self, build, directory, cpu_time=False):
        self.build, self.directory = build, directory
        self.tpconnect = f"{build}/tpconnect"
        self.column = 1 if cpu_time else 0
        cpus = sorted(os.sched_getaffinity(0))
        self.one = str(cpus[-1])
        self.two = ",".join(map(str, cpus[-2:]))

    def load(self, mode, count, cpus=None):
        """ns per operation, the mean of the threads."""
        command = [f"{self.build}/bench/load", "-c", cpus or self.one, mode, str(count)]
        out = subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True,
                             text=True).stdout
        threads = [float(line.split()[self.column]) for line in out.splitlines()]
        return sum(threads) / len(threads)

    def tracer(self, command, **kwargs):
        return Tracer(command, self.directory, **kwargs)


class Load:
    """A load that can be repeated, so that what is compared differs in nothing but the tracer.
    Use it in a `with`."""

    def __init__(self, bench, mode, count, cpus):
        self.column, self.threads = bench.column, cpus.count(",") + 1
        self.process = subprocess.Popen(
            [f"{bench.build}/bench/load", "-c", cpus, mode, str(count)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, bufsize=1)
        self._read()

    def _read(self):
        lines = [self.process.stdout.readline().split() for _ in range(self.threads)]
        return sum(float(line[self.column]) for line in lines) / self.threads

    def run(self):
        """ns per operation, the mean of the threads."""
        time.sleep(CALM)
        self.process.stdin.write("\n")
        return self._read()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.process.stdin.close()
        self.process.wait()


def pair(bench, load, command, peer=False):
    """The load under a tracer, and right after it under none, because the machine's speed drifts.
    CPU: ns of the tracer per event."""
    with bench.tracer(command, peer=peer) as tracer:
        before = tracer.cpu_ns()
        ns = load.run()
        time.sleep(SETTLE)
        cpu = tracer.cpu_ns() - before
    none = load.run()
    return {"ns": ns, "none": none, "added": ns - none,
            "cpu": cpu / tracer.lines if tracer.lines else None}


def flood(bench, command, mode, count):
    """What is lost, by class, when each of two CPUs connects as fast as it can."""
    with bench.tracer(command) as tracer:
        ns = bench.load(mode, count, bench.two)
        time.sleep(SETTLE)
    return {"lost": tracer.losses(), "lines": tracer.lines, "rate": 2e9 / ns}


def start_time(bench):
    """ms from before exec to the line that says it is attached."""
    with bench.tracer([bench.tpconnect]) as tracer:
        return tracer.start_ms


def start_parts(bench):
    """Where that time goes: ms in each bpf(2) command and in perf_event_open, as strace says."""
    if not shutil.which("strace"):
        return None
    path = f"{bench.directory}/strace"
    calls = "trace=bpf,perf_event_open,ioctl,read,munmap"
    command = ["strace", "-f", "--seccomp-bpf", "-T", "-o", path, "-e", calls, bench.tpconnect,
               "-t", "10ms"]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    parts = {}
    for line in open(path):
        found = re.search(r"\d+ +(\w+)\((BPF_\w+)?.*<([\d.]+)>$", line)
        if found:
            name = found[2] or found[1]
            parts[name] = parts.get(name, 0) + float(found[3]) * 1e3
    return dict(sorted(parts.items(), key=lambda part: -part[1]))


def memory(bench, events):
    """KiB at start, and after so many events."""
    with bench.tracer([bench.tpconnect]) as tracer:
        time.sleep(SETTLE)
        start = tracer.memory_kib()
        bench.load("refused", events)
        time.sleep(SETTLE)
        after = tracer.memory_kib()
    return start, after, tracer.lines


def slab_bytes():
    """What kmalloc and the caches of BPF have handed out: where map elements live."""
    total = 0
    for line in read("/proc/slabinfo").splitlines()[2:]:
        name, active, _, size = line.split()[:4]
        if name.startswith("kmalloc-"):
            total += int(active) * int(size)
    return total


def _map_bytes(tracer):
    return sum(int(info.get("memlock", 0)) for info in tracer.fdinfo("bpf-map"))


def hold(bench, count, tracer=None):
    """Opens connections and holds them: ns per connect at each step, and the memory that came with
    them: of all the tracer's maps (fdinfo), and of the kernel's kmalloc caches."""
    command = [f"{bench.build}/bench/load", "-c", bench.one, "open", str(count)]
    steps, maps, slab = {}, 0, 0
    if tracer:
        maps = -_map_bytes(tracer)
    slab = -slab_bytes()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as load:
        while not steps or max(steps) < count:
            n, ns = load.stdout.readline().split()
            steps[int(n)] = float(ns)
        slab += slab_bytes()
        maps += _map_bytes(tracer) if tracer else 0
        load.stdin.close()
    return {"steps": steps, "maps": maps / count, "slab": slab / count}


def hold_traced(bench, count, events):
    with bench.tracer([bench.tpconnect, "-e", events]) as tracer:
        return hold(bench, count, tracer)


def _event_time(line):
    stamp, ns = line.split(b"Z", 1)[0].split(b".")
    moment = datetime.strptime(stamp.decode(), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 10**9 + int(ns)


def _sample(piece, samples):
    """Up to so many whole lines of a piece of output, spread over it, the first always."""
    starts = [0] + [piece.find(b"\n", len(piece) * i // samples) + 1 for i in range(1, samples)]
    for start in sorted(set(starts)):
        end = piece.find(b"\n", start)
        if end > start:
            yield piece[start:end]


def delays(bench, seconds, loaded):
    """ms from an event (its own time) to the moment when its line can be read from the file,
    which is looked at each ms. Loaded: each CPU connects as fast as it can."""
    idle = ["slow", str(max(1, int(seconds / 0.0317)))]
    flood = ["-c", bench.two, "refused", "1000000000"]
    command = [f"{bench.build}/bench/load"] + (flood if loaded else idle)
    found, rest = [], b""
    with bench.tracer([bench.tpconnect]) as tracer, open(tracer.path, "rb") as output:
        load = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # to see it at once
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                piece, now = output.read(), time.time_ns()
                lines, _, rest = (rest + piece).rpartition(b"\n")
                found += [(now - _event_time(line)) / 1e6 for line in _sample(lines + b"\n", 8)]
                time.sleep(0.001)
        finally:
            os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
            load.terminate()
            load.wait()
    return sorted(found)


def program_size(bench):
    """Bytes, stripped."""
    path = f"{bench.directory}/stripped"
    subprocess.run(["strip", "-o", path, bench.tpconnect], check=True)
    return os.path.getsize(path)
