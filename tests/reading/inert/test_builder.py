"""Keys and items are hashed in bounded time, whatever a pickle does to make them collide."""

from __future__ import annotations

import io
import pickle
import time

import pytest
from hostile import catalogue
from hostile import forging

from tibidi.errors import DamagedDump
from tibidi.reading.inert.screen import Budget
from tibidi.reading.inert.unpickler import InertUnpickler

COLLIDING = catalogue.colliding(range(40_000))


@pytest.mark.parametrize(
    "value",
    [
        pickle.EMPTY_DICT + catalogue.colliding(range(40_000), pickle.NONE) + pickle.SETITEMS,
        pickle.EMPTY_SET + COLLIDING + pickle.ADDITEMS,
        COLLIDING + pickle.FROZENSET,
        forging.name("tibidi", "_keys") + COLLIDING + pickle.TUPLE + pickle.TUPLE1 + pickle.REDUCE,
    ],
    ids=["dict", "set", "frozenset", "view"],
)
def test_many_colliding_keys_at_once(value: bytes) -> None:
    """Keys that come in one batch and all have the same hash end when the time is up, not when all are compared."""
    began = time.thread_time()
    reader = InertUnpickler(io.BytesIO(forging.variables(x=value)), namespace={}.setdefault, budget=Budget(seconds=0.3))

    with pytest.raises(DamagedDump, match=r"more than 0\.3 s to read"):
        reader.load()
    assert time.thread_time() - began < 3
