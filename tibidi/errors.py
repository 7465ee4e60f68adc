"""The errors that tibidi raises on purpose: one root, and leaves that say what to do next."""

from __future__ import annotations


class TibidiError(Exception):
    """The root of every error that tibidi raises on purpose.

    `hint` is the next thing to do, in one sentence or as a command to type;
    `exit_code` is the exit status of a command that it ends.
    """

    exit_code = 2
    default_hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = self.default_hint if hint is None else hint


class DumpFailed(TibidiError):
    """A dump could not be written; older dumps are unchanged."""

    default_hint = "set TIBIDI_DEBUG=1 to see why in detail"


class DumpNotFound(TibidiError):
    """There is no dump of that name or path, or none at all."""

    exit_code = 1
    default_hint = "list the dumps with: python -m tibidi list"


class NotADump(TibidiError):
    """The file is not a dump of tibidi."""

    default_hint = "dumps are ZIP archives that begin with summary.json; list yours with: python -m tibidi list"


class DamagedDump(TibidiError):
    """The file is a dump, but too little of it is intact to open."""

    default_hint = "have the file sent again, in binary mode"


class NewerFormat(TibidiError):
    """The dump has a newer format than this version of tibidi can read."""

    default_hint = "upgrade tibidi on this machine"


class BadSetting(TibidiError, ValueError):
    """A setting was given a value that it cannot take; it keeps the one that it had."""

    default_hint = "see what each setting takes with: help(tibidi.config)"


class UnknownSetting(BadSetting, AttributeError):
    """There is no setting of this name."""
