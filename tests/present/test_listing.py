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
    return Row(ENTRY, state, headline)


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
    line = list(listing.lines([Row(entry, evil, HEADLINE._replace(type=evil, message=evil, time=evil))]))[1]

    assert line.isprintable()


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
    }
