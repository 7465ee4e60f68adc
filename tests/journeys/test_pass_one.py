"""Pass one: the summary of a crash, without running a line of the application."""

from __future__ import annotations

import json
import sys
import textwrap
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi.capture.exceptions import FIRST_FRAMES, LAST_FRAMES
from tibidi.dumpfile.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

    from tibidi.model import Summary

LINE = "Traceback dumped into: "
TRACEBACKS = [
    "chain",
    "in_finally",
    "in_string",
    "nested",
    "noted_syntax",
    "recursion",
    "several_lines",
    "suppressed",
    "syntax",
    "syntax_after_error",
]
SUGGESTIONS = [
    "wrong_name",
    "wrong_builtin",
    "wrong_attribute",
    "wrong_attribute_of_object",
    "wrong_import",
    "missing_self",
    "forgotten_import",
]


def summary_of(path: Path) -> Summary:
    """Return the summary of a dump."""
    with Reader(str(path)) as reader:
        return reader.summary


def told(path: Path) -> str:
    """Return the traceback in a dump."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("traceback.txt").decode()


def test_hostile_values_are_shown_and_not_asked(crash: Crasher) -> None:
    """Values whose every special method ends the process are shown by their structure."""
    end = crash("one_hostile.py", env={"TIBIDI_ENABLE": None})
    assert (0, "") == (end.status, end.stderr)
    shown = json.loads(end.stdout)

    assert "<Slotted a=1>" == shown["slotted"]
    assert "<__main__.Shadowed object>" == shown["shadowed"]
    assert "<Color.RED: 1>" == shown["color"]
    assert "{'list': [<Slotted a=1>, Ellipsis]}" == shown["mixed"]
    assert "datetime.datetime(2026, 11, 22, 0, 0) in __main__.Zone" == shown["moment"]
    assert shown["values"].startswith("[<__main__.Hostileobject object>, Hostiledict({}), Hostilelist([1, 2])")
    assert shown["traceback"].endswith("ValueError: among hostile values\n")


@pytest.mark.parametrize("name", TRACEBACKS)
def test_traceback_is_as_python_prints_it(crash: Crasher, name: str) -> None:
    """traceback.txt is the text on stderr, carets and repeated lines included."""
    crashed = crash("one_tracebacks.py", name)

    assert crashed.stderr.partition(LINE)[0] == told(crashed.dump)


def test_traceback_of_a_source_with_form_feeds(crash: Crasher) -> None:
    """A form feed does not end a line, so the traceback and the dump have the right lines."""
    program = crash.work / "feeds.py"
    program.write_text("import sys\n\f\ndef f(x):\f\n    return x / 0\n\f\nf(5)\n", encoding="utf-8")
    crashed = crash(program)

    assert crashed.stderr.partition(LINE)[0] == told(crashed.dump)


def test_source_that_is_not_there(crash: Crasher) -> None:
    """Source text that cannot be found is an omission."""
    crashed = crash.run("-c", "exec(compile('def f():\\n    1 / 0', '<made up>', 'exec'))\nf()")

    assert "sources['<made up>']" in {omission.path for omission in tibidi.load(crashed.dump).omissions}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="suggestions came with Python 3.10")
@pytest.mark.parametrize("name", SUGGESTIONS)
def test_suggestions_are_as_python_makes_them(crash: Crasher, name: str) -> None:
    """Suggestions of other names are those of Python, without calling methods of the objects."""
    crashed = crash("one_tracebacks.py", name)

    assert crashed.stderr.partition(LINE)[0] == told(crashed.dump)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="exception groups came with Python 3.11")
def test_traceback_of_groups_is_as_python_prints_it(crash: Crasher) -> None:
    """Frames around groups, their causes and notes, and the cuts in wide ones are the same as on stderr."""
    crashed = crash("one_tracebacks.py", "group")

    assert crashed.stderr.partition(LINE)[0] == told(crashed.dump)


@pytest.mark.parametrize("way", ["endless", "leaving"])
def test_message_of_the_application(crash: Crasher, way: str) -> None:
    """An exception whose message cannot be read costs the message, a moment and nothing else."""
    start = time.monotonic()
    crashed = crash("one_message_hangs.py", way)
    summary = summary_of(crashed.dump)

    assert 30 > time.monotonic() - start
    assert "4711" == summary.exceptions[-1].frames[-1].locals["number"].preview
    assert "<exception str() failed>" == summary.exceptions[-1].message
    assert "exceptions[0].message" in {omission.path for omission in summary.omissions}


def test_recursion_of_a_thousand_frames_is_whole(crash: Crasher) -> None:
    """An ordinary RecursionError keeps all of its frames."""
    frames = summary_of(crash("one_deep.py", "1000").dump).exceptions[-1].frames

    # descend() a thousand and one times, main(), and what the threading module calls that in.
    assert 1002 <= len(frames)
    assert "0" == frames[-1].locals["depth"].preview


def test_recursion_of_fifty_thousand_frames_keeps_its_ends(crash: Crasher) -> None:
    """Of a very long traceback the first and last frames are kept, and the omission has the number of the others."""
    summary = summary_of(crash("one_deep.py", "50000").dump)
    frames = summary.exceptions[-1].frames
    omitted = next(omission for omission in summary.omissions if omission.path.startswith("exceptions[0].frames["))

    assert FIRST_FRAMES + LAST_FRAMES == len(frames)
    assert "0" == frames[-1].locals["depth"].preview
    assert "main" in {frame.name for frame in frames[:10]}
    assert omitted.detail.startswith(f"{int(omitted.detail.split()[0])} frames between the first")


def test_lazy_values_are_not_evaluated(crash: Crasher) -> None:
    """Query sets and proxies are shown by name, and neither pass evaluates them."""
    crashed = crash("one_lazy.py")
    summary = summary_of(crashed.dump)
    shown = summary.exceptions[-1].frames[-1].locals

    assert "evaluated" not in crashed.stderr
    assert "<QuerySet of __main__.Order, not evaluated>" == shown["orders"].preview
    assert "<Query, not evaluated>" == shown["query"].preview
    assert "<LocalProxy, not evaluated>" == shown["request"].preview
    assert "4711" == shown["number"].preview
    assert "['first', 'second']" in shown["settled"].preview
    assert ["first", "second"] == tibidi.load(crashed.dump, trust=False).exceptions[-1][-1]["settled"]._result_cache
    places = [omission.path.rpartition(".")[2] for omission in summary.omissions if omission.reason == "lazy"]
    assert {"locals['orders']", "locals['query']", "locals['request']"} <= set(places)
    assert not any("settled" in omission.path for omission in summary.omissions)


@pytest.mark.ends
def test_every_kind_of_object(crash: Crasher) -> None:
    """Objects of all types of fifty libraries are described, without a warning."""
    crashed = crash("one_everything.py")

    assert ("True\n", "", 0) == (crashed.stdout, crashed.stderr, crashed.status)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="lazy imports came with Python 3.15 (PEP 810)")
def test_lazy_imports_stay_lazy(crash: Crasher) -> None:
    """A dump imports nothing that the application has only announced, be it in globals or in a variable."""
    code = """
        import atexit, sys
        lazy import colorsys
        lazy from fractions import Fraction
        lazy from not_here import nothing
        atexit.register(lambda: print([each for each in ("colorsys", "fractions") if each in sys.modules]))
        def work(order):
            names = [globals(), dict(globals())]
            return 1 / order["amount"], colorsys, Fraction, nothing
        work({"id": 7, "amount": 0})
    """
    (crash.work / "app.py").write_text(textwrap.dedent(code), encoding="utf-8")
    crashed = crash.run("app.py")
    dump = tibidi.load(crashed.dump, trust=True)

    assert "[]\n" == crashed.stdout
    assert {"id": 7, "amount": 0} == dump.exceptions[-1][-1]["order"]
    assert "<lazy_import 'not_here.nothing'>" in repr(dump.exceptions[-1][0]["nothing"])
    assert "lazy_import" not in crash.run("-m", "tibidi", "show", str(crashed.dump)).stdout  # one of the imports


@pytest.mark.skipif(sys.version_info < (3, 15), reason="Python 3.15 has frozendict (PEP 814) and sentinel (PEP 661)")
@pytest.mark.parametrize("trust", [True, False], ids=["live", "inert"])
def test_frozen_dictionaries_and_sentinels(crash: Crasher, trust: bool) -> None:
    """A frozendict is shown as a dict, without its secrets or code of its class and keys, a sentinel by its name."""
    code = """
        import sys
        class Key:
            def __hash__(self):
                return print("hash", file=sys.__stdout__) or 1
        class Own(frozendict):
            def keys(self):
                return print("keys", file=sys.__stdout__) or ()
            __iter__ = keys
        class Plain(frozendict):
            pass
        key = frozendict({Key(): 1})
        MISSING = sentinel("MISSING")
        def work(plain, own, settings, passwords, amount=MISSING):
            copy = "fi7Yoh4wee2u"
            sys.__stdout__ = sys.stderr
            return 1 / 0, key
        work(Plain(a=[1]), Own(b=2), frozendict(password="fi7Yoh4wee2u"), frozendict(ada="ieB3ooz8ae"))
    """
    (crash.work / "app.py").write_text(textwrap.dedent(code), encoding="utf-8")
    crashed = crash.run("app.py")
    dump = tibidi.load(crashed.dump, trust=trust)
    frame = dump.exceptions[-1][-1]

    shown = {name: variable.preview for name, variable in frame.record.locals.items()}
    assert {
        "plain": "Plain({'a': [1]})",
        "own": "Own({'b': 2})",
        "settings": "frozendict({'password': <redacted>})",
        "passwords": "<redacted>",
        "amount": "<MISSING>",
        "copy": "'<redacted>'",
    } == shown
    assert "hash\n" == crashed.stdout
    assert ([1], 1) == (frame["plain"]["a"], len(frame["plain"]))
    assert ["password"] == [*frame["settings"].keys()]
    assert not [each for each in ("fi7Yoh4wee2u", "ieB3ooz8ae") if each in repr({**frame})]
