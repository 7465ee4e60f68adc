"""tibidi.present.listing: the table of `tibidi list`."""

from __future__ import annotations

from tibidi.dumpfile.headline import Headline
from tibidi.present import listing
from tibidi.present.listing import Row
from tibidi.store.directory import Entry

HEADLINE = Headline(
    fingerprint="f00",
    time="2026-11-22T21:50:00.123456+00:00",
    type="builtins.KeyError",
    message="'x'",
    program="shop.py",
    pid=7,
    file="/srv/shop.py",
    line=3,
    name="price",
)
ENTRY = Entry("/crashes/a.pkl", "a.pkl", "shop", 7, 1, "20261122T215000Z", 0.0, 2048, False)


def row(state: str = listing.WHOLE, headline: Headline = HEADLINE) -> Row:
    """Return a row of a dump of 2 KiB."""
    return Row(ENTRY, state, headline, ENTRY.name)


def test_lines() -> None:
    """A heading, then a line for each dump, in aligned columns."""
    assert list(listing.lines([row()])) == [
        "NAME   TIME (UTC)           PROGRAM  PID     SIZE  CRASH",
        "a.pkl  2026-11-22 21:50:00  shop       7  2.0 KiB  KeyError: 'x' (shop.py:3 in price)",
    ]


def test_marks() -> None:
    """Unfinished and damaged dumps are marked; without a headline only the mark is shown."""
    unfinished, damaged = list(listing.lines([row(listing.UNFINISHED), row(listing.DAMAGED, Headline())]))[1:]

    assert "[unfinished] KeyError: 'x'" in unfinished
    assert damaged.endswith("2.0 KiB  [damaged]")


def test_nothing_reaches_the_terminal_raw() -> None:
    """Escape sequences in names and messages are shown as escapes."""
    evil = "\x1b]0;owned\x07"
    entry = ENTRY._replace(name=evil, path=evil, program=evil)
    headline = HEADLINE._replace(type=evil, message=evil, time=evil, cause=evil, own_file=evil, own_name=evil)
    each = Row(entry, evil, headline, evil)

    assert [*listing.lines([each]), *listing.inbox([[each, each]])][1].isprintable()
    assert list(listing.inbox([[each, each]]))[1].isprintable()


def test_json() -> None:
    """The JSON has every known field."""
    assert listing.to_json(row()) == {
        "dump": "a.pkl",
        "path": "/crashes/a.pkl",
        "size": 2048,
        "state": "whole",
        "fingerprint": "f00",
        "time": "2026-11-22T21:50:00.123456+00:00",
        "type": "builtins.KeyError",
        "message": "'x'",
        "program": "shop",
        "pid": 7,
        "file": "/srv/shop.py",
        "line": 3,
        "function": "price",
        "cause": "",
        "own_file": "",
        "own_line": 0,
        "own_name": "",
        "kind": "crash",
        "test": "",
    }


def test_the_own_frame_is_named() -> None:
    """The place is that of the innermost own frame; a cause is named instead of the message."""
    own = HEADLINE._replace(file="/lib/decimal.py", own_file="C:\\shop\\till.py", own_line=8, own_name="count")
    alone, caused = list(listing.lines([row(headline=own), row(headline=own._replace(cause="decimal.Overflow"))]))[1:]

    assert alone.endswith("KeyError: 'x' (till.py:8 in count)")
    assert caused.endswith("KeyError, caused by Overflow at till.py:8 in count")


def test_inbox() -> None:
    """Dumps with one fingerprint are one line: how many, the first, the last, and the name of the newest."""
    other = HEADLINE._replace(fingerprint="f01", time="2026-11-23T08:00:00+00:00")
    rows = [row(), row(headline=other), row(headline=HEADLINE._replace(time="2026-11-24T09:30:00+00:00"))]
    found = listing.groups(rows)

    assert list(listing.inbox(found)) == [
        "COUNT  FIRST (UTC)       LAST (UTC)        NEWEST  CRASH",
        "    1                    2026-11-23 08:00  a.pkl   KeyError: 'x' (shop.py:3 in price)",
        "    2  2026-11-22 21:50  2026-11-24 09:30  a.pkl   KeyError: 'x' (shop.py:3 in price)",
    ]
    assert [1, 2] == [listing.group_to_json(group)["count"] for group in found]


def test_damaged_dumps_are_not_grouped() -> None:
    """Dumps without a fingerprint are not the same crash."""
    first, second = (Row(ENTRY._replace(path=path), listing.DAMAGED, Headline(), path) for path in ("a", "b"))

    assert [[first], [second]] == listing.groups([first, second])


def test_lines_fit_the_terminal() -> None:
    """Where a line does not fit, all crashes stand on lines of their own; what does not fit there is cut."""
    assert list(listing.lines([row()], 60)) == [
        "NAME   TIME (UTC)           PROGRAM  PID     SIZE",
        "a.pkl  2026-11-22 21:50:00  shop       7  2.0 KiB",
        "       KeyError: 'x' (shop.py:3 in price)",
    ]
    assert all(len(line) <= 30 and line.endswith("…") for line in listing.lines([row()], 30))
