# SPDX-License-Identifier: MIT
"""Samples -> one table: the figure, its median and quartiles, the ratio to its yardstick, the goal."""

import os
import platform
from statistics import median, quantiles

from tracer import read

ROW = "{:<52} {:>10}  {:<24} {:>7}  {}"


def row(name, values, yardstick=None, goal="", digits=0):
    """values: one for each round. yardstick: the median that the ratio is to."""
    values = [value for value in values if value is not None]
    if not values:
        return
    middle = median(values)
    low, _, high = quantiles(values, n=4) if len(values) > 1 else (0, 0, 0)
    spread = f"({low:.{digits}f} .. {high:.{digits}f})" if len(values) > 1 else ""
    ratio = f"{middle / yardstick:.2f}" if yardstick else ""
    print(ROW.format(name, f"{middle:.{digits}f}", spread, ratio, goal))


def head(title, yardstick=""):
    ratio = f"; ratio to {yardstick}" if yardstick else ""
    print(f"\n{title}{ratio}")
    print(ROW.format("", "median", "(quartiles)", "ratio", "goal").rstrip())


def cpu_model():
    for line in read("/proc/cpuinfo").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def print_machine(args):
    governor = "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"
    name = read(governor).strip() if os.path.exists(governor) else "not known"
    print(f"{platform.system()} {platform.release()}, {cpu_model()}, {os.cpu_count()} CPUs, "
          f"governor {name}, load {os.getloadavg()[0]:.2f}; {args.rounds} rounds"
          f"{', CPU time of the connecting thread' if args.cpu_time else ''}"
          f"{', quick: not to be cited' if args.quick else ''}", flush=True)


class Samples:
    def __init__(self, samples):
        self.samples = samples

    def all(self, load, name, field="ns"):
        return [sample.get(field) for sample in self.samples.get((load, name), [])]

    def added(self, load, name):
        """ns that a tracer adds, each time against none right after it."""
        return self.all(load, name, "added")

    def nones(self, load):
        return [sample["none"] for (at, _), some in self.samples.items() if at == load
                for sample in some]

    def names(self, load):
        return [name for at, name in self.samples if at == load]


def print_added(samples, load, title, yardstick, goals):
    head(f"{title}: ns added per operation", f"{yardstick} (added)")
    row("none (whole operation)", samples.nones(load), digits=1)
    base = median(samples.added(load, yardstick))
    for name in samples.names(load):
        row(name, samples.added(load, name), base, goals.get(name, ""), digits=1)


FLOOR = "floor: all four"


def print_to_floor(samples):
    """What the programs do, beside what it costs that there are any: each pair of one round."""
    head("ns added per operation, all events", f"{FLOOR} (added)")
    for load in ("refused", "accepted", "refused, two"):
        floors = samples.added(load, FLOOR)
        row(f"{load}: {FLOOR}", floors, digits=1)
        row(f"{load}: all", samples.added(load, "all"), median(floors), "<= 1.5", digits=1)


def print_cpu(samples):
    head("user-space CPU, ns per event", "minimal")
    base = median(samples.all("refused", "minimal", "cpu"))
    goals = {"text": "<= 0.15", "json": "<= 0.30"}
    for name in samples.names("refused"):
        if not name.startswith("floor"):
            row(name, samples.all("refused", name, "cpu"), base, goals.get(name, ""))
    for name in ("all", "all, json"):
        row(f"{name} (accepted)", samples.all("accepted", name, "cpu"), base)


CLASSES = ("ring", "missed", "state", "unmatched", "output")


def print_lost(floods):
    head("events lost, two threads on two CPUs, default ring")
    for (name, mode), runs in floods.items():
        lost = [sum(run["lost"].get(key, 0) for key in CLASSES) for run in runs]
        classes = " ".join(key for key in CLASSES if any(run["lost"].get(key) for run in runs))
        rate = median(run["rate"] for run in runs)
        row(f"{name}, {mode}, {rate:.0f}/s, {median(run['lines'] for run in runs):.0f} events "
            f"{classes}", lost, goal="0")


def print_udp_ratio(samples):
    whole = median(samples.all("udp", "text"))
    for name in ("floor: enter", "floor: enter+exit"):
        ratio = whole / median(samples.all("udp", name))
        print(ROW.format(f"whole operation, text to {name}", "", "", f"{ratio:.2f}", "<= 1.5"))


def print_hold(hold):
    none, traced = hold["none"], hold["all"]
    head("ns per connect, by connections already open, all events", "none")
    for step in none[0]["steps"]:
        row(f"up to {step}", [one["steps"][step] for one in traced],
            median(one["steps"][step] for one in none), "flat")
    head("kernel memory per open connection, bytes")
    row("maps, as /proc/PID/fdinfo counts their elements", [one["maps"] for one in traced],
        goal="<= 256")
    row("kmalloc caches, beyond what they grow under none",
        [a["slab"] - b["slab"] for a, b in zip(traced, none)], goal="<= 256")


def percentile(values, share):
    return values[min(len(values) - 1, int(len(values) * share))]


def print_delay(idle, loaded):
    head("delay from event to visible line, ms")
    for name, values, goal in (("idle", idle, "<= 200"), ("all CPUs loaded", loaded, "report")):
        if values:
            print(ROW.format(f"{name}: p50, p99 of {len(values)}", f"{percentile(values, .5):.1f}",
                             f"p99 {percentile(values, .99):.1f}, max {values[-1]:.1f}", "", goal))


def print_program(result):
    head("the program")
    row("exec to attached, ms", result["start"], goal="<= 45", digits=1)
    for name, ms in (result["start parts"] or {}).items():
        if ms > 0.5:
            row(f"  of it {name} (under strace)", [ms], digits=1)
    start, after, events = result["memory"]
    for moment, memory in (("at start", start), (f"after {events} events", after)):
        parts = ", ".join(f"{part[4:].lower()} {memory[part]}"
                          for part in ("Pss_Anon", "Pss_File", "Pss_Shmem"))
        row(f"Pss {moment}, KiB ({parts})", [memory["Pss"]], goal="<= 8192")
    row("stripped size, KiB", [result["size"] / 1024], goal="<= 300")


def print_all(result, peers):
    samples = Samples(result["samples"])
    print_added(samples, "refused", "refused connect", "minimal", {"text": "<= 0.12"})
    print_added(samples, "accepted", "connect, established, close", "minimal", {"all": "<= 0.20"})
    print_added(samples, "refused, two", "refused, two threads", "minimal", {})
    print_added(samples, "accepted, two", "accepted, two threads", "minimal", {})
    print_to_floor(samples)
    print_cpu(samples)
    print_lost(result["floods"])
    print_added(samples, "udp", "UDP connect", "floor: enter+exit", {})
    print_udp_ratio(samples)
    print_added(samples, "getppid", "getppid", "floor: enter",
                {"text": "report", "no-syscalls": "none measurable"})
    print_hold(result["hold"])
    print_delay(result["idle"], result["loaded"])
    print_program(result)
