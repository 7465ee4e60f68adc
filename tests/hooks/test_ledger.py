"""tibidi.hooks.ledger: one crash, one dump."""

from __future__ import annotations

import gc
import weakref

import pytest

from tibidi import hooks, process
from tibidi.hooks.ledger import ANY_QUOTA, QUOTA_SECONDS, Ledger, place_of


class CustomError(Exception):
    """An exception that can be referred to weakly, as the built-in ones cannot."""


def caught(kind: type[Exception] = ValueError) -> Exception:
    """Return an exception that was raised here."""
    with pytest.raises(kind) as raised:
        raise kind("x")
    return raised.value


@pytest.mark.parametrize("kind", [ValueError, CustomError])
def test_knows_it_again(kind: type[Exception]) -> None:
    """An exception that one hook saw is known at another, also after it was raised further."""
    ledger, exc = Ledger(), caught(kind)
    ledger.add(exc, "a.pkl")
    try:
        raise exc
    except kind as again:
        known = ledger.find(again)

    assert known
    assert None is ledger.find(caught(kind))


def test_keeps_nothing_alive() -> None:
    """What was dumped can be collected."""
    ledger, exc = Ledger(), caught(CustomError)
    reference = weakref.ref(exc)
    ledger.add(exc, "a.pkl")
    ledger.charge(place_of(exc))
    del exc
    gc.collect()

    assert reference() is None


def test_keeps_no_attributes() -> None:
    """A built-in exception with attributes is known again, and they are not kept alive."""
    ledger, exc = Ledger(), caught()
    exc.attribute = CustomError()  # type: ignore[attr-defined]  # any exception takes attributes
    reference = weakref.ref(exc.attribute)  # type: ignore[attr-defined]  # likewise
    ledger.add(exc, "a.pkl")

    assert "a.pkl" == ledger.find(exc)
    del exc
    gc.collect()
    assert reference() is None


def test_another_at_the_same_address() -> None:
    """An exception that gets the memory of one that is gone, raised at the same place, is another."""

    def crash(number: int) -> int:
        try:
            return {}[number]  # type: ignore[no-any-return]  # it raises
        except KeyError as error:
            known.append(ledger.find(error))
            ledger.add(error, "a.pkl")
            return id(error)

    ledger = Ledger()
    known: list[str | None] = []
    addresses = {crash(number) for number in range(50)}

    assert len(addresses) < 50, "no address came twice, so nothing was tried"
    assert [None] * 50 == known


@pytest.mark.parametrize(("hook", "quota"), [(hooks.LOGGING, 1), (hooks.UNRAISABLE, 1), (hooks.THREAD, ANY_QUOTA)])
def test_quota(hook: str, quota: int) -> None:
    """So many crashes of one kind are dumped within a minute, and the first refusal is told."""
    ledger = Ledger()
    admitted = 0
    while ledger.has_quota(place_of(caught()), hook):
        ledger.charge(place_of(caught()))
        admitted += 1

    assert quota == admitted
    assert [True, False] == [ledger.refuse(place_of(caught())) for _ in range(2)]
    assert ledger.has_quota(place_of(caught(KeyError)), hook)


def test_refused_until_the_quota_allows_it() -> None:
    """A crash is known to be refused once one of its kind was refused, at the hooks whose quota is used up."""
    ledger = Ledger()
    ledger.charge(place_of(caught()))
    before = ledger.is_refused(place_of(caught()), hooks.LOGGING)
    ledger.refuse(place_of(caught()))

    assert not before
    assert ledger.is_refused(place_of(caught()), hooks.LOGGING)
    assert not ledger.is_refused(place_of(caught()), hooks.THREAD)
    assert not ledger.is_refused(place_of(caught(KeyError)), hooks.LOGGING)


def test_a_cause_tells_crashes_apart() -> None:
    """Errors that one line turns into another have a quota for each of their causes."""

    def translated(kind: type[Exception]) -> Exception:
        error = caught(CustomError)
        error.__cause__ = caught(kind)
        return error

    ledger = Ledger()
    ledger.charge(place_of(translated(ValueError)))

    assert not ledger.has_quota(place_of(translated(ValueError)), hooks.LOGGING)
    assert ledger.has_quota(place_of(translated(KeyError)), hooks.LOGGING)


def test_quota_is_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute the same kind is dumped again."""
    ledger = Ledger()
    ledger.charge(place_of(caught()))
    later = process.time.monotonic() + QUOTA_SECONDS + 1
    monkeypatch.setattr(process.time, "monotonic", lambda: later)

    assert ledger.has_quota(place_of(caught()), hooks.LOGGING)
