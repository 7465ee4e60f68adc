"""tibidi.dumper: the names of members, sources with unusual names, and stages that fail."""

from __future__ import annotations

import asyncio
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies

import tibidi
from tibidi.dumpfile.members import is_known
from tibidi.dumpfile.reader import Reader
from tibidi.dumpfile.writer import source_name
from tibidi.process.texts import ascii_safe

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

LONG = "x" * 396
TEXT = "def fail(value):\n    return value / 0\n\nfail(5)\n"


@given(strategies.text() | strategies.text(alphabet="./\\~:a \udc80", min_size=390, max_size=420))
def test_any_file_has_a_name_that_readers_take(file: str) -> None:
    """Whatever the name of a file, the member with its source has a unique name that readers know."""
    taken: set[str] = set()
    names = [source_name(file, taken) for _ in range(2)]

    assert 2 == len(set(names))
    assert [] == [name for name in names if not is_known(name)]
    assert names == [name.encode().decode() for name in names]


@pytest.mark.parametrize(
    "file", ["", "/", "..", f"/{LONG}/a.py", f"/..{LONG}/.../a.py", f"/\xe9/.hidden/{LONG}", "a\udc80.py"]
)
def test_source_of_any_name(crash: Crasher, file: str) -> None:
    """A source with an unusual name is in the dump, and every member behind it is readable."""
    program = (
        "import linecache\n"
        f"file, text = {file!a}, {TEXT!r}\n"
        "linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)\n"
        "exec(compile(text, file, 'exec'), {})\n"
    )
    path = crash.run("-c", program).dump

    dump = tibidi.load(path, trust=True)
    assert 5 == dump.exceptions[-1][-1]["value"]
    assert TEXT == dump.sources[ascii_safe(file)]
    with zipfile.ZipFile(path) as archive:
        assert "values/index.json" in archive.namelist()


class Limit:
    """Neither a number nor comparable with one."""

    __eq__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    ("limit", "path"),
    [
        ("tibidi.capture.stacks.MAX_THREADS", "threads"),
        ("tibidi.capture.tasks.MAX_TASKS", "tasks"),
        ("tibidi.capture.process.MAX_ARGUMENT", "process"),
        ("tibidi.capture.fingerprint.PACKAGES", "fingerprint"),
        ("tibidi.capture.attributes.MAX_NOTES", "exceptions[0].notes"),
        ("tibidi.capture.summary.MAX_VARIABLES", "exceptions[0].frames[0].locals"),
        ("tibidi.redaction.hunt.MAX_OBJECTS", "values"),
    ],
)
def test_a_stage_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, limit: str, path: str) -> None:
    """A stage of pass one that fails, here at a limit that is no number, is an omission, and the rest is written."""
    assert asyncio  # which must be loaded for tasks to be looked for
    monkeypatch.setattr(limit, Limit())
    number = 5
    error = ValueError("x")
    error.__notes__ = ["a note"]  # type: ignore[attr-defined,unused-ignore]  # Python 3.11
    try:
        raise error
    except ValueError:
        tibidi.dump_exception(error, tmp_path / "it.pkl")
    with Reader(str(tmp_path / "it.pkl")) as reader:
        record = reader.summary.exceptions[0]
        failed = [each.path for each in reader.summary.omissions if each.reason == "failed"]

    assert path in failed
    assert ("builtins.ValueError", "x") == (record.type, record.message)
    assert (
        path in {"values", "exceptions[0].frames[0].locals"} or str(number) == record.frames[0].locals["number"].preview
    )


def test_no_value_without_the_search_for_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """If the search for secrets fails, no value is shown or written, as it may have a secret in it."""
    monkeypatch.setattr("tibidi.redaction.hunt.MAX_OBJECTS", Limit())
    token = "zaGtru4-Zu9q"
    copy = [token]
    with pytest.raises(ZeroDivisionError) as raised:
        len(copy) / 0
    tibidi.dump_exception(raised.value, tmp_path / "it.pkl")
    with zipfile.ZipFile(tmp_path / "it.pkl") as archive:
        members = {name: archive.read(name) for name in archive.namelist() if not name.startswith("sources/")}

    assert [] == [name for name, data in members.items() if token.encode() in data]
    assert [] == [name for name in members if name.endswith(".pkl")]


def test_no_random_numbers(crash: Crasher, tmp_path: Path) -> None:
    """Where the system has no random numbers, as in a chroot without /dev, the dump is whole and not signed."""
    program = (
        "import os\n"
        "def urandom(size):\n"
        "    print('asked for', size)\n"
        "    raise NotImplementedError('/dev/urandom not found')\n"
        "os.urandom = urandom\n"
        "import tibidi; tibidi.set_excepthook('crash.pkl')\n"
        "1 / 0\n"
    )
    variables = {"TIBIDI_ENABLE": None, "TIBIDI_KEY_FILE": str(tmp_path / "key")}
    end = crash.run("-c", program, env=variables, cwd=tmp_path)

    assert "asked for 32\n" == end.stdout
    with Reader(str(tmp_path / "crash.pkl")) as reader:
        assert (False, False) == (reader.cut, reader.has_signature)
