"""The tools that are compared: where they are installed, how they hook in, how they open a dump."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import environments
from benchmarks.measuring import Case

HERE = Path(__file__).resolve().parent
WORKLOADS = HERE / "workloads"
HOOKS = HERE / "hooks"
REQUIREMENTS = HERE.parent / "bench_requirements.txt"
ORIGINAL_PYTHON = "3.8"  # the last version that runs the original tibidi
ORIGINAL_REQUIREMENTS = ("tibidi==0.3.1", "cloudpickle<2", "peepshow<0.3", "numpy", "pandas")

OURS = "tibidi"
NOTHING = "no hook"
NAIVE = "naive"
COREDUMPY = "coredumpy"
DEBUGLATER = "debuglater"
PYDUMPLING = "pydumpling"
TINTYPE = "tintype"
FLIGHT = "flight"
EXCDUMP = "excdump"
SENTRY = "sentry"
ORIGINAL = "tibidi 0.3.1"
NOTHING_OLD = "no hook, 3.8"
INERT = "tibidi, inert"
# peer -> its distribution
PEERS = {
    COREDUMPY: "coredumpy",
    DEBUGLATER: "debuglater",
    PYDUMPLING: "pydumpling",
    TINTYPE: "tintype",
    FLIGHT: "pyflight",
    EXCDUMP: "excdump",
    SENTRY: "sentry-sdk",
}
VERSIONS = """\
import sys, importlib.metadata as m
found = {d.metadata["Name"].lower(): d.version for d in m.distributions()}
print(*(f"{name}={found.get(name, '')}" for name in sys.argv[1:]))
"""


class Tools(NamedTuple):
    """The interpreters: `main` has tibidi and the peers, `original` is None without Python 3.8."""

    main: Path
    bare: Path
    ours: Path
    coverage: Path
    original: Path | None
    versions: dict[str, str]  # of the peers that this Python can have

    @property
    def peers(self) -> list[str]:
        """Return the names of the peers."""
        return list(self.versions)

    def crash(self, tool: str, workload: str, *args: str, **environ: str) -> Case:
        """Return the case that crashes a program of `workloads` with the hook of a tool."""
        old = tool in (ORIGINAL, NOTHING_OLD)
        python = self.original if old else self.main
        command = (str(python), str(WORKLOADS / f"{workload}.py"), *args)
        return Case(command, {**environments.clean_environ(), **_activation(tool), **environ})

    def opening(self, tool: str, dump: Path) -> Case:
        """Return the command that opens a dump in pdb."""
        scripts = self.main.parent
        commands = {
            OURS: (str(self.main), "-m", "tbdebug", "--live"),
            INERT: (str(self.main), "-m", "tbdebug"),
            COREDUMPY: (str(scripts / "coredumpy"), "load"),
            DEBUGLATER: (str(scripts / "dltr"),),
        }
        return Case((*commands[tool], str(dump)), environments.clean_environ())


def prepare() -> Tools:
    """Make the environments, with wheels built from the work tree."""
    place = environments.ENVIRONMENTS / "bench"
    names = ("main", "bare", "ours", "coverage")
    main, bare, ours, coverage = (environments.make(sys.executable, place / name) for name in names)
    environments.install(main, ("-r", REQUIREMENTS))
    environments.install(coverage, ("coverage",))
    wheels = environments.build_wheels(main, place / "wheels")
    for python in (main, ours):
        environments.install_wheels(python, wheels)
    return Tools(main, bare, ours, coverage, _original(place / "original"), _versions(main))


def _versions(python: Path) -> dict[str, str]:
    command = [str(python), "-c", VERSIONS, *PEERS.values()]
    words = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    found = dict(word.split("=") for word in words)
    return {peer: found[name] for peer, name in PEERS.items() if found[name]}


def make_dump(tools: Tools, tool: str, workload: str, *args: str, place: Path, limit_seconds: float) -> Path | None:
    """Crash a workload once; return the dump of the tool, or None if it made none in time."""
    place.mkdir(parents=True)
    case = tools.crash(tool, workload, *args)
    environ = {name: value.replace("{place}", str(place)) for name, value in case.environ.items()}
    try:
        subprocess.run(case.command, env=environ, cwd=place, capture_output=True, timeout=limit_seconds, check=False)
    except subprocess.TimeoutExpired:
        return None
    found = [path for path in place.rglob("*") if path.is_file() and not path.is_symlink() and path.name != "key"]
    return found[0] if found else None


def _activation(tool: str) -> dict[str, str]:
    if tool in (NOTHING, NOTHING_OLD):
        return {}
    if tool == OURS:
        key = environments.ENVIRONMENTS / "bench" / "key"  # made once, as on any machine
        return {"TIBIDI_ENABLE": "1", "TIBIDI_DIR": "{place}/crashes", "TIBIDI_KEY_FILE": str(key)}
    hook = "original_hook" if tool == ORIGINAL else f"{tool}_hook"
    return {"BENCH_HOOK": hook, "BENCH_DUMP": "{place}/crash.dump", "PYTHONPATH": str(HOOKS)}


def _original(place: Path) -> Path | None:
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    found = sorted(pyenv.glob(f"{ORIGINAL_PYTHON}.*/bin/python"))
    if not found:
        return None
    python = environments.make(found[-1], place)
    environments.install(python, ORIGINAL_REQUIREMENTS)
    return python
