"""A dump in the crash directory, and how many of them may stay."""

from __future__ import annotations

from tibidi.process.records import NamedTuple

SECONDS_PER_DAY = 86_400


class Entry(NamedTuple):
    """A dump in the directory; `time` is the one in its name, `changed` that of the file."""

    path: str
    name: str
    program: str
    pid: int
    number: int
    time: str
    changed: float
    size: int
    partial: bool

    @property
    def age(self) -> tuple[str, float, int]:
        """What sorts the oldest first."""
        return self.time, self.changed, self.number


class Limits(NamedTuple):
    """How many dumps, how many bytes and which age may stay; None is no limit."""

    keep: int | None = None
    keep_bytes: int | None = None
    keep_days: float | None = None

    def allow(self, count: int, size: int) -> bool:
        """Say whether so many dumps of so many bytes may stay."""
        if self.keep is not None and count > self.keep:
            return False
        return self.keep_bytes is None or size <= self.keep_bytes

    def allow_age(self, seconds: float) -> bool:
        """Say whether a dump of this age may stay."""
        return self.keep_days is None or seconds <= self.keep_days * SECONDS_PER_DAY
