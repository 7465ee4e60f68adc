"""tibidi.capture.roots: what is pickled, most valuable first, each thing once."""

from __future__ import annotations

from tibidi.capture.roots import Roots
from tibidi.capture.stacks import survey
from tibidi.look.frames import EXCEPTION, GLOBALS, LOCALS

INNER = "def fail(number):\n    return {}[number]\n"
OUTER = """
def cover(number):
    try:
        fail(number)
    except KeyError as error:
        raise ValueError from error
"""


def module(source: str, **names: object) -> dict[str, object]:
    """Return the globals of a module called `app`."""
    namespace: dict[str, object] = {"__name__": "app", **names}
    exec(compile(source, "app.py", "exec"), namespace)
    return namespace


def roots() -> Roots:
    """Return the roots of a chain of two exceptions through two modules of one name."""
    inner = module(INNER)
    outer = module(OUTER, fail=inner["fail"])
    try:
        outer["cover"](5)  # type: ignore[operator]  # what was just defined
    except ValueError as error:
        return Roots(survey(error))
    raise AssertionError


def test_order() -> None:
    """The crash comes first, innermost frame first, then its causes, the exceptions, their globals, other stacks."""
    paths = [root.paths[0] for root in roots()]
    crash = [path for path in paths if path.startswith("exceptions")]

    assert [
        "exceptions[1].frames[1].locals",
        "exceptions[1].frames[0].locals",
        "exceptions[0].frames[1].locals",
        "exceptions[0].exception",
        "exceptions[1].exception",
    ] == crash
    assert ["modules['app']", f"modules[{__name__!r}]", "modules['app#2']"] == paths[len(crash) : len(crash) + 3]
    assert paths[-1].startswith(("threads", "modules"))


def test_frame_in_two_tracebacks() -> None:
    """The frame that handled one exception and raised another is one root with both paths."""
    (root,) = [root for root in roots() if "exceptions[1].frames[1].locals" in root.paths]

    assert ("exceptions[0].frames[0].locals", "exceptions[1].frames[1].locals") == tuple(sorted(root.paths)[:2])


def test_each_once() -> None:
    """No path and no value comes twice."""
    found = list(roots())
    paths = [path for root in found for path in root.paths]

    assert len(set(paths)) == len(paths)
    assert len({id(root.value) for root in found}) == len(found)


def test_kinds() -> None:
    """Globals come with the code objects that were running in them, locals and exceptions without."""
    kinds = {root.paths[0]: root.kind for root in roots()}
    (inner,) = [root for root in roots() if root.paths == ("modules['app#2']",)]

    assert (LOCALS, EXCEPTION, GLOBALS) == (
        kinds["exceptions[1].frames[1].locals"],
        kinds["exceptions[1].exception"],
        kinds["modules['app']"],
    )
    assert ["fail"] == [code.co_name for code in inner.codes]


def test_globals_of_frames() -> None:
    """Each frame is mapped to its globals, two modules of one name being told apart."""
    mapped = roots().globals

    assert ("modules['app']", "modules['app#2']") == (
        mapped["exceptions[1].frames[1]"],
        mapped["exceptions[0].frames[1]"],
    )
