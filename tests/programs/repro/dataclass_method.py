"""A method of a dataclass, called by a script that has no guard."""
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass
class Order:
    name: str
    total: Decimal
    day: date
    items: list = field(default_factory=list)

    def average(self, count):
        return self.total / count


def report(order):
    return order.average(Decimal(len(order.items)))


order = Order("tea", Decimal("3.5"), date(2026, 11, 22))
print(report(order))
