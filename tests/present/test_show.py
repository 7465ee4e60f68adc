"""tibidi.present.show: the text of `tibidi show`."""

from __future__ import annotations

from tibidi import model
from tibidi.model import ExceptionRecord, FrameRecord, Omission, Summary, Table, Variable
from tibidi.present import show
from tibidi.present.lines import plain
from tibidi.present.show import View

SOURCE = "def price(sku):\n    return PRICES[sku] * 2\n"


def frame(**changes: object) -> FrameRecord:
    """Return a frame in shop.py."""
    fields = {"file": "shop.py", "module": "shop", "name": "price", "qualname": "price", "line": 2, **changes}
    return FrameRecord(**fields)  # type: ignore[arg-type]  # the fields that a test changes have the right types


LIBRARY = "/usr/lib/python3.11/site-packages/flask/app.py"
EMPTY = ExceptionRecord(1, None, model.RAISED, "builtins.KeyError", "'x'")


WIDE = View(100)


def text(*exceptions: ExceptionRecord, view: View = WIDE, source: str = SOURCE, **changes: object) -> list[str]:
    """Return what `show` prints of these exceptions, after the two lines of the headline."""
    process = model.ProcessRecord(argv=("shop.py",), hostname="vm", python="3.11.7")
    fields = {"tibidi": "1.0.0", "time": "", "process": process, "exceptions": exceptions or (EMPTY,), **changes}
    summary = Summary(**fields)  # type: ignore[arg-type]  # as above
    return [plain(line) for line in show.lines(summary, {"shop.py": source, LIBRARY: source}, view)]


def crash(*frames: FrameRecord) -> ExceptionRecord:
    """Return a KeyError with these frames."""
    return EMPTY._replace(frames=frames)


def test_one_exception() -> None:
    """A crash is shown with the source and the variables of each own frame."""
    position = {"end_line": 2, "column": 11, "end_column": 22}
    lines = text(crash(frame(locals={"sku": Variable("str", "'x-1'")}, **position)))

    assert lines == [
        "KeyError at shop.py:2 in price",
        "shop.py,  UTC on vm, Python 3.11.7",
        "",
        "exceptions[0]",
        "  [0] shop.py:2 in price",
        "      1 | def price(sku):",
        "    > 2 |     return PRICES[sku] * 2",
        "        |            ^^^^^^^^^^^",
        "      sku: str = 'x-1'",
        "KeyError: 'x'",
        "",
        "Nothing is missing.",
    ]


def test_a_long_line() -> None:
    """A line that is too long is cut where its marks are seen."""
    line = "    numbers = [" + "1, " * 100 + "]; return PRICES[sku]; more = '" + "x" * 100 + "'"
    start = line.index("PRICES")
    position = {"line": 1, "end_line": 1, "column": start, "end_column": start + 11}
    lines = text(crash(frame(**position)), view=View(60), source=line)

    assert "    > 1 | …, 1, ]; return PRICES[sku]; more = 'xxxxx… +96" == lines[5]
    assert "        |                 ^^^^^^^^^^^" == lines[6]


def test_library_frames_are_a_line() -> None:
    """A frame of a library is one line, without its variables; with --all it is shown as all others."""
    library = frame(file=LIBRARY, locals={"sku": Variable("str", "'x-1'")})
    short, full = text(crash(library, frame())), text(crash(library, frame()), view=View(100, everything=True))

    assert "  [0] flask/app.py:2 in price    return PRICES[sku] * 2" in short
    assert "      sku: str = 'x-1'" not in short
    assert "      sku: str = 'x-1'" in full


def test_the_root_cause_is_on_top() -> None:
    """The first line has the crash, its cause and the innermost own frame."""
    cause = ExceptionRecord(2, 1, model.CAUSE, "decimal.InvalidOperation", "", frames=(frame(), frame(file=LIBRARY)))

    assert "KeyError, caused by InvalidOperation at shop.py:2 in price" == text(cause, crash(frame()))[0]


def test_long_values_are_cut_and_shown_once() -> None:
    """A value that does not fit is cut with the number of characters left out; the same value is named by its place."""
    value = Variable("shop.Cart", "<Cart " + "x" * 200 + ">")
    records = crash(frame(locals={"cart": value}), frame(locals={"self": value}, line=1))
    lines = text(records)
    (shown,) = (line for line in lines if line.startswith("      cart: "))

    assert (True, True) == (len(shown) <= 100, shown.endswith(f"… +{200 + 7 - len(shown.partition('… +')[0]) + 19}"))
    assert "      self: Cart = as cart in [0]" in lines
    assert f"      self: Cart = {value.preview}" in text(records, view=View(100, everything=True))


def test_tables() -> None:
    """A table has its rows below its title; columns that do not fit are left out."""
    rows = (("", "order", "price"), ("0", "108", "1,50"), ("…", "…", "…"))
    table = Variable("pandas.DataFrame", "<DataFrame>", Table("DataFrame, 9 rows x 2 columns", rows))

    assert text(crash(frame(locals={"df": table})))[7:11] == [
        "      df: DataFrame, 9 rows x 2 columns",
        "           order  price",
        "        0    108   1,50",
        "        …      …      …",
    ]
    assert "           order  …" in text(crash(frame(locals={"df": table})), view=View(24))


def test_definitions_of_modules_are_counted() -> None:
    """What a module defines and imports is counted; its other variables are shown."""
    names = {"os": Variable("module", "<module 'os'>"), "DAY": Variable("str", "'2026-11-22'")}
    code = model.CodeRecord(kind=model.MODULE)
    lines = text(crash(frame(name="<module>", code=code, locals=names)))

    assert ["      DAY: str = '2026-11-22'", "      + 1 definition and imports"] == lines[7:9]


def test_recursion_is_folded() -> None:
    """Of a recursion, of one function or several, three turns are shown, the number of others, and the last frame."""
    one, other = frame(), frame(line=1, name="other")
    single = text(crash(*[one] * 1000))
    mutual = text(crash(one, *[other, one] * 500))

    assert "  … 996 frames more of the same recursion, up to [998]" in single
    assert "  [999] shop.py:2 in price" in single
    assert 4 == sum(line.endswith("in price") for line in single[1:])
    assert "  … 994 frames more of the same recursion, up to [999]" in mutual
    assert "  … " not in "".join(text(crash(*[one] * 1000), view=View(100, everything=True)))


def test_newest_first() -> None:
    """The order can be turned around: the last exception and the innermost frame first."""
    cause = ExceptionRecord(2, 1, model.CAUSE, "builtins.OSError", "gone", frames=(frame(), frame(name="inner")))
    lines = text(cause, crash(frame()), view=View(100, newest_first=True))
    heads = [line.strip() for line in lines if line.startswith(("exceptions", "  ["))]

    assert heads == [
        "exceptions[1]",
        "[0] shop.py:2 in price",
        "exceptions[0], the direct cause of exceptions[1]",
        "[1] shop.py:2 in inner",
        "[0] shop.py:2 in price",
    ]


def test_carets_under_other_characters() -> None:
    """Columns count bytes, carets characters; lone surrogates do no harm."""
    source = "x = 1\x0c\r\ny = 'é' + größe\nz = '\ud800' + x\n"
    positions = {"name": "<module>", "end_column": 19}
    frames = (frame(line=2, end_line=2, column=11, **positions), frame(line=3, end_line=3, column=12, **positions))
    lines = text(crash(*frames), source=source)

    assert "    > 2 | y = 'é' + größe" in lines
    assert "        |           ^^^^^" in lines
    assert "    > 3 | z = '\\ud800' + x" in lines


def test_chain_and_group() -> None:
    """Each exception of a chain or group states its relation to its parent."""
    records = [
        ExceptionRecord(1, 3, model.CAUSE, "builtins.KeyError", "'x'"),
        ExceptionRecord(2, 3, model.MEMBER, "builtins.OSError", "gone"),
        ExceptionRecord(3, None, model.RAISED, "builtins.ExceptionGroup", "two", notes=("see the log",)),
    ]

    lines = text(*records)

    assert "exceptions[0], the direct cause of exceptions[2]" == lines[3]
    assert "exceptions[1], a member of exceptions[2]" in lines
    assert "see the log" == lines[lines.index("ExceptionGroup: two") + 1]


def test_parents_that_do_not_exist() -> None:
    """A forged dump may have cycles of parents, or parents that do not exist."""
    records = [
        ExceptionRecord(1, 1, model.CAUSE, "a.A", ""),
        ExceptionRecord(2, 9, model.CONTEXT, "b.B", ""),
    ]

    lines = text(*records)

    assert "exceptions[0], the direct cause of exceptions[0]" == lines[3]
    assert "exceptions[1], during whose handling an exception that is not in the dump was raised" in lines


def test_threads_and_tasks() -> None:
    """Other threads and tasks follow in a line each, with --all in full and with the crashed thread."""
    crashed = model.ThreadRecord("main", 6, crashed=True, daemon=False, frames=(frame(),))
    thread = model.ThreadRecord("worker", 7, crashed=False, daemon=True, frames=(frame(), frame(file=LIBRARY)))
    task = model.TaskRecord("fetch", "pending", (frame(line=99),))

    assert text(threads=(crashed, thread), tasks=(task,))[-4:-2] == [
        "threads[1], worker, daemon, at shop.py:2 in price",
        "tasks[0], fetch, pending, at shop.py:99 in price",
    ]
    full = text(threads=(crashed, thread), tasks=(task,), view=View(100, everything=True))
    assert {"threads[0], main, crashed", "threads[1], worker, daemon", "  [1] flask/app.py:2 in price"} <= set(full)


def test_omissions() -> None:
    """Omissions are at the end: how many of which reason, with --all where, why, and what is known."""
    missing = (Omission("exceptions[0].frames[2].locals['big']", model.TOO_LARGE, "200 MB"),)

    assert "1 omission: 1 too large; see --all" == text(omissions=missing)[-1]
    assert text(omissions=missing, view=View(100, everything=True))[-2:] == [
        "1 omission:",
        "  exceptions[0].frames[2].locals['big']: too large, 200 MB",
    ]


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
        frames=(frame(file=evil, name=evil, locals={evil: Variable(evil, evil, Table(evil, ((evil,),)))}),),
    )
    lines = text(
        records,
        threads=(model.ThreadRecord(evil, 1, False, False),),
        tasks=(model.TaskRecord(evil, evil),),
        omissions=(Omission(evil, evil, evil),),
        view=View(100, everything=True),
    )

    assert [] == [line for line in lines if not line.isprintable()]
