"""Crash with values that cannot leave their process: what they held must be in the dump."""

from __future__ import annotations

import asyncio
import contextvars
import csv
import ctypes
import datetime
import hashlib
import os
import queue
import re
import sqlite3
import struct
import threading
import weakref
import zlib
from typing import Any

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="none")
hidden: list[Any] = []


class Node:
    """A node that knows its parent weakly."""

    def __init__(self, name: str, parent: Node | None = None) -> None:
        self.name = name
        self.parent = weakref.ref(parent) if parent else None
        self.children: list[Node] = []

    def path(self) -> str:
        """Return the name."""
        return self.name


class Point(ctypes.Structure):
    """A point in C."""

    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_double), ("label", ctypes.c_char_p))


def numbers(limit: int) -> Any:
    """Yield numbers."""
    total = 40
    for number in range(limit):
        total += number
        yield total


async def wait(seconds: int) -> None:
    """Wait for a long time."""
    deadline = seconds + 1
    await asyncio.sleep(deadline)


def matches() -> dict[str, Any]:
    """Return matches, digests, readers."""
    rows = csv.reader(["a;b", "c;d", "e;f"], delimiter=";")
    next(rows)
    next(rows)
    match = re.search(r"(?P<word>\w+) (\d+)", "a few: foo 42!")
    packing = struct.Struct("<IH")
    return {"match": match, "digest": hashlib.sha256(b"abc"), "rows": rows, "packing": packing}


def containers() -> dict[str, Any]:
    """Return queues, locks, a thread's data."""
    simple: Any = queue.SimpleQueue()
    for item in ("taken", "two", 3):
        simple.put(item)
    simple.get()
    lock = threading.Lock()
    lock.acquire()
    local = threading.local()
    local.user = "ada"
    inflate = zlib.decompressobj()
    inflate.decompress(zlib.compress(b"text") + b"rest")
    return {"simple": simple, "lock": lock, "free": threading.Lock(), "local": local, "inflate": inflate}


def references() -> dict[str, Any]:
    """Return weak references: to what is in the dump, to what is not, to nothing."""
    parent = Node("parent")
    child = Node("child", parent)
    parent.children.append(child)
    outside = Node("outside")
    hidden.append(weakref.WeakSet([outside]))
    keeper = threading.local()  # of which only the essence is in the dump, without what is nested in it
    threading.Thread(target=lambda: None).start()
    others = weakref.WeakValueDictionary({"parent": parent})
    by_node = weakref.WeakKeyDictionary({parent: "first"})
    return {
        "child": child,
        "parent": parent,
        "dead": weakref.ref(Node("dead")),
        "method": weakref.WeakMethod(parent.path),
        "proxy": weakref.proxy(parent),
        "others": others,
        "by_node": by_node,
        "nodes": weakref.WeakSet([parent]),
        "keeper": keeper,
    }


def database() -> dict[str, Any]:
    """Return a row and a cursor."""
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    cursor = connection.execute("select 1 as id, 'x' as label")
    return {"row": cursor.fetchone(), "cursor": cursor, "connection": connection}


async def futures() -> dict[str, Any]:
    """Return futures and a task that is suspended."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    done.set_result([1, 2])
    failed = loop.create_future()
    failed.set_exception(ValueError("bad"))
    failed.exception()
    task = asyncio.ensure_future(wait(60))
    await asyncio.sleep(0)
    token = request_id.set("req-17")
    return {
        "done": done,
        "failed": failed,
        "task": task,
        "token": token,
        "variable": request_id,
        "context": contextvars.copy_context(),
    }


class Here(datetime.tzinfo):
    """A time zone of the program."""

    def __init__(self) -> None:
        self.place = "here"

    def utcoffset(self, _: object) -> datetime.timedelta:
        """Return two hours."""
        return datetime.timedelta(hours=2)


async def main() -> None:
    """Crash."""
    everyday = {**matches(), **containers(), **references(), **database(), **await futures()}
    generator = numbers(5)
    next(generator)
    next(generator)
    everyday["generator"] = generator
    os.environ["SHOP_COLOUR"] = "red"
    everyday["environment"] = os.environ
    everyday["opening"] = datetime.datetime(2024, 1, 2, tzinfo=Here())
    everyday["point"] = Point(1, 2.5, b"secret memory")
    everyday["three"] = (ctypes.c_int * 3)(1, 2, 3)
    everyday["buffer"] = ctypes.create_string_buffer(b"native", 20)
    everyday["text"] = ctypes.c_char_p(b"in C")
    everyday["view"] = memoryview(bytearray(range(6))).cast("B", (2, 3))
    everyday["read_only"] = memoryview(b"abc")
    done = everyday["done"]
    raise RuntimeError(f"{len(everyday)} values, {done}")


asyncio.run(main())
