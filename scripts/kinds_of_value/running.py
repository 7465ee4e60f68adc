"""Make the environments, crash the programs, and check their dumps in every way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import environments
from kinds_of_value.definitions import COMMON, FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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


Cells = list[tuple[str, str]]  # of the kinds of a section, with the details


class Load(NamedTuple):
    """The dump of a version, loaded for a column."""

    version: str
    column: str
    trust: bool


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
        jobs = [(section, Path(folder) / section.name.replace(" ", "-")) for section in sections]
        for rows in pool.map(lambda job: _check_section(prepared, versions, *job), jobs):
            yield from rows


def _check_section(prepared: Prepared, versions: Sequence[str], section: Section, folder: Path) -> list[Row]:
    dumps = {version: _crash(prepared.full[version], section, folder / version) for version in versions}
    loads: dict[Path, list[Load]] = {}
    for version in filter(dumps.get, versions):
        other = next(each for each in PYTHONS if each != version)
        loads.setdefault(prepared.bare[version], []).append(Load(version, INERT_BARE, False))
        loads.setdefault(prepared.bare[version], []).append(Load(version, LIVE_BARE, True))
        loads.setdefault(prepared.full[version], []).append(Load(version, INERT, False))
        loads.setdefault(prepared.full[version], []).append(Load(version, LIVE, True))
        loads.setdefault(prepared.full[other], []).append(Load(version, OTHER, True))
    cells = {(version, column): [("not run", "")] * len(section.kinds) for version in versions for column in COLUMNS}
    for python, wanted in loads.items():
        answers = _load(python, section, [(dumps[each.version], each.trust) for each in wanted], folder)
        cells.update({(each.version, each.column): answer for each, answer in zip(wanted, answers)})
    return [
        Row(section.name, kind.name, version, {column: tuple(cells[version, column][n]) for column in COLUMNS})
        for n, kind in enumerate(section.kinds)
        for version in versions
    ]


def _crash(python: Path, section: Section, folder: Path) -> Path | None:
    """Return the dump of a program; None if it has none, as the library is not there or does not work."""
    folder.mkdir(parents=True)
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


def _load(python: Path, section: Section, loads: list[tuple[Path, bool]], folder: Path) -> list[Cells]:
    """Return the cells of each load, all of them in one process: the import of a library takes the most time."""
    asked = {
        "loads": [(str(dump), trust) for dump, trust in loads],
        "prelude": f"{COMMON}\n{section.prelude}",
        "kinds": [kind._asdict() for kind in section.kinds],
    }
    try:
        done = subprocess.run(
            [python, FOLDER / "check.py"],
            input=json.dumps(asked),
            env=_environ(folder),
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=True,
        )
        answers: list[Cells] = json.loads(done.stdout.strip().rpartition("\n")[2])
        return answers
    except (subprocess.SubprocessError, ValueError) as error:
        why = f"the check failed: {error} {str(getattr(error, 'stderr', ''))[-300:]}"
        return [[("wrong", why)] * len(section.kinds)] * len(loads)


def _environ(folder: Path) -> dict[str, str]:
    """Return an environment without our settings, with a key of its own."""
    found = {name: value for name, value in environments.clean_environ().items() if not name.startswith("TIBIDI_")}
    return {**found, "TIBIDI_KEY_FILE": str(folder / "key"), "MPLCONFIGDIR": str(folder)}
