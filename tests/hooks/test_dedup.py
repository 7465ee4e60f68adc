"""tibidi.hooks.dedup: one crash, one dump."""

from __future__ import annotations

import gc
import weakref

import pytest

from tibidi import hooks, process
from tibidi.hooks.dedup import ANY_QUOTA, QUOTA_SECONDS, DumpedCrashes, place_of


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
    dumped, exc = DumpedCrashes(), caught(kind)
    dumped.add(exc, "a.pkl")
    try:
        raise exc
    except kind as again:
        known = dumped.find(again)

    assert known
    assert None is dumped.find(caught(kind))


def test_keeps_nothing_alive() -> None:
    """What was dumped can be collected."""
    dumped, exc = DumpedCrashes(), caught(CustomError)
    reference = weakref.ref(exc)
    dumped.add(exc, "a.pkl")
    dumped.charge(place_of(exc))
    del exc
    gc.collect()

    assert reference() is None


def test_keeps_no_attributes() -> None:
    """A built-in exception with attributes is known again, and they are not kept alive."""
    dumped, exc = DumpedCrashes(), caught()
    exc.attribute = CustomError()  # type: ignore[attr-defined]  # any exception takes attributes
    reference = weakref.ref(exc.attribute)  # type: ignore[attr-defined]  # likewise
    dumped.add(exc, "a.pkl")

    assert "a.pkl" == dumped.find(exc)
    del exc
    gc.collect()
    assert reference() is None


def test_another_at_the_same_address() -> None:
    """An exception that gets the memory of one that is gone, raised at the same place, is another."""

    def crash(number: int) -> int:
        try:
            return {}[number]  # type: ignore[no-any-return]  # it raises
        except KeyError as error:
            known.append(dumped.find(error))
            dumped.add(error, "a.pkl")
            return id(error)

    dumped = DumpedCrashes()
    known: list[str | None] = []
    addresses = {crash(number) for number in range(50)}

    assert len(addresses) < 50, "no address came twice, so nothing was tried"
    assert [None] * 50 == known


@pytest.mark.parametrize(("hook", "quota"), [(hooks.LOGGING, 1), (hooks.UNRAISABLE, 1), (hooks.THREAD, ANY_QUOTA)])
def test_quota(hook: str, quota: int) -> None:
    """So many crashes of one kind are dumped within a minute, and the first refusal is told."""
    dumped = DumpedCrashes()
    admitted = 0
    while dumped.has_quota(place_of(caught()), hook):
        dumped.charge(place_of(caught()))
        admitted += 1

    assert quota == admitted
    assert [True, False] == [dumped.refuse(place_of(caught())) for _ in range(2)]
    assert dumped.has_quota(place_of(caught(KeyError)), hook)


def test_refused_until_the_quota_allows_it() -> None:
    """A crash is known to be refused once one of its kind was refused, at the hooks whose quota is used up."""
    dumped = DumpedCrashes()
    dumped.charge(place_of(caught()))
    before = dumped.is_refused(place_of(caught()), hooks.LOGGING)
    dumped.refuse(place_of(caught()))

    assert not before
    assert dumped.is_refused(place_of(caught()), hooks.LOGGING)
    assert not dumped.is_refused(place_of(caught()), hooks.THREAD)
    assert not dumped.is_refused(place_of(caught(KeyError)), hooks.LOGGING)


def test_a_cause_tells_crashes_apart() -> None:
    """Errors that one line turns into another have a quota for each of their causes."""

    def translated(kind: type[Exception]) -> Exception:
        error = caught(CustomError)
        error.__cause__ = caught(kind)
        return error

    dumped = DumpedCrashes()
    dumped.charge(place_of(translated(ValueError)))

    assert not dumped.has_quota(place_of(translated(ValueError)), hooks.LOGGING)
    assert dumped.has_quota(place_of(translated(KeyError)), hooks.LOGGING)


def test_quota_is_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a minute the same kind is dumped again."""
    dumped = DumpedCrashes()
    dumped.charge(place_of(caught()))
    later = process.time.monotonic() + QUOTA_SECONDS + 1
    monkeypatch.setattr(process.time, "monotonic", lambda: later)

    assert dumped.has_quota(place_of(caught()), hooks.LOGGING)
