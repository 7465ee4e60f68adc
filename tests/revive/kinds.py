"""Calls that raise, one for each kind of frame there is."""

from __future__ import annotations

import asyncio
import contextlib
import functools

FAIL = ZeroDivisionError("on purpose")


def plain(a, b=2, *rest, c, d=4, **options):
    total = a + b
    raise ValueError(f"total {total}")


def call_plain():
    plain(1, 2, 3, 4, c=5, e=6)


def positional_only(a, /, b, *, c):
    del b
    return a / 0 + c


class Account:
    limit = 10

    def __init__(self, owner):
        self.owner = owner

    def withdraw(self, amount):
        return super().__getattribute__("nothing")

    @classmethod
    def build(cls, spec):
        return cls(**spec)

    @property
    def balance(self):
        return self.owner["balance"]


def nested():
    outside = [1]

    def inner(x):
        nonlocal outside
        later = outside
        return later[x]

    return inner(5)


def unbound_free():
    def inner():
        return late

    inner()
    late = 1
    return late


def listcomp():
    n = 0
    return [1 / n for _ in range(3)]


def dictcomp():
    n = 0
    return {k: k / n for k in range(3)}


def genexpr():
    return sum(x / 0 for x in [1, 2])


def call_lambda():
    return (lambda x, y=0: x / y)(1)


def class_body():
    class Broken:
        first = 1
        second = first / 0

    return Broken


def generator():
    def produce(n):
        try:
            yield n
            yield n / 0
        finally:
            n = None

    def delegate():
        yield from produce(1)

    return list(delegate())


@contextlib.contextmanager
def managed():
    yield "resource"


def with_statement():
    with managed() as resource:
        return resource.nothing


async def _step(n):
    await asyncio.sleep(0)
    return n / 0


async def _steps():
    async with contextlib.AsyncExitStack():
        return await _step(1)


def coroutine():
    asyncio.run(_steps())


def decorated():
    @functools.lru_cache(maxsize=None)
    def cached(n):
        return n / 0

    cached(3)


def executed():
    exec("x = 1\nx / 0", {"__name__": "somewhere"})


def executed_apart():
    exec("x = 1\nx / 0", {"__name__": "somewhere"}, {})


def evaluated():
    return eval("1 / n", {"n": 0})


def multi_line():
    values = {"a": 1}
    return (
        values
        .get(
            "a",
        )
        .upper(
            1,
        )
    )


def non_ascii():
    größe = 0
    return "é" + größe


def many_locals():
    namespace = {}
    exec("def f():\n" + "".join(f"    v{n} = {n}\n" for n in range(400)) + "    return v1 / v0", namespace)
    namespace["f"]()


def finally_line():
    try:
        raise KeyError("x")
    finally:
        done = True


def caused():
    try:
        nested()
    except IndexError as error:
        raise RuntimeError("wrapped") from error


def in_context():
    try:
        nested()
    except IndexError:
        call_lambda()


def suppressed():
    try:
        nested()
    except IndexError:
        raise LookupError("alone") from None


def system_exit():
    raise SystemExit(3)


def interrupted():
    raise KeyboardInterrupt


def stop_iteration():
    raise StopIteration(5)


def recursion():
    def down(n):
        return down(n + 1)

    down(0)


class Hostile:
    __hash__ = None

    def __eq__(self, other):
        raise AssertionError("== was called")

    def __bool__(self):
        raise AssertionError("bool() was called")

    def __repr__(self):
        raise AssertionError("repr() was called")

    def __iter__(self):
        raise AssertionError("iter() was called")


def hostile_locals():
    one, two = Hostile(), Hostile()
    values = [one, two]
    raise ValueError(len(values))


KINDS = [
    call_plain,
    functools.partial(positional_only, 1, 2, c=3),
    lambda: Account("x").withdraw(5),
    lambda: Account.build({"nobody": 1}),
    lambda: Account({}).balance,
    nested,
    unbound_free,
    listcomp,
    dictcomp,
    genexpr,
    call_lambda,
    class_body,
    generator,
    with_statement,
    coroutine,
    decorated,
    executed,
    executed_apart,
    evaluated,
    multi_line,
    non_ascii,
    many_locals,
    finally_line,
    caused,
    in_context,
    suppressed,
    system_exit,
    interrupted,
    stop_iteration,
    recursion,
    hostile_locals,
]
