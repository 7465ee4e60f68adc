"""Crash real programs in real processes, with both distributions really installed.

Strategy: the programs must run in the environment of a customer, with the `.pth`
file at the root of site-packages.  If the interpreter that runs the tests has
both distributions installed (as `scripts/test` arranges), it is used.  From a
bare work tree, both wheels are built and installed into a virtual environment
that also sees all other packages of the interpreter.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = ROOT / "tests" / "programs"
PTH_NAME = "tibidi_autoinstall.pth"
# Prefixes of all names that the two distributions put into site-packages.
OUR_PREFIXES = ("tibidi", "tbdebug", "tbdump", "tbpeep")
TIMEOUT_SECONDS = 60.0
# Other interpreters for the tests that need several, separated as in PATH.
PYTHONS_VARIABLE = "TIBIDI_TEST_PYTHONS"
# Variables that a developer's shell may have, and a program under test must not see.
UNWANTED_PREFIXES = ("TIBIDI_", "PYTHON", "COVERAGE_", "PYTEST_", "XDG_")


@dataclass(frozen=True)
class Crash:
    """How a program ended, and the dumps that it left."""

    status: int
    stdout: str
    stderr: str
    directory: Path
    dumps: list[Path]

    @property
    def dump(self) -> Path:
        """The only dump; the test fails unless there is exactly one."""
        assert 1 == len(self.dumps), f"{len(self.dumps)} dumps, status {self.status}\n{self.stdout}\n{self.stderr}"
        return self.dumps[0]


class Crasher:
    """Run programs under TIBIDI_ENABLE=1 with their own crash directory, home and key."""

    def __init__(self, python: Path, place: Path) -> None:
        self.python = python
        self.directory = place / "crashes"
        self.home = place / "home"
        self.work = place / "work"
        self.key_file = place / "key"
        for folder in (self.home, self.work):
            folder.mkdir(parents=True)

    def __call__(
        self,
        program: str | Path,
        *args: str,
        env: Mapping[str, str | None] | None = None,
        python: Path | None = None,
        cwd: Path | None = None,
        timeout: float = TIMEOUT_SECONDS,
    ) -> Crash:
        """Run a program of tests/programs (a name) or elsewhere (a path)."""
        return self.run(str(PROGRAMS / program), *args, env=env, python=python, cwd=cwd, timeout=timeout)

    def run(
        self,
        *args: str,
        env: Mapping[str, str | None] | None = None,
        python: Path | None = None,
        cwd: Path | None = None,
        stdin: str = "",
        timeout: float = TIMEOUT_SECONDS,
    ) -> Crash:
        """Run the interpreter with these arguments, such as "-m", "tbdebug"."""
        before = set(self.dumps())
        status, stdout, stderr = run_process(
            [str(python or self.python), *args],
            env=self.environment(env or {}),
            cwd=cwd or self.work,
            stdin=stdin,
            timeout=timeout,
        )
        new = [path for path in self.dumps() if path not in before]
        return Crash(status, stdout, stderr, self.directory, new)

    def environment(self, changes: Mapping[str, str | None]) -> dict[str, str]:
        """Return the environment of a program; a change to None removes a variable."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith(UNWANTED_PREFIXES)}
        environ.update(
            HOME=str(self.home),
            TIBIDI_ENABLE="1",
            TIBIDI_DIR=str(self.directory),
            TIBIDI_KEY_FILE=str(self.key_file),
        )
        for name, value in changes.items():
            if value is None:
                environ.pop(name, None)
            else:
                environ[name] = value
        return environ

    def dumps(self) -> list[Path]:
        """Return the finished dumps of the crash directory, oldest first."""
        dumps = [path for path in self.directory.glob("*.pkl") if path.name != "latest.pkl"]
        return sorted(dumps, key=age)


def age(dump: Path) -> tuple[str, int, str]:
    """Return the key that sorts dumps, the oldest first: of one second, process 10000 may be later than 9999."""
    return dump.name.partition("-")[0], dump.lstat().st_mtime_ns, dump.name


def run_process(
    command: list[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    stdin: str = "",
    timeout: float = TIMEOUT_SECONDS,
) -> tuple[int, str, str]:
    """Run a command in its own session, so that a timeout kills its children as well."""
    process = subprocess.Popen(
        command,
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="surrogateescape",
        start_new_session=True,
    )
    try:
        stdout, stderr = process.communicate(stdin, timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        stdout, stderr = process.communicate()
        raise AssertionError(f"{command} did not end within {timeout} s\n{stdout}\n{stderr}") from None
    return process.returncode, stdout, stderr


def is_installed() -> bool:
    """Return True if this interpreter has both distributions, so that no other is needed."""
    site_packages = Path(sysconfig.get_path("purelib"))
    return (site_packages / PTH_NAME).exists() and (site_packages / "tibidi").is_dir()


def build_wheels(python: Path, target: Path) -> list[Path]:
    """Build the wheels of both distributions from the work tree."""
    for project in (ROOT, ROOT / "scripts" / "autoinstall"):
        command = [str(python), "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
        subprocess.run(command, cwd=project, check=True, capture_output=True)
    return sorted(target.glob("*.whl"))


def make_environment(python: Path, wheels: list[Path], place: Path) -> Path:
    """Install the wheels into a virtual environment that sees the packages of `python`; return its interpreter."""
    subprocess.run([str(python), "-m", "venv", "--without-pip", str(place)], check=True)
    installed = place / "bin" / "python"
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    theirs, ours = (
        subprocess.run([str(each), "-c", query], check=True, capture_output=True, text=True).stdout.strip()
        for each in (python, installed)
    )
    surroundings = place / "surroundings" / "site-packages"  # so that they are no application's own code
    surroundings.mkdir(parents=True)
    for each in Path(theirs).iterdir():
        if not each.name.startswith(OUR_PREFIXES):
            (surroundings / each.name).symlink_to(each)
    # A path line: modules there can be imported, but .pth files there are not run.
    Path(ours, "zz_surroundings.pth").write_text(f"{surroundings}\n", encoding="utf-8")
    if wheels:
        pip = [sys.executable, "-m", "pip", "--quiet", "--python", str(installed)]
        subprocess.run([*pip, "install", "--no-deps", "--no-index", *map(str, wheels)], check=True)
    return installed


def other_pythons() -> list[Path]:
    """Return the interpreters that TIBIDI_TEST_PYTHONS names."""
    return [Path(each) for each in os.environ.get(PYTHONS_VARIABLE, "").split(os.pathsep) if each]
