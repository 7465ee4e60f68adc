"""tibidi.process.imports: tibidi gets the modules of the start, and the application keeps its own."""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from tibidi.process import imports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORIGINAL = os.getcwd


def patched() -> str:
    """Stand for a function that a test of the application has patched."""
    return "/nowhere"


@pytest.fixture
def importer() -> Iterator[imports.PrivateImporter]:
    """An importer that has loaded nothing yet; its copies are removed afterwards."""
    before = set(sys.modules)
    yield imports.PrivateImporter()
    for name in [each for each in sys.modules if each.startswith(imports.PRIVATE) and each not in before]:
        del sys.modules[name]


@pytest.fixture
def shadow(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """A module of the application with the name of one of the standard library."""
    module = ModuleType("colorsys")
    module.__file__ = str(tmp_path / "colorsys.py")
    monkeypatch.setitem(sys.modules, "colorsys", module)
    return module


def test_imported_once() -> None:
    """A module that is already imported is returned as it is."""
    assert imports is imports.import_module("tibidi.process.imports")


def test_nothing_is_shadowed(importer: imports.PrivateImporter) -> None:
    """Where the application shadows nothing, tibidi uses the same modules as the application."""
    import colorsys

    assert colorsys is importer.load("colorsys")


def test_shadowed(importer: imports.PrivateImporter, shadow: ModuleType) -> None:
    """tibidi gets a copy from the standard library, once, and the application keeps its module."""
    importer.look_for_shadows()
    copy = importer.load("colorsys")

    assert os.path.dirname(os.__file__) == os.path.dirname(str(copy.__file__))
    assert copy is importer.load("colorsys") is sys.modules[f"{imports.PRIVATE}colorsys"]
    assert shadow is sys.modules["colorsys"]


def test_forbidden(importer: imports.PrivateImporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that the application has forbidden to import is loaded for tibidi alone."""
    monkeypatch.setitem(sys.modules, "colorsys", None)  # type: ignore[arg-type]  # how imports are forbidden
    importer.look_for_shadows()

    assert (1.0, 0.0, 0.0) == importer.load("colorsys").hsv_to_rgb(0, 1, 1)
    assert sys.modules["colorsys"] is None


def test_patched(importer: imports.PrivateImporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions of `os` that were patched since the start are the original ones for tibidi."""
    monkeypatch.setattr(os, "getcwd", patched)

    assert importer.load("os").getcwd is ORIGINAL
    assert os.getcwd is patched


def test_submodule_of_a_copy(importer: imports.PrivateImporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The submodules of a copy are copies as well."""
    monkeypatch.setitem(sys.modules, "wsgiref", None)  # type: ignore[arg-type]  # likewise
    importer.look_for_shadows()
    module = importer.import_("wsgiref.headers", fromlist=("Headers",))

    assert f"{imports.PRIVATE}wsgiref.headers" == module.__name__
    assert importer.load("wsgiref").headers is module


def test_missing(importer: imports.PrivateImporter) -> None:
    """A module that does not exist raises the error of the import statement."""
    with pytest.raises(ModuleNotFoundError) as raised:
        importer.load("there_is_no_such_module")

    assert "there_is_no_such_module" == raised.value.name


def test_names_of_the_standard_library() -> None:
    """Modules in Python, in C and built in are known by name."""
    assert {"json", "math", "sys", "zlib"} <= imports.standard_names()
