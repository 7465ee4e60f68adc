"""One page about a crash: the frame to blame, what is suspicious in it and where that came from, what to do next.

The page is deterministic.  It is made from an inert dump, and nothing from the dump is called.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import NamedTuple

from tibidi.culprit import cause_and_frame, root_cause, subjects
from tibidi.dump import Dump, DumpedFrame
from tibidi.present import history, phrases
from tibidi.present.frames import Frames
from tibidi.present.lines import cut
from tibidi.present.show import reasons
from tibidi.process.texts import printable
from tibidi.reading.inert.repr import BOUNDED
from tibidi.revive.mismatch import mismatches
from tibidi.tools.call import blamed, raised
from tibidi.tools.literals import is_atom
from tibidi.tools.parts import parts, type_name, variables_of
from tibidi.tools.suspicion import suspicions, values_in

BEFORE, AFTER = 6, 1  # lines of source
MOST = 8  # suspicions, differences
MAX_LINE, MAX_VALUE = 600, 160  # characters
MAX_SEARCHED, MAX_DEPTH = 3_000, 4  # objects of one frame
TOKEN = 4  # characters, as usual for such estimates


class Analysis(NamedTuple):
    """The page; `frame` is the path of the frame to blame, "" if there is none.

    Values have `name`, `type` and `value`; suspicions have `name`, `what` and `way`, the places of the same object in
    the frames that called, the innermost first.
    """

    dump: str
    crash: str
    messages: Sequence[str]
    suspicions: Sequence[dict[str, object]] = ()
    frame: str = ""
    source: Sequence[str] = ()
    values: Sequence[dict[str, str]] = ()
    stack: Sequence[str] = ()
    before: Sequence[str] = ()
    differences: Sequence[str] = ()
    missing: Sequence[str] = ()
    commands: Sequence[str] = ()


def analyze(dump: Dump) -> Analysis:
    """Return the page about an inert dump, or about its first thread if it has no exceptions."""
    records, name = subjects(dump.summary), os.path.basename(dump.path)
    cause, last, crashed = records[root_cause(records)], records[-1], records[raised(records)]
    frames = Frames(dump.process, dump.sources, width=None, everything=False)
    index, number = blamed(dump) if crashed.frames else (-1, -1)
    stack: Sequence[DumpedFrame] = dump.subjects[index].frames if crashed.frames else ()
    culprit = cause_and_frame(dump.summary)[1] or (stack[number].record if stack else None)
    place = frames.place(culprit) if culprit else "an unknown place"
    lost = phrases.without_values(dump.omissions)
    told = [cause] if cause is last else [cause, last]
    page = Analysis(
        dump=name,
        crash=phrases.title(last, cause, place),
        messages=[phrases.crash_line(each.type, each.message) for each in told],
        stack=[f"[{n}] {frames.place(each.record)}" for n, each in enumerate(stack) if frames.is_own(each.record)],
        before=[history.fate(each, frames) for each in history.recent(dump.summary, frames)[-MOST:]],
        differences=[str(each) for each in mismatches(dump.summary, dump.sources) if each.serious][:MOST],
        missing=[lost or f"elsewhere: {reasons(dump.omissions)}"] * bool(dump.omissions),
        commands=[f"tibidi show {name}"],
    )
    if not stack:
        return page
    frame, path = stack[number], f"{'exceptions' if dump.exceptions else 'threads'}[{index}].frames[{number}]"
    around = frames.around(frame.record, BEFORE, AFTER)
    here = [each for each in dump.omissions if each.path.startswith(path)]
    page = page._replace(
        frame=path, source=[f"{'>' if line == frame.line else ' '} {line} | {text}" for line, text in around]
    )
    if lost:
        return page
    ask = [f"tibidi eval --exception {index} --frame {number} {name} EXPR"]
    ask += [f"tibidi mem {name}"] * bool(phrases.out_of_memory(records))
    ask += [f"tibidi repro {name}"] * bool(dump.exceptions)
    return page._replace(
        suspicions=list(_suspicions(dump, index, number, crashed.type)),
        values=list(_values(frame, dump.sources.get(frame.file, ""))),
        missing=[*(f"{each.path[len(path) :]}: {each.reason} {each.detail}" for each in here), *page.missing],
        commands=[*ask, *page.commands],
    )


def _values(frame: DumpedFrame, source: str) -> Iterator[dict[str, str]]:
    """Yield the values on the line of a frame, then its other variables."""
    for name, value in {**values_in(frame, source), **variables_of(frame)}.items():
        if type_name(value) not in {"type", "function"} and not isinstance(value, ModuleType):
            yield {"name": name, "type": type_name(value), "value": cut(BOUNDED.repr(value), MAX_VALUE)}


def _suspicions(dump: Dump, index: int, number: int, crash: str) -> Iterator[dict[str, object]]:
    stack = dump.subjects[index]
    frame, error = stack[number], getattr(stack, "exception", None)
    for name, what, value in suspicions(frame, dump.sources.get(frame.file, ""), crash, error)[:MOST]:
        is_same_everywhere = value is None or type(value) in {bool, int, float}
        yield {"name": name, "what": what, "way": [] if is_same_everywhere else list(_way(value, stack[:number]))}


def _way(value: object, outer: Sequence[DumpedFrame]) -> Iterator[str]:
    """Yield where the same object is in the frames that called, the innermost first."""
    for number, frame in reversed(list(enumerate(outer))):
        waiting = deque((name, each, 0) for name, each in variables_of(frame).items())
        for _ in range(MAX_SEARCHED):
            path, each, depth = waiting.popleft() if waiting else ("", None, MAX_DEPTH)
            if each is value:
                yield f"{path} in [{number}] {frame.name}"
                break
            if depth < MAX_DEPTH and not is_atom(each):
                waiting.extend((path + step, part, depth + 1) for step, part in parts(each))


def lines(page: Analysis, tokens: int) -> Iterator[str]:
    """Yield the page as text of at most so many tokens; the most important first, the commands always."""
    odd = [" <- ".join([f"{each['name']}: {each['what']}", *each["way"]]) for each in page.suspicions]  # type: ignore[misc]
    values = [f"{each['name']}: {each['type']} = {each['value']}" for each in page.values]
    groups = {
        "crash": [page.crash, *page.messages],
        "suspicious": odd,
        page.frame: [*page.source, *values],
        "own frames": page.stack,
        "swallowed before": page.before,
        "differs here": page.differences,
        "missing": page.missing,
        "next": page.commands,
    }
    room = tokens * TOKEN - sum(len(title) + 40 for title in groups) - sum(len(each) + 3 for each in page.commands)
    for title, texts in groups.items():
        shown = []
        for text in texts:
            line = printable(cut(text, MAX_LINE))
            room -= len(line) + 3 if texts is not page.commands else 0
            shown += [f"  {line}"] if room > 0 or texts is page.commands else []
        yield from [printable(f"{title}:"), *shown] if shown else []
        if len(shown) < len(texts):
            yield f"  … {len(texts) - len(shown)} more with --tokens"
