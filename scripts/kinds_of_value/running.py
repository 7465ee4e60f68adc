"""Make the environments, crash the programs, and check their dumps in every way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

import environments
from kinds_of_value.definitions import COMMON
from kinds_of_value.definitions import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from kinds_of_value.definitions import Section

PYTHONS = ("3.11", "3.13")  # each loads the dumps of the other, too
SECONDS = 120
SKIPPED = 77
LIVE, OTHER, LIVE_BARE, INERT, INERT_BARE = COLUMNS = (
    "live",
    "live, other Python",
    "live, no library",
    "inert",
    "inert, no library",
)
RANKS = ("not run", "not made", "right", "essential", "said", "wrong")


class Row(NamedTuple):
    """What came back of one kind: in each column a cell, such as "right", with the details."""

    section: str
    kind: str
    python: str
    cells: dict[str, tuple[str, str]]

    @property
    def is_behind(self) -> bool:
        """True if live has less than inert."""
        pairs = ((LIVE, INERT), (OTHER, INERT), (LIVE_BARE, INERT_BARE))
        return any(RANKS.index(self.cells[live][0]) > RANKS.index(self.cells[inert][0]) for live, inert in pairs)

    @property
    def is_wrong(self) -> bool:
        """True if a cell is wrong."""
        return self.is_behind or any(cell == "wrong" for cell, _ in self.cells.values())


class Prepared(NamedTuple):
    """The interpreters by version, with all libraries and without any."""

    full: dict[str, Path]
    bare: dict[str, Path]


def prepare(versions: Iterable[str], install: bool) -> Prepared:
    """Return the environments, with the libraries and both wheels installed if that is asked."""
    found = environments.find_pythons()
    made = Prepared({}, {})
    for version in versions:
        made.full[version] = environments.make(found[version], environments.ENVIRONMENTS / f"kinds-{version}")
        made.bare[version] = environments.make(found[version], environments.ENVIRONMENTS / f"kinds-bare-{version}")
    if not install:
        return made
    for full in made.full.values():
        environments.install(full, ["hatchling>=1.26", "-r", FOLDER / "requirements.txt"])
    wheels = environments.build_wheels(next(iter(made.full.values())), environments.ENVIRONMENTS / "kinds-wheels")
    for each in (*made.full.values(), *made.bare.values()):
        environments.install_wheels(each, wheels)
    return made


def check_all(prepared: Prepared, versions: Sequence[str], sections: Sequence[Section]) -> Iterator[Row]:
    """Yield the rows of all sections, crashed by each of the versions."""
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [(section, version) for section in sections for version in versions]
        parts = pool.map(lambda job: _check_section(prepared, *job, Path(folder)), jobs)
        for rows in parts:
            yield from rows


def _check_section(prepared: Prepared, section: Section, version: str, folder: Path) -> list[Row]:
    dump = _crash(prepared.full[version], section, folder / f"{section.name}-{version}".replace(" ", "-"))
    if dump is None:
        answers = {column: [("not run", "")] * len(section.kinds) for column in COLUMNS}
        return _rows(section, version, answers)
    other = next(each for each in PYTHONS if each != version)
    runs = {
        LIVE: (prepared.full[version], True),
        OTHER: (prepared.full[other], True),
        LIVE_BARE: (prepared.bare[version], True),
        INERT: (prepared.full[version], False),
        INERT_BARE: (prepared.bare[version], False),
    }
    return _rows(section, version, {column: _load(dump, section, *run) for column, run in runs.items()})


def _rows(section: Section, version: str, answers: dict[str, list[tuple[str, str]]]) -> list[Row]:
    return [
        Row(section.name, kind.name, version, {column: tuple(answers[column][n]) for column in COLUMNS})
        for n, kind in enumerate(section.kinds)
    ]


def _crash(python: Path, section: Section, folder: Path) -> Path | None:
    """Return the dump of a program; None if it has none, as the library is not there or does not work."""
    folder.mkdir()
    program = folder / "program.py"
    program.write_text(section.program(), encoding="utf-8")
    variables = {**_environ(folder), "TIBIDI_ENABLE": "1", "TIBIDI_DIR": str(folder / "crashes")}
    done = subprocess.run(
        [python, program], env=variables, cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    dump = folder / "crashes" / "latest.pkl"
    if dump.exists() and "RuntimeError: kinds" in done.stderr:
        return dump
    if done.returncode != SKIPPED:
        print(f"{section.name}: no dump\n{done.stderr[-1_000:]}", file=sys.stderr, flush=True)
    return None


def _load(dump: Path, section: Section, python: Path, trust: bool) -> list[tuple[str, str]]:
    asked = {
        "dump": str(dump),
        "trust": trust,
        "prelude": f"{COMMON}\n{section.prelude}",
        "kinds": [kind._asdict() for kind in section.kinds],
    }
    command = [python, FOLDER / "check.py"]
    try:
        done = subprocess.run(
            command,
            input=json.dumps(asked),
            env=_environ(dump.parent.parent),
            cwd=dump.parent.parent,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        answers: list[tuple[str, str]] = json.loads(done.stdout.strip().rpartition("\n")[2])
    except (subprocess.TimeoutExpired, ValueError) as error:
        why = getattr(error, "stderr", None) or (done.stderr if isinstance(error, ValueError) else "timeout")
        return [("wrong", f"the check failed: {why[-300:]}")] * len(section.kinds)
    return answers


def _environ(folder: Path) -> dict[str, str]:
    """Return an environment without our settings, with a key of its own."""
    found = {name: value for name, value in environments.clean_environ().items() if not name.startswith("TIBIDI_")}
    return {**found, "TIBIDI_KEY_FILE": str(folder / "key"), "MPLCONFIGDIR": str(folder)}
