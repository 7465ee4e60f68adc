"""A member of an enumeration."""
import enum


class Level(enum.Enum):
    LOW = 1
    HIGH = 2


PRICES = {Level.LOW: 10}


def price(level, count=1):
    return PRICES[level] * count


print(price(Level.HIGH, 3))
