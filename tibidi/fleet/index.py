"""A store -> its index: two tables in Parquet, one folder a day, made of the summaries of its dumps.

Of each dump only the beginning is read, with the headline and the summary.  A run reads the dumps that are not in the
index yet.  The unit of work is a batch of dumps of one day: a thread, or a worker of Dask, makes a file for each
table of it, named after the dumps in it, so that any engine makes the same files.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from itertools import groupby
from typing import Any

from tibidi.dumpfile import format as fmt
from tibidi.dumpfile.decode import loads, summary_from_json
from tibidi.dumpfile.headline import note
from tibidi.dumpfile.reader import MAX_TEXT_BYTES
from tibidi.errors import TibidiError
from tibidi.present.lines import ADDRESS
from tibidi.process.texts import ascii_safe
from tibidi.store import remote

Batch = Sequence[tuple[str, int]]  # keys of dumps, and their sizes
Row = dict[str, Any]
INDEX = "index"
BATCH = 1_000  # dumps
FIRST_BYTES = 16 << 10  # of a dump, in the first request
THREADS = 16
MAX_FRAMES = 12  # innermost ones of each exception
MAX_VALUE = 300  # characters
MAX_LINE = (1 << 31) - 1
TEXTS = ("fingerprint", "time", "type", "message", "program", "file", "name", "cause", "own_file", "own_name")
FACTS = ("hostname", "python", "platform", "tibidi", "kind", "packages", "old_fingerprint")


def index(url: str, known: set[str], scheduler: str = "") -> Iterator[int]:
    """Add the dumps of a store that are not `known` to its index; yield the number of dumps in each batch."""
    keys = [each for each in remote.connect(url).list(remote.DUMPS) if each[0].rpartition("/")[2] not in known]
    batches: list[Batch] = []
    for _, group in groupby(sorted(keys), key=lambda each: each[0].split("/")[1]):
        day = list(group)
        batches += [day[start : start + BATCH] for start in range(0, len(day), BATCH)]
    if not scheduler:
        yield from (add(url, batch) for batch in batches)
        return
    try:
        import distributed
    except ImportError:
        raise TibidiError("--scheduler needs dask.distributed", remote.INSTALL) from None
    with distributed.Client(scheduler) as client:
        futures = [client.submit(add, url, batch, pure=False, retries=2) for batch in batches]
        yield from (future.result() for future in distributed.as_completed(futures))


def add(url: str, batch: Batch) -> int:
    """Write the files of a batch of dumps of one day; return the number of dumps."""
    store = remote.connect(url)
    with ThreadPoolExecutor(THREADS) as pool:
        heads = pool.map(lambda each: _head(store, each[0]), batch)
        rows = [rows_of(*each, data) for each, data in zip(batch, heads)]
    day = batch[0][0].split("/")[1]
    name = sha256("\n".join(key for key, _ in batch).encode()).hexdigest()[:24]
    tables = {"variables": [row for _, each in rows for row in each], "dumps": [dump for dump, _ in rows]}
    for table, found in tables.items():  # the dumps last: they say what the index has
        if found:
            store.put(f"{INDEX}/{table}/day={day}/{name}.parquet", _parquet(found))
    return len(batch)


def _head(store: Any, key: str) -> bytes:
    """Return the beginning of a dump up to the end of its summary."""
    data: bytes = store.get(key, 0, FIRST_BYTES)
    _, end = _span(data)
    end = min(end, MAX_TEXT_BYTES)
    return data if end <= len(data) else data + store.get(key, len(data), end)


def _span(data: bytes) -> tuple[int, int]:
    """Return where the packed summary begins and ends, (0, 0) if it is not a dump."""
    if len(data) < fmt.LOCAL.size or not data.startswith(fmt.LOCAL_MAGIC):
        return 0, 0
    *_, packed, _, name, extra = fmt.LOCAL.unpack_from(data)
    start = fmt.LOCAL.size + name + extra
    return start, start + packed


def rows_of(key: str, size: int, data: bytes) -> tuple[Row, list[Row]]:
    """Return the row of a dump that begins with `data`, and those of its variables."""
    headline, (start, end) = note(data), _span(data)
    dump: Row = {"dump": key.rpartition("/")[2], "size": size, **{name: str(headline.get(name, "")) for name in TEXTS}}
    line = headline.get("line")
    line = line if type(line) is int and 0 <= line <= MAX_LINE else 0
    dump.update(line=line, problem="", **dict.fromkeys(FACTS, ""))
    try:
        text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start:end], MAX_TEXT_BYTES)
        summary = summary_from_json(loads(text, fmt.SUMMARY))
    except (TibidiError, ValueError, zlib.error) as error:
        return {**dump, "problem": str(error)}, []
    process, packages = summary.process, json.dumps(dict(summary.process.packages), sort_keys=True)
    facts = (process.hostname, process.python, process.platform, summary.tibidi, summary.kind)
    dump.update(zip(FACTS, (*facts, packages, summary.fingerprints["1.0"])))
    own = {"dump": dump["dump"], "fingerprint": dump["fingerprint"]}
    return dump, [
        {**own, "place": f"exceptions[{number}].frames[-{distance}]", "function": frame.qualname, **_value(*each)}
        for number, record in enumerate(summary.exceptions)
        for distance, frame in enumerate(record.frames[: -MAX_FRAMES - 1 : -1], start=1)
        for each in frame.locals.items()
    ]


def _value(name: str, variable: Any) -> Row:
    return {"variable": name, "type": variable.type, "value": ADDRESS.sub("0x…", variable.preview[:MAX_VALUE])}


def _parquet(rows: Iterable[Row]) -> bytes:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise TibidiError("an index needs pyarrow", remote.INSTALL) from None
    file = BytesIO()
    encoded = [{key: ascii_safe(each) if isinstance(each, str) else each for key, each in row.items()} for row in rows]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(encoded), file, compression="zstd")
    return file.getvalue()
