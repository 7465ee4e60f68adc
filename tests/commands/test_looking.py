"""`python -m tibidi list | info | show | path`, by their functions."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

import pytest

import tibidi
from tibidi.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> object:
    """Run `python -m tibidi` with arguments; return the lines that it printed, of stdout if it succeeded."""

    def run(*argv: str, status: int = 0) -> list[str]:
        assert status == main(argv)
        out, err = capsys.readouterr()
        assert (err if status == 0 else out) == ""
        return (err if status else out).splitlines()

    return run


def test_help(say) -> None:
    """Without a command, and with --help, all commands are listed, with examples."""
    assert say() == say("--help")
    assert {"list", "info", "show", "path", "prune", "doctor"} <= {line.split()[0] for line in say() if line.strip()}


def test_list_of_a_file(say, tmp_path: Path) -> None:
    """Who lists a file is told how to show it."""
    path = tmp_path / "crash.pkl"
    path.write_bytes(b"")

    (line,) = say("list", str(path), status=1)

    assert (
        f"tibidi: cannot list {path}: Not a directory; it is a file; show it with: python -m tibidi show {path}" == line
    )


def test_version(say) -> None:
    """--version prints the version."""
    assert [f"tibidi {tibidi.__version__}"] == say("--version")


def test_unknown_command(say) -> None:
    """A command that does not exist ends with 2 and names those that do."""
    (line,) = say("shows", status=2)

    assert "'shows'" in line
    assert "show" in line


@pytest.mark.parametrize("command", ["list", "info", "show", "path", "prune", "doctor"])
def test_help_of_commands(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command explains itself with examples."""
    with pytest.raises(SystemExit) as end:
        main([command, "--help"])

    assert 0 == end.value.code
    assert f"python -m tibidi {command}" in capsys.readouterr().out


def test_path(say, directory: Path) -> None:
    """`path` prints the crash directory."""
    assert [str(directory)] == say("path")


def test_list_of_nothing(say, directory: Path) -> None:
    """An empty crash directory, or none, is no error."""
    assert [f"no dumps in {directory} yet; let a program crash with TIBIDI_ENABLE=1"] == say("list")
    assert ["[]"] == say("list", "--json")


def test_list_names_the_fallback(say, dump: Path, tmp_path: Path) -> None:
    """Where a crash could not be dumped into the crash directory, `list` says where its dump is."""
    fallback = tmp_path / "tmp" / f"tibidi-{os.geteuid()}"
    fallback.mkdir(mode=0o700)
    shutil.copy(dump, fallback / "20200101T000000Z-app-1.pkl")
    assert 2 == len(say("list"))
    shutil.copy(dump, fallback / "20990101T000000Z-app-1.pkl")

    *_, line = say("list")

    assert (
        f"1 newer dump in {fallback}, as {dump.parent} was full or not writable: python -m tibidi list {fallback}"
        == line
    )
    assert 1 == len(json.loads("\n".join(say("list", "--json"))))


def test_list(say, dump: Path) -> None:
    """`list` says what crashed, when, in which program and process, and how large the dump is."""
    heading, line = say("list", "--all")

    assert ["NAME", "TIME", "(UTC)", "PROGRAM", "PID", "SIZE", "CRASH"] == heading.split()
    assert line.startswith(dump.name)
    assert str(os.getpid()) in line
    assert re.search(r" [KM]iB ", line)
    assert "ValueError, caused by KeyError at conftest.py:" in line
    assert f"  {dump.name.split('-')[1]}  " in line


def test_show_of_an_exception(say, dump: Path) -> None:
    """`show --exception` prints the innermost own frame of this exception; one that is not there is an error."""
    first, last = [say("show", "--exception", number, "--plain") for number in ("0", "1")]

    assert first[0].endswith(" in price")
    assert any("raise ValueError" in line for line in last)
    for number in ("2", "-1"):
        (error,) = say("show", "--exception", number, status=2)
        assert f"the dump has no exceptions[{number}].frames[0]" in error


def test_list_by_fingerprint(say, dump: Path) -> None:
    """By default `list` has a line for each fingerprint, with the name of the newest dump."""
    twin = dump.with_name(dump.name.replace(f"-{os.getpid()}.pkl", "-77.pkl"))
    shutil.copy(dump, twin)
    heading, line = say("list")
    (row,) = json.loads("\n".join(say("list", "--json")))

    assert ["COUNT", "FIRST", "(UTC)", "LAST", "(UTC)", "NEWEST", "CRASH"] == heading.split()
    assert "2" == line.split()[0]
    assert "ValueError, caused by KeyError at conftest.py:" in line
    assert (2, {str(dump), str(twin)}) == (row["count"], set(row["dumps"]))
    assert 2 == len(json.loads("\n".join(say("list", "--all", "--json"))))


def test_list_of_others(say, dump: Path) -> None:
    """Where the options fit no dump, `list` says how many there are."""
    assert [f"none of 1 dump in {dump.parent} matches the options"] == say("list", "--program", "shop")


@pytest.mark.parametrize(
    ("options", "count"),
    [
        (["--type", "ValueError"], 1),
        (["--type", "builtins.Key*"], 1),
        (["--type", "OSError"], 0),
        (["--program", "*"], 1),
        (["--program", "shop"], 0),
        (["--since", "1h"], 1),
        (["--since", "0s"], 0),
    ],
)
def test_list_some(say, dump: Path, options: list[str], count: int) -> None:
    """`list` can be limited by type of the crash or its cause, by program and by age."""
    assert dump.exists()
    assert count == len(json.loads("\n".join(say("list", "--json", *options))))


def test_list_of_several_folders(say, dump: Path, tmp_path: Path) -> None:
    """Dumps of several folders are in the order of their times, whatever the order of the folders."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    newer, older = (tmp_path / name / f"2026112{day}T120000Z-shop-7.pkl" for name, day in (("a", 2), ("b", 1)))
    for path in (newer, older):
        shutil.copy(dump, path)
    (row,) = json.loads("\n".join(say("list", "--json", *(str(path.parent) for path in (newer, older)))))

    assert [str(older), str(newer)] == row["dumps"]


def test_page_over_a_dump(say, dump: Path) -> None:
    """`show --html` without the name of the page does not write over a dump."""
    before = dump.read_bytes()
    (line,) = say("show", "--html", str(dump), status=2)

    assert f"tibidi: {dump} is a dump; name the page first: --html FILE DUMP" == line
    assert before == dump.read_bytes()


def test_empty_name(say, dump: Path) -> None:
    """An empty name is none of any dump."""
    (line,) = say("info", "", status=1)

    assert line.startswith(f"tibidi: no dump '' in {dump.parent}, and no such file")


def test_list_a_folder(say, dump: Path, tmp_path: Path) -> None:
    """`list DIR` lists every dump there, under any name, with its path; no other file."""
    folder = tmp_path / "customers"
    folder.mkdir()
    shutil.copy(dump, folder / "from-acme.pkl")
    (folder / "other.pkl").write_bytes(b"\x80\x04N.")
    lines = say("list", "--all", str(folder))

    assert [str(folder / "from-acme.pkl")] == [line.split()[0] for line in lines[1:]]
    assert f"cannot list {tmp_path / 'none'}" in say("list", str(tmp_path / "none"), status=1)[0]


def test_list_for_programs(say, dump: Path) -> None:
    """`list --json` says the same as data."""
    (row,) = json.loads("\n".join(say("list", "--json")))

    assert (dump.name, str(dump), "whole") == (row["dump"], row["path"], row["state"])
    assert ("builtins.ValueError", "no price", os.getpid()) == (row["type"], row["message"], row["pid"])
    assert dump.stat().st_size == row["size"]


def test_list_of_what_is_broken(say, dump: Path) -> None:
    """Unfinished and damaged dumps are listed with a mark, and so is what is no dump at all."""
    stem, _, _ = dump.stem.rpartition("-")
    content = dump.read_bytes()
    dump.with_name(f"{stem}-77.pkl.partial").write_bytes(content[: len(content) // 2])
    dump.with_name(f"{stem}-78.pkl").write_bytes(content[: len(content) // 2])
    dump.with_name(f"{stem}-79.pkl").write_bytes(b"")

    lines = {line.split()[0].partition(stem)[2]: line for line in say("list", "--all")[1:]}

    assert "[unfinished] ValueError, caused by KeyError" in lines["-77.pkl.partial"]
    assert "[damaged] ValueError, caused by KeyError" in lines["-78.pkl"]
    assert lines["-79.pkl"].endswith("[damaged]")


def test_show(say, dump: Path) -> None:
    """`show` prints the latest dump, or one by name or path, with variables and nothing raw."""
    lines = say("show")

    assert lines == say("show", dump.name) == say("show", str(dump))
    assert lines[0].startswith("ValueError, caused by KeyError at ")
    assert "exceptions[0], the direct cause of exceptions[1]" in lines
    assert "      sku: str = 'x\\x1b[31m'" in lines
    assert any(line.endswith("return prices[sku]") for line in lines)
    assert "ValueError: no price" in lines


def test_show_in_colour(say, dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With FORCE_COLOR the same text is in colour; NO_COLOR and --plain win."""
    pytest.importorskip("rich")
    assert dump.exists()
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = say("show")
    assert "\x1b[" in coloured[0]
    assert say("show", "--plain") == [re.sub(r"\x1b\[[\d;]*m", "", line).rstrip() for line in coloured]
    monkeypatch.setenv("NO_COLOR", "1")
    assert say("show", "--plain") == say("show")


def test_show_without_rich(say, dump: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal without rich the text has no colours."""
    assert dump.exists()
    monkeypatch.setitem(sys.modules, "rich.console", None)
    monkeypatch.setenv("FORCE_COLOR", "1")
    shown = say("show")

    assert shown[0].startswith("ValueError, caused by KeyError at ")
    assert shown == say("show", "--plain")


def test_show_for_programs(say, dump: Path) -> None:
    """`show --json` is the summary of the dump."""
    story = json.loads("\n".join(say("show", "--json", str(dump))))

    assert (1, tibidi.__version__) == (story["format"], story["tibidi"])
    assert story["complete"] in {True, False}  # the stack of pytest may be too large for a whole dump
    assert ["cause", "raised"] == [each["relation"] for each in story["exceptions"]]
    frame = story["exceptions"][0]["frames"][-1]
    assert {"type": "dict", "preview": "{'a': 1}"} == frame["locals"]["prices"]


def test_show_for_editors(say, dump: Path, tmp_path: Path) -> None:
    """`show --json --sources` has the sources, the culprit, the own frames and the signer as well."""
    story = json.loads("\n".join(say("show", "--json", "--sources", str(dump))))
    key = tmp_path / "key"
    key.write_bytes(b"another key, of 32 bytes or longer")
    others = json.loads("\n".join(say("show", "--json", "--sources", str(dump))))
    frames = story["exceptions"][0]["frames"]

    assert ["signature", "culprit", "own", "sources", "tibidi"] == list(story)[:5]
    assert {"exception": 0, "frame": len(frames) - 1} == story["culprit"]
    assert f"exceptions[0].frames[{len(frames) - 1}]" in story["own"]
    assert "def price(sku: str)" in story["sources"][frames[-1]["file"]]
    assert ("yours", "other") == (story["signature"], others["signature"])


def test_sources_are_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """--sources without --json is misuse."""
    with pytest.raises(SystemExit) as end:
        main(["show", "--sources"])

    assert 2 == end.value.code
    assert "--sources goes with --json" in capsys.readouterr().err


def test_show_of_a_cut_dump(say, dump: Path) -> None:
    """A cut dump is shown as far as it goes, with what is missing."""
    content = dump.read_bytes()
    dump.write_bytes(content[:-300])

    lines = say("show", str(dump))

    assert "ValueError: no price" in lines
    assert any("damaged" in line for line in lines)


def test_info(say, dump: Path) -> None:
    """`info` says where the dump comes from, whose it is and what is in it."""
    fields = dict(
        line.split(None, 1) for line in say("info") if line and not line.startswith(" ") and ":" not in line[:12]
    )

    assert "ValueError: no price" == fields["crash"]
    assert "by your key: opens live" == fields["signature"]
    assert fields["content"].startswith("2 exceptions")


def test_info_of_a_stranger(say, dump: Path, tmp_path: Path) -> None:
    """A dump that is not signed with the user's key opens inert, and `info` says so."""
    (tmp_path / "key").write_bytes(os.urandom(32))

    assert any(line.startswith("signature") and "inert" in line for line in say("info", str(dump)))


@pytest.mark.parametrize("command", ["show", "info"])
def test_nothing_there(say, command: str, tmp_path: Path) -> None:
    """No dump at all ends with 1, a file that is none with 2, both with the next thing to do."""
    other = tmp_path / "other"
    other.write_bytes(b"\x80\x05.")

    (none,) = say(command, status=1)
    (unknown,) = say(command, "nothing-like-it", status=1)
    (foreign,) = say(command, str(other), status=2)

    assert "TIBIDI_ENABLE=1" in none
    assert "python -m tibidi list" in unknown
    assert f"not a dump: {other}" in foreign


def test_list_of_a_thousand(say, dump: Path) -> None:
    """A thousand dumps are listed in the order of their times."""
    for number in range(1000):
        shutil.copyfile(dump, dump.with_name(f"20250101T0000{number % 60:02}Z-app-{number + 1}.pkl"))

    names = [line.split()[0] for line in say("list", "--all")[1:]]

    assert 1001 == len(names)
    assert [name.partition("-")[0] for name in names] == sorted(name.partition("-")[0] for name in names)


def test_syntax_error(crash, capsys: pytest.CaptureFixture[str]) -> None:
    """The line that a SyntaxError is about is shown, with a caret."""
    (crash.work / "bad.py").write_text("def f():\n    x = (1 +\n", encoding="utf-8")
    (crash.work / "start.py").write_text("import bad\n", encoding="utf-8")
    main(["show", "--plain", str(crash(crash.work / "start.py").dump)])
    shown = capsys.readouterr().out

    assert re.search(r"  File \S*bad\.py, line 2\n    x = \(1 \+\n +\^\nSyntaxError", shown), shown
