"""Measure which part of the time of a dump redaction takes, and how fast it searches a large text."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from redacting import one_dump
from redacting.one_dump import CITIES, LEVELS, LINE, OBJECTS
from tibidi.redaction import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 12
LARGE_TEXT = 100_000_000  # characters
MOST_PART = 0.15
LEAST_RATE = 200  # MB/s


def text_with(size: int, chance: random.Random, line: Callable[[int], str]) -> str:
    """Return a large text of lines, a block of different ones again and again."""
    block = "".join([line(chance.randrange(10**9)) + "\n" for _ in range(2000)])
    return (block * (size // len(block) + 1))[:size]


def measure() -> bool:
    """Print the part of the time of dumps that redaction takes, and its rate; return True if they meet the targets.

    A dump of many texts meets the one of large texts.
    """
    is_met = True
    size = sum(len(text) for text in one_dump.texts(OBJECTS, random.Random(1))) / 1e6  # noqa: S311 - as in the dump
    for workload in ("mixed", "texts"):
        for secret in ("no", "some"):
            whole, without_scan, without = _seconds(workload, secret)
            scan, rate = whole - without_scan, size / (whole - without_scan)
            is_met = is_met and (rate >= LEAST_RATE if workload == "texts" else scan <= MOST_PART * whole)
            print(
                f"{OBJECTS} objects, {workload}, {secret} secrets: {whole:.3f} s, without the scan of pickles"
                f" {without_scan:.3f} s: {scan / whole:.0%} of the time{f', {rate:.0f} MB/s' * (workload == 'texts')};"
                f" without redaction {without:.3f} s: {1 - without / whole:.0%}"
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


def _seconds(workload: str, secret: str) -> list[float]:
    """Return the shortest times of a dump, of one without the scan, and of one without redaction.

    The shortest, as other programs make the others longer.
    """
    times: dict[str, list[float]] = {left_out: [] for left_out in one_dump.LEFT_OUT}
    with tempfile.TemporaryDirectory() as directory:
        for number in range(ROUNDS):
            for left_out, found in times.items():
                path = Path(directory, f"{number}-{left_out}.dump")
                command = [sys.executable, one_dump.__file__, workload, secret, left_out, str(path)]
                found.append(float(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    return [min(found) for found in times.values()]
