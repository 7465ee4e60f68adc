"""Crash with all kinds of values at hand, good and bad."""

import collections
import dataclasses
import enum
import socket
import sys
import threading


class Colour(enum.Enum):
    RED = 1


@dataclasses.dataclass
class Order:
    number: int
    lines: list


class Refusing:
    def __reduce_ex__(self, protocol):
        raise ValueError("I refuse")


RATE = 3


def scale(n):
    return n * RATE


class Shop:
    def __init__(self):
        self.orders = [Order(1, ["pen"])]
        self.lock = threading.Lock()

    def total(self):
        return sum(scale(order.number) for order in self.orders)


def crash(shop):
    order = shop.orders[0]
    colour = Colour.RED
    counter = collections.Counter("hello")
    refusing = {"before": order, "bad": Refusing(), "after": order}
    connection = socket.socket()
    stream = (n for n in range(3))
    stdin = sys.stdin
    add = lambda n: n + order.number
    try:
        return {}[colour]
    except KeyError as error:
        raise OSError(2, "no such shop", "/shop") from error


crash(Shop())
