"""The revived exceptions of a dump: numbered as in pdb, linked as in the crash."""

from __future__ import annotations

import io
import re
import sys
import traceback

import pytest
from revive import kinds
from revive.building import dump_of
from revive.test_exceptions import caught, printed

from tibidi.errors import TibidiError
from tibidi.revive.revived import RevivedDump

needs_groups = pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")


def raise_group() -> None:
    """Raise a group whose members were raised elsewhere, with notes."""
    members = [caught(kinds.nested), caught(kinds.caused)]
    members[0].add_note("the first")
    group = ExceptionGroup("two went wrong", members)  # noqa: F821  # needs_groups
    group.add_note("both of them")
    raise group


def types_of(revived: RevivedDump) -> list[str]:
    """Return the names of the types of the exceptions, as they are numbered."""
    return [type(each.exception).__name__ for each in revived.exceptions]


def test_chain_root_cause_first() -> None:
    """The exceptions are numbered as in the dump, root cause first, which is shown first."""
    revived = RevivedDump(dump_of(caught(kinds.caused)))

    assert ["IndexError", "RuntimeError"] == types_of(revived)
    assert 0 == revived.first_shown()


def test_suppressed_context_is_no_cause() -> None:
    """A context that Python does not print is not what is shown first."""
    revived = RevivedDump(dump_of(caught(kinds.suppressed)))

    assert ["IndexError", "LookupError"] == types_of(revived)
    assert 1 == revived.first_shown()


@needs_groups
def test_group_prints_as_the_original() -> None:
    """A group is printed as the original was, with its members, their chains and all notes."""
    error = caught(raise_group)
    expected = printed(error)
    revived = RevivedDump(dump_of(error))

    assert expected == printed(revived.exceptions[-1].exception)
    assert ["IndexError", "IndexError", "RuntimeError", "ExceptionGroup"] == types_of(revived)


@pytest.mark.parametrize("call", [kinds.caused, kinds.in_context, kinds.suppressed, kinds.call_plain])
def test_exceptions_without_objects_print_the_same(call) -> None:
    """Where the exception objects are missing, stand-ins print the same from the records alone."""
    error = caught(call)
    expected = printed(error)
    revived = RevivedDump(dump_of(error, with_objects=False))

    assert expected == printed(revived.exceptions[-1].exception)


@needs_groups
def test_group_without_objects() -> None:
    """A stand-in of a group has the stand-ins of its members."""
    error = caught(raise_group)
    expected = printed(error)
    revived = RevivedDump(dump_of(error, with_objects=False))

    assert expected == printed(revived.exceptions[-1].exception)


def test_set_last_exception() -> None:
    """`sys.last_value`, and `sys.last_exc` where there is one, are the revived exception."""
    revived = RevivedDump(dump_of(caught(kinds.nested)))
    revived.set_last_exception(0)

    assert revived.exceptions[0].exception is sys.last_value
    assert sys.last_traceback is sys.last_value.__traceback__
    if sys.version_info >= (3, 12):
        assert revived.exceptions[0].exception is sys.last_exc


def test_exception_that_refuses_attributes() -> None:
    """Exceptions whose class refuses attributes, as frozen dataclasses do, revive like others."""

    class Frozen(Exception):
        def __setattr__(self, name: str, value: object) -> None:
            raise AttributeError(name)

    def fail() -> None:
        try:
            kinds.nested()
        except IndexError as error:
            raise Frozen("no") from error

    error = caught(fail)
    expected = printed(error)
    revived = RevivedDump(dump_of(error))

    assert expected == printed(revived.exceptions[-1].exception)


def test_revived_while_another_exception_is_handled() -> None:
    """Reviving within an `except` block does not add that exception to the chain."""
    error = caught(kinds.nested)
    dump = dump_of(error)
    try:
        {}["unrelated"]
    except KeyError:
        revived = RevivedDump(dump)

    assert revived.exceptions[0].exception.__context__ is None


def test_numbers_that_are_not_there() -> None:
    """A number without an exception is a TibidiError that says which there are."""
    revived = RevivedDump(dump_of(caught(kinds.nested)))

    with pytest.raises(TibidiError, match="no exception 5: the dump has 1 exception, numbered from 0"):
        revived.first_shown(5)


def test_never_raised() -> None:
    """A dump whose exception was never raised has nothing to stand in, and says so."""
    revived = RevivedDump(dump_of(ValueError("never raised")))

    with pytest.raises(TibidiError, match="frames"):
        revived.first_shown()


def test_third_party_printers() -> None:
    """rich prints the revived exception as it prints the original."""
    rich_console = pytest.importorskip("rich.console", reason="rich is not installed on this interpreter")
    rich_traceback = pytest.importorskip("rich.traceback")

    def shown(error: BaseException) -> str:
        console = rich_console.Console(width=120, record=True, file=io.StringIO())
        console.print(
            rich_traceback.Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True)
        )
        return console.export_text()

    error = caught(kinds.caused)
    expected = shown(error)
    revived = RevivedDump(dump_of(error))

    assert expected == shown(revived.exceptions[-1].exception)


def test_traceback_exception_with_locals() -> None:
    """`TracebackException(capture_locals=True)` gives the same for the original and the revived."""
    error = caught(kinds.call_plain)

    def shown(error: BaseException) -> str:
        return "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())

    expected = shown(error)
    revived = RevivedDump(dump_of(error))

    assert expected == shown(revived.exceptions[-1].exception)


@pytest.mark.parametrize("call", [kinds.caused, kinds.call_plain, kinds.class_body])
def test_ipython_prints_the_same(call) -> None:
    """IPython's verbose traceback, which shows variables, reads the same for the original and the revived.

    Its colours need not: which expression is marked is found in the bytecode.
    """
    ultratb = pytest.importorskip("IPython.core.ultratb", reason="IPython is not installed on this interpreter")

    def shown(error: BaseException) -> str:
        text = ultratb.FormattedTB(mode="Verbose").text(type(error), error, error.__traceback__)
        return re.sub(r"\x1b\[[\d;]*m", "", text)

    error = caught(call)
    expected = shown(error)
    revived = RevivedDump(dump_of(error))

    assert expected == shown(revived.exceptions[-1].exception)
