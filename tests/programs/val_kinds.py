"""Crash among enumerations, caches and slotted classes of `__main__` that are made in unusual ways."""

import dataclasses
import enum
import functools
import sys


class Code(bytes, enum.Enum):
    def __new__(cls, value, label):
        made = bytes.__new__(cls, [value])
        made._value_ = value
        made.label = label
        return made

    X = (1, "ex")
    Y = (2, "why")


class Temperature(enum.Enum):
    HOT = (5, 6)
    COLD = (1, 2)
    WARM = (5, 6)

    def __init__(self, low, high):
        self.low, self.high = low, high

    @property
    def span(self):
        return self.high - self.low


class Side(enum.Enum):
    LEFT = 1
    RIGHT = 2


Side.LEFT.opposite, Side.RIGHT.opposite = Side.RIGHT, Side.LEFT


class Access(enum.Flag):
    READ = 1
    WRITE = 2
    BOTH = 3


class Level(enum.IntEnum):
    LOW = 10
    HIGH = 20


class Point(tuple, enum.Enum):
    ORIGIN = (0, 0)
    UNIT = (1, 1)


@functools.lru_cache(maxsize=5)
def double(number):
    return number * 2


@functools.lru_cache
def factorial(number):
    return number * factorial(number - 1) if number else 1


class Reader:
    """Asks itself for what is not there."""

    def __init__(self):
        self.data = {"x": 1}

    def __getattr__(self, name):
        return self.data[name]


options = {"slots": True} if sys.version_info >= (3, 10) else {}


@dataclasses.dataclass(frozen=True, **options)
class Frozen:
    name: str
    tags: tuple = ()


def crash():
    code, hot, warm, left, both = Code.X, Temperature.HOT, Temperature.WARM, Side.LEFT, Access.BOTH
    level, point, reader, frozen = Level.HIGH, Point.UNIT, Reader(), Frozen("f", (1,))
    cached, recursive = double, factorial
    return 1 / 0


crash()
