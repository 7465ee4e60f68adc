"""A small summary, and dumps made of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.writer import Archive
from tibidi.model import (
    ILLEGAL,
    RAISED,
    CodeRecord,
    ExceptionRecord,
    FrameRecord,
    Index,
    Omission,
    ProcessRecord,
    Summary,
    TaskRecord,
    ThreadRecord,
    Variable,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

KEY = b"k" * 32
NAME = "/srv/divide.py"
TEXT = "def div(x, y):\n    return x / y\n"
PICKLES = {"values/0000.pkl": b"first" * 50_000, "values/0001.pkl": bytes(range(256)) * 40}


def summary() -> Summary:
    """Return a summary that uses every kind of record."""
    code = CodeRecord(varnames=("x", "y"), argcount=2, flags=3)
    variables = {"x": Variable("int", "5"), "lone": Variable("str", "'\ud800'")}
    frame = FrameRecord(NAME, "__main__", "div", "div", 2, 2, 11, 16, 1, code, variables)
    crash = ExceptionRecord(
        0, None, RAISED, "builtins.ZeroDivisionError", "division by zero", ("a note",), False, (frame,)
    )
    return Summary(
        tibidi="1.0.0",
        time="2026-11-22T21:50:00.123456+00:00",
        process=ProcessRecord(pid=4711, argv=("divide.py", "5", "0"), environment={"HOME": "/home/x"}),
        exceptions=(crash,),
        threads=(ThreadRecord("MainThread", 1, True, False, (frame,)),),
        tasks=(TaskRecord("Task-1", "pending", (frame,)),),
        omissions=(Omission("process.hostname", "unavailable"),),
        fingerprint="f00d",
    )


def dump_bytes(key: bytes | None = KEY, pickles: Mapping[str, bytes] = PICKLES) -> bytes:
    """Return a whole dump."""
    file = io.BytesIO()
    archive = Archive(file)
    archive.add(fmt.SUMMARY, encode.dumps(encode.summary_to_json(summary())), encode.headline(summary()))
    archive.add(fmt.TRACEBACK, b"Traceback (most recent call last):\n")
    archive.add("sources/srv/divide.py", TEXT.encode(), {"file": NAME})
    for name, data in pickles.items():
        archive.add(name, data)
    paths = {"values/0000.pkl": ("exceptions[0].frames[0].locals",), "values/0001.pkl": ("modules['__main__']",)}
    omission = Omission("exceptions[0].frames[0].locals['gen']", ILLEGAL, "a generator")
    index = Index(True, paths, {"exceptions[0].frames[0]": "modules['__main__']"}, (omission,))
    archive.add(fmt.INDEX, encode.dumps(encode.index_to_json(index)))
    archive.finish(key)
    return file.getvalue()
