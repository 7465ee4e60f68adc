"""Dumps of this machine -> a store: each once, under a name that its content gives it.

So an interrupted push can be repeated, and several processes may push the same dumps.  What was pushed is noted in the
folder of the dumps, where retention deletes it first.
"""

from __future__ import annotations

import errno
import os
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from typing import NamedTuple

from tibidi.dumpfile.headline import Headline, headline_of, peek_or_nothing
from tibidi.dumpfile.reader import Reader, opened, whole_of
from tibidi.dumpfile.sealing import seal
from tibidi.dumpfile.writer import Archive
from tibidi.errors import DumpNotFound, NotADump
from tibidi.process.texts import unix_path
from tibidi.store import remote
from tibidi.store.keys import read_key
from tibidi.store.retention import PUSHED, ledger
from tibidi.store.target import program_name
from tibidi.tools.scrub import Rules, scrub

WORKERS = 8
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
LASTING = {errno.EEXIST, errno.ENOENT, errno.ENOTDIR, errno.EROFS}  # of a folder; no pause changes that
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0  # seconds before another attempt


class Pusher(NamedTuple):
    """Pushes dumps to a store, scrubbed and sealed if asked for; at most `limit` per hour of each fingerprint."""

    store: remote.Folder | remote.Objects
    rules: Rules = Rules()
    seal_to: Sequence[str] = ()
    limit: int = 0
    attempts: int = 8

    def push(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Push what was not pushed to this store before; yield each path and what went wrong, or ""."""
        with ThreadPoolExecutor(WORKERS) as pool:
            yield from pool.map(self._push, self._wanted(paths))

    def _wanted(self, paths: Iterable[str]) -> Iterator[str]:
        known: dict[str, set[str]] = {}
        counts: Counter[tuple[str, str]] = Counter()
        for path in paths:
            folder, name = os.path.split(os.path.abspath(path))
            # A file that is no dump is a problem later, and the others go on; a pipe could block for ever.
            headline = peek_or_nothing(path) if os.path.isfile(path) else Headline()
            group = headline.fingerprint, headline.time[: len("2026-11-22T21")]
            counts[group] += 1
            if folder not in known:
                known[folder] = set(ledger(folder))
            # Earlier versions noted no size and time.
            lines = {f"{self.store.url} {_stamp(path)} {name}", f"{self.store.url} {name}"}
            is_known = not lines.isdisjoint(known[folder])
            if not is_known and not 0 < self.limit < counts[group]:
                yield path

    def _push(self, path: str) -> tuple[str, str]:
        try:
            stamp = _stamp(path)
            with opened(path) as file:
                data = whole_of(file, path)
            key = remote.key_of(name_of(path, data))
            if self.seal_to or self.rules != Rules():
                with Reader(path) as reader:
                    data = self._changed(reader, data)
            self._put(key, data)
            folder, name = os.path.split(os.path.abspath(path))
            with open(os.path.join(folder, PUSHED), "a", encoding="utf-8") as file:
                file.write(f"{self.store.url} {stamp} {name}\n")
        except (DumpNotFound, NotADump) as error:
            return path, str(error)
        except Exception as error:  # noqa: BLE001 - of an object store, for example; the other dumps go on
            return path, f"{type(error).__name__}: {str(error).partition(chr(10))[0][:300]}"
        return path, ""

    def _changed(self, reader: Reader, data: bytes) -> bytes:
        """Return a dump as it is pushed: without what the rules name, and sealed if there are keys."""
        is_whole = self.rules == Rules()
        if reader.is_sealed and is_whole:
            return data
        plain = reader.whole() if is_whole else BytesIO()
        summary = reader.summary if is_whole else scrub(reader, self.rules, Archive(plain), read_key())
        return seal(plain, summary, self.seal_to, read_key()) if self.seal_to else plain.getvalue()

    def _put(self, key: str, data: bytes) -> None:
        """Put an object, with growing pauses between attempts."""
        for attempt in range(1, self.attempts + 1):
            try:
                self.store.put(key, data)
                return
            except Exception as error:
                if attempt == self.attempts or isinstance(error, PermissionError) or _errno(error) in LASTING:
                    raise
            pause = min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE)
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - a thousand machines must not retry at once


def _errno(error: Exception) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _stamp(path: str) -> str:
    """Return what a file that replaces a dump, such as `traceback.pkl`, does not have in common with it."""
    try:
        status = os.stat(path)
    except OSError:  # it is told of when it is read
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"


def name_of(path: str, data: bytes) -> str:
    """Return the name of a dump in a store: time, program, process, and the beginning of the digest of its content."""
    headline = headline_of(BytesIO(data), path)
    if not re.match(TIME, headline.time):  # the name is a path, and the file is not trusted
        raise NotADump(f"not a dump: {path} has the time {headline.time[:40]!r}")
    moment = headline.time[:19].replace("-", "").replace(":", "")
    program = program_name(unix_path(headline.program))
    return f"{moment}Z-{program}-{headline.pid}-{sha256(data).hexdigest()[:16]}.pkl"
