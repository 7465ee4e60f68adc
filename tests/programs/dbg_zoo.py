"""Code and values that must survive the way from one version of Python to another."""

import collections
import datetime
import decimal
import enum
import functools
import pathlib
import uuid


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Base:
    greeting = "hello"

    def greet(self):
        return f"{self.greeting} {self.name}"


class Person(Base):
    def __init__(self, name):
        self.name = name

    def greet(self):
        return super().greet() + "!"

    @property
    def length(self):
        return len(self.name)

    @staticmethod
    def double(number):
        return number * 2


Point = collections.namedtuple("Point", "x y")


def factorial(n):
    return n * factorial(n - 1) if n else 1


def make_counter(start):
    count = start

    def counter(step=1, *, twice=False):
        nonlocal count
        count += step * (2 if twice else 1)
        return count

    return counter


def comprehend(numbers):
    return [number * number for number in numbers if any(number == other for other in numbers)]


def crash(person, *rest, flag=True, **options):
    counter = make_counter(10)
    counter()
    square = lambda x: x * x  # noqa: E731
    squares = comprehend
    recursive = factorial
    partial = functools.partial(make_counter, 5)
    again = person
    colour = Colour.BLUE
    point = Point(1, 2)
    when = datetime.datetime(2026, 11, 22, 21, 50, tzinfo=datetime.timezone.utc)
    plain = {"list": [1, 2.5, "three", b"four", None, True], "set": {1, 2}, "big": 2**100, "text": "größe\U0001f40d"}
    others = [decimal.Decimal("1.5"), pathlib.PurePosixPath("/a/b"), uuid.UUID(int=5), collections.OrderedDict(a=1)]
    generator = (n for n in [1])
    raise ValueError(f"on purpose, {person.length}")


try:
    crash(Person("ann"), 1, 2, extra=3)
except ValueError as error:
    raise RuntimeError("the last word") from error
