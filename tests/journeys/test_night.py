"""The night job: a service with Flask, SQLAlchemy and pandas that crashes, and what a developer reads of it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from crashing import Crasher

import tibidi

pytestmark = pytest.mark.ends

GOLDEN = Path(__file__).parent / "golden"
WRITE_VARIABLE = "TIBIDI_WRITE_GOLDEN"  # set it to write the files anew
# What differs between machines, and between versions of the libraries.
VARYING = (
    (r"\x1b\[[\d;]*m", ""),
    (r"(?m)^.*night.py, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC on .*", "night.py, TIME on HOST"),
    (r"(?m)^  \[\d+\] (?!report\.py|night\.py).*\n", ""),
    (r"(?m)^  \[\d+\]", "  [N]"),
    (r"(exceptions\[\d\])?\[\d+\]$", "[N]"),
    (r"(?m)( as \w+ in ).*", r"\1..."),
    (r"(?m)^ +\| +\^+\n", ""),  # carets, from 3.11 on
    (r"(?m)^    > 26 \| .*(\+\d+)$", "    > 26 | ..."),  # the part of a long line that they mark
    (r"(?m)^(      (?:session|app|engine|request|customer): \w+ = ).*", r"\1..."),
    (r"\(int64, (?:object|str)\)", "(int64, text)"),
    (r"(?m)^\d+ omissions.*", "N omissions"),
)


@pytest.fixture(scope="module")
def crashed(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Crasher:
    """The night job has crashed."""
    for name in ("flask", "pandas", "sqlalchemy"):
        pytest.importorskip(name, reason=f"the night job needs {name}")
    crash = Crasher(python, tmp_path_factory.mktemp("night"))
    crash("night/night.py")
    return crash


@pytest.fixture
def night(crashed: Crasher, crash: Crasher) -> Path:
    """The dump of the night job, alone in a crash directory."""
    (dump,) = crashed.dumps()
    shutil.copytree(crashed.directory, crash.directory, symlinks=True)
    shutil.copy2(crashed.key_file, crash.key_file)
    return crash.directory / dump.name


@pytest.mark.parametrize("colour", [False, True], ids=["plain", "rich"])
@pytest.mark.parametrize("width", [80, 100, 200])
def test_show(crash: Crasher, night: Path, width: int, colour: bool) -> None:
    """`show` fits in 120 rows and in the width of the terminal, and reads as it did; with rich it reads the same."""
    if colour:
        pytest.importorskip("rich", reason="rich is not installed")
    environ = {"COLUMNS": str(width), "FORCE_COLOR": "1" if colour else None}
    shown = crash.run("-m", "tibidi", "show", str(night), env=environ).stdout
    text = shown
    for pattern, replacement in VARYING:
        text = re.sub(pattern, replacement, text)
    path = GOLDEN / f"night-{width}.txt"
    if os.environ.get(WRITE_VARIABLE):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    lines = re.sub(r"\x1b\[[\d;]*m", "", shown).splitlines()

    assert colour == ("\x1b[" in shown)
    assert len(lines) <= 120 or width < 100
    assert [] == [line for line in lines if len(line) > width]
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("trust", [True, False], ids=["live", "inert"])
def test_object_of_a_proxy(night: Path, trust: bool) -> None:
    """A proxy that was not evaluated says where its object is in the dump."""
    dump = tibidi.load(night, trust=trust)
    view = next(frame for frame in dump.exceptions[1] if frame.name == "make_report")
    found = re.search(r"its object is exceptions\[1\]\.frames\[(\d+)\]\['ctx'\]\.request", view["request"].reason)

    assert found
    assert "/report" == dump.exceptions[1].frames[int(found[1])]["ctx"].request.path


VIEW = """
from flask import Flask, current_app, g, request, session
app = Flask("shop")
app.secret_key = "k"
@app.route("/order")
def order():
    objects = [request, session, current_app, g]
    g.user, session["step"] = "ada", 2
    return 1 / 0
app.test_client().get("/order")
"""


@pytest.fixture(scope="module")
def view(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dump of a view of Flask."""
    pytest.importorskip("flask")
    crash = Crasher(python, tmp_path_factory.mktemp("view"))
    return crash.run("-c", VIEW, env={"TIBIDI_LOGGING": "ERROR"}).dump


@pytest.mark.parametrize("trust", [True, False], ids=["live", "inert"])
def test_objects_of_the_context(view: Path, trust: bool) -> None:
    """While a request lasts, `g`, `session` and `current_app` of Flask have the paths of their objects as well."""
    dump = tibidi.load(view, trust=trust)
    reasons = {name: dump.modules["__main__"][name].reason for name in ("request", "session", "current_app", "g")}
    found = {name: eval(f"dump.{reason.rpartition(' ')[2]}", {"dump": dump}) for name, reason in reasons.items()}

    assert ("/order", 2, "shop") == (found["request"].path, found["session"]["step"], found["current_app"].name)
    assert "ada" == found["g"].user


def test_page(crash: Crasher, night: Path) -> None:
    """`show --html` writes one page of at most 300 KB that refers to nothing outside and has the culprit's value."""
    for name in ("jinja2", "pygments"):
        pytest.importorskip(name, reason=f"the page needs {name}")
    crash.run("-m", "tibidi", "show", "--html", "night.html", str(night))
    page = (crash.work / "night.html").read_text(encoding="utf-8")

    assert len(page.encode()) <= 300_000
    assert "default-src 'none'" in page
    assert [] == re.findall(r"<(?:script|img|link|iframe|object)|(?:src|href)=(?!\"?#)", page)
    assert "ReportError, caused by InvalidOperation at report.py:33 in money" in page
    assert "&#39;1,50&#39;" in page


def test_index(crash: Crasher, night: Path) -> None:
    """`list --html DIR` writes a page for each fingerprint, and an index that leads to them."""
    for name in ("jinja2", "pygments"):
        pytest.importorskip(name, reason=f"the page needs {name}")
    (night.parent / "20200101T000000Z-night-1.pkl").write_bytes(b"no dump")
    ended = crash.run("-m", "tibidi", "list", "--html", "pages")
    index = (crash.work / "pages" / "index.html").read_text(encoding="utf-8")

    assert (0, "wrote pages/index.html, and 1 pages\n") == (ended.status, ended.stdout)
    assert f'<a href="{night.name}.html">ReportError, caused by InvalidOperation at report.py:33 in money</a>' in index
    assert (crash.work / "pages" / f"{night.name}.html").exists()
    assert "[damaged]" in index


def test_from_the_list_to_the_value(crash: Crasher, night: Path) -> None:
    """Three commands lead to the culprit: list, the debugger at the root cause, and its variable."""
    listed = crash.run("-m", "tibidi", "list", env={"COLUMNS": "200"}).stdout
    opened = crash.run("-m", "tbdebug", "-c", "p text", "-c", "q", night.name).stdout

    assert "ReportError, caused by InvalidOperation at report.py:33 in money" in listed
    assert "'1,50'" in opened.splitlines()
