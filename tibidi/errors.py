"""The errors that tibidi raises on purpose: one root, and leaves that say what to do next."""

from __future__ import annotations


class TibidiError(Exception):
    """The root of every error that tibidi raises on purpose.

    `hint` is the next thing to do, in one sentence or as a command to type;
    `exit_code` is the exit status of a command that it ends.

    >>> try:
    ...     tibidi.load("missing.pkl")
    ... except tibidi.TibidiError as error:
    ...     type(error).__name__, error.hint
    ('DumpNotFound', 'list the dumps with: python -m tibidi list')
    """

    exit_code = 2
    default_hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = self.default_hint if hint is None else hint


class DumpFailed(TibidiError):
    """A dump could not be written; older dumps are unchanged.

    >>> tibidi.dump_exception(ValueError(), "missing/crash.pkl")
    Traceback (most recent call last):
    tibidi.errors.DumpFailed: ...
    """

    default_hint = "set TIBIDI_DEBUG=1 to see why in detail"


class DumpNotFound(TibidiError):
    """There is no dump of that name or path, or none at all.

    >>> tibidi.load("missing.pkl")
    Traceback (most recent call last):
    tibidi.errors.DumpNotFound: ...
    """

    exit_code = 1
    default_hint = "list the dumps with: python -m tibidi list"


class NotADump(TibidiError):
    """The file is not a dump of tibidi.

    >>> tibidi.load("divide.py")
    Traceback (most recent call last):
    tibidi.errors.NotADump: ...
    """

    default_hint = "dumps are ZIP archives that begin with summary.json; list yours with: python -m tibidi list"


class DamagedDump(TibidiError):
    """The file is a dump, but too little of it is intact to open."""

    default_hint = "have the file sent again, in binary mode"


class NewerFormat(TibidiError):
    """The dump has a newer format than this version of tibidi can read."""

    default_hint = "upgrade tibidi on this machine"


class BadSetting(TibidiError, ValueError):
    """A setting was given a value that it cannot take; it keeps the one that it had.

    >>> tibidi.configure(max_bytes="lots")
    Traceback (most recent call last):
    tibidi.errors.BadSetting: ...
    """

    default_hint = "see what each setting takes with: help(tibidi.config)"


class UnknownSetting(BadSetting, AttributeError):
    """There is no setting of this name."""
