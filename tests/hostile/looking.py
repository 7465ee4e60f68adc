"""Opens dumps under the eyes of an audit hook (PEP 578): `python looking.py DUMP...`.

With a directory it runs what looks at a whole crash directory.


All modules that looking needs are imported first.  From then on every event
is written down, but for opening the dump itself and reading the key.  Prints
one line of JSON for each dump: what came of it, the events, seconds of
processor time, and the highest memory of the process so far in MiB.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import os
import resource
import sys
import time
from typing import TYPE_CHECKING

import tibidi.commands.info
import tibidi.commands.listing
import tibidi.commands.path
import tibidi.commands.prune
import tibidi.commands.show
import tibidi.life.judge  # noqa: F401 - what looks at a crash directory loads it
import tibidi.store.homes  # noqa: F401 - likewise
from tibidi.commands import run
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.reading.inert import names, plain, unpickler
from tibidi.reading.inert.fuse import START
from tibidi.reading.inert.repr import BOUNDED, clean
from tibidi.reading.unpickler import ValuesReader
from tibidi.store.keys import key_path

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Looking at what the interpreter has anyway.
HARMLESS = frozenset(
    {
        "builtins.id",
        "gc.get_referents",
        "object.__getattr__",
        "object.__setattr__",
        "os.listdir",
        "os.scandir",
        "sys._getframe",
    }
)
# Talking to the process in which values are tried, and ending it.
CHILD_EVENTS = frozenset({"_thread.start_joinable_thread", "_thread.start_new_thread", "os.killpg", "time.sleep"})
STARTS = frozenset({"subprocess.Popen", "_posixsubprocess.fork_exec"})  # the latter from Python 3.15 on
COMMANDS = {
    "info": tibidi.commands.info.main,
    "show": tibidi.commands.show.main,
    "json": lambda argv: tibidi.commands.show.main(["--json", *argv]),
}
DIRECTORY_COMMANDS = {
    "list": (tibidi.commands.listing.main, []),
    "json": (tibidi.commands.listing.main, ["--all", "--json"]),
    "path": (tibidi.commands.path.main, []),
    "prune": (tibidi.commands.prune.main, []),
}


class Watch:
    """Writes down what happens while it is on."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.allowed: set[str] = set()
        self.is_on = False

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        """Take note of an event."""
        if not self.is_on or event in HARMLESS:
            return
        if event == "open" and self._may_open(*arguments):
            return
        if event in CHILD_EVENTS or (event in STARTS and START in arguments[1]):
            return  # the process in which values are tried
        self.events.append(f"{event} {arguments!r}"[:300])

    def _may_open(self, path: object, mode: object, flags: int) -> bool:
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        return isinstance(path, int) or path == os.devnull or (not writes and str(path) in self.allowed)


def prepare() -> None:
    """Import all that plain data may need, as nothing may be imported later."""
    for module, _ in plain.TABLE:
        importlib.import_module(module)
    ValuesReader(live=False, sources={}).finish()
    names.of_tables()
    for module in ("numpy", "tibidi.words.known", "importlib.metadata", "platform", "email.parser", "csv", "zipfile"):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    import platform

    platform.platform()
    "\x1b".encode("unicode_escape")


def look(path: str) -> str:
    """Load a dump and print every variable of it; return what came of it."""
    try:
        dump = load(path)
    except TibidiError as error:
        return f"{type(error).__name__}: {error} | {error.hint}"
    frames = [frame for stack in dump.exceptions for frame in stack]
    words = [f"{clean(key)}={BOUNDED.repr(value)}" for frame in frames for key, value in frame.items()]
    words += [repr(dump), *(BOUNDED.repr(exception.exception) for exception in dump.exceptions)]
    return "\n".join([*words, *map(str, dump.omissions)])


def command(name: str, path: str) -> str:
    """Run a command of ours on a dump; return what it printed."""
    return printed(COMMANDS[name], [path])


def printed(main: Callable[[Sequence[str]], int], argv: list[str]) -> str:
    """Run a command of ours; return its status and what it printed."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(main, argv)
    return f"[{status}] {out.getvalue()}{err.getvalue()}"


def report(watch: Watch, path: str) -> dict[str, object]:
    """Do all of the above with one dump."""
    watch.events = []
    watch.allowed = {path, key_path()}
    began = time.process_time()
    answers = {}
    watch.is_on = True
    try:
        answers["load"] = look(path)
        took = time.process_time() - began
        for name in COMMANDS:
            answers[name] = command(name, path)
    finally:
        watch.is_on = False
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1 << 20)
    return {"path": path, **answers, "events": watch.events, "seconds": took, "megabytes": megabytes}


def report_directory(watch: Watch, path: str) -> dict[str, object]:
    """List a crash directory in both ways, and prune it as far as nothing is deleted."""
    tibidi.config.directory = path
    tibidi.config.keep = len(os.listdir(path)) + 1
    watch.events, watch.allowed = [], {entry.path for entry in os.scandir(path)} | {path}
    answers = {}
    watch.is_on = True
    try:
        for name, (main, argv) in DIRECTORY_COMMANDS.items():
            answers[name] = printed(main, argv)
    finally:
        watch.is_on = False
    return {"path": path, **answers, "events": watch.events}


def main() -> None:
    """Look at each dump."""
    prepare()
    assert unpickler.InertUnpickler
    watch = Watch()
    sys.addaudithook(watch)
    for path in sys.argv[1:]:
        look_at = report_directory if os.path.isdir(path) else report
        print(json.dumps(look_at(watch, path)), flush=True)


if __name__ == "__main__":
    main()
