"""Classes whose finalizers delete files of the working directory."""

import io
import os


def touch(path):
    with open(path, "w") as file:
        file.write("bait")


class PidFile:
    """Owns a file, and is part of a cycle."""

    def __init__(self, path):
        touch(path)
        self.path, self.me = path, [self]

    def __del__(self):
        os.unlink(self.path)


class Slotted:
    """An object that the garbage collector does not know."""

    __slots__ = ()

    def __init__(self):
        touch("slotted.pid")

    def __del__(self):
        os.unlink("slotted.pid")


class Stream(io.RawIOBase):
    """A file object that its base in C closes in the end."""

    def __init__(self, path):
        touch(path)
        self.path = path

    def close(self):
        os.unlink(self.path)


class Fails(PidFile):
    """Rebuilding it raises when it has its attributes already."""

    def __init__(self, path, fail=False):
        self.path, self.me = path, [self]
        if fail:
            raise RuntimeError("cannot be rebuilt")
        super().__init__(path)

    def __reduce__(self):
        return Fails, (self.path, True)


class Refuses(PidFile):
    """Its state is refused when it is set already."""

    def __setstate__(self, state):
        self.__dict__.update(state)
        raise RuntimeError("refused")


class Wrong(PidFile):
    """Rebuilding it raises before any of its code runs."""

    path = "wrong.pid"

    def __reduce__(self):
        return Wrong, (1, 2, 3)


class Opener:
    """Rebuilding it would empty a file."""

    def __init__(self):
        touch("opened")

    def __reduce__(self):
        return open, ("opened", "w")
