"""What leaves the site: `tibidi preview` shows all of it, `tibidi scrub` leaves parts out, down to the bytes."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from tibidi import config
from tibidi.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

EVERYWHERE = [
    *("comment", "global", "docstring", "constant", "inner", "message", "iban-1234", "owner", "slot", "deep", "bytes"),
    *("wide", "shared", "thread", "attribute", "environment", "argument"),
]

IN_FRAMES = [name for name in EVERYWHERE if name not in {"message", "owner", "attribute", "environment"}]


@pytest.fixture
def dump(crash: Crasher, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dump of a program with canaries everywhere, with the key that signed it."""
    monkeypatch.setattr(config, "key_file", str(crash.key_file))
    return crash("canaries.py", "CANARY-argument", env={"BIRD": "CANARY-environment"}).dump


def contents(path: Path) -> bytes:
    """Return the inflated members and their headers."""
    with zipfile.ZipFile(path) as archive:
        return path.read_bytes() + b"".join(archive.read(name) for name in archive.namelist())


def scrubbed(dump: Path, *options: str) -> Path:
    """Return the dump that `tibidi scrub` makes."""
    out = dump.parent / "scrubbed.pkl"
    assert 0 == main(["scrub", str(dump), "-o", str(out), *options])
    return out


def left(path: Path) -> list[str]:
    """Return the canaries in a file."""
    data = contents(path)
    return [name for name in EVERYWHERE if f"CANARY-{name}".encode() in data.replace(b"\0", b"")]


def test_preview_is_complete(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every canary is in the preview; what is not shown is listed as cut, with its size."""
    main(["preview", str(dump)])
    text = capsys.readouterr().out
    missing = [name for name in EVERYWHERE if f"CANARY-{name}" not in text]

    assert [] == missing
    assert "cut: 48,010 more characters of it" in text
    assert "Environment: " in text


def test_preview_as_a_page(dump: Path, tmp_path: Path) -> None:
    """The page of `show` has all of it behind the crash."""
    pytest.importorskip("jinja2")
    main(["preview", "--html", str(tmp_path / "page.html"), str(dump)])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")

    assert [] == [name for name in EVERYWHERE if f"CANARY-{name}" not in page]
    assert "Everything that leaves with this dump" in page


def test_redactions_are_listed(crash: Crasher, capsys: pytest.CaptureFixture[str]) -> None:
    """What was redacted is listed with the reason."""
    dump = crash.run("-c", "password = 'hunter2hunter2'; 1/0").dump
    main(["preview", str(dump)])
    text = capsys.readouterr().out

    assert "hunter2" not in text
    assert "redacted" in text[text.rindex("Redacted, cut or missing") :]
