"""`tibidi list`: list the crash dumps."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatch

from tibidi import commands
from tibidi.errors import TibidiError
from tibidi.present import listing, phrases
from tibidi.store import user_directories
from tibidi.store.directory import STOPPED_FOLDER, CrashDirectory
from tibidi.store.lookup import crash_directory, dumps_in

EXAMPLES = """\
python -m tibidi list
python -m tibidi list --all --since 2d --type KeyError
python -m tibidi list ./from-customers
python -m tibidi list --html pages
python -m tibidi list --json | jq -r '.[].type'
python -m tbdebug NAME
"""

PURPOSE = "List the dumps, the newest last, with one line for all crashes of the same kind at the same place."
parser = commands.parser("tibidi list", PURPOSE, EXAMPLES, json="a JSON array")
parser.add_argument("--all", action="store_true", help="one line for each dump and each killed or stopped process")
parser.add_argument("--since", metavar="AGE", type=commands.parse_age, help="only dumps at most 2d, 12h or 90m old")
parser.add_argument("--program", metavar="P", default="*", help="only dumps of this program; may be a glob")
parser.add_argument(
    "--type", metavar="T", default="*", help="only dumps of this exception or caused by it; may be a glob"
)
parser.add_argument("--html", metavar="DIR", help="write a page for each fingerprint, and an index, into a folder")
parser.add_argument("directories", metavar="DIR", nargs="*", help="folders of dumps; default: the crash directory")


def main(argv: commands.Arguments) -> int:
    """Print a line for each fingerprint, or for each dump, the newest last."""
    options = commands.parse(parser, argv)
    known = sorted(_rows(options.directories, is_all=options.all), key=lambda each: each.entry.age)
    rows = [each for each in known if _is_wanted(each, options)]
    found = listing.groups(rows)
    # On a terminal a long line would be wrapped; in a pipe nothing is cut.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    if options.html:
        return _write_index(found, options.html)
    data = map(listing.to_json, rows) if options.all else map(listing.group_to_json, found)
    lines = listing.lines(rows, width) if options.all else listing.inbox(found, width)
    said = list(lines) if rows else [_nothing(len(known), options.directories)]
    commands.report(options, list(data), said if options.directories else [*said, *_elsewhere()])
    return 0


def _elsewhere() -> Iterator[str]:
    """Yield a line about newer dumps in the directory that is used if the crash directory is full or not writable."""
    here = CrashDirectory.locate(create=False)
    *_, last = user_directories.candidates()
    try:
        last.check(last.path)
    except OSError:  # there is none, or another user may have made what is there
        return
    there = CrashDirectory(last.path).entries() if last.path != here.path else []
    newest = max([each.age for each in here.entries()], default=("", 0)) if there else ("", 0)
    found = [each for each in there if each.age > newest]
    if found:
        count = phrases.count(len(found), "newer dump")
        yield f"{count} in {last.path}, as {here.path} was full or not writable: python -m tibidi list {last.path}"


def _nothing(count: int, directories: Sequence[str]) -> str:
    """Return why there is nothing to list, and what to do where no program has crashed yet."""
    place = ", ".join(directories) or CrashDirectory.locate(create=False).path
    if count:
        return f"none of {phrases.count(count, 'dump')} in {place} matches the options"
    return f"no dumps in {place}" + ("" if directories else " yet; let a program crash with TIBIDI_ENABLE=1")


def _rows(directories: Sequence[str], *, is_all: bool) -> Iterator[listing.Row]:
    if not directories:
        here = crash_directory()
        stopped = CrashDirectory(os.path.join(here.path, STOPPED_FOLDER)).entries() if is_all else []
        yield from (listing.row(entry, entry.path) for entry in stopped)
        yield from map(listing.row, here.entries())
    for directory in directories:
        yield from (listing.row(entry, entry.path) for entry in dumps_in(directory))


def _is_wanted(each: listing.Row, options: commands.Options) -> bool:
    headline = each.headline
    names = [
        name for type_name in (headline.type, headline.cause) for name in (type_name, phrases.bare_type(type_name))
    ]
    return (
        fnmatch(each.entry.program, options.program)
        and any(fnmatch(name, options.type) for name in names)
        and (options.since is None or _is_since(headline.time, options.since))
    )


def _is_since(moment: str, days: float) -> bool:
    try:
        age = datetime.now(timezone.utc) - datetime.fromisoformat(moment)
    except (ValueError, TypeError):  # no time, or one without a time zone: the file may be damaged or forged
        return False
    return age <= timedelta(days=days)


def _write_index(found: Sequence[Sequence[listing.Row]], folder: str) -> int:
    """Write a page for the newest dump of each fingerprint, and an index of the pages, the newest first."""
    from tibidi.commands.show import write_page
    from tibidi.present import page

    os.makedirs(folder, exist_ok=True)
    rows = []
    for group in reversed(found):
        newest, name = group[-1], f"{os.path.basename(group[-1].entry.name)}.html"
        try:
            write_page(newest.entry.path, os.path.join(folder, name))
        except TibidiError as error:
            commands.print_error(error, "tibidi list")
            name = ""
        rows.append({"count": len(group), "program": newest.entry.program, "page": name, **listing.words(group)})
    target = os.path.join(folder, "index.html")
    with open(target, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(page.index(rows))
    commands.say(f"wrote {target}, and {sum(bool(row['page']) for row in rows)} pages")
    return 0
