"""One life record, and whether its process is still alive; a stranger may have written it."""

from __future__ import annotations

import ast
import re
import signal

from tibidi import TYPE_CHECKING
from tibidi.model import ProcessRecord
from tibidi.process import io, os, read_file, time
from tibidi.store.directory import SECONDS_PER_DAY, CrashDirectory

if TYPE_CHECKING:
    from typing import Any

SUFFIX = ".life"
TOLD = "\ntold: "
TOLD_ARGV = re.compile(r"^told: argv (.*)$", re.MULTILINE)  # of a child of multiprocessing, which learns it late
TOLD_SIGNAL = re.compile(
    r"^told: signal (\d+)$", re.MULTILINE
)  # the application has replaced our handler, or put it back
ENDED_BY = "ended by "  # and a signal
MAX_BYTES = 4 << 20
MAX_FACTS_BYTES = 256 << 10
SLACK_SECONDS = 1.0  # a process is a little older than its record
MAX_DAYS = 30  # then a record of another machine goes: nobody else can tell whether its process lives
NO_PLACE = "0-0"  # where there is no /proc


class Record:
    """The record at `path`: facts, and the text of faulthandler since the last dump, which `told` is about."""

    def __init__(self, path: str) -> None:
        self.path = path
        with io.open(path, "rb") as file:
            changed = os.fstat(file.fileno()).st_mtime
            first, _, rest = file.read(MAX_BYTES).partition(b"\n")
        self.facts: dict[str, Any] = _literal(first)
        self.all_text = rest.decode("utf-8", "replace")
        text = f"\n{self.all_text}".rpartition(TOLD)
        self.told, _, self.text = text[2].partition("\n") if text[1] else ("", "", self.all_text)
        told = TOLD_ARGV.findall(self.all_text)
        self.facts["argv"] = _literal(told[-1].encode()) if told else self.facts["argv"]
        told = TOLD_SIGNAL.findall(self.all_text)
        self.facts["signal"] = int(told[-1]) if told else self.facts.get("signal", 0)
        if type(self.facts["pid"]) is not int:  # it is a part of paths
            raise ValueError(path)
        names = ("pid", "ppid", "executable", "cwd", "python", "implementation", "hostname")
        self.process = ProcessRecord(argv=tuple(self.facts["argv"]), **{name: self.facts[name] for name in names})
        self.begun = float(self.facts["time"])
        self.ended = changed if self.text else time.time()

    @property
    def is_of_this_boot(self) -> bool:
        """Return True for a record of this boot and namespace: nobody elsewhere knows their numbers."""
        return bool(self.facts["place"] == place() != NO_PLACE)

    @property
    def is_of_an_earlier_boot(self) -> bool:
        """Return True if this machine, or the container of this name, was started again since."""
        return self.facts["place"] != place() != NO_PLACE and self.process.hostname == os.uname().nodename

    def is_dead(self) -> bool:
        """Return True if the process is certainly dead: docs/vanished.md says how that is known."""
        there, here = self.facts["place"], place()
        if self.is_of_this_boot:
            started = _started(self.process.pid)
            return started is None or started > self.facts["uptime"] + SLACK_SECONDS
        is_same_boot = there.partition("-")[0] == here.partition("-")[0]
        if is_same_boot or self.is_of_an_earlier_boot:
            return not is_locked(self.path)
        return time.time() - self.begun > MAX_DAYS * SECONDS_PER_DAY and not is_locked(self.path)


def _literal(text: bytes) -> Any:
    if len(text) > MAX_FACTS_BYTES:
        raise ValueError(f"{len(text)} bytes")
    return ast.literal_eval(text.decode("ascii"))


def is_locked(path: str) -> bool:
    """Return True if the process of a record holds the lock on it, or if that cannot be known."""
    try:
        with io.open(path, "r+b") as file:
            os.lockf(file.fileno(), os.F_TEST, 0)
    except (OSError, AttributeError):
        return True
    return False


def records(folder: str) -> list[str]:
    """Return the paths of the records in a folder, the oldest first."""
    try:
        found = [name for name in os.listdir(folder) if name[:1] == "." and name.endswith(SUFFIX)]
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(found, key=lambda name: name.rpartition("-")[2])]


def note_end(pid: int, status: int) -> None:
    """Note in the record of a child the signal that ended it, by its returncode: only the parent knows it."""
    name = signal.Signals(-status).name if status < 0 else ""
    for path in records(CrashDirectory.locate(create=False).path) if name else ():
        if f".{place()}-{pid}-" in path:
            with io.open(path, "a", encoding="ascii") as file:
                file.write(f"{ENDED_BY}{name}\n")


def place() -> str:
    """Return the boot of the machine and the namespace of process identifiers, as `tibidi_autoinstall` does."""
    try:
        boot = read_file("/proc/sys/kernel/random/boot_id")[:8].decode("ascii", "replace")
        return f"{boot}-{os.readlink('/proc/self/ns/pid')[5:-1]}"
    except OSError:
        return NO_PLACE


def _started(pid: int) -> float | None:
    """Return how many seconds after the boot a process started, None if it has ended (proc_pid_stat(5))."""
    try:
        fields = read_file(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except OSError:
        return None
    return None if fields[0] in b"ZX" else int(fields[19]) / os.sysconf("SC_CLK_TCK")
