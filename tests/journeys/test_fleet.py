"""`tibidi fleet`: the index of a store, and questions to it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tibidi.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.once

pytest.importorskip("duckdb", reason="the index is asked by DuckDB")
pytest.importorskip("pyarrow", reason="the index is written by pyarrow")

PROGRAM = "import sys; customer = int(sys.argv[1]); rate = {'EUR': 1}; %s"


@pytest.fixture
def store(crashes: Crasher, tmp_path: Path) -> str:
    """A store with three dumps of one crash and one of another, of which an index was made."""
    for number in ("80471101", "80471102", "80471103"):
        crashes.run("-c", PROGRAM % "rate['USD']", number)
    crashes.run("-c", PROGRAM % "1 / 0", "1")
    place = str(tmp_path / "store")
    main(["push", place])
    main(["fleet", "index", place])
    return place


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    """Return the rows of an answer."""
    capsys.readouterr()
    main(["fleet", "--json", *arguments])
    rows: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return rows


def test_questions(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`list` counts crashes of one kind, `show` has their dumps, `find` a value, `sql` anything."""
    groups = ask(capsys, "list", store)
    largest = max(groups, key=lambda each: int(each["count"]))

    assert [1, 3] == sorted(int(each["count"]) for each in groups)
    assert "builtins.KeyError" == largest["crash"]
    assert 3 == len(ask(capsys, "show", store, largest["fingerprint"]))
    found = ask(capsys, "find", store, "80471102")
    assert [("customer", "80471102")] == [(each["variable"], each["value"]) for each in found]
    assert [{"n": 4}] == ask(capsys, "sql", store, "select count(*) as n from dumps")
    assert 0 == main(["show", "--plain", largest["newest"]])


def test_common(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`common` has what is the same in all dumps of a crash, and not what differs."""
    largest = max(ask(capsys, "list", store), key=lambda each: int(each["count"]))
    names = {each["variable"]: each for each in ask(capsys, "common", store, largest["fingerprint"])}

    assert "{'EUR': 1}" == names["rate"]["value"]
    assert "customer" not in names


def test_incremental(store: str, crash: Crasher, capsys: pytest.CaptureFixture[str]) -> None:
    """A second run reads only what is new."""
    main(["fleet", "index", store])
    crash.run("-c", PROGRAM % "1 / 0", "2")
    main(["push", store])
    main(["fleet", "index", store])
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("indexed")]

    assert ["indexed 0 new dumps", "indexed 1 new dump"] == [line.partition(" of ")[0] for line in said]


def test_no_index(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an index, a question is one line that says how to make it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))

    assert 2 == main(["fleet", "list", str(tmp_path)])
    assert "tibidi fleet index" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["index", "list"])
def test_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str) -> None:
    """A folder that is not there, such as a misspelt one, has not just no dumps."""
    assert 1 == main(["fleet", action, str(tmp_path / "nowhere")])
    assert "there is no store" in capsys.readouterr().err
