"""The commands, one file each: each turns argv into an exit status, and `run()` prints its errors as one line.

Exit statuses: 0 it worked, 1 there is nothing to work on, 2 it cannot be done; as in a shell 130 after Ctrl-C, and 141
when stdout was closed by its reader.  An error is one line on stderr that ends with the next thing to do.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Sequence

from tibidi import TYPE_CHECKING, __version__, config
from tibidi.errors import TibidiError
from tibidi.process.texts import printable

if TYPE_CHECKING:
    import argparse

    Parser = argparse.ArgumentParser
    Options = argparse.Namespace

Arguments = Sequence[str]
UNEXPECTED = 2
HELP_WIDTH = 78
COMPLETION = "_ARGCOMPLETE"  # set by a shell while it completes a command line
SCRIPTS = ("tibidi", "tbdump", "tbdebug", "tbpeep")
AGE = r"(\d+(?:\.\d+)?)\s*([smhdwSMHDW]?)"
DAYS_PER_UNIT = {"s": 1 / 86_400, "m": 1 / 1_440, "h": 1 / 24, "d": 1.0, "": 1.0, "w": 7.0}
MAX_DAYS = 1e6  # timedelta() takes 1e9


def run(command: Callable[[Sequence[str]], int], argv: Sequence[str], program: str = "tibidi") -> int:
    """Run a command and return its exit status; print an error as one line on stderr.

    With TIBIDI_DEBUG errors are raised instead.
    """
    _prepare_streams()
    try:
        status = command(argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # the reader has closed stdout, as `head` does
        _finish_output()
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except Exception as error:  # a command never ends in a traceback of tibidi
        if config.debug:
            raise
        _finish_output()
        return print_error(error, program)


def _prepare_streams() -> None:
    """Replace streams that the caller has closed, and escape what an encoding does not have."""
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # by `>&-`, for example
            setattr(sys, name, open(os.devnull, "r" if name == "stdin" else "w"))  # noqa: SIM115 - as long as the process
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # UnicodeEncodeError is the default
            stream.reconfigure(errors="backslashreplace")


def _finish_output() -> None:
    """Flush stdout; if that fails, drop the rest of it: the interpreter flushes it again, and that must not fail."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(
    name: str, purpose: str, examples: str, usage: str | None = None, *, takes_dump: bool = False, json: str = ""
) -> Parser:
    """Return the parser of the command `python -m NAME`; its help ends with the examples, one on each line.

    With `takes_dump` it has the argument DUMP, for `tibidi.store.location.find`; `json` says what --json prints.
    """
    import argparse  # 10 ms, which tbdebug seldom needs
    import textwrap

    parser = argparse.ArgumentParser(
        prog=as_typed(f"python -m {name}"),
        usage=usage and as_typed(usage),
        description=textwrap.fill(purpose, HELP_WIDTH),
        epilog="examples:\n" + textwrap.indent(as_typed(examples), "  "),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"tibidi {__version__}")
    if takes_dump:
        about = as_typed("path, or name from `python -m tibidi list`, or - for stdin; default: the latest")
        action = parser.add_argument("dump", metavar="DUMP", nargs="?", help=about)
        action.completer = dump_names  # type: ignore[attr-defined]  # for argcomplete
    if json:
        parser.add_argument("--json", action="store_true", help=f"print {json}, for programs")
    return parser


def parse(parser: Parser, argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments; under argcomplete (`eval "$(register-python-argcomplete tibidi)"`) complete them instead."""
    if COMPLETION in os.environ:
        import argcomplete

        argcomplete.autocomplete(parser)
    # Options may stand between arguments; but what comes after `--` is none, which the other method forgets.
    return parser.parse_args(argv) if "--" in argv else parser.parse_intermixed_args(argv)


def as_typed(text: str) -> str:
    """Return the commands in a text as the user types them: without `python -m` if this one is a console script."""
    name = os.path.basename(sys.argv[0] if sys.argv else "")
    return text.replace("python -m t", "t") if name.partition(".exe")[0] in SCRIPTS else text


def dump_names(**_: object) -> list[str]:
    """Return the names of the dumps in the crash directory, for completion."""
    from tibidi.store.directory import CrashDirectory

    return [entry.name for entry in CrashDirectory.locate(create=False).entries()]


def add_frame_arguments(parser: Parser) -> None:
    """Add --exception and --frame, which name a frame of a dump."""
    parser.add_argument("--exception", type=int, metavar="N", help="take exceptions[N]; default: the root cause")
    parser.add_argument("--frame", type=int, metavar="N", help="take frames[N] of it; default: the innermost own frame")


def add_trust_arguments(parser: Parser) -> None:
    """Add --live and --inert, which set `trust` for `tibidi.load`."""
    group = parser.add_mutually_exclusive_group()
    about = "rebuild the application's objects, which imports its modules and runs its code"
    group.add_argument("--live", dest="trust", action="store_true", default=None, help=about)
    about = "import and run nothing that the dump names; the default for dumps not signed with your key"
    group.add_argument("--inert", dest="trust", action="store_false", help=about)


def say(*lines: str, kept: str = "") -> None:
    """Print lines on stdout, without control characters other than those in `kept`."""
    for line in lines:
        print(printable(line, kept))


def say_written(path: str) -> None:
    """Print the path and the size of a file that was written."""
    from tibidi.present import phrases

    say(f"wrote {path}, {phrases.size(os.path.getsize(path))}")


def report(options: argparse.Namespace, data: object, lines: Iterable[str], kept: str = "") -> None:
    """Print what a command has found: with --json as `data`, else as lines."""
    if options.json:
        import json

        print(json.dumps(data, indent=2, default=str))
    else:
        say(*lines, kept=kept)


def parse_age(text: str) -> float:
    """Return an age such as `7d`, `12h`, `90m` or `2w` in days; a number without a unit is days."""
    match = re.fullmatch(AGE, text.strip())
    if match is None:
        import argparse

        raise argparse.ArgumentTypeError(f"not an age such as 7d, 12h or 2w: {text!r}")
    return min(float(match[1]) * DAYS_PER_UNIT[match[2].lower()], MAX_DAYS)


def parse_count(text: str, hint: str = "") -> int:
    """Return a whole number above 0."""
    if not text.isdecimal() or int(text) < 1:
        import argparse

        raise argparse.ArgumentTypeError(f"not a whole number above 0: {text!r}{hint}")
    return int(text)


def warn(what: str, program: str) -> None:
    """Print on stderr what makes an answer incomplete, if anything does."""
    if what:
        print(printable(f"{program}: {what}"), file=sys.stderr)


def print_error(error: Exception, program: str) -> int:
    """Print one line about `error` on stderr; return the exit status for it."""
    if isinstance(error, TibidiError):
        line, status = "; ".join(filter(None, (str(error), error.hint))), error.exit_code
    elif isinstance(error, OSError) and error.strerror:
        path = error.filename2 or error.filename
        hint = f" {path}; name another path, or change this one" if path else "; make room, or write elsewhere"
        line, status = f"{error.strerror}:{hint}" if path else f"{error.strerror}{hint}", UNEXPECTED
    elif isinstance(error, MemoryError):
        line, status = "there is too little memory for this; look at a part, as with: python -m tibidi info", UNEXPECTED
    else:
        line, status = f"{type(error).__name__}: {error}; for the traceback set TIBIDI_DEBUG=1", UNEXPECTED
    print(printable(f"{program}: {line}"), file=sys.stderr)
    return status
