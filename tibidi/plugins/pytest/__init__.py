"""The plugin for pytest: its options, and nothing else until dumps are asked for, as pytest imports it in every run.

PYTEST_DONT_REWRITE
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from typing import Any

import pytest

OPTION = "--tibidi"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option, and the settings of the configuration file."""
    purpose = (
        "leave a core dump of each failed test, in the crash directory or in DIR; open it with: python -m tbdebug ID"
    )
    parser.getgroup("tibidi").addoption(OPTION, metavar="DIR", nargs="?", const="", help=purpose)
    parser.addini("tibidi", "leave a core dump of each failed test: true, or a folder", default="")
    parser.addini("tibidi_dumps", "number of failed tests that are dumped in one run; default 20", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, parser: pytest.Parser, args: list[str]) -> None:
    """Take the folder from `--tibidi=DIR` only: `pytest --tibidi tests` runs the tests in `tests`."""
    if OPTION in args:
        args[:] = [f"{OPTION}=" if arg == OPTION else arg for arg in args]
        early_config.known_args_namespace.file_or_dir = parser.parse_known_args(args).file_or_dir


def pytest_configure(config: pytest.Config) -> None:
    """Start to write dumps if the option asks for them, else the environment, else the configuration file."""
    directory = _directory(config)
    if directory is not None:
        failures = import_quickly(f"{__name__}.failures")
        config.pluginmanager.register(failures.Failures(config, directory), "tibidi-failures")


def _directory(config: pytest.Config) -> str | None:
    """Return the folder for the dumps, "" for the crash directory, None if none are asked for."""
    asked: str | None = config.getoption("tibidi")
    wanted: str = config.getini("tibidi").strip()
    if asked is not None:
        return asked and os.path.abspath(asked)
    word = os.environ.get("TIBIDI_ENABLE", wanted).strip().lower()
    if word in {"", "1"}:  # as it is mostly
        return "" if word else None
    from tibidi.config import FALSE_WORDS, TRUE_WORDS

    is_word = word in TRUE_WORDS | FALSE_WORDS or "TIBIDI_ENABLE" in os.environ
    return ("" if word in TRUE_WORDS else None) if is_word else str(config.rootpath / wanted)


def import_quickly(name: str) -> Any:
    """Import a module of this package without the import hook of pytest, which takes several times as long.

    It is for all modules of a distribution that has a plugin, and has `marshal.load` read their code in small pieces
    (_pytest/assertion/rewrite.py, _read_pyc).
    """
    spec: Any = PathFinder.find_spec(name, __path__)
    module = sys.modules[name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
