"""tibidi.present.show: the text of `tibidi show`."""

from __future__ import annotations

from tibidi import model
from tibidi.model import ExceptionRecord
from tibidi.model import FrameRecord
from tibidi.model import Omission
from tibidi.model import Summary
from tibidi.model import Variable
from tibidi.present import show

SOURCE = "def price(sku):\n    return PRICES[sku] * 2\n"


def frame(**changes: object) -> FrameRecord:
    """Return a frame in shop.py."""
    fields = {"file": "shop.py", "module": "shop", "name": "price", "qualname": "price", "line": 2, **changes}
    return FrameRecord(**fields)  # type: ignore[arg-type]  # the fields that a test changes have the right types


def text(*exceptions: ExceptionRecord, **changes: object) -> list[str]:
    """Return what `show` prints of these exceptions."""
    fields = {"tibidi": "1.0.0", "time": "", "process": model.ProcessRecord(), "exceptions": exceptions, **changes}
    return list(show.lines(Summary(**fields), {"shop.py": SOURCE}))  # type: ignore[arg-type]  # as above


def test_one_exception() -> None:
    """A crash looks as Python prints it, with the variables below each frame."""
    position = {"end_line": 2, "column": 11, "end_column": 22}
    variables = {"sku": Variable("str", "'x-1'")}
    record = ExceptionRecord(
        1, None, model.RAISED, "builtins.KeyError", "'x-1'", frames=(frame(locals=variables, **position),)
    )

    assert text(record) == [
        "exceptions[0]",
        "Traceback (most recent call last):",
        '  File "shop.py", line 2, in price',
        "    return PRICES[sku] * 2",
        "           ^^^^^^^^^^^",
        "      sku: str = 'x-1'",
        "KeyError: 'x-1'",
        "",
        "Nothing is missing.",
    ]


def test_carets_under_other_characters() -> None:
    """Columns count bytes, carets characters; lone surrogates do no harm."""
    source = "x = 1\x0c\r\ny = 'é' + größe\nz = '\ud800' + x\n"
    position = {"file": "a.py", "end_column": 19}
    frames = (frame(line=2, end_line=2, column=11, **position), frame(line=3, end_line=3, column=12, **position))
    record = ExceptionRecord(1, None, model.RAISED, "builtins.NameError", "größe", frames=frames)

    lines = list(show.lines(Summary("", "", model.ProcessRecord(), (record,)), {"a.py": source}))

    assert "    y = 'é' + größe" == lines[3]
    assert "              ^^^^^" == lines[4]
    assert "    z = '\\ud800' + x" == lines[6]


def test_chain_and_group() -> None:
    """Each exception of a chain or group states its relation to its parent."""
    records = [
        ExceptionRecord(1, 3, model.CAUSE, "builtins.KeyError", "'x'"),
        ExceptionRecord(2, 3, model.MEMBER, "builtins.OSError", "gone"),
        ExceptionRecord(3, None, model.RAISED, "builtins.ExceptionGroup", "two", notes=("see the log",)),
    ]

    lines = text(*records)

    assert "exceptions[0], the direct cause of exceptions[2]" == lines[0]
    assert "exceptions[1], a member of exceptions[2]" in lines
    assert "see the log" == lines[lines.index("ExceptionGroup: two") + 1]


def test_parents_that_do_not_exist() -> None:
    """A forged dump may have cycles of parents, or parents that do not exist."""
    records = [
        ExceptionRecord(1, 1, model.CAUSE, "a.A", ""),
        ExceptionRecord(2, 9, model.CONTEXT, "b.B", ""),
    ]

    lines = text(*records)

    assert "exceptions[0], the direct cause of exceptions[0]" == lines[0]
    assert "exceptions[1], during whose handling an exception that is not in the dump was raised" in lines


def test_threads_and_tasks() -> None:
    """Threads and tasks follow, with their names and states."""
    thread = model.ThreadRecord("worker", 7, crashed=True, daemon=True, frames=(frame(),))
    task = model.TaskRecord("fetch", "pending", (frame(line=99),))

    lines = text(threads=(thread,), tasks=(task,))

    assert "threads[0], worker, crashed, daemon" == lines[0]
    assert "tasks[0], fetch, pending" in lines
    assert '  File "shop.py", line 99, in price' in lines


def test_omissions() -> None:
    """Omissions are at the end: where, why, and what is known."""
    lines = text(omissions=(Omission("exceptions[0].frames[2].locals['big']", model.TOO_LARGE, "200 MB"),))

    assert ["1 omission:", "  exceptions[0].frames[2].locals['big']: too large, 200 MB"] == lines


def test_nothing_reaches_the_terminal_raw() -> None:
    """Escape sequences in any text of a dump are shown as escapes."""
    evil = "\x1b]0;owned\x07"
    records = ExceptionRecord(
        1,
        None,
        model.RAISED,
        evil,
        evil,
        notes=(evil,),
        frames=(frame(file=evil, name=evil, locals={evil: Variable(evil, evil)}),),
    )
    lines = text(
        records,
        threads=(model.ThreadRecord(evil, 1, False, False),),
        tasks=(model.TaskRecord(evil, evil),),
        omissions=(Omission(evil, evil, evil),),
    )

    assert [] == [line for line in lines if not line.isprintable()]
