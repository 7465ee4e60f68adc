"""Everything that leaves with a dump, by category, as text: complete, so that an operator can decide.

Each text of the summary, the sources and the traceback is a line.  Of the pickles, which nothing here loads, every
text that was not shown before is; what is longer than MAX_TEXT, and data that is no text, is listed as cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.encode import dumps, summary_to_json
from tibidi.dumpfile.headline import note_of
from tibidi.dumpfile.members import Member
from tibidi.dumpfile.reader import Reader
from tibidi.errors import DamagedDump
from tibidi.tools.pickles import texts

MAX_TEXT = 2_000  # characters of one text
MIN_RUN = 6  # characters of a text within bytes
TITLES = {"exceptions": "Exceptions and variables by frame", "omissions": "Redacted, cut or missing, and why"}


class Category(NamedTuple):
    """A kind of content: its size in the file and its lines."""

    title: str
    size: int
    lines: list[str]


def categories(reader: Reader) -> Iterator[Category]:
    """Yield what is in a dump, omissions last."""
    summary = json.loads(dumps(summary_to_json(reader.summary)))
    process: Any = summary.pop("process")
    omissions: Any = summary.pop("omissions")
    members = {member.name: member for member in reader.members()}
    size = members[fmt.SUMMARY].packed
    parts: dict[str, Any] = {
        "Environment": process.pop("environment"),
        "Packages": process.pop("packages"),
        "Program": {**process, **{name: each for name, each in summary.items() if not isinstance(each, list)}},
        **{TITLES.get(name, name.capitalize()): each for name, each in summary.items() if isinstance(each, list)},
    }
    yield Category("Summary (what follows up to the traceback)", size, [])
    seen: set[str] = set()
    for title, value in parts.items():
        lines = list(_lines(value, ""))
        seen.update(line.rpartition(": ")[2] for line in lines)
        yield Category(title, 0, lines)
    yield Category("Traceback", *_text(reader, members.get(fmt.TRACEBACK)))
    for name, member in members.items():
        if name.startswith(fmt.SOURCES):
            yield Category(f"Source file {note_of(member.extra).get('file')}", *_text(reader, member))
    yield from _values(reader, seen)
    if reader.is_sealed:
        yield Category("Sealed content", getattr(members.get(fmt.SEALED), "packed", 0), ["encrypted"])
    missing = (*omissions, *(each._asdict() for each in reader.damage))
    yield Category(TITLES["omissions"], 0, [f"{each['path']}: {each['reason']} {each['detail']}" for each in missing])


def _lines(value: Any, path: str) -> Iterator[str]:
    """Yield a line for each text and number of the summary, with its path."""
    parts: Any = ()
    if isinstance(value, dict) and value.keys() >= {"type", "preview"}:
        yield f"{path}: {value['type']} = {value['preview']}"
        parts = [(path, value.get("table", {}))]
    elif isinstance(value, dict):
        parts = [(f"{path}.{name}" if path else name, each) for name, each in value.items()]
    elif isinstance(value, list) and not all(isinstance(each, (str, int)) for each in value):
        parts = [(f"{path}[{number}]", each) for number, each in enumerate(value)]
    elif value not in (None, "", []):
        yield f"{path}: {' '.join(map(str, value)) if isinstance(value, list) else value}"
    for where, each in parts:
        yield from _lines(each, where)


def _text(reader: Reader, member: Member | None) -> tuple[int, list[str]]:
    if member is None:
        return 0, []
    try:
        return member.packed, reader.content(member.name).decode("utf-8", "replace").split("\n")
    except DamagedDump as error:
        return member.packed, [f"cut: {error}"]


def _values(reader: Reader, seen: set[str]) -> Iterator[Category]:
    """Yield the pickles, each with the texts that were not shown before."""
    for member in reader.members():
        if member.name.startswith(fmt.VALUES) and member.name != fmt.INDEX:
            paths = ", ".join(reader.index.members.get(member.name, ()))
            lines: dict[str, None] = {}  # each once, in their order
            try:
                found = texts(reader.content(member.name), size=member.packed)
                lines.update((line, None) for value in found for line in _shown(value))
            except DamagedDump as error:
                lines[f"cut: {error}"] = None
            shown = [line for line in lines if line not in seen]
            seen.update(lines)
            yield Category(f"Values of {paths or 'no path'} ({member.name})", member.packed, shown)


def _shown(value: str | bytes | float) -> Iterator[str]:
    """Yield a text, a number, or the texts within bytes, and how much of it is cut."""
    if isinstance(value, bytes):
        found = re.findall(rb"[\x20-\x7e\t]{%d,}" % MIN_RUN, value.replace(b"\0", b""))  # also those of 16 or 32 bits
        yield f"cut: data of {len(value):,} bytes"
        for run in found:
            yield from _shown(run.decode("ascii"))
        return
    text = str(value)
    yield text[:MAX_TEXT]
    if len(text) > MAX_TEXT:
        yield f"cut: {len(text) - MAX_TEXT:,} more characters of it"
