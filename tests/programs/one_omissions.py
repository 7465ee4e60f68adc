"""Leave out values of every kind: not picklable, failing, too large, secret, in attributes, closures and containers."""

import os
import threading

PENDING = (number for number in range(3))
SETTINGS = {"database": {"password": "hunter2hunter2"}}


class Unwilling:
    def __reduce__(self):
        raise RuntimeError("no")


class Slotted:
    __slots__ = ("inner",)


class Order:
    def __init__(self):
        self.rows = [0, 1, 2, (number for number in [])]
        self.by_key = {"it's": Unwilling(), 7: [Unwilling()], None: {b"x": Unwilling()}}
        self.slotted = Slotted()
        self.slotted.inner = threading.Lock()


class Declined(Exception):
    def __str__(self):
        raise ValueError("no words")


def closure():
    stream = (number for number in [])

    def inner(default=Unwilling()):
        return stream, default

    return inner


def wait(started, stop, stream):
    started.set()
    stop.wait(20)


def pay(order, token, amount):
    inner = closure()
    big = [os.urandom(1000) for _ in range(3000)]
    error = Declined(order, (number for number in []))
    error.response = {"stream": (number for number in [])}
    raise error from KeyError(amount)


started, stop = threading.Event(), threading.Event()
threading.Thread(target=wait, args=(started, stop, (number for number in [])), daemon=True).start()
started.wait(20)
card = {"api_key": "0123456789abcdef", "numbers": [1, 2]}
pay(Order(), "".join(reversed("x1Y2z3A4b5C6d7E8f9Kt")), 5)
