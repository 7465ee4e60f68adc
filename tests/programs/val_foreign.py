"""Crash among values that answer for others: metaclasses without a hash, proxies in C, `__getattr__` for everything."""

import sys
import time
from unittest.mock import MagicMock

import wrapt


class WithoutHash(type):
    def __eq__(cls, other):
        return cls is other


class Thing(metaclass=WithoutHash):
    def __init__(self):
        self.number = 5


class Connection(wrapt.ObjectProxy):
    pass


def sleep():
    print("the factory was called", flush=True)
    time.sleep(60)


def crash(order):
    thing, things = Thing(), {"a": Thing()}
    wrapped, connection = wrapt.ObjectProxy([1, 2]), Connection(len)
    lazy = wrapt.LazyObjectProxy(sleep) if "lazy" in sys.argv else None
    mock = MagicMock()
    mock(3)
    after = "all the rest"
    return order["nope"]


crash({"id": 1})
