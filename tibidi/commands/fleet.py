"""`tibidi fleet`: index and query the dumps of many machines in a store."""

from __future__ import annotations

import os

from tibidi import commands
from tibidi.errors import DumpNotFound, TibidiError
from tibidi.fleet import query
from tibidi.fleet.index import index
from tibidi.present import phrases

EXAMPLES = """\
python -m tibidi fleet index s3://crashes/shop               # read what is new
python -m tibidi fleet list s3://crashes/shop                # a line for each fingerprint
python -m tibidi fleet show s3://crashes/shop FINGERPRINT    # its dumps
python -m tibidi fleet find s3://crashes/shop 4711           # a value
python -m tibidi fleet common s3://crashes/shop FINGERPRINT  # what its dumps have in common, what separates them
python -m tibidi fleet sql s3://crashes/shop 'select program, count(*) from dumps group by all'
python -m tbdebug NAME                                       # a dump of the store
"""
QUERIES = {"list": query.LIST, "show": query.SHOW, "find": query.FIND}

PURPOSE = "Index a store of dumps, and query the index. Nothing is executed."
parser = commands.parser("tibidi fleet", PURPOSE, EXAMPLES, json="a JSON array")
parser.add_argument("--scheduler", metavar="tcp://...", default="", help="run index on this cluster of Dask")
parser.add_argument("action", choices=["index", "list", "show", "find", "common", "sql"], help="see the examples")
parser.add_argument("store", metavar="STORE", help="a folder or a URL")
ABOUT = "required by show, find, common and sql; for list, the first day, such as 2026-11-28"
parser.add_argument("subject", metavar="FINGERPRINT|TEXT|SQL", nargs="?", help=ABOUT)


def main(argv: commands.Arguments) -> int:
    """Run one action; return 1 if it finds nothing."""
    options = commands.parse(parser, argv)
    if options.subject is None and options.action not in {"index", "list"}:
        raise TibidiError(f"fleet {options.action} needs one more argument", "see: python -m tibidi fleet --help")
    folder = options.store.removeprefix("file://")
    if "://" not in folder and not os.path.isdir(folder):
        raise DumpNotFound(f"there is no store {folder}", "push dumps to it first: python -m tibidi push STORE")
    fleet = query.Fleet(options.store)
    if options.action == "index":
        known = set() if fleet.is_empty else {name for (name,) in fleet.sql("select dump from dumps").rows}
        new = sum(index(options.store, known, options.scheduler))
        commands.say(f"indexed {phrases.count(new, 'new dump')} of {options.store}, {len(known):,} were known")
        return 0
    if options.action == "common":
        answers = fleet.common(options.subject)
    elif options.action == "sql":
        answers = [fleet.sql(options.subject)]
    else:
        answers = [fleet.sql(QUERIES[options.action], options.subject or "")]
    rows = [dict(zip(answer.columns, row)) for answer in answers for row in answer.rows]
    lines = [line for answer in answers for line in ("", *answer.lines())]
    commands.report(options, rows, lines[1:])
    return 0 if rows else 1
