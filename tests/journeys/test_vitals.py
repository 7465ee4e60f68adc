"""What the process has used until the crash: uptime, CPU, memory, descriptors, children."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import tibidi
from tibidi.model import ProcessRecord, Summary
from tibidi.present import vitals

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
MIB = 1 << 20
# Fails each read of /proc, as a sandbox does; it says how often it did.
NO_PROC = """
import atexit, os, tibidi.process
refused = []
def refuse(function):
    def call(path, *args, **options):
        if str(path).startswith(("/proc", "/sys/fs/cgroup")):
            refused.append(path)
            raise PermissionError(13, "refused", path)
        return function(path, *args, **options)
    return call
for name in "open", "listdir", "readlink":
    setattr(tibidi.process.os, name, refuse(getattr(tibidi.process.os, name)))
atexit.register(lambda: print(len(refused)))
1 / 0
"""


def info(crash: Crasher) -> dict[str, Any]:
    """Return what `info --json` has of the last crash."""
    found: dict[str, Any] = json.loads(crash.run("-m", "tibidi", "info", "--json").stdout)["vitals"]
    return found


def test_a_leak(crash: Crasher, tmp_path: Path) -> None:
    """A leak of descriptors, children, threads, CPU and memory are in `info` and in the JSON, with their values."""
    crashed = crash("before_vitals.py", str(tmp_path))
    found = info(crash)
    shown = crash.run("-m", "tibidi", "info").stdout

    assert {"leaked prices.csv": 200} == found["repeated_files"]
    assert 200 <= found["descriptors"]["file"] <= 203  # files of tibidi and the test's output
    assert 3 <= found["descriptors"]["pipe"] <= 6  # to the children, and output
    assert crashed.stdout.split() == sorted((each["pid"] for each in found["children"]), key=int)
    assert 7 == found["threads_started"]
    assert 0.3 < found["cpu_seconds"] < 30
    assert 0.3 < found["uptime_seconds"] < 120
    assert 50 * MIB < found["peak_memory_bytes"] < 400 * MIB
    assert found["machine_free_bytes"] < found["machine_memory_bytes"]
    assert 3 == len(found["load"])
    assert 1 <= found["processors"]
    assert ", 200 of them of leaked prices.csv" in shown
    assert "started      7 threads without a name\n" in shown
    assert all(f"{pid} python" in shown for pid in crashed.stdout.split())
    assert str(tmp_path) not in tibidi.load(crashed.dump).summary.process.vitals["descriptors"]


def test_secrets(crash: Crasher) -> None:
    """The name of a file that is open many times is redacted as any text."""
    code = """import sys, os
password = "hunter2-Mellon99"
files = [open(f"{password}.txt", "w") for _ in range(20)]
1 / 0"""
    crashed = crash.run("-c", code)

    assert ["<redacted>.txt"] == list(info(crash)["repeated_files"])
    assert b"Mellon99" not in crashed.dump.read_bytes()


def test_without_proc(crash: Crasher) -> None:
    """Where /proc cannot be read, what the interpreter knows is there, and the dump is complete."""
    crashed = crash.run("-c", NO_PROC)
    found = info(crash)

    assert int(crashed.stdout) > 5
    assert found["cpu_seconds"] > 0
    assert "garbage_collections" in found
    assert set() == found.keys() & {"uptime_seconds", "descriptors", "children", "memory_bytes", "group_memory_bytes"}
    assert tibidi.load(crashed.dump).summary.complete


@pytest.mark.parametrize(
    "text", ["", "x", "9" * 5000, "[[1]]", "[]", "max max", "1 (a) Z\n1 (b", "/ /\n1", "-1 nan inf", "1.5"]
)
def test_damaged_texts(text: str) -> None:
    """A text that is not what the system writes costs its fact only."""
    process = ProcessRecord(vitals={**dict.fromkeys(vitals.PARSERS, text), "peak": text, "cpu": "1 0.5 0 0 9"})
    found = vitals.facts(Summary("1.1", "", process))

    assert 1.5 == found["cpu_seconds"]
    assert "used" == next(vitals.lines(found))[0]
    json.dumps(found, allow_nan=False)


def test_old_dumps() -> None:
    """A dump of before has no line."""
    assert [] == list(vitals.lines(vitals.facts(Summary("1.0", "", ProcessRecord()))))
