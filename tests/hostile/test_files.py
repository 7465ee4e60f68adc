"""Hostile files end in an error with a hint, in inert values or in what can be salvaged; nothing runs meanwhile."""

from __future__ import annotations

import io
import json
import os
import pickle
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from dumpfile import samples
from hostile import catalogue, forging

import tibidi
from tibidi.__main__ import main
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.writer import Archive

MARKER = Path("/tmp/tibidi-was-here")
MAX_SECONDS = 20  # 100 MB of pickle in a file of 100 KB, tried in a child process and then read, take ten
MAX_MEGABYTES = 1024
BOMB_PARTS = 7  # each in a process of its own: a bomb is not charged with the heap that another has left
# What a terminal might obey: C0 and C1 controls but newline and tab, bidirectional controls.
CONTROLS = {*map(chr, range(32)), *map(chr, range(127, 160)), *"‪‫‬‭‮⁦⁧⁨⁩"} - {"\n", "\t"}
ERRORS = ("NotADump: ", "DamagedDump: ", "NewerFormat: ")


def look_at(places: dict[str, Path], folder: Path) -> dict[str, dict[str, object]]:
    """Open dumps in one process under the eyes of an audit hook; return what it reports of each."""
    looking = Path(__file__).with_name("looking.py")
    environment = {**os.environ, "TIBIDI_KEY_FILE": str(folder / "key"), "PYTHONUTF8": "1"}
    command = [sys.executable, str(looking), *map(str, places.values())]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=folder, timeout=280, check=False
    )
    reports = [json.loads(line) for line in done.stdout.splitlines()]

    assert (0, "") == (done.returncode, done.stderr)
    return dict(zip(places, reports))


def check(reports: dict[str, dict[str, object]]) -> None:
    """Check what holds for every hostile file."""
    assert {} == {key: report["events"] for key, report in reports.items() if report["events"]}
    assert {} == {key: report["seconds"] for key, report in reports.items() if report["seconds"] > MAX_SECONDS}
    assert {} == {key: report["megabytes"] for key, report in reports.items() if report["megabytes"] > MAX_MEGABYTES}
    assert not MARKER.exists()
    for key, report in reports.items():
        for answer in ("load", "info", "show", "json"):
            assert not CONTROLS & set(report[answer]), (key, answer, report[answer])
            assert "Traceback (most recent call last)" not in report[answer].split("\n", 1)[-1] or answer != "info", key
            assert "TIBIDI_DEBUG" not in report[answer], (key, answer, report[answer][-500:])


@pytest.mark.parametrize("kind", ["calls", "makers", "nonsense"])
def test_pickles_run_nothing(kind: str, tmp_path: Path) -> None:
    """Whatever a pickle names, calls or builds, nothing is imported, opened or started."""
    made = getattr(catalogue, kind)()
    pickles = made if kind == "nonsense" else {key: forging.variables(x=value) for key, value in made.items()}
    files = {key: forging.dump(data) for key, data in pickles.items()}

    check(look_at(forging.write(tmp_path, files), tmp_path))


def test_what_is_called_is_shown(tmp_path: Path) -> None:
    """A call that was not made is a value that says what would have been called with what."""
    files = {"a call": forging.dump(forging.variables(x=forging.call("os", "system", "rm -rf /"), y=forging.plain(7)))}
    report = look_at(forging.write(tmp_path, files), tmp_path)["a call"]

    assert "x=<os.system('rm -rf /')>\ny=7" in report["load"]


@pytest.mark.slow
@pytest.mark.parametrize("part", range(BOMB_PARTS))
def test_bombs(part: int, tmp_path: Path) -> None:
    """A file that takes endless time or memory is cut off, in bounded time and memory.

    Slow, as several bombs are read until the limits are reached.
    """
    bombs = list(catalogue.bombs().items())[part::BOMB_PARTS]
    files = {key: forging.dump(data) for key, data in bombs}

    check(look_at(forging.write(tmp_path, files), tmp_path))


@pytest.mark.parametrize("opcode", [pickle.NONE, pickle.BININT2 + b"\xff\xff"], ids=["None", "integers"])
def test_endless_opcodes(opcode: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where opcodes are followed in Python, it ends once there are too many for the size of the file, and says so."""
    place = tmp_path / "endless.pkl"
    place.write_bytes(forging.dump(forging.START + opcode * 10_000_000 + pickle.STOP))
    began = time.process_time()
    statuses = [
        main(["preview", str(place)]),
        main(["scrub", "-o", str(tmp_path / "new.pkl"), "--mask", "x", str(place)]),
    ]
    printed = capsys.readouterr()

    assert [0, 2] == statuses
    assert ("cut: a pickle of " in printed.out) == (opcode != pickle.NONE)  # those are skipped
    assert " opcodes; look at the dump with: python -m tibidi show, or leave the values out" in printed.err
    assert time.process_time() - began < MAX_SECONDS


def test_stories(tmp_path: Path) -> None:
    """A story of whatever JSON opens, or ends in one error that says what to do."""
    values = forging.variables(x=forging.plain(5))
    files = {key: forging.dump(values, summary=data) for key, data in catalogue.stories().items()}
    reports = look_at(forging.write(tmp_path, files), tmp_path)

    check(reports)
    for report in reports.values():
        assert report["load"].startswith(ERRORS) == report["show"].startswith("[2]"), report


def test_stories_in_the_debugger(tmp_path: Path) -> None:
    """The debugger opens the frames of every story that opens, and prints nothing that a terminal obeys."""
    values = forging.variables(x=forging.plain(5))
    stories = {key: data for key, data in catalogue.stories().items() if len(data) < 100_000}
    places = forging.write(tmp_path, {key: forging.dump(values, summary=data) for key, data in stories.items()})
    script = "import sys; from tibidi.commands import run, tbdebug; "
    script += "[print(run(tbdebug.main, ['-c', 'where', '-c', 'list', '-c', 'p x', path])) for path in sys.argv[1:]]"
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, places.values())],
        capture_output=True,
        text=True,
        env={**os.environ, "TIBIDI_KEY_FILE": str(tmp_path / "key"), "PYTHONUTF8": "1"},
        timeout=120,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert not CONTROLS & set(done.stdout + done.stderr)
    assert "TIBIDI_DEBUG" not in done.stderr, done.stderr[-2000:]
    assert 5 < done.stdout.count("(Pdb)")


@pytest.mark.parametrize("relation", ["cause", "member"])
def test_many_exceptions(relation: str, tmp_path: Path) -> None:
    """Reviving takes time for each exception, not for each pair of them."""
    story = encode.summary_to_json(samples.summary())
    number = 5_000
    exceptions = [
        {
            **story["exceptions"][0],
            "id": each,
            "parent": each + 1 if relation == "cause" else number,
            "relation": relation,
        }
        for each in range(number)
    ]
    last = {**story["exceptions"][0], "id": number, "frames": []}
    place = tmp_path / "many.pkl"
    place.write_bytes(forging.dump(summary=encode.dumps({**story, "exceptions": [*exceptions, last]})))
    began = time.process_time()
    tibidi.load(place, trust=False).revive()

    assert time.process_time() - began < MAX_SECONDS / 2


def test_scrub_what_does_not_fit(tmp_path: Path) -> None:
    """A copy is made without sources that are no text, and without values of frames that the story does not have."""
    place, new = tmp_path / "old.pkl", tmp_path / "new.pkl"
    file = io.BytesIO()
    archive = Archive(file)
    archive.add(fmt.SUMMARY, encode.dumps(encode.summary_to_json(samples.summary())), {"time": "2026"})
    archive.add("sources/a.py", b"x = '\xff'\n", {"file": "/a.py"})
    archive.add("sources/b.py", b"x", {"file": []})
    paths = (
        "exceptions[0].frames[7].locals",
        f"tasks[{'9' * 30}].frames[0].locals",
        f"threads[{'9' * 5000}].frames[0]",
    )
    members = {f"values/{number:04}.pkl": [path] for number, path in enumerate(paths)}
    for name in members:
        archive.add(name, forging.variables(x=forging.plain(5)))
    archive.add(fmt.INDEX, json.dumps({"complete": True, "members": members}).encode())
    archive.finish(None)
    place.write_bytes(file.getvalue())

    assert 0 == main(["scrub", "--mask", "x", "-o", str(new), str(place)])
    with zipfile.ZipFile(new) as copy:
        assert not [name for name in copy.namelist() if name.startswith("sources/") or name in members]


@pytest.mark.parametrize("source", [b"-" * 200_000 + b"x", b"if x: pass\n" + b"elif x: pass\n" * 20_000])
def test_analyze_a_deep_source(source: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A source that Python cannot parse, as it is nested too deep, is analyzed as text."""
    place = tmp_path / "deep.pkl"
    place.write_bytes(forging.dump(forging.variables(x=forging.plain(5)), source=(samples.NAME, source)))

    assert 0 == main(["analyze", str(place)])
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_archives(tmp_path: Path) -> None:
    """An archive of whatever make opens as far as it goes, or ends in one error that says what to do."""
    reports = look_at(forging.write(tmp_path, catalogue.archives()), tmp_path)

    check({key: {**report, "events": _but_copying(report)} for key, report in reports.items()})
    for report in reports.values():
        assert not report["load"].startswith(ERRORS) or " | " in report["load"], report


def test_directory(tmp_path: Path) -> None:
    """What looks at a whole crash directory is not impressed by what strangers have put into it."""
    files = [samples.dump_bytes(None)]
    files += [forging.dump(summary=data) for data in catalogue.stories().values()]
    files += [forging.member(fmt.SUMMARY, b"{}", extra=forging.note(note)) for note in catalogue.headlines()]
    folder = tmp_path / "crashes"
    folder.mkdir(0o700)
    forging.write(folder, {f"20261122T215000Z-app-{number}": data for number, data in enumerate(files)})
    (folder / "20261122T215000Z-app-997.pkl").symlink_to("/etc/passwd")
    (folder / "20261122T215000Z-app-998.pkl").symlink_to("20261122T215000Z-app-998.pkl")
    os.mkfifo(folder / "20261122T215000Z-app-999.pkl")
    (report,) = look_at({"crashes": folder}, tmp_path).values()

    assert [] == report["events"]
    for answer in ("list", "json", "path", "prune"):
        assert report[answer].startswith("[0]"), report[answer]
        assert not CONTROLS & set(report[answer]), report[answer]
    assert "ZeroDivisionError" in report["list"]
    assert len(files) <= len(json.loads(report["json"][4:]))


def _but_copying(report: dict[str, object]) -> list[str]:
    """Return the events without those of the private copy in which a signature is checked."""
    return [event for event in report["events"] if "tempfile" not in event and not event.startswith("open ('/tmp")]
