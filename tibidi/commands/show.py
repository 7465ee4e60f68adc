"""`tibidi show`: print a crash for reading."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tibidi import commands
from tibidi.culprit import OwnCode, culprit, subjects
from tibidi.dumpfile.encode import summary_to_json
from tibidi.dumpfile.headline import peek_or_nothing
from tibidi.dumpfile.reader import Reader
from tibidi.errors import TibidiError
from tibidi.model import Summary
from tibidi.present import show, terminal
from tibidi.present.frames import Frames
from tibidi.present.lines import plain
from tibidi.present.show import View
from tibidi.process.texts import printable, source_lines
from tibidi.store.keys import read_key
from tibidi.store.location import find

EXAMPLES = """\
python -m tibidi show
python -m tibidi show --all traceback.pkl
python -m tibidi show --html crash.html traceback.pkl
python -m tibidi show --json traceback.pkl | jq '.exceptions[-1].frames[-1].locals'
python -m tibidi show --json --sources traceback.pkl | jq '.culprit, .own'
"""

YOURS, OTHER, NONE = "yours", "other", "none"  # the key that signed a dump, with --sources
MAX_VALUE_CHARACTERS = 100_000  # of the values on a page

PURPOSE = "Print a crash: own frames with source and variables, each library frame on one line. Nothing is executed."
parser = commands.parser("tibidi show", PURPOSE, EXAMPLES, takes_dump=True, json="the whole summary as JSON")
parser.add_argument("--all", action="store_true", help="every frame, value, thread and omission in full")
parser.add_argument("--newest-first", action="store_true", help="the last exception and the innermost frame first")
parser.add_argument("--plain", action="store_true", help="print without colour and without a pager")
parser.add_argument("--html", metavar="FILE", help="write a self-contained page, for a ticket for example")
parser.add_argument(
    "--sources",
    action="store_true",
    help="with --json: also the captured sources, the culprit, the paths of own frames, and who signed it",
)
commands.add_frame_arguments(parser)
parser.add_argument("--one", action="store_true", help="only the frame of --exception and --frame, in full")
parser.add_argument("--file", action="store_true", help="print the source file of the frame, as it was")


def main(argv: commands.Arguments) -> int:
    """Print a crash for reading, or its summary as JSON; nothing is unpickled."""
    options = commands.parse(parser, argv)
    if options.sources and not options.json:
        parser.error("--sources goes with --json")
    path = find(options.dump)
    if options.html:
        write_page(path, options.html)
        commands.say_written(options.html)
        return 0
    with Reader(path) as reader:
        more = _for_editors(reader) if options.sources else {}
        sources = {} if options.json else reader.sources
        summary = reader.summary._replace(omissions=(*reader.summary.omissions, *reader.damage))
    if options.json:
        commands.report(options, {**more, **summary_to_json(summary)}, ())
        return 0
    if options.file or options.one or (options.exception, options.frame) != (None, None):
        return _print_frame(summary, sources, options)
    view = View(terminal.width(), options.all, options.newest_first)
    lines = show.lines(summary, sources, view)
    if options.plain:
        print("\n".join(map(plain, lines)))
    else:
        terminal.write(lines, colour=terminal.has_colour())
    return 0


def _for_editors(reader: Reader) -> dict[str, object]:
    """Return what an editor needs besides the summary: `own` has paths such as `exceptions[0].frames[2]`."""
    signature = YOURS if reader.is_signed_by(read_key()) else OTHER if reader.has_signature else NONE
    summary = reader.summary._replace(exceptions=subjects(reader.summary))
    own = OwnCode(summary.process)
    paths = [
        f"{kind}[{number}].frames[{index}]"
        for kind in ("exceptions", "threads", "tasks")
        for number, each in enumerate(getattr(summary, kind))
        for index, frame in enumerate(each.frames)
        if own.has(frame)
    ]
    found = culprit(summary.exceptions, summary.process)._asdict()
    return {"signature": signature, "culprit": found, "own": paths, "sources": reader.sources}


def _print_frame(summary: Summary, sources: dict[str, str], options: commands.Options) -> int:
    """Print one frame with all of its variables, or its source file."""
    records = subjects(summary)
    index = culprit(records, summary.process).exception if options.exception is None else options.exception
    named = records[index : index + 1] if index >= 0 else ()
    number = culprit(named, summary.process).frame if named and options.frame is None else options.frame
    stack = named[0].frames if named else ()
    if number is None or not 0 <= number < len(stack):
        what = f"the dump has no exceptions[{index}].frames[{number or 0}]"
        raise TibidiError(what, "python -m tibidi show prints what it has")
    if options.file and stack[number].file not in sources:
        raise TibidiError(f"the source of {stack[number].file} is not in the dump", "show --frame prints its variables")
    shown = Frames(summary.process, sources, width=None, everything=True).one(number, stack[number])
    text = source_lines(sources.get(stack[number].file, ""))
    print("\n".join([printable(line, kept="\t") for line in text] if options.file else map(plain, shown)))
    return 0


def write_page(path: str, target: str, leaving: Sequence[tuple[str, str]] = ()) -> None:
    """Write a page with the values, loaded inert: nothing that the dump names is imported or called.

    `leaving` has titles and texts to add at the end.
    """
    from tibidi.loader import load
    from tibidi.present import page
    from tibidi.tools import tree

    if os.path.isfile(target) and peek_or_nothing(target).time:  # FILE was left out
        raise TibidiError(f"{target} is a dump", "name the page first: --html FILE DUMP")
    dump = load(path, trust=False)
    summary = dump.summary._replace(omissions=dump.omissions)
    text = page.html(summary, dump.sources, tree.frames(dump, MAX_VALUE_CHARACTERS), leaving)
    with open(target, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
