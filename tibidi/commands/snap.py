"""`tibidi snap`: dump a running process, which goes on."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from tibidi import commands
from tibidi.errors import DumpNotFound
from tibidi.life.record import SUFFIX, Record, records
from tibidi.process.texts import printable
from tibidi.store.lookup import crash_directory

EXAMPLES = "python -m tibidi snap --wait 60 4711"
TOLD = "told: snapshot "
# Run by `sys.remote_exec` in the other process; where tibidi was never on, with the files of this command.
SCRIPT = """\
import sys, _thread
"tibidi" in sys.modules or sys.path.append({ours!r})
from tibidi.hooks import snapshots
_thread.start_new_thread(snapshots.answer, ({answer!r},))
"""
ASK = (
    "start it with TIBIDI_ENABLE=1 TIBIDI_SNAPSHOT_SIGNAL=USR2, or another signal that it does not handle itself,"
    " or use Python 3.14 or later for both processes"
)

PURPOSE = f"Dump a running process with all its threads and tasks; the process goes on running. For this, {ASK}."
parser = commands.parser("tibidi snap", PURPOSE, EXAMPLES, json="a JSON object")
parser.add_argument("--wait", metavar="S", type=float, default=10.0, help="seconds to wait for the dump; default: 10")
parser.add_argument("pid", metavar="PID", type=int, help="the process ID")


def main(argv: commands.Arguments) -> int:
    """Print the path of the dump of a running process."""
    options = commands.parse(parser, argv)
    try:
        os.kill(options.pid, 0)
        record = _announced(options.pid)
        answer = _by_signal(record, options.wait) if record else _by_remote_exec(options.pid, options.wait)
    except (OSError, OverflowError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DumpNotFound(f"process {options.pid}: {reason}", "see what runs with: ps ax | grep python") from None
    if not os.path.isabs(answer):
        raise DumpNotFound(answer.replace("tibidi: ", "", 1), "the process goes on, and can be asked again")
    commands.report(options, {"pid": options.pid, "path": answer}, [answer])
    return 0


def _announced(pid: int) -> Record | None:
    """Return the record of a process that says that it handles a signal, and does: else the signal would kill it."""
    paths, caught = [], -1
    if os.path.exists("/proc/self"):
        paths = _open_records(pid)
        caught = int(_status(pid, "SigCgt:")[0], 16)
    for path in paths or _records_of_its_user(pid):
        with suppress(Exception):  # gone, or not a record: a stranger may have written it
            record = Record(path)
            signal = record.facts["signal"] if record.process.pid == pid and not record.is_dead() else 0
            if signal and caught >> signal - 1 & 1:
                return record
    return None


def _open_records(pid: int) -> list[str]:
    """Return the paths of the life records that a process has open, wherever its crash directory is."""
    found, folder = [], f"/proc/{pid}/fd"
    for number in os.listdir(folder):
        with suppress(OSError):  # closed meanwhile
            found.append(os.readlink(os.path.join(folder, number)))
    return [path for path in found if path.endswith(SUFFIX)]


def _records_of_its_user(pid: int) -> Iterator[str]:
    """Yield the paths of the life records of a process that has closed all descriptors.

    They belong to its user: no stranger may choose a signal.
    """
    folder, owner = None, None
    if os.path.exists("/proc/self"):
        owner = os.stat(f"/proc/{pid}").st_uid
        with open(f"/proc/{pid}/environ", "rb") as file:
            folder = dict(each.partition(b"=")[::2] for each in file.read().split(b"\0")).get(b"TIBIDI_DIR")
    for path in records(os.fsdecode(folder) if folder else crash_directory().path):
        if f"-{pid}-" in path and owner in {None, os.lstat(path).st_uid}:
            yield path


def _by_signal(record: Record, seconds: float) -> str:
    before = len(record.all_text)

    def answer() -> str:
        nonlocal before
        stacks, _, told = Record(record.path).all_text[before:].partition(TOLD)
        print(printable(stacks, kept="\n\t"), end="", file=sys.stderr, flush=True)  # at once, before Python can dump
        before += len(stacks)
        return told.partition("\n")[0] if told.endswith("\n") else ""

    os.kill(record.process.pid, record.facts["signal"])
    try:
        return _wait(answer, seconds, "its stack, if it could be had, is above")
    except DumpNotFound:
        with suppress(OSError):  # else a later kill would be taken for a stop, which leaves such a text as well
            descriptor = os.open(record.path, os.O_WRONLY | os.O_APPEND)
            os.write(descriptor, b"told: stack\n")
            os.close(descriptor)
        raise


def _by_remote_exec(pid: int, seconds: float) -> str:
    if not hasattr(sys, "remote_exec"):
        raise DumpNotFound(f"process {pid} does not take snapshots", ASK)
    folder = Path(tempfile.mkdtemp(prefix="tibidi-snap-"))
    script, answer = folder / "script.py", folder / "answer"
    ours = str(Path(__file__).resolve().parents[2])
    script.write_text(SCRIPT.format(ours=ours, answer=str(answer)), encoding="utf-8")
    if os.path.exists("/proc/self") and not os.geteuid():  # root asks processes of others, which must read the script
        owner = [int(_status(pid, f"{kind}id:")[1]) for kind in "UG"]
        for each in (folder, script):
            os.chown(each, *owner)
    try:
        sys.remote_exec(pid, script)  # type: ignore[attr-defined,unused-ignore]  # from Python 3.14 on
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    text = _wait(lambda: answer.read_text() if answer.exists() else "", seconds, "TIBIDI_SNAPSHOT_SIGNAL wakes it")
    shutil.rmtree(folder, ignore_errors=True)  # without an answer it stays: the process may run the script later
    return text


def _status(pid: int, name: str) -> list[str]:
    """Return what /proc says about a process under a name."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return next(line for line in file if line.startswith(name)).split()[1:]


def _wait(answer: Callable[[], str], seconds: float, hint: str) -> str:
    deadline = time.monotonic() + seconds
    while not (text := answer()):
        if time.monotonic() > deadline:
            reason = f"no dump for {seconds:g} s: its main thread runs no Python code, or the dump takes longer"
            raise DumpNotFound(reason, f"{hint}; see --wait")
        time.sleep(0.05)
    return text
