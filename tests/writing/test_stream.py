"""tibidi.writing.stream: the sink keeps limits, scans for secrets and rolls back; the budget is divided."""

from __future__ import annotations

import io
import os
import pickle
import threading
import time
import zipfile
from typing import Any

import pytest

from tibidi.dumpfile import small
from tibidi.dumpfile.writer import Archive
from tibidi.process.temporary import Abandoned
from tibidi.redaction import Redactor
from tibidi.writing.stream import (
    CHUNK_BYTES,
    LARGE_PART,
    LARGE_PART_BESIDE_OTHERS,
    SMALL_BYTES,
    SMALL_PART,
    SMALL_ROOT_BYTES,
    Budget,
    DiskRefused,
    OutOfTime,
    SecretName,
    SecretValue,
    Sink,
    Slice,
    TooLarge,
    TooLate,
)

SECRET = "ghp_" + "a1B2c3D4e5" * 4


def sink(seconds: float = 10.0, redactor: Redactor | None = None, file: Any = None) -> Sink:
    """Return a sink of a real archive."""
    return Sink(Archive(file or io.BytesIO()), time.monotonic() + seconds, redactor or Redactor())


def later(seconds: float, size: int = 1 << 20) -> Slice:
    """Return a slice that ends in so many seconds."""
    return Slice(size, time.monotonic() + seconds)


def limited(size: int) -> tuple[Sink, Archive]:
    """Return a sink with an open member that may use so many bytes, and its archive."""
    out = sink(60)
    out.begin("values/0000.pkl", later(60, size))
    return out, out._target


def write_random(out: Sink, size: int) -> None:
    """Write so much data that cannot be compressed."""
    for _ in range(size // 1_000):
        out.write(os.urandom(1_000))


def test_too_large() -> None:
    """Data beyond the slice is refused, compressible data only once it is on disk."""
    out = sink()
    out.begin("values/0000.pkl", later(10, size=10_000))
    out.write(b"x" * 100_000)

    with pytest.raises(TooLarge):
        write_random(out, 100_000)


@pytest.mark.parametrize("wrap", [bytes, pickle.PickleBuffer])
def test_too_large_is_noticed_early(wrap: type) -> None:
    """If data far beyond the limit is written in one call, little more than the limit reaches the disk."""
    limit = 2 << 20
    out, archive = limited(limit)

    with pytest.raises(TooLarge):
        out.write(wrap(os.urandom(1 << 20) * 31 + bytes(1 << 20)))  # all of it could be zeros
    assert limit < archive.size < limit + 2 * CHUNK_BYTES


@pytest.mark.parametrize("wrap", [bytes, pickle.PickleBuffer])
def test_noise_that_is_twice_too_large_is_not_written(wrap: type) -> None:
    """Nothing of data that does not compress is written if it is more than twice as large as the limit."""
    limit = 2 << 20
    out, archive = limited(limit)
    before = archive.size

    with pytest.raises(TooLarge):
        out.write(wrap(os.urandom(1 << 20) * 5))
    assert before == archive.size
    out.write(wrap(os.urandom(1 << 10) * 30_000))  # repetitions that deflate finds
    assert before + (1 << 10) < archive.size < limit


def test_data_that_cannot_fit_is_not_written() -> None:
    """Data that is too large however well it is compressed never reaches the archive."""
    file = io.BytesIO()
    out = sink(file=file)
    out.begin("values/0000.pkl", later(10, size=100))
    before = file.tell()

    with pytest.raises(TooLarge):
        out.write(bytes(10 << 20))
    assert before == file.tell()


def test_time() -> None:
    """After the time of its slice a piece is too late, after the deadline the dump is over."""
    late, over = sink(), sink(seconds=-1.0)
    late.begin("values/0000.pkl", later(-1.0))
    over.begin("values/0000.pkl", later(-1.0))

    with pytest.raises(TooLate):
        late.write(b"data")
    with pytest.raises(OutOfTime):
        over.write(b"data")


def test_scan() -> None:
    """Names and values of secrets are found where they are looked for, and only there."""
    name, value = pickle.dumps({"password": 1}), pickle.dumps(f"token {SECRET}")
    out = sink()
    out.begin("values/0000.pkl")
    out.write(name)
    out.write(value)
    out.scans_names = out.scans_values = True

    with pytest.raises(SecretName):
        out.write(name)
    with pytest.raises(SecretValue):
        out.write(value)
    out.write(pickle.PickleBuffer(value))


def test_abandoned() -> None:
    """Neither a thread that is not the owner can write, nor one without an open member."""
    out = sink()
    with pytest.raises(Abandoned):
        out.write(b"data")
    out.begin("values/0000.pkl")
    refused = []

    def use() -> None:
        for call in (out.rollback, lambda: out.begin("values/0001.pkl"), lambda: out.write(b"data")):
            try:
                call()
            except Abandoned:
                refused.append(call)

    worker = threading.Thread(target=use)
    worker.start()
    worker.join()

    assert len(refused) == 3
    assert out.write(b"data") == 4


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_fork() -> None:
    """A child of fork() writes nothing into the file of its parent."""
    out = sink()
    out.begin("values/0000.pkl")
    child = os.fork()
    if not child:
        try:
            out.write(b"data")
        except Abandoned:
            os._exit(7)
        os._exit(0)

    assert 7 == os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class FullDisk(io.BytesIO):
    """A file on a disk that is full after some bytes."""

    def write(self, data: Any, /) -> int:
        """Write, or raise."""
        if self.tell() > 1_000:
            raise OSError(28, "No space left on device")
        return super().write(data)


def test_disk() -> None:
    """An error of the disk is told from an OSError of application code."""
    out = sink(file=FullDisk())
    out.begin("values/0000.pkl")

    with pytest.raises(DiskRefused) as caught:
        write_random(out, 1_000_000)
    assert isinstance(caught.value.__cause__, OSError)


def test_rollback() -> None:
    """A member that is rolled back leaves neither bytes nor a count."""
    file = io.BytesIO()
    out = sink(file=file)
    out.begin("values/0000.pkl")
    out.write(b"kept")
    out.end()
    size, total = len(file.getvalue()), out.total
    out.begin("values/0001.pkl")
    out.write(os.urandom(100_000))
    out.rollback()
    out.rollback()

    assert (size, 4) == (file.tell(), total)
    assert total == out.total


def test_budget() -> None:
    """A small piece gets little, a large one a part of what is left, and pieces in the queue keep some space."""
    deadline = time.monotonic() + 100
    budget = Budget(Archive(io.BytesIO()), 1 << 20, deadline)
    small, large = budget.slice(0, is_large=False), budget.slice(0, is_large=True)
    beside_others = budget.slice(10, is_large=True)

    assert SMALL_BYTES == small.raw_bytes
    assert int((1 << 20) * LARGE_PART) == large.bytes
    assert int(((1 << 20) - 10 * SMALL_ROOT_BYTES) * LARGE_PART) == beside_others.bytes
    assert 100 * (1 - SMALL_PART) == pytest.approx(deadline - small.until, abs=2)
    assert 100 * (1 - LARGE_PART) == pytest.approx(deadline - large.until, abs=2)
    assert 100 * (1 - LARGE_PART_BESIDE_OTHERS) == pytest.approx(deadline - beside_others.until, abs=2)


def test_budget_that_is_used_up() -> None:
    """Members reserve space for their entries at the end; when all is used there is none left, and never less."""
    budget = Budget(Archive(io.BytesIO()), 1_000, time.monotonic() + 100)
    first = budget.slice(0, is_large=True).bytes
    budget.count_member()

    assert budget.slice(0, is_large=True).bytes < first
    for _ in range(10):
        budget.count_member()
    assert 0 == budget.slice(3, is_large=True).bytes


def test_taken_back() -> None:
    """What an abandoned thread has reserved or written behind the first members is removed, and it writes no more."""
    file = io.BytesIO()
    out = sink(file=file)
    archive = out._target
    archive.add("values/0000.pkl", b"first")
    small.append(archive, [("values/0001.pkl", b"second", 5)])
    end = archive.size
    archive.add("values/0002.pkl", b"third")
    out.begin("values/0003.pkl")

    assert out.take_back(2)
    assert end == archive.size == len(file.getvalue())
    for change in (lambda: out.write(b"late"), out.end, lambda: out.begin("values/0002.pkl")):
        with pytest.raises(Abandoned):
            change()
    archive.add("values/index.json", b"{}")
    archive.finish(None)
    with zipfile.ZipFile(file) as read:
        assert ["values/0000.pkl", "values/0001.pkl", "values/index.json"] == read.namelist()
        assert read.testzip() is None


def test_taken_back_from_a_thread_in_a_write() -> None:
    """The thread ends the write that it is in; where a disk holds it, nobody waits for long."""
    out = sink()
    archive = out._target
    archive.lock.acquire()
    threading.Timer(0.1, archive.lock.release).start()
    assert not out.take_back(0)

    held = archive.lock
    held.acquire()
    begin = time.monotonic()
    assert not out.take_back(0)
    assert time.monotonic() - begin < 10
    assert archive.lock is not held
