"""What leaves the site: `tibidi preview` shows all of it, `tibidi scrub` leaves parts out, down to the bytes."""

from __future__ import annotations

import io
import json
import textwrap
import zipfile
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi import config
from tibidi.__main__ import main
from tibidi.dumpfile.reader import Reader
from tibidi.tools.pickles import Pickles
from tibidi.tools.scrub import SHOWN_NAME

if TYPE_CHECKING:
    from pathlib import Path

    from crashing import Crasher

pytestmark = pytest.mark.once

EVERYWHERE = [
    *("comment", "global", "docstring", "constant", "inner", "message", "iban-1234", "owner", "slot", "deep", "bytes"),
    *("wide", "shared", "thread", "attribute", "environment", "argument", "log"),
]

# Programs in which a masked value is the first to need a class or function; what `kept` shows of the frame.
FIRST_OF_THEIR_CLASS = {
    "decimal": (
        "x = {'iban': decimal.Decimal('1234567.89')}; y = decimal.Decimal('2')",
        "Decimal('2')",
    ),
    "datetime": (
        "x = {'iban': datetime.date(1980, 1, 2)}; y = datetime.date(2020, 3, 4)",
        "datetime.date(2020, 3, 4)",
    ),
    "instance": ("iban = Card('CANARY-1'); y = Card('kept')", "Card('kept')"),
    "function": ("iban = lambda a: a; y = (lambda b: b + 1)(1)", "2"),
    "class": ("iban = Card; y = Card('kept')", "Card('kept')"),
    "class of a masked field": ("iban = Account('CANARY-1', 'me'); y = Account", "Account"),
    "another with a masked field": ("iban = Account('CANARY-1', 'me'); y = Account('CANARY-2', 'me')", "<redacted> me"),
}
CLASSES = """
import dataclasses, datetime, decimal
class Card:
    def __init__(self, name):
        self.name = name
    def __repr__(self):
        return f"Card({self.name!r})"
@dataclasses.dataclass(repr=False)
class Account:
    iban: str
    owner: str
    def __repr__(self):
        return f"{self.iban} {self.owner}"
"""

IN_FRAMES = [name for name in EVERYWHERE if name not in {"message", "owner", "attribute", "environment", "log"}]


@pytest.fixture
def dump(crash: Crasher, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The dump of a program with canaries everywhere, with the key that signed it."""
    monkeypatch.setattr(config, "key_file", str(crash.key_file))
    return crash("canaries.py", "CANARY-argument", env={"BIRD": "CANARY-environment"}).dump


def contents(path: Path) -> bytes:
    """Return the inflated members and their headers."""
    with zipfile.ZipFile(path) as archive:
        return path.read_bytes() + b"".join(archive.read(name) for name in archive.namelist())


def scrubbed(dump: Path, *options: str) -> Path:
    """Return the dump that `tibidi scrub` makes."""
    out = dump.parent / "scrubbed.pkl"
    assert 0 == main(["scrub", str(dump), "-o", str(out), *options])
    return out


def left(path: Path) -> list[str]:
    """Return the canaries in a file."""
    data = contents(path)
    return [name for name in EVERYWHERE if f"CANARY-{name}".encode() in data.replace(b"\0", b"")]


def test_preview_is_complete(dump: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every canary is in the preview; what is not shown is listed as cut, with its size."""
    main(["preview", str(dump)])
    text = capsys.readouterr().out
    missing = [name for name in EVERYWHERE if f"CANARY-{name}" not in text]

    assert [] == missing
    assert "cut: 48,010 more characters of it" in text
    assert "Environment: " in text


def test_numbers_of_many_digits(crash: Crasher, capsys: pytest.CaptureFixture[str]) -> None:
    """A number with more digits than Python writes is shown by its first ones, and can be left out."""
    dump = crash.run("-c", "many = -(10 ** 5000 + 1); 1/0").dump

    assert 0 == main(["preview", str(dump)])

    assert f"  -{10**5000 >> 16610 - 1024:#x}… (16610 bits)"[:100] in capsys.readouterr().out
    assert "redacted" in str(tibidi.load(scrubbed(dump, "--mask", "many"), trust=False).exceptions[-1][-1]["many"])


def test_preview_as_a_page(dump: Path, tmp_path: Path) -> None:
    """The page of `show` has all of it behind the crash."""
    pytest.importorskip("jinja2")
    main(["preview", "--html", str(tmp_path / "page.html"), str(dump)])
    page = (tmp_path / "page.html").read_text(encoding="utf-8")

    assert [] == [name for name in EVERYWHERE if f"CANARY-{name}" not in page]
    assert "Everything that leaves with this dump" in page


def test_redactions_are_listed(crash: Crasher, capsys: pytest.CaptureFixture[str]) -> None:
    """What was redacted is listed with the reason."""
    dump = crash.run("-c", "password = ''.join(['hunt', 'er2'] * 2); 1/0").dump
    main(["preview", str(dump)])
    text = capsys.readouterr().out

    assert "hunter2" not in text
    assert "redacted" in text[text.rindex("Redacted, cut or missing") :]


@pytest.mark.parametrize(
    ("options", "gone"),
    [
        (["--drop", "environment"], ["environment"]),
        (["--drop", "arguments"], ["argument"]),
        (["--drop", "sources"], ["comment", "docstring", "constant"]),
        (["--drop", "threads", "--drop", "sources"], ["comment", "docstring", "constant", "thread"]),
        (["--drop", "globals", "--drop", "sources"], ["comment", "global", "docstring", "constant"]),
        (["--mask", "owner"], ["owner"]),
        (["--mask", "iban"], ["iban-1234", "slot"]),
        (["--profile", "minimal"], EVERYWHERE),
        (["--keep-only", "types"], EVERYWHERE),
        (["--drop", "frames of module __main__", "--drop", "arguments"], IN_FRAMES),
    ],
)
def test_scrub(dump: Path, options: list[str], gone: list[str]) -> None:
    """The bytes of the new dump do not hold what was dropped, and it says so; it is signed, and opens live."""
    out = scrubbed(dump, *options)
    loaded = tibidi.load(out)

    assert [] == sorted({*gone} & {*left(out)})
    assert "ValueError" in loaded.exceptions[-1].type
    assert loaded.live
    assert loaded.scrubbed
    assert any(each.reason == "scrubbed" for each in loaded.omissions)
    assert not any(each.reason == "damaged" for each in loaded.omissions)


def test_what_stays(dump: Path) -> None:
    """Masking one name leaves everything else, live: classes, other fields, identity across frames."""
    loaded = tibidi.load(scrubbed(dump, "--mask", "iban"), trust=True)
    inner, outer = loaded.exceptions[-1].frames[-1], loaded.exceptions[-1].frames[-2]

    assert inner.locals["account"] is outer.locals["account"]
    assert ("<redacted>", "CANARY-owner") == (inner.locals["account"].iban, inner.locals["account"].owner)
    assert ("1", "<redacted>") == tuple(outer.locals["card"])
    assert "<redacted>" == outer.locals["slots"].iban
    assert "<redacted>" == outer.locals["details"]["iban"]


@pytest.mark.parametrize("name", FIRST_OF_THEIR_CLASS)
def test_a_masked_value_leaves_its_class(crash: Crasher, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a masked value was the first to need stays for the others, and every pickle can be read."""
    line, kept = FIRST_OF_THEIR_CLASS[name]
    monkeypatch.setattr(config, "key_file", str(crash.key_file))
    program = crash.work / "program.py"
    program.write_text(f"{CLASSES}def f():\n    {line}\n    raise ValueError\nf()\n", encoding="utf-8")
    out = scrubbed(crash(program).dump, "--mask", "iban*")
    values = contents(out)
    for trust in (False, True):
        loaded = tibidi.load(out, trust=trust)
        frame = loaded.exceptions[-1].frames[-1]
        shown = frame.locals["y"]

        assert {"scrubbed"} == {each.reason for each in loaded.omissions}
        assert "<redacted>" == frame.locals.get("x", frame.locals)["iban"]
    assert kept in (repr(shown), getattr(shown, "__name__", ""))
    assert b"CANARY" not in values


def test_a_shared_text_is_masked(crash: Crasher) -> None:
    """A short text under a masked name is masked where other variables share it; a list stays with the others."""
    dump = crash.run("-c", "cvv = other = ''.join('123'); cvv_list = shared = [1]; 1/0").dump
    found = tibidi.load(scrubbed(dump, "--mask", "cvv*"), trust=False).exceptions[-1].frames[-1].locals

    assert ("<redacted>", "<redacted>") == (found["cvv"], found["other"])
    assert ("<redacted>", [1]) == (found["cvv_list"], found["shared"])


SHORT = """
import dataclasses, datetime
@dataclasses.dataclass
class Card:
    cvv: str
    birthday: datetime.date
def pay(card, details, coded, pairs, names):
    raise ValueError
day = datetime.date(1980, 1, 2)
pay(Card("123", day), {"cvv": "123", "birthday": day}, {b"cvv": 123, b"a": 1}, [("cvv", 123), ("a", 1)], ("cvv", "a"))
"""


def test_short_values_and_values_that_are_no_text(crash: Crasher) -> None:
    """A preview with the value of a masked name is left out; keys of bytes and lists of pairs are masked, too."""
    program = crash.work / "program.py"
    program.write_text(SHORT, encoding="utf-8")
    loaded = tibidi.load(scrubbed(crash(program).dump, "--mask", "cvv", "--mask", "birthday"), trust=False)
    previews = {name: each.preview for name, each in loaded.summary.exceptions[-1].frames[-1].locals.items()}
    found = loaded.exceptions[-1].frames[-1].locals

    assert {**dict.fromkeys(["card", "details", "coded", "pairs"], "<redacted>"), "names": "('cvv', 'a')"} == previews
    assert {"cvv": "<redacted>", "birthday": "<redacted>"} == found["details"] == vars(found["card"])
    assert {b"cvv": "<redacted>", b"a": 1} == found["coded"]
    assert [("cvv", "<redacted>"), ("a", 1)] == found["pairs"]
    assert ("cvv", "a") == found["names"]


def test_fields_of_a_named_tuple(crash: Crasher) -> None:
    """Masked items of named tuples are left out, whose names only their class has: of the program and of a module."""
    (crash.work / "cards.py").write_text("import collections\nSaved = collections.namedtuple('Saved', 'cvv owner')\n")
    code = """
        import collections, typing, cards
        Card = collections.namedtuple("Card", "owner cvv")
        class Typed(typing.NamedTuple):
            number: int
            cvv: int
        def pay(some):
            raise ValueError
        pay([Card("me", 123), Card("me", 124), Typed(5, 125), cards.Saved("12", "me")])
    """
    program = crash.work / "program.py"
    program.write_text(textwrap.dedent(code), encoding="utf-8")
    loaded = tibidi.load(scrubbed(crash(program).dump, "--mask", "cvv"), trust=False)
    hidden = "<redacted>"

    assert [("me", hidden), ("me", hidden), (5, hidden), (hidden, "me")] == list(
        map(tuple, loaded.exceptions[-1].frames[-1].locals["some"])
    )


@pytest.mark.parametrize(
    ("preview", "is_shown"),
    [
        ("Card(cvv='123', owner='me')", True),
        ("<Card cvv=123>", True),
        ("{'a': 'x', 'cvv': '123'}", True),
        ("{'cvv': <Card number=123>}", True),
        ("[('a', 1), ('cvv', 123)]", True),
        ("Card(cvv='<redacted> 1')", True),
        ("Card(cvv='<redacted>', owner='me')", False),
        ("{b'cvv': <redacted>}", False),
        ("['cvv', 'a']", False),
        ("Card(a_cvv=1)", False),
    ],
)
def test_masked_names_in_previews(preview: str, is_shown: bool) -> None:
    """A preview shows a masked name only with a value that is not redacted as a whole."""
    shown = {each["key"] or each["name"] for each in SHOWN_NAME.finditer(preview)}

    assert is_shown is ("cvv" in shown)


def test_dropped_values_take_all_messages(crash: Crasher) -> None:
    """Without values, neither swallowed exceptions nor the log have texts; their types and places stay."""
    said = "import logging\ntry: int('SAID')\nexcept ValueError as e: logging.warning(str(e))\nraise ValueError('SAID')"
    out = scrubbed(crash.run("-c", said).dump, "--drop", "values", "--drop", "sources", "--drop", "arguments")
    with Reader(str(out)) as reader:
        summary = reader.summary

    assert [("WARNING", "")] == [(each.level, each.text) for each in summary.log]
    assert {""} >= {each.message for each in (*summary.swallowed, *summary.exceptions)}
    assert b"SAID" not in contents(out)


def test_a_dropped_member_that_others_need() -> None:
    """An object that is left out with one pickle is written where a later one refers to it, with its identity."""
    import pickle

    shared = ["shared", {"k": 1}]
    loop: list[object] = [shared]
    loop.append(loop)
    file = io.BytesIO()
    pickler = pickle.Pickler(file, 5)
    ends = []
    for value in ({"secret": loop, "a": shared}, {"b": shared, "l": loop}, {"c": loop, "n": shared[1]}):
        pickler.dump(value)
        ends.append(file.tell())
    data = file.getvalue()
    members = [data[start:end] for start, end in zip([0, *ends], ends)]
    pickles = Pickles(members, list(map(len, members)))
    rewritten = [pickles.rewritten(number) for number in (1, 2)]
    unpickler = pickle.Unpickler(io.BytesIO(b"".join(each for _, each in rewritten)))
    second, third = unpickler.load(), unpickler.load()

    assert ["shared", {"k": 1}] == second["b"]
    assert second["l"][0] is second["b"]
    assert second["l"][1] is second["l"] is third["c"]
    assert second["b"][1] is third["n"]
    assert 0 == rewritten[0][0]


def test_a_dump_of_a_stranger_stays_one(dump: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Scrubbing does not sign what this key did not sign: it would be opened live."""
    monkeypatch.setattr(config, "key_file", str(tmp_path / "other"))
    (tmp_path / "other").write_bytes(b"o" * 32)
    (tmp_path / "other").chmod(0o600)

    assert not tibidi.load(scrubbed(dump, "--drop", "environment")).live


def test_an_unknown_part(dump: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A part that does not exist is an error that names those that do, and nothing is written."""
    assert 2 == main(["scrub", str(dump), "-o", str(tmp_path / "out.pkl"), "--drop", "environ-ment"])
    assert "environment" in capsys.readouterr().err
    assert not (tmp_path / "out.pkl").exists()


def test_grouping_survives(dump: Path) -> None:
    """A scrubbed dump has the fingerprints of the original."""
    with Reader(str(dump)) as before, Reader(str(scrubbed(dump, "--profile", "minimal"))) as after:
        assert before.summary.fingerprint == after.summary.fingerprint
        assert json.dumps(dict(before.summary.fingerprints)) == json.dumps(dict(after.summary.fingerprints))
