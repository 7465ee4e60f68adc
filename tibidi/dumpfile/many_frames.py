"""The JSON of a summary with many frames: what the frames of one line have in common is encoded once.

A recursion of a thousand frames is half a megabyte of JSON, of which a tenth differs from frame to frame.
"""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.dumpfile.encode import encoder, frame_to_json, summary_to_json, variables_to_json

if TYPE_CHECKING:
    from typing import Any

    from tibidi.model import FrameRecord, Summary

# Where a record without frames has them.  No text contains this, as quotes in it are escaped.
NO_FRAMES = '"frames":[]'
END = "{}}"  # no variables, which are the last field


def summary_json(summary: Summary) -> bytes:
    """Return the same as `dumps(summary_to_json(summary))`."""
    stacks: list[tuple[FrameRecord, ...]] = []
    empty: dict[str, Any] = {}
    for name in ("exceptions", "threads", "tasks"):  # as they are in the JSON
        records = getattr(summary, name)
        stacks += [record.frames for record in records]
        empty[name] = tuple([record._replace(frames=()) for record in records])
    encode = encoder()
    begin, *rest = encode(summary_to_json(summary._replace(**empty))).split(NO_FRAMES)
    heads: dict[tuple[object, ...], str] = {}

    def frame_json(frame: FrameRecord) -> str:
        place = frame[:-1]
        head = heads.get(place)
        if head is None:
            head = heads[place] = encode(frame_to_json(frame._replace(locals={})))[: -len(END)]
        return f"{head}{encode(variables_to_json(frame.locals))}}}"

    parts = [begin]
    for frames, after in zip(stacks, rest):
        parts += '"frames":[', ",".join(map(frame_json, frames)), "]", after
    return "".join(parts).encode("ascii")
