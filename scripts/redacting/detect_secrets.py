"""The positive samples in the tests of detect-secrets, from a checkout of it."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_SECRETS = ("ip_public",)  # an address is no secret
TESTS = "tests/plugins/*_test.py"
FLAGGED = ("payload,should_flag", "line,should_flag")


def samples(checkout: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each detector, a text that it should flag, and the secret in it ("" if that is not said)."""
    paths = sorted(checkout.glob(TESTS))
    if not paths:
        sys.exit(f"scripts/redaction: no {TESTS} in {checkout}: clone https://github.com/Yelp/detect-secrets")
    sys.path.insert(0, str(checkout))
    for path in paths:
        detector = path.name[: -len("_test.py")]
        if detector not in NO_SECRETS:
            yield from ((detector, *case) for case in dict.fromkeys(_cases(_module(path))))


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cases(module: Any) -> Iterator[tuple[str, str]]:
    """Yield the cases of the tests of a module that should be flagged."""
    for name, cases in vars(module).items():
        if name.endswith("_TEST_CASES"):
            yield from ((text, secret) for text, secret, *_ in cases if secret is not None)
    for test in [*vars(module).values(), *_methods(module)]:
        for mark in getattr(test, "pytestmark", ()) if callable(test) else ():
            if mark.name == "parametrize" and mark.args[0].replace(" ", "") in FLAGGED:
                yield from ((text, "") for text, should_flag in mark.args[1] if should_flag)


def _methods(module: Any) -> Iterator[Any]:
    for thing in vars(module).values():
        if isinstance(thing, type):
            yield from vars(thing).values()
