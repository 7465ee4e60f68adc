"""`tibidi preview`: print everything that a dump contains."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

from tibidi import commands
from tibidi.dumpfile.reader import Reader
from tibidi.present import phrases
from tibidi.store.location import find
from tibidi.tools.preview import Category, categories

EXAMPLES = """\
python -m tibidi preview traceback.pkl | less
python -m tibidi preview --html leaving.html traceback.pkl
"""

PURPOSE = "Print all that can be read in a dump, by category, and what was redacted. Nothing is executed."
parser = commands.parser("tibidi preview", PURPOSE, EXAMPLES, takes_dump=True, json="a JSON array")
parser.add_argument("--html", metavar="FILE", help="write the page of `show --html`, followed by all of this")


def main(argv: commands.Arguments) -> int:
    """Print what is in a dump."""
    options = commands.parse(parser, argv)
    path = find(options.dump)
    with Reader(path) as reader:
        found = list(categories(reader))
    if options.html and not options.json:
        from tibidi.commands.show import write_page

        write_page(path, options.html, [(_title(each), "\n".join(each.lines)) for each in found])
        commands.say_written(options.html)
    else:
        commands.report(options, [each._asdict() for each in found], _text(path, found), kept="\t")
    return 0


def _title(each: Category) -> str:
    size = f", {phrases.size(each.size)}" if each.size else ""
    return f"{each.title}: {phrases.count(len(each.lines), 'line')}{size}"


def _text(path: str, found: Sequence[Category]) -> Iterator[str]:
    yield f"{path}, {phrases.size(os.path.getsize(path))}, holds:"
    yield from (f"  {_title(each)}" for each in found)
    for each in found:
        if each.lines:
            yield ""
            yield f"{each.title}:"
            yield from (f"  {line}" for text in each.lines for line in text.split("\n"))
