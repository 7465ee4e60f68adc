"""tibidi.tools.find, and `tibidi find`: where a value occurs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

PROGRAM = """\
import datetime, decimal
class Cart:
    def __init__(self):
        self.lines = [{"sku": "A-17", "price": decimal.Decimal("3.50")}]
        self.day = datetime.date(2026, 11, 22)
def pay(cart, customer_id):
    blob = b"raw A-17 bytes"
    raise ValueError("no")
pay(Cart(), 18)
"""


@pytest.fixture
def dump(crash: Crasher, tmp_path: Path) -> Path:
    """The dump of a shop."""
    program = tmp_path / "shop.py"
    program.write_text(PROGRAM, encoding="utf-8")
    return crash(program).dump


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A-17", {".locals['blob']", ".locals['cart'].lines[0]['sku']"}),
        ("18", {".locals['customer_id']"}),
        ("3.50", {".locals['cart'].lines[0]['price']"}),
        ("2026-11-22", {".locals['cart'].day"}),
        ("customer_", {".locals['customer_id']"}),
        ("sku", {".locals['cart'].lines[0]['sku']"}),
    ],
)
def test_paths(crash: Crasher, dump: Path, text: str, expected: set[str]) -> None:
    """A text is found in texts, bytes and names, a number or a date as a whole."""
    found = json.loads(crash.run("-m", "tibidi", "find", "--json", text, str(dump)).stdout)
    frame = "exceptions[0].frames[1]"

    assert expected == {each["path"][len(frame) :] for each in found if each["path"].startswith(frame)}
    assert all(str(dump) == each["dump"] for each in found)


def test_in_all_dumps(crash: Crasher, dump: Path) -> None:
    """Without a dump all are searched, and a damaged one does not end the search."""
    (dump.parent / "20200101T000000Z-shop-1.pkl").write_bytes(b"PK")
    found = crash.run("-m", "tibidi", "find", "A-17")
    nothing = crash.run("-m", "tibidi", "find", "B-99", str(dump))

    assert (0, True) == (
        found.status,
        f"{dump}: exceptions[0].frames[1].locals['blob']: b'raw A-17 bytes'" in found.stdout,
    )
    assert "not a dump" in found.stderr
    assert (1, "no value of 1 dump contains 'B-99'\n") == (nothing.status, nothing.stdout)


def test_diff(crash: Crasher, dump: Path, tmp_path: Path) -> None:
    """`diff` names the values that differ in frames that both dumps have, and frames that only one has."""
    program = tmp_path / "shop.py"
    program.write_text(PROGRAM.replace("A-17", "A-18", 1).replace("pay(Cart(), 18)", "(lambda: pay(Cart(), 19))()"))
    other = crash(program).dump
    ended = crash.run("-m", "tibidi", "diff", "--json", str(dump), str(other))
    found = {each["path"]: (each["before"], each["after"]) for each in json.loads(ended.stdout)}

    assert 1 == ended.status
    assert ("'A-17'", "'A-18'") == found["exceptions[0].frames[1].locals['cart'].lines[0]['sku']"]
    assert ("18", "19") == found["exceptions[0].frames[1].locals['customer_id']"]
    assert ("(absent)", "shop.py:9 in <lambda>") == found["exceptions[0].frames[1]"]
    assert (0, "no differences\n") == (
        (same := crash.run("-m", "tibidi", "diff", str(dump), str(dump))).status,
        same.stdout,
    )


WIDE = """
import sys
def make(number):
    found = [number]
    for _ in range(4):
        found = [found] * 1000
    return found
def down(levels, number):
    return down(levels - 1, number) if levels else other(number)
def other(number):
    shared = make(number)
    1 / 0
down(900, int(sys.argv[1]))
"""


def test_diff_of_what_has_very_many_paths(crash: Crasher, tmp_path: Path) -> None:
    """`diff` ends soon if 10^12 paths lead to a value, or frames are many; of too many differences it lists some."""
    program = tmp_path / "wide.py"
    program.write_text(WIDE)
    one, same, other = (crash(program, each).dump for each in ("1", "1", "2"))
    equal, different = (crash.run("-m", "tibidi", "diff", "--json", str(one), str(each)) for each in (same, other))
    paths = [each["path"] for each in json.loads(different.stdout)]

    assert [] == [each for each in json.loads(equal.stdout) if ".locals" in each["path"]]
    assert (10_001, "more") == (len(paths), paths[-1])
    assert "exceptions[0].frames[902].locals['number']" in paths


@pytest.mark.parametrize("kind", ["gzip", "zip", "stdin"])
def test_packed_dumps(crash: Crasher, dump: Path, tmp_path: Path, kind: str) -> None:
    """Every command takes a dump that a mail program has packed, and one on stdin; the signature still holds."""
    name, stdin = str(tmp_path / "mail"), ""
    if kind == "gzip":
        crash.run("-c", f"import gzip; gzip.open({name!r}, 'wb').write(open({str(dump)!r}, 'rb').read())")
    elif kind == "zip":
        shutil.make_archive(name, "zip", dump.parent, dump.name)
        name += ".zip"
    else:
        name, stdin = "-", dump.read_bytes().decode("utf-8", "surrogateescape")
    ended = crash.run("-m", "tibidi", "info", name, stdin=stdin)

    assert (0, True) == (ended.status, "by your key: opens live" in ended.stdout), ended.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\x1f\x8b broken", "cannot be unpacked"),
        (b"PK\x03\x04" + bytes(40), "cannot be unpacked"),
    ],
)
def test_what_is_no_packed_dump(crash: Crasher, tmp_path: Path, content: bytes, message: str) -> None:
    """An empty file and a damaged archive are one clear line."""
    (tmp_path / "mail.pkl").write_bytes(content)
    ended = crash.run("-m", "tibidi", "info", str(tmp_path / "mail.pkl"))

    assert (2, 1) == (ended.status, len(ended.stderr.splitlines()))
    assert message in ended.stderr


def test_a_missing_file(crash: Crasher, dump: Path) -> None:
    """A name that is neither a dump nor a file says where it was looked for."""
    ended = crash.run("-m", "tibidi", "info", "missing.pkl")

    assert dump.exists()
    assert f"no dump 'missing.pkl' in {crash.directory}, and no such file in {crash.work}" in ended.stderr
