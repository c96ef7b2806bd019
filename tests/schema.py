#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lines of JSON against docs/tpconnect.schema.json. Usage:
schema.py [FILE...]    the lines of these files (default: standard input); what is before an object's
                       first brace says where it is from. A line for each problem, 20 at most.
schema.py --self       the schema itself, the lines of the golden files, and that a wrong line fails.
Exit status 1: something is wrong; 77: this Python has no jsonschema (Debian's python3-jsonschema)."""
import copy
import glob
import json
import os
import re
import sys

try:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match
except ImportError:
    DEBIAN = "/usr/bin/python3"
    # Another Python may be the first in PATH than the one that Debian's packages are for.
    if os.path.exists(DEBIAN) and os.path.realpath(sys.executable) != os.path.realpath(DEBIAN):
        os.execv(DEBIAN, [DEBIAN] + sys.argv)
    print("skip: python3-jsonschema is missing")
    sys.exit(77)

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
SHOWN = 20

GOOD_NOTICES = [
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.start","tpconnect.seq":1,'
    '"tpconnect.version":"1.0","tpconnect.programs":"connect,state","tpconnect.schema":"1",'
    '"tpconnect.observed.from":"2026-02-16T12:34:56.000000000Z"}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.start","tpconnect.seq":1,'
    '"tpconnect.version":"1.0","tpconnect.programs":"connect,state","tpconnect.schema":"1",'
    '"tpconnect.resumed":true,"tpconnect.dns.seen":"udp","tpconnect.observed.from":"2026-02-16T12:34:56.000000000Z"}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.start","tpconnect.seq":1,'
    '"host.id":"0123456789abcdef0123456789abcdef","host.name":"a","tpconnect.boot.id":'
    '"8a8b4b2a-0000-4000-8000-000000000001","tpconnect.version":"1.0","tpconnect.programs":"connect,state",'
    '"tpconnect.schema":"1","tpconnect.observed.from":"2026-02-16T12:34:56.000000000Z"}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.loss","tpconnect.seq":9,'
    '"tpconnect.loss.ring":1,"tpconnect.loss.missed":2,"tpconnect.loss.state":3,'
    '"tpconnect.loss.unmatched":4,"tpconnect.loss.output":5,"tpconnect.loss.context":6}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.loss","tpconnect.seq":9,'
    '"tpconnect.loss.ring":1,"tpconnect.loss.missed":2,"tpconnect.loss.state":3,'
    '"tpconnect.loss.unmatched":4,"tpconnect.loss.output":5,"tpconnect.loss.context":6,'
    '"tpconnect.loss.store":7,"tpconnect.store.oldest":"2026-02-16T12:00:00.000000000Z",'
    '"tpconnect.store.dropped.boot.id":"8a8b4b2a-0000-4000-8000-000000000001",'
    '"tpconnect.store.dropped.first_seq":1,"tpconnect.store.dropped.last_seq":8}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.start","tpconnect.seq":1,'
    '"host.name":"a","tpconnect.boot.id":"8a8b4b2a-0000-4000-8000-000000000001","tpconnect.version":"1.0",'
    '"tpconnect.programs":"connect,state","tpconnect.schema":"1","tpconnect.heartbeat.interval_ns":60000000000,'
    '"tpconnect.observed.from":"2026-02-16T12:34:56.000000000Z"}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.heartbeat","tpconnect.seq":9,'
    '"host.name":"a","tpconnect.boot.id":"8a8b4b2a-0000-4000-8000-000000000001",'
    '"tpconnect.loss.ring":1,"tpconnect.loss.missed":2,"tpconnect.loss.state":3,'
    '"tpconnect.loss.unmatched":4,"tpconnect.loss.output":5,"tpconnect.loss.context":6,"tpconnect.loss.store":7,'
    '"tpconnect.store.oldest":"2026-02-16T12:00:00.000000000Z","tpconnect.heartbeat.interval_ns":60000000000,'
    '"tpconnect.events.sent":10,'
    '"tpconnect.events.written":8,"tpconnect.events.filtered":1,'
    '"tpconnect.observed.from":"2026-02-16T12:34:56.000000000Z"}',
    '{"timestamp":"2026-02-16T12:34:56.000000001Z","event.name":"tpconnect.stop","tpconnect.seq":9,'
    '"tpconnect.loss.ring":1,"tpconnect.loss.missed":2,"tpconnect.loss.state":3,'
    '"tpconnect.loss.unmatched":4,"tpconnect.loss.output":5,"tpconnect.loss.context":6,"tpconnect.events.sent":10,'
    '"tpconnect.events.written":8,"tpconnect.events.filtered":1,"tpconnect.tracked":6,'
    '"tpconnect.preexisting.unattributed":0,'
    '"tpconnect.observed.from":"2026-02-16T12:34:56.000000000Z",'
    '"tpconnect.observed.until":"2026-02-16T12:34:57.000000000Z"}',
]

# Event, key, value (None: the key is gone): each makes a good line of that event a wrong one.
WRONG = [
    ("tcp.connect", "unheard.of", 1),
    ("tcp.connect", "error.type", "EPERM"),
    ("tcp.connect", "timestamp", "2026-02-16T12:34:56Z"),
    ("tcp.connect", "tpconnect.seq", 0),
    ("tcp.connect", "event.name", "tcp.unheard_of"),
    ("tcp.connect", "network.peer.port", 65536),
    ("tcp.connect", "network.peer.port", "80"),
    ("tcp.connect", "network.peer.address", "2001:db8::1"),
    ("tcp.connect", "network.local.port", 1024),
    ("tcp.connect", "tpconnect.origin", "magic"),
    ("tcp.connect", "tpconnect.sent", True),
    ("tcp.connect", "process.user.id", None),
    ("tcp.connect", "process.pid", None),
    ("tcp.connect", "tpconnect.process.executable.inode", "5"),
    ("tcp.connect", "process.executable.path", "bin/curl"),
    ("tcp.connect", "process.args_count", 1),
    ("tcp.connect", "process.command_args", ["x"]),
    ("tcp.connect", "tpconnect.process.ancestors", [{"pid": 1}]),
    ("tcp.connect", "tpconnect.process.executable.deleted", False),
    ("tcp.connect", "container.id", 1),
    ("tcp.connect", "tpconnect.bytes_sent", 0),
    ("tcp.connect", "tpconnect.repeated", 1),
    ("tcp.established", "tpconnect.connection.id", None),
    ("tcp.established", "tpconnect.connect.duration_ns", 0.5),
    ("tcp.established", "tpconnect.cgroup.id", 77),
    ("tcp.established", "tpconnect.sent", False),
    ("tcp.failed", "error.type", None),
    ("tcp.failed", "error.type", "refused"),
    ("tcp.retry", "tpconnect.connect.duration_ns", 1),
    ("tcp.close", "tpconnect.bytes_sent", None),
    ("tcp.close", "tpconnect.ended", "well"),
    ("tcp.close", "tpconnect.requested.port", 80),
    ("tcp.close", "tpconnect.preexisting", True),
    ("tcp.close", "tpconnect.holders", 1),
    ("tcp.close", "tpconnect.observed.duration_ns", 1),
    ("tcp.close", "tpconnect.origin", None),
    ("tcp.close", "network.connection.state", "established"),
    ("tcp.close", "tpconnect.connection.id", "p1-0"),
    ("tcp.close", "network.peer.port", None),
    ("tcp.open", "tpconnect.preexisting", None),
    ("tcp.open", "tpconnect.connection.id", "1-0"),
    ("tcp.open", "tpconnect.origin", "connect"),
    ("tcp.open", "tpconnect.holders", None),
    ("tcp.open", "tpconnect.connection.duration_ns", 1),
    ("tcp.open", "network.connection.state", "listen"),
    ("tcp.open", "network.connection.state", "open"),
    ("tcp.open", "network.peer.address", None),
    ("tcp.open", "tpconnect.bytes_unacked", None),
    ("tcp.open", "tpconnect.direction", "up"),
    ("tcp.open", "tpconnect.ended", "fin"),
    ("tpconnect.start", "tpconnect.version", None),
    ("tpconnect.start", "tpconnect.loss.ring", 0),
    ("tpconnect.start", "host.id", "uninitialized"),
    ("tpconnect.start", "tpconnect.boot.id", "1"),
    ("tcp.connect", "host.id", ""),
    ("tpconnect.start", "tpconnect.schema", None),
    ("tpconnect.start", "tpconnect.schema", "0"),
    ("tpconnect.start", "tpconnect.dns.seen", "tcp"),
    ("tpconnect.stop", "tpconnect.dns.unread", "1"),
    ("tcp.retry", "server.address", "a.example"),
    ("tcp.retry", "tpconnect.dns.source", "process"),
    ("tcp.retry", "tpconnect.dns.names", ["a.example"]),
    ("tcp.connect", "tpconnect.dns.names", []),
    ("tpconnect.loss", "tpconnect.loss.output", -1),
    ("tpconnect.loss", "tpconnect.loss.store", "7"),
    ("tpconnect.loss", "tpconnect.store.dropped.first_seq", 0),
    ("tpconnect.stop", "tpconnect.store.dropped.last_seq", 8),
    ("tpconnect.start", "tpconnect.loss.store", 0),
    ("tpconnect.loss", "tpconnect.loss.unheard_of", 0),
    ("tpconnect.stop", "tpconnect.observed.until", None),
    ("tpconnect.start", "tpconnect.heartbeat.interval_ns", 0),
    ("tpconnect.stop", "tpconnect.heartbeat.interval_ns", 60000000000),
    ("tpconnect.heartbeat", "tpconnect.events.written", None),
    ("tpconnect.heartbeat", "tpconnect.boot.id", None),
    ("tpconnect.heartbeat", "tpconnect.heartbeat.interval_ns", None),
    ("tpconnect.heartbeat", "tpconnect.tracked", 6),
    ("tpconnect.stop", "tpconnect.preexisting.unattributed", None),
    ("tpconnect.count", "tpconnect.failed.because", 1),
    ("tpconnect.count", "tpconnect.attempts", None),
    ("tpconnect.count", "tpconnect.other", True),
    ("tpconnect.latency", "tpconnect.latency.buckets", [[1, 2]]),
    ("tpconnect.latency", "tpconnect.latency.count", None),
    ("tpconnect.top", "tpconnect.rows", None),
    ("tpconnect.top", "tpconnect.rows", [{"tpconnect.open": 1}]),
    ("tpconnect.top", "tpconnect.pending", -1),
    ("tpconnect.list", "tpconnect.open", None),
    ("tpconnect.list", "tpconnect.interval_ns", 1),
]


def load_schema():
    with open(os.path.join(TOP, "docs/tpconnect.schema.json"), encoding="utf-8") as file:
        return json.load(file)


def problem_of(validator, text):
    """What is wrong with a line, or None."""
    try:
        line = json.loads(text)
    except ValueError as error:
        return f"it is not JSON: {error}"
    error = best_match(validator.iter_errors(line))
    return error and f"{'.'.join(map(str, error.absolute_path)) or 'the line'}: {error.message[:200]}"


def check(validator, lines):
    """Prints what is wrong with any, and returns how many are."""
    wrong = 0
    for where, text in lines:
        problem = problem_of(validator, text)
        if problem:
            wrong += 1
            if wrong <= SHOWN:
                print(f"{where}{problem}: {text[:600]}")
    return wrong


def read(file):
    for line in file:
        brace = line.find("{")
        yield (line, "") if brace < 0 else (line[:brace], line[brace:].rstrip("\n"))


def golden_lines():
    paths = [path for name in ("*.txt", "*.json") for path in glob.glob(os.path.join(TOP, "tests/golden", name))]
    for path in sorted(paths):
        with open(path, encoding="utf-8") as file:
            for text in file:
                if text.startswith('{"timestamp"'):
                    yield f"{os.path.basename(path)}: ", text.rstrip("\n")


def keys_of(schema):
    """Every key that the schema knows, as the documents write them."""
    keys = set()
    for part in schema["$defs"].values():
        keys |= set(part.get("properties", {}))
        for pattern in part.get("patternProperties", {}):
            prefix = pattern.lstrip("^").replace("[.]", ".").split("(")[0]
            keys |= {prefix + "ERRNO", prefix + "other"}
    return keys


def documented_keys():
    with open(os.path.join(TOP, "docs/fields.md"), encoding="utf-8") as file:
        words = re.findall(r"`([^`]*)`", file.read())
    return {word for word in words if re.fullmatch(r"timestamp|[a-z0-9]+(\.[a-zA-Z0-9_]+)+", word)
            and word not in ("tpconnect.start", "tpconnect.loss", "tpconnect.heartbeat", "tpconnect.stop",
                             "tpconnect.count", "tpconnect.latency", "tpconnect.list",
                             "tpconnect.top")}


def check_wrong(validator, good):
    """Each change to a good line must be noticed."""
    unnoticed = 0
    for name, key, value in WRONG:
        line = copy.deepcopy(good[name])
        if value is None:
            del line[key]
        else:
            line[key] = value
        if validator.is_valid(line):
            unnoticed += 1
            print(f"not noticed: {name} with {key} = {value}")
    return unnoticed


def check_self(schema, validator):
    Draft202012Validator.check_schema(schema)
    lines = list(golden_lines()) + [("", notice) for notice in GOOD_NOTICES]
    wrong = check(validator, lines)
    good = {}
    for _, text in lines:
        line = json.loads(text)
        if "tpconnect.sent" not in line and ("process.pid" in line or "tcp." not in line["event.name"]):
            good.setdefault(line["event.name"], line)
    wrong += check_wrong(validator, good)
    for key in sorted(keys_of(schema) ^ documented_keys()):
        print(f"in one of schema and docs/fields.md only: {key}")
        wrong += 1
    if len(lines) < 30 or len(good) < 12:
        print(f"only {len(lines)} lines of {len(good)} kinds were found")
        wrong += 1
    return wrong


def main():
    schema = load_schema()
    validator = Draft202012Validator(schema)
    if sys.argv[1:] == ["--self"]:
        return check_self(schema, validator)
    wrong = 0
    for path in sys.argv[1:] or ["/dev/stdin"]:
        with open(path, encoding="utf-8") as file:
            wrong += check(validator, read(file))
    return wrong


sys.exit(1 if main() else 0)
