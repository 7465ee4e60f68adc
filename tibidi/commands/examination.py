"""The facts about this interpreter that `tibidi doctor` judges, as plain data.

Nothing is changed, but a missing crash directory and a missing key are created.  While it runs, the crash directory
holds the directory of the probe, a child process that is made to crash.
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
from types import CodeType

from tibidi import __version__, config
from tibidi.config import VARIABLES
from tibidi.dumpfile.minimal import SCRUBBED_TEXT
from tibidi.dumpfile.partial import PartialFile
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.process import STARTER
from tibidi.store.directory import CrashDirectory
from tibidi.store.keys import examine_key, key_path

COMPANION = "tibidi-autoinstall"
PTH_NAME = "tibidi_autoinstall.pth"
PTH_TEXT = "import os; os.environ.get('TIBIDI_ENABLE') and __import__('tibidi_autoinstall').main()\n"
FLAGS = ("isolated", "ignore_environment", "no_site", "no_user_site", "safe_path")
# Crashes with a variable whose value the dump must have.
PROBE = "def probe(divisor):\n    return 1 / divisor\nprobe(0)\n"
PROBE_TYPE = "builtins.ZeroDivisionError"
PROBE_SECONDS = 60
HOOKS = (os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "hooks", ""), STARTER)


def examine() -> dict[str, object]:
    """Return all facts."""
    try:
        companion = importlib.metadata.version(COMPANION)
    except importlib.metadata.PackageNotFoundError:
        companion = None
    flags = {name: bool(getattr(sys.flags, name, False)) for name in FLAGS}
    hooks = {
        "sys.excepthook": sys.excepthook,
        "threading.excepthook": threading.excepthook,
        "sys.unraisablehook": sys.unraisablehook,
    }
    python = {"executable": sys.executable, "version": sys.version.split()[0], "prefix": sys.prefix, "flags": flags}
    facts = {
        "interpreter": python,
        "versions": {"tibidi": __version__, COMPANION: companion, "match": companion == __version__},
        "pth": pth_files(),
        "variables": variables(),
        "hooks": {name: {"ours": _is_ours(hook), "who": _who(hook)} for name, hook in hooks.items()},
        "directory": directory(),
        "probe": probe(),
    }
    key, problem = examine_key()  # after the probe, which creates it on first use
    return {**facts, "key": {"path": key_path(), "used": key is not None, "problem": problem}}


def pth_files() -> list[dict[str, object]]:
    """Return each start hook in a directory that `site` reads, with its text."""
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
    """Return the variables that are set: their text, and the value of the setting."""
    return {
        name: {
            "raw": os.environ[name],
            "parsed": list(value) if isinstance(value := getattr(config, setting), tuple) else value,
            "understood": not any(problem.startswith(f"tibidi: {name}=") for problem in config.problems),
        }
        for name, setting in VARIABLES.items()
        if name in os.environ
    }


def directory() -> dict[str, object]:
    """Return where dumps go, how many there are, and whether more can be written."""
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
    """Crash a child process with the current settings, and read its dump."""
    try:
        place = CrashDirectory.locate(create=True).path
        folder = os.path.join(place, f".doctor-{os.getpid()}")
        os.mkdir(folder, 0o700)
    except (TibidiError, OSError) as error:
        return {"status": None, "problem": f"no directory for a test crash: {error}"}
    try:
        return _crash_in(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _crash_in(folder: str) -> dict[str, object]:
    # In a directory of its own, so that retention deletes no older dump because of this one.
    environ = {**os.environ, "TIBIDI_ENABLE": "1", "TIBIDI_DIR": folder}
    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # multiprocessing uses it as well
    try:
        child = subprocess.run(  # noqa: S603 - this interpreter, with a constant program
            [sys.executable, *flags, "-c", PROBE],
            env=environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return {"status": None, "problem": f"cannot run a child process: {error}"}
    said = child.stderr.decode("utf-8", "backslashreplace").strip().splitlines()
    return {"status": child.returncode, "said": said[-1] if said else "", "problem": _read_back(folder)}


def _read_back(folder: str) -> str:
    """Return what is wrong with the dump of the child process; "" if nothing is."""
    path = CrashDirectory(folder).latest()
    if path is None:
        return "the child process left no dump"
    try:
        with Reader(path) as reader:
            summary, is_sealed = reader.summary, reader.is_sealed and not config.identity
    except (TibidiError, OSError) as error:
        return f"the dump of the child process cannot be read: {error}"
    crash = summary.exceptions[-1]
    shown = SCRUBBED_TEXT if is_sealed else "0"
    if crash.type != PROBE_TYPE or crash.frames[-1].locals["divisor"].preview != shown:
        return f"the dump of the child process has another crash: {crash.type}: {crash.message}"
    return "" if summary.complete else "the dump of the child process is not complete"


def _site_directories() -> list[str]:
    """Return each directory whose `.pth` files are run at the start, once."""
    folders = [*site.getsitepackages(), sysconfig.get_path("purelib")]
    if site.ENABLE_USER_SITE:
        folders.insert(0, site.getusersitepackages())
    found: dict[str, str] = {}
    for folder in filter(None, folders):
        found.setdefault(os.path.realpath(folder), folder)
    return list(found.values())


def _is_ours(hook: object) -> bool:
    """Return True for a hook, or its placeholder, by the file of its code: wrappers take the name of what they wrap."""
    return getattr(getattr(hook, "__code__", None), "co_filename", "").startswith(HOOKS)


def _who(hook: object) -> str:
    """Return the name of a function, and the file that defines it."""
    name = f"{getattr(hook, '__module__', '?')}.{getattr(hook, '__qualname__', type(hook).__qualname__)}"
    code = getattr(hook, "__code__", None)
    return f"{name} ({code.co_filename}:{code.co_firstlineno})" if isinstance(code, CodeType) else name


def _write_test(folder: str) -> str:
    """Return why no file can be written to a directory; "" if one can."""
    try:
        PartialFile(os.path.join(folder, f".doctor-{os.getpid()}.test")).discard()
    except OSError as error:
        return f"cannot write to {folder}: {error.strerror}"
    return ""
