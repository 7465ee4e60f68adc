"""A private file that appears under its name only when it is finished.

Written as `<name>.partial`, which a process that is killed leaves behind;
flushed to the disk, then renamed.  A file that stood there before is replaced
by a finished one or not at all.
"""

from __future__ import annotations

from tibidi.process import io
from tibidi.process import os

SUFFIX = ".partial"
PRIVATE = 0o600
MAX_TRIES = 100
# O_NOFOLLOW and O_CLOEXEC where the platform has them; O_BINARY is Windows'.
FLAGS = (
    os.O_RDWR
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


class PartialFile:
    """A file being written beside the place where it is to be.

    `path` is the final name.  Raises OSError when the partial file can't be
    made, FileExistsError among them when somebody else is writing it.
    """

    def __init__(self, path: str, partial: str | None = None) -> None:
        self.path = path
        self.partial = partial or path + SUFFIX
        descriptor = os.open(self.partial, FLAGS, PRIVATE)
        # Unbuffered: what is written is in the kernel's hands when a kill comes.
        self.file = io.FileIO(descriptor, "r+")
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, PRIVATE)  # whatever the umask says

    @classmethod
    def beside(cls, path: str) -> PartialFile:
        """Begin `<path>.<pid>.partial`, or one with a number: in a container, one that was killed had the same pid."""
        stem = f"{path}.{os.getpid()}"
        for number in range(2, MAX_TRIES):
            try:
                return cls(path, stem + SUFFIX)
            except FileExistsError:
                stem = f"{path}.{os.getpid()}-{number}"
        return cls(path, stem + SUFFIX)

    def publish(self, *, replace: bool) -> None:
        """Put the finished file in its place.

        With `replace`, what stands there is replaced atomically; without,
        FileExistsError is raised and the partial file stays.
        """
        if not self.file.closed:  # else this is another try, after an interruption
            os.fsync(self.file.fileno())
            self.file.close()
        if replace:
            os.replace(self.partial, self.path)
        else:
            self._publish_new()

    def discard(self) -> None:
        """Remove the partial file if it can be; what stands in its place is untouched."""
        try:
            self.file.close()
            os.unlink(self.partial)
        except OSError:
            pass  # what made us give up is what has to be told

    def _publish_new(self) -> None:
        try:
            os.link(self.partial, self.path)  # unlike rename, never replaces
        except FileExistsError:
            raise
        except (OSError, AttributeError):
            # No hard links here: a small race is left, and names hold time and pid.
            if os.path.lexists(self.path):
                raise FileExistsError(17, os.strerror(17), self.path) from None
            os.rename(self.partial, self.path)
        else:
            os.unlink(self.partial)
