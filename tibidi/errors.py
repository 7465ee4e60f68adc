"""What can go wrong, told to a person: one root, leaves that say what to do next."""

from __future__ import annotations


class TibidiError(Exception):
    """The root of every error that tibidi raises on purpose.

    `hint` is the next thing to do, in one sentence or as a command to type;
    `exit_code` is the status with which a command of ours ends because of it.
    """

    exit_code = 2
    default_hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = self.default_hint if hint is None else hint


class DumpFailed(TibidiError):
    """A dump could not be written; older dumps are as they were."""

    default_hint = "set TIBIDI_DEBUG=1 to see why in detail"


class DumpNotFound(TibidiError):
    """There is no dump at the place that was named, or none at all."""

    exit_code = 1
    default_hint = "see what there is with: python -m tibidi list"


class NotADump(TibidiError):
    """The file is something else than a dump of tibidi."""

    default_hint = "dumps are ZIP archives that begin with summary.json; see what there is with: python -m tibidi list"


class DamagedDump(TibidiError):
    """The file was a dump, and too little of it is left to open."""

    default_hint = "ask for the file again, sent as binary"


class NewerFormat(TibidiError):
    """The dump was written by a later tibidi, in a format this one cannot read."""

    default_hint = "upgrade tibidi here to open it"


class BadSetting(TibidiError, ValueError):
    """A setting was given a value that it cannot take; it keeps the one that it had."""

    default_hint = "see what each setting takes with: help(tibidi.config)"


class UnknownSetting(BadSetting, AttributeError):
    """There is no setting of this name."""
