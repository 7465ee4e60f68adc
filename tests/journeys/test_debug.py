"""`python -m tbdebug` as a developer uses it: which dump, how it opens, what it says."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crash, Crasher

needs_groups = pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
LAST = ("--exception", "1")  # of the two of dbg_shop.py; the first is the root cause
OTHER_KEY = {"TIBIDI_KEY_FILE": "other-key"}


def debug(crash: Crasher, *args: str, say: str = "", **env: str) -> Crash:
    """Run tbdebug with the lines of `say` as its input."""
    lines = "\n".join([*say.split("; "), ""]) if say else ""
    return crash.run("-m", "tbdebug", *args, env={"TIBIDI_ENABLE": None, **env}, stdin=lines)


def test_latest_by_default(crash: Crasher) -> None:
    """Without an argument the latest dump is opened; on end of input the status is 0."""
    crash("divide.py", "5", "0")
    ended = debug(crash, say="p x, y")

    assert (0, "") == (ended.status, ended.stderr)
    assert "ZeroDivisionError" in ended.stdout
    assert "(5, 0)" in ended.stdout


def test_by_name_and_by_path(crash: Crasher) -> None:
    """A dump can be named as `list` does, or by its path."""
    dump = crash("divide.py", "5", "0").dump

    for name in (dump.name, str(dump)):
        assert "(5, 0)" in debug(crash, name, say="p x, y").stdout


def test_source_is_gone(crash: Crasher, tmp_path: Path) -> None:
    """The captured source is shown though the file is gone."""
    program = tmp_path / "gone.py"
    program.write_text("def fail(n):\n    marked = 'here'\n    return n / 0\n\nfail(1)\n", encoding="utf-8")
    crash(program)
    program.unlink()
    shown = debug(crash, say="where; ll; up; p fail").stdout

    assert 2 <= shown.count("-> return n / 0")
    assert "marked = 'here'" in shown
    assert "-> fail(1)" in shown


def test_signed_by_our_key_is_live(crash: Crasher) -> None:
    """A dump that our own key signed opens live: objects of the application work."""
    crash("dbg_shop.py")
    shown = debug(crash, *LAST, say="p cart.price('pear')").stdout

    assert "Values are live" in shown
    assert "\n(Pdb) 4" in shown


def test_signed_by_others_is_inert(crash: Crasher) -> None:
    """A dump that another key signed opens inert, and says how to open it live."""
    crash("dbg_shop.py")
    shown = debug(crash, *LAST, say="p cart.owner; p cart.price('pear')", **OTHER_KEY).stdout

    assert "Values are inert" in shown
    assert "--live" in shown
    assert "(Pdb) 'ann'" in shown
    assert "***" in shown.rpartition("'ann'")[2]


def test_one_variable_live_and_back(crash: Crasher) -> None:
    """`live NAME` makes one variable of an inert session live, `inert NAME` takes it back, without a name all."""
    crash("dbg_shop.py")
    one = "live cart; p cart.price('pear'); inert cart; p cart.price; exceptions 0"
    whole = "live; p self.price('apple'); inert; p self"
    shown = debug(crash, *LAST, say=f"{one}; {whole}", **OTHER_KEY).stdout.split("(Pdb) ")[1:]

    assert "Cart object at" in shown[0]
    assert "4\n" == shown[1]
    assert "owner='ann'" in shown[2]
    assert "3\n" == shown[6]
    assert "owner='ann'" in shown[8]


def test_inert_when_asked_for(crash: Crasher) -> None:
    """With --inert even our own dump is inert, and `live` refuses."""
    crash("dbg_shop.py")
    shown = debug(crash, "--inert", *LAST, say="live cart; p cart").stdout

    assert "*** opened with --inert" in shown
    assert "Cart object at" not in shown


def test_exception_group(crash: Crasher) -> None:
    """Members of a group precede it in `exceptions`, each with its own frames; the first is shown."""
    if sys.version_info < (3, 11):
        pytest.skip("exception groups came with Python 3.11")
    crash("dbg_group.py")
    shown = debug(crash, say="exceptions; exceptions 1; p number; up; p numbers").stdout

    assert ">   0 ValueError: odd: 1  (member of 2)\n    1 ValueError: odd: 3\n" in shown
    assert "    2 ExceptionGroup: bad numbers (2 sub-exceptions)\n" in shown
    assert "(Pdb) 3\n" in shown
    assert "[1, 2, 3]" in shown


def test_tasks(crash: Crasher, tmp_path: Path) -> None:
    """`tasks` lists the tasks at the time of the crash and goes to one, with its variables."""
    dump = str(tmp_path / "tasks.pkl")
    crash("dbg_tasks.py", dump)
    listed = debug(crash, dump, say="tasks").stdout
    line = next(line for line in listed.splitlines() if "payment task" in line)
    number = line.replace(">", " ").replace("(Pdb)", " ").split()[0]
    shown = debug(crash, dump, say=f"tasks {number}; " + "; ".join(["p locals().get('patience')", "up"] * 3)).stdout

    assert "delivery task" in listed
    assert "(Pdb) 7\n" in shown


def test_what_is_missing(crash: Crasher) -> None:
    """The number of omissions is told at the start, and `omitted` lists them with reasons."""
    crash("dbg_zoo.py")
    shown = debug(crash, say="omitted").stdout

    assert "Not in the dump: " in shown
    assert "exceptions[0].frames[1].locals['generator']: illegal" in shown


def test_what_could_not_be_loaded(crash: Crasher) -> None:
    """What is missing only since it could not be loaded here is told by `omitted` and `info` alike."""
    module = crash.work / "cart.py"
    module.write_text("class Cart:\n    pass\n", encoding="utf-8")
    program = crash.work / "shop.py"
    program.write_text("import cart\n\n\ndef pay(cart):\n    1 / 0\n\n\npay(cart.Cart())\n", encoding="utf-8")
    dump = crash(program).dump
    module.unlink()
    omitted, info = (debug(crash, str(dump), "--live", say=word).stdout for word in ("omitted", "info all"))

    assert "modules['cart']: missing here" in omitted
    assert "modules['cart']: missing here" in info
    assert "Nothing is missing." not in info
    assert "missing      nothing" not in info
    assert "complete\n" in info


def test_nothing_to_step_into(crash: Crasher) -> None:
    """Commands that would run the program say that it has ended, and the session goes on."""
    crash("divide.py", "5", "0")
    ended = debug(crash, say="n; s; r; unt; j 1; run; restart; p 'still ' + 'here'")

    assert 0 == ended.status
    assert 7 == ended.stdout.count("*** the program has ended")
    assert "still here" in ended.stdout


def test_partial_dump(crash: Crasher) -> None:
    """A dump that was cut while it was written opens as far as it goes, and says so."""
    dump = crash("dbg_shop.py").dump
    cut = dump.with_name(dump.name + ".partial")
    data = dump.read_bytes()
    cut.write_bytes(data[: data.index(b"values/0000.pkl")])
    dump.unlink()
    ended = debug(crash, str(cut), *LAST, say="where; omitted; p subtotal; args; up; up; p Cart")

    assert 0 == ended.status
    assert "total()" in ended.stdout
    assert "damaged" in ended.stdout
    # Where the values are gone their previews, which are written first, stand in.
    assert "<Dummy float: 4.5 (its value is not in the dump, this is its preview)>" in ended.stdout
    assert "NameError" not in ended.stdout


@pytest.mark.parametrize(
    ("args", "status", "words"),
    [
        ((), 1, "no dump"),
        (("nosuch.pkl",), 1, "nosuch.pkl"),
        ((__file__,), 2, "not a dump"),
        (("--exception", "7", "divide"), 2, "no exception 7: the dump has 1 exception, numbered from 0"),
    ],
)
def test_errors_are_one_line(crash: Crasher, args: tuple[str, ...], status: int, words: str) -> None:
    """What can't be opened is one line on stderr with the next thing to do, and a status."""
    if "divide" in args:
        args = (*args[:-1], str(crash("divide.py", "5", "0").dump))
    ended = debug(crash, *args)

    assert (status, "") == (ended.status, ended.stdout)
    assert 1 == ended.stderr.count("\n")
    assert words in ended.stderr
    assert ended.stderr.startswith("tbdebug: ")


def test_never_raised(crash: Crasher, tmp_path: Path) -> None:
    """A dump of an exception that was never raised has no frames to stand in, and says so."""
    dump = tmp_path / "never.pkl"
    crash.run("-c", f"import tibidi; tibidi.dump_exception(ValueError('never'), {str(dump)!r})")
    ended = debug(crash, str(dump))

    assert 2 == ended.status
    assert "frames" in ended.stderr


def test_terminal_escapes(crash: Crasher, tmp_path: Path) -> None:
    """Escape sequences in messages, names, source and values never reach the terminal."""
    program = tmp_path / "escapes.py"
    program.write_text(
        "class Sly:\n    def __repr__(self):\n        return '\\x1b]0;owned\\x07'\n\n\n"
        "def fail(sly):\n    # \x1b]0;source\x07\n    raise ValueError('\\x1b[2J\\u202egone')\n\n\nfail(Sly())\n",
        encoding="utf-8",
    )
    crash(program)
    ended = debug(crash, say="where; ll; p sly; sly; args; exceptions; info; raise ValueError(repr(sly))")

    assert 0 == ended.status
    for forbidden in ("\x1b", "\x07", "\u202e"):
        assert forbidden not in ended.stdout
    assert r"\x1b]0;owned" in ended.stdout


def test_nothing_is_left_behind(crash: Crasher, tmp_path: Path) -> None:
    """Extracted copies of sources are gone when the debugger has ended."""
    program = tmp_path / "changed.py"
    program.write_text("1 / 0\n", encoding="utf-8")
    crash(program)
    program.write_text("2 / 0\n", encoding="utf-8")
    place = tmp_path / "temporary"
    place.mkdir()
    shown = debug(crash, say="where; q", TMPDIR=str(place), PYTHONBREAKPOINT="pdb.set_trace").stdout

    assert f"{os.sep}changed.py(1)" in shown
    assert "-> 1 / 0" in shown
    assert [] == list(place.iterdir())
