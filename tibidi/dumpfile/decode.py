"""`summary.json` and `values/index.json` -> the model.

The file is not trusted: a field of another type than in the model makes the dump damaged.  Unknown fields, which a
later tibidi has added, are ignored; missing fields have their defaults.  The annotations of the records say which
fields there are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache

from tibidi import history, model
from tibidi.dumpfile.format import FORMAT
from tibidi.errors import DamagedDump, NewerFormat
from tibidi.model import Index, Summary
from tibidi.process.hints import Any

# A frame takes some 500 bytes of memory, and as little as `{}` in the file.  Braces within texts count as well.
MAX_OBJECTS = 1_000_000
MAX_NUMBER = 1 << 64  # identifiers of threads are addresses

Json = object  # anything that json.loads returns

PLAIN: dict[str, type] = {"str": str, "int": int, "bool": bool}
DEFAULTS: dict[str, object] = {"str": "", "int": 0, "bool": False, "tuple": (), "Mapping": {}}
RECORDS: dict[str, Any] = {
    name: record for name, record in (vars(model) | vars(history)).items() if hasattr(record, "_fields")
}
# Fields with few values, by record; the first one is the default.
CHOICES: dict[Any, dict[str, tuple[str, ...]]] = {
    model.CodeRecord: {"kind": model.KINDS},
    model.ExceptionRecord: {"relation": model.RELATIONS},
}


def loads(data: bytes, name: str) -> dict[str, Json]:
    """Return the object in `data`, the text of the member `name`; raise DamagedDump if there is none."""
    if data.count(b"{") + data.count(b"[") > MAX_OBJECTS:
        raise DamagedDump(f"{name} has more than {MAX_OBJECTS} objects")
    try:
        value = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise DamagedDump(f"{name} is not JSON: {type(error).__name__}: {str(error)[:200]}") from None
    if not isinstance(value, dict):
        raise DamagedDump(f"{name} holds {_kind(value)} where an object belongs")
    return value


def summary_from_json(data: Mapping[str, Json]) -> Summary:
    """Return the summary in `data`; raise DamagedDump or NewerFormat if there is none."""
    number = _as(data.get("format", 0), int, "format")
    if number > FORMAT:
        raise NewerFormat(f"the dump has format {number}, this tibidi reads up to {FORMAT}")
    summary: Summary = _record(Summary, data, "summary")
    if not summary.exceptions and summary.kind == model.CRASH:
        raise DamagedDump("the dump has no exception")
    return summary._replace(fingerprints=summary.fingerprints or {"1.0": old_fingerprint(summary)})


def old_fingerprint(summary: Summary) -> str:
    """Return the fingerprint of tibidi 1.0: the digest of all types, modules, files and functions, not of lines."""
    from tibidi.process.digest import sha256  # no dump of today needs it

    digest = sha256()
    for record in summary.exceptions:
        digest.update(f"{record.relation} {record.type}\n".encode("utf-8", "replace"))
        before = ""
        for frame in record.frames[-30:]:
            place = f"{frame.module} {frame.file.rpartition('/')[2]} {frame.qualname}\n"
            if place != before:
                digest.update(place.encode("utf-8", "replace"))
            before = place
    return digest.hexdigest()[:16]


def index_from_json(data: Mapping[str, Json]) -> Index:
    """Return the index in `data`; raise DamagedDump if there is none."""
    members, namespaces = data.get("members", {}), data.get("globals", {})
    if not isinstance(members, dict) or not isinstance(namespaces, dict):
        raise DamagedDump("values/index.json does not map members")
    return Index(
        complete=data.get("complete") is True,
        members={str(name): _only_texts(paths) for name, paths in members.items()},
        globals={str(path): str(key) for path, key in namespaces.items()},
        omissions=_field("tuple[Omission, ...]")(data.get("omissions", []), "omissions"),
    )


def _only_texts(value: Json) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def _record(record: Any, value: Json, where: str) -> Any:
    data = _as(value, dict, where)
    fields: dict[str, object] = {}
    choices = CHOICES.get(record, {})
    for name, annotation in record.__annotations__.items():
        if name in data:
            fields[name] = _field(annotation)(data[name], name)
        elif name not in record._field_defaults:
            fields[name] = choices[name][0] if name in choices else _default(annotation)
        if name in choices and fields.get(name, choices[name][0]) not in choices[name]:
            raise DamagedDump(f"{name!r} in the dump is {str(fields[name])[:80]!r}, none of {', '.join(choices[name])}")
    return record(**fields)


@cache
def _field(annotation: str) -> Callable[[Json, str], Any]:
    """Return the function that checks and converts a field with this annotation."""
    if annotation in PLAIN:
        return lambda value, where: _as(value, PLAIN[annotation], where)
    if annotation in RECORDS:
        return lambda value, where: _record(RECORDS[annotation], value, where)
    kind, _, rest = annotation.partition("[")
    if kind == "tuple":
        item = _field(rest[: -len(", ...]")])
        return lambda value, where: tuple([item(each, where) for each in _as(value, list, where)])
    if kind == "Mapping":
        item = _field(rest[len("str, ") : -len("]")])
        return lambda value, where: {name: item(each, where) for name, each in _as(value, dict, where).items()}
    item = _field(annotation[: -len(" | None")])
    return lambda value, where: None if value is None else item(value, where)


def _default(annotation: str) -> object:
    """Return the value of a missing field that has no default in the model."""
    if annotation.endswith("None"):
        return None
    kind = annotation.partition("[")[0]
    return _record(RECORDS[kind], {}, kind) if kind in RECORDS else DEFAULTS[kind]


def _as(value: Json, kind: type, where: str) -> Any:
    if type(value) is not kind:  # exact: True is no line number
        raise DamagedDump(f"{where!r} in the dump is {_kind(value)} where {kind.__name__} belongs")
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise DamagedDump(f"{where!r} in the dump is a number of {value.bit_length()} bits")
    return value


def _kind(value: Json) -> str:
    return "null" if value is None else type(value).__name__


def _refuse_constant(text: str) -> Json:
    raise ValueError(f"{text} is no JSON")
