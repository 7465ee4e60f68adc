"""Queries of the index of a store: SQL that DuckDB runs over copies of its files on this machine."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from tibidi.errors import DumpNotFound, TibidiError
from tibidi.fleet.index import INDEX, THREADS
from tibidi.store import remote

MAX_WIDTH = 60
LIST = """
select fingerprint, count(*) as count, min(time)[:16] as first, max(time)[:16] as last,
 count(distinct hostname) as hosts, coalesce(nullif(any_value(cause), ''), any_value(type)) as crash,
 any_value(own_file || ' ' || own_name) as place, arg_max(dump, time) as newest
from dumps where time >= ? group by fingerprint, if(fingerprint = '', dump, '') order by max(time)"""
SHOW = """
select dump, time[:19] as time, program, hostname, python, tibidi, type, message from dumps
where starts_with(fingerprint, $1) or old_fingerprint = $1 order by time desc"""
FIND = """
select dump, place, function, variable, value from variables where contains(value, $1) or variable = $1
union all select dump, 'message', '', type, message from dumps where contains(message, $1) limit 1000"""
SAME = """
select place, function, variable, any_value(type) as type, any_value(value) as value from variables
where fingerprint = $1 group by place, function, variable having count(distinct value) = 1
and count(*) = (select count(*) from dumps where fingerprint = $1) order by place, variable"""
SEPARATES = """
with each as (select place, function, variable, {by} as grp, count(distinct value) as number, any_value(value) as value
 from variables join (select * from dumps where fingerprint = $1) using (dump) group by place, function, variable, grp)
select $2 as separates, place, function, variable, string_agg(grp || ': ' || value, ', ' order by grp) as values
from each group by place, function, variable
having max(number) = 1 and count(*) > 1 and count(distinct value) = count(*)"""
FACTS = ("hostname", "python", "platform", "tibidi", "program")


class Answer(NamedTuple):
    """A table: the names of its columns, and its rows."""

    columns: list[str]
    rows: list[tuple[Any, ...]]

    def lines(self) -> Iterator[str]:
        """Yield it as aligned text."""
        table: Sequence[Sequence[str]] = [self.columns, *([str(cell) for cell in row] for row in self.rows)]
        widths = [min(max(map(len, column)), MAX_WIDTH) for column in zip(*table)]
        yield from ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table) if self.rows else ("nothing",)


class Fleet:
    """The index of a store, as the tables `dumps` and `variables`."""

    def __init__(self, url: str) -> None:
        try:
            import duckdb
        except ImportError:
            raise TibidiError("querying an index needs duckdb", remote.INSTALL) from None
        self._duckdb: Any = duckdb
        self._connection: Any = duckdb.connect()
        folder = _synchronized(url)
        self.is_empty = not os.path.isdir(os.path.join(folder, "variables"))
        for table in () if self.is_empty else ("dumps", "variables"):
            files = os.path.join(folder, table, "*", "*.parquet").replace("'", "''")
            self._connection.execute(f"create view {table} as from read_parquet('{files}', hive_partitioning = true)")

    def sql(self, query: str, *values: object) -> Answer:
        """Return what a query selects; raise TibidiError if it is wrong, or there is no index yet."""
        if self.is_empty:
            raise TibidiError("the store has no index yet", "make it: python -m tibidi fleet index STORE")
        try:
            found = self._connection.execute(query, list(values))
            return Answer([each[0] for each in found.description], found.fetchall())
        except self._duckdb.Error as error:
            raise TibidiError(f"DuckDB: {str(error)[:300]}", "the tables are dumps and variables") from None

    def common(self, fingerprint: str) -> list[Answer]:
        """Return the variables that are the same in all dumps of a crash, and those that separate versions or hosts."""
        query = "select fingerprint, packages from dumps where starts_with(fingerprint, ?) group by all"
        found = self.sql(query, fingerprint).rows
        if len({whole for whole, _ in found}) != 1:
            raise DumpNotFound(f"{fingerprint!r} is not one fingerprint of the index", "see: tibidi fleet list STORE")
        versions: dict[str, set[str]] = {}
        for _, packages in found:
            for name, version in json.loads(packages or "{}").items():
                versions.setdefault(name, set()).add(version)
        by = {name: f"cast({name} as varchar)" for name in FACTS}
        varying = (name for name, seen in versions.items() if len(seen) > 1 and name.replace("-", "").isalnum())
        by.update((name, f"json_extract_string(packages, '$.\"{name}\"')") for name in varying)
        answers = [self.sql(SEPARATES.format(by=each), found[0][0], name) for name, each in by.items()]
        separating = Answer(answers[0].columns, [row for answer in answers for row in answer.rows])
        return [self.sql(SAME, found[0][0]), separating]


def _synchronized(url: str) -> str:
    """Return a folder with the files of an index; each file of an object store is copied to this machine once."""
    store = remote.connect(url)
    if isinstance(store, remote.Folder):
        return os.path.join(store.url, INDEX)
    folder = remote.Folder(remote.cache(store.url))
    missing = [key for key, _ in store.list(INDEX) if not os.path.exists(os.path.join(folder.url, key))]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda key: folder.put(key, store.get(key)), missing))
    return os.path.join(folder.url, INDEX)
