"""tibidi.present.phrases: sizes, times, types and counts as text."""

from __future__ import annotations

import pytest

from tibidi.model import FrameRecord
from tibidi.present import phrases


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (20 * 1024, "20 KiB"),
        (3 << 20, "3.0 MiB"),
        (5 << 30, "5.0 GiB"),
        (5 << 40, "5120.0 GiB"),
    ],
)
def test_size(number: int, text: str) -> None:
    """size() uses the largest unit that gives at least 1."""
    assert text == phrases.size(number)


def test_moment() -> None:
    """moment() drops fractions of a second, and returns other texts unchanged."""
    assert "2026-11-22 21:50:00" == phrases.moment("2026-11-22T21:50:00.123456+00:00")
    assert "yesterday" == phrases.moment("yesterday")


@pytest.mark.parametrize(
    ("name", "message", "line"),
    [
        ("builtins.KeyError", "'x'", "KeyError: 'x'"),
        ("__main__.Cart.Empty", "no items", "Cart.Empty: no items"),
        ("shop.errors.Gone", "", "shop.errors.Gone"),
        ("KeyError", "", "KeyError"),
    ],
)
def test_crash_line(name: str, message: str, line: str) -> None:
    """crash_line() returns the last line of a traceback."""
    assert line == phrases.crash_line(name, message)


def test_count() -> None:
    """count() returns `1 frame` and `1,000 frames`."""
    assert ["0 frames", "1 frame", "1,000 frames"] == [phrases.count(number, "frame") for number in (0, 1, 1000)]


@pytest.mark.parametrize(
    ("file", "place"), [("C:\\shop\\till.py", "till.py:3 in pay"), ("/shop/f\\udcff.py", "f\\udcff.py:3 in pay")]
)
def test_frame_place(file: str, place: str) -> None:
    """The last part of a path of Windows or Unix, where a backslash is part of the name."""
    assert place == phrases.frame_place(FrameRecord(file, "shop", "pay", "pay", 3))
