"""docs/format.md, checked against the code by a reader that is written from the page alone.

It imports nothing of tibidi: the page alone is enough to read a dump.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import pickle
import re
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from crashing import Crasher

LOCAL = struct.Struct("<4sHHHHHIIIHH")
PAGE = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
PROGRAM = """
def pay(password, amount, cart):
    return charge(password, amount, cart)

def charge(password, amount, cart):
    raise KeyError(amount) from ValueError("no such price")

pay("correct horse battery staple", 6, [{"api_key": "tea for two"}])
"""


class Member(NamedTuple):
    """A local header and the packed bytes after it."""

    name: str
    method: int
    crc: int
    size: int
    extra: bytes
    packed: bytes

    @property
    def content(self) -> bytes:
        """The unpacked bytes."""
        return zlib.decompress(self.packed, -15) if self.method == 8 else self.packed

    @property
    def note(self) -> dict[str, Any]:
        """The JSON in the extra field."""
        if not self.extra:
            return {}
        identifier, length = struct.unpack_from("<HH", self.extra)
        assert (0x6474, len(self.extra) - 4) == (identifier, length)
        return json.loads(self.extra[4:])


def members(data: bytes) -> Iterator[Member]:
    """Yield the members by their local headers, front to back."""
    offset = 0
    while data[offset : offset + 4] == b"PK\3\4":
        _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = LOCAL.unpack_from(data, offset)
        assert not flags & 8
        name = offset + LOCAL.size
        extra = name + name_length
        start = extra + extra_length
        offset = start + packed
        yield Member(data[name:extra].decode(), method, crc, size, data[extra:start], data[start:offset])


class Unknown:
    """Whatever a pickle names: it can be made and filled, and does nothing."""

    def __new__(cls, *args: object) -> Any:
        """Take any arguments."""
        return super().__new__(cls)

    def __setstate__(self, state: object) -> None:
        """Take any state."""


class Values(pickle.Unpickler):
    """One unpickler for all members, which knows one word of the vocabulary."""

    def __init__(self) -> None:
        self.file = io.BytesIO()
        self.namespaces: dict[str, dict[str, object]] = {}
        super().__init__(self)  # type: ignore[arg-type]  # it has what a file needs
        self.found: dict[str, Any] = {}
        self.replaced: list[object] = []

    def add(self, content: bytes) -> tuple[str, ...]:
        """Load one member; return its paths."""
        self.file = io.BytesIO(content)
        paths, value = self.load()
        for path in paths:
            if isinstance(value, dict):
                is_module = path.startswith("modules[")
                self.found.setdefault(path, self.namespace(path) if is_module else {}).update(value)
            else:
                self.found[path] = value
        return paths

    def find_class(self, module: str, name: str) -> Any:
        """Return a substitute for a name."""
        return self.namespace if (module, name) == ("tibidi", "_namespace") else Unknown

    def namespace(self, key: str) -> dict[str, object]:
        """Return the one dictionary of globals of a module."""
        return self.namespaces.setdefault(key, {})

    def persistent_load(self, pid: object) -> object:
        """Return a substitute for an object."""
        self.replaced.append(pid)
        return pid

    def read(self, size: int = -1) -> bytes:
        """Read from the current member."""
        return self.file.read(size)

    def readline(self) -> bytes:
        """Read a line from the current member."""
        return self.file.readline()


@pytest.fixture
def dump(crash: Crasher, tmp_path: Path) -> Path:
    """A fresh dump, signed with the key of `crash`."""
    program = tmp_path / "shop.py"
    program.write_text(PROGRAM, encoding="utf-8")
    return crash(program).dump


def test_members(dump: Path) -> None:
    """Headers and zip tools agree that the members of the page are there, in its order."""
    found = list(members(dump.read_bytes()))
    names = [member.name for member in found]
    numbered = [f"values/{number:04}.pkl" for number in range(len(names) - 5)]
    with zipfile.ZipFile(dump) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}

    assert ["summary.json", "traceback.txt", names[2], *numbered, "values/index.json", "signature"] == names
    assert names[2].startswith("sources/")
    assert contents == {member.name: member.content for member in found}
    assert all((len(each.content), zlib.crc32(each.content)) == (each.size, each.crc) for each in found)


def test_notes(dump: Path) -> None:
    """Extra fields hold the headline and the name of each source file, with the keys of the page."""
    found = list(members(dump.read_bytes()))
    headline = "fingerprint time type message program pid file line name cause own_file own_line own_name kind test"
    summary = json.loads(found[0].content)

    assert headline.split() == list(found[0].note)
    described = re.findall(r"\w+", PAGE[PAGE.index("(fingerprint, time") :].partition(")")[0])
    assert headline.split() == [word for word in described if word in headline.split()]
    assert {"file": summary["exceptions"][-1]["frames"][-1]["file"]} == found[2].note
    assert {} == found[1].note
    values = [each for each in found if each.name.endswith(".pkl")]
    counts = [each.note["memo"] for each in values[1:]]
    assert ({}, sorted(counts)) == (values[0].note, counts)
    assert PROGRAM == found[2].content.decode()


def test_signature(crash: Crasher, dump: Path) -> None:
    """The signature is rebuilt from its description, with the bytes of the key file."""
    *signed, last = members(dump.read_bytes())
    lines = b""
    for each in signed:
        packed, extra = (hashlib.sha256(data).hexdigest() for data in (each.packed, each.extra))
        lines += f"{each.method} {each.crc} {each.size} {packed} {extra} {each.name}\n".encode()
    expected = hmac.new(crash.key_file.read_bytes(), lines, "sha256").hexdigest()

    assert "METHOD CRC SIZE PACKED EXTRA NAME" in PAGE
    assert expected.encode() == last.content


def test_summary(dump: Path) -> None:
    """`summary.json` and the index have exactly the keys of the page."""
    contents = {member.name: member.content for member in members(dump.read_bytes())}
    summary, index = (json.loads(contents[name].decode("ascii")) for name in ("summary.json", "values/index.json"))
    frame = summary["exceptions"][0]["frames"] or summary["exceptions"][1]["frames"]
    shown = PAGE[PAGE.index('{"format": 1, "tibidi"') :]

    assert ["format", "complete", "members", "globals", "omissions"] == list(index)
    for record in (
        summary,
        summary["process"],
        *summary["exceptions"],
        *summary["threads"],
        *frame,
        frame[0]["code"],
        index,
    ):
        assert [] == [key for key in record if f'"{key}"' not in shown]
    assert (False, True) == (summary["complete"], index["complete"])
    assert [0, 1] == [each["id"] for each in summary["exceptions"]]
    assert ["cause", "raised"] == [each["relation"] for each in summary["exceptions"]]


def test_values(dump: Path) -> None:
    """One unpickler reads the members in their order: a seed without paths, then the values of each path."""
    contents = {member.name: member.content for member in members(dump.read_bytes())}
    index = json.loads(contents["values/index.json"])
    values = Values()
    paths = {name: list(values.add(content)) for name, content in contents.items() if name.endswith(".pkl")}

    inner, outer = (values.found[f"exceptions[1].frames[{number}].locals"] for number in (2, 1))
    assert index["members"] == paths
    assert [] == paths["values/0000.pkl"]
    assert [["exceptions[1].frames[2].locals"]] * 2 == list(paths.values())[1:3]
    assert 6 == inner["amount"]
    assert inner["cart"] is outer["cart"]
    assert "<redacted>" == inner["password"] == inner["cart"][0]["api_key"]
    assert inner["cart"][0] in values.replaced
    assert {"modules['__main__']"} == set(values.namespaces) == set(index["globals"].values())
    assert {"pay", "charge"} <= set(values.namespaces["modules['__main__']"])
    assert "exceptions[0].exception" in values.found
