"""tibidi.writing.stream: what picklers write to keeps within its limits."""

from __future__ import annotations

import io
import os
import time
from pickle import PickleBuffer

import pytest

from tibidi.dumpfile.writer import Archive
from tibidi.redaction import Redactor
from tibidi.writing.stream import SLICE_BYTES
from tibidi.writing.stream import Share
from tibidi.writing.stream import Sink
from tibidi.writing.stream import TooLarge


@pytest.mark.parametrize("wrap", [bytes, PickleBuffer])
def test_too_large_is_noticed_early(wrap: type) -> None:
    """Of data far beyond the limit, written in one call, little more than the limit reaches the disk."""
    archive = Archive(io.BytesIO())
    limit, deadline = 2 << 20, time.monotonic() + 60
    sink = Sink(archive, deadline, Redactor())
    sink.begin("values/0000.pkl", Share(limit, deadline))

    with pytest.raises(TooLarge):
        sink.write(wrap(os.urandom(1 << 20) * 32))
    assert limit < archive.size < limit + 2 * SLICE_BYTES
