#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second reader of Zeek's TSV logs, by its manual, that takes nothing for granted. Usage:
zeek_read.py FILE     checks header, types and order of the lines, and Community IDs; prints each row as a
                      line of JSON: unset fields are absent
zeek_read.py --self   that it refuses what is wrong
Exit status 1, and why: it is no such log."""
import base64
import hashlib
import ipaddress
import json
import re
import struct
import sys

STATES = {"-", "S0", "S1", "SF", "REJ", "S2", "S3", "RSTO", "RSTR", "RSTOS0", "RSTRH", "SH", "SHR", "OTH"}
NUMBER = re.compile(r"[0-9]+$")
SECONDS = re.compile(r"[0-9]+\.[0-9]{6}$")


class Wrong(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Wrong(why)


def unescape(raw):
    demand(not re.search(rb"\\(?!x[0-9a-f]{2})", raw), f"a backslash that begins no escape: {raw}")
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), raw)


def text(raw):
    decoded = raw.decode("utf-8")  # a log is UTF-8
    demand(all(ord(c) >= 32 and not 127 <= ord(c) < 160 for c in decoded), f"a control character: {raw}")
    return unescape(raw).decode("utf-8", "backslashreplace")


def number(raw):
    demand(NUMBER.match(raw.decode()), f"no count: {raw}")
    return int(raw)


def port(raw):
    demand(number(raw) < 65536, f"no port: {raw}")
    return int(raw)


def seconds(raw):
    demand(SECONDS.match(raw.decode()), f"no time: {raw}")
    return float(raw)


def address(raw):
    parsed = ipaddress.ip_address(raw.decode())
    demand(str(parsed) == raw.decode(), f"not as it is written: {raw}")
    return str(parsed)


READERS = {"string": text, "enum": text, "count": number, "port": port, "time": seconds, "interval": seconds,
           "addr": address, "bool": text, "set[string]": text}


def community_id(row):
    ends = [(ipaddress.ip_address(row[f"id.{side}_h"]).packed, row[f"id.{side}_p"]) for side in ("orig", "resp")]
    (first, first_port), (second, second_port) = sorted(ends)
    data = struct.pack("!H", 0) + first + second + bytes([6, 0]) + struct.pack("!HH", first_port, second_port)
    return "1:" + base64.b64encode(hashlib.sha1(data).digest()).decode()


def read_row(line, names, types):
    fields = line.split(b"\t")
    demand(len(fields) == len(names), f"{len(fields)} fields, not {len(names)}: {line}")
    row = {name: "" if raw == b"(empty)" else READERS[kind](raw)
           for name, kind, raw in zip(names, types, fields) if raw != b"-"}
    demand(row.get("conn_state", "-") in STATES, f"no such state: {line}")
    demand(row.get("proto") == "tcp" and "ts" in row and "uid" in row, f"not all that each has: {line}")
    if "community_id" in names:
        want = community_id(row) if "id.orig_h" in row else None
        demand(row.get("community_id") == want, f"community_id is {row.get('community_id')}, not {want}")
    return row


def read_header(lines):
    fixed = [b"#separator \\x09", b"#set_separator\t,", b"#empty_field\t(empty)", b"#unset_field\t-", b"#path\tconn"]
    demand(lines[:5] == fixed, f"the header begins otherwise: {lines[:5]}")
    demand(re.match(rb"#open\t[0-9]{4}(-[0-9]{2}){5}$", lines[5]), f"no #open: {lines[5]}")
    names, types = lines[6].decode().split("\t"), lines[7].decode().split("\t")
    demand(names[0] == "#fields" and types[0] == "#types", "no #fields, #types")
    demand(len(names) == len(types) and len(set(names)) == len(names), "fields and types do not match")
    return names[1:], types[1:]


def read_log(data):
    demand(data.endswith(b"\n"), "the last line has no end")
    lines = data[:-1].split(b"\n")
    demand(len(lines) >= 9, "it is too short")
    names, types = read_header(lines)
    demand(re.match(rb"#close\t[0-9]{4}(-[0-9]{2}){5}$", lines[-1]), f"no #close: {lines[-1]}")
    return [read_row(line, names, types) for line in lines[8:-1]]


GOOD = (b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
        b"#open\t2026-02-16-12-34-56\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tconn_state\t"
        b"community_id\tprocess\n#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tstring\tstring\n"
        b"1.000000\tC1\t128.232.110.120\t34855\t66.35.250.204\t80\ttcp\tSF\t1:LQU9qZlK+B5F3KDmev6m5PMibrg=\ta\\x09b\n"
        b"#close\t2026-02-16-12-34-57\n")


def check_self():
    demand(read_log(GOOD)[0]["process"] == "a\tb", "a good one is not read")
    for was, other in ((b"a\\x09b", b"a\tb"), (b"a\\x09b", b"a\\qb"), (b"1:LQ", b"1:LR"), (b"\tSF\t", b"\tXX\t"),
                       (b"#close", b"#end"), (b"1.000000", b"1"), (b"\t80\t", b"\t65536\t"), (b"\\x09b", b"\x1b"),
                       (b"66.35.250.204", b"066.35.250.204"), (b"#types\ttime", b"#types"), (b"\tC1\t", b"\t-\t")):
        demand(GOOD.count(was) == 1 or was == b"\tSF\t", f"{was} is there otherwise than once")
        try:
            read_log(GOOD.replace(was, other, 1))
        except (Wrong, ValueError):
            continue
        raise Wrong(f"{other} for {was} goes unnoticed")


def main():
    try:
        if sys.argv[1:] == ["--self"]:
            check_self()
            return
        with open(sys.argv[1], "rb") as log:
            for row in read_log(log.read()):
                print(json.dumps(row))
    except (Wrong, ValueError) as why:
        sys.exit(f"{why}")


main()
