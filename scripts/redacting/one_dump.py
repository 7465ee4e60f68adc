"""Make the first dump of a process, of many objects, and print its process time in seconds, with all imports.

The program of `speed`: `python one_dump.py mixed|texts some|no none|scan|all FILE`.  The second argument says whether
there are secrets, the third what of the redactor is left out.
"""

from __future__ import annotations

import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

OBJECTS = 100_000
SECRETS = {"password": "Tr0ub4dor&3x", "url": "https://api.example.org/?api_key=k3yk3yk3y9"}
CITIES = ("Berlin", "Lisbon", "Nairobi", "Osaka", "Quito")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LINE = "2024-05-{:02} 12:{:02}:{:02},{:03} {} shop.orders [worker-{}] order {} shipped in {} ms to {}"
# What does nothing instead of the methods of a redactor; the first two scan pickles.
INSTEAD: dict[str, Callable[..., Any]] = {
    "suspects_name": lambda *_: False, "suspects_value": lambda *_: False, "conceals": lambda *_: False,
    "is_secret_name": lambda *_: False, "text": lambda _, text: text, "scrub": lambda _, text: (text, ""),
    "data": lambda _, data: data, "learn_from": lambda *_: None, "secret_items": lambda *_: {},
    "labelled": lambda *_: None, "secret_words": lambda *_: {}, "conceals_pair": lambda *_: False,
}  # fmt: skip
LEFT_OUT = {"none": (), "scan": ("suspects_name", "suspects_value"), "all": tuple(INSTEAD)}


class Order:
    """An instance as those of an application."""

    def __init__(self, number: int, city: str) -> None:
        self.number = number
        self.city = city


def mixed(count: int, chance: random.Random) -> list[Any]:
    """Return objects of a typical service: numbers, dicts, instances, tuples, short texts."""
    kinds: list[Callable[[int], object]] = [
        lambda n: n * 7,
        lambda n: {"id": n, "state": chance.choice(LEVELS), "city": chance.choice(CITIES)},
        lambda n: Order(n, chance.choice(CITIES)),
        lambda n: (n, n * 0.5, None),
        lambda n: f"item {n}",
    ]
    return [kinds[n % len(kinds)](n) for n in range(count)]


def texts(count: int, chance: random.Random) -> list[Any]:
    """Return lines of logs, JSON and URLs."""
    number = chance.randrange
    kinds: list[Callable[[int], object]] = [
        lambda n: LINE.format(
            number(28), number(60), number(60), number(1000), chance.choice(LEVELS), number(9), n, number(500),
            chance.choice(CITIES),
        ),
        lambda n: json.dumps({"id": n, "city": chance.choice(CITIES), "total": number(10**6) / 100, "tags": ["new"]}),
        lambda n: f"https://shop.example.org/orders/{n}/items?page={number(50)}&sort=price&city={chance.choice(CITIES)}",
    ]  # fmt: skip
    return [kinds[n % len(kinds)](n) for n in range(count)]


def main(workload: str, amount: str, left_out: str, path: str) -> None:
    """Dump the exception of a function with the objects."""
    objects = {"mixed": mixed, "texts": texts}[workload](OBJECTS, random.Random(1))  # noqa: S311 - the same each time
    try:
        _fail(objects, dict(SECRETS) if amount == "some" else {})
    except IndexError as error:
        now = time.process_time()
        _dump(error, left_out, Path(path))
        print(time.process_time() - now)


def _fail(objects: list[Any], config: dict[str, str]) -> object:
    return objects[len(objects) + len(config)]


def _dump(error: Exception, left_out: str, path: Path) -> None:
    import tibidi
    from tibidi.capture import summary
    from tibidi.redaction import Redactor

    for name in LEFT_OUT[left_out]:
        setattr(Redactor, name, INSTEAD[name])
    if left_out == "all":
        summary.hunt = lambda *_: None
    tibidi.dump_exception(error, path)


if __name__ == "__main__":
    main(*sys.argv[1:])
