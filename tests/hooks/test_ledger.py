"""tibidi.hooks.ledger: one crash, one dump."""

from __future__ import annotations

import gc
import weakref

import pytest

from tibidi import gate
from tibidi import pristine
from tibidi.hooks.ledger import ANY_QUOTA
from tibidi.hooks.ledger import QUOTA_SECONDS
from tibidi.hooks.ledger import Ledger


class CustomError(Exception):
    """An exception that can be referred to weakly, as the built-in ones cannot."""


def caught(kind: type[Exception] = ValueError) -> Exception:
    """Return an exception that was raised here."""
    with pytest.raises(kind) as raised:
        raise kind("x")
    return raised.value


@pytest.mark.parametrize("kind", [ValueError, CustomError])
def test_knows_it_again(kind: type[Exception]) -> None:
    """An exception that one door saw is known at another, also after it was raised further."""
    ledger, exc = Ledger(), caught(kind)
    ledger.enter(exc, gate.LOGGING)
    try:
        raise exc
    except kind as again:
        known = ledger.has(again, gate.EXCEPTHOOK)

    assert known
    assert not ledger.has(caught(kind), gate.EXCEPTHOOK)


def test_keeps_nothing_alive() -> None:
    """What was dumped can be collected."""
    ledger, exc = Ledger(), caught(CustomError)
    reference = weakref.ref(exc)
    ledger.enter(exc, gate.THREAD)
    ledger.count(exc)
    del exc
    gc.collect()

    assert reference() is None


def test_same_door_takes_addresses_for_nothing() -> None:
    """Threads that die one after the other at the same place are not taken for one, whatever their addresses are."""
    ledger, exc = Ledger(), caught()
    ledger.enter(exc, gate.THREAD)

    assert not ledger.has(exc, gate.THREAD)


@pytest.mark.parametrize(("door", "quota"), [(gate.LOGGING, 1), (gate.UNRAISABLE, 1), (gate.THREAD, ANY_QUOTA)])
def test_quota(door: str, quota: int) -> None:
    """So many crashes of one kind are dumped within a minute, and the first refusal is told."""
    ledger = Ledger()
    admitted = 0
    while ledger.has_room(caught(), door):
        ledger.count(caught())
        admitted += 1

    assert quota == admitted
    assert [True, False] == [ledger.is_first_refused(caught()) for _ in range(2)]
    assert ledger.has_room(caught(KeyError), door)


def test_quota_is_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute the same kind is dumped again."""
    ledger = Ledger()
    ledger.count(caught())
    later = pristine.time.monotonic() + QUOTA_SECONDS + 1
    monkeypatch.setattr(pristine.time, "monotonic", lambda: later)

    assert ledger.has_room(caught(), gate.LOGGING)
