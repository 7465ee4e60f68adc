"""A process ends within the time limit of a dump, whatever its values do."""

from __future__ import annotations

import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import tibidi

if TYPE_CHECKING:
    import crashing

pytestmark = pytest.mark.ends

SECONDS = 3
# What the interpreter, the hook and the slowest machine need beside the dump; what hangs would take two minutes.
MARGIN = 20


def crash_in_time(crash: crashing.Crasher, how: str, where: str) -> Any:
    """Crash the program that hangs; return the dump, loaded."""
    started = time.monotonic()
    result = crash("hang_values.py", how, where, env={"TIBIDI_MAX_SECONDS": str(SECONDS)})
    assert time.monotonic() - started < SECONDS + MARGIN
    assert int(where in {"main", "threadless"}) == result.status, result.stderr
    return tibidi.load(result.dump, trust=True)


@pytest.mark.parametrize("where", ["main", "thread", "exit", "threadless"])
@pytest.mark.parametrize("how", ["sleep", "loop", "lock"])
def test_a_value_that_hangs(crash: crashing.Crasher, how: str, where: str) -> None:
    """It is marked as timed out, and everything else is there.

    That holds in the main thread, in others, at exit, and where no thread can
    be started any more.
    """
    dump = crash_in_time(crash, how, where)
    frame = dump.exceptions[-1][-1]

    assert [1, 2, 3] == frame["before"]
    assert frame["before"] is frame["after"] is frame["value"]["good"]
    assert "timed out" in repr(frame["value"]["bad"])
    assert "timeout" in {omission.reason for omission in dump.omissions}


def test_the_last_exception_is_printed(crash: crashing.Crasher) -> None:
    """An exception that ends the process has all of the time, though the interpreter prints it as a library would."""
    result = crash("slow_value.py", env={"TIBIDI_LOGGING": "ERROR"})

    assert tibidi.load(result.dump, trust=True).exceptions[-1][-1]["value"].done


def test_nothing_goes_on_running(crash: crashing.Crasher) -> None:
    """If the process goes on, an abandoned worker uses no CPU."""
    result = crash("hang_living.py", env={"TIBIDI_MAX_SECONDS": "1"})

    assert 0 == result.status, result.stderr
    assert float(result.stdout) < 0.5


def test_the_archive_at_the_deadline(crash: crashing.Crasher) -> None:
    """A dump that runs out of time between two values has all its members where its directory says, and an index."""
    settings = {"TIBIDI_LOGGING": "ERROR", "TIBIDI_MAX_SECONDS": "0.15", "TIBIDI_KEEP": "100"}
    result = crash("slow_many.py", env=settings, timeout=180)  # a starved dump takes two seconds more
    assert 0 == result.status, result.stderr

    assert len(result.dumps) > 20
    for path in result.dumps:
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None
            assert "values/index.json" in archive.namelist()
