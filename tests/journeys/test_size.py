"""A dump keeps to its limit on disk and in memory, and keeps the small values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import tibidi

if TYPE_CHECKING:
    import crashing

pytestmark = pytest.mark.once


@pytest.mark.parametrize(("max_bytes", "megabytes"), [("1M", 25), ("64M", 200)])
def test_far_too_much_data(crash: crashing.Crasher, max_bytes: str, megabytes: int) -> None:
    """Small values of all frames are kept, large ones are cut to stand-ins with length, shape, head and tail."""
    result = crash("big_values.py", str(megabytes), env={"TIBIDI_MAX_BYTES": max_bytes, "TIBIDI_MAX_SECONDS": "30"})
    dump = tibidi.load(result.dump, trust=True)
    frame = dump.exceptions[-1][-1]

    assert result.dump.stat().st_size <= int(max_bytes[:-1]) << 20
    assert ({"a": [1, 2]}, "still here") == (frame["small"], dump.exceptions[-1][-2]["also_small"])
    assert "holder" == frame["holder"]["name"]
    assert megabytes << 20 == frame["noise"].facts["length"]
    assert "too large" in {omission.reason for omission in dump.omissions}
    if max_bytes == "1M":
        assert (15_000 * megabytes, [0, 1, 2, 3, 4]) == (
            frame["numbers"].facts["length"],
            frame["numbers"].facts["head"],
        )
    if max_bytes == "1M" and "table" in frame:
        assert ((5_000 * megabytes, 2), "float64") == (
            frame["table"].facts["shape"],
            frame["table"].facts["dtype"]["x"],
        )
        assert [0, 1, 2, 3, 4] == list(frame["table"].head()["n"])
    if "array" in frame:
        assert ((80_000 * megabytes,), "float64") == (frame["array"].facts["shape"], frame["array"].facts["dtype"])
        assert 5 == len(frame["array"].facts["tail"])


def test_memory_at_the_peak(crash: crashing.Crasher) -> None:
    """A dump takes less than one and a half times the memory of one call of cloudpickle."""
    peaks = {}
    for how in ("plain", "ours"):
        result = crash("big_peak.py", how)
        assert 0 == result.status, result.stderr
        peaks[how] = int(result.stdout)

    assert peaks["ours"] < 1.5 * peaks["plain"]


def test_out_of_memory(crash: crashing.Crasher) -> None:
    """A crash out of memory keeps small values, and does not mix them up."""
    result = crash("big_starved.py")
    dump = tibidi.load(result.dump, trust=True)
    frame = dump.exceptions[-1][-1]

    assert "MemoryError" in result.stderr
    assert {"a": [1, 2]} == frame["small"]
    assert frame["small"] is dump.exceptions[-1][-2]["outer_small"]
    assert frame["Thing"].__name__ == "Thing"
    assert "Thing" in frame.globals
