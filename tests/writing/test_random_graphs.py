"""Random graphs of objects, good and hostile: the dump loads, good leaves are equal, identity is kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tibidi.words.standins import StandIn


class Node:
    """An ordinary object."""

    def __init__(self) -> None:
        self.links: list[Any] = []


class Broken:
    """Cannot be pickled."""

    def __reduce_ex__(self, protocol: int) -> Any:
        raise ValueError("broken")


class BrokenState:
    """Raises for its state."""

    def __getstate__(self) -> Any:
        raise LookupError("broken state")


class BrokenItems(dict):
    """Raises while C code iterates over it."""

    def items(self) -> Any:
        """Raise."""
        yield "a", 1
        raise RuntimeError("broken items")

    def __reduce__(self) -> Any:
        return type(self), (), None, None, self.items()


class BrokenIterator(list):
    """Likewise, as a list."""

    def __iter__(self) -> Any:
        raise OSError("broken iterator")

    def __reduce__(self) -> Any:
        return type(self), (), None, iter(self)


HOSTILE = (Broken, BrokenState, BrokenItems, BrokenIterator, lambda: (n for n in ()))
LEAVES = st.one_of(st.integers(), st.text(max_size=8), st.binary(max_size=8), st.floats(allow_nan=False), st.none())
# What stands at a place of a graph: a leaf, another node (by number), or something hostile (by number).
PLACES = st.one_of(
    st.tuples(st.just("leaf"), LEAVES),
    st.tuples(st.just("node"), st.integers(0, 9)),
    st.tuples(st.just("hostile"), st.integers(0, len(HOSTILE) - 1)),
)
NODES = st.tuples(st.sampled_from(["list", "dict", "object", "tuple"]), st.lists(PLACES, max_size=5))
GRAPHS = st.lists(NODES, min_size=1, max_size=10)


def build(graph: list[tuple[str, list[tuple[str, Any]]]]) -> list[Any]:
    """Return the nodes of a graph, linked as described; a tuple contains a list of its links."""
    nodes: list[Any] = [
        {"list": list, "dict": dict, "object": Node, "tuple": lambda: ([],)}[kind]() for kind, _ in graph
    ]
    for node, (_, places) in zip(nodes, graph):
        things = [thing_at(place, nodes) for place in places]
        if isinstance(node, dict):
            node.update(enumerate(things))
        else:
            links(node).extend(things)
    return nodes


def thing_at(place: tuple[str, Any], nodes: list[Any]) -> Any:
    """Return the object at a place."""
    kind, value = place
    if kind == "hostile":
        return HOSTILE[value]()
    return nodes[value % len(nodes)] if kind == "node" else value


def links(node: Any) -> Any:
    """Return the references of a node, in order."""
    if isinstance(node, Node):
        return node.links
    return node[0] if isinstance(node, tuple) else node


def held(node: Any) -> list[Any]:
    """Return the references of a node as a list."""
    return list(node.values()) if isinstance(node, dict) else list(links(node))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(graph=GRAPHS, split=st.integers(0, 9))
def test_random_graphs(round_trip: Any, graph: list[Any], split: int) -> None:
    """The loaded graph equals the original node by node, except for stand-ins of hostile objects."""
    nodes = build(graph)
    frames = [{f"v{n}": node for n, node in enumerate(nodes[:split])}, {f"v{n}": node for n, node in enumerate(nodes)}]
    loaded = round_trip(*frames).values
    first, second = (loaded.get(f"exceptions[0].frames[{n}].locals", {}) for n in range(2))

    assert all(first[name] is second[name] for name in first)
    images = [second[f"v{n}"] for n in range(len(nodes))]
    by_id = {id(node): image for node, image in zip(nodes, images)}
    for (_, places), node, image in zip(graph, nodes, images):
        assert type(node) is type(image)
        for (kind, _), was, now in zip(places, held(node), held(image)):
            check(kind, was, now, by_id)


def check(kind: str, was: Any, now: Any, by_id: dict[int, Any]) -> None:
    """Check one place of the graph."""
    if kind == "leaf":
        assert was == now
        assert type(was) is type(now)
    elif kind == "node":
        assert by_id[id(was)] is now
    else:
        assert isinstance(now, StandIn), pytest.fail(f"{now!r} stands for something hostile")
