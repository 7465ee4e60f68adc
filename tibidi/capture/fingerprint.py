"""Crashes of one kind have one fingerprint, on every machine and in every release that did not move the code."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import os
from tibidi.process.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tibidi.model import ExceptionRecord

LENGTH = 16  # hexadecimal digits
INNERMOST = 30  # frames; a recursion is one kind of crash however deep it went


def fingerprint(exceptions: Iterable[ExceptionRecord]) -> str:
    """Return the digest of the types of the exceptions and of the places that they came through.

    Of a place count the module, the file's own name and the function; not
    the line, the message or the folder, which differ between two crashes of
    one kind.
    """
    digest = sha256()
    for record in exceptions:
        digest.update(f"{record.relation} {record.type}\n".encode("utf-8", "replace"))
        before = ""
        for frame in record.frames[-INNERMOST:]:
            place = f"{frame.module} {os.path.basename(frame.file)} {frame.qualname}\n"
            if place != before:
                digest.update(place.encode("utf-8", "replace"))
            before = place
    return digest.hexdigest()[:LENGTH]
