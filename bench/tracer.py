# SPDX-License-Identifier: MIT
"""Tracers under measurement: started, watched through /proc, stopped."""

import os
import re
import signal
import subprocess
import time

START_PATIENCE = 20
SETTLE = 0.25  # after the load: longer than tpconnect keeps an event (two ticks of 100 ms)


class Tracer:
    """A tracer whose stdout goes to a file on tmpfs. Use it in a `with`; afterwards `lines` (of
    output) and `stderr` hold what is left of it."""

    def __init__(self, command, directory, peer=False, env=None):
        self.path = os.path.join(directory, "output")
        self.command, self.peer, self.env = command, peer, env
        self.lines, self.stderr = 0, ""

    def __enter__(self):
        with open(self.path, "wb") as output:
            begin = time.monotonic_ns()
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.PIPE,
                text=True, env=self.env)
        if self.peer:
            self._await_peer()
        else:
            self._await_line()
        self.start_ms = (time.monotonic_ns() - begin) / 1e6
        self.pid = self.process.pid
        return self

    def _await_line(self):
        """tpconnect, and what is built here, say on stderr when they are attached."""
        for line in self.process.stderr:
            self.stderr += line
            if "tracing" in line:
                return
        raise SystemExit(f"bench: {self.command} did not start: {self.stderr}")

    def _await_peer(self):
        """Others say nothing; but attached is who holds a link or a perf event."""
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            if any("bpf_link" in fd or "perf_event" in fd for fd in self._fds()):
                time.sleep(1)
                return
            time.sleep(0.1)
        self.process.kill()
        raise SystemExit(f"bench: {self.command} did not start: {self.process.stderr.read()}")

    def _fds(self):
        directory = f"/proc/{self.process.pid}/fd"
        for fd in os.listdir(directory):
            try:
                yield os.readlink(f"{directory}/{fd}")
            except OSError:
                pass

    def cpu_ns(self):
        """CPU time of all its threads, ns: the first number of schedstat."""
        tasks = f"/proc/{self.pid}/task"
        return sum(int(read(f"{tasks}/{task}/schedstat").split()[0]) for task in os.listdir(tasks))

    def memory_kib(self):
        """What it takes of the memory, KiB: Pss, which counts each page once however often it is
        mapped (the ring is, twice) or shares it among who maps it, and its parts; and Rss."""
        rollup = read(f"/proc/{self.pid}/smaps_rollup")
        found = re.findall(r"^(Rss|Pss\w*):\s+(\d+) kB", rollup, re.M)
        return {name: int(kib) for name, kib in found}

    def fdinfo(self, kind):
        """The fields of /proc/PID/fdinfo of each BPF object of a kind (bpf-map, bpf-prog)."""
        for fd in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                if kind in os.readlink(f"/proc/{self.pid}/fd/{fd}"):
                    text = read(f"/proc/{self.pid}/fdinfo/{fd}")
                    yield dict(re.findall(r"(\w+):\s+(\S+)", text))
            except OSError:
                pass

    def __exit__(self, *exc):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        try:
            self.stderr += self.process.communicate(timeout=10)[1]
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.stderr += self.process.communicate()[1]
        self.lines = count_lines(self.path)

    def losses(self):
        """tpconnect's summary: {"sent": 1, "written": 1, ..., "ring": 0, ...}; {} if none."""
        found = re.findall(r"^tpconnect: (sent=.*)$", self.stderr, re.M)
        return {k: int(v) for k, v in re.findall(r"(\w+)=(\d+)", found[-1])} if found else {}


def read(path):
    with open(path) as file:
        return file.read()


def count_lines(path):
    lines = 0
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            lines += piece.count(b"\n")
    return lines
