"""`tibidi eval`: print the value of an expression in a frame of a dump."""

from __future__ import annotations

from tibidi import commands
from tibidi.loader import open_dump
from tibidi.present import phrases
from tibidi.revive.importing import extend_path
from tibidi.tools.call import blamed
from tibidi.tools.evaluation import answer, evaluate

EXAMPLES = """\
python -m tibidi eval latest.pkl 'len(order.items)'
python -m tibidi eval --frame 2 latest.pkl '[row["price"] for row in rows[:10]]'
"""

PURPOSE = "Print the value of an expression, in a subset of Python that imports and calls nothing from the dump."
parser = commands.parser("tibidi eval", PURPOSE, EXAMPLES, takes_dump=True, json="a JSON object")
commands.add_frame_arguments(parser)
parser.add_argument("--max", type=int, default=2_000, metavar="N", help="print at most N characters; default: 2000")
parser.add_argument("--live", action="store_true", help="load the dump live and evaluate any Python, running its code")
parser.add_argument("expression", metavar="EXPR", help="for example: order.total / 2")


def main(argv: commands.Arguments) -> int:
    """Print the value of an expression; return 1 if it raises an exception."""
    options = commands.parse(parser, argv)
    dump = open_dump(options.dump, options.live, extend_path)
    exception, number = blamed(dump, options.exception, options.frame)
    frame, text = dump.subjects[exception][number], options.expression
    if options.live:
        found = answer(lambda: eval(text, {**frame.globals, **frame.locals}), options.max)  # noqa: S307 - as typed
    else:
        found = evaluate(frame, text, options.max)
    commands.warn(phrases.without_values(dump.omissions), "tibidi eval")
    commands.report(options, found, [f"{found['type']}: " * found["error"] + found["value"]], kept="\n")
    return int(found["error"])
