"""Try out the values of an untrusted dump in a throwaway process, under limits of time, memory and depth.

A pickle of a few kilobytes can take any amount of each within one step of C code: a set of numbers with one hash takes
hours, a tuple in a tuple in a tuple overflows the stack when it is hashed.  So each pickle is read in a child process
first, and only what the child survived is read here: the same bytes, from memory.

The child gets the bytes through a pipe and answers each pickle with one line.  Whatever else it does (it hangs, dies,
answers nonsense), the pickle is refused.  If that was the end of the child, the next one begins with the pickles that
were read before, so that both have the same objects in their memos.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading

from tibidi import config
from tibidi.errors import DamagedDump
from tibidi.model import DAMAGED, TIMEOUT, TOO_DEEP, TOO_LARGE, UNAVAILABLE
from tibidi.process.hints import Any
from tibidi.reading.inert import GO_ON, HEADER
from tibidi.reading.inert.repr import clean

MIB = 1 << 20
# Processor time for one pickle: reading a million plain values takes a second, a slow machine takes five times as long.
MIN_SECONDS = 3.0
BYTES_PER_SECOND = 500_000
# Memory for one process: a byte of a pickle rarely takes more than 40 in memory, and there is the interpreter.
MIN_MEMORY_BYTES = 512 * MIB
MEMORY_RATIO = 64
# The defaults of TIBIDI_READ_SECONDS and TIBIDI_READ_BYTES.
MAX_SECONDS = 120.0
MAX_MEMORY_BYTES = 4 << 30
MEMBER_PART = 8  # of that memory, the largest pickle
# A process that gets no processor time is waited for so much longer than its time.
PATIENCE = 4
# After so many processes that ended early the rest of the dump is refused.
MAX_CHILDREN = 4
MAX_KEPT_BYTES = 512 * MIB
MAX_ANSWER_BYTES = 500

OK = b"ok\n"
START = "import sys; sys.path.insert(0, sys.argv[1]); from tibidi.reading.inert.child import main; main()"
# The timer of the child, and the limit that an administrator may have set.
TIME_IS_UP = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGXCPU")} - {0}
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
HINT = "if you know where the file comes from, open it live (--live, trust=True): it is then read without limits"
HINT_SECONDS = f"give it more time: TIBIDI_READ_SECONDS=600; or, {HINT}"
HINT_BYTES = f"allow it more memory: TIBIDI_READ_BYTES=16G; or, {HINT}"

# Processes whose pipes another process holds: closing them would block.
ABANDONED: list[subprocess.Popen[bytes]] = []


class Refused(DamagedDump):
    """The values were not read: they exceed a limit, which is the `reason` of the omission, or could not be tried."""

    def __init__(self, message: str, hint: str = HINT, reason: str = DAMAGED) -> None:
        super().__init__(message, hint)
        self.reason = reason


class Fuse:
    """Tries the pickles of one dump in turn, in a process that is started at once and ended by `end`."""

    def __init__(self) -> None:
        self._tried: list[tuple[bytes, int]] = []
        self._kept = 0
        self._left = MAX_CHILDREN
        self._child: Child | None = None
        self._problem = ""  # why no process can be started
        self._start()

    def end(self) -> None:
        """End the process, if there is one."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def tried(self, file: Any, count: int = GO_ON) -> bytes:
        """Return the content of `file`, which can be read here; raise Refused with the reason if it cannot.

        `count` is the size of the memo before it, needed if not everything before it was read.
        """
        room = config.read_bytes // MEMBER_PART
        data: bytes = file.read(room + 1)
        if len(data) > room:
            raise Refused(f"more than {room // MIB} MiB in one pickle", HINT_BYTES, TOO_LARGE)
        if self._child is None:
            self._restart()
        self._try(data, count)
        self._kept += len(data)
        if self._kept <= MAX_KEPT_BYTES:
            self._tried.append((data, count))
        return data

    def _restart(self) -> None:
        if not self._problem and (self._left <= 0 or self._kept > MAX_KEPT_BYTES):
            raise Refused("too many of its values exceeded a limit")
        if not self._problem:
            self._start()
        for each in self._tried:
            self._try(*each)

    def _start(self) -> None:
        self._left -= 1
        try:
            self._child = Child()
        except (OSError, ValueError, RuntimeError) as error:  # no processes, no memory, no interpreter
            self._problem = f"{type(error).__name__}: {error}"

    def _try(self, data: bytes, count: int) -> None:
        if self._child is None:
            raise Refused(f"no process can be started to try untrusted values in: {self._problem}", reason=UNAVAILABLE)
        try:
            self._child.read(data, count, *limits(len(data)))
        except Refused:
            self.end()
            raise


def limits(size: int) -> tuple[float, int]:
    """Return the seconds and the bytes that a pickle of `size` bytes may take; raised limits apply to any size."""
    seconds, memory = MIN_SECONDS + size / BYTES_PER_SECOND, MIN_MEMORY_BYTES + size * MEMORY_RATIO
    return (
        config.read_seconds if config.read_seconds > MAX_SECONDS else min(config.read_seconds, seconds),
        config.read_bytes if config.read_bytes > MAX_MEMORY_BYTES else min(config.read_bytes, memory),
    )


class Child:
    """The process that reads; raises OSError, ValueError or RuntimeError if it cannot be started."""

    def __init__(self) -> None:
        if not sys.executable or getattr(sys, "frozen", False):
            raise ValueError("this program is not a Python interpreter")
        if sys.implementation.name != "cpython":  # its unpickler in C takes the values apart
            raise ValueError(f"only CPython reads values, this is {sys.implementation.name}")
        pipe = subprocess.PIPE
        # Isolated: no site, no variables and no working directory can add code to it.
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, with the module `child`
            [sys.executable, "-I", "-S", "-c", START, ROOT],
            bufsize=0, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        self._thread: threading.Thread | None = None

    def read(self, data: bytes, count: int, seconds: float, memory: int) -> None:
        """Have the process read `data`; raise Refused if it does not, within the limits."""
        answers: list[bytes] = []
        # Daemon threads can be abandoned; a pipe that nobody reads blocks for ever.
        arguments = (HEADER.pack(len(data), count, seconds, memory), data, answers)
        self._thread = thread = threading.Thread(target=self._exchange, args=arguments, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            message = f"no thread can be started to try untrusted values in: {error}"
            raise Refused(message, reason=UNAVAILABLE) from None
        thread.join(seconds if os.name == "nt" else PATIENCE * seconds)
        if thread.is_alive() or answers[:1] != [OK]:
            raise self._refusal(None if thread.is_alive() else b"".join(answers), seconds, memory)

    def end(self) -> None:
        """End the process, and those that it may have started."""
        with contextlib.suppress(OSError):
            self._process.kill() if os.name == "nt" else os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(PATIENCE)
        if self._thread is None or not self._thread.is_alive():  # else another process holds the pipe
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]  # both are pipes
        else:
            ABANDONED.append(self._process)

    def _exchange(self, header: bytes, data: bytes, answers: list[bytes]) -> None:
        stdin: Any = self._process.stdin
        stdout: Any = self._process.stdout
        try:
            for part in (header, data):
                rest = memoryview(part)
                while rest:
                    rest = rest[stdin.write(rest) :]
            answers.append(stdout.readline(MAX_ANSWER_BYTES))
        except (OSError, ValueError):  # the process has ended, or the pipe was closed
            pass

    def _refusal(self, answer: bytes | None, seconds: float, memory: int) -> Refused:
        kind, _, words = (answer or b"").decode("utf-8", "replace").strip().partition(" ")
        if kind == "memory":
            return Refused(f"its values take more than {memory // MIB} MiB of memory", HINT_BYTES, TOO_LARGE)
        if kind in {"refused", "deep"}:
            return Refused(clean(words), reason=TOO_DEEP if kind == "deep" else DAMAGED)
        try:
            status = None if answer is None else self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            return Refused("the process that tries untrusted values gives no answer that makes sense")
        if status is None or status in TIME_IS_UP:
            return Refused(f"its values take more than {seconds:.3g} s to read", HINT_SECONDS, TIMEOUT)
        how = f"signal {-status}" if status < 0 else f"status {status}"
        return Refused(f"the process that tried its values ended with {how}")
