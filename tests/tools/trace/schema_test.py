#!/usr/bin/env python3
# SPDX-License-Identifier: BSL-1.0
"""schema_test.py WEFT_TRACE BUGGY SCHEMA: what each command prints with --json is what the published
schema says: all of its members, and no others."""

import copy
import json
import os
import pathlib
import subprocess
import sys
import tempfile

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def is_a(value, name):
    if name in ("integer", "number"):
        kinds = int if name == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Schema:
    """The part of JSON Schema that the file uses; stricter: members that it does not name are wrong."""

    def __init__(self, path):
        self.definitions = json.loads(path.read_text())["$defs"]

    def problems(self, value, name):
        return list(self._check(value, self.definitions[name], name))

    def _check(self, value, by, where):
        if "$ref" in by:
            by = self.definitions[by["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in by:
            tried = [list(self._check(value, each, where)) for each in by["anyOf"]]
            yield from min(tried, key=len)
            return
        if "const" in by and value != by["const"]:
            yield f"{where}: {value} instead of {by['const']}"
        names = by.get("type", [])
        names = [names] if isinstance(names, str) else names
        if names and not any(is_a(value, name) for name in names):
            yield f"{where}: {value!r} is no {' or '.join(names)}"
        elif isinstance(value, dict):
            yield from self._check_members(value, by, where)
        elif isinstance(value, list):
            for each in value:
                yield from self._check(each, by["items"], where + "[]")

    def _check_members(self, value, by, where):
        known = by.get("properties", {})
        for name in by.get("required", []):
            if name not in value:
                yield f"{where}: {name} is missing"
        for name, member in value.items():
            described = known.get(name, by.get("additionalProperties"))
            if described is None:
                yield f"{where}: {name} is not described"
            else:
                yield from self._check(member, described, f"{where}.{name}")


def fail(text):
    sys.exit("FAILED: " + text)


def commands_with_json(tool):
    """All of them, by their help texts."""
    listed = subprocess.run([tool, "--help"], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in listed.split("Subcommands:")[1].split("\n\n")[0].split("\n") if line]
    return {
        name
        for name in names
        if "--json" in subprocess.run([tool, name, "--help"], capture_output=True, text=True, check=True).stdout
    }


def asked(process, work):
    """Command line, and the definition of what it prints."""
    file, other = str(work / "a.ftr"), str(work / "b.ftr")
    as_report = [
        (["record", process, "-o", file, "--events", "all", "--stacks", "--for", "1"], "report"),
        (["record", process, "-o", other, "--for", "0.2"], "report"),
        (["flight", process, "-o", str(work / "c.ftr"), "--for", "0.2"], "report"),
        (["snapshot", process, "-o", str(work / "d.ftr")], "report"),
        (["report", file], "report"),
        (["export", file], "report"),
    ]
    of_process = [
        ([name, process], name)
        for name in ("ps", "tree", "stack", "top", "locks", "deadlock", "stalls", "doctor")
    ]
    of_file = [([name, file], name) for name in ("stalls", "flame", "events", "leaks", "lost")]
    return [
        *as_report,
        *of_process,
        *of_file,
        (["ps"], "processes"),
        (["ps", process, "--where"], "ps"),
        (["ps", process, "--use"], "ps"),
        (["doctor"], "doctor"),
        (["why", file, "GET /users"], "why"),
        (["flame", file, "--diff", other], "flame"),
        (["events", file, "--raw"], "events"),
        (["diff", other, file], "diff"),
    ]


def documents_in(text):
    """One, or for several runtimes one after the other."""
    while text := text.strip():
        document, end = json.JSONDecoder().raw_decode(text)
        text = text[end:]
        yield document


def check_all(tool, process, work, schema):
    seen = {"run"}  # on standard error, the same as report
    for command, definition in asked(process, work):
        ended = subprocess.run([tool, *command, "--json"], capture_output=True, text=True)
        if ended.returncode > 1:
            fail(f"{command}: {ended.stderr}")
        for document in documents_in(ended.stdout):
            if found := schema.problems(document, definition):
                fail(f"{command}: " + "; ".join(found[:5]))
        seen.add(command[0])
    if missing := commands_with_json(tool) - seen:
        fail(f"not looked at: {missing}")


def check_the_check(schema):
    """It notices what it is there for."""
    good = {"formatVersion": 1, "sites": [
        {"site": "a", "liveAtBegin": 0, "liveAtEnd": 0, "spawned": 0, "ended": 0, "leak": False}]}
    if schema.problems(good, "leaks"):
        fail("what is right is refused")
    for change in (
        lambda it: it.pop("formatVersion"),
        lambda it: it.update(formatVersion=2),
        lambda it: it["sites"][0].update(leak=1),
        lambda it: it["sites"][0].update(more=1),
        lambda it: it["sites"][0].pop("ended"),
        lambda it: it.update(sites={}),
    ):
        wrong = copy.deepcopy(good)
        change(wrong)
        if not schema.problems(wrong, "leaks"):
            fail(f"not noticed: {wrong}")


def main():
    tool, buggy, schema = sys.argv[1], sys.argv[2], Schema(pathlib.Path(sys.argv[3]))
    check_the_check(schema)
    environment = os.environ | {"WEFT_TRACE": "stall,events:all"}
    with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
        [buggy, "all"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as program:
        try:
            program.stdout.readline()
            check_all(tool, str(program.pid), pathlib.Path(folder), schema)
        finally:
            program.kill()
    print("all commands print what the schema says")


main()
