"""The keys of services that are known by their beginnings."""

from __future__ import annotations

import pytest

from tibidi.redaction import suspicion
from tibidi.redaction.keys import key_at, kinds
from tibidi.redaction.learnt import Learnt
from tibidi.redaction.scanning import Searched
from tibidi.redaction.texts import find


def test_beginnings_are_looked_for() -> None:
    """The quick search looks for what the table has, and for nothing else."""
    beginnings = {kind.beginning.encode() for kind in kinds()}

    assert not [each for each in beginnings if not suspicion.STARTS & {each[:2], each[:3]}]
    assert not [start for start in suspicion.STARTS if not any(each.startswith(start) for each in beginnings)]


@pytest.mark.parametrize(
    "key",
    [
        "glrt-" + "a1B2" * 5,
        "xapp-1-A012-34567-" + "ab12" * 8,
        "hvs." + "CAES1abcd" * 10,
        "dop_v1_" + "ab12" * 16,
        "dapi" + "ab12" * 8,
        "shpat_" + "ab12" * 8,
        "glsa_" + "aB12" * 8 + "_0123abcd",
        "AGE-SECRET-KEY-1" + "QPZR" * 14 + "QP",
        "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs",
        "123456789:AAF" + "aB3-" * 8,
        "v1.0-" + "ab12" * 6 + "-" + "ab12" * 36,
    ],
)
def test_keys(key: str) -> None:
    """A key is found wherever it stands: alone, quoted, in a URL, after an escape, in a pickle."""
    for text in (key, f"got {key!r}", f"https://example.org/?x={key}", f"a\\n{key}"):
        assert [key] == [text[found.start : found.end] for found in find(text)]
    for data in (key.encode(), b"\x8c" + bytes([len(key)]) + key.encode() + b"\x94"):
        assert Searched().suspects(b"plain words " * 500 + data + b" and more" * 500, b"\x94", Learnt())


@pytest.mark.parametrize(
    "word", ["npm_config_cache_directory_of_user", "key-of-something-that-is-long", "api_organisation_of_the_thing"]
)
def test_words(word: str) -> None:
    """An identifier that begins like a key is none."""
    assert key_at(word, 0) is None
