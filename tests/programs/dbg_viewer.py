"""Open dumps of dbg_zoo.py, made by any Python, and check that all in them is as it was.

Arguments: `live` or `inert`, then dumps.  Prints the name of each that is fine.
"""

import linecache
import sys
import traceback

import tibidi
from tibidi.revive.revived import RevivedDump


def check(path, live):
    dump = tibidi.load(path, trust=live)
    last, first = dump.exceptions[-1], dump.exceptions[0]
    assert ["ValueError", "RuntimeError"] == [each.type.rpartition(".")[2] for each in dump.exceptions]
    assert "the last word" == last.message
    frame = first[-1]
    assert ("crash", "<module>") == (frame.name, last[-1].name)
    check_plain(frame)
    if live:
        check_code(frame)
    check_revived(dump, frame)
    linecache.clearcache()


def check_plain(frame):
    assert frame["rest"] == (1, 2)
    assert frame["flag"] is True
    assert frame["options"] == {"extra": 3}
    assert frame["plain"]["big"] == 2**100
    assert frame["plain"]["list"] == [1, 2.5, "three", b"four", None, True]
    assert frame["plain"]["set"] == {1, 2}
    assert frame["plain"]["text"] == "größe\U0001f40d"
    assert frame["when"].isoformat() == "2026-11-22T21:50:00+00:00"
    assert frame["again"] is frame["person"]
    assert frame["person"].name == "ann"
    assert tuple(frame["point"]) == (1, 2)
    assert str(frame["others"][0]) == "1.5"
    assert "generator" in repr(frame["generator"])


def check_code(frame):
    assert frame["person"].greet() == "hello ann!"
    assert frame["person"].length == 3
    assert type(frame["person"]).double(4) == 8
    assert frame["counter"]() == 12
    assert frame["counter"](2, twice=True) == 16
    assert frame["square"](7) == 49
    assert frame["squares"]([1, 2]) == [1, 4]
    assert frame["recursive"](5) == 120
    assert frame["partial"]()() == 6
    assert frame["colour"].name == "BLUE"
    assert frame["point"].y == 2
    # The closure's cell is shared with the frame of no one, the globals with all.
    assert frame.globals["Person"]("bob").greet() == "hello bob!"


def check_revived(dump, frame):
    revived = RevivedDump(dump)
    error = revived.exceptions[-1].exception
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    for expected in (
        "ValueError: on purpose, 3",
        "RuntimeError: the last word",
        "direct cause",
        'raise RuntimeError("the last word") from error',
        "crash(Person(",
    ):
        assert expected in text, (expected, text)
    tb = error.__cause__.__traceback__
    while tb.tb_next is not None:
        tb = tb.tb_next
    assert tb.tb_lineno == frame.line
    assert tb.tb_frame.f_locals["person"] is frame["person"]


for name in sys.argv[2:]:
    check(name, sys.argv[1] == "live")
    print(name)
