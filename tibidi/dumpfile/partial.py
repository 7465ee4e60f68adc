"""A private file that appears under its name only when it is finished.

It is written as `<name>.partial`, which a killed process leaves behind, then flushed to the disk and renamed.  An
existing file is replaced by a finished one or not at all.
"""

from __future__ import annotations

from tibidi.process import io, os

SUFFIX = ".partial"
PRIVATE = 0o600
MAX_TRIES = 100
# O_NOFOLLOW and O_CLOEXEC where the platform has them; O_BINARY is Windows'.
FLAGS = sum(getattr(os, f"O_{name}", 0) for name in ("RDWR", "CREAT", "EXCL", "NOFOLLOW", "CLOEXEC", "BINARY"))


class PartialFile:
    """A file being written beside its final name, `path`.

    Raises OSError if the partial file cannot be created, FileExistsError if there is one already.
    """

    def __init__(self, path: str, partial: str | None = None) -> None:
        self.path = path
        self.partial = partial or path + SUFFIX
        descriptor = os.open(self.partial, FLAGS, PRIVATE)
        # Unbuffered: written data is in the kernel if the process is killed.
        self.file = io.FileIO(descriptor, "r+")
        if hasattr(os, "fchmod"):
            os.fchmod(descriptor, PRIVATE)  # regardless of the umask

    @classmethod
    def beside(cls, path: str) -> PartialFile:
        """Create `<path>.<pid>.partial`, with a number if taken: in a container, a killed process had the same pid.

        Raises FileExistsError if `path` is a folder, a pipe or a device: root would replace /dev/null.
        """
        if os.path.exists(path) and not os.path.isfile(path):
            raise FileExistsError(17, "Not a regular file", path)
        stem, number = f"{path}.{os.getpid()}", 1
        while True:
            try:
                return cls(path, stem + SUFFIX)
            except OSError as error:
                number += 1
                if number == MAX_TRIES or not isinstance(error, FileExistsError):
                    error.filename = path  # the user does not know the partial file
                    raise
                stem = f"{path}.{os.getpid()}-{number}"

    def publish(self, *, replace: bool) -> None:
        """Give the finished file its final name.

        With `replace`, an existing file is replaced atomically; without,
        FileExistsError is raised and the partial file stays.
        """
        if not self.file.closed:  # else this is a retry after an interruption
            os.fsync(self.file.fileno())
            self.file.close()
        if replace:
            os.replace(self.partial, self.path)
            return
        try:
            os.link(self.partial, self.path)  # unlike rename, never replaces
        except (OSError, AttributeError):
            # Without hard links there is a small race left; names contain time and pid.
            if os.path.lexists(self.path):
                raise FileExistsError(17, os.strerror(17), self.path) from None
            os.rename(self.partial, self.path)
        else:
            os.unlink(self.partial)

    def discard(self) -> None:
        """Remove the partial file if possible; a file with the final name is left alone."""
        try:
            self.file.close()
            os.unlink(self.partial)
        except OSError:
            pass  # the caller reports its own error


def write_file(path: str, data: bytes, *, replace: bool = True) -> None:
    """Write a private file, which appears when it is whole; without `replace`, FileExistsError may be raised."""
    partial = PartialFile.beside(path)
    try:
        view = memoryview(data)
        while view:  # on a full disk, a call writes what fits; only the next one raises
            view = view[partial.file.write(view) :]
        partial.publish(replace=replace)
    except BaseException:
        partial.discard()
        raise
