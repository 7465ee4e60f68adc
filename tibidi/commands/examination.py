"""What `tibidi doctor` looks at: facts about this interpreter, as plain data.

Nothing is changed, except that the crash directory is made when missing, and
for a moment holds a directory in which a child process is crashed for real,
and that the child makes the key if there is none yet.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import site
import subprocess
import sys
import sysconfig
import threading
from typing import TYPE_CHECKING

from tibidi import __version__
from tibidi import config
from tibidi import hooks
from tibidi.config import VARIABLES
from tibidi.dumpfile.partial import PartialFile
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.store.directory import CrashDirectory
from tibidi.store.keys import examine_key
from tibidi.store.keys import key_path

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPANION = "tibidi-autoinstall"
PTH_NAME = "tibidi_autoinstall.pth"
PTH_TEXT = "import os; os.environ.get('TIBIDI_ENABLE') and __import__('tibidi_autoinstall').main()\n"
FLAGS = ("isolated", "ignore_environment", "no_site", "no_user_site", "safe_path")
# Crashes with a variable that can be found again.
PROBE = "def probe(divisor):\n    return 1 / divisor\nprobe(0)\n"
PROBE_TYPE = "builtins.ZeroDivisionError"
PROBE_SECONDS = 60


def examine() -> dict[str, object]:
    """Return all that is known."""
    return {
        "interpreter": interpreter(),
        "versions": versions(),
        "pth": pth_files(),
        "variables": variables(),
        "hooks": installed_hooks(),
        "directory": directory(),
        "probe": probe(),
        "key": key(),  # behind the probe, which makes it on first use
    }


def interpreter() -> dict[str, object]:
    """Return which Python this is, and the flags that matter at its start."""
    flags = {name: bool(getattr(sys.flags, name, False)) for name in FLAGS}
    return {"executable": sys.executable, "version": sys.version.split()[0], "prefix": sys.prefix, "flags": flags}


def versions() -> dict[str, object]:
    """Return the versions of both distributions, and whether they are the same."""
    try:
        companion = importlib.metadata.version(COMPANION)
    except importlib.metadata.PackageNotFoundError:
        companion = None
    return {"tibidi": __version__, COMPANION: companion, "match": companion == __version__}


def pth_files() -> list[dict[str, object]]:
    """Return every start hook of ours in a directory that `site` reads, with its text."""
    found = []
    for folder in _site_directories():
        path = os.path.join(folder, PTH_NAME)
        try:
            with open(path, encoding="utf-8", errors="backslashreplace") as file:
                text = file.read()
        except OSError:
            continue
        found.append({"path": path, "text": text.rstrip("\n"), "as_shipped": text == PTH_TEXT})
    return found


def variables() -> dict[str, dict[str, object]]:
    """Return the variables that set something, as they are and as they were understood."""
    return {
        name: {
            "raw": os.environ[name],
            "parsed": _plain(getattr(config, setting)),
            "understood": not any(problem.startswith(f"tibidi: {name}=") for problem in config.problems),
        }
        for name, setting in VARIABLES.items()
        if name in os.environ
    }


def installed_hooks() -> dict[str, dict[str, object]]:
    """Return for each hook of the interpreter whether it is ours, and whose it is."""
    places = {
        "sys.excepthook": sys.excepthook,
        "threading.excepthook": threading.excepthook,
        "sys.unraisablehook": sys.unraisablehook,
    }
    return {name: {"ours": hooks.is_hook(hook), "who": _who(hook)} for name, hook in places.items()}


def directory() -> dict[str, object]:
    """Return where dumps go, what is there, and whether more can be written."""
    try:
        place = CrashDirectory.locate(create=True)
    except TibidiError as error:
        return {"path": CrashDirectory.wanted(), "problem": str(error)}
    return {
        "path": place.path,
        "wanted": CrashDirectory.wanted(),
        "dumps": len(place.entries()),
        "latest": place.latest(),
        "free_bytes": shutil.disk_usage(place.path).free,
        "short_of_space": place.is_short_of_space(),
        "problem": _write_test(place.path),
    }


def probe() -> dict[str, object]:
    """Crash a child process with the settings in force, and read its dump back."""
    try:
        place = CrashDirectory.locate(create=True).path
        folder = os.path.join(place, f".doctor-{os.getpid()}")
        os.mkdir(folder, 0o700)
    except (TibidiError, OSError) as error:
        return {"status": None, "problem": f"no directory to crash in: {error}"}
    try:
        return _crash_in(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def key() -> dict[str, object]:
    """Return where the key is that signs dumps, whether it is used, and why not."""
    found, problem = examine_key()
    return {"path": key_path(), "used": found is not None, "problem": problem}


def _crash_in(folder: str) -> dict[str, object]:
    # Beside the dumps, not among them: no older one goes because of this one.
    environ = {**os.environ, "TIBIDI_ENABLE": "1", "TIBIDI_DIR": folder}
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # multiprocessing uses it as well
    try:
        child = subprocess.run(  # noqa: S603 - this interpreter, with a program of ours
            [sys.executable, *flags, "-c", PROBE],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return {"status": None, "problem": f"no child process: {error}"}
    said = child.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    return {"status": child.returncode, "said": said[-1] if said else "", "problem": _read_back(folder)}


def _read_back(folder: str) -> str:
    """Return what is wrong with the dump of the child, "" for nothing."""
    path = CrashDirectory(folder).latest()
    if path is None:
        return "the child left no dump"
    try:
        with Reader(path) as reader:
            summary = reader.summary
    except (TibidiError, OSError) as error:
        return f"the dump of the child cannot be read: {error}"
    crash = summary.exceptions[-1]
    if crash.type != PROBE_TYPE or crash.frames[-1].locals["divisor"].preview != "0":
        return f"the dump of the child tells of something else: {crash.type}: {crash.message}"
    return "" if summary.complete else "the dump of the child is not complete"


def _site_directories() -> Iterator[str]:
    """Yield the directories whose `.pth` files are run at the start, each once."""
    folders = [*site.getsitepackages(), sysconfig.get_path("purelib")]
    if site.ENABLE_USER_SITE:
        folders.insert(0, site.getusersitepackages())
    seen: set[str] = set()
    for folder in folders:
        real = os.path.realpath(folder)
        if folder and real not in seen:
            seen.add(real)
            yield folder


def _who(hook: object) -> str:
    """Return the name of a function, and of the file that it is from."""
    name = f"{getattr(hook, '__module__', '?')}.{getattr(hook, '__qualname__', type(hook).__qualname__)}"
    code = getattr(hook, "__code__", None)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if code else name


def _write_test(folder: str) -> str:
    """Return why no file can be written into a directory, "" when one can."""
    try:
        PartialFile(os.path.join(folder, f".doctor-{os.getpid()}.test")).discard()
    except OSError as error:
        return f"cannot write to {folder}: {error.strerror}"
    return ""


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
