"""The model -> what a dump says of itself: summary, headline, index, signature."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.culprit import cause_and_frame, subjects
from tibidi.dumpfile.format import FORMAT
from tibidi.process.digest import hmac_sha256, sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tibidi import model

SCALARS = {str, int, bool}
MAX_HEADLINE_CHARACTERS = 200  # of one field
MANY_FRAMES = 50
MAX_TEST_CHARACTERS = 1_000  # of a node id, which finds the dump


def summary_json(summary: model.Summary) -> bytes:
    """Return `summary.json`."""
    try:
        if len(summary.frames()) > MANY_FRAMES:
            from tibidi.dumpfile import many_frames  # for few crashes

            return many_frames.summary_json(summary)
    except Exception:  # noqa: BLE001, S110 - no memory, no files any more: as few frames
        pass
    return dumps(summary_to_json(summary))


def summary_to_json(summary: model.Summary) -> dict[str, object]:
    """Return `summary` as the plain data of `summary.json`."""
    process = summary.process
    return {
        **{name: value for name, value in summary._asdict().items() if type(value) in SCALARS},
        "fingerprints": dict(summary.fingerprints),
        "scrubbed": list(summary.scrubbed),
        "test": summary.test and _test_to_json(summary.test),
        "exceptions": [
            {**_with_frames(record), "attributes": variables_to_json(record.attributes)}
            for record in summary.exceptions
        ],
        **{name: [_with_frames(record) for record in getattr(summary, name)] for name in ("threads", "tasks")},
        **{name: [each._asdict() for each in getattr(summary, name)] for name in ("omissions", "log", "swallowed")},
        "process": {name: dict(each) if hasattr(each, "keys") else each for name, each in process._asdict().items()},
    }


def _with_frames(record: model.ExceptionRecord | model.ThreadRecord | model.TaskRecord) -> dict[str, object]:
    return {**record._asdict(), "frames": [frame_to_json(frame) for frame in record.frames]}


def frame_to_json(frame: model.FrameRecord) -> dict[str, object]:
    """Return a frame as plain data."""
    data: dict[str, object] = frame._asdict()
    data.update(code=frame.code._asdict(), locals=variables_to_json(frame.locals))
    return data


def variables_to_json(variables: Mapping[str, model.Variable]) -> Mapping[str, object]:
    """Return variables as plain data."""
    data: dict[str, dict[str, object]] = {}
    for name, (kind, preview, table) in variables.items():
        data[name] = {"type": kind, "preview": preview, **({} if table is None else {"table": table._asdict()})}
    return data


def _test_to_json(test: model.FailedTest) -> dict[str, object]:
    variables = {name: variables_to_json(getattr(test, name)) for name in ("fixtures", "params")}
    return {**test._asdict(), **variables, "captured": dict(test.captured)}


def headline(summary: model.Summary) -> dict[str, object]:
    """Return the fields of a `Headline`."""
    crash = subjects(summary)[-1]
    frame = crash.frames[-1] if crash.frames else None
    cause, own = cause_and_frame(summary)
    return {
        "fingerprint": summary.fingerprint[:64],
        "time": summary.time,
        "type": crash.type[:MAX_HEADLINE_CHARACTERS],
        "message": crash.message[:MAX_HEADLINE_CHARACTERS],
        "program": summary.process.argv[0][-MAX_HEADLINE_CHARACTERS:] if summary.process.argv else "",
        "pid": summary.process.pid,
        "file": frame.file[-MAX_HEADLINE_CHARACTERS:] if frame else "",
        "line": frame.line if frame else 0,
        "name": frame.name[:MAX_HEADLINE_CHARACTERS] if frame else "",
        "cause": "" if cause == crash else cause.type[:MAX_HEADLINE_CHARACTERS],
        "own_file": own.file[-MAX_HEADLINE_CHARACTERS:] if own else "",
        "own_line": own.line if own else 0,
        "own_name": own.name[:MAX_HEADLINE_CHARACTERS] if own else "",
        "kind": summary.kind[:MAX_HEADLINE_CHARACTERS],
        "test": summary.test.id[:MAX_TEST_CHARACTERS] if summary.test else "",
    }


def index_to_json(index: model.Index) -> dict[str, object]:
    """Return `index` as the plain data of `values/index.json`."""
    omissions = [omission._asdict() for omission in index.omissions]
    mappings = {"members": dict(index.members), "globals": dict(index.globals)}
    return {"format": FORMAT, **index._asdict(), **mappings, "omissions": omissions}


def dumps(data: Mapping[str, object]) -> bytes:
    """Return JSON as ASCII bytes: lone surrogates survive as escapes."""
    return encoder()(data).encode("ascii")


def encoder() -> Callable[[Mapping[str, object]], str]:
    """Return the function for JSON in ASCII."""
    try:  # the encoder in C; `json` imports its decoder as well, and compiles six expressions: two milliseconds
        from _json import encode_basestring_ascii, make_encoder
    except ImportError:  # not CPython
        import json

        return json.JSONEncoder(separators=(",", ":")).encode
    # Lib/json/encoder.py, JSONEncoder.iterencode
    encode = make_encoder(None, None, encode_basestring_ascii, None, ":", ",", False, False, True)  # type: ignore[arg-type]
    return lambda data: "".join(encode(data, 0))


# The signature: an HMAC-SHA256 (RFC 2104) with a key that never leaves its machine.  It covers one line for each
# member before it, so that it is checked without inflating, let alone unpickling, a single byte.


def statement(name: bytes, extra: bytes, packing: tuple[int, int, int], digest: str) -> bytes:
    """Return the line that the signature covers for one member.

    `packing` is its method, checksum and size; `digest` that of the packed bytes as they stand in the file.
    """
    note = sha256(extra).hexdigest()
    return b"%d %d %d %s %s %s\n" % (*packing, digest.encode(), note.encode(), name)


def sign(key: bytes, statements: Iterable[bytes]) -> bytes:
    """Return the signature over the lines of all members, as hexadecimal text."""
    return hmac_sha256(key, b"".join(statements)).encode()
