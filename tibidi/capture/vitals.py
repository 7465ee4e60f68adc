"""What the process has used and has left: raw texts of proc(5), which `tibidi.present.vitals` parses later."""

from __future__ import annotations

import gc
import sys
from collections import Counter
from contextlib import suppress
from itertools import count

from tibidi import TYPE_CHECKING
from tibidi.process import os, read_file, time

if TYPE_CHECKING:
    from typing import Any

    from tibidi.redaction import Redactor

MAX_LISTED = 10_000  # descriptors, and processes that may be children
MEMORY = ("VmHWM", "VmRSS", "MemTotal", "MemAvailable")
MANY = 10  # descriptors of one file
# Where a control group says what it uses of memory, and its limit, by version 2 and 1.
GROUPS = {"": ("memory.current", "memory.max"), "memory": ("memory.usage_in_bytes", "memory.limit_in_bytes")}


def vitals(redactor: Redactor) -> dict[str, str]:
    """Return what is known; a read that fails costs that fact only."""
    found = {}
    for name, read in READERS.items():
        with suppress(Exception):  # whatever this system does not have
            found[name] = redactor.text(str(read()))
    return found


def _group() -> str:
    for line in _read("/proc/self/cgroup").splitlines():
        _, controller, path = line.split(":", 2)
        for folder in (path, ""):  # the second one in a container that does not see its own path
            texts = [_read(f"/sys/fs/cgroup/{controller}{folder}/{name}") for name in GROUPS.get(controller, ())]
            if any(texts):
                return " ".join(texts)
    return ""


def _descriptors() -> str:
    """Return the number of descriptors of each kind, and of files that are open many times, without their folder."""
    links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")[:MAX_LISTED]]
    kinds: Counter[str] = Counter()
    for target, number in Counter([os.readlink(link) for link in links if os.path.lexists(link)]).items():
        kind = "device" if target[:5] == "/dev/" else "file" if target[:1] == "/" else target.partition(":")[0]
        kinds[kind] += number * (not target.endswith(".partial"))  # not the file of this dump
        if kind == "file" and number > MANY:
            kinds[f"/{target.rpartition('/')[2]}"] += number
    return "\n".join([f"{number} {kind}" for kind, number in kinds.items()])


def _children() -> str:
    own, files = str(os.getpid()), [f"/proc/self/task/{task}/children" for task in os.listdir("/proc/self/task")]
    pids = " ".join(map(_read, files)).split() if os.path.exists(files[0]) else os.listdir("/proc")[:MAX_LISTED]
    stats = [_read(f"/proc/{pid}/stat").rpartition(")") for pid in pids if pid.isdecimal()]
    return "\n".join([f"{head}) {rest[1:2]}" for head, _, rest in stats if rest.split()[1:2] == [own]])


def _read(file: str) -> str:
    with suppress(OSError):  # the process may have ended
        return read_file(file).decode("utf-8", "replace")
    return ""


READERS: dict[str, Any] = {
    "up": lambda: f"{time.clock_gettime(time.CLOCK_BOOTTIME)} {os.sysconf('SC_CLK_TCK')} {_read('/proc/self/stat')}",
    "cpu": lambda: " ".join(map(str, os.times())),
    "memory": lambda: "\n".join(
        line for line in (_read("/proc/self/status") + _read("/proc/meminfo")).splitlines() if line.startswith(MEMORY)
    ),
    "peak": lambda: sys.modules["resource"].getrusage(0).ru_maxrss,
    "threads": lambda: count.__repr__(vars(sys.modules["threading"])["_counter"].__self__),  # of names as `Thread-5`
    "garbage": lambda: [list(each.values()) for each in gc.get_stats()],
    "load": lambda: " ".join(map(str, (*os.getloadavg(), os.cpu_count()))),
    "group": _group,
    "descriptors": _descriptors,
    "children": _children,
}
