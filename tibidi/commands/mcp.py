"""`tibidi mcp`: serve coding agents over the Model Context Protocol."""

from __future__ import annotations

from tibidi import commands
from tibidi.errors import TibidiError
from tibidi.plugins import mcp

EXAMPLES = """\
python -m tibidi mcp                  # a client starts it; see docs/agents.md
python -m tibidi mcp --allow-live
"""

PURPOSE = "Serve coding agents over the Model Context Protocol, on stdin and stdout. Needs: pip install 'tibidi[mcp]'"
parser = commands.parser("tibidi mcp", PURPOSE, EXAMPLES)
parser.add_argument(
    "--allow-live", action="store_true", help="also offer repro and eval_live, which run code of the program"
)


def main(argv: commands.Arguments) -> int:
    """Serve until stdin ends."""
    options = commands.parse(parser, argv)
    try:
        mcp.serve(options.allow_live)
    except ModuleNotFoundError as error:
        raise TibidiError(
            f"{error.name} is not installed", "pip install 'tibidi[mcp]', for Python 3.10 and later"
        ) from None
    return 0
