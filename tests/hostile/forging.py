"""Dumps and pickles as a stranger would write them."""

from __future__ import annotations

import functools
import io
import itertools
import pickle
import struct
import zlib
from typing import TYPE_CHECKING

from dumpfile import samples

from tibidi.dumpfile import encode
from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.writer import Archive

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATHS = ("exceptions[0].frames[0].locals",)
START = pickle.PROTO + b"\x05"
MEMOIZE = pickle.MEMOIZE


def text(words: str) -> bytes:
    """Return the opcodes that push a text."""
    data = words.encode("utf-8", "surrogatepass")
    return pickle.BINUNICODE + struct.pack("<I", len(data)) + data


def name(module: str, qualname: str) -> bytes:
    """Return the opcodes that push what a name stands for."""
    return text(module) + text(qualname) + pickle.STACK_GLOBAL


def plain(value: object) -> bytes:
    """Return the opcodes that push a plain value, without using the memo."""
    file = io.BytesIO()
    pickler = pickle._Pickler(file, 5)
    pickler.memoize = lambda thing: None
    pickler.framer.start_framing = lambda: None
    pickler.dump(value)
    return file.getvalue()[2:-1]


def call(module: str, qualname: str, *arguments: object) -> bytes:
    """Return the opcodes that call something."""
    return name(module, qualname) + plain(arguments) + pickle.REDUCE


def variables(**values: bytes) -> bytes:
    """Return the pickle of a frame with these variables."""
    items = b"".join(text(key) + value for key, value in values.items())
    paths = text(PATHS[0]) + MEMOIZE + pickle.TUPLE1 + MEMOIZE
    return START + paths + pickle.EMPTY_DICT + pickle.MARK + items + pickle.SETITEMS + pickle.TUPLE2 + pickle.STOP


def dump(
    *pickles: bytes,
    summary: bytes | None = None,
    source: tuple[str, bytes] | None = None,
    memos: Sequence[int | None] = (),
) -> bytes:
    """Return a whole dump with these pickles in it, not signed; `memos` are the sizes of the memo before each."""
    file = io.BytesIO()
    archive = Archive(file)
    story = samples.summary()
    archive.add(fmt.SUMMARY, summary or encode.dumps(encode.summary_to_json(story)), encode.headline(story))
    archive.add(fmt.TRACEBACK, b"Traceback (most recent call last):\n")
    if source is not None:
        archive.add("sources/" + source[0].lstrip("/"), source[1], {"file": source[0]})
    for number, (data, memo) in enumerate(itertools.zip_longest(pickles, memos)):
        archive.add(f"values/{number:04}.pkl", data, None if memo is None else {"memo": memo})
    archive.finish(None)
    return file.getvalue()


def member(
    name: str, content: bytes, *, claimed: int | None = None, extra: bytes = b"", crc: int | None = None
) -> bytes:
    """Return one member of a ZIP archive, whatever its header shall claim."""
    packed, computed = deflated(content)
    encoded = name.encode("utf-8", "surrogateescape")
    sizes = (len(packed), len(content) if claimed is None else claimed)
    checksum = computed if crc is None else crc
    fixed = (fmt.LOCAL_MAGIC, 20, fmt.UTF8_NAME, fmt.DEFLATED, 0, 0, checksum, *sizes, len(encoded), len(extra))
    return fmt.LOCAL.pack(*fixed) + encoded + extra + packed


@functools.lru_cache(maxsize=1)
def deflated(content: bytes) -> tuple[bytes, int]:
    """Return compressed content and its checksum; a bomb has the same content many times."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflate.compress(content) + deflate.flush(), zlib.crc32(content)


def note(data: bytes) -> bytes:
    """Return an extra field of ours."""
    return fmt.EXTRA.pack(fmt.EXTRA_ID, len(data)) + data


def end() -> bytes:
    """Return the end of an archive, of which the reader only wants to see that it is there."""
    return fmt.END.pack(fmt.END_MAGIC, 0, 0, 0, 0, 0, 0, 0)


def story_member() -> bytes:
    """Return the first member of a good dump."""
    return member(fmt.SUMMARY, encode.dumps(encode.summary_to_json(samples.summary())))


def write(folder: Path, files: dict[str, bytes]) -> dict[str, Path]:
    """Write hostile files into a folder; return where they are."""
    places = {}
    for key, data in files.items():
        places[key] = folder / f"{key.replace(' ', '-')}.pkl"
        places[key].write_bytes(data)
    return places
