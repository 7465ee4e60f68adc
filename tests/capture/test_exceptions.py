"""The tree of exceptions behind one, in the order in which Python prints it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tibidi.capture.exceptions import FIRST_FRAMES, LAST_FRAMES, MAX_EXCEPTIONS
from tibidi.capture.stacks import survey

if TYPE_CHECKING:
    from tibidi.look.frames import LiveCrash


def caught(exception: BaseException) -> BaseException:
    """Return the exception with a traceback."""
    with pytest.raises(type(exception)) as info:
        raise exception
    return info.value


def told(scene: LiveCrash) -> list[tuple[str, str, int | None]]:
    """Return message, relation and parent of each exception."""
    return [(str(live.exception), live.relation, live.parent) for live in scene.exceptions]


def test_chain() -> None:
    """Causes and contexts come before what they led to; the last one ended the program."""
    root, middle, last = caught(ValueError("root")), caught(ValueError("middle")), caught(ValueError("last"))
    last.__cause__ = middle
    middle.__context__ = root

    assert [("root", "context", 1), ("middle", "cause", 2), ("last", "raised", None)] == told(survey(last))


def test_suppressed_context_is_kept() -> None:
    """`raise ... from None` hides the context from the traceback, not from the summary."""
    last = caught(ValueError("last"))
    last.__context__ = caught(ValueError("hidden"))
    last.__suppress_context__ = True

    assert [("hidden", "context", 1), ("last", "raised", None)] == told(survey(last))


def test_cause_that_is_the_context_as_well() -> None:
    """One exception is told once."""
    last, cause = caught(ValueError("last")), caught(ValueError("cause"))
    last.__cause__ = last.__context__ = cause

    assert [("cause", "cause", 1), ("last", "raised", None)] == told(survey(last))


def test_loop() -> None:
    """A chain that bites its tail ends."""
    one, other = caught(ValueError("one")), caught(ValueError("other"))
    one.__cause__, other.__cause__ = other, one

    assert [("other", "cause", 1), ("one", "raised", None)] == told(survey(one))


def test_long_chain() -> None:
    """Of a very long chain the end is kept, and what is left out is put on record."""
    last = error = ValueError(0)
    for number in range(1, 2 * MAX_EXCEPTIONS):
        error.__context__ = ValueError(number)
        error = error.__context__
    scene = survey(last)

    assert MAX_EXCEPTIONS == len(scene.exceptions)
    assert scene.exceptions[-1].exception is last
    assert ["exceptions"] == [omission.path for omission in scene.omissions]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_group() -> None:
    """Members precede their group, the cause of the group precedes them."""
    inner = ExceptionGroup("inner", [caught(ValueError("three"))])  # noqa: F821 - skipped where there is none
    group = ExceptionGroup("outer", [caught(ValueError("one")), inner])  # noqa: F821 - likewise
    group.__cause__ = caught(ValueError("cause"))

    assert [
        ("cause", "cause", 4),
        ("one", "member", 4),
        ("three", "member", 3),
        ("inner (1 sub-exception)", "member", 4),
        ("outer (2 sub-exceptions)", "raised", None),
    ] == told(survey(group))


def test_group_of_the_backport() -> None:
    """Groups of the exceptiongroup package are known by their shape."""
    base = type("BaseExceptionGroup", (Exception,), {"__module__": "exceptiongroup"})
    group = base("group")
    group._exceptions = (caught(ValueError("one")),)

    assert [("one", "member", 1), ("group", "raised", None)] == told(survey(group))


def test_line_is_that_of_the_exception() -> None:
    """A frame that went on in `finally` is at the line where the exception passed."""

    def crash() -> None:
        try:
            raise ValueError
        finally:
            ""

    try:
        crash()
    except ValueError as error:
        (live,) = survey(error).exceptions
    first_line = crash.__code__.co_firstlineno

    assert first_line + 2 == live.frames[-1].lineno


def test_frame_in_two_tracebacks_has_one_namespace() -> None:
    """The frame that handled one exception and raised another is the same in both."""
    try:
        try:
            raise ValueError  # noqa: TRY301 - likewise
        except ValueError as error:
            raise KeyError from error
    except KeyError as error:
        first, last = survey(error).exceptions

    assert first.frames[0].namespace is last.frames[0].namespace


def test_long_traceback() -> None:
    """The middle of a very long traceback is left out."""

    def descend(depth: int) -> None:
        if depth == 0:
            raise ValueError
        descend(depth - 1)

    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 5000)
    try:
        descend(3000)
    except ValueError as error:
        scene = survey(error)
    finally:
        sys.setrecursionlimit(limit)
    frames = scene.exceptions[0].frames

    assert FIRST_FRAMES + LAST_FRAMES == len(frames)
    assert 0 == frames[-1].namespace["depth"]
    assert 3000 == frames[1].namespace["depth"]
    assert [f"exceptions[0].frames[{FIRST_FRAMES}]"] == [each.path for each in scene.omissions if "exc" in each.path]


def test_namespaces() -> None:
    """Variables of a function are copied, those of a module are its globals, those of a class body its mapping."""
    code = "class Body:\n    attribute = 1\n    def_line = 2\n    1 / 0"
    namespace: dict[str, object] = {"__name__": "made_up"}
    try:
        exec(code, namespace)
    except ZeroDivisionError as error:
        module, body = survey(error).exceptions[0].frames[-2:]

    assert module.namespace is namespace
    assert 1 == body.namespace["attribute"]


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_member_that_is_the_cause_as_well() -> None:
    """An exception that was seen before is in a group as its member, with the same frames."""
    one = caught(ValueError("one"))
    group = ExceptionGroup("group", [one, TypeError("other")])  # noqa: F821 - skipped where there is none
    group.__cause__ = group.__context__ = one
    scene = survey(group)

    assert [("one", "cause", 3), ("one", "member", 3), ("other", "member", 3)] == told(scene)[:3]
    assert scene.exceptions[0].frames is scene.exceptions[1].frames
