"""scripts/: the commands of those who work on tibidi."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from typing import TYPE_CHECKING

import pytest
from crashing import ROOT

if TYPE_CHECKING:
    from types import ModuleType


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return `scripts/test` as a module."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader = SourceFileLoader("script", str(ROOT / "scripts" / "test"))
    module = module_from_spec(spec_from_loader("script", loader))
    loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("arguments", "stages", "pytests"),
    [
        ([], ["checks", "tests", "journeys"], []),
        (["tests", "--one-python"], ["tests"], []),
        (["tests", "--", "-k", "a and not b"], ["tests"], ["-k", "a and not b"]),
        (
            ["--", "tests/with a blank", "--", "-- "],
            ["checks", "tests", "journeys"],
            ["tests/with a blank", "--", "-- "],
        ),
        (["tests", "--"], ["tests"], []),
    ],
)
def test_arguments_for_pytest(script: ModuleType, arguments: list[str], stages: list[str], pytests: list[str]) -> None:
    """What stands behind `--` reaches pytest word for word, blanks included."""
    options = script.parse_arguments(arguments)

    assert (stages, pytests) == (list(options.stages), options.pytest)
