"""A user's program over the whole of `tibidi`, as type checkers and the interpreter see it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

import tibidi


def shorten(frame: tibidi.DumpedFrame) -> str:
    columns = f":{frame.column}-{frame.end_column}" if frame.column is not None else ""
    return f"{frame.module}.{frame.qualname} {frame.file}:{frame.line}{columns}, from line {frame.first_line}"


def causes(dump: tibidi.Dump, exception: tibidi.DumpedException) -> list[tibidi.DumpedException]:
    return [each for each in dump.exceptions if each.parent == exception.id and each.relation == "cause"]


def describe_gap(omission: tibidi.Omission) -> str:
    return f"{omission.path}: {omission.reason.upper()} {omission.detail}"


def describe_value(value: object) -> str:
    if isinstance(value, tibidi.Cut):
        return f"cut {value.type_name}, {sorted(value.facts)}"
    if isinstance(value, (tibidi.Redacted, tibidi.NotPickleable, tibidi.Dummy)):
        return f"{type(value).__name__} {value.type_name}: {value.reason}"
    return repr(value)


def as_objects(dump: tibidi.Dump) -> None:
    crash = dump.exceptions[-1]
    frames: Sequence[tibidi.DumpedFrame] = crash.frames
    frame = frames[-1]
    assert frame is crash[-1]
    assert [frame] == list(crash[-1:])
    print(dump.time.partition("T")[0] != "", dump.fingerprint.isalnum(), dump.live, dump.complete, dump.format + 1)
    print(crash.type, crash.message, crash.notes, crash.relation, [each.type for each in causes(dump, crash)])
    print(isinstance(crash.exception, BaseException), frame.name, frame.code.argcount, shorten(frame) != "")
    print(frame["amount"] + 1, frame.locals["amount"] * 2, frame.globals["__name__"].upper(), frame.get("missing", 3))
    print(dump.modules["__main__"]["card"]["numbers"][0] + 1)
    print(sorted(describe_value(value)[:8] for value in frame.locals.values()) != [])
    for thread in dump.threads:
        print(thread.name, thread.ident > 0, thread.crashed, thread.daemon, [frame.line > 0 for frame in thread.frames] != [])
    for task in dump.tasks:
        print(task.name, task.state, task.frames[0].line)
    print(dump.process.pid > 0, dump.process.argv[0] != "", dump.process.environment.get("HOME", "") != "")
    print(len([describe_gap(each) for each in dump.omissions]) > 0, any("def pay" in text for text in dump.sources.values()))


def as_dictionaries(dump: tibidi.Dump) -> None:
    when: datetime | None = dump["timestamp"]
    print(dump["exceptions"][-1][-1]["amount"] + 1, dump["system"]["python"].split(".")[0], when is not None)


def main() -> int:
    try:
        dump = tibidi.load(sys.argv[1], trust=False)
    except tibidi.TibidiError as error:
        print(error, error.hint, error.exit_code)
        return error.exit_code
    as_objects(dump)
    as_dictionaries(dump)
    try:
        raise LookupError("written by hand")
    except LookupError as error:
        written: str = tibidi.dump_exception(error, sys.argv[2])
    tibidi.set_excepthook(sys.argv[2], replace=True, silent=False)
    tibidi.uninstall()
    print(tibidi.load(written).exceptions[0].message, tibidi.__version__ != "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
