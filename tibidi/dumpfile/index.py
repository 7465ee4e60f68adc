"""`values/index.json`: which pickle holds what, and what is not in any.

Written last, when it is known.  A file that was cut before it is readable all
the same: each pickle begins with the paths that it is for, and the globals of
a frame are by default those of the module that it names.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from tibidi.dumpfile.format import FORMAT
from tibidi.dumpfile.summary import omissions_from_json
from tibidi.errors import DamagedDump

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tibidi.model import Omission


@dataclass(frozen=True)
class Index:
    """What became of pass two.

    `members` maps the name of each pickle to the paths that it is for,
    `globals` the path of a frame to that of its globals.  `complete` is False
    when deadline or size limit ended the dump before everything was visited.
    """

    complete: bool = False
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)
    globals: dict[str, str] = field(default_factory=dict)
    omissions: tuple[Omission, ...] = ()


def to_json(index: Index) -> dict[str, object]:
    """Return `index` as the plain data of `values/index.json`."""
    omissions = [vars(omission) for omission in index.omissions]
    return {"format": FORMAT, **vars(index), "omissions": omissions}


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
