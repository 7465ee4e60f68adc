"""Breaks a dump in many ways and opens each under the audit hook: `python breaking.py DUMP cuts|flips`.

Prints one line for each way that ended in anything but a loaded dump or a
TibidiError, then how many of each there were.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import looking

from tibidi.dumpfile import format as fmt
from tibidi.errors import TibidiError
from tibidi.loader import load
from tibidi.reading.inert.repr import BOUNDED

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTENT_STEP = 101
HEADER_STEP = 3


def cuts(data: bytes) -> Iterator[bytes]:
    """Yield the first percent, the first two percent and so on."""
    yield from (data[: len(data) * percent // 100] for percent in range(100))


def flips(data: bytes) -> Iterator[bytes]:
    """Yield `data` with one bit of a byte flipped, another bit from byte to byte.

    Each byte of the end record is flipped, every third of the headers, which
    all members have alike, but only some of the compressed content, of which
    a reader knows no more than that its checksum is wrong.
    """
    compressed = {place for start, end in contents(data) for place in range(start, end)}
    headers = set(range(data.rindex(fmt.END_MAGIC))) - compressed
    skipped = {place for place in compressed if place % CONTENT_STEP} | {
        place for place in headers if place % HEADER_STEP
    }
    for place in sorted(set(range(len(data))) - skipped):
        broken = bytearray(data)
        broken[place] ^= 1 << (place * 5 % 8)
        yield bytes(broken)


def contents(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the compressed content of each member starts and ends."""
    with ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            *_, name, extra = fmt.LOCAL.unpack_from(data, info.header_offset)
            start = info.header_offset + fmt.LOCAL.size + name + extra
            yield start, start + info.compress_size


def outcome(path: str) -> str:
    """Return the outcome of opening a broken dump."""
    try:
        dump = load(path)
        for frame in (frame for stack in dump.exceptions for frame in stack):
            BOUNDED.repr(dict(frame))
        return "live" if dump.live else "loaded"
    except TibidiError as error:
        return type(error).__name__ if error.hint else f"{error!r} has no hint"
    except BaseException as error:  # noqa: BLE001 - this is what is looked for
        return f"!!! {type(error).__name__}: {error}"


def main() -> None:
    """Break and look."""
    looking.prepare()
    watch = looking.Watch()
    sys.addaudithook(watch)
    source, how = Path(sys.argv[1]), sys.argv[2]
    broken = source.with_name("broken.pkl")
    watch.allowed = {str(broken), looking.key_path()}
    counts: Counter[str] = Counter()
    for number, data in enumerate({"cuts": cuts, "flips": flips}[how](source.read_bytes())):
        broken.write_bytes(data)
        watch.events, watch.is_on = [], True
        came = outcome(str(broken))
        watch.is_on = False
        counts[came] += 1
        events = [event for event in watch.events if "tempfile" not in event and "/tmp" not in event]
        if (events and came != "live") or came.startswith("!!!") or "no hint" in came:
            print(number, came, events)
    print(dict(counts))


if __name__ == "__main__":
    main()
