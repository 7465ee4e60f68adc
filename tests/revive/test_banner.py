"""The lines before the first prompt of a debugger."""

from __future__ import annotations

from tibidi.dump import Dump, DumpedException, DumpedFrame
from tibidi.model import ExceptionRecord, FrameRecord, Omission, ProcessRecord, Summary
from tibidi.revive.banner import INERT, LIVE, MAX_PACKAGES, banner
from tibidi.revive.revived import RevivedDump

FRAME = FrameRecord(file="/gone/shop.py", module="shop", name="pay", qualname="Cart.pay", line=7)
PROCESS = ProcessRecord(hostname="box")


def lines(frames: tuple[FrameRecord, ...] = (FRAME,), process: ProcessRecord = PROCESS, **options: object) -> list[str]:
    """Return the banner of a dump."""
    record = ExceptionRecord(0, None, "raised", "builtins.KeyError", "'pear'\x1b[2J", frames=frames)
    summary = Summary("1", "2026-11-22T21:50:00+00:00", process, exceptions=(record,))
    shown = DumpedException(record, [DumpedFrame(frame, {}, {}) for frame in frames], KeyError("pear"))
    dump = Dump(summary, path="shop.pkl", exceptions=(shown,), **{"live": True, **options})
    return list(banner(RevivedDump(dump), 0))


def test_crash() -> None:
    """The banner has the exception, without escape sequences, its place and the machine."""
    assert [
        "KeyError: 'pear'\\x1b[2J",
        "  at /gone/shop.py:7 in Cart.pay",
        "Crashed 2026-11-22 21:50:00 UTC on box, Python .",
        LIVE,
    ] == lines()


def test_inert_without_frames() -> None:
    """An exception that was never raised has no place; inert values are announced."""
    assert [INERT] == lines(frames=(), live=False)[2:]


LIBRARY = FRAME._replace(file="/usr/lib/python3.11/site-packages/till/count.py", name="count", qualname="count")


def test_raised_in_a_library() -> None:
    """The place is that of the innermost own frame; how far it is from the raise comes next."""
    assert lines(frames=(FRAME, LIBRARY, LIBRARY))[1:3] == [
        "  at /gone/shop.py:7 in Cart.pay",
        "  raised 2 frames below, at /usr/lib/python3.11/site-packages/till/count.py:7 in count",
    ]


def test_modules_that_are_not_here() -> None:
    """Modules that cannot be imported are named, with what to do."""
    omissions = [Omission("modules['shop']", "missing here"), Omission("modules['shop'].pay", "missing here")]

    assert "Not importable here: shop; set PYTHONPATH, or install." in lines(omissions=omissions)


def test_omissions() -> None:
    """The number of omissions is given, with the command that lists them."""
    omissions = [Omission("values", "failed"), Omission("sources['x']", "unavailable"), Omission("x", "failed here")]

    assert (
        "Not in the dump: 2 omissions; not rebuilt here: 1; type omitted to list them."
        == lines(omissions=omissions)[-1]
    )


def test_many_packages_differ() -> None:
    """Only a few packages are named; the others are counted, with the command that lists them."""
    packages = dict.fromkeys(["pytest", "pluggy", "iniconfig", "packaging", "pytest-xdist", "pytest-timeout"], "0.0.1")
    *_, named, more = lines(process=PROCESS._replace(packages=packages))

    assert named.startswith("Differs here: ")
    assert MAX_PACKAGES == named.count("it was 0.0.1")
    assert "Differs here: 2 more; type info to list all" == more


def test_missing_package() -> None:
    """A package that is missing as a whole is named once, instead of its modules."""
    names = ("till.count", "till", "coins.euro", "till.drawer")
    missing = [Omission(f"modules['{name}']", "missing here", "") for name in names]
    assert "Not importable here: till, coins.euro; set PYTHONPATH, or install." in lines(omissions=missing)
