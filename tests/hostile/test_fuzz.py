"""Fuzz for some seconds; `scripts/fuzz` does the same for as long as you like."""

from __future__ import annotations

import os

import hypothesis
from hostile import fuzzing
from hostile.forging import START
from hypothesis import strategies as st

EXAMPLES = int(os.environ.get("TIBIDI_FUZZ_EXAMPLES", "1500"))
patient = hypothesis.settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize="TIBIDI_FUZZ_EXAMPLES" not in os.environ,  # what is found by chance, scripts/fuzz finds
    suppress_health_check=list(hypothesis.HealthCheck),
)
FILES = max(1, EXAMPLES // 5)  # a file takes much longer than a pickle, and test_damage flips bits all over one


@patient
@hypothesis.given(st.lists(st.sampled_from(fuzzing.PIECES), max_size=40))
def test_opcodes(pieces: list[bytes]) -> None:
    """Any sequence of opcodes, names and values is a value that prints, or an error of ours."""
    fuzzing.check_pickle(START + b"".join(pieces) + b".")


@patient
@hypothesis.given(st.sampled_from(fuzzing.CORPUS), st.integers(min_value=0), st.binary(max_size=8), st.booleans())
def test_broken_pickles(data: bytes, place: int, patch: bytes, keep: bool) -> None:
    """Hostile pickles with other bytes somewhere are still harmless."""
    place %= len(data) + 1
    fuzzing.check_pickle(data[:place] + patch + data[place + (0 if keep else len(patch)) :])


@hypothesis.settings(patient, max_examples=FILES)
@hypothesis.given(st.integers(min_value=0), st.binary(max_size=8), st.booleans())
def test_broken_dumps(place: int, patch: bytes, keep: bool) -> None:
    """Dumps with other bytes somewhere open, or end in an error of ours with a hint."""
    data = fuzzing.DUMP
    place %= len(data) + 1
    fuzzing.check_dump(data[:place] + patch + data[place + (0 if keep else len(patch)) :])
