"""Objects of mixed kinds, as many as the first argument, held by one frame."""

import os
import sys
from dataclasses import dataclass

if "BENCH_HOOK" in os.environ:
    __import__(os.environ["BENCH_HOOK"])


class Node:
    def __init__(self, number, parent):
        self.number = number
        self.parent = parent


@dataclass
class Order:
    number: int
    customer: str
    total: float


def build(count):
    """Return `count` objects that count: instances, dataclasses, dicts, tuples, strings, a fifth each."""
    nodes, orders, records, pairs, texts = [], [], [], [], []
    parent = None
    for n in range(count // 5):
        if n % 50 == 0:
            parent = None
        parent = Node(n, parent)
        nodes.append(parent)
        orders.append(Order(n, "customer", n * 0.5))
        records.append({"id": n, "kind": "record", "done": n % 2 == 0})
        pairs.append((n, -n))
        texts.append(f"text number {n}")
    return nodes, orders, records, pairs, texts


def process(count):
    nodes, orders, records, pairs, texts = build(count)
    average = sum(order.total for order in orders) / len(orders)
    return average / len([text for text in texts if not text])


process(int(sys.argv[1]))
