"""`tibidi info`: what crashed, where the dump comes from, and how much of it there is."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tibidi import model
from tibidi.culprit import cause_and_frame, culprit, subjects
from tibidi.dumpfile import encode
from tibidi.dumpfile.reader import Reader
from tibidi.model import Omission, ProcessRecord, Summary
from tibidi.present import phrases, show, vitals
from tibidi.present.lines import MESSAGE_CHARS, cut
from tibidi.process.texts import printable

LABEL_WIDTH = 13
VALUES = "values"  # the path of an omission of all values
# The limits that end a dump early, by the reason of the omissions.
LIMITS = {model.TIMEOUT: "time limit", model.TOO_LARGE: "size limit"}


def lines(
    reader: Reader,
    *,
    trust: str,
    mismatches: Iterable[str],
    omissions: Sequence[Omission] | None = None,
    everything: bool = False,
) -> Iterator[str]:
    """Yield what crashed and where the dump comes from; with `everything`, also packages, environment and omissions.

    `trust` is a text about its signature; `mismatches` are the differences on this
    machine; `omissions` replace those in the file if loading found more.
    """
    summary, sources = reader.summary, reader.sources
    missing = (*summary.omissions, *reader.damage) if omissions is None else omissions
    yield _field("dump", f"{reader.path}, {phrases.size(os.path.getsize(reader.path))}")
    yield _field("written by", f"tibidi {summary.tibidi}, format {summary.format}, {_completeness(reader)}")
    yield _field("signature", trust)
    if summary.test is not None:
        yield _field("test", ", ".join(filter(None, summary.test[:2])))
    yield from _crash(summary)
    yield from _process(summary.process)
    yield from (_field(label, value) for label, value in vitals.lines(vitals.facts(summary)))
    counts = _counts(summary, sources).items()
    yield _field("content", ", ".join(phrases.count(number, noun[:-1].replace("_", " ")) for noun, number in counts))
    yield _field("missing", show.reasons(missing) or "nothing")
    yield from _section("differences from here", mismatches)
    packages, environment = summary.process.packages, summary.process.environment
    if everything:
        yield from _section("packages", _pairs(packages, " "))
        yield from _section("environment", _pairs(environment, "="))
        yield ""
        yield from show.omissions(missing)
        return
    known = (phrases.count(len(packages), "package"), phrases.count(len(environment), "environment variable"))
    yield ""
    yield f"{', '.join(known)}, {phrases.count(len(missing), 'omission')}; --all lists them"


def to_json(reader: Reader, *, signed: bool, mismatches: Iterable[str]) -> dict[str, object]:
    """Return the facts of `lines` as plain data; `signed` says whether your key signed the dump."""
    summary = reader.summary
    cause, own = cause_and_frame(summary)
    missing = (*summary.omissions, *reader.damage)
    shown = {"crash": subjects(summary)[-1], "root_cause": cause}
    return {
        "path": reader.path,
        "size": os.path.getsize(reader.path),
        **{name: getattr(summary, name) for name in ("format", "tibidi", "complete", "time", "fingerprint", "kind")},
        "signed_by_your_key": signed,
        **{key: {"type": each.type, "message": each.message} for key, each in shown.items()},
        "at": own and {"file": own.file, "line": own.line, "name": own.name, "qualname": own.qualname},
        "process": encode.summary_to_json(summary)["process"],
        "vitals": vitals.facts(summary),
        "test": summary.test and summary.test.id,
        "content": _counts(summary, reader.sources),
        "differences": list(mismatches),
        "omissions": [omission._asdict() for omission in missing],
    }


def _crash(summary: Summary) -> Iterator[str]:
    yield _field("time", f"{phrases.moment(summary.time)} UTC")
    yield from _culprit(summary)
    elsewhere = phrases.elsewhere(summary.exceptions) or phrases.without_values(summary.omissions)
    elsewhere = elsewhere or phrases.out_of_memory(summary.exceptions)
    if elsewhere:
        yield _field("variables", elsewhere[:1].lower() + elsewhere[1:])
    yield _field("fingerprint", summary.fingerprint)


def _culprit(summary: Summary) -> Iterator[str]:
    exceptions = subjects(summary)
    crash = exceptions[-1]
    found = culprit(exceptions, summary.process)
    cause = exceptions[found.exception]
    told = [cut(phrases.crash_line(each.type, each.message), MESSAGE_CHARS) for each in (crash, cause)]
    if summary.exceptions:
        yield _field("crash", told[0])
    else:  # "killed: by SIGKILL", "native SIGSEGV: Segmentation fault"
        yield _field(summary.kind, told[0].removeprefix(f"{summary.kind}: ").removeprefix("native "))
    if cause is not crash:
        yield _field("root cause", told[1])
    if found.frame is None:
        return
    frame, raised = cause.frames[found.frame], cause.frames[-1]
    yield _field("at", phrases.place(frame.file, frame.line, frame.qualname))
    deeper = len(cause.frames) - 1 - found.frame
    if deeper:
        frames = phrases.count(deeper, "frame")
        yield _field("raised", f"{frames} deeper, at {phrases.place(raised.file, raised.line, raised.qualname)}")


def _process(process: ProcessRecord) -> Iterator[str]:
    yield _field("command", " ".join(process.argv))
    parent, folder = process.ppid and f"child of {process.ppid}", process.cwd and f"in {process.cwd}"
    yield _field("process", _joined(str(process.pid), parent, folder))
    yield _field("python", _joined(f"{process.implementation} {process.python}", process.executable))
    yield _field("host", _joined(process.hostname, process.platform))


def _joined(*facts: str | int) -> str:
    """Join the facts that are known: a sealed dump hides some."""
    return ", ".join(str(fact) for fact in facts if fact)


def _counts(summary: Summary, sources: Mapping[str, str]) -> dict[str, int]:
    frames = summary.frames()
    return {
        "exceptions": len(summary.exceptions),
        "threads": len(summary.threads),
        "tasks": len(summary.tasks),
        "frames": len(frames),
        "variables": sum(len(frame.locals) for frame in frames),
        "source_files": len(sources),
        "log_records": len(summary.log),
        "swallowed_exceptions": len(summary.swallowed),
    }


def _completeness(reader: Reader) -> str:
    if reader.cut:
        return "cut: the end of the file is missing"
    if reader.summary.complete:
        return "complete"
    return f"not complete: {_why_incomplete((*reader.summary.omissions, *reader.damage))}"


def _why_incomplete(omissions: Iterable[Omission]) -> str:
    """Return why not everything was visited: an error that concerns all values, else the limits reached."""
    reasons = set()
    for omission in omissions:
        if omission.path == VALUES and omission.reason == model.FAILED:
            return f"the values could not be written: {omission.detail}"
        if omission.path == VALUES and omission.reason == model.DAMAGED:
            return omission.detail
        reasons.add(omission.reason)
    reached = " or ".join(limit for reason, limit in LIMITS.items() if reason in reasons)
    return f"the {reached} of a dump was reached" if reached else "the reason is not known"


def _section(title: str, items: Iterable[str]) -> Iterator[str]:
    items = list(items)
    if items:
        yield ""
        yield f"{title}:"
        yield from (printable(f"  {item}") for item in items)


def _pairs(mapping: Mapping[str, str], separator: str) -> Iterator[str]:
    return (f"{name}{separator}{value}" for name, value in sorted(mapping.items()))


def _field(label: str, value: str) -> str:
    return printable(f"{label:{LABEL_WIDTH}}{value}".rstrip())
