"""A store of dumps of many machines: a folder, or an object store by URL.

obstore (extra `fleet`) speaks to object stores: it takes credentials from the environment (`AWS_ENDPOINT_URL` and so
on) and reads ranges.  A folder needs no extra.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from tibidi.dumpfile.partial import write_file
from tibidi.errors import DumpNotFound, TibidiError
from tibidi.store.homes import user_cache

INSTALL = "pip install 'tibidi[fleet]'"
DUMPS = "dumps"  # the folder of dumps in a store, with one folder for each day
RETRIES = {"max_retries": 1, "retry_timeout": timedelta(seconds=30)}  # the pusher tries again, too
URL = "url"  # the file in a cache that names the store


class Folder:
    """A store in a folder."""

    def __init__(self, path: str) -> None:
        self.url = os.path.abspath(path)

    def put(self, key: str, data: bytes) -> None:
        """Write an object, whole or not at all."""
        path = os.path.join(self.url, key)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write_file(path, data)

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes of an object from `start` to `end`, as far as it goes."""
        with open(os.path.join(self.url, key), "rb") as file:
            file.seek(start)
            return file.read(-1 if end is None else end - start)

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the keys in a folder of the store, with their sizes."""
        for path in Path(self.url, prefix).rglob("*.p*"):
            if path.suffix != ".partial" and path.is_file():  # reading a pipe could block for ever
                yield path.relative_to(self.url).as_posix(), path.stat().st_size


class Objects:
    """A store in an object store: s3://, gs://, az://."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        try:
            import obstore

            plain = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
            options = {"allow_http": plain, "connect_timeout": "10s"}  # a request may take 30 seconds
            self._store: Any = obstore.store.from_url(self.url, client_options=options, retry_config=RETRIES)
        except ImportError:
            raise TibidiError(f"{url} needs obstore", INSTALL) from None
        except Exception as error:  # noqa: BLE001 - the errors of obstore
            problem = str(error).partition("\n")[0][:200]
            raise TibidiError(f"not a store: {url}: {problem}", "name a folder or s3://BUCKET") from None

    def put(self, key: str, data: bytes) -> None:
        """Write an object, whole or not at all."""
        self._store.put(key, data)

    def get(self, key: str, start: int = 0, end: int | None = None) -> bytes:
        """Return the bytes of an object from `start` to `end`, as far as it goes."""
        return bytes(self._store.get(key).bytes() if end is None else self._store.get_range(key, start=start, end=end))

    def list(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the keys in a folder of the store, with their sizes."""
        return ((each["path"], each["size"]) for page in self._store.list(prefix) for each in page)


def connect(url: str) -> Folder | Objects:
    """Return the store at a URL or path, and remember that it was used; raise TibidiError if there is none."""
    url = url.removeprefix("file://")
    store = Objects(url) if "://" in url else Folder(url)
    with suppress(OSError):  # a user without a home can push all the same
        Folder(cache(store.url)).put(URL, store.url.encode())
    return store


def cache(url: str) -> str:
    """Return the folder for copies of what is in a store."""
    return os.path.join(user_cache(), "fleet", sha256(url.encode()).hexdigest()[:16])


def key_of(name: str) -> str:
    """Return the key of a dump by its name, which begins with its day."""
    return f"{DUMPS}/{name[:4]}-{name[4:6]}-{name[6:8]}/{name}"


def fetch(name: str) -> str:
    """Return the path of a copy of a dump, by its URL, or by its name in a store used before; raise DumpNotFound."""
    place, _, name = name.rpartition("/")
    notes = Path(user_cache(), "fleet").glob(f"*/{URL}")
    urls = [place.partition(f"/{DUMPS}/")[0]] if place else [note.read_text("utf-8") for note in notes]
    problem = "no store was used here"
    for url in urls:
        copy = os.path.join(cache(url), name)
        try:
            if not os.path.exists(copy):
                Folder(cache(url)).put(name, connect(url).get(key_of(name)))
            return copy
        except Exception as error:  # noqa: BLE001 - it is not there, or the store cannot be reached
            problem = f"{url}: {str(error)[:200]}"
    raise DumpNotFound(f"no dump {name} in a store: {problem}", "name its store: python -m tibidi fleet list STORE")
