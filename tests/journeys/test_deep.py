"""Structures that are nested very deep are kept as deep as the interpreter can go, and cost nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tibidi

if TYPE_CHECKING:
    import crashing


def test_very_deep_values(crash: crashing.Crasher) -> None:
    """Lists and chains of objects 100,000 deep are kept to some depth, with a mark where they are cut."""
    result = crash("deep_values.py", "100000", env={"TIBIDI_MAX_SECONDS": "30"})
    dump = tibidi.load(result.dump, trust=True)
    frame = dump.exceptions[-1][-1]

    assert {"a": [1, 2]} == frame["other"]
    assert (1, 100_000) == (result.status, frame["depth"])
    depth, node = 0, frame["linked"]
    while hasattr(node, "following"):
        depth, node = depth + 1, node.following
    assert depth > 10_000
    assert depth == 100_000 or "too deep" in repr(node)
    node, depth = frame["nested"], 0
    while isinstance(node, list) and node:
        node, depth = node[0], depth + 1
    assert depth > 10_000
    assert depth == 100_000 or "too deep" in {omission.reason for omission in dump.omissions}
