"""Exceptions come back with the tracebacks they had."""

from __future__ import annotations

import traceback

import pytest
from revive.building import dump_of
from revive.kinds import KINDS

from tibidi.revive.revived import RevivedDump


def caught(call) -> BaseException:
    """Return what `call` raises, without the frame of this test."""
    try:
        call()
    except BaseException as error:  # noqa: BLE001  # the kinds raise of every kind
        return error.with_traceback(error.__traceback__.tb_next)
    raise AssertionError("nothing was raised")


def printed(error: BaseException) -> str:
    """Return the traceback as Python prints it."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__))


@pytest.mark.parametrize("call", KINDS, ids=lambda call: getattr(call, "__name__", "partial"))
def test_traceback_prints_as_the_original(call) -> None:
    """The traceback of a revived exception is printed as the original's, carets, chain and notes included."""
    error = caught(call)
    expected = printed(error)
    dump = dump_of(error)

    revived = RevivedDump(dump)

    assert expected == printed(revived.exceptions[-1].exception)
