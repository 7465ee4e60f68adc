"""The table of docs/debuggers.md has the outcomes of these tests."""

from __future__ import annotations

import json
import re
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import TYPE_CHECKING

import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from types import ModuleType

PROMISED = ("3.9", "3.11", "3.13")


@pytest.fixture
def debuggers(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    loader = SourceFileLoader("debuggers_script", str(ROOT / "scripts" / "debuggers"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_table_is_rendered_from_the_outcomes(debuggers: ModuleType) -> None:
    """The committed page is what the script renders from the committed outcomes."""
    page = debuggers.PAGE.read_text(encoding="utf-8")

    assert page == debuggers.with_table(page, json.loads(debuggers.RESULTS.read_text(encoding="utf-8")))


def test_no_holes(debuggers: ModuleType) -> None:
    """Every row passed on each promised Python."""
    results = json.loads(debuggers.RESULTS.read_text(encoding="utf-8"))
    holes = [
        (debugger, what, version)
        for debugger, rows in results.items()
        for what, row in rows.items()
        for version in PROMISED
        if row.get(version, {}).get("outcome") != "passed"
    ]

    assert [] == holes


def test_example_for_vs_code_is_json() -> None:
    """The example of docs/vscode.md can be pasted into launch.json."""
    text = (ROOT / "docs" / "vscode.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", text, re.DOTALL)

    assert ["launch", "attach"] == [each["request"] for each in json.loads(example)["configurations"]]
