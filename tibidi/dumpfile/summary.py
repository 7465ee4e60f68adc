"""`summary.json`: the story of a crash to JSON and back.

Writing trusts the model.  Reading trusts nothing: each field has the type
that the model gives it or the dump is damaged, fields that a later tibidi
added are passed over, fields that are missing have their defaults.
"""

from __future__ import annotations

import json

from tibidi import TYPE_CHECKING
from tibidi.dumpfile.format import FORMAT
from tibidi.errors import DamagedDump
from tibidi.errors import NewerFormat
from tibidi.model import KINDS
from tibidi.model import RELATIONS
from tibidi.model import CodeRecord
from tibidi.model import ExceptionRecord
from tibidi.model import FrameRecord
from tibidi.model import Omission
from tibidi.model import ProcessRecord
from tibidi.model import Summary
from tibidi.model import TaskRecord
from tibidi.model import ThreadRecord
from tibidi.model import Variable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Callable
    from typing import TypeVar

    T = TypeVar("T")

# A frame takes some 500 bytes of memory, `{}` in the file; braces within texts count, too.
MAX_OBJECTS = 1_000_000
MAX_NUMBER = 1 << 64  # identifiers of threads are addresses

Json = object  # what json.loads gives: nothing is known of it


# Model -> JSON.


def to_json(summary: Summary) -> dict[str, object]:
    """Return `summary` as the plain data of `summary.json`."""
    return {
        "format": summary.format,
        "tibidi": summary.tibidi,
        "time": summary.time,
        "complete": summary.complete,
        "fingerprint": summary.fingerprint,
        "process": _process_to_json(summary.process),
        "exceptions": [_with_frames(record) for record in summary.exceptions],
        "threads": [_with_frames(record) for record in summary.threads],
        "tasks": [_with_frames(record) for record in summary.tasks],
        "omissions": [record._asdict() for record in summary.omissions],
    }


def _process_to_json(process: ProcessRecord) -> dict[str, object]:
    return {**process._asdict(), "packages": dict(process.packages), "environment": dict(process.environment)}


def _with_frames(record: ExceptionRecord | ThreadRecord | TaskRecord) -> dict[str, object]:
    return {**record._asdict(), "frames": [_frame_to_json(frame) for frame in record.frames]}


def _frame_to_json(frame: FrameRecord) -> dict[str, object]:
    variables = {name: variable._asdict() for name, variable in frame.locals.items()}
    return {**frame._asdict(), "code": frame.code._asdict(), "locals": variables}


def dumps(data: Mapping[str, object]) -> bytes:
    """Return JSON as ASCII bytes: lone surrogates survive as escapes."""
    return json.dumps(data, separators=(",", ":")).encode("ascii")


# JSON -> model.


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


def from_json(data: Mapping[str, Json]) -> Summary:
    """Return the story in `data`; raise DamagedDump or NewerFormat when there is none to be had."""
    number = _read(data, "format", int, 0)
    if number > FORMAT:
        raise NewerFormat(f"the dump has format {number}, this tibidi reads up to {FORMAT}")
    exceptions = _records(data, "exceptions", _exception)
    if not exceptions:
        raise DamagedDump("the dump tells of no exception")
    return Summary(
        format=number,
        tibidi=_read(data, "tibidi", str, ""),
        time=_read(data, "time", str, ""),
        complete=_read(data, "complete", bool, False),
        fingerprint=_read(data, "fingerprint", str, ""),
        process=_process(_read(data, "process", dict, {})),
        exceptions=exceptions,
        threads=_records(data, "threads", _thread),
        tasks=_records(data, "tasks", _task),
        omissions=omissions_from_json(data),
    )


def omissions_from_json(data: Mapping[str, Json]) -> tuple[Omission, ...]:
    """Return the list `omissions` of `data`."""
    return _records(data, "omissions", _omission)


def _process(data: Mapping[str, Json]) -> ProcessRecord:
    return ProcessRecord(
        pid=_read(data, "pid", int, 0),
        ppid=_read(data, "ppid", int, 0),
        argv=_texts(data, "argv"),
        executable=_read(data, "executable", str, ""),
        cwd=_read(data, "cwd", str, ""),
        python=_read(data, "python", str, ""),
        implementation=_read(data, "implementation", str, ""),
        platform=_read(data, "platform", str, ""),
        hostname=_read(data, "hostname", str, ""),
        packages=_text_map(data, "packages"),
        environment=_text_map(data, "environment"),
    )


def _exception(data: Mapping[str, Json]) -> ExceptionRecord:
    return ExceptionRecord(
        id=_read(data, "id", int, 0),
        parent=_optional(data, "parent"),
        relation=_one_of(data, "relation", RELATIONS),
        type=_read(data, "type", str, ""),
        message=_read(data, "message", str, ""),
        notes=_texts(data, "notes"),
        suppress_context=_read(data, "suppress_context", bool, False),
        frames=_records(data, "frames", _frame),
    )


def _thread(data: Mapping[str, Json]) -> ThreadRecord:
    return ThreadRecord(
        name=_read(data, "name", str, ""),
        ident=_read(data, "ident", int, 0),
        crashed=_read(data, "crashed", bool, False),
        daemon=_read(data, "daemon", bool, False),
        frames=_records(data, "frames", _frame),
    )


def _task(data: Mapping[str, Json]) -> TaskRecord:
    name, state = _read(data, "name", str, ""), _read(data, "state", str, "")
    return TaskRecord(name=name, state=state, frames=_records(data, "frames", _frame))


def _frame(data: Mapping[str, Json]) -> FrameRecord:
    return FrameRecord(
        file=_read(data, "file", str, ""),
        module=_read(data, "module", str, ""),
        name=_read(data, "name", str, ""),
        qualname=_read(data, "qualname", str, ""),
        line=_read(data, "line", int, 0),
        end_line=_optional(data, "end_line"),
        column=_optional(data, "column"),
        end_column=_optional(data, "end_column"),
        first_line=_read(data, "first_line", int, 1),
        code=_code(_read(data, "code", dict, {})),
        locals={name: _variable(value) for name, value in _read(data, "locals", dict, {}).items()},
    )


def _code(data: Mapping[str, Json]) -> CodeRecord:
    return CodeRecord(
        kind=_one_of(data, "kind", KINDS),
        varnames=_texts(data, "varnames"),
        argcount=_read(data, "argcount", int, 0),
        posonlyargcount=_read(data, "posonlyargcount", int, 0),
        kwonlyargcount=_read(data, "kwonlyargcount", int, 0),
        flags=_read(data, "flags", int, 0),
        freevars=_texts(data, "freevars"),
        cellvars=_texts(data, "cellvars"),
    )


def _variable(value: Json) -> Variable:
    data = _as(value, dict, "a variable")
    return Variable(type=_read(data, "type", str, ""), preview=_read(data, "preview", str, ""))


def _omission(data: Mapping[str, Json]) -> Omission:
    path, reason = _read(data, "path", str, ""), _read(data, "reason", str, "")
    return Omission(path=path, reason=reason, detail=_read(data, "detail", str, ""))


# Typed reading.


def _read(data: Mapping[str, Json], key: str, kind: type[T], default: T) -> T:
    return _as(data[key], kind, key) if key in data else default


def _as(value: Json, kind: type[T], where: str) -> T:
    if type(value) is not kind:  # exact: True is no line number
        raise DamagedDump(f"{where!r} in the dump is {_kind(value)} where {kind.__name__} belongs")
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise DamagedDump(f"{where!r} in the dump is a number of {value.bit_length()} bits")
    return value


def _optional(data: Mapping[str, Json], key: str) -> int | None:
    return None if data.get(key) is None else _read(data, key, int, 0)


def _one_of(data: Mapping[str, Json], key: str, words: tuple[str, ...]) -> str:
    word = _read(data, key, str, words[0])
    if word not in words:
        raise DamagedDump(f"{key!r} in the dump is {word[:80]!r}, none of {', '.join(words)}")
    return word


def _records(data: Mapping[str, Json], key: str, build: Callable[[Mapping[str, Json]], T]) -> tuple[T, ...]:
    items: list[Json] = _read(data, key, list, [])
    return tuple(build(_as(item, dict, key)) for item in items)


def _texts(data: Mapping[str, Json], key: str) -> tuple[str, ...]:
    items: list[Json] = _read(data, key, list, [])
    return tuple(_as(item, str, key) for item in items)


def _text_map(data: Mapping[str, Json], key: str) -> dict[str, str]:
    items: dict[str, Json] = _read(data, key, dict, {})
    return {name: _as(value, str, key) for name, value in items.items()}


def _kind(value: Json) -> str:
    return "null" if value is None else type(value).__name__


def _refuse_constant(text: str) -> Json:
    raise ValueError(f"{text} is no JSON")
