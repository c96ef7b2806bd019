#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Adds to compile_commands.json how the kernel side is compiled, which meson leaves out as these are
custom targets; clangd and the like know nothing of a file without it. Meson runs this once it has
written that file. Usage: bpf_commands.py FILE.c... -- COMPILER ARGUMENT..."""
import json
import os
import sys

divider = sys.argv.index("--")
sources, compiler = sys.argv[1:divider], sys.argv[divider + 1:]
build, root = os.environ["MESON_BUILD_ROOT"], os.environ["MESON_SOURCE_ROOT"]
database = os.path.join(build, "compile_commands.json")


def entry(source):
    path = os.path.join(root, source)
    output = os.path.basename(source).replace(".bpf.c", ".o")
    return {
        "directory": build,
        "file": path,
        "output": os.path.join("bpf", output),
        "arguments": compiler + ["-c", path, "-o", os.path.join("bpf", output)],
    }


def main():
    with open(database, encoding="utf-8") as file:
        entries = json.load(file)
    entries = [old for old in entries if not old["file"].endswith(".bpf.c")]
    entries += [entry(source) for source in sources]
    with open(database + ".new", "w", encoding="utf-8") as file:
        json.dump(entries, file, indent=2)
    os.replace(database + ".new", database)


main()
