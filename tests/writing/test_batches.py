"""Many frames are written in batches, and are the same as if each was written alone."""

from __future__ import annotations

import sys
import threading
import time
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import pytest

import tibidi.writing
from tibidi.dumpfile.headline import note_of
from tibidi.dumpfile.members import scan
from tibidi.dumpfile.small import STORED_BYTES, deflated

if TYPE_CHECKING:
    from collections.abc import Callable

COUNT = 150
SECRET = "tr0ub4dor&three"


def locals_of(number: int) -> str:
    """Return the path of the variables of a frame."""
    return f"exceptions[0].frames[{number}].locals"


def chain(**at: Any) -> list[dict[str, Any]]:
    """Return frames of which each shares an object with the one before; `f50` is a further variable of one."""
    objects = [{"number": n} for n in range(COUNT + 1)]
    frames: list[dict[str, Any]] = [{"mine": objects[n + 1], "theirs": [objects[n]]} for n in range(COUNT)]
    for name, value in at.items():
        frames[int(name[1:])]["more"] = value
    return frames


def is_whole(values: dict[str, Any]) -> bool:
    """Return True if the objects of a chain are there, and are shared."""
    frames = [values[locals_of(n)] for n in range(COUNT)]
    shared = all(before["mine"] is after["theirs"][0] for before, after in zip(frames, frames[1:]))
    return shared and all(frame["mine"] == {"number": n + 1} for n, frame in enumerate(frames))


class Raising:
    """Raises when it is reduced."""

    def __reduce_ex__(self, protocol: int) -> Any:
        raise ValueError("no")


class RaisingItems(dict):
    """Raises in the C code that iterates over it."""

    def items(self) -> Any:
        """Yield one item and raise."""
        yield "a", 1
        raise ValueError("no")

    def __reduce__(self) -> Any:
        return type(self), (), None, None, self.items()


class Sleepy:
    """Takes two minutes to reduce."""

    def __getstate__(self) -> Any:
        time.sleep(120)
        return {}


class SleepyItems(dict):
    """Never yields its second item, which is noticed without knowing what hangs."""

    def items(self) -> Any:
        """Yield one item and hang."""
        yield "a", 1
        time.sleep(120)

    def __reduce__(self) -> Any:
        return type(self), (), None, None, self.items()


def test_identity(round_trip: Any) -> None:
    """Objects that frames share are one object again, across batches, and nothing is missing."""
    loaded = round_trip(*chain())

    assert is_whole(loaded.values)
    assert [] == loaded.omissions


def test_each_member_tells_the_size_of_the_memo(round_trip: Any) -> None:
    """The header of each member has the size of the memo before it, as if it was written alone."""
    file, _ = round_trip.write(*chain())
    members, _ = scan(file, len(file.getvalue()))
    memos = [note_of(member.extra).get("memo") for member in members][1:]

    # A path, the tuple of the paths, the variables, two names once, an object with a name once, a list, all of it.
    assert 9 < memos[1] - memos[0]
    assert {memos[2] - memos[1]} == {after - before for before, after in zip(memos[1:], memos[2:])}
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None


BAD: dict[str, Callable[[], Any]] = {
    "large": lambda: [str(n) * 50 for n in range(5_000)],
    "many objects": lambda: [[n] for n in range(50_000)],
    "bytes": lambda: bytes(1 << 20),
    "deep": lambda: nested(2_000),
}


def nested(levels: int) -> Any:
    """Return lists in lists."""
    value: Any = []
    for _ in range(levels):
        value = [value]
    return value


def depth(value: Any) -> int:
    """Return how many lists there are around an empty one."""
    count = 0
    while value:
        (value,) = value
        count += 1
    return count


@pytest.mark.parametrize("kind", BAD)
def test_a_difficult_value(round_trip: Any, kind: str) -> None:
    """A value that is too much for a batch is whole, and so are the frames around it."""
    value = BAD[kind]()
    loaded = round_trip(*chain(f40=value, f41=value, f120=value))
    found = [loaded.values[locals_of(n)]["more"] for n in (40, 41, 120)]

    assert is_whole(loaded.values)
    assert [] == loaded.omissions
    assert found[0] is found[1] is found[2] or kind == "bytes"
    assert (depth(found[0]) == depth(value)) if kind == "deep" else (found[0] == value)


@pytest.mark.parametrize("bad", [Raising, RaisingItems])
def test_a_bad_value(round_trip: Any, bad: type) -> None:
    """A value that raises costs a stand-in with the path of its frame."""
    loaded = round_trip(*chain(f40=[bad()], f90=[bad()]))

    assert is_whole(loaded.values)
    assert {f"{locals_of(n)}['more'][0]": "failed" for n in (40, 90)} == loaded.reasons()


@pytest.mark.parametrize("bad", [Sleepy, SleepyItems])
def test_a_value_that_hangs(round_trip: Any, bad: type) -> None:
    """A value that hangs costs a stand-in, and no other frame of its batch."""
    round_trip.seconds = 8
    before = threading.active_count()
    loaded = round_trip(*chain(f40=[bad()]))

    assert is_whole(loaded.values)
    assert {"timeout"} == set(loaded.reasons().values())
    assert [path for path in loaded.reasons() if path.startswith(locals_of(40))] == [*loaded.reasons()]
    assert loaded.complete
    assert before == threading.active_count()


HOLDERS: dict[str, Callable[[], Any]] = {
    "key": lambda: {"deep": [{"password": SECRET}]},
    "text": lambda: f"postgres://bob:{SECRET}@db/shop",
    "repr": lambda: repr({"user": "bob", "password": SECRET}),
}


@pytest.mark.parametrize("kind", HOLDERS)
def test_no_secret_in_a_batch(round_trip: Any, kind: str) -> None:
    """Secrets in several frames of a batch are redacted, and nothing else is."""
    file, outcome = round_trip.write(*chain(f40=HOLDERS[kind](), f43=HOLDERS[kind](), f99=HOLDERS[kind]()))
    members, _ = scan(file, len(file.getvalue()))
    with zipfile.ZipFile(file) as archive:
        written = b"".join(archive.read(member.name) for member in members)
    loaded = round_trip(*chain(f40=HOLDERS[kind](), f43=HOLDERS[kind](), f99=HOLDERS[kind]()))

    assert SECRET.encode() not in written
    assert is_whole(loaded.values)
    assert {"redacted"} == {each.reason for each in outcome.omissions}
    assert 3 == len(outcome.omissions)


def test_a_secret_variable_in_each_frame(round_trip: Any) -> None:
    """A variable with the name of a secret is a piece of its own, in frames far out as well."""
    frames = [{**frame, "password": f"{SECRET}{n}"} for n, frame in enumerate(chain())]
    loaded = round_trip(*frames)

    assert SECRET not in repr(loaded.values)
    assert COUNT == len(loaded.omissions)


def test_no_memory_for_batches(round_trip: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without memory to load the module, the frames are written one by one."""

    class NoMemory:
        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            if name == "tibidi.writing.batches":
                raise MemoryError

    monkeypatch.delitem(sys.modules, "tibidi.writing.batches", raising=False)
    monkeypatch.delattr(tibidi.writing, "batches", raising=False)
    monkeypatch.setattr(sys, "meta_path", [NoMemory(), *sys.meta_path])
    loaded = round_trip(*chain())

    assert is_whole(loaded.values)
    assert [] == loaded.omissions


@pytest.mark.parametrize("size", [0, 1, STORED_BYTES - 1, STORED_BYTES, 4_000, 60_000])
def test_little_data(size: int) -> None:
    """Little data is stored or deflated with small tables, and any inflater reads it."""
    data = bytes(n % 251 for n in range(size))

    assert data == zlib.decompress(deflated(data), -zlib.MAX_WBITS)
