"""A crashing process -> a file: `write()`, the one that knows every stage of writing.

Strategy
--------
The summary is written first, without running application code (pass one,
`tibidi.capture`), then the values, where application code may run (pass two,
`tibidi.writing`).  Each stage after the summary is shielded: a failure in it
becomes an omission, and the next stage goes on.  Only where not even the
summary could be written is DumpFailed raised.  One deadline holds for all
stages, and one thread writes a dump at a time.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager

from tibidi import TYPE_CHECKING, config
from tibidi.capture.roots import Roots
from tibidi.capture.sources import sources as sources_of
from tibidi.capture.stacks import survey
from tibidi.capture.summary import describe
from tibidi.capture.text import traceback_text
from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.writer import Archive, source_name
from tibidi.errors import DumpFailed
from tibidi.look.anatomy import error_text
from tibidi.model import FAILED, REDACTED, TOO_LARGE, UNAVAILABLE, Index, Omission
from tibidi.process import os
from tibidi.process.interpreter import has_handler_raised
from tibidi.process.temporary import call
from tibidi.redaction import Redactor
from tibidi.store.keys import read_or_make_key
from tibidi.store.target import CrashTarget, NamedTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from threading import Thread

    from tibidi.look.frames import LiveCrash
    from tibidi.process.watch import Watch

# Why a dump has no values.
NO_ROOM = TOO_LARGE, "the disk is nearly full: only the summary was written"
UNSURE = FAILED, "not written, since the search for secrets failed"
ELSEWHERE = () if sys.implementation.name == "cpython" else (UNAVAILABLE, "only CPython has the pickler for them")
# Share of the size of a dump that is kept free for its end: index, signature, central directory.
INDEX_SHARE = 1 / 16
# Share of the size that sources may take.
SOURCES_SHARE = 1 / 4
# ENOSPC, and EDQUOT on Linux and on macOS; EROFS, EIO and ESTALE of a file system that fails; EPERM, ENOENT and EACCES
# of a directory that is taken away meanwhile: another directory may do.
UNUSABLE = (28, 122, 69, 30, 5, 116, 70, 1, 2, 13)
# The file system of the key may not answer.
MAX_KEY_SECONDS = 1.0

# Signal handlers raise these to end a program.
INTERRUPTS = (KeyboardInterrupt, SystemExit)


def write(
    exc: BaseException | None,
    filename: str | None,
    watch: Watch,
    thread: Thread | None = None,
    crash: LiveCrash | None = None,
) -> tuple[str, BaseException | None]:
    """Dump `exc` until the deadline of `watch`; `thread` crashed, by default the one that waits.

    Return the path of the dump, and what a signal handler raised while values were written: Ctrl-C, or a request to
    stop a service.  Then the remaining values are left out, and the caller must raise it.  Raises DumpFailed when there
    is no dump, and what a signal handler raised before there was one.  The caller holds `dump_lock` and
    `dump_settings`.
    """
    try:
        crash = survey(exc, thread, watch, crash)
        if filename is None:
            return _write_somewhere(crash, watch)
        return _Dumping(crash, watch).write_to(NamedTarget(filename))
    except DumpFailed:
        raise
    except Exception as error:
        if config.debug or has_handler_raised(error):
            raise
        raise DumpFailed(_reason(error)) from error


def _write_somewhere(crash: LiveCrash, watch: Watch) -> tuple[str, BaseException | None]:
    """Write the dump to the first crash directory that has room."""
    refused: dict[str, str] = {}
    while True:
        dumping = _Dumping(crash, watch)
        target = CrashTarget(refused, crash.test.name(dumping.redactor) if crash.test else "")
        try:
            return dumping.write_to(target)
        except OSError as error:
            if error.errno not in UNUSABLE:
                raise
            target.refuse(error)


class _Dumping:
    """A dump in the making."""

    def __init__(self, crash: LiveCrash, watch: Watch) -> None:
        self._crash = crash
        self._watch = watch
        hook = config.redact
        if config.environment == "none":
            from tibidi.redaction.concealing import withholding  # few processes

            hook = withholding(os.environ, hook)
        self.redactor = Redactor(config.redact_names, os.environ, hook)
        self._omissions: list[Omission] = []
        self.interrupt: BaseException | None = None

    def write_to(self, target: NamedTarget | CrashTarget) -> tuple[str, BaseException | None]:
        """Write the dump and give it its name, and return what `write` does; leave no file behind when that fails."""
        try:
            self._write(Archive(target.partial.file), stingy=target.is_short_of_space())
            try:
                target.publish()
            except (*INTERRUPTS, Exception) as error:
                if not isinstance(error, INTERRUPTS) and not has_handler_raised(error):
                    raise
                self.interrupt = error  # the dump is finished: keep it
                target.publish()
        except BaseException:
            target.partial.discard()
            raise
        return target.path, self.interrupt

    def _write(self, archive: Archive, *, stingy: bool) -> None:
        summary = describe(self._crash, self.redactor, deadline=self._watch.deadline)
        if config.seal_to:
            from tibidi.dumpfile.sealing import Vault

            archive = vault = Vault(archive, summary, config.seal_to)
            stingy = stingy or bool(vault.problem)
        archive.add(fmt.SUMMARY, encode.summary_json(summary), encode.headline(summary))
        sources = self._read_sources()
        with self._shielded("traceback"):
            text = traceback_text(summary, sources, self._crash, self.redactor.text)
            archive.add(fmt.TRACEBACK, text.encode("utf-8", "backslashreplace"))
        why_none = NO_ROOM if stingy else UNSURE if self.redactor.is_unsure else ELSEWHERE
        if why_none:
            self._omit("values", *why_none)
        if not stingy:
            self._write_sources(archive, sources)
        index = Index(complete=True) if why_none else self._write_values(archive)
        if self.redactor.hook_failure:
            self._omit("config.redact", REDACTED, f"{self.redactor.hook_failure}: what it raises for is redacted")
        with self._shielded("values"):
            omissions = (*index.omissions, *self._omissions)
            archive.add(fmt.INDEX, encode.dumps(encode.index_to_json(index._replace(omissions=omissions))))
            self._report(omissions)
        with self._shielded("signature"):
            archive.finish(_key())

    def _read_sources(self) -> dict[str, str]:
        """Return the text of every file on a captured stack that can be read."""
        sources: dict[str, str] = {}
        with self._shielded("sources"):
            for file, source, missing in sources_of(self._crash):
                if source:
                    sources[file] = source
                if missing:
                    self._omit(f"sources[{file!r}]", TOO_LARGE if source else UNAVAILABLE, missing)
        return sources

    def _write_sources(self, archive: Archive, sources: dict[str, str]) -> None:
        """Write each text, as far as they fit."""
        room = config.max_bytes * SOURCES_SHARE
        names: set[str] = set()
        for file, text in sources.items():
            path = f"sources[{file!r}]"
            with self._shielded(path), archive.open(source_name(file, names), {"file": file}) as stream:
                stream.write(text.encode("utf-8", "surrogatepass"))
                if archive.size > room:
                    stream.rollback()
                    self._omit(path, TOO_LARGE, f"sources may take {room:.0f} bytes")

    def _write_values(self, archive: Archive) -> Index:
        index = Index()
        with self._shielded("values"):
            from tibidi.writing.values import write_values

            roots = Roots(self._crash)
            index = Index(globals=roots.globals)
            outcome = write_values(
                roots,
                archive,
                deadline=self._watch.deadline,
                max_bytes=int(config.max_bytes * (1 - INDEX_SHARE)),
                redactor=self.redactor,
                islegal=config.islegal,
                debug=config.debug,
                on_wait=self._watch.check,
            )
            members = {name: tuple(paths) for name, paths in outcome.members}
            index = Index(outcome.complete, members, roots.globals, tuple(outcome.omissions))
            self.interrupt = outcome.interrupt
        return index

    @contextmanager
    def _shielded(self, path: str) -> Iterator[None]:
        """Turn a failure inside into an omission, so that the rest of the dump is written."""
        try:
            yield
        except Exception as error:
            if config.debug or has_handler_raised(error):
                raise
            self._omit(path, FAILED, _reason(error))

    def _omit(self, path: str, reason: str, detail: str) -> None:
        self._omissions.append(Omission(path, reason, self.redactor.text(detail)))

    def _report(self, omissions: Iterable[Omission]) -> None:
        """With `config.debug`, print what could not be captured."""
        if config.debug and sys.stderr is not None:
            for omission in omissions:
                sys.stderr.write(f"tibidi: {omission.path}: {omission.reason}: {omission.detail}\n")


def _key() -> bytes | None:
    try:
        return call(read_or_make_key, MAX_KEY_SECONDS)
    except TimeoutError:
        return None


def _reason(error: BaseException) -> str:
    """Return in one line what went wrong, without running application code."""
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        place = f": {error.filename}" if error.filename else ""
        return f"{error.strerror or type(error).__name__}{place}"
    return error_text(error)
