"""The core file of a dead process, where the system has kept one (core(5))."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import io
from tibidi.process import os

if TYPE_CHECKING:
    from tibidi.life.record import Record

COREDUMPS = "/var/lib/systemd/coredump"


def core_of(record: Record) -> str:
    """Return where the core file is, and what reads it, for the end of a reason; "" if there is none."""
    pid = record.process.pid
    try:
        with io.open("/proc/sys/kernel/core_pattern") as file:
            pattern = file.read().strip()
        if "systemd-coredump" in pattern:
            is_there = any(f".{pid}." in name for name in os.listdir(COREDUMPS))
            return f"; coredumpctl debug {pid}" if is_there else ""
        path = os.path.join(record.process.cwd, pattern.replace("%p", str(pid)).replace("%e", "python"))
        for each in () if pattern.startswith("|") else (f"{path}.{pid}", path):
            if os.path.exists(each) and os.stat(each).st_mtime >= record.begun:
                return f"; core file {each}{_reader(each, record.process.executable)}"
    except OSError:
        pass
    return ""


def _reader(core: str, executable: str) -> str:
    """Return the command that prints its Python variables, where pystack is installed."""
    folders = [*os.environ.get("PATH", "").split(os.pathsep), os.path.dirname(executable)]
    is_there = any(os.access(os.path.join(folder, "pystack"), os.X_OK) for folder in folders)
    return f": pystack core --locals {core} {executable}" if is_there else ""
