"""The fingerprint of a crash: the same for identical crashes on every machine, as long as the code does not move."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.process import os
from tibidi.process.digest import sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tibidi.model import ExceptionRecord

LENGTH = 16  # hexadecimal digits
INNERMOST = 30  # frames; a recursion is the same crash whatever its depth


def fingerprint(exceptions: Iterable[ExceptionRecord]) -> str:
    """Return the digest of the types of the exceptions and of the places in their tracebacks.

    A place is a module, the base name of a file and a function; not the line,
    the message or the directory, which differ between identical crashes.
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
