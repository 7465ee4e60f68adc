"""A summary without values: stacks, types and counts, and nothing that the application computed."""

from __future__ import annotations

from tibidi import TYPE_CHECKING
from tibidi.model import FrameRecord, ProcessRecord, Summary, Variable

if TYPE_CHECKING:
    from collections.abc import Mapping


SCRUBBED_TEXT = "<scrubbed>"  # in place of a preview


def minimal(summary: Summary) -> Summary:
    """Return a summary with files, lines, functions, and the names and types of variables; it groups as before.

    It has what is named here only: what a later version adds to summaries stays out.
    """
    process = summary.process
    known = ProcessRecord(
        pid=process.pid,
        argv=process.argv[:1],
        python=process.python,
        implementation=process.implementation,
        platform=process.platform,
    )
    return Summary(
        summary.tibidi,
        summary.time,
        known,
        exceptions=tuple(
            each._replace(message="", notes=(), frames=_frames(each.frames), attributes=_types(each.attributes))
            for each in summary.exceptions
        ),
        threads=tuple(each._replace(name="", frames=_frames(each.frames)) for each in summary.threads),
        tasks=tuple(each._replace(name="", frames=_frames(each.frames)) for each in summary.tasks),
        reason=summary.reason.partition(": ")[0],
        fingerprint=summary.fingerprint,
        fingerprints=summary.fingerprints,
        complete=summary.complete,
        format=summary.format,
        kind=summary.kind,
        scrubbed=("all but stacks and types",),
    )


def _frames(frames: tuple[FrameRecord, ...]) -> tuple[FrameRecord, ...]:
    return tuple(frame._replace(locals=_types(frame.locals)) for frame in frames)


def _types(variables: Mapping[str, Variable]) -> dict[str, Variable]:
    return {name: Variable(variable.type, SCRUBBED_TEXT) for name, variable in variables.items()}
