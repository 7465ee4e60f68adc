"""Measure which part of the time of a dump redaction takes, and how fast it searches a large text."""

from __future__ import annotations

import json
import random
import re
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tibidi
from tibidi.capture import summary
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

OBJECTS = 100_000
ROUNDS = 7
LARGE_TEXT = 100_000_000  # characters
MOST_PART = 0.15
LEAST_RATE = 200  # MB/s
CITIES = ("Berlin", "Lisbon", "Nairobi", "Osaka", "Quito")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LINE = "2024-05-{:02} 12:{:02}:{:02},{:03} {} shop.orders [worker-{}] order {} shipped in {} ms to {}"


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


def text_with(size: int, chance: random.Random, line: Callable[[int], str]) -> str:
    """Return a large text of lines, a block of different ones again and again."""
    block = "".join([line(chance.randrange(10**9)) + "\n" for _ in range(2000)])
    return (block * (size // len(block) + 1))[:size]


def measure() -> bool:
    """Print the part of the time of dumps that redaction takes, and its rate; return True if they meet the targets."""
    is_met = True
    for name, make in {"mixed": mixed, "texts": texts}.items():
        for secret in ({}, {"password": "Tr0ub4dor&3x", "url": "https://api.example.org/?api_key=k3yk3yk3y9"}):
            objects = make(OBJECTS, random.Random(1))  # noqa: S311 - the same each time
            whole, without_scan, without = _seconds(objects, secret)
            scan = 1 - without_scan / whole
            is_met = is_met and scan <= MOST_PART
            print(
                f"{OBJECTS} objects, {name}, {'some' if secret else 'no'} secrets: {whole:.3f} s, without the scan of"
                f" pickles {without_scan:.3f} s: {scan:.0%} of the time; without redaction {without:.3f} s:"
                f" {1 - without / whole:.0%}"
            )
    for name, line in LINES.items():
        text = text_with(LARGE_TEXT, random.Random(2), line)  # noqa: S311 - likewise
        now = time.process_time()
        _, rule = Redactor().scrub(text)
        searched = LARGE_TEXT - int(re.findall(r"\d+", rule)[0]) if rule else LARGE_TEXT
        rate = searched / 1e6 / (time.process_time() - now)
        print(f"a text of {LARGE_TEXT / 1e6:.0f} MB, {name}: {rate:.0f} MB/s {rule}")
        is_met = is_met and rate >= LEAST_RATE
    return is_met


LINES: dict[str, Callable[[int], str]] = {
    "log": lambda n: LINE.format(n % 28, n % 60, n % 59, n % 1000, LEVELS[n % 4], n % 9, n, n % 500, CITIES[n % 5]),
    "access log": lambda n: (
        f'10.0.{n % 200}.7 - - [05/May/2024:12:00:{n % 60:02} +0000] "GET /orders/{n} HTTP/1.1" 200 {n}'
        f' "https://shop.example.org/a?page={n % 9}" "Mozilla/5.0 (X11; Linux x86_64)"'
    ),
    "JSON": lambda n: json.dumps({"id": n, "city": CITIES[n % 5], "total": n / 100, "tags": ["new"], "customer": None}),
    "words": lambda n: f"The parcel {n} was sent on Monday and was received by the neighbour, who signed the list.",
}


def _seconds(objects: list[Any], secret: dict[str, str]) -> list[float]:
    """Return the shortest times of a dump, of one without the scan, and of one without redaction.

    The shortest, as other programs make the others longer.
    """
    ways = (frozenset[str](), SCAN, frozenset(INSTEAD))
    times: list[list[float]] = [[] for _ in ways]
    with tempfile.TemporaryDirectory() as directory:
        for number in range(ROUNDS * len(ways)):
            with _without(ways[number % len(ways)]):
                times[number % len(ways)].append(_dumped(objects, secret, Path(directory, f"{number}.dump")))
    return [min(found) for found in times]


def _dumped(objects: list[Any], secret: dict[str, str], path: Path) -> float:
    try:
        _fail(objects, dict(secret))
    except IndexError as error:
        now = time.process_time()
        tibidi.dump_exception(error, path)
        return time.process_time() - now
    return 0


def _fail(objects: list[Any], config: dict[str, str]) -> object:
    return objects[len(objects) + len(config)]


# What does nothing instead of the methods of a redactor; the first two scan pickles.
INSTEAD: dict[str, Callable[..., Any]] = {
    "suspects_name": lambda *_: False, "suspects_value": lambda *_: False, "conceals": lambda *_: False,
    "is_secret_name": lambda *_: False, "text": lambda _, text: text, "scrub": lambda _, text: (text, ""),
    "data": lambda _, data: data, "learn_from": lambda *_: None, "secret_items": lambda *_: {},
    "labelled": lambda *_: None, "secret_words": lambda *_: {}, "conceals_pair": lambda *_: False,
}  # fmt: skip
SCAN = frozenset({"suspects_name", "suspects_value"})


@contextmanager
def _without(names: frozenset[str]) -> Iterator[None]:
    """Turn methods of the redactor off; with all of them, secrets are not searched for either."""
    kept = {name: getattr(Redactor, name) for name in names}
    hunt = summary.hunt
    if len(names) == len(INSTEAD):
        summary.hunt = _hunt_nothing
    try:
        for name in names:
            setattr(Redactor, name, INSTEAD[name])
        yield
    finally:
        summary.hunt = hunt
        for name, function in kept.items():
            setattr(Redactor, name, function)


def _hunt_nothing(*_: object) -> None:
    """Search for nothing."""
