"""Values that would print for ever are shown in part."""

from __future__ import annotations

import collections
import time
import types
from typing import Any

import pytest
from reading.inert.values import Cart, loaded


@pytest.mark.parametrize("levels", [5, 60])
def test_billion_laughs(levels: int) -> None:
    """A list that would print as a billion has its items, and prints as a few."""
    laughs: list[object] = ["ha"]
    for _ in range(levels):
        laughs = [laughs, laughs]
    read = loaded((("exceptions[0].frames[0].locals",), {"x": laughs, "y": [1]}))[1]

    assert [1] == read["y"]
    assert read["x"][0] is read["x"][1]
    assert (type(read["x"]) is list) == (levels == 5)
    assert levels == 5 or len(repr(read["x"])) < 5_000


@pytest.mark.parametrize("count", [3, 1_000, 20_000])
def test_nodes_that_refer_to_each_other(count: int) -> None:
    """Nodes with their parents and children, in four variables, are loaded whole, and in little time."""
    root: dict[str, Any] = {"parent": None, "children": []}
    namespace = types.SimpleNamespace(a=1)
    namespace.me, namespace.all = namespace, [namespace]
    nodes = [root]
    for number in range(1, count):
        nodes.append({"parent": nodes[number // 3], "children": []})
        nodes[number // 3]["children"].append(nodes[-1])
    start = time.process_time()
    read = loaded((("locals",), {"root": root, "leaf": nodes[-1], "nodes": nodes, "x": namespace}))[1]
    taken = time.process_time() - start

    assert [dict, dict, list, types.SimpleNamespace] == [type(each) for each in read.values()]
    assert read["root"]["children"][1]["parent"] is read["root"]
    assert taken < 2, taken


@pytest.mark.parametrize(
    "kind",
    [
        lambda inner: collections.deque([inner, inner]),
        lambda inner: collections.OrderedDict(a=inner, b=inner),
        lambda inner: types.SimpleNamespace(a=inner, b=inner),
        lambda inner: ValueError(inner, inner),
        lambda inner: slice(inner, inner),
    ],
)
@pytest.mark.parametrize("is_within", [False, True])
def test_billion_laughs_of_other_kinds(kind: Any, is_within: bool) -> None:
    """Whatever would print as a billion prints as a few, also as an attribute."""
    laughs: object = ["ha"]
    for _ in range(22):
        laughs = kind(laughs)
    cart: Any = Cart()
    cart.items = laughs
    read = loaded((("exceptions[0].frames[0].locals",), {"x": cart if is_within else laughs, "y": [1]}))[1]

    assert [1] == read["y"]
    assert len(repr(read["x"])) < 20_000
