"""The records of dead processes become dumps; a record is locked while it is judged, and gone afterwards."""

from __future__ import annotations

import re
import sys
from _thread import allocate_lock

import tibidi
from tibidi import TYPE_CHECKING, config, model
from tibidi.culprit import OwnCode
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.partial import SUFFIX, PartialFile
from tibidi.dumpfile.writer import Archive, source_name
from tibidi.life import stacks
from tibidi.life.record import ENDED_BY, SLACK_SECONDS, Record, is_locked, records
from tibidi.process import os, read_file, time
from tibidi.process.digest import sha256
from tibidi.process.interpreter import platform
from tibidi.process.texts import iso_time
from tibidi.redaction import Redactor
from tibidi.store.directory import SECONDS_PER_DAY, STOPPED_FOLDER, CrashDirectory, unlink
from tibidi.store.keys import read_or_make_key
from tibidi.store.target import new_path
from tibidi.store.user_directories import is_mine

if TYPE_CHECKING:
    from tibidi.model import ThreadRecord

    Threads = tuple[ThreadRecord, ...]

# What faulthandler calls the signals (Modules/faulthandler.c).
SIGNALS = {
    **{"Segmentation fault": "native SIGSEGV", "Bus error": "native SIGBUS", "Illegal instruction": "native SIGILL"},
    **{"Floating point exception": "native SIGFPE", "Floating-point exception": "native SIGFPE", "Aborted": "abort"},
}
# Signals by which a parent has seen its child end that had another faulthandler.
NATIVE_SIGNALS = {"SIGABRT": "abort", **{name: f"native {name}" for name in ("SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE")}}
FATAL = re.compile(r"^Fatal Python error: (.*)$", re.MULTILINE)
ENDED = re.compile(rf"^{ENDED_BY}(SIG\w+)$", re.MULTILINE)
EXITED = re.compile(r"^(os\._exit\(.*\))$", re.MULTILINE)
HANG = re.compile(r"^Timeout \((.*)\)!$", re.MULTILINE)
STOPPED = re.compile(r"^Stack \(most recent|^ended$", re.MULTILINE)
OF_APPLICATION = "faulthandler: enabled by the application"
STOPS_OF_APPLICATION = "faulthandler: has a signal that stops the application"
UNKNOWN = "killed or stopped"  # the title of what only `list --all` shows, for a day
_lock = allocate_lock()
CGROUPS = "/sys/fs/cgroup/"
STACKS_ELSEWHERE = "the stacks are where the application's own faulthandler writes"
NO_VARIABLES = "a process that dies so leaves none"


def judge(folder: str) -> None:
    """Make dumps of the records of dead processes in a folder, and remove those records."""
    own = getattr(sys.modules.get("tibidi_autoinstall"), "_record", None)
    for path in records(folder):
        if own is None or os.path.basename(path) != os.path.basename(own[1]):
            judge_one(path)
    for entry in CrashDirectory(os.path.join(folder, STOPPED_FOLDER)).entries():
        if time.time() - entry.changed > SECONDS_PER_DAY:
            unlink(entry.path)


def judge_one(path: str) -> None:
    """Make a dump of a process that is dead, or hangs, or of its child that C code forked: that has no own record."""
    try:
        with _lock:  # the lock of a file is that of a process
            if not is_mine(os.lstat(path)) or _was_never_written(path):
                return
            record = Record(path)
            if record.is_dead():
                record = Record(path)  # now that nothing more is written
            elif not HANG.search(record.text) and not _is_of_a_child(record):
                return
            _replace_by_dump(record)
    except Exception:  # gone, or not a record
        if config.debug:
            raise


def _is_of_a_child(record: Record) -> bool:
    """Return True if a process lives on after the text of a fatal signal: it is that of a child."""
    return bool(FATAL.search(record.text)) and time.time() - record.ended > SLACK_SECONDS


def _was_never_written(path: str) -> bool:
    """Return True for the record of a process that was ended before it had written its line; remove that file."""
    status = os.lstat(path)
    is_empty = status.st_size == 0
    if is_empty and time.time() - status.st_mtime > SLACK_SECONDS and not is_locked(path):
        unlink(path)
    return is_empty


def _replace_by_dump(record: Record) -> None:
    """Replace the record of a dead process by a dump; for one that hangs, make a dump and name it in the record."""
    descriptor = os.open(record.path, os.O_RDWR | os.O_APPEND)
    is_dead = record.is_dead()
    try:
        if hasattr(os, "lockf"):
            os.lockf(descriptor, os.F_TLOCK, 0 if is_dead else 1)  # the process itself locks what follows its line
        status = os.fstat(descriptor)
        if status.st_nlink and (is_dead or status.st_mtime == record.ended):  # else another process was faster
            kind, reason = verdict(record)
            path = _write(record, kind, reason) if kind else ""
            if is_dead:
                unlink(record.path)
            else:
                os.write(descriptor, f"told: hang {path}\n".encode("utf-8", "replace"))
    finally:
        os.close(descriptor)


def verdict(record: Record) -> tuple[str, str]:
    """Return the kind of the dump of a dead process, and the reason; "" where there was no crash."""
    fatal, exited, hang, ended = (pattern.search(record.text) for pattern in (FATAL, EXITED, HANG, ENDED))
    if (exited or (fatal and fatal[1] == "Aborted")) and _is_dumped(record):
        return "", ""
    if fatal:
        child = "" if record.is_dead() else f"; {record.process.pid} goes on: perhaps in a child that C code forked"
        return model.NATIVE, f"{SIGNALS.get(fatal[1], 'native')}: {fatal[1]}{child}{_core_of(record)}"
    if ended and ended[1] in NATIVE_SIGNALS:
        return model.NATIVE, f"{NATIVE_SIGNALS[ended[1]]}: {STACKS_ELSEWHERE}{_core_of(record)}"
    if exited:
        return model.EXIT, f"exit: {exited[1]}"
    if hang and not record.is_dead():
        return model.SNAPSHOT, f"hang: no Python code ran for {hang[1]}, so the stacks have no variables"
    if STOPPED.search(record.text) or (record.told.startswith("hang") and not record.text):
        return "", ""  # by a service manager, or its dump was made when it hung
    return model.KILLED, _killed(record, f"it had not moved for {hang[1]}, " if hang else "")


def _is_dumped(record: Record) -> bool:
    """Return True if an exception was dumped just before the process ended: PyQt aborts, others call os._exit()."""
    entries = CrashDirectory(os.path.dirname(record.path)).entries()
    seconds = [record.ended - each.changed for each in entries if each.pid == record.process.pid]
    return any(0 <= each < SLACK_SECONDS for each in seconds)


def _killed(record: Record, before: str) -> str:
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(record.begun))
    file, count = record.facts["memory"] or ("", 0)
    try:
        events = read_file(file if file.startswith(CGROUPS) else "")
        kills = int(events.rpartition(b"oom_kill ")[2].split()[0]) - count
    except (OSError, ValueError, IndexError):
        kills, before = 0, f"perhaps for memory, as its cgroup is gone, {before}" if file else before
    if kills > 0:
        killed = "a process" if kills == 1 else f"{kills} processes"
        return f"killed: out of memory, {before}the kernel has killed {killed} of its cgroup; started {when} UTC"
    if record.is_of_an_earlier_boot:
        before += "with its machine or container, "
    if not ENDED.search(record.text) and (not record.facts["stops"] or STOPS_OF_APPLICATION in record.all_text):
        return f"{UNKNOWN}: {before}started {when} UTC"
    return f"killed: {before}by {_killer(record)}; started {when} UTC{_core_of(record)}"


def _killer(record: Record) -> str:
    """Return what may have ended a process of which no end by Python and no fatal signal is known."""
    ended = ENDED.search(record.text)
    if ended:
        return ended[1]
    if not record.facts["faulthandler"] or OF_APPLICATION in record.all_text:
        return f"SIGKILL or another signal, a power cut, code in C, or a crash there: then {STACKS_ELSEWHERE}"
    return "SIGKILL or another signal, a power cut, or code in C"


def _write(record: Record, kind: str, reason: str) -> str:
    redactor = Redactor(config.redact_names, os.environ, config.redact)
    text = redactor.text(record.text)
    threads = stacks.threads(text)
    texts = stacks.sources(threads)
    threads = tuple([stacks.placed(thread, texts) for thread in threads])
    summary = _summary(record, kind, reason, redactor, threads)
    folder = os.path.dirname(record.path)
    if reason.startswith(UNKNOWN):
        folder = os.path.join(folder, STOPPED_FOLDER)
        os.makedirs(folder, 0o700, exist_ok=True)
    path = new_path(folder, "".join(summary.process.argv[:1]), record.ended, record.process.pid)
    unlink(record.path + SUFFIX)  # of a process that was ended while it made this dump
    partial = PartialFile(path, record.path + SUFFIX)
    try:
        archive = Archive(partial.file)
        if config.seal_to:
            from tibidi.dumpfile.sealing import Vault

            archive = Vault(archive, summary, config.seal_to)
        archive.add(fmt.SUMMARY, encode.summary_json(summary), encode.headline(summary))
        archive.add(fmt.TRACEBACK, text.encode("utf-8", "backslashreplace"))
        names: set[str] = set()
        for file, source in texts.items():
            archive.add(source_name(file, names), source.encode("utf-8", "surrogatepass"), {"file": file})
        archive.add(fmt.INDEX, encode.dumps(encode.index_to_json(model.Index(complete=True))))
        key = read_or_make_key() if record.is_of_this_boot else None  # anybody may have written that of another boot
        archive.finish(key)
        partial.publish(replace=False)
    except BaseException:
        partial.discard()
        raise
    CrashDirectory(folder).add(path)
    return path


def _summary(record: Record, kind: str, reason: str, redactor: Redactor, threads: Threads) -> model.Summary:
    moment = iso_time(int(record.ended * 1e9))
    process = record.process._replace(argv=tuple(map(redactor.text, record.process.argv)), platform=platform())
    missing = (model.Omission("values", model.UNAVAILABLE, NO_VARIABLES),)
    summary = model.Summary(tibidi.__version__, moment, process, threads=threads, omissions=missing)
    return summary._replace(fingerprint=_fingerprint(record, reason, threads), kind=kind, reason=reason)


def _fingerprint(record: Record, reason: str, threads: Threads) -> str:
    """Return the digest of what happened and the innermost own frame; without frames, of the program."""
    own = OwnCode(record.process)
    frames = threads[0].frames if threads else ()
    frame = next(filter(own.has, reversed(frames)), frames[-1] if frames else None)
    place = f"{os.path.basename(frame.file)} {frame.name}" if frame else "".join(record.process.argv[:1])
    return sha256(f"{reason.partition(':')[0]} {place}".encode("utf-8", "replace")).hexdigest()[:16]


def _core_of(record: Record) -> str:
    """Return where the core file is (core(5)) and what reads it, for the end of a reason; "" if there is none."""
    pid, python = record.process.pid, record.process.executable
    try:
        pattern = os.fsdecode(read_file("/proc/sys/kernel/core_pattern")).strip()
        if "systemd-coredump" in pattern and f".{pid}." in "".join(os.listdir("/var/lib/systemd/coredump")):
            return f"; coredumpctl debug {pid}"
        path = os.path.join(record.process.cwd, pattern.replace("%p", str(pid)).replace("%e", "python"))
        for core in (f"{path}.{pid}", path):
            if os.path.isfile(core) and os.stat(core).st_mtime >= record.begun:
                folders = [*os.environ.get("PATH", "").split(os.pathsep), os.path.dirname(python)]
                is_there = any(os.access(os.path.join(folder, "pystack"), os.X_OK) for folder in folders)
                return f"; core file {core}" + is_there * f": pystack core --locals {core} {python}"
    except OSError:
        pass
    return ""
