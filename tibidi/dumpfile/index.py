"""`values/index.json`: which pickle holds what, and what is not in any.

Written last, when it is known.  A file that was cut before it is readable all
the same: each pickle begins with the paths that it is for, and the globals of
a frame are by default those of the module that it names.
"""

from __future__ import annotations

from types import MappingProxyType

from tibidi import TYPE_CHECKING
from tibidi.dumpfile.format import FORMAT
from tibidi.dumpfile.summary import omissions_from_json
from tibidi.errors import DamagedDump
from tibidi.model import NOTHING
from tibidi.process.records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tibidi.model import Omission

NO_MEMBERS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


class Index(NamedTuple):
    """What became of pass two.

    `members` maps the name of each pickle to the paths that it is for,
    `globals` the path of a frame to that of its globals.  `complete` is False
    when deadline or size limit ended the dump before everything was visited.
    """

    complete: bool = False
    members: Mapping[str, tuple[str, ...]] = NO_MEMBERS
    globals: Mapping[str, str] = NOTHING
    omissions: tuple[Omission, ...] = ()


def to_json(index: Index) -> dict[str, object]:
    """Return `index` as the plain data of `values/index.json`."""
    omissions = [omission._asdict() for omission in index.omissions]
    mappings = {"members": dict(index.members), "globals": dict(index.globals)}
    return {"format": FORMAT, **index._asdict(), **mappings, "omissions": omissions}


def from_json(data: Mapping[str, object]) -> Index:
    """Return the index in `data`; raise DamagedDump when it is none."""
    members, namespaces = data.get("members", {}), data.get("globals", {})
    if not isinstance(members, dict) or not isinstance(namespaces, dict):
        raise DamagedDump("values/index.json maps no members")
    return Index(
        complete=data.get("complete") is True,
        members={str(name): _texts(paths) for name, paths in members.items()},
        globals={str(path): str(key) for path, key in namespaces.items()},
        omissions=omissions_from_json(data),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
