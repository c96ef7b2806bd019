#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Whether bodies are what OTLP/HTTP takes as logs in JSON, and have the lines they were made of.

otlp.py LINES < BODIES. LINES: NDJSON. BODIES: requests of JSON, one behind the other. It reads strictly, by the
rules of protobuf's JSON form and opentelemetry-proto's logs.proto, common.proto and resource.proto: every name and
type; 64-bit integers are strings. Where Python's opentelemetry-proto is installed, protobuf itself reads them too.
"""
import json
import re
import sys
from datetime import datetime

INT64 = re.compile(r"-?(0|[1-9][0-9]*)$")


def fields(value, /, **kinds):
    """An object that has nothing but these, each as its kind says."""
    assert isinstance(value, dict), value
    assert value.keys() <= kinds.keys(), value.keys() - kinds.keys()
    for name, item in value.items():
        kinds[name](item)


def text(value):
    assert isinstance(value, str)
    value.encode("utf-8")


def fixed64(value):
    assert isinstance(value, str) and INT64.match(value) and 0 <= int(value) < 2**64


def int64(value):
    assert isinstance(value, str) and INT64.match(value) and -(2**63) <= int(value) < 2**63


def double(value):
    assert isinstance(value, (int, float)) and not isinstance(value, bool)


def boolean(value):
    assert isinstance(value, bool)


def severity(value):
    assert isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 24


def each(kind):
    def check(values):
        assert isinstance(values, list)
        for value in values:
            kind(value)

    return check


def any_value(value):
    fields(value, stringValue=text, intValue=int64, doubleValue=double, boolValue=boolean,
           arrayValue=lambda v: fields(v, values=each(any_value)),
           kvlistValue=lambda v: fields(v, values=each(key_value)))
    assert len(value) <= 1, value


def key_value(value):
    fields(value, key=text, value=any_value)
    assert value["key"] and "value" in value


def attributes(values):
    each(key_value)(values)
    keys = [value["key"] for value in values]
    assert len(keys) == len(set(keys)), keys


def record(value):
    fields(value, timeUnixNano=fixed64, severityNumber=severity, severityText=text, body=any_value,
           attributes=attributes)


def request(value):
    fields(value, resourceLogs=each(lambda r: fields(
        r, resource=lambda v: fields(v, attributes=attributes), scopeLogs=each(lambda s: fields(
            s, scope=lambda v: fields(v, name=text), logRecords=each(record))))))


def plain(value):
    """An AnyValue as JSON has it."""
    for kind, item in value.items():
        if kind == "intValue":
            return int(item)
        if kind == "arrayValue":
            return [plain(v) for v in item["values"]]
        if kind == "kvlistValue":
            return {v["key"]: plain(v["value"]) for v in item["values"]}
        return item
    return None


def nanoseconds(stamp):
    seconds, fraction = stamp.rstrip("Z").split(".")
    return int(datetime.fromisoformat(seconds + "+00:00").timestamp()) * 10**9 + int(fraction.ljust(9, "0"))


def bodies(data):
    decoder = json.JSONDecoder()
    data = data.lstrip()
    while data:
        value, end = decoder.raw_decode(data)
        yield value
        data = data[end:].lstrip()


def protobuf():
    try:
        from google.protobuf import json_format
        from opentelemetry.proto.collector.logs.v1 import logs_service_pb2
    except ImportError:
        print("# without opentelemetry-proto: read by rules of our own")
        return lambda value: None
    return lambda value: json_format.ParseDict(value, logs_service_pb2.ExportLogsServiceRequest())


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = {json.loads(line)["tpconnect.seq"]: json.loads(line) for line in file}
    parse = protobuf()
    seen = 0
    for body in bodies(sys.stdin.read()):
        request(body)
        parse(body)
        for resource in body["resourceLogs"]:
            of_host = {a["key"]: plain(a["value"]) for a in resource["resource"]["attributes"]}
            for item in resource["scopeLogs"][0]["logRecords"]:
                line = {a["key"]: plain(a["value"]) for a in item["attributes"]} | of_host
                expected = lines[line["tpconnect.seq"]]
                assert nanoseconds(expected.pop("timestamp")) == int(item["timeUnixNano"])
                assert plain(item["body"]) == expected["event.name"]
                assert line == expected, (line, expected)
                seen += 1
    print(seen)


main()
