"""Find the interpreters of this machine and make virtual environments from them.

Uses the standard library only: the scripts that need it run before anything
is installed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
PROJECTS = (ROOT, ROOT / "scripts" / "autoinstall")  # each is one distribution
ENVIRONMENTS = ROOT / ".venvs"
OLDEST = (3, 9)
NEWEST = (3, 15)
STAMP = "installed.txt"  # in an environment: the digest of the requirements
FREE_THREADED = "t"  # the end of the version of a free-threaded build
VERSION_QUERY = f"""\
import sys, sysconfig, venv
version = "%d.%d" % sys.version_info[:2] + "{FREE_THREADED}" * bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
print(version * (sys.implementation.name == "cpython"))
"""


def require_supported() -> None:
    """Exit with a message if this interpreter is too old."""
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or later is needed, this is {sys.version.split()[0]}")


def find_pythons() -> dict[str, Path]:
    """Return one supported interpreter with the GIL for each version found, by version such as "3.11"."""
    return _find([Path(sys.executable), *_candidates("")], "")


def find_free_threaded() -> dict[str, Path]:
    """Return one interpreter for each version of which a free-threaded build is found, such as "3.13t"."""
    return _find(_candidates(FREE_THREADED), FREE_THREADED)


def _find(candidates: Iterable[Path], suffix: str) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for candidate in candidates:
        version = version_of(candidate)
        if version and version.endswith(FREE_THREADED) == bool(suffix):
            found.setdefault(version, candidate)
    return dict(sorted(found.items(), key=lambda item: order(item[0])))


def order(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, to sort by."""
    return tuple(map(int, version.rstrip(FREE_THREADED).split(".")))


def version_of(python: Path) -> str:
    """Return the version, such as "3.11", of a working CPython that can make environments, else ""."""
    try:
        answer = subprocess.run([python, "-c", VERSION_QUERY], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip()


def make(python: str | Path, place: Path) -> Path:
    """Make a virtual environment with pip unless it exists; return its interpreter."""
    interpreter = place / "bin" / "python"
    if _works(interpreter):
        return interpreter
    shutil.rmtree(place, ignore_errors=True)
    with_pip = subprocess.run([python, "-m", "venv", place], capture_output=True)
    if with_pip.returncode:  # Debian ships venv without ensurepip: use the pip of this interpreter
        shutil.rmtree(place, ignore_errors=True)
        run(python, "-m", "venv", "--without-pip", place)
        run(python, "-m", "pip", "--python", interpreter, "install", "--quiet", "pip")
    return interpreter


def install(interpreter: Path, requirements: Sequence[str | Path]) -> None:
    """Install requirements into an environment, unless exactly these were installed before."""
    files = [Path(each) for each in requirements if Path(each).is_file()]
    asked = "\n".join([*map(str, requirements), *(each.read_text(encoding="utf-8") for each in files)])
    digest = hashlib.sha256(asked.encode()).hexdigest()
    stamp = interpreter.parent.parent / STAMP
    if stamp.exists() and stamp.read_text(encoding="utf-8") == digest:
        return
    pip = (interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--upgrade", "pip")  # dependency groups need 25.1
    run(*pip, *requirements)
    stamp.write_text(digest, encoding="utf-8")


def install_tools(packages: Mapping[str, str]) -> None:
    """Install the missing ones of these commands from Debian's packages of these names; say so where that can't be."""
    missing = {command: package for command, package in packages.items() if shutil.which(command) is None}
    if not missing:
        return
    reason = "apt-get is not here" if shutil.which("apt-get") is None else "this is not root" if os.geteuid() else ""
    for arguments in (
        () if reason else (("update",), ("install", "--yes", "--no-install-recommends", *missing.values()))
    ):
        command = ("apt-get", "-qq", *arguments)
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        answer = subprocess.run(command, capture_output=True, text=True, env=environ, check=False)
        reason = answer.stderr.strip().rpartition("\n")[2] if answer.returncode else ""
    missing = {command: package for command, package in missing.items() if shutil.which(command) is None}
    if missing:
        print(f"without {', '.join(missing)}, whose tests will be skipped: {reason}", flush=True)


def build_wheels(interpreter: Path, target: Path) -> list[Path]:
    """Build the wheels of both distributions with an interpreter that has hatchling."""
    shutil.rmtree(target, ignore_errors=True)
    for project in PROJECTS:
        run(interpreter, "-m", "hatchling", "build", "-t", "wheel", "-d", target, cwd=project, quiet=True)
    return sorted(target.glob("*.whl"))


def install_wheels(interpreter: Path, wheels: Iterable[Path]) -> None:
    """Install wheels and their requirements, also over wheels of the same version."""
    pip = (interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    wheels = list(wheels)
    run(*pip, *wheels)
    run(*pip, "--force-reinstall", "--no-deps", *wheels)


def run(*command: str | Path, cwd: Path = ROOT, quiet: bool = False) -> None:
    """Run a command; if it fails, print its output and exit with its status."""
    output = subprocess.PIPE if quiet else None
    done = subprocess.run(command, cwd=cwd, env=clean_environ(), stdout=output, stderr=output, check=False)
    if done.returncode:
        sys.stderr.buffer.write((done.stdout or b"") + (done.stderr or b""))
        sys.exit(f"failed with status {done.returncode}: {' '.join(map(str, command))}")


def clean_environ() -> dict[str, str]:
    """Return the environment without the variables that make an interpreter import from elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def _works(interpreter: Path) -> bool:
    """Return True if an environment exists and works: upgrading Python breaks it."""
    if not interpreter.exists():
        return False
    return not subprocess.run([interpreter, "-m", "pip", "--version"], capture_output=True, check=False).returncode


def _candidates(suffix: str) -> Iterable[Path]:
    names = [f"python3.{minor}{suffix}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for name in names:
        yield from sorted(pyenv.glob(f"*/bin/{name}"), reverse=True)
    yield from (Path(found) for found in map(shutil.which, names) if found)
